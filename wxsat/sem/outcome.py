"""From table and sample to a solution with its inference, whichever way it is reached: one shape for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from wxsat.finding import Finding
from wxsat.sem.engines.engine import Engine, Estimate, Task
from wxsat.sem.engines.native import NativeEngine
from wxsat.sem.fit_measures.baseline import fit_baseline
from wxsat.sem.fit_measures.evaluate import evaluate_fit
from wxsat.sem.fit_options import FitOptions
from wxsat.sem.implied import Implied, implied_groups
from wxsat.sem.incomplete_measures import incomplete_measures
from wxsat.sem.matrices import lay_out_groups
from wxsat.sem.missing.fiml_robust import ScalingTraces
from wxsat.sem.missing.fit import FimlFit, FimlOptions, Incomplete, estimate_fiml, incomplete_moments
from wxsat.sem.missing.mcar import mcar_findings
from wxsat.sem.missing.two_stage import estimate_two_stage
from wxsat.sem.moments import Sample
from wxsat.sem.parameter_table import ParameterTable
from wxsat.sem.restrictions import Constraints, Restrictions
from wxsat.sem.robust.sandwich import Recipe, robust_inference
from wxsat.sem.robust.scaled_indices import PopulationQuantities
from wxsat.sem.robust.scaled_tests import TestStatistic, mean_scaled, standard_test
from wxsat.sem.robust.weights import unbiased
from wxsat.sem.scoring import Optimum
from wxsat.sem.start_values import good_starts, small_latents

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Outcome:
    """
    A solution with its inference.

    Attributes
    ----------
    estimate : Estimate
    implied : tuple of Implied
        One a group (of a two-level model: one a level).
    sample : Sample
        What the residuals are measured against: EM moments under missing values.
    vcov : ndarray, shape (n_free, n_free)
    information : ndarray, shape (n_free, n_free)
        Of one observation, before restrictions.
    restrictions : Restrictions
        Linearised at the solution.
    df, n_unique : int
    tests : mapping of str to TestStatistic
        ``standard`` first.
    fit : mapping of str to float
        Every fit measure, lavaan's names with ``.`` written as ``_``.
    recipe : Recipe
        What the estimator's name stood for.
    findings : tuple of Finding
    wishart : bool
        Whether N - 1 took the place of N.
    """

    estimate: Estimate
    implied: tuple[Implied, ...]
    sample: Sample
    vcov: Matrix
    information: Matrix = field(repr=False)
    restrictions: Restrictions = field(repr=False)
    df: int
    n_unique: int
    tests: Mapping[str, TestStatistic]
    fit: Mapping[str, float]
    recipe: Recipe
    findings: tuple[Finding, ...] = ()
    wishart: bool = False

    @property
    def condition(self) -> float:
        """Reciprocal condition number of the information, parameters scaled to unit information; 0 is singular."""
        information = self.restrictions.reduce_matrix(self.information)
        scale = np.sqrt(np.maximum(np.diag(information), 1e-300))
        eigenvalues = np.linalg.eigvalsh(information / np.outer(scale, scale))
        return float(max(eigenvalues[0], 0.0) / eigenvalues[-1])

    def small_condition(self, limit: float) -> float | None:
        r"""
        Return :attr:`condition` where it may be below `limit`, None where it plainly is not.

        Of a matrix with a unit diagonal no eigenvalue exceeds its size, and none is below
        :math:`1/tr(M^{-1})`, which plain standard errors give for nothing.
        """
        if self.recipe.se == "standard" and self.restrictions.trivial:
            size = float(sum(moments.weight_sum for moments in self.sample))
            trace = size * float(np.diag(self.vcov) @ np.diag(self.information))
            # The factor covers N - 1 in place of N, and rounding.
            if 0.0 < trace < 1e-2 / (limit * len(self.vcov)):
                return None
        return self.condition


def reach(
    table: ParameterTable, constraints: Constraints, sample: Sample, options: FitOptions, engine: Engine, df: int
) -> Outcome:
    """Return the solution that the options ask for, converged or not."""
    if options.missing == "fiml":
        return _full_information(table, constraints, sample, options, df)
    if options.incomplete:
        return _two_stage(table, constraints, sample, options, df)
    return _complete(table, constraints, sample, options, engine, df)


def covariate_positions(table: ParameterTable) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the positions of all covariates, and of those whose moments are taken as given."""
    names = table.observed_names
    every, given = (
        np.array([names.index(v) for v in group], dtype=np.intp) for group in (table.roles.covariates, table.covariates)
    )
    return every, given


def _complete(
    table: ParameterTable, constraints: Constraints, sample: Sample, options: FitOptions, engine: Engine, df: int
) -> Outcome:
    recipe = options.recipe
    adjusted = options.wishart or recipe.estimator != "ML"
    # Given covariates have the moments that the estimator compares with: divided by N - 1 for these.
    moments = [replace(m, covariance=unbiased(m)) for m in sample] if adjusted else sample
    cells = lay_out_groups(table, moments)
    task = Task(table, cells, constraints, sample, recipe.estimator, options.wishart)
    estimate = engine.estimate(task)
    implied = implied_groups(cells, estimate.theta)
    restrictions = constraints.at_solution(estimate.theta)
    correlated, given = covariate_positions(table)
    size = float(sum(m.weight_sum for m in sample)) - (len(sample) if adjusted else 0)
    value = max(estimate.value, 0.0)
    inference = robust_inference(
        implied, sample, restrictions, statistic=size * value, df=df, recipe=recipe, given=given,
        wishart=options.wishart,
    )  # fmt: skip
    baseline = fit_baseline(
        sample, recipe, has_means=table.has_mean_structure, covariates=correlated, given=given, wishart=options.wishart
    )
    fit = evaluate_fit(
        implied, sample, tests=inference.tests, baseline=baseline, n_parameters=constraints.n_unique,
        estimator=recipe.estimator, wishart=options.wishart, given=given,
    )  # fmt: skip
    return Outcome(
        estimate,
        implied,
        sample,
        unknown_at_constraints(inference.vcov, restrictions, constraints),
        inference.information,
        restrictions,
        df,
        constraints.n_unique,
        inference.tests,
        fit,
        recipe,
        wishart=options.wishart,
    )


def unknown_at_constraints(vcov: Matrix, restrictions: Restrictions, constraints: Constraints) -> Matrix:
    """Put NaN where an inequality holds a parameter: it has no error by the usual theory."""
    if not constraints.inequalities:
        return vcov
    held = np.abs(restrictions.basis).max(axis=1) < 1e-8
    free = np.abs(constraints.linear.basis).max(axis=1) >= 1e-8
    vcov = vcov.copy()
    vcov[held & free, held & free] = np.nan
    return vcov


def _complete_data_start(table: ParameterTable, constraints: Constraints, completed: Sample) -> Matrix:
    """Return the ML estimates for EM moments, from the best of several starts: near what incomplete data will say."""
    cells = lay_out_groups(table, completed)
    found = NativeEngine().estimate(Task(table, cells, constraints, completed))
    return found.theta if np.isfinite(found.value) else good_starts(table, completed)


def _em_moments(sample: Sample) -> tuple[Sample, list[Incomplete]]:
    pairs = [incomplete_moments(m) for m in sample]
    return Sample(m for m, _ in pairs), [i for _, i in pairs]


def _estimate_of(optimum: Optimum, words: str) -> Estimate:
    return Estimate(
        optimum.theta, optimum.value, optimum.converged, optimum.iterations, optimum.reason, optimum.gradient_norm,
        f"{words}, {optimum.iterations} steps, scaled gradient {optimum.gradient_norm:.1e}",
    )  # fmt: skip


def _full_information(
    table: ParameterTable, constraints: Constraints, sample: Sample, options: FitOptions, df: int
) -> Outcome:
    completed, incomplete = _em_moments(sample)
    recipe = options.recipe
    scaled = bool(recipe.tests)
    kinds: dict[str, Literal["standard", "first_order"]] = {"standard": "standard", "first.order": "first_order"}
    fit = estimate_fiml(
        table,
        constraints,
        completed,
        incomplete,
        _complete_data_start(table, constraints, completed),
        FimlOptions(
            "expected" if recipe.information == "expected" else "observed",
            kinds.get(recipe.se, "robust"),
            "yuan_bentler_mplus" if scaled else "standard",
        ),
        (good_starts(table, completed), small_latents(table, completed)),
    )
    del df
    tests = {"standard": standard_test(max(fit.chisq, 0.0), fit.df)}
    baseline = {"standard": standard_test(max(fit.baseline_chisq, 0.0), fit.baseline.df)}
    if scaled and fit.traces is not None and fit.baseline.traces is not None:
        name = recipe.tests[0]
        tests[name] = scaled_by_traces(name, fit.chisq, fit.df, fit.traces, table.n_free)
        baseline[name] = scaled_by_traces(
            name, fit.baseline_chisq, fit.baseline.df, fit.baseline.traces, fit.baseline.traces.n_parameters
        )
    restrictions = constraints.at_solution(fit.optimum.theta)
    return Outcome(
        _estimate_of(fit.optimum, f"FIML, {sum(len(i.patterns.counts) for i in incomplete)} missing patterns"),
        fit.implied,
        completed,
        unknown_at_constraints(fit.vcov, restrictions, constraints),
        fit.information,
        restrictions,
        fit.df,
        constraints.n_unique,
        tests,
        incomplete_measures(
            fit.implied, completed, tests, baseline, constraints.n_unique, fit.loglik, fit.saturated_loglik,
            _population_quantities(fit),
        ),
        recipe,
        mcar_findings(incomplete),
    )  # fmt: skip


def _population_quantities(fit: FimlFit) -> PopulationQuantities:
    """Return the corrected complete-data quantities of the ``.robust`` measures (Zhang and Savalei)."""
    model, baseline = fit.complete, fit.baseline.complete
    scaled = model.chisq / model.scaling if model.scaling > 0 else np.nan
    return PopulationQuantities(
        model.chisq, fit.df, model.scaling, scaled, model.scaling, baseline.chisq, fit.baseline.df, baseline.scaling
    )


def scaled_by_traces(name: str, statistic: float, df: int, traces: ScalingTraces, n_free: int) -> TestStatistic:
    """Return the Yuan-Bentler test that traces of the missing-data or two-level kind stand for."""
    h1, h0 = traces.saturated / max(traces.n_moments, 1), traces.model / max(n_free, 1)
    return mean_scaled(name, statistic, df, traces.trace, h1=h1, h0=h0)


def _two_stage(
    table: ParameterTable, constraints: Constraints, sample: Sample, options: FitOptions, df: int
) -> Outcome:
    del df
    completed, incomplete = _em_moments(sample)
    fit = estimate_two_stage(
        table, constraints, completed, incomplete, _complete_data_start(table, constraints, completed),
        robust=options.missing == "robust_two_stage",
    )  # fmt: skip
    tests = {"standard": standard_test(fit.chisq, fit.df)}
    tests["satorra.bentler"] = mean_scaled("satorra.bentler", fit.chisq, fit.df, fit.scaling * fit.df)
    baseline = {"standard": standard_test(fit.baseline_chisq, fit.baseline_df)}
    baseline["satorra.bentler"] = mean_scaled(
        "satorra.bentler", fit.baseline_chisq, fit.baseline_df, fit.baseline_scaling * fit.baseline_df
    )
    restrictions = constraints.at_solution(fit.optimum.theta)
    return Outcome(
        _estimate_of(fit.optimum, "two-stage ML"),
        fit.implied,
        completed,
        unknown_at_constraints(fit.vcov, restrictions, constraints),
        fit.information,
        restrictions,
        fit.df,
        constraints.n_unique,
        tests,
        incomplete_measures(
            fit.implied,
            completed,
            tests,
            baseline,
            constraints.n_unique,
            np.nan,
            np.nan,
            PopulationQuantities(
                fit.chisq,
                fit.df,
                fit.scaling,
                tests["satorra.bentler"].statistic,
                fit.scaling,
                fit.baseline_chisq,
                fit.baseline_df,
                fit.baseline_scaling,
            ),
        ),
        options.recipe,
    )
