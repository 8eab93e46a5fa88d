r"""
Traces for the Yuan-Bentler tests of the normal likelihood on complete rows, from distances and scores.

Mplus' variant is a difference: what the saturated model's scores vary, over its information, minus the same of the
model, :math:`tr(B_1A_1^{-1}) - tr(B_0A_0^{-1})`; with :math:`q_i = (y_i-\bar y)'S^{-1}(y_i-\bar y)` the first is
:math:`\overline{q^2}/2 + p/2` with means and :math:`(\overline{q^2} - p)/2` without.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.implied import Implied
from wxsat.sem.moments import Moments
from wxsat.sem.robust.casewise import NO_VARIABLES, fitted_by, rows_of, sum_of_squares
from wxsat.sem.robust.gamma import normal_metric, turned_rows
from wxsat.sem.robust.inverse import symmetric_inverse

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]


def saturated_trace(moments: Moments, *, has_means: bool, given: NDArray[np.intp] = NO_VARIABLES) -> tuple[float, int]:
    """
    Return the trace of the saturated model of one group and the number of its parameters.

    Parameters
    ----------
    given : ndarray of int
        Variables whose moments are taken as given: the saturated model is then the regression of the others on them.
    """
    p = len(moments.mean)
    if moments.clusters is not None:
        return _clustered_trace(moments, moments.clusters, has_means, given), _count(p, len(given), has_means)
    weights = np.ones(moments.n_obs) if moments.weights is None else moments.weights
    size = float(weights.sum())
    z = rows_of(moments) - moments.mean
    reach = np.full(len(z), 1.0 if has_means else 0.0)
    if given.size:
        x = z[:, given]
        own = np.setdiff1d(np.arange(p), given)
        spread = (x * weights[:, None]).T @ x / size
        slopes = np.linalg.solve(spread, (x * weights[:, None]).T @ z[:, own] / size)
        reach += np.einsum("ij,ij->i", x @ symmetric_inverse(spread), x)
        z = z[:, own] - x @ slopes
    covariance = (z * weights[:, None]).T @ z / size
    distance = np.einsum("ij,ij->i", z @ symmetric_inverse(covariance), z)
    left = z.shape[1]
    each = reach * distance + 0.5 * (distance**2 - 2.0 * distance + left)
    return float((weights**2 * each).sum() / size), _count(p, len(given), has_means)


def _count(p: int, given: int, has_means: bool) -> int:
    left = p - given
    return left * (left + 1) // 2 + left * given + (left if has_means else 0)


def _clustered_trace(moments: Moments, clusters: NDArray[np.intp], has_means: bool, given: NDArray[np.intp]) -> float:
    metric = normal_metric(moments.covariance)
    rows = np.vstack([block for _, block in turned_rows(moments, metric, has_means=has_means, given=given)])
    return float(np.trace(sum_of_squares([rows], [clusters]))) / moments.weight_sum


def model_trace(inverse: Matrix, meat: Matrix) -> float:
    """Return the trace of the model: first-order meat over the (restricted) information."""
    return float(np.einsum("ij,ji->", inverse, meat))


def structured_trace(
    implied: Sequence[Implied],
    sample: Sequence[Moments],
    inverse: Matrix,
    given: NDArray[np.intp] = NO_VARIABLES,
) -> float:
    r"""
    Return :math:`tr(A_1\Gamma) - tr(E^{-1}\Delta'A_1\Gamma A_1\Delta)`, :math:`A_1` observed at the model's moments.

    The original test of Yuan and Bentler (2000), with the observed information of the saturated model evaluated at
    the model: a form in :math:`W \otimes (2R - W)`, :math:`R = W(S + dd')W`, and the mean residual d.

    Parameters
    ----------
    inverse : ndarray, shape (n_free, n_free)
        Restricted inverse of ``observed_information(..., curved=False)``, so that U is a residual weight.
    """
    size = float(sum(moments.weight_sum for moments in sample))
    whole, blocks = 0.0, []
    for at, moments in zip(implied, sample, strict=True):
        own, contributions = _structured_group(at, moments, given)
        whole += own
        weights = np.ones(moments.n_obs) if moments.weights is None else moments.weights
        blocks.append(contributions * weights[:, None])
    meat = sum_of_squares(blocks, [moments.clusters for moments in sample]) / size
    return whole - float(np.einsum("ij,ji->", inverse, meat))


def _structured_group(at: Implied, moments: Moments, given: NDArray[np.intp]) -> tuple[float, Matrix]:
    z = rows_of(moments) - moments.mean
    w = symmetric_inverse(at.sigma)
    d = moments.mean - at.mu if at.has_means else np.zeros(len(w))
    x = 2.0 * w @ (moments.covariance + np.outer(d, d)) @ w - w
    pull = w @ d
    value, contributions = _forms(at, z, z, w, x, pull)
    if given.size:
        fitted = fitted_by(z, given)
        value2, contributions2 = _forms(at, fitted, fitted, w, x, pull)
        cross, _ = _forms(at, z, fitted, w, x, pull)
        value = value - 2.0 * cross + value2
        contributions = contributions - contributions2
    weights = np.ones(len(z)) if moments.weights is None else moments.weights
    centre = (z * weights[:, None]).T @ z / weights.sum()
    if given.size:
        centre = centre - (fitted * weights[:, None]).T @ fitted / weights.sum()
    middle = 0.5 * float(np.trace(w @ centre @ x @ centre))
    mean_part = np.average(contributions, axis=0, weights=weights)
    return float((weights**2 * value).sum() / weights.sum()) - middle, contributions - mean_part


def _forms(at: Implied, z: Matrix, y: Matrix, w: Matrix, x: Matrix, pull: Matrix) -> tuple[Matrix, Matrix]:
    """Return the quadratic form of (z, zz') with (y, yy') in A1, and the rows' projections on the parameters."""
    zw, zx = z @ w, z @ x
    near, far = np.einsum("ij,ij->i", zw, y), np.einsum("ij,ij->i", zx, y)
    value = 0.5 * near * far
    u, v = at.u, at.w
    contributions = 0.5 * ((zw @ u) * (zx @ v) + (zw @ v) * (zx @ u))
    if at.has_means:
        value = value + near + near * (z @ pull + y @ pull)
        contributions = contributions + (zw @ u) * (pull @ v) + (zw @ v) * (pull @ u)
        contributions = contributions + zw @ at.m * (1.0 + (z @ pull)[:, None])
    return value, contributions
