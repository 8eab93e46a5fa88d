"""Fit a structural equation model: a recipe of named steps from model and data to one result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from wxsat.errors import EstimationError, UsageError
from wxsat.finding import Finding
from wxsat.sem.assemble import assemble, completed
from wxsat.sem.bounds import check_bounds, with_bounds
from wxsat.sem.engines.engine import Engine, engine_named
from wxsat.sem.engines.witness import Check, check_named, check_with_semopy
from wxsat.sem.esem.criterion import rotation_options
from wxsat.sem.esem.fit import check_explored, explored_text, fit_esem
from wxsat.sem.fit_options import FitOptions, read_options
from wxsat.sem.identification import check_identification
from wxsat.sem.inputs import (
    SemData,
    check_table,
    direction_findings,
    read_data,
    read_model,
    row_findings,
    weight_findings,
)
from wxsat.sem.mimic import Defaults, with_defaults_of
from wxsat.sem.model_options import ModelOptions
from wxsat.sem.moments import Sample
from wxsat.sem.ordinal.declare import says_ordinal
from wxsat.sem.ordinal.outcome import reach_ordinal
from wxsat.sem.ordinal.recipes import check_ordinal_request, ordinal_options
from wxsat.sem.ordinal.sample import read_ordinal_sample
from wxsat.sem.outcome import Outcome, reach
from wxsat.sem.parameter_table import ParameterTable
from wxsat.sem.restrict import restrict_model
from wxsat.sem.restrictions import Constraints, table_constraints
from wxsat.sem.result import SemResult
from wxsat.sem.sample import covariance_sample, group_labels, read_sample, standardised_sample
from wxsat.sem.two_level_outcome import reach_two_level, two_level_options

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.instrument.instrument import FormName
    from wxsat.responses.responses import Responses


def fit_sem(
    model: str | Path | ParameterTable,
    data: pd.DataFrame | Responses | None = None,
    *,
    estimator: str | None = None,
    missing: str = "listwise",
    group: str | None = None,
    group_equal: str | Sequence[str] = (),
    group_partial: str | Sequence[str] = (),
    ordered: str | bool | Sequence[str] | None = None,
    parameterization: str | None = None,
    weights: str | None = None,
    cluster: str | None = None,
    std_lv: bool = False,
    std_ov: bool = False,
    effect_coding: bool | str | Sequence[str] = False,
    meanstructure: bool = False,
    growth: bool = False,
    fixed_x: bool | None = None,
    orthogonal: bool = False,
    likelihood: str = "normal",
    information: str | None = None,
    se: str | None = None,
    test: str | Sequence[str] | None = None,
    mimic: str | None = None,
    bounds: str | None = None,
    cov: Any = None,
    n: int | Sequence[int] | None = None,
    mean: Any = None,
    engine: str = "native",
    check: str | None = None,
    rotation: str | None = None,
    rotation_args: Mapping[str, Any] | None = None,
    modification: bool = False,
    bootstrap: int | None = None,
    seed: int = 1,
    form: FormName | None = None,
    **unavailable: Any,
) -> SemResult:
    """
    Fit a structural equation model.

    Parameters
    ----------
    model : str, Path or ParameterTable
        lavaan syntax, a file that holds it, a table, or the id of one of the instrument's models.
    data : DataFrame, Responses or CleanResponses, optional
        One column a variable. From responses the instrument says which items the form left out.
    estimator : str, optional
        ``ML`` (the default), ``MLM MLMV MLMVS MLR MLF`` (ML with corrected errors and tests), ``GLS ULS WLS DWLS`` and
        their corrected forms ``ULSMV WLSMV ...`` for continuous data.
    missing : {"listwise", "fiml", "two_stage", "robust_two_stage"}
        Rows with a missing value among the model's variables are left out and counted, or used as they are.
    group : str, optional
        Column of the groups, taken in order of appearance.
    group_equal, group_partial : str or sequence of str
        What is equal over groups, and which parameters are freed from it (``"PU=~PU2"``, ``"PU3~1"``).
    ordered : str or sequence of str, optional
        Ordinal items: ``"all"`` observed variables but covariates, or their names. Correlations are then polychoric
        and the estimator is ``WLSMV`` unless another of ``WLSM WLSMVS DWLS WLS ULS ULSM ULSMV`` is named; `missing`
        is ``listwise`` or ``pairwise``. Variables with thresholds in the model (``x1 | t1``) are ordinal anyway.
    parameterization : {"delta", "theta"}, optional
        Of ordinal items: total or residual variances of the latent responses are 1.
    weights, cluster : str, optional
        Columns of sampling weights (normalised to sum to N) and of clusters; errors and test are then robust.
    std_lv, effect_coding, meanstructure, growth, fixed_x, orthogonal
        As in :class:`wxsat.sem.model_options.ModelOptions`; a ParameterTable already has them. `fixed_x` left out is
        True for maximum likelihood and False for least squares, as in lavaan.
    std_ov : bool
        Standardise the observed variables first, with N - 1.
    likelihood : {"normal", "wishart"}
        Covariances divided by N, or by N - 1 (as EQS and AMOS do).
    information, se, test : str, optional
        Instead of those of the estimator: ``expected observed first.order``; ``standard robust.sem
        robust.huber.white ...``; one or several of lavaan's names of tests.
    mimic : {"lavaan", "Mplus", "EQS"}, optional
        The defaults of another program, see :func:`wxsat.sem.mimic.with_defaults_of`.
    bounds : {"pos.var", "pos.ov.var", "pos.lv.var", "standard"}, optional
        Automatic bounds on variances (and, ``standard``, on all that follows from them).
    cov, n, mean
        A covariance matrix (divided by N - 1) with named columns, or one a group, the rows behind it, and the means:
        instead of `data`.
    engine : {"native", "semopy"}
    check : {"semopy"}, optional
        Refit with semopy alone and report the largest differences in ``provenance["check"]``.
    rotation : {"geomin", "oblimin", "target"}, optional
        Of the factors that the model explores together, ``efa("block")*F1 + efa("block")*F2 =~ x1 + x2 + ...``; geomin
        when left out. With `orthogonal` factors stay uncorrelated.
    rotation_args : mapping, optional
        ``epsilon`` (of geomin), ``target`` (a DataFrame, items in rows, factors in columns, NaN where a loading is
        free), ``standardise`` (rotate loadings in units of the items' deviations), ``starts``, ``seed``.
    modification : bool
        Whether to compute modification indices.
    bootstrap, seed : int, optional
        Number of draws for bootstrap errors and percentile intervals, and their seed.
    form : {"full", "standard", "brief"}, optional
        The form that was asked, where the responses do not say it.
    **unavailable
        Options of later versions: refused by name.

    Returns
    -------
    SemResult
        With every finding that must be known before the figures are read; ``result.refused`` tells whether a rule
        forbids the structural reading.

    Raises
    ------
    ModelError
        SEM-001 to SEM-023, SEM-060, SEM-088, SEM-089: the model cannot be read or does not fit the data's names or
        groups.
    UsageError
        SEM-031 to SEM-039, SEM-061 to SEM-074, SEM-099: an engine or option that is not available or contradicts
        another.
    DataError
        SEM-040 to SEM-046, SEM-068 to SEM-073: the data cannot be analysed.
    EstimationError
        SEM-051, SEM-052 not identified; SEM-053 not converged.

    Notes
    -----
    Conventions are lavaan's: ML divides by N and chi-square is N times F; Wishart and least squares use N - 1.
    Checked against lavaan 0.6-14 in ``tests/against``.

    Examples
    --------
    >>> import semopy.examples.holzinger39 as hs
    >>> fit = fit_sem("visual =~ x1 + x2 + x3; speed =~ x7 + x8 + x9", hs.get_data())
    >>> int(fit.fit_measures["df"])
    8
    """
    defaults = with_defaults_of(
        mimic, Defaults(missing, likelihood, meanstructure, group_equal), grouped=group is not None, estimator=estimator
    )
    missing, likelihood = defaults.missing, defaults.likelihood
    meanstructure, group_equal = defaults.meanstructure, defaults.group_equal
    ordinal = says_ordinal(model, ordered)
    options = (ordinal_options if ordinal else read_options)(
        estimator, missing=missing, information=information, se=se, test=test, likelihood=likelihood, group=group,
        weights=weights, cluster=cluster, unavailable=unavailable,
    )  # fmt: skip
    check_ordinal_request(
        ordinal, parameterization=parameterization, cov=cov, std_ov=std_ov, engine=engine, check=check
    )
    worker = engine_named(engine)
    check_named(check)
    _check_groups(group, cov, group_equal, group_partial)
    check_bounds(bounds)
    if fixed_x is None:
        fixed_x = model.fixed_x if isinstance(model, ParameterTable) else ordinal or options.recipe.estimator == "ML"
    shape = _shape(
        std_lv, orthogonal, fixed_x, meanstructure or options.incomplete or cluster is not None, growth, effect_coding,
        group_equal, group_partial, parameterization or "delta",
    )  # fmt: skip
    source, groups = _source(data, cov, form, options)
    explored = explored_text(model, source.instrument)
    if explored is not None or rotation is not None or rotation_args:
        check_explored(explored, ordered=ordinal, group_equal=group_equal, group_partial=group_partial, growth=growth,
                       effect_coding=effect_coding, bounds=bounds, bootstrap=bootstrap, check=check,
                       engine=None if engine == "native" else engine)  # fmt: skip
        result = fit_esem(
            explored or "", data, shape, rotation_options(rotation, rotation_args), groups,
            estimator=estimator, missing=missing, group=group, weights=weights, cluster=cluster, std_ov=std_ov,
            likelihood=likelihood, information=information, se=se, test=test, cov=cov, n=n, mean=mean, form=form,
        )  # fmt: skip
        return completed(replace(result, answers=source.answers), modification=modification, bootstrap=None, seed=seed)
    table, name = read_model(model, source, shape, groups, ordered=ordered, pairwise=options.missing == "pairwise")
    table, findings = restrict_model(
        table, [str(c) for c in source.frame.columns], unasked=source.unasked, form=source.form
    )
    check_table(table)
    options = two_level_options(options, estimator) if table.n_levels > 1 else options
    sample = covariance_sample(cov, n, mean, table, groups) if cov is not None else _sample(source, table, options)
    sample = standardised_sample(sample) if std_ov else sample
    table = with_bounds(table, sample, bounds)
    constraints = table_constraints(table)
    df = check_identification(table, constraints)
    outcome = _reached(table, constraints, sample, options, worker, df)
    witness = _witness(check, table, constraints, sample, options, outcome)
    result = assemble(
        table,
        constraints,
        outcome,
        options,
        model=name,
        engine=worker.name,
        findings=(*findings, *_engine_findings(outcome, worker.name), *row_findings(source, sample, options),
                  *direction_findings(table, source),
                  *weight_findings(options, estimator)),
        provenance=_provenance(outcome, source, witness),
    )  # fmt: skip
    return completed(replace(result, answers=source.answers), modification=modification, bootstrap=bootstrap, seed=seed)


def _shape(
    std_lv: bool,
    orthogonal: bool,
    fixed_x: bool,
    meanstructure: bool,
    growth: bool,
    effect_coding: bool | str | Sequence[str],
    group_equal: str | Sequence[str],
    group_partial: str | Sequence[str],
    parameterization: str,
) -> ModelOptions:
    coding = ("loadings", "intercepts") if effect_coding is True else _words(effect_coding or ())
    return ModelOptions(
        std_lv, orthogonal, fixed_x, meanstructure or growth, growth, coding, _words(group_equal),
        _words(group_partial), parameterization=parameterization,
    )  # fmt: skip


def _check_groups(
    group: str | None, cov: Any, group_equal: str | Sequence[str], group_partial: str | Sequence[str]
) -> None:
    """Refuse equality over groups where there are none (SEM-067)."""
    asked = [name for name, given in (("group_equal", group_equal), ("group_partial", group_partial)) if _words(given)]
    if asked and group is None and not isinstance(cov, Mapping):
        raise UsageError(
            "SEM-067", f"{' and '.join(asked)} say what is equal over groups, and there are no groups.",
            where=asked[0], hint="Give group=, the column of the groups.",
        )  # fmt: skip


def _words(given: str | Sequence[str]) -> tuple[str, ...]:
    """Return a list of words, also from one text with commas."""
    parts = given.split(",") if isinstance(given, str) else given
    return tuple(part.strip() for part in parts if part.strip())


def _source(data: Any, cov: Any, form: FormName | None, options: FitOptions) -> tuple[SemData, tuple[str, ...]]:
    """Return the data and the names of the groups; refuse what a covariance matrix alone cannot give (SEM-061)."""
    if cov is None:
        source = read_data(data, form)
        return source, group_labels(source.frame, options.group)
    faults = [
        (data is not None, "data and a covariance matrix were both given"),
        (options.needs_rows is not None, f"{options.needs_rows} needs the rows of the data"),
        (options.weights is not None or options.cluster is not None, "weights and clusters need the rows of the data"),
    ]
    for wrong, words in faults:
        if wrong:
            raise UsageError(
                "SEM-061", f"{words}.", where="cov", hint="Give the data themselves, or leave the option out."
            )
    return SemData.of_covariance(cov)


def _sample(source: SemData, table: ParameterTable, options: FitOptions) -> Sample:
    if table.ordered:
        return read_ordinal_sample(source.frame, table, options, full=True)
    return read_sample(source.frame, table, options)


def _reached(
    table: ParameterTable, constraints: Constraints, sample: Sample, options: FitOptions, worker: Engine, df: int
) -> Outcome:
    """Estimate with what the table needs: ordinal, two-level or one-level; refuse an estimate that did not settle."""
    if table.ordered:
        outcome: Outcome = reach_ordinal(table, constraints, sample, options, df)
    elif table.n_levels > 1:
        outcome = reach_two_level(table, constraints, sample, options)
    else:
        outcome = reach(table, constraints, sample, options, worker, df)
    _require_convergence(outcome, table)
    return outcome


def _require_convergence(outcome: Outcome, table: ParameterTable) -> None:
    estimate = outcome.estimate
    if estimate.converged and np.all(np.isfinite(estimate.theta)):
        return
    raise EstimationError(
        "SEM-053",
        f"the estimation did not converge after {estimate.iterations} iterations: {estimate.reason} "
        f"(largest scaled gradient {estimate.gradient_norm:.1e}).",
        where=table.name,
        hint="Look for items that do not belong, latents that cannot be told apart, or too few rows for the model.",
    )


def _engine_findings(outcome: Outcome, engine: str) -> tuple[Finding, ...]:
    if not outcome.estimate.failure:
        return ()
    message = f"{outcome.estimate.failure}: the search began from simple starting values; semopy is no witness."
    return (Finding("SEM-110", "note", "engine", message, {"engine": engine}),)


def _witness(
    check: str | None,
    table: ParameterTable,
    constraints: Constraints,
    sample: Sample,
    options: FitOptions,
    outcome: Outcome,
) -> Check | None:
    if check is None:
        return None
    return check_with_semopy(table, constraints, sample, options, outcome.estimate.theta, outcome.vcov)


def _provenance(outcome: Outcome, source: SemData, witness: Check | None) -> dict[str, Any]:
    found = {
        "engine": outcome.estimate.details,
        "gradient_norm": outcome.estimate.gradient_norm,
        "data": source.provenance,
    }
    return found if witness is None else found | {"check": witness.to_dict()}
