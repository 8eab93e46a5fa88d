"""The fits of a block of replicates: all at once where the estimator allows it, else one by one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from wxsat.errors import DataError, EstimationError, ModelError, WxsatError
from wxsat.sem.bootstrap.admissible import admissible_draws
from wxsat.sem.bootstrap.alone import fit_alone
from wxsat.sem.bootstrap.batched_implied import batched_moments
from wxsat.sem.bootstrap.batched_newton import (
    BatchModel,
    BatchStart,
    fit_draws,
    lay_out_batch,
    log_determinants,
    start_of,
)
from wxsat.sem.bootstrap.derivatives import hessian_of, point_of
from wxsat.sem.bootstrap.draws import DrawnMoments
from wxsat.sem.definitions import defined_parameters
from wxsat.sem.fit import fit_sem
from wxsat.sem.restrictions import table_constraints
from wxsat.simulate.power.analysis import Analysis
from wxsat.simulate.power.design import PowerDesign
from wxsat.simulate.power.draw import Source
from wxsat.simulate.power.tally import Replicates, Tally, tally

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

INADMISSIBLE = ("SEM-103", "SEM-104")


@dataclass(frozen=True)
class Block:
    """Replicates `first` to `last` (not included) of samples of `size`."""

    size: int
    number: int
    first: int
    last: int


@dataclass(frozen=True)
class Task:
    """All that a worker needs."""

    source: Source
    analysis: Analysis
    design: PowerDesign
    batch: tuple[BatchModel, BatchStart] | None = field(default=None, repr=False)


def prepare(source: Source, analysis: Analysis, design: PowerDesign) -> Task:
    """Lay the model out once for all blocks."""
    if not design.batched:
        return Task(source, analysis, design)
    outcome = analysis.fit.outcome
    assert outcome is not None
    constraints = table_constraints(analysis.fit.table)
    if not constraints.only_linear:
        return Task(source, analysis, design)
    model = lay_out_batch(analysis.fit.table, outcome.sample, constraints.linear)
    whole = [DrawnMoments(analysis.covariance[None], analysis.mean[None], np.ones(1))]
    return Task(source, analysis, design, (model, start_of(model, outcome.estimate.theta, whole, design.sizes[0])))


def fit_block(task: Task, block: Block) -> Tally:
    """Draw and fit the replicates of a block and return what they add up to."""
    found = _together(task, block) if task.batch is not None else _one_by_one(task, block)
    return tally(found, task.analysis.truth, task.design.alpha)


def _together(task: Task, block: Block) -> Replicates:
    assert task.batch is not None
    (model, start), size = task.batch, block.size
    pairs = [task.source.moments(task.design, size, k) for k in range(block.first, block.last)]
    drawn = DrawnMoments(
        np.stack([s for _, s in pairs]), np.stack([m for m, _ in pairs]), np.full(len(pairs), float(size))
    )
    fits = fit_draws(model, start, [drawn])
    theta, value, converged = fits.theta.copy(), fits.value.copy(), fits.converged.copy()
    outcome, table = task.analysis.fit.outcome, task.analysis.fit.table
    assert outcome is not None
    for k in np.flatnonzero(~converged).tolist():
        alone = fit_alone(table, table_constraints(table), outcome.sample, [drawn], k, start.theta)
        if alone is not None:
            theta[k], value[k], converged[k] = alone.theta, alone.value, True
    converged &= np.isfinite(log_determinants(drawn.covariance))
    estimate = np.full((len(pairs), len(task.analysis.keys)), np.nan)
    error, p_value = estimate.copy(), np.full(len(pairs), np.nan)
    admissible = np.zeros(len(pairs), dtype=bool)
    fine = np.flatnonzero(converged)
    if fine.size:
        part = drawn.part(fine)
        groups = [batched_moments(model.layouts[0], theta[fine], part)]
        admissible[fine] = admissible_draws(model, groups)
        covariances = _covariances(model, theta[fine], part)
        for k, vcov in zip(fine.tolist(), covariances, strict=True):
            estimate[k], error[k] = _with_definitions(task.analysis, theta[k], vcov)
        p_value[fine] = _p_values(value[fine] * size, outcome.df)
    return Replicates(estimate, error, converged, admissible, p_value)


def _covariances(model: BatchModel, theta: Array, drawn: DrawnMoments) -> Array:
    """Return the covariance matrices of the estimates by the expected information; NaN where it is singular."""
    layout, pairs, q = model.layouts[0], model.pairs[0], model.n_free
    batch = batched_moments(layout, theta, drawn)
    expected, _ = hessian_of(layout, pairs, point_of(layout, batch, drawn, hessian=True))
    found = np.full((len(theta), q, q), np.nan)
    for k, packed in enumerate(expected):
        whole = np.zeros(q * q)
        whole[pairs.place] = packed
        lower = whole.reshape(q, q)
        information = np.tril(lower) + np.tril(lower, -1).T
        basis = model.basis
        inner = information if basis is None else basis.T @ information @ basis
        try:
            inverse = np.linalg.inv(inner)
        except np.linalg.LinAlgError:
            continue
        found[k] = (inverse if basis is None else basis @ inverse @ basis.T) / drawn.size[k]
    return found


def _with_definitions(analysis: Analysis, theta: Array, vcov: Array) -> tuple[Array, Array]:
    table = analysis.fit.table
    free = [row.free - 1 for row in table.parameters if row.free and (row.lhs, row.op, row.rhs) in analysis.keys]
    with np.errstate(invalid="ignore"):
        errors = np.sqrt(np.diag(vcov)[free])
    values = theta[free]
    if table.definitions:
        duals = defined_parameters(table, theta)
        values = np.append(values, [value for value, _ in duals])
        with np.errstate(invalid="ignore"):
            errors = np.append(errors, [np.sqrt(g @ vcov @ g) for _, g in duals])
    return values, errors


def _p_values(statistic: Array, df: int) -> Array:
    from scipy.special import chdtrc

    return np.asarray(chdtrc(df, np.maximum(statistic, 0.0))) if df > 0 else np.full(len(statistic), np.nan)


def _one_by_one(task: Task, block: Block) -> Replicates:
    count, width = block.last - block.first, len(task.analysis.keys)
    estimate, error = np.full((count, width), np.nan), np.full((count, width), np.nan)
    converged, admissible = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
    p_value = np.full(count, np.nan)
    for k in range(count):
        found = _fit_one(task, block.size, block.first + k)
        if found is not None:
            estimate[k], error[k], admissible[k], p_value[k] = found
            converged[k] = True
    return Replicates(estimate, error, converged, admissible, p_value)


def _fit_one(task: Task, size: int, number: int) -> tuple[Array, Array, bool, float] | None:
    """Fit one replicate; None when its data or its estimation fail, which is counted."""
    import pandas as pd

    design, analysis = task.design, task.analysis
    rows, clusters = task.source.rows(design, size, number)
    frame = pd.DataFrame(rows, columns=list(analysis.observed))
    options = dict(analysis.options)
    if clusters is not None:
        frame["cluster__"] = clusters
        options["cluster"] = "cluster__"
    try:
        fit = fit_sem(analysis.text, frame, estimator=design.estimator, missing=design.missing, **options)
    except (EstimationError, DataError, ModelError):
        return None
    except WxsatError:
        raise
    records = fit.parameters.to_dict("records")
    at = {(str(r["lhs"]), str(r["op"]), str(r["rhs"])): r for r in records}
    blank = {"estimate": np.nan, "std_error": np.nan}
    chosen = [at.get(key, blank) for key in analysis.keys]
    values = np.array([float(r["estimate"]) for r in chosen])
    errors = np.array([float(r["std_error"]) for r in chosen])
    admissible = not any(finding.code in INADMISSIBLE for finding in fit.findings)
    measures = fit.fit_measures
    p_value = float(measures.get("pvalue_scaled", measures.get("pvalue", np.nan)))
    return values, errors, admissible, p_value
