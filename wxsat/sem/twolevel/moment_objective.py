r"""The two-level likelihood as a function of the moments themselves, for the saturated model.

Two parametrisations: the moments as they are, and with :math:`\Sigma_b = LL'`, which never leaves the positive
semidefinite matrices and has an ordinary stationary point where :math:`\Sigma_b` is singular: with Q the derivative in
:math:`\Sigma_b`, the Hessian in L is that of the moments carried over plus :math:`2Q_{ij}` between cells of one column.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.missing.pattern_likelihood import Kind
from wxsat.sem.scoring import Point
from wxsat.sem.twolevel.clusters import ClusterMoments
from wxsat.sem.twolevel.likelihood import LevelMoments, level_terms

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Smallest eigenvalue of a starting factor, in shares of the largest.
LIFT = 1e-8


@dataclass(frozen=True)
class MomentObjective:
    """Minus twice the log-likelihood a row as a function of the free moments; of two means of a variable, one is."""

    data: ClusterMoments

    @property
    def free(self) -> NDArray[np.intp]:
        """Which of (mu_w, vech Sigma_w, mu_b, vech Sigma_b) are parameters."""
        p, b = len(self.data.within_names), len(self.data.between_names)
        free = np.ones(p * (p + 3) // 2 + b * (b + 3) // 2, dtype=bool)
        free[:p] = [name not in self.data.between_names for name in self.data.within_names]
        return np.flatnonzero(free)

    def pack(self, at: LevelMoments) -> NDArray[np.float64]:
        """Return the free moments as one vector."""
        levels = (at.mu_w, at.sigma_w), (at.mu_b, at.sigma_b)
        parts = [np.concatenate([mean, sigma[np.tril_indices(len(mean))]]) for mean, sigma in levels]
        return np.asarray(np.concatenate(parts)[self.free])

    def unpack(self, theta: NDArray[np.float64]) -> LevelMoments:
        """Return the moments that such a vector stands for."""
        p, b = len(self.data.within_names), len(self.data.between_names)
        first = p * (p + 3) // 2
        whole = np.zeros(first + b * (b + 3) // 2)
        whole[self.free] = theta
        return LevelMoments(*_mean_and_matrix(whole[:first], p), *_mean_and_matrix(whole[first:], b))

    def at(self, theta: NDArray[np.float64]) -> Point | None:
        """Return value and gradient, None outside the domain."""
        terms = level_terms(self.data, self.unpack(theta))
        if terms is None:
            return None
        parts = []
        for pull, push in ((terms.pull_w, terms.push_w), (terms.pull_b, terms.push_b)):
            i, j = np.tril_indices(len(pull))
            parts += [pull, np.where(i == j, 1.0, 2.0) * push[i, j]]
        n = self.data.n_rows
        return Point(theta, -2.0 * terms.value / n, -2.0 * np.concatenate(parts)[self.free] / n)

    def hessian(self, theta: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the exact Hessian."""
        return self._hessian(theta, "observed")

    def rough_hessian(self, theta: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return its expectation."""
        return self._hessian(theta, "expected")

    def _hessian(self, theta: NDArray[np.float64], kind: Kind) -> NDArray[np.float64]:
        terms = level_terms(self.data, self.unpack(theta), kind)
        if terms is None:
            raise np.linalg.LinAlgError("not positive definite")
        return np.asarray(2.0 * terms.information[np.ix_(self.free, self.free)] / self.data.n_rows)


@dataclass(frozen=True)
class FactorObjective:
    """
    The same with a triangular factor of the between matrix in place of its elements.

    Attributes
    ----------
    moments : MomentObjective
    order : ndarray of int
        The variables of the upper model in the order of the factor, those that vary most by themselves first.
    """

    moments: MomentObjective
    order: NDArray[np.intp]

    @property
    def _n_between(self) -> int:
        b = len(self.order)
        return b * (b + 1) // 2

    def pack(self, at: LevelMoments) -> NDArray[np.float64]:
        """Return the vector that stands for moments; a between matrix that is not definite is lifted to one that is."""
        theta = self.moments.pack(at)
        factor = _factor_of(at.sigma_b[np.ix_(self.order, self.order)])
        theta[-self._n_between :] = factor[np.tril_indices(len(self.order))]
        return theta

    def _factor(self, theta: NDArray[np.float64]) -> NDArray[np.float64]:
        b = len(self.order)
        factor = np.zeros((b, b))
        factor[np.tril_indices(b)] = theta[-self._n_between :]
        return factor

    def as_moments(self, theta: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the same point as a vector of moments."""
        factor = self._factor(theta)
        b = len(self.order)
        sigma = np.zeros((b, b))
        sigma[np.ix_(self.order, self.order)] = factor @ factor.T
        moments = theta.copy()
        moments[-self._n_between :] = sigma[np.tril_indices(b)]
        return moments

    def _jacobian(self, theta: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the derivative of vech Sigma_b in the cells of the factor."""
        factor, b = self._factor(theta), len(self.order)
        k, column = np.tril_indices(b)
        slope = np.zeros((len(k), b, b))
        cell = np.arange(len(k))
        slope[cell, k, :] += factor[:, column].T
        slope[cell, :, k] += factor[:, column].T
        back = np.argsort(self.order)
        i, j = np.tril_indices(b)
        return np.asarray(slope[:, back[i], back[j]].T)

    def at(self, theta: NDArray[np.float64]) -> Point | None:
        """Return value and gradient, None outside the domain."""
        point = self.moments.at(self.as_moments(theta))
        if point is None:
            return None
        gradient = point.gradient.copy()
        gradient[-self._n_between :] = gradient[-self._n_between :] @ self._jacobian(theta)
        return Point(theta, point.value, gradient)

    def hessian(self, theta: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the exact Hessian."""
        moments = self.as_moments(theta)
        point = self.moments.at(moments)
        if point is None:
            raise np.linalg.LinAlgError("not positive definite")
        result = self._carried(theta, self.moments.hessian(moments))
        b, n = len(self.order), self._n_between
        i, j = np.tril_indices(b)
        push = np.zeros((b, b))
        push[i, j] = push[j, i] = point.gradient[-n:] * np.where(i == j, 1.0, 0.5)
        push = push[np.ix_(self.order, self.order)]
        result[-n:, -n:] += np.where(j[:, None] == j, 2.0 * push[i[:, None], i], 0.0)
        return result

    def rough_hessian(self, theta: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the expected Hessian of the moments, carried over."""
        return self._carried(theta, self.moments.rough_hessian(self.as_moments(theta)))

    def _carried(self, theta: NDArray[np.float64], hessian: NDArray[np.float64]) -> NDArray[np.float64]:
        n, jacobian = self._n_between, self._jacobian(theta)
        result = hessian.copy()
        result[-n:] = jacobian.T @ hessian[-n:]
        result[:, -n:] = result[:, -n:] @ jacobian
        return result


def pivot_order(sigma: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the variables in the order of a pivoted Cholesky factor: what the others leave, largest first."""
    scale = np.sqrt(np.diag(sigma))
    left = sigma / np.outer(scale, scale)
    order: list[int] = []
    for _ in range(len(sigma)):
        remaining = np.diag(left).copy()
        remaining[order] = -np.inf
        k = int(remaining.argmax())
        order.append(k)
        if left[k, k] > 1e-14:
            left = left - np.outer(left[k], left[k]) / left[k, k]
    return np.array(order, dtype=np.intp)


def _mean_and_matrix(moments: NDArray[np.float64], p: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    matrix = np.zeros((p, p))
    rows, columns = np.tril_indices(p)
    matrix[rows, columns] = matrix[columns, rows] = moments[p:]
    return moments[:p], matrix


def _factor_of(sigma: NDArray[np.float64]) -> NDArray[np.float64]:
    try:
        return np.asarray(np.linalg.cholesky(sigma), dtype=np.float64)
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(sigma)
        lifted = (vectors * np.maximum(values, LIFT * values[-1])) @ vectors.T
        return np.asarray(np.linalg.cholesky((lifted + lifted.T) / 2.0), dtype=np.float64)
