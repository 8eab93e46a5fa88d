r"""A two-level model's likelihood as a function of its parameters: gradient, exact information, scores of clusters.

Each level has cells of its own on one theta; a parameter belongs to one level. The derivatives in the moments of both
levels (:mod:`wxsat.sem.twolevel.likelihood`) meet the two models' rank-two pieces.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.implied import Implied, implied_moments, moments_jacobian
from wxsat.sem.matrices import Cells
from wxsat.sem.missing.pattern_likelihood import Kind
from wxsat.sem.robust.casewise import sum_by_cluster
from wxsat.sem.robust.hessian import second_order
from wxsat.sem.scoring import Point
from wxsat.sem.twolevel.clusters import ClusterMoments
from wxsat.sem.twolevel.likelihood import LevelMoments, LevelTerms, level_terms, size_matrices

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Levels = tuple[Implied, Implied]


def levels_at(within: Cells, between: Cells, theta: NDArray[np.float64]) -> Levels:
    """Return what both levels imply."""
    return implied_moments(within, theta), implied_moments(between, theta)


def moments_of(levels: Levels) -> LevelMoments:
    """Return the implied moments of both levels as one."""
    within, between = levels
    return LevelMoments(within.mu, within.sigma, between.mu, between.sigma)


def levels_gradient(levels: Levels, terms: LevelTerms) -> NDArray[np.float64]:
    """Return the derivative of the log-likelihood in the parameters, shape (n_free,)."""
    within, between = levels
    gradient = 2.0 * np.einsum("ik,ik->k", within.u, terms.push_w @ within.w) + terms.pull_w @ within.m
    gradient += 2.0 * np.einsum("ik,ik->k", between.u, terms.push_b @ between.w) + terms.pull_b @ between.m
    return np.asarray(gradient)


def levels_information(data: ClusterMoments, levels: Levels, kind: Kind = "observed") -> NDArray[np.float64]:
    """
    Return the information of all rows about the free parameters, shape (n_free, n_free), in closed form.

    Checked against differences of the gradient and against lavaan 0.6-14's ``vcov()``.
    """
    terms = level_terms(data, moments_of(levels), kind)
    if terms is None:
        raise np.linalg.LinAlgError("an implied matrix is not positive definite")
    jacobian = np.vstack([moments_jacobian(level) for level in levels])
    total = jacobian.T @ terms.information @ jacobian
    if kind == "observed":
        parts = zip(levels, (terms.push_w, terms.push_b), (terms.pull_w, terms.pull_b), strict=True)
        for level, push, pull in parts:
            own = level.cells.index
            total[np.ix_(own, own)] -= second_order(level, 2.0 * push, pull)
    return np.asarray((total + total.T) / 2.0)


def cluster_scores(data: ClusterMoments, levels: Levels) -> NDArray[np.float64]:
    """Return the score of every cluster, shape (n_clusters, n_free); their sum is the gradient."""
    within, between = levels
    inverse = np.linalg.inv(within.sigma)
    member = np.repeat(np.arange(data.n_clusters), data.cluster_sizes)
    means = data.cluster_means[:, data.at_within]
    towards = (data.values - means[member]) @ inverse
    scores = sum_by_cluster((towards @ within.u) * (towards @ within.w), member)
    scores -= (data.cluster_sizes - 1.0)[:, None] * np.einsum("ik,ik->k", within.u, inverse @ within.w)
    mu, matrices = size_matrices(data, moments_of(levels))
    d, q = len(mu), scores.shape[1]
    u, w_up, w_low, m = (np.zeros((d, q)) for _ in range(4))
    # A parameter belongs to one level: its u stands alone, and its w carries 1/s when it is the lower one.
    u[data.at_within] += within.u
    u[data.at_between] += between.u
    w_low[data.at_within] = within.w
    w_up[data.at_between] = between.w
    m[data.at_within] += within.m
    m[data.at_between] += between.m
    for size, matrix in zip(data.sizes.tolist(), matrices, strict=True):
        at = np.flatnonzero(data.cluster_sizes == size)
        weight = np.linalg.inv(matrix)
        w = w_up + w_low / size
        z = (data.cluster_means[at] - mu) @ weight
        scores[at] += (z @ u) * (z @ w) - np.einsum("ik,ik->k", u, weight @ w) + z @ m
    return np.asarray(scores)


@dataclass(frozen=True)
class LevelsObjective:
    """Minus twice the log-likelihood a row of a two-level model, with its derivatives."""

    data: ClusterMoments
    within: Cells
    between: Cells

    def at(self, theta: NDArray[np.float64]) -> Point | None:
        """Return value and gradient, None where the model has no likelihood."""
        try:
            levels = levels_at(self.within, self.between, theta)
        except np.linalg.LinAlgError:
            return None
        terms = level_terms(self.data, moments_of(levels))
        if terms is None:
            return None
        n = self.data.n_rows
        return Point(theta, -2.0 * terms.value / n, -2.0 * levels_gradient(levels, terms) / n)

    def hessian(self, theta: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the exact Hessian."""
        levels = levels_at(self.within, self.between, theta)
        return 2.0 * levels_information(self.data, levels) / self.data.n_rows

    def rough_hessian(self, theta: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return its expectation."""
        levels = levels_at(self.within, self.between, theta)
        return 2.0 * levels_information(self.data, levels, "expected") / self.data.n_rows
