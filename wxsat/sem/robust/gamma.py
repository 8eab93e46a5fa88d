r"""
Traces of :math:`U\Gamma` from casewise contributions: :math:`\Gamma` is never formed where a sum over rows will do.

:math:`\Gamma` is the asymptotic covariance of the sample moments :math:`d_i = (y_i, vech(zz'))`, U the residual weight
:math:`V - V\Delta(\Delta'V\Delta)^{-1}\Delta'V`. A *metric* turns moments so that V becomes the identity: for the
normal-theory weight the rows are whitened by the Cholesky factor of :math:`\Sigma` and squares are halved, because
:math:`vech(zz')'V\,vech(zz') = \frac12(z'\Sigma^{-1}z)^2`. Then

.. math::

   tr(U\Gamma) = tr(V\Gamma) - tr(E^{-1}B),\qquad
   tr(U\Gamma U\Gamma) = \lVert\Gamma\rVert^2 - 2\,tr(E^{-1}\Delta'\Gamma^2\Delta) + tr\{(E^{-1}B)^2\}

with :math:`E = \Delta'\Delta`, :math:`B = \Delta'\Gamma\Delta` in that metric.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.implied import Implied
from wxsat.sem.moments import Moments
from wxsat.sem.robust.casewise import (
    NO_VARIABLES,
    fitted_by,
    projected_contributions,
    rows_of,
    sum_by_cluster,
    sum_of_squares,
)
from wxsat.sem.robust.hessian import group_shares
from wxsat.sem.robust.inverse import symmetric_inverse

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wxsat.sem.restrictions import Restrictions

    Matrix = NDArray[np.float64]

BLOCK_ROWS = 2048  # rows turned into p(p+1)/2 products at a time: memory stays flat however many rows there are


@dataclass(frozen=True)
class Metric:
    """
    A change of coordinates in which a weight matrix of moments is the identity.

    Attributes
    ----------
    turn : ndarray, shape (p, p)
        Applied to rows and to the vectors u, w, m.
    linear : ndarray, shape (p,)
        Scale of the turned means.
    product : ndarray, shape (p(p+1)/2,)
        Scale of the turned products, lower triangle row by row.
    mix : ndarray, shape (n_moments, n_moments), optional
        A further linear map of all moments, means first where the model has them (full weights alone).
    """

    turn: Matrix
    linear: Matrix
    product: Matrix
    mix: Matrix | None = None


def normal_metric(covariance: Matrix) -> Metric:
    r"""Return the metric of the normal-theory weight at `covariance`: :math:`\Sigma` for ML, S for GLS."""
    p = len(covariance)
    factor = np.linalg.cholesky(covariance)
    rows, columns = np.tril_indices(p)
    turn = np.linalg.solve(factor, np.eye(p))
    return Metric(turn, np.ones(p), np.where(rows == columns, np.sqrt(0.5), 1.0))


def diagonal_metric(means: Matrix, products: Matrix) -> Metric:
    """Return the metric of a diagonal weight: ones for ULS, reciprocals of the diagonal of Gamma for DWLS."""
    return Metric(np.eye(len(means)), np.sqrt(means), np.sqrt(products))


def full_metric(weight: Matrix, n_variables: int) -> Metric:
    """
    Return the metric of a whole weight matrix (WLS), means first where it has them.

    The weight of a model with given covariates is singular: a symmetric root serves as well.
    """
    p = n_variables
    try:
        root = np.linalg.cholesky(weight).T
    except np.linalg.LinAlgError:
        values, axes = np.linalg.eigh(weight)
        root = (axes * np.sqrt(np.maximum(values, 0.0))).T
    return Metric(np.eye(p), np.ones(p), np.ones(p * (p + 1) // 2), np.asarray(root, dtype=np.float64))


def turned_jacobian(implied: Implied, metric: Metric) -> Matrix:
    """Return the derivative of the turned moments, means first where the model has them, shape (n_moments, n_free)."""
    rows, columns = np.tril_indices(len(implied.sigma))
    u, w = metric.turn @ implied.u, metric.turn @ implied.w
    jacobian = (u[rows] * w[columns] + w[rows] * u[columns]) * metric.product[:, None]
    if implied.has_means:
        jacobian = np.vstack([(metric.turn @ implied.m) * metric.linear[:, None], jacobian])
    return jacobian if metric.mix is None else metric.mix @ jacobian


def turned_rows(
    moments: Moments, metric: Metric, *, has_means: bool, given: NDArray[np.intp] = NO_VARIABLES
) -> Iterator[tuple[slice, Matrix]]:
    """
    Yield blocks of turned casewise moments, centred over the whole group, with the rows they belong to.

    Weighted rows are centred at the weighted mean and multiplied by their weight.
    """
    z = rows_of(moments) - moments.mean
    fitted = fitted_by(z, given) if given.size else None
    y = z @ metric.turn.T
    seen = None if fitted is None else fitted @ metric.turn.T
    share = np.full(len(z), 1.0 / len(z)) if moments.weights is None else moments.weights / moments.weights.sum()
    centre = (y * share[:, None]).T @ y
    if seen is not None:
        centre -= (seen * share[:, None]).T @ seen
    rows, columns = np.tril_indices(y.shape[1])
    for start in range(0, len(y), BLOCK_ROWS):
        part = slice(start, start + BLOCK_ROWS)
        block = y[part][:, rows] * y[part][:, columns]
        if seen is not None:
            block -= seen[part][:, rows] * seen[part][:, columns]
        block -= centre[rows, columns]
        block *= metric.product
        if has_means:
            linear = y[part] if seen is None else y[part] - seen[part]
            block = np.hstack([linear * metric.linear, block])
        if metric.mix is not None:
            block = block @ metric.mix.T
        yield part, block if moments.weights is None else block * moments.weights[part, None]


def moment_covariance(
    moments: Moments, *, has_means: bool, given: NDArray[np.intp] = NO_VARIABLES, metric: Metric | None = None
) -> Matrix:
    r"""
    Return :math:`\Gamma` itself, divided by N, shape (n_moments, n_moments): what a full weight (WLS, ADF) needs.

    Moments are the means (where the model has them) and the lower triangle of the covariances, row by row.
    """
    p = moments.covariance.shape[0]
    plain = metric or Metric(np.eye(p), np.ones(p), np.ones(p * (p + 1) // 2))
    blocks = turned_rows(moments, plain, has_means=has_means, given=given)
    if moments.clusters is not None:
        whole = np.vstack([block for _, block in blocks])
        return sum_of_squares([whole], [moments.clusters]) / moments.weight_sum
    return np.asarray(sum(block.T @ block for _, block in blocks) / moments.weight_sum)


def normal_trace(implied: Implied, moments: Moments, weight: Matrix, given: NDArray[np.intp] = NO_VARIABLES) -> float:
    r"""
    Return :math:`tr(V\Gamma)` of one group for the normal-theory weight, from n distances.

    :math:`\frac12\{\overline{(z'Wz)^2} - tr(WSWS)\}` and, with a mean structure, :math:`tr(WS)`.
    """
    if moments.clusters is not None or moments.weights is not None:
        metric = normal_metric(symmetric_inverse(weight))
        return _explicit_trace(implied, moments, metric, given)
    z = rows_of(moments) - moments.mean
    turned = z @ weight
    distance = np.einsum("ij,ij->i", turned, z)
    fourth = distance**2
    spread = moments.covariance
    if given.size:
        fitted = fitted_by(z, given)
        fourth = fourth - 2.0 * np.einsum("ij,ij->i", turned, fitted) ** 2
        fourth += np.einsum("ij,ij->i", fitted @ weight, fitted) ** 2
        spread = spread - fitted.T @ fitted / len(fitted)
    product = weight @ spread
    trace = 0.5 * (float(fourth.mean()) - float(np.einsum("ij,ji->", product, product)))
    return trace + float(np.trace(product)) if implied.has_means else trace


def _explicit_trace(implied: Implied, moments: Moments, metric: Metric, given: NDArray[np.intp]) -> float:
    blocks = turned_rows(moments, metric, has_means=implied.has_means, given=given)
    if moments.clusters is None:
        return float(sum(np.einsum("ij,ij->", block, block) for _, block in blocks)) / moments.weight_sum
    sums = sum_by_cluster(np.vstack([block for _, block in blocks]), moments.clusters)
    return float(np.einsum("ij,ij->", sums, sums)) / moments.weight_sum * len(sums) / (len(sums) - 1.0)


@dataclass(frozen=True)
class GammaTraces:
    r"""
    Attributes
    ----------
    first, second : float
        :math:`tr(U\Gamma)` and :math:`tr\{(U\Gamma)^2\}`; the second is NaN where it was not asked for.
    meat : ndarray, shape (n_free, n_free)
        :math:`\Delta'V\Gamma V\Delta` over all groups.
    inverse : ndarray, shape (n_free, n_free)
        :math:`K(K'\Delta'V\Delta K)^{-1}K'`.
    """

    first: float
    second: float
    meat: Matrix
    inverse: Matrix


def residual_traces(
    implied: Sequence[Implied],
    sample: Sequence[Moments],
    restrictions: Restrictions,
    information: Matrix,
    weights: Sequence[Matrix],
    *,
    second: bool = False,
    given: NDArray[np.intp] = NO_VARIABLES,
) -> GammaTraces:
    """
    Return the traces for normal-theory weights (ML, GLS).

    Parameters
    ----------
    information : ndarray, shape (n_free, n_free)
        The expected information of one observation in the same weights, before restrictions.
    weights : sequence of ndarray, shape (p, p)
        Inverse of Sigma (ML) or of S (GLS), one a group.
    second : bool
        Whether the trace of the square is needed; it costs N times (p(p+1)/2) squared, or N squared times that.
    """
    shares = group_shares(sample)
    contributions = [
        projected_contributions(at, moments, weight, given)
        for at, moments, weight in zip(implied, sample, weights, strict=True)
    ]
    weighted = [
        c if moments.weights is None else c * moments.weights[:, None]
        for c, moments in zip(contributions, sample, strict=True)
    ]
    size = float(sum(moments.weight_sum for moments in sample))
    meat = sum_of_squares(weighted, [moments.clusters for moments in sample]) / size
    inverse = restrictions.covariance(information)
    whole = sum(
        normal_trace(at, moments, weight, given) for at, moments, weight in zip(implied, sample, weights, strict=True)
    )
    product = inverse @ meat
    first = float(whole) - float(np.trace(product))
    if not second:
        return GammaTraces(first, np.nan, meat, inverse)
    metrics = [normal_metric(symmetric_inverse(weight)) for weight in weights]
    squared = _second_trace(implied, sample, shares, metrics, inverse, product, given)
    return GammaTraces(first, squared, meat, inverse)


def metric_traces(
    implied: Sequence[Implied],
    sample: Sequence[Moments],
    restrictions: Restrictions,
    metrics: Sequence[Metric],
    *,
    second: bool = False,
    given: NDArray[np.intp] = NO_VARIABLES,
) -> GammaTraces:
    """Return the traces for any weight (ULS, DWLS, WLS), given as one metric a group."""
    shares = group_shares(sample)
    information = np.zeros((implied[0].u.shape[1],) * 2)
    whole, blocks = 0.0, []
    for share, at, moments, metric in zip(shares, implied, sample, metrics, strict=True):
        jacobian = turned_jacobian(at, metric)
        information += share * (jacobian.T @ jacobian)
        rows = turned_rows(moments, metric, has_means=at.has_means, given=given)
        blocks.append(np.vstack([block @ jacobian for _, block in rows]))
        whole += _explicit_trace(at, moments, metric, given)
    size = float(sum(moments.weight_sum for moments in sample))
    meat = sum_of_squares(blocks, [moments.clusters for moments in sample]) / size
    inverse = restrictions.covariance(information)
    product = inverse @ meat
    first = whole - float(np.trace(product))
    squared = _second_trace(implied, sample, shares, metrics, inverse, product, given) if second else np.nan
    return GammaTraces(first, squared, meat, inverse)


def _second_trace(
    implied: Sequence[Implied],
    sample: Sequence[Moments],
    shares: Matrix,
    metrics: Sequence[Metric],
    inverse: Matrix,
    product: Matrix,
    given: NDArray[np.intp],
) -> float:
    total = float(np.einsum("ij,ji->", product, product))
    for share, at, moments, metric in zip(shares, implied, sample, metrics, strict=True):
        jacobian = turned_jacobian(at, metric)
        n, size = moments.n_obs, len(jacobian)
        if moments.clusters is None and n < size:
            rows = np.vstack([b for _, b in turned_rows(moments, metric, has_means=at.has_means, given=given)])
            gram = rows @ rows.T / moments.weight_sum
            turned = rows.T @ (rows @ jacobian) / moments.weight_sum
        else:
            gram = moment_covariance(moments, has_means=at.has_means, given=given, metric=metric)
            turned = gram @ jacobian
        total += float(np.einsum("ij,ij->", gram, gram))
        total -= 2.0 * share * float(np.einsum("ij,ij->", inverse, turned.T @ turned))
    return total
