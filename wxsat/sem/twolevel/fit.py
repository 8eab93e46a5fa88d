"""Two-level models of a parameter table: one call from table, rows and cluster codes to everything a report needs.

``fit_sem(..., cluster=...)`` with a model that has ``level:`` blocks is to call::

    fit = estimate_two_level(table, constraints, values, names, codes, options)

with the complete rows, the columns' names and integer codes of the clusters; the table has a mean structure
(``meanstructure=True``). Nothing else is needed: starting values, saturated and baseline model are made here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from wxsat.errors import UsageError
from wxsat.finding import Finding
from wxsat.sem.implied import Implied
from wxsat.sem.matrices import Cells, lay_out
from wxsat.sem.missing.ascent import climb, minimise
from wxsat.sem.missing.fiml import FimlObjective
from wxsat.sem.missing.fiml_robust import ScalingTraces
from wxsat.sem.missing.moment_model import moment_cells, moment_values
from wxsat.sem.missing.patterns import complete_pattern
from wxsat.sem.moments import Moments
from wxsat.sem.parameter_table import ParameterTable
from wxsat.sem.restrictions import Constraints, Restrictions, unrestricted
from wxsat.sem.scoring import Optimum
from wxsat.sem.start_values import good_starts
from wxsat.sem.twolevel.clusters import ClusterMoments, cluster_moments
from wxsat.sem.twolevel.given import Positions, explained_moments, given_covariates, given_loglik, known_moments
from wxsat.sem.twolevel.likelihood import LevelMoments, level_terms
from wxsat.sem.twolevel.objective import (
    LevelsObjective,
    cluster_scores,
    levels_at,
    levels_information,
    moments_of,
)
from wxsat.sem.twolevel.saturated import SaturatedLevels, saturated_levels

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEW_CLUSTERS = 100


@dataclass(frozen=True)
class TwoLevelOptions:
    """
    Attributes
    ----------
    information : {"observed", "expected"}
        lavaan's default is the observed one.
    errors : {"standard", "robust"}
        Inverse information, or the sandwich over clusters.
    test : {"standard", "yuan_bentler_mplus"}
    """

    information: Literal["observed", "expected"] = "observed"
    errors: Literal["standard", "robust"] = "standard"
    test: Literal["standard", "yuan_bentler_mplus"] = "standard"


@dataclass(frozen=True)
class TwoLevelFit:
    """
    A fitted two-level model.

    Attributes
    ----------
    optimum : Optimum
        Its value is minus twice the log-likelihood a row.
    data : ClusterMoments
    within, between : Implied
        Both levels at the solution; variables of both have their mean in the upper one.
    saturated : SaturatedLevels
        Its moments stand for the observed ones (residuals, SRMR).
    vcov : ndarray, shape (n_free, n_free)
    information : ndarray, shape (n_free, n_free)
        Of one row, before restrictions.
    loglik, saturated_loglik, baseline_loglik : float
        Full constant; the moments of given covariates that stand at one level are taken out of all three.
    df, baseline_df : int
    traces, baseline_traces : ScalingTraces, optional
        Of the scaled test.
    srmr_within, srmr_between : float
    findings : tuple of Finding
    """

    optimum: Optimum
    data: ClusterMoments
    within: Implied
    between: Implied
    saturated: SaturatedLevels
    vcov: NDArray[np.float64]
    information: NDArray[np.float64]
    loglik: float
    saturated_loglik: float
    baseline_loglik: float
    df: int
    baseline_df: int
    traces: ScalingTraces | None
    baseline_traces: ScalingTraces | None
    srmr_within: float
    srmr_between: float
    findings: tuple[Finding, ...]

    @property
    def chisq(self) -> float:
        """Twice the distance to the saturated model."""
        return 2.0 * (self.saturated_loglik - self.loglik)

    @property
    def baseline_chisq(self) -> float:
        """Twice the distance of the independence model to the saturated one."""
        return 2.0 * (self.saturated_loglik - self.baseline_loglik)


def estimate_two_level(
    table: ParameterTable,
    constraints: Constraints,
    values: NDArray[np.float64],
    names: Sequence[str],
    clusters: NDArray[np.intp],
    options: TwoLevelOptions | None = None,
) -> TwoLevelFit:
    """
    Fit a two-level model by maximum likelihood; clusters may differ in size.

    Parameters
    ----------
    table : ParameterTable
        With two levels and a mean structure.
    constraints : Constraints
        Of the table; equalities across levels are among them.
    values : ndarray, shape (n, len(names))
        Complete rows.
    names : sequence of str
    clusters : ndarray of int, shape (n,)
    options : TwoLevelOptions, optional

    Raises
    ------
    UsageError
        SEM-087 when the table has not two levels, or several groups.
    DataError
        SEM-083 to SEM-085, see :func:`wxsat.sem.twolevel.clusters.cluster_moments`.
    EstimationError
        SEM-086 the saturated model does not settle.

    Notes
    -----
    Checked against lavaan 0.6-14 in ``tests/golden/sem_twolevel``. Its saturated log-likelihood is lower, because its
    EM stops when a step gains less than 1e-4, and so is its chi-square: by some 1e-3 in regular cases, by some tenths
    where the between matrix is singular. The saturated between matrix is the best *covariance* matrix, as in lavaan and
    Mplus; when the model itself implies one with a negative eigenvalue, the saturated one may have such too, so that
    the two stay nested.
    """
    options = options or TwoLevelOptions()
    if table.n_levels != 2 or table.n_groups != 1:
        raise UsageError(
            "SEM-087",
            f"a two-level model of one group is needed; this one has {table.n_levels} levels "
            f"and {table.n_groups} groups.",
            where=table.name,
            hint="Write the model under 'level: 1' and 'level: 2', and fit groups one by one.",
        )
    lower, upper = table.at_level(1), table.at_level(2)
    data = cluster_moments(values, names, clusters, lower.observed_names, upper.observed_names)
    saturated = saturated_levels(data, table.name)
    given = given_covariates(lower, data.within_names), given_covariates(upper, data.between_names)
    known = known_moments(data, saturated.moments, given)
    objective = LevelsObjective(
        data, lay_out(lower, known.sigma_w, known.mu_w), lay_out(upper, known.sigma_b, known.mu_b)
    )
    start = _start(table, data, objective, constraints, known)
    optimum = minimise(objective, constraints, start)
    levels = levels_at(objective.within, objective.between, optimum.theta)
    restrictions = constraints.at_solution(optimum.theta)
    # Of a search that left for infinity nothing is a number; the caller refuses it by its own word.
    with np.errstate(over="ignore", invalid="ignore"):
        information = levels_information(data, levels, options.information)
    outside = given_loglik(data, known, given)
    model = _Explained(data, levels, restrictions, information)
    base, base_value = _baseline(table, data, known, given)
    base_levels = levels_at(base.within, base.between, base_value.theta)
    base_model = _Explained(
        data, base_levels, unrestricted(base.within.n_free), levels_information(data, base_levels, options.information)
    )
    kept = explained_moments(data, given)
    scaled = options.test != "standard"
    h1 = _saturated_trace(data, saturated.moments, kept, options.information) if scaled else 0.0
    srmr = _srmr(saturated.moments, moments_of(levels))
    n = data.n_rows
    return TwoLevelFit(
        optimum,
        data,
        *levels,
        saturated,
        model.vcov(options.errors),
        information / n,
        -0.5 * n * optimum.value - outside,
        _nesting_loglik(saturated, levels[1]) - outside,
        -0.5 * n * base_value.value - outside,
        len(kept) - constraints.n_unique,
        len(kept) - base.within.n_free,
        ScalingTraces(h1, model.trace(), len(kept), constraints.n_unique) if scaled else None,
        ScalingTraces(h1, base_model.trace(), len(kept), base.within.n_free) if scaled else None,
        *srmr,
        _findings(data, saturated),
    )


def _nesting_loglik(saturated: SaturatedLevels, between: Implied) -> float:
    """Return the saturated log-likelihood of the set that the model's own between matrix lies in."""
    outside = np.linalg.eigvalsh(between.sigma)[0] < -1e-8 * float(np.diag(between.sigma).max())
    if outside and saturated.unbounded_loglik is not None:
        return saturated.unbounded_loglik
    return saturated.loglik


@dataclass(frozen=True)
class _Explained:
    """A fitted model with its information, for errors and traces."""

    data: ClusterMoments
    levels: tuple[Implied, Implied]
    restrictions: Restrictions
    information: NDArray[np.float64]

    def meat(self) -> NDArray[np.float64]:
        scores = cluster_scores(self.data, self.levels)
        return np.asarray(scores.T @ scores)

    def vcov(self, errors: str) -> NDArray[np.float64]:
        """Return the covariance of the estimates; NaN where the information is singular."""
        try:
            bread = self.restrictions.covariance(self.information)
        except np.linalg.LinAlgError:
            return np.full(self.information.shape, np.nan)
        vcov = bread @ self.meat() @ bread if errors == "robust" else bread
        return (vcov + vcov.T) / 2.0

    def trace(self) -> float:
        return float(np.einsum("ij,ij->", self.restrictions.covariance(self.information), self.meat()))


def _start(
    table: ParameterTable,
    data: ClusterMoments,
    objective: LevelsObjective,
    constraints: Constraints,
    known: LevelMoments,
) -> NDArray[np.float64]:
    """Return a start: both levels fitted to the saturated moments as if these were samples of their own."""
    pieces = [
        Moments(data.within_names, known.sigma_w, known.mu_w, data.n_rows, data.n_rows),
        Moments(data.between_names, _definite(known.sigma_b), known.mu_b, data.n_clusters, data.n_clusters),
    ]
    theta = np.zeros(table.n_free)
    for level, piece in enumerate(pieces, start=1):
        part = table.at_level(level)
        own = [row.free - 1 for row in part.parameters if row.free]
        theta[own] = good_starts(part, [piece])[own]
    whole = [complete_pattern(m.covariance, m.mean, float(m.n_obs)) for m in pieces]
    near = climb(FimlObjective([objective.within, objective.between], whole), constraints.linear, theta, 1e-3)
    for candidate in (near.theta, constraints.linear.project(theta)):
        if objective.at(candidate) is not None:
            return candidate
    return theta


def _definite(sigma: NDArray[np.float64]) -> NDArray[np.float64]:
    scale = np.sqrt(np.maximum(np.diag(sigma), 1e-3 * np.diag(sigma).max()))
    values, axes = np.linalg.eigh(sigma / np.outer(scale, scale))
    if values[0] > 1e-6:
        return sigma
    return np.asarray(np.outer(scale, scale) * ((axes * np.maximum(values, 0.02)) @ axes.T))


def _baseline(
    table: ParameterTable, data: ClusterMoments, known: LevelMoments, given: Positions
) -> tuple[LevelsObjective, Optimum]:
    """Fit the independence model: at both levels all variables uncorrelated but the given covariates."""
    layouts: list[Cells] = []
    counts = []
    parts = []
    for names, fixed, other, sigma, mu in (
        (data.within_names, given[0], data.between_names, known.sigma_w, known.mu_w),
        (data.between_names, given[1], (), known.sigma_b, known.mu_b),
    ):
        pairs = [(i, i) for i in range(len(names)) if i not in fixed]
        means = [i for i, name in enumerate(names) if i not in fixed and name not in other]
        still = np.zeros_like(sigma)
        still[np.ix_(fixed, fixed)] = sigma[np.ix_(fixed, fixed)]
        at_rest = np.where(np.isin(np.arange(len(names)), fixed), mu, 0.0)
        parts.append((names, pairs, means, still, at_rest))
        counts.append(len(pairs) + len(means))
    for (names, pairs, means, still, at_rest), first in zip(parts, (0, counts[0]), strict=True):
        layouts.append(
            moment_cells(
                names, pairs, means, fixed_covariance=still, fixed_mean=at_rest, first=first, n_free=sum(counts)
            )
        )
    objective = LevelsObjective(data, layouts[0], layouts[1])
    sigma_b = _definite(known.sigma_b)
    start = np.concatenate(
        [moment_values(layouts[0], known.sigma_w, known.mu_w), moment_values(layouts[1], sigma_b, known.mu_b)]
    )
    return objective, climb(objective, unrestricted(sum(counts)), start)


def _saturated_trace(
    data: ClusterMoments, best: LevelMoments, kept: NDArray[np.intp], kind: Literal["observed", "expected"]
) -> float:
    """Return the trace of the saturated model's scores over its information."""
    terms = level_terms(data, best, kind)
    if terms is None:
        raise np.linalg.LinAlgError("the saturated matrices are not positive definite")
    p, b = len(data.within_names), len(data.between_names)
    size = p * (p + 3) // 2
    levels = []
    for names, first, at in ((data.within_names, 0, (best.sigma_w, best.mu_w)),
                             (data.between_names, size, (best.sigma_b, best.mu_b))):  # fmt: skip
        pairs = [(i, j) for i in range(len(names)) for j in range(i + 1)]
        cells = moment_cells(names, pairs, range(len(names)), first=first, n_free=size + b * (b + 3) // 2)
        levels.append((cells, moment_values(cells, *at)))
    theta = np.concatenate([values for _, values in levels])
    scores = cluster_scores(data, levels_at(levels[0][0], levels[1][0], theta))
    # The layout has the covariances first, the information the means.
    order = np.concatenate(
        [np.r_[size - p : size, : size - p], np.r_[len(theta) - b : len(theta), size : len(theta) - b]]
    )
    scores = scores[:, order][:, kept]
    information = terms.information[np.ix_(kept, kept)]
    return float(np.einsum("ij,ij->", np.linalg.solve(information, scores.T), scores.T))


def _srmr(observed: LevelMoments, implied: LevelMoments) -> tuple[float, float]:
    """Return the root mean square of the residual correlations of both levels, diagonals included."""
    pairs = ((observed.sigma_w, implied.sigma_w), (observed.sigma_b, implied.sigma_b))
    found = []
    for sample, sigma in pairs:
        rows, columns = np.tril_indices(len(sample))
        if np.diag(sample).min() <= 0 or np.diag(sigma).min() <= 0:
            found.append(float("nan"))
            continue
        residual = _correlation(sample) - _correlation(sigma)
        found.append(float(np.sqrt((residual[rows, columns] ** 2).mean())))
    return found[0], found[1]


def _correlation(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    scale = np.sqrt(np.diag(matrix))
    return np.asarray(matrix / np.outer(scale, scale))


def _findings(data: ClusterMoments, saturated: SaturatedLevels) -> tuple[Finding, ...]:
    found = []
    if not saturated.definite:
        variances = np.diag(saturated.moments.sigma_b)
        scale = np.sqrt(np.maximum(variances, 1e-300))
        rank = int((np.linalg.eigvalsh(saturated.moments.sigma_b / np.outer(scale, scale)) > 1e-8).sum())
        gain = None if saturated.unbounded_loglik is None else 2.0 * (saturated.unbounded_loglik - saturated.loglik)
        more = "" if gain is None else f" Without that bound it would be larger by {gain:.2f}."
        message = (
            f"the saturated covariance matrix between clusters is singular (rank {rank} of {len(variances)}): "
            f"chi-square is smaller than its degrees of freedom say, and the test is conservative.{more}"
        )
        evidence = {"rank": rank, "n_variables": len(variances), "chisq_gain": gain}
        found.append(Finding("SEM-134", "warning", "level 2", message, evidence))
    if data.n_clusters < FEW_CLUSTERS:
        message = (
            f"{data.n_clusters} clusters: the upper model leans on many clusters "
            f"({FEW_CLUSTERS} or more; Maas and Hox 2005)."
        )
        counts = {"n_clusters": data.n_clusters, "n_rows": data.n_rows}
        found.append(Finding("SEM-136", "warning", "level 2", message, counts))
    return tuple(found)
