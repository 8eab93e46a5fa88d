"""Uncertainty under clustering: linearised covariance of available-case means, and the cluster bootstrap.

Respondents of one account resemble each other, so the account is the unit that is resampled and that carries
variance. Without accounts every respondent is a unit of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BLOCK_CELLS = 4_000_000
MOST_RESAMPLED = 4_000


@dataclass(frozen=True)
class Units:
    """
    The resampled units.

    Attributes
    ----------
    codes : ndarray of int, shape (n_respondents,)
        Unit of each respondent, 0 to `count` - 1.
    count : int
        Number of units G.
    clustered : bool
        Whether units are clusters (accounts) and not respondents.
    """

    codes: NDArray[np.int64]
    count: int
    clustered: bool


@dataclass(frozen=True)
class MeanEstimate:
    """
    Available-case means and their joint sampling covariance.

    Attributes
    ----------
    means : ndarray, shape (k,)
    covariance : ndarray, shape (k, k)
    n : ndarray of int, shape (k,)
        Respondents behind each mean.
    n_units : ndarray of int, shape (k,)
        Units (clusters, or respondents without clusters) behind each mean.
    """

    means: NDArray[np.float64]
    covariance: NDArray[np.float64]
    n: NDArray[np.int64]
    n_units: NDArray[np.int64]


def add_by_unit(sums: NDArray[np.float64], rows: NDArray[np.float64], codes: NDArray[np.int64]) -> None:
    """Add rows, shape (n, k), to the sums of their units, shape (n_units, k), in place."""
    order = np.argsort(codes, kind="stable")
    present, starts = np.unique(codes[order], return_index=True)
    sums[present] += np.add.reduceat(rows[order], starts, axis=0)


def unit_sums(rows: NDArray[np.float64], units: Units) -> NDArray[np.float64]:
    """Return the sums of rows by unit, shape (n_units, n_columns)."""
    sums = np.zeros((units.count, rows.shape[1]))
    add_by_unit(sums, rows, units.codes)
    return sums


def group_units(units: Units, rng: np.random.Generator, limit: int = MOST_RESAMPLED) -> Units:
    """
    Deal units at random into at most `limit` groups of nearly equal size, to resample many of them at once.

    The variance of a mean between such groups estimates the same quantity; its precision is that of
    `limit` - 1 degrees of freedom. Up to `limit` units are left as they are.

    References
    ----------
    .. [1] Wolter, K. M. (2007). Introduction to Variance Estimation (2nd ed.), chapter 2. Springer.
    """
    if units.count <= limit:
        return units
    group = rng.permutation(np.arange(units.count) % limit)
    return Units(group[units.codes], limit, units.clustered)


def estimate_means(
    values: NDArray[np.float64], units: Units, weights: NDArray[np.float64] | None = None
) -> MeanEstimate:
    r"""
    Available-case means with their joint design-based covariance by Taylor linearisation.

    Each mean is a ratio of totals over those who answered. Its linearised contribution is zero for whoever
    did not answer, so means over different respondents still have a joint covariance, through the units they
    share.

    Parameters
    ----------
    values : ndarray, shape (n, k)
        NaN where missing.
    units : Units
    weights : ndarray, shape (n,), optional
        Respondent weights; all one if left out.

    Returns
    -------
    MeanEstimate

    Notes
    -----
    .. math:: z_{im} = w_i r_{im} (y_{im} - \bar y_m) / \sum_i w_i r_{im}, \qquad
              V = \frac{G}{G-1} \sum_g \Big(\sum_{i \in g} z_i\Big) \Big(\sum_{i \in g} z_i\Big)'

    With-replacement first stage, no finite-population correction. G counts all units of the sample, as a
    domain estimate does. NaN with fewer than two units.

    Checked against ``survey`` 4.1 in R (``svytotal`` and ``svycontrast`` of ratios, ``svymean``), in
    ``tests/golden/diagnosis``.

    References
    ----------
    .. [1] Binder, D. A. (1983). On the variances of asymptotically normal estimators from complex surveys.
       International Statistical Review, 51(3), 279-292.
    """
    w = np.ones(len(values)) if weights is None else weights
    answered = ~np.isnan(values)
    r = answered * w[:, None]
    total = r.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.where(answered, values, 0.0).T @ w / total
        z = np.where(answered, values - means, 0.0) * w[:, None] / total
        by_unit = unit_sums(z, units)
        factor = units.count / (units.count - 1) if units.count > 1 else np.nan
        covariance = factor * (by_unit.T @ by_unit)
    touched = unit_sums(answered.astype(np.float64), units) > 0
    return MeanEstimate(means, covariance, answered.sum(axis=0), touched.sum(axis=0))


def resample_blocks(n_units: int, draws: int, rng: np.random.Generator) -> Iterator[NDArray[np.float64]]:
    """
    Yield blocks of bootstrap counts of units, shape (block, n_units), `draws` rows in all.

    Each draw takes G - 1 of G units with replacement, which makes the bootstrap variance of a mean of unit
    totals unbiased (plain resampling of G units is low by the factor (G - 1)/G). The stream does not depend
    on the block size.

    References
    ----------
    .. [1] Rao, J. N. K., & Wu, C. F. J. (1988). Resampling inference with complex survey data. Journal of the
    American
       Statistical Association, 83(401), 231-241.
    """
    block = max(1, min(draws, BLOCK_CELLS // max(n_units, 1)))
    for start in range(0, draws, block):
        rows = min(block, draws - start)
        picks = rng.integers(0, n_units, size=(rows, max(n_units - 1, 1)))
        flat = (picks + np.arange(rows)[:, None] * n_units).ravel()
        yield np.bincount(flat, minlength=rows * n_units).reshape(rows, n_units).astype(np.float64)
