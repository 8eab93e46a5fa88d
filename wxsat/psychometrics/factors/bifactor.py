"""Hierarchical omega from a confirmatory bifactor model: a general factor and group factors, all uncorrelated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wxsat.numerics.patterned_factors import PatternedFactors, fit_patterned_factors
from wxsat.psychometrics.factors.schmid_leiman import HierarchicalOmega

Array = NDArray[np.float64]

FEWEST_IN_GROUP = 3
"""A group factor of two items has a product of loadings only."""
FEWEST_GROUPS = 2


@dataclass(frozen=True, slots=True)
class BifactorOmega:
    """
    Omega of a sum of standardised items under a bifactor model; NaN without a solution.

    Attributes
    ----------
    omega_h, omega_total, ecv : float
        Share of the general factor, of all factors, and the general factor's share of the common variance.
    omega_subscales : ndarray, shape (n_groups,)
        Of each group's own sum, what its group factor adds beyond the general one (omega hierarchical subscale).
    puc : float
        Share of the correlations that only the general factor explains.
    groups : tuple of tuple of int
        Items of every group factor.
    factors : PatternedFactors
        Its first column is the general factor.
    """

    omega_h: float
    omega_total: float
    ecv: float
    omega_subscales: Array
    puc: float
    groups: tuple[tuple[int, ...], ...]
    factors: PatternedFactors


def groups_of_schmid_leiman(found: HierarchicalOmega) -> tuple[tuple[int, ...], ...]:
    """Return the group factors of three items or more when every item goes where its group loading is largest."""
    place = np.abs(found.group).argmax(axis=1)
    members = [tuple(np.flatnonzero(place == k).tolist()) for k in range(found.group.shape[1])]
    return tuple(group for group in members if len(group) >= FEWEST_IN_GROUP)


def bifactor_omega(
    correlation: Array, groups: Sequence[Sequence[int]], start: HierarchicalOmega | None = None
) -> BifactorOmega:
    r"""
    Omega hierarchical by a confirmatory bifactor model.

    Parameters
    ----------
    correlation : ndarray, shape (n_items, n_items)
        Positive definite.
    groups : sequence of sequence of int
        Items of every group factor, three or more each; an item in none measures the general factor alone.
    start : HierarchicalOmega, optional
        Where its loadings come from, to begin with.

    Returns
    -------
    BifactorOmega
        `factors.heywood` names the items with an error variance that is not positive.

    Notes
    -----
    .. math:: \omega_h = (\sum_i |\lambda_{ig}|)^2 / \sum_{ij} r_{ij}

    with the observed correlations, items that load negatively on the general factor turned, as ``psych::omegaSem``
    does. Checked against lavaan 0.6-14 with ``orthogonal = TRUE``.

    References
    ----------
    .. [1] Reise, S. P. (2012). Multivariate Behavioral Research, 47, 667-696.
    .. [2] Rodriguez, A., Reise, S. P., & Haviland, M. G. (2016). Psychological Methods, 21, 137-150.
    """
    size = len(correlation)
    pattern = np.zeros((size, 1 + len(groups)), dtype=bool)
    pattern[:, 0] = True
    for k, members in enumerate(groups, start=1):
        pattern[list(members), k] = True
    fit = fit_patterned_factors(correlation, pattern, _start(correlation, pattern, start))
    sign = np.where(fit.loadings[:, 0] < 0, -1.0, 1.0)
    turned, loadings = correlation * np.outer(sign, sign), fit.loadings * sign[:, None]
    total = float(turned.sum())
    sums = loadings.sum(axis=0)
    square = (loadings**2).sum(axis=0)
    within = sum(len(members) * (len(members) - 1) for members in groups)
    own = [
        loadings[list(members), k].sum() ** 2 / turned[np.ix_(list(members), list(members))].sum()
        for k, members in enumerate(groups, start=1)
    ]
    return BifactorOmega(
        omega_h=float(sums[0] ** 2 / total),
        omega_total=float((sums**2).sum() / total),
        ecv=float(square[0] / square.sum()),
        omega_subscales=np.asarray(own),
        puc=1 - within / (size * (size - 1)),
        groups=tuple(tuple(members) for members in groups),
        factors=fit,
    )


def _start(correlation: Array, pattern: NDArray[np.bool_], start: HierarchicalOmega | None) -> Array:
    if start is not None:
        # Schmid and Leiman's own loadings leave their proportionality constraint; a small push keeps off its saddle.
        general = start.general * start.sign
        own = np.abs(start.group).max(axis=1)
        return np.column_stack([general, np.where(pattern[:, 1:], np.maximum(own, 0.2)[:, None], 0.0)])
    values, vectors = np.linalg.eigh(correlation)
    first = vectors[:, -1] * np.sqrt(values[-1]) * 0.8
    first = first if first.sum() >= 0 else -first
    return np.column_stack([first, np.where(pattern[:, 1:], 0.3, 0.0)])
