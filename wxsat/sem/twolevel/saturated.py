r"""The saturated two-level model: both covariance matrices and all means free, by accelerated EM and Newton steps.

In the complete data of EM the random intercepts and the deviations are known, and the derivatives of the likelihood
give the step: with J clusters and N rows,

.. math:: \Sigma_b^+ = \Sigma_b + 2\Sigma_b Q_b\Sigma_b/J - \delta\delta', \quad \delta = \Sigma_b g_b/J,

and the same within, with N. EM keeps :math:`\Sigma_b` positive semidefinite and creeps towards a singular one; exact
Newton steps end the search, in the moments or, where these leave the covariance matrices, in a factor of
:math:`\Sigma_b`. lavaan 0.6-14 stops EM when a step gains less than 1e-4 in the log-likelihood: ours is the higher one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.errors import EstimationError
from wxsat.numerics.squarem import accelerated_em
from wxsat.sem.missing.ascent import climb
from wxsat.sem.restrictions import unrestricted
from wxsat.sem.twolevel.clusters import ClusterMoments
from wxsat.sem.twolevel.likelihood import LevelMoments, level_terms
from wxsat.sem.twolevel.moment_objective import FactorObjective, MomentObjective, pivot_order

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
        Whether the between matrix is positive definite; else it is singular, and the likelihood would be higher
        outside the covariance matrices.
    unbounded_loglik : float or None
        The highest log-likelihood with a between matrix of any kind; None where the search found none.
    """

    moments: LevelMoments
    loglik: float
    steps: int
    gradient_norm: float
    definite: bool
    unbounded_loglik: float | None


def saturated_levels(data: ClusterMoments, where: str = "data") -> SaturatedLevels:
    """
    Return the maximum-likelihood moments of both levels.

    Raises
    ------
    EstimationError
        SEM-086 when EM does not settle or a matrix becomes singular.
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
    near = LevelMoments(*first.point)
    objective = MomentObjective(data)
    free = climb(objective, unrestricted(len(begin := objective.pack(near))), begin)
    found = objective.unpack(free.theta)
    definite = free.converged and bool(np.linalg.eigvalsh(found.sigma_b)[0] > 0.0)
    unbounded = -0.5 * free.value * data.n_rows if free.converged else None
    best = free
    if not definite:
        factored = FactorObjective(objective, pivot_order(near.sigma_b))
        best = climb(factored, unrestricted(len(begin)), factored.pack(near))
        found = objective.unpack(factored.as_moments(best.theta))
    if not best.converged:
        raise _unsettled(where, best.reason)
    loglik = -0.5 * best.value * data.n_rows
    return SaturatedLevels(
        found, loglik, first.steps + best.iterations, best.gradient_norm, definite, loglik if definite else unbounded
    )


def _unsettled(where: str, reason: str) -> EstimationError:
    return EstimationError(
        "SEM-086",
        f"the saturated two-level model did not settle: {reason}.",
        where=where,
        hint="A variable may hardly vary between clusters, or be a linear function of others: "
        "leave it out of level 2, or drop it.",
    )


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
