r"""
CFI, TLI and RMSEA of ordinal models that estimate what continuous latent responses would give (Savalei 2021).

The scaled indices of WLSMV have no population value that the model's misfit alone decides: they fall with the number of
categories. The robust ones evaluate the normal-theory discrepancy of the *correlations* at the DWLS estimates,
:math:`X = N F_{ML}(R, \Sigma(\hat\theta))`, against its expected size :math:`tr(A'VA\,\Gamma)`,
:math:`A = I - \Delta E^{-1}\Delta'W`, with V the normal-theory weight of correlations at the model and W that of DWLS.
They are defined for correlations alone: all variables ordinal, nothing given, and every scale fixed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.discrepancy.ml import ml_value
from wxsat.sem.ordinal.implied import OrdinalPoint
from wxsat.sem.ordinal.layout import NOWHERE
from wxsat.sem.ordinal.sample import OrdinalGroup
from wxsat.sem.ordinal.weights import Root, nacov_of
from wxsat.sem.robust.scaled_indices import PopulationQuantities

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

LEAST_EIGENVALUE = float(np.finfo(float).eps) ** 0.5


def why_not_robust(points: Sequence[OrdinalPoint], sample: Sequence[OrdinalGroup]) -> str | None:
    """Return why there are no robust indices, None when there are."""
    for point, group in zip(points, sample, strict=True):
        layout = point.layout
        if layout.numeric.size:
            return "some variables are numeric"
        if layout.given.size:
            return "the model is conditional on covariates"
        if np.linalg.eigvalsh(group.known.covariance)[0] < LEAST_EIGENVALUE:
            return "the matrix of polychoric correlations is not positive definite"
        if np.linalg.eigvalsh(_implied_correlations(point))[0] <= 0:
            return "the implied correlations are not positive definite"
        if (layout.scale_place != NOWHERE).any() or not _saturated_thresholds(point, group):
            return "thresholds are equal over groups or restricted, or scales are free"
    return None


def _saturated_thresholds(point: OrdinalPoint, group: OrdinalGroup) -> bool:
    """Whether every threshold is the observed one, so that the correlations alone are explained."""
    count = len(point.layout.margins.variable)
    gap = np.asarray(group.known.statistics)[:count] - point.statistics[:count]
    return bool(np.abs(gap).max(initial=0.0) < 1e-6)


def robust_quantities(
    points: Sequence[OrdinalPoint],
    sample: Sequence[OrdinalGroup],
    roots: Sequence[Root],
    bread: Array,
    df: int,
) -> PopulationQuantities:
    """
    Return what the robust indices are made of.

    Parameters
    ----------
    roots : sequence of Root
        Of the weights that were minimised.
    bread : ndarray, shape (n_free, n_free)
        Inverse of the information in these weights, under the restrictions.

    Notes
    -----
    As lavaan has them since 0.6-13 (``cfi.robust`` of HS39ord: .916). lavaan 0.6-14 divides RMSEA by N - 1, 0.7 by N,
    as the normal-theory statistic asks for; so do we.
    """
    sizes = np.array([group.weight_sum for group in sample])
    shares = sizes / sizes.sum()
    statistic = baseline = trace = baseline_trace = 0.0
    parts = []
    for point, group, root, size, share in zip(points, sample, roots, sizes.tolist(), shares.tolist(), strict=True):
        observed, sigma = group.known.covariance, _implied_correlations(point)
        statistic += size * ml_value(sigma, observed)
        baseline += -size * float(np.linalg.slogdet(observed)[1])
        k = point.layout.first_covariance
        gamma = nacov_of(group)[k:, k:]
        slopes = point.jacobian[k:]
        weighted = _correlation_weight(root, k, slopes)
        parts.append((sigma, gamma, slopes, weighted, share))
        baseline_trace += float(np.trace(gamma))
    trace = _trace(parts, bread)
    baseline_df = sum(len(p.layout.below[0]) for p in points)
    factor = trace / df if df else np.nan
    scaled = statistic / factor if df and factor > 0 else np.nan
    baseline_factor = baseline_trace / baseline_df if baseline_df else np.nan
    return PopulationQuantities(statistic, df, factor, scaled, factor, baseline, baseline_df, baseline_factor)


def _correlation_weight(root: Root, k: int, slopes: Array) -> Array:
    """Return the weight of the correlations times their Jacobian."""
    if root.whole is None:
        assert root.diagonal is not None
        return np.asarray(slopes * (root.diagonal[k:] ** 2)[:, None])
    block = root.whole.T @ root.whole
    return np.asarray(block[k:, k:] @ slopes)


def _trace(parts: Sequence[tuple[Array, Array, Array, Array, float]], bread: Array) -> float:
    r"""
    Return :math:`tr(A'VA\Gamma)` over groups.

    A moves group g by what every group h contributes, so that with :math:`C_h = f_hW_h\Delta_h E^{-1}` the trace is
    :math:`\sum_g tr(V_g\Gamma_g) - 2\sum_g tr(V_g\Delta_gC_g'\Gamma_g) + tr(\sum_g\Delta_g'f_gV_g\Delta_g
    \sum_h C_h'\Gamma_hC_h/f_h)`. Thresholds, most of the parameters, move no correlation and are left out.
    """
    total = 0.0
    moving = np.flatnonzero(np.any([slopes.any(axis=0) for _, _, slopes, _, _ in parts], axis=0))
    bread = bread[np.ix_(moving, moving)]
    outer, inner = np.zeros_like(bread), np.zeros_like(bread)
    for sigma, gamma, every, weighted, share in parts:
        v, slopes = correlation_metric(sigma), every[:, moving]
        carried = share * weighted[:, moving] @ bread
        moved = v @ slopes
        gamma_carried = gamma @ carried
        total += float(np.vdot(v, gamma))
        total -= 2.0 * float(np.vdot(moved, gamma_carried))
        outer += share * (slopes.T @ moved)
        inner += carried.T @ gamma_carried / share
    return total + float(np.einsum("ij,ji->", outer, inner))


def correlation_metric(sigma: Array) -> Array:
    r"""
    Return the normal-theory weight of correlations below the diagonal, column by column.

    :math:`V_{(ij),(kl)} = \sigma^{ik}\sigma^{jl} + \sigma^{il}\sigma^{jk}`: the correlations are the parameters, the
    diagonal is known.
    """
    inverse = np.linalg.inv(sigma)
    columns, rows = np.triu_indices(len(sigma), 1)
    of_rows, of_columns = inverse.take(rows, axis=0), inverse.take(columns, axis=0)
    found = of_rows.take(rows, axis=1)
    found *= of_columns.take(columns, axis=1)
    crossed = of_rows.take(columns, axis=1)
    crossed *= of_columns.take(rows, axis=1)
    found += crossed
    return np.asarray(found, dtype=np.float64)


def _implied_correlations(point: OrdinalPoint) -> Array:
    layout = point.layout
    p = len(layout.own)
    found = np.eye(p)
    i, j = layout.below
    found[i, j] = found[j, i] = point.statistics[layout.first_covariance :]
    return found
