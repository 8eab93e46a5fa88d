"""Full-information maximum likelihood of a parameter table: one call from table and rows to everything a report needs.

``fit_sem(..., missing="fiml")`` is to call, in this order::

    keep = usable_rows(values, covariate_columns)            # per group: which rows enter the likelihood
    moments, incomplete = incomplete_moments(moments)        # per group: EM moments in place of complete-data ones
    fit = estimate_fiml(table, constraints, sample, incomplete, start, options)

`estimate_fiml` does not look at the names of estimators: it is told which information, which errors and which test.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from wxsat.errors import UsageError
from wxsat.sem.implied import Implied, implied_groups
from wxsat.sem.matrices import Cells, lay_out_groups
from wxsat.sem.missing.checks import check_coverage
from wxsat.sem.missing.em import (
    SaturatedMoments,
    independence_loglik,
    saturated_moments,
    sub_patterns,
)
from wxsat.sem.missing.fiml import FimlObjective, InformationKind, fiml_information, fit_fiml
from wxsat.sem.missing.fiml_robust import (
    CompleteDataFit,
    SaturatedInformation,
    ScalingTraces,
    complete_data_fit,
    fiml_meat,
    sandwich,
    saturated_information,
    yuan_bentler_traces,
)
from wxsat.sem.missing.moment_model import independence_implied
from wxsat.sem.missing.patterns import MissingPatterns, missing_patterns
from wxsat.sem.moments import Moments
from wxsat.sem.parameter_table import ParameterTable
from wxsat.sem.restrictions import Constraints, Restrictions, unrestricted
from wxsat.sem.scoring import Optimum, quasi_newton

if TYPE_CHECKING:
    from numpy.typing import NDArray

LONG = 50  # steps after which a solution is looked at twice


@dataclass(frozen=True)
class FimlOptions:
    """
    Attributes
    ----------
    information : {"observed", "expected"}
        What the errors rest on; lavaan's default under FIML is the observed one.
    errors : {"standard", "robust", "first_order"}
        Inverse information, Huber–White sandwich (over clusters where they are known), or the scores alone (MLF).
    test : {"standard", "yuan_bentler_mplus"}
    """

    information: Literal["observed", "expected"] = "observed"
    errors: Literal["standard", "robust", "first_order"] = "standard"
    test: Literal["standard", "yuan_bentler_mplus"] = "standard"


@dataclass(frozen=True)
class Incomplete:
    """The rows of one group by missing pattern, and the moments that fit them best."""

    patterns: MissingPatterns
    saturated: SaturatedMoments


@dataclass(frozen=True)
class Baseline:
    """The independence model: all variables uncorrelated but the covariates."""

    loglik: float
    df: int
    traces: ScalingTraces | None
    complete: CompleteDataFit


@dataclass(frozen=True)
class FimlFit:
    """
    A model fitted to incomplete data.

    Attributes
    ----------
    optimum : Optimum
    implied : tuple of Implied
    vcov : ndarray, shape (n_free, n_free)
        Of the estimates, by the errors that were asked.
    information : ndarray, shape (n_free, n_free)
        Of one row, before restrictions.
    loglik, saturated_loglik : float
        Full constant; the moments of given covariates are taken out of both.
    df : int
    traces : ScalingTraces, optional
        Of the scaled test; ``traces.factor`` divides chi-square.
    complete : CompleteDataFit
        For cfi.robust and rmsea.robust.
    baseline : Baseline
    """

    optimum: Optimum
    implied: tuple[Implied, ...]
    vcov: NDArray[np.float64]
    information: NDArray[np.float64]
    loglik: float
    saturated_loglik: float
    df: int
    traces: ScalingTraces | None
    complete: CompleteDataFit
    baseline: Baseline

    @property
    def chisq(self) -> float:
        """Twice the distance to the saturated model."""
        return 2.0 * (self.saturated_loglik - self.loglik)

    @property
    def baseline_chisq(self) -> float:
        """Twice the distance of the independence model to the saturated one."""
        return 2.0 * (self.saturated_loglik - self.baseline.loglik)


def usable_rows(values: NDArray[np.float64], given: Sequence[int] = ()) -> NDArray[np.bool_]:
    """
    Return which rows enter the likelihood.

    Rows without any value say nothing. Rows that lack a covariate whose moments are taken as given (`given`, column
    numbers) have no place in a model of the others given it: they are left out, as lavaan does; ``fixed_x=False``
    keeps them.
    """
    missing = np.isnan(values)
    keep = ~missing.all(axis=1)
    if len(given):
        keep &= ~missing[:, list(given)].any(axis=1)
    return np.asarray(keep)


def incomplete_moments(moments: Moments) -> tuple[Moments, Incomplete]:
    """
    Return the group with EM moments in place of complete-data ones, and its missing patterns.

    Parameters
    ----------
    moments : Moments
        With its rows, those of :func:`usable_rows`.

    Raises
    ------
    UsageError
        SEM-082 without rows.
    DataError
        SEM-080 pairs that no row has together, SEM-046 columns that follow from others.
    EstimationError
        SEM-081 the saturated model does not settle.
    """
    where = f"group {moments.group!r}" if moments.group else "data"
    if moments.values is None:
        raise UsageError(
            "SEM-082",
            'missing="fiml" needs the rows of the data; only a covariance matrix was given.',
            where=where,
            hint="Give the data themselves, or leave the option out.",
        )
    patterns = missing_patterns(moments.values, moments.weights)
    check_coverage(patterns, moments.names, where)
    best = saturated_moments(patterns, where, moments.names)
    return replace(moments, covariance=best.covariance, mean=best.mean), Incomplete(patterns, best)


def estimate_fiml(
    table: ParameterTable,
    constraints: Constraints,
    sample: Sequence[Moments],
    incomplete: Sequence[Incomplete],
    start: NDArray[np.float64],
    options: FimlOptions | None = None,
    further: Sequence[NDArray[np.float64]] = (),
) -> FimlFit:
    """
    Fit a table to incomplete data by full-information maximum likelihood.

    Parameters
    ----------
    table : ParameterTable
        With a mean structure.
    constraints : Constraints
    sample : sequence of Moments
        With EM moments, one a group (:func:`incomplete_moments`).
    incomplete : sequence of Incomplete
    start : ndarray, shape (n_free,)
    options : FimlOptions, optional
    further : sequence of ndarray
        Other starts, for when the first leads to no plain solution; the lowest is taken.

    Returns
    -------
    FimlFit
        Whether or not the search converged; look at ``optimum.converged``.

    Notes
    -----
    Checked against lavaan 0.6-14 (``missing = "ml"``) in ``tests/golden/sem_missing``. Where 0.6-14 sets the
    information of the scaled test to its ``h1`` form under clusters, this stays with the observed information, as
    without clusters.
    """
    options = options or FimlOptions()
    groups = lay_out_groups(table, sample)
    patterns = [i.patterns for i in incomplete]
    saturated = [i.saturated for i in incomplete]
    optimum = fit_fiml(groups, constraints, patterns, start, saturated)
    if not _plain(optimum, groups):
        optimum = _sought_again(optimum, groups, constraints, patterns, further)
    restrictions = constraints.at_solution(optimum.theta)
    implied = implied_groups(groups, optimum.theta)
    given = [sample[0].names.index(name) for name in table.covariates]
    correlated = [sample[0].names.index(name) for name in table.roles.covariates]
    total = sum(p.total for p in patterns)
    clusters = _clusters(sample)
    observed = fiml_information(implied, patterns, options.information)
    robust = options.test != "standard"
    kind: InformationKind = "first_order" if options.errors == "first_order" else options.information
    h1 = saturated_information(patterns, saturated, given=given, clusters=clusters, kind=kind, meat=robust)
    df = sum(len(h.kept) for h in h1) - constraints.n_unique
    meat = fiml_meat(implied, patterns, clusters) if robust or options.errors != "standard" else np.zeros((0, 0))
    traces = yuan_bentler_traces(h1, restrictions, observed, meat) if robust else None
    return FimlFit(
        optimum,
        implied,
        _errors(restrictions, observed, meat, options.errors),
        observed / total,
        -0.5 * optimum.value * total - (outside := _given_loglik(patterns, given)),
        sum(s.loglik for s in saturated) - outside,
        df,
        traces,
        complete_data_fit(implied, restrictions, patterns, saturated, h1, df, robust=robust),
        _baseline(patterns, saturated, h1, correlated, given, outside, clusters, options),
    )


def _plain(optimum: Optimum, groups: Sequence[Cells]) -> bool:
    """Whether nothing about a solution makes one look for another."""
    if not optimum.converged or optimum.iterations > LONG:
        return False
    return all(bool((cells.fill(optimum.theta)[1].diagonal() >= 0).all()) for cells in groups)


def _sought_again(
    first: Optimum,
    groups: Sequence[Cells],
    constraints: Constraints,
    patterns: Sequence[MissingPatterns],
    starts: Sequence[NDArray[np.float64]],
) -> Optimum:
    """Return the best of searches from several starts; by a quasi-Newton search where every one runs along a ridge."""
    found = [first, *(fit_fiml(groups, constraints, patterns, start) for start in starts)]
    if not any(optimum.converged for optimum in found) and constraints.only_linear and len(starts):
        near = quasi_newton(FimlObjective(groups, patterns), constraints.linear, starts[-1])
        found.append(fit_fiml(groups, constraints, patterns, near))
    return min(found, key=lambda optimum: (not optimum.converged, round(optimum.value, 12)))


def _clusters(sample: Sequence[Moments]) -> list[NDArray[np.intp] | None]:
    return [moments.clusters for moments in sample]


def _errors(
    restrictions: Restrictions, information: NDArray[np.float64], meat: NDArray[np.float64], errors: str
) -> NDArray[np.float64]:
    """Return the covariance of the estimates; NaN where the information is singular."""
    try:
        if errors == "robust":
            vcov = sandwich(restrictions, information, meat)
        else:
            vcov = restrictions.covariance(meat if errors == "first_order" else information)
    except np.linalg.LinAlgError:
        return np.full(information.shape, np.nan)
    return (vcov + vcov.T) / 2.0


def _given_loglik(patterns: Sequence[MissingPatterns], given: Sequence[int]) -> float:
    """Return the log-likelihood of the covariates alone, whose moments are taken as given."""
    if not given:
        return 0.0
    columns = np.array(given, dtype=np.intp)
    return sum(saturated_moments(sub_patterns(rows, columns)).loglik for rows in patterns)


def _baseline(
    patterns: Sequence[MissingPatterns],
    saturated: Sequence[SaturatedMoments],
    h1: Sequence[SaturatedInformation],
    correlated: Sequence[int],
    given: Sequence[int],
    outside: float,
    clusters: list[NDArray[np.intp] | None],
    options: FimlOptions,
) -> Baseline:
    """Fit the independence model, whose estimates have a closed form (EM for a block of incomplete covariates)."""
    best = [independence_loglik(rows, np.array(correlated, dtype=np.intp)) for rows in patterns]
    implied = independence_implied([(mean, covariance) for _, mean, covariance in best], correlated, given)
    n_free = implied[0].u.shape[1]
    every = unrestricted(n_free)
    df = sum(len(h.kept) for h in h1) - n_free
    traces, robust = None, options.test != "standard"
    if robust:
        information = fiml_information(implied, patterns, options.information)
        traces = yuan_bentler_traces(h1, every, information, fiml_meat(implied, patterns, clusters))
    complete = complete_data_fit(implied, every, patterns, saturated, h1, df, robust=robust)
    return Baseline(sum(value for value, _, _ in best) - outside, df, traces, complete)
