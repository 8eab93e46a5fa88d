r"""The saturated two-level model: both covariance matrices and all means free, by accelerated EM and Newton steps.

In the complete data of EM the random intercepts and the deviations are known, and the derivatives of the likelihood
give the step: with J clusters and N rows,

.. math:: \Sigma_b^+ = \Sigma_b + 2\Sigma_b Q_b\Sigma_b/J - \delta\delta', \quad \delta = \Sigma_b g_b/J,

and the same within, with N. EM keeps :math:`\Sigma_b` positive semidefinite and creeps towards a singular one; exact
Newton steps end the search, and may leave the positive semidefinite matrices as the model itself may (both likelihoods
exist as long as the covariance of the cluster means does), so that the two stay nested and chi-square keeps its meaning.
lavaan 0.6-14 stops EM when a step gains less than 1e-4 in the log-likelihood: ours is the higher one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.errors import EstimationError
from wxsat.sem.missing.ascent import climb
from wxsat.sem.missing.pattern_likelihood import Kind
from wxsat.sem.missing.squarem import accelerated_em
from wxsat.sem.restrictions import unrestricted
from wxsat.sem.scoring import Point
from wxsat.sem.twolevel.clusters import ClusterMoments
from wxsat.sem.twolevel.likelihood import LevelMoments, level_terms

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Arrays = tuple[NDArray[np.float64], ...]

EM_STEPS = 90  # enough to come near; Newton steps do the rest
LEAST_SHARE = 0.02  # of the total variance that a start leaves between the clusters


@dataclass(frozen=True)
class SaturatedLevels:
    """
    The moments that fit two-level data best.

    Attributes
    ----------
    moments : LevelMoments
        Means of variables with a between part stand there.
    loglik : float
        With its full constant.
    steps : int
    gradient_norm : float
        Largest gradient in units of sqrt(curvature).
    definite : bool
        Whether the between matrix is positive definite.
    """

    moments: LevelMoments
    loglik: float
    steps: int
    gradient_norm: float
    definite: bool


def saturated_levels(data: ClusterMoments, where: str = "data") -> SaturatedLevels:
    """
    Return the maximum-likelihood moments of both levels.

    Raises
    ------
    EstimationError
        SEM-133 when EM does not settle or a matrix becomes singular.
    """
    start = _start(data)

    def evaluate(point: Arrays) -> tuple[float, Arrays] | None:
        at = LevelMoments(*point)
        terms = level_terms(data, at)
        if terms is None:
            return None
        mu_w, sigma_w = _step(at.mu_w, at.sigma_w, terms.pull_w, terms.push_w, data.n_rows)
        mu_b, sigma_b = _step(at.mu_b, at.sigma_b, terms.pull_b, terms.push_b, data.n_clusters)
        return terms.value, _one_mean(data, (mu_w, sigma_w, mu_b, sigma_b))

    scale = _units(start)
    first = accelerated_em((start.mu_w, start.sigma_w, start.mu_b, start.sigma_b), evaluate, lambda _: scale, EM_STEPS)
    if first is None:
        raise _unsettled(where, "a matrix became singular")
    objective = MomentObjective(data, _free(data))
    begin = objective.pack(LevelMoments(*first.point))
    best = climb(objective, unrestricted(len(begin)), begin)
    if not best.converged:
        raise _unsettled(where, best.reason)
    moments = objective.unpack(best.theta)
    loglik = -0.5 * best.value * data.n_rows
    definite = bool(np.linalg.eigvalsh(moments.sigma_b)[0] > 0.0)
    return SaturatedLevels(moments, loglik, first.steps + best.iterations, best.gradient_norm, definite)


def _unsettled(where: str, reason: str) -> EstimationError:
    return EstimationError(
        "SEM-133",
        f"the saturated two-level model did not settle: {reason}.",
        where=where,
        hint="A variable may hardly vary between clusters, or be a linear function of others: "
        "leave it out of level 2, or drop it.",
    )


def _free(data: ClusterMoments) -> NDArray[np.intp]:
    """Return which of (mu_w, vech Sigma_w, mu_b, vech Sigma_b) are parameters: of two means of a variable, one."""
    p, b = len(data.within_names), len(data.between_names)
    free = np.ones(p * (p + 3) // 2 + b * (b + 3) // 2, dtype=bool)
    free[:p] = [name not in data.between_names for name in data.within_names]
    return np.flatnonzero(free)


@dataclass(frozen=True)
class MomentObjective:
    """Minus twice the log-likelihood a row as a function of the moments in `free`; the others are zero."""

    data: ClusterMoments
    free: NDArray[np.intp]

    def pack(self, at: LevelMoments) -> NDArray[np.float64]:
        """Return the free moments as one vector."""
        parts = [np.concatenate([m, s[np.tril_indices(len(m))]]) for m, s in _pairs(at)]
        return np.asarray(np.concatenate(parts)[self.free])

    def unpack(self, theta: NDArray[np.float64]) -> LevelMoments:
        """Return the moments that such a vector stands for."""
        p, b = len(self.data.within_names), len(self.data.between_names)
        whole = np.zeros(p * (p + 3) // 2 + b * (b + 3) // 2)
        whole[self.free] = theta
        return LevelMoments(*_matrix(whole[: p * (p + 3) // 2], p), *_matrix(whole[p * (p + 3) // 2 :], b))

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


def _pairs(at: LevelMoments) -> tuple[tuple[NDArray[np.float64], NDArray[np.float64]], ...]:
    return (at.mu_w, at.sigma_w), (at.mu_b, at.sigma_b)


def _matrix(moments: NDArray[np.float64], p: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    matrix = np.zeros((p, p))
    rows, columns = np.tril_indices(p)
    matrix[rows, columns] = matrix[columns, rows] = moments[p:]
    return moments[:p], matrix


def _step(
    mean: NDArray[np.float64],
    sigma: NDArray[np.float64],
    pull: NDArray[np.float64],
    push: NDArray[np.float64],
    n: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    move = sigma @ pull / n
    new = sigma + 2.0 * sigma @ push @ sigma / n - np.outer(move, move)
    return mean + move, (new + new.T) / 2.0


def _one_mean(data: ClusterMoments, point: Arrays) -> Arrays:
    """Put the means of variables of both levels in the upper one: only their sum is known."""
    mu_w, sigma_w, mu_b, sigma_b = point
    mu_w, mu_b = mu_w.copy(), mu_b.copy()
    for k, name in enumerate(data.between_names):
        if name in data.within_names:
            i = data.within_names.index(name)
            mu_b[k] += mu_w[i]
            mu_w[i] = 0.0
    return mu_w, sigma_w, mu_b, sigma_b


def _start(data: ClusterMoments) -> LevelMoments:
    """Return moments from the analysis of variance, the between part made positive definite."""
    rows, clusters = data.n_rows, data.n_clusters
    sigma_w = data.within / max(rows - clusters, 1)
    grand = data.values.mean(axis=0)
    centre = data.cluster_means.mean(axis=0)
    spread = np.cov(data.cluster_means, rowvar=False, ddof=0).reshape(len(centre), len(centre))
    reduced = spread.copy()
    at = data.at_within
    reduced[np.ix_(at, at)] -= sigma_w * float(data.counts @ (1.0 / data.sizes)) / clusters
    sigma_b = reduced[np.ix_(data.at_between, data.at_between)]
    least = LEAST_SHARE * np.diag(spread)[data.at_between]
    scale = np.sqrt(np.maximum(np.diag(sigma_b), least))
    values, axes = np.linalg.eigh(sigma_b / np.outer(scale, scale))
    sigma_b = np.outer(scale, scale) * ((axes * np.maximum(values, 0.05)) @ axes.T)
    upper = [name in data.between_names for name in data.within_names]
    only_within = np.array([not x for x in upper])
    total = data.values - grand
    # What has no between part varies within clusters alone, cluster means included.
    sigma_w = np.where(np.outer(only_within, only_within), total.T @ total / rows, sigma_w)
    if np.linalg.eigvalsh(sigma_w)[0] <= 0:
        sigma_w = data.within / max(rows - clusters, 1)
    mu_b = centre[data.at_between]
    return LevelMoments(np.where(only_within, grand, 0.0), sigma_w, mu_b, sigma_b)


def _units(start: LevelMoments) -> Arrays:
    w, b = np.sqrt(np.diag(start.sigma_w)), np.sqrt(np.diag(start.sigma_b))
    return w, np.outer(w, w), b, np.outer(b, b)
