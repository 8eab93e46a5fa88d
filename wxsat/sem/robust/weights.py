r"""
The weights of the least-squares estimators as metrics: what GLS, ULS, DWLS and WLS call the length of a residual.

On continuous data lavaan's conventions hold: S divided by N - 1, :math:`\Gamma` divided by N, :math:`\chi^2=(N-1)F`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from wxsat.errors import EstimationError, UsageError
from wxsat.sem.implied import Implied
from wxsat.sem.moments import Moments
from wxsat.sem.robust.casewise import NO_VARIABLES
from wxsat.sem.robust.gamma import (
    Metric,
    diagonal_metric,
    full_metric,
    moment_covariance,
    normal_metric,
    turned_jacobian,
)
from wxsat.sem.robust.hessian import group_shares

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

LEAST_SQUARES = ("GLS", "ULS", "DWLS", "WLS")


def unbiased(moments: Moments) -> Matrix:
    """Return the covariance matrix divided by N - 1."""
    size = moments.weight_sum
    return np.asarray(moments.covariance * (size / (size - 1.0)))


def estimator_metrics(
    estimator: str,
    implied: Sequence[Implied],
    sample: Sequence[Moments],
    given: NDArray[np.intp] = NO_VARIABLES,
) -> tuple[Metric, ...]:
    """
    Return the metric of each group.

    Raises
    ------
    UsageError
        SEM-092 for an estimator without a known weight.
    EstimationError
        SEM-093 when the fourth moments are too few for a full weight (WLS).
    """
    return tuple(_metric(estimator, at, moments, given) for at, moments in zip(implied, sample, strict=True))


def _metric(estimator: str, at: Implied, moments: Moments, given: NDArray[np.intp]) -> Metric:
    p = len(at.sigma)
    if estimator == "ML":
        return normal_metric(at.sigma)
    if estimator == "GLS":
        return normal_metric(unbiased(moments))
    if estimator == "ULS":
        return diagonal_metric(np.ones(p), np.ones(p * (p + 1) // 2))
    if estimator == "DWLS":
        spread = np.diag(moment_covariance(moments, has_means=True, given=given))
        if given.size:
            spread = np.where(spread > 1e-12 * spread.max(), spread, np.inf)
        return diagonal_metric(1.0 / spread[:p], 1.0 / spread[p:])
    if estimator == "WLS":
        return full_metric(_inverse_gamma(at, moments, given), p)
    raise UsageError("SEM-092", f"no weight is known for the estimator {estimator!r}.", where="estimator")


def _inverse_gamma(at: Implied, moments: Moments, given: NDArray[np.intp]) -> Matrix:
    gamma = moment_covariance(moments, has_means=at.has_means, given=given)
    if given.size:
        return np.asarray(np.linalg.pinv(gamma, hermitian=True))
    try:
        np.linalg.cholesky(gamma)
    except np.linalg.LinAlgError:
        raise EstimationError(
            "SEM-093",
            f"WLS needs the inverse of {len(gamma)} by {len(gamma)} fourth moments; "
            f"{moments.n_obs} rows are too few for it.",
            where=f"group {moments.group!r}" if moments.group else "data",
            hint='Use estimator="DWLS", "MLM" or "MLR": they need no such inverse.',
        ) from None
    inverse = np.linalg.inv(gamma)
    return np.asarray((inverse + inverse.T) / 2)


def expected_information(implied: Sequence[Implied], sample: Sequence[Moments], metrics: Sequence[Metric]) -> Matrix:
    r"""Return :math:`\Delta'V\Delta` of one observation over all groups, before restrictions."""
    total = np.zeros((implied[0].u.shape[1],) * 2)
    for share, at, metric in zip(group_shares(sample), implied, metrics, strict=True):
        jacobian = turned_jacobian(at, metric)
        total += share * (jacobian.T @ jacobian)
    return total


def turned_residual(at: Implied, covariance: Matrix, mean: Matrix, metric: Metric) -> Matrix:
    """Return observed minus implied moments in a metric, means first where the model has them."""
    rows, columns = np.tril_indices(len(covariance))
    gap = metric.turn @ (covariance - at.sigma) @ metric.turn.T
    residual = gap[rows, columns] * metric.product
    if at.has_means:
        residual = np.concatenate([metric.turn @ (mean - at.mu) * metric.linear, residual])
    return np.asarray(residual if metric.mix is None else metric.mix @ residual)


def normal_theory_meat(
    implied: Sequence[Implied], sample: Sequence[Moments], metrics: Sequence[Metric], covariances: Sequence[Matrix]
) -> Matrix:
    r"""
    Return :math:`\Delta'V\Gamma_{NT}V\Delta` at the sample's moments: what normal data would give.

    The right errors of ULS and DWLS under normality (lavaan 0.7's ``robust.sem.nt``); lavaan 0.6-14 prints
    :math:`(\Delta'V\Delta)^{-1}`, which is their variance for no data at all.
    """
    total = np.zeros((implied[0].u.shape[1],) * 2)
    for share, at, covariance, metric in zip(group_shares(sample), implied, covariances, metrics, strict=True):
        jacobian = turned_jacobian(at, metric)
        if metric.mix is not None:
            jacobian = metric.mix.T @ jacobian
        spread = metric.turn @ covariance @ metric.turn.T
        if at.has_means:
            p = len(spread)
            linear = jacobian[:p] * metric.linear[:, None]
            total += share * (linear.T @ spread @ linear)
            jacobian = jacobian[p:]
        total += share * _quadratic_variance(jacobian * metric.product[:, None], spread)
    return total


def _quadratic_variance(functionals: Matrix, spread: Matrix) -> Matrix:
    """Return 2 tr(M_a S M_b S) for linear functions of vech(S) given as columns."""
    p = len(spread)
    rows, columns = np.tril_indices(p)
    count = functionals.shape[1]
    whole = np.zeros((count, p, p))
    whole[:, rows, columns] += functionals.T / 2
    whole[:, columns, rows] += functionals.T / 2
    moved = whole @ spread
    return np.asarray(2.0 * np.einsum("aij,bji->ab", moved, moved, optimize=True))
