"""Discrepancies as objectives of the search: maximum likelihood and least squares, over all groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.discrepancy.ml import normal_information
from wxsat.sem.implied import Implied, implied_groups
from wxsat.sem.matrices import Cells
from wxsat.sem.robust.gamma import Metric, turned_jacobian
from wxsat.sem.robust.hessian import group_hessian, second_order
from wxsat.sem.robust.inverse import definite_inverse
from wxsat.sem.robust.weights import turned_residual
from wxsat.sem.scoring import Point

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]


class MaximumLikelihood:
    r"""
    :math:`F = \sum_g w_g\{\log|\Sigma_g| + tr(S_g\Sigma_g^{-1}) - \log|S_g| - p + d_g'\Sigma_g^{-1}d_g\}`.

    Parameters
    ----------
    groups : sequence of Cells
    covariances, means : sequences of ndarray
        Observed moments of each group; S divided by N, or by N - 1 under Wishart.
    shares : ndarray, shape (n_groups,)
        Weights of the groups, summing to 1.
    """

    def __init__(
        self, groups: Sequence[Cells], covariances: Sequence[Matrix], means: Sequence[Matrix], shares: Matrix
    ) -> None:
        self.groups, self.covariances, self.means, self.shares = groups, covariances, means, shares
        self._constants = [float(np.linalg.slogdet(s)[1]) + len(s) for s in covariances]
        self._last: tuple[bytes, tuple[Implied, ...], list[tuple[Matrix, float]]] | None = None

    def at(self, theta: Matrix) -> Point | None:
        """Return value and gradient, None where an implied matrix is not positive definite."""
        found = self._implied(theta)
        if found is None:
            return None
        value, gradient = 0.0, np.zeros(len(theta))
        parts = zip(*found, self.covariances, self.means, self.shares, self._constants, strict=True)
        for implied, (inverse, log_det), sample, mean, share, constant in parts:
            weight = inverse @ sample
            value += share * (log_det + float(np.trace(weight)) - constant)
            turned = inverse - weight @ inverse
            part = 2.0 * np.einsum("ik,ik->k", implied.u, turned @ implied.w)
            if implied.has_means:
                distance = mean - implied.mu
                pull = inverse @ distance
                value += share * float(distance @ pull)
                part -= 2.0 * ((pull @ implied.u) * (pull @ implied.w) + pull @ implied.m)
            gradient += share * part
        return Point(theta, value, gradient) if np.isfinite(value) else None

    def hessian(self, theta: Matrix) -> Matrix:
        """Return the exact Hessian."""
        implied, inverses = self._known(theta)
        parts = zip(implied, inverses, self.covariances, self.means, self.shares, strict=True)
        return np.asarray(
            sum(2.0 * share * group_hessian(at, s, mean - at.mu, inverse=w) for at, (w, _), s, mean, share in parts)
        )

    def rough_hessian(self, theta: Matrix) -> Matrix:
        """Return twice the expected information of one row."""
        implied, inverses = self._known(theta)
        parts = zip(implied, inverses, self.shares, strict=True)
        return np.asarray(sum(2.0 * share * normal_information(at, inverse) for at, (inverse, _), share in parts))

    def _known(self, theta: Matrix) -> tuple[tuple[Implied, ...], list[tuple[Matrix, float]]]:
        found = self._implied(theta)
        if found is None:
            raise np.linalg.LinAlgError("not positive definite")
        return found

    def _implied(self, theta: Matrix) -> tuple[tuple[Implied, ...], list[tuple[Matrix, float]]] | None:
        """Return implied moments, inverses and log determinants; those of the last point are kept."""
        key = theta.tobytes()
        if self._last is not None and self._last[0] == key:
            return self._last[1:]
        try:
            implied = implied_groups(self.groups, theta)
            inverses = [definite_inverse(at.sigma) for at in implied]
        except np.linalg.LinAlgError:
            return None
        self._last = key, implied, inverses
        return implied, inverses


class LeastSquares:
    r"""
    :math:`F = \sum_g w_g\,(s_g-\sigma_g)'V_g(s_g-\sigma_g)` with the weight that a metric stands for.

    Parameters
    ----------
    groups : sequence of Cells
    covariances, means : sequences of ndarray
        S divided by N - 1.
    shares : ndarray, shape (n_groups,)
    metrics : sequence of Metric
        Of GLS, ULS, DWLS or WLS; they do not change with theta.
    """

    def __init__(
        self,
        groups: Sequence[Cells],
        covariances: Sequence[Matrix],
        means: Sequence[Matrix],
        shares: Matrix,
        metrics: Sequence[Metric],
    ) -> None:
        self.groups, self.covariances, self.means, self.shares = groups, covariances, means, shares
        self.metrics = metrics

    def at(self, theta: Matrix) -> Point | None:
        """Return value and gradient, None where the model has no implied moments."""
        try:
            implied = implied_groups(self.groups, theta)
        except np.linalg.LinAlgError:
            return None
        value, gradient = 0.0, np.zeros(len(theta))
        for _, residual, jacobian, share in self._pieces(implied):
            value += share * float(residual @ residual)
            gradient -= 2.0 * share * (residual @ jacobian)
        return Point(theta, value, gradient) if np.isfinite(value) else None

    def rough_hessian(self, theta: Matrix) -> Matrix:
        """Return the Gauss-Newton Hessian."""
        pieces = self._pieces(implied_groups(self.groups, theta))
        return np.asarray(sum(2.0 * share * (jacobian.T @ jacobian) for _, _, jacobian, share in pieces))

    def hessian(self, theta: Matrix) -> Matrix:
        """Return the exact Hessian."""
        total = np.zeros((len(theta),) * 2)
        implied = implied_groups(self.groups, theta)
        for (at, residual, jacobian, share), metric in zip(self._pieces(implied), self.metrics, strict=True):
            weight, pull = _weighted(residual, metric, at)
            own = at.cells.index
            total += 2.0 * share * (jacobian.T @ jacobian)
            total[np.ix_(own, own)] += 2.0 * share * second_order(at, -2.0 * weight, -pull)
        return total

    def _pieces(self, implied: Sequence[Implied]) -> list[tuple[Implied, Matrix, Matrix, float]]:
        """Return for each group the implied moments, turned residual, turned Jacobian and share."""
        parts = zip(implied, self.covariances, self.means, self.metrics, self.shares, strict=True)
        return [
            (at, turned_residual(at, s, m, metric), turned_jacobian(at, metric), float(share))
            for at, s, m, metric, share in parts
        ]


def _weighted(residual: Matrix, metric: Metric, implied: Implied) -> tuple[Matrix, Matrix]:
    """Return the weighted residual V(s - sigma): a symmetric matrix Q with r'V dsigma = tr(Q dSigma), and a vector."""
    p = len(implied.sigma)
    whole = residual if metric.mix is None else metric.mix.T @ residual
    pull = np.zeros(p)
    if implied.has_means:
        pull = metric.turn.T @ (metric.linear * whole[:p])
        whole = whole[p:]
    rows, columns = np.tril_indices(p)
    half = np.zeros((p, p))
    half[rows, columns] = 0.5 * metric.product * whole
    return np.asarray(metric.turn.T @ (half + half.T) @ metric.turn), np.asarray(pull)
