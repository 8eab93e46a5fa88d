"""Fit a structural equation model: a recipe of named steps from model and data to one result."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from wxsat.errors import EstimationError
from wxsat.finding import Finding
from wxsat.sem.admissibility import Solution, admissibility_findings
from wxsat.sem.discrepancy.ml import ml_value
from wxsat.sem.effects import effects_frame
from wxsat.sem.engines.engine import Estimate, engine_named
from wxsat.sem.estimates import estimates_frame
from wxsat.sem.fit_measures.table import fit_measures
from wxsat.sem.identification import check_identification
from wxsat.sem.implied import Implied, implied_moments
from wxsat.sem.inputs import check_options, check_table, direction_findings, read_data, read_model
from wxsat.sem.matrices import Cells, lay_out
from wxsat.sem.moments import Moments, complete_moments
from wxsat.sem.parameter_table import ParameterTable
from wxsat.sem.r2 import r2_frame
from wxsat.sem.residuals import residuals_frame
from wxsat.sem.restrict import restrict_model
from wxsat.sem.restrictions import linear_restrictions
from wxsat.sem.result import SemResult
from wxsat.sem.standard_errors import information_condition
from wxsat.sem.start_values import start_values

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.instrument.instrument import FormName
    from wxsat.responses.responses import Responses

Estimator = Literal["ML"]


def fit_sem(
    model: str | Path | ParameterTable,
    data: pd.DataFrame | Responses,
    *,
    estimator: str = "ML",
    missing: str = "listwise",
    engine: str = "semopy",
    std_lv: bool = False,
    orthogonal: bool = False,
    fixed_x: bool = True,
    form: FormName | None = None,
    **unavailable: Any,
) -> SemResult:
    """
    Fit a structural equation model by maximum likelihood on complete rows.

    Parameters
    ----------
    model : str, Path or ParameterTable
        lavaan syntax, a file that holds it, a table, or the id of one of the instrument's models.
    data : DataFrame, Responses or CleanResponses
        One column a variable. From responses the instrument says which items the form left out.
    estimator : {"ML"}
    missing : {"listwise"}
        Rows with a missing value among the model's variables are left out and counted.
    engine : {"semopy"}
    std_lv, orthogonal, fixed_x : bool
        As in :func:`wxsat.sem.parameter_table.parse_model`; a ParameterTable already has them.
    form : {"full", "standard", "brief"}, optional
        The form that was asked, where the responses do not say it.
    **unavailable
        Options of later versions (``group``, ``ordered``, ``weights``, ...): refused by name.

    Returns
    -------
    SemResult
        With every finding that must be known before the figures are read; ``result.refused`` tells whether a rule
        forbids the structural reading.

    Raises
    ------
    ModelError
        SEM-001 to SEM-023: the model cannot be read or does not fit the data's names.
    UsageError
        SEM-031 to SEM-039: an engine or option that is not available.
    DataError
        SEM-040 to SEM-046: the data cannot be analysed.
    EstimationError
        SEM-051, SEM-052 not identified; SEM-053 not converged.

    Notes
    -----
    Covariances are divided by N, chi-square is N times F, standard errors come from the expected information: lavaan's
    ``sem()`` with its defaults. semopy finds the basin and Fisher scoring ends where the gradient is zero.
    Checked against lavaan 0.6-14 in ``tests/against/test_against_lavaan.py``.

    Examples
    --------
    >>> import semopy.examples.holzinger39 as hs
    >>> fit = fit_sem("visual =~ x1 + x2 + x3; speed =~ x7 + x8 + x9", hs.get_data())
    >>> int(fit.fit_measures["df"])
    8
    """
    check_options(estimator, missing, unavailable)
    worker = engine_named(engine)
    source = read_data(data, form)
    table, name = read_model(model, source.instrument, std_lv=std_lv, orthogonal=orthogonal, fixed_x=fixed_x)
    table, findings = restrict_model(
        table, [str(c) for c in source.frame.columns], unasked=source.unasked, form=source.form
    )
    check_table(table)
    moments = complete_moments(source.frame, table.observed_names)
    df = check_identification(table)
    table = _with_starts(table, moments)
    estimate = worker.estimate(table, moments)
    _require_convergence(estimate, table)
    if estimate.failure:
        message = f"{estimate.failure}: the solution was found without semopy as a witness."
        findings = (*findings, Finding("SEM-110", "note", "engine", message, {"engine": worker.name}))
    provenance = {
        "engine": estimate.details,
        "gradient_norm": estimate.gradient_norm,
        "data": source.provenance,
    }
    return _result(
        table,
        moments,
        estimate,
        df,
        name,
        worker.name,
        (*findings, *direction_findings(table, source)),
        provenance,
    )


def _with_starts(table: ParameterTable, moments: Moments) -> ParameterTable:
    starts = start_values(table, moments.covariance)
    return table.with_starts({row.id: float(starts[row.free - 1]) for row in table.parameters if row.free})


def _require_convergence(estimate: Estimate, table: ParameterTable) -> None:
    if estimate.converged and np.all(np.isfinite(estimate.theta)):
        return
    raise EstimationError(
        "SEM-053",
        f"the estimation did not converge after {estimate.iterations} iterations: {estimate.reason}.",
        where=table.name,
        hint="Look for items that do not belong, latents that cannot be told apart, or too few rows for the model.",
    )


def _result(
    table: ParameterTable,
    moments: Moments,
    estimate: Estimate,
    df: int,
    name: str,
    engine: str,
    findings: tuple[Finding, ...],
    provenance: dict[str, Any],
) -> SemResult:
    cells = lay_out(table, moments.covariance)
    implied = implied_moments(cells, estimate.theta)
    restrictions = linear_restrictions(table)
    parameters = estimates_frame(table, cells, implied, estimate.theta, estimate.vcov)
    residuals = residuals_frame(moments.names, moments.covariance, implied.sigma)
    latent = implied.all_covariance[cells.n_observed :, cells.n_observed :]
    solution = Solution(
        parameters, residuals, table.latent_names, latent, moments.n_obs, moments.n_read,
        restrictions.n_unique, information_condition(cells, restrictions, estimate.theta),
    )  # fmt: skip
    return SemResult(
        model=name,
        engine=engine,
        estimator="ML",
        converged=estimate.converged,
        iterations=estimate.iterations,
        n_obs=moments.n_obs,
        n_read=moments.n_read,
        missing="listwise",
        table=table,
        parameters=parameters,
        fit_measures=_measures(table, moments, implied, df, restrictions.n_unique),
        r2=r2_frame(table, cells, implied),
        effects=_effects(table, cells, implied, estimate),
        residuals=residuals,
        observed_names=moments.names,
        latent_names=table.latent_names,
        sample_covariance=moments.covariance,
        implied_covariance=implied.sigma,
        latent_covariance=latent,
        parameter_covariance=estimate.vcov,
        findings=(*findings, *admissibility_findings(solution)),
        provenance=provenance,
    )


def _measures(
    table: ParameterTable, moments: Moments, implied: Implied, df: int, n_parameters: int
) -> dict[str, float]:
    covariates, given = (
        np.array([moments.names.index(name) for name in names], dtype=np.intp)
        for names in (table.roles.covariates, table.covariates)
    )
    return fit_measures(
        moments.covariance,
        implied.sigma,
        ml_value(implied.sigma, moments.covariance),
        n_obs=moments.n_obs,
        n_parameters=n_parameters,
        df=df,
        covariates=covariates,
        given=given,
    )


def _effects(table: ParameterTable, cells: Cells, implied: Implied, estimate: Estimate) -> pd.DataFrame:
    return effects_frame(table, cells, implied, estimate.vcov)
