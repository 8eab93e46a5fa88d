"""A two-level fit in the shape of every other outcome."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from wxsat.errors import UsageError
from wxsat.sem.engines.engine import Estimate
from wxsat.sem.fit_measures.chi_square import chi_square_measures
from wxsat.sem.fit_measures.information import aic, bic, sabic
from wxsat.sem.fit_options import FitOptions
from wxsat.sem.missing.pattern_likelihood import LOG_2PI
from wxsat.sem.moments import Moments, Sample
from wxsat.sem.outcome import Outcome, scaled_by_traces, unknown_at_constraints
from wxsat.sem.parameter_table import ParameterTable
from wxsat.sem.restrictions import Constraints
from wxsat.sem.robust.sandwich import RECIPES
from wxsat.sem.robust.scaled_indices import population_quantities, robust_measures, scaled_measures
from wxsat.sem.robust.scaled_tests import standard_test
from wxsat.sem.twolevel.fit import TwoLevelFit, TwoLevelOptions, estimate_two_level

if TYPE_CHECKING:
    from numpy.typing import NDArray

YUAN_BENTLER = "yuan.bentler.mplus"


def two_level_options(options: FitOptions, asked: str | None) -> FitOptions:
    """
    Return the options of a two-level model: plain ML unless MLR was asked, whatever the clusters.

    Raises
    ------
    UsageError
        SEM-075 without clusters, SEM-067 for what two-level models do not combine with.
    """
    name = (asked or "ML").upper()
    if options.cluster is None:
        raise UsageError("SEM-075", "the model has levels; name the column of the clusters.", where="cluster",
                         hint="Give cluster=.")  # fmt: skip
    faults = {
        f"estimator {name!r}": name not in ("ML", "MLR"),
        f"missing={options.missing!r}": options.incomplete,
        "weights": options.weights is not None,
        "groups": options.group is not None,
        "the Wishart likelihood": options.wishart,
    }
    wrong = [words for words, given in faults.items() if given]
    if wrong:
        raise UsageError("SEM-067", f"two-level models do not go with {', '.join(wrong)}.", where="fit_sem",
                         hint="Use ML or MLR on complete rows, one group at a time.")  # fmt: skip
    recipe = RECIPES[name]
    information = "expected" if options.recipe.information == "expected" else "observed"
    return replace(options, name=name, recipe=replace(recipe, information=information))


def reach_two_level(table: ParameterTable, constraints: Constraints, sample: Sample, options: FitOptions) -> Outcome:
    """Return the solution of a two-level model; its sample is the saturated moments of both levels."""
    rows = sample[0]
    assert rows.values is not None
    assert rows.clusters is not None
    robust = options.name == "MLR"
    fit = estimate_two_level(
        table,
        constraints,
        rows.values,
        rows.names,
        rows.clusters,
        TwoLevelOptions(
            "expected" if options.recipe.information == "expected" else "observed",
            "robust" if robust else "standard",
            "yuan_bentler_mplus" if robust else "standard",
        ),
    )
    tests = {"standard": standard_test(max(fit.chisq, 0.0), fit.df)}
    baseline = {"standard": standard_test(max(fit.baseline_chisq, 0.0), fit.baseline_df)}
    if fit.traces is not None and fit.baseline_traces is not None:
        n_free = fit.baseline_traces.n_parameters
        tests[YUAN_BENTLER] = scaled_by_traces(YUAN_BENTLER, fit.chisq, fit.df, fit.traces, table.n_free)
        baseline[YUAN_BENTLER] = scaled_by_traces(
            YUAN_BENTLER, fit.baseline_chisq, fit.baseline_df, fit.baseline_traces, n_free
        )
    optimum = fit.optimum
    restrictions = constraints.at_solution(optimum.theta)
    measures = _measures(fit, constraints.n_unique, rows.n_obs)
    measures |= chi_square_measures(tests["standard"], baseline["standard"], rows.n_obs, 1)
    if YUAN_BENTLER in tests:
        pair = (tests["standard"], tests[YUAN_BENTLER])
        measures |= scaled_measures(*pair, baseline[YUAN_BENTLER], rows.n_obs, 1)
        quantities = population_quantities(*pair, baseline["standard"], baseline[YUAN_BENTLER])
        measures |= robust_measures(quantities, rows.n_obs, 1)
    return Outcome(
        Estimate(
            optimum.theta, optimum.value, optimum.converged, optimum.iterations, optimum.reason, optimum.gradient_norm,
            f"two-level ML, {fit.data.n_clusters} clusters, {optimum.iterations} steps, "
            f"scaled gradient {optimum.gradient_norm:.1e}",
        ),
        (fit.within, fit.between),
        _levels(fit, rows),
        unknown_at_constraints(fit.vcov, restrictions, constraints),
        fit.information,
        restrictions,
        fit.df,
        constraints.n_unique,
        tests,
        measures,
        options.recipe,
        fit.findings,
    )  # fmt: skip


def _levels(fit: TwoLevelFit, rows: Moments) -> Sample:
    """Return the saturated moments of both levels as observed ones."""
    best = fit.saturated.moments

    def level(names: tuple[str, ...], covariance: NDArray[np.float64], mean: NDArray[np.float64], name: str) -> Moments:
        return Moments(names, covariance, mean, rows.n_obs, rows.n_read, group=name)

    return Sample(
        (
            level(fit.data.within_names, best.sigma_w, best.mu_w, "within"),
            level(fit.data.between_names, best.sigma_b, best.mu_b, "between"),
        )
    )


def _constant(fit: TwoLevelFit) -> float:
    """Return what the normal constants add to half of minus twice the log-likelihood a row: lavaan's fmin is bare."""
    data = fit.data
    above = len(set(data.between_names) - set(data.within_names))
    return 0.5 * LOG_2PI * (len(data.within_names) + above * data.n_clusters / data.n_rows)


def _measures(fit: TwoLevelFit, n_parameters: int, n_obs: int) -> dict[str, float]:
    """Return what does not follow from the chi-squares: likelihoods, criteria, residuals of both levels."""
    return {
        "npar": float(n_parameters),
        "fmin": fit.optimum.value / 2.0 - _constant(fit),
        "logl": fit.loglik,
        "unrestricted_logl": fit.saturated_loglik,
        "aic": aic(fit.loglik, n_parameters),
        "bic": bic(fit.loglik, n_parameters, n_obs),
        "ntotal": float(n_obs),
        "bic2": sabic(fit.loglik, n_parameters, n_obs),
        "srmr": fit.srmr_within + fit.srmr_between,
        "srmr_within": fit.srmr_within,
        "srmr_between": fit.srmr_between,
    }
