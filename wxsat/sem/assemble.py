"""From an outcome to the result that is handed out: tables, matrices, findings and provenance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from wxsat.finding import Finding
from wxsat.sem.admissibility import SINGULAR_INFORMATION, Solution, admissibility_findings
from wxsat.sem.estimates import estimates_columns
from wxsat.sem.fit_options import FitOptions
from wxsat.sem.outcome import Outcome
from wxsat.sem.parameter_table import ParameterTable
from wxsat.sem.residuals import residual_correlations
from wxsat.sem.restrictions import Constraints
from wxsat.sem.result import GroupFit, SemResult

AT_BOUND = 1e-7


def assemble(
    table: ParameterTable,
    constraints: Constraints,
    outcome: Outcome,
    options: FitOptions,
    *,
    model: str,
    engine: str,
    findings: Sequence[Finding],
    provenance: dict[str, Any],
) -> SemResult:
    """Return the result of a fit."""
    import pandas as pd

    implied, sample = outcome.implied, outcome.sample
    if outcome.estimate.start is not None:
        table = table.with_starts(outcome.estimate.start.tolist())
    columns = estimates_columns(table, implied, outcome.estimate.theta, outcome.vcov)
    groups = group_fits(table, outcome)
    n_obs, n_read = _rows(table, outcome)
    solution = Solution(
        parameters=columns,
        observed_names=tuple(moments.names for moments in sample),
        residual_correlations=residual_correlations(sample, implied),
        latent_names=table.latent_names,
        latent_covariances=tuple(group.latent_covariance for group in groups),
        group_names=tuple(group.name for group in groups),
        n_obs=n_obs,
        n_read=n_read,
        n_parameters=outcome.n_unique,
        condition=outcome.small_condition(SINGULAR_INFORMATION),
        missing=options.missing,
        at_bounds=_at_bounds(table, constraints, outcome),
    )
    return SemResult(
        model=model,
        engine=engine,
        estimator=options.name,
        converged=outcome.estimate.converged,
        iterations=outcome.estimate.iterations,
        n_obs=n_obs,
        n_read=n_read,
        missing=options.missing,
        table=table,
        parameters=pd.DataFrame(columns),
        fit_measures=dict(outcome.fit),
        observed_names=sample[0].names,
        latent_names=table.latent_names,
        sample_covariance=sample[0].covariance,
        implied_covariance=implied[0].sigma,
        latent_covariance=groups[0].latent_covariance,
        parameter_covariance=outcome.vcov,
        findings=(*findings, *outcome.findings, *admissibility_findings(solution)),
        provenance=provenance,
        groups=groups,
        outcome=outcome,
    )


def _rows(table: ParameterTable, outcome: Outcome) -> tuple[int, int]:
    """Return rows used and read; the levels of a model have the same rows."""
    per_group = [moments for block, moments in enumerate(outcome.sample) if block % table.n_levels == 0]
    return sum(m.n_obs for m in per_group), sum(m.n_read for m in per_group)


def group_fits(table: ParameterTable, outcome: Outcome) -> tuple[GroupFit, ...]:
    """Return observed and implied moments of every group, or of every level."""
    found = []
    for moments, at in zip(outcome.sample, outcome.implied, strict=True):
        seen = at.cells.n_observed
        found.append(
            GroupFit(
                moments.group,
                moments.n_obs,
                moments.n_read,
                moments.covariance,
                moments.mean,
                at.sigma,
                at.mu,
                at.all_covariance[seen:, seen:],
                at.all_mean[seen:],
            )
        )
    return tuple(found)


def _at_bounds(table: ParameterTable, constraints: Constraints, outcome: Outcome) -> tuple[str, ...]:
    """Return the parameters at their bounds and the inequalities that hold with equality."""
    theta = outcome.estimate.theta
    names = {row.free - 1: row.name for row in table.parameters if row.free}
    near = (theta - constraints.lower < AT_BOUND) | (constraints.upper - theta < AT_BOUND)
    bounded = [names[k] for k in np.flatnonzero(near).tolist()]
    return (*bounded, *(c.text for c in constraints.inequalities if abs(c.function(theta)[0]) < AT_BOUND))


def completed(result: SemResult, *, modification: bool, bootstrap: int | None, seed: int) -> SemResult:
    """Return the result with what was asked beyond the fit: modification indices, bootstrap errors and intervals."""
    if modification:
        result = replace(result, modification=result.modification_indices())
    if not bootstrap:
        return result
    from wxsat.sem.bootstrap.errors import parameters_of_bootstrap
    from wxsat.sem.bootstrap.run import bootstrap_sem

    found = bootstrap_sem(result, draws=bootstrap, seed=seed)
    parameters = parameters_of_bootstrap(result.parameters, found)
    provenance = dict(result.provenance) | {"standard_errors": f"bootstrap, {found.counts['used']} draws, seed {seed}"}
    return replace(
        result,
        bootstrap=found,
        parameters=parameters,
        provenance=provenance,
        findings=(*result.findings, *found.findings),
    )
