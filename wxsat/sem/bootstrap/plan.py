"""The bootstrap of a fitted model: draws, refits in blocks, what is left alone, intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from wxsat.errors import EstimationError, UsageError, nearest
from wxsat.sem.bootstrap.admissible import admissible_draws
from wxsat.sem.bootstrap.alone import fit_alone
from wxsat.sem.bootstrap.batched_implied import Batch, batched_moments
from wxsat.sem.bootstrap.batched_newton import (
    BatchModel,
    BatchStart,
    discrepancy,
    fit_draws,
    lay_out_batch,
    start_of,
)
from wxsat.sem.bootstrap.bollen_stine import data_under_model
from wxsat.sem.bootstrap.draws import (
    DrawnMoments,
    Resampled,
    draw_weights,
    left_out_moments,
    left_out_units,
    rows_to_resample,
    weighted_moments,
)
from wxsat.sem.bootstrap.intervals import check_interval, jackknife_acceleration
from wxsat.sem.bootstrap.quantities import Quantities, list_quantities
from wxsat.sem.bootstrap.result import STATUS, BootstrapResult
from wxsat.sem.bootstrap.workers import over_blocks
from wxsat.sem.implied import implied_groups
from wxsat.sem.matrices import lay_out_groups
from wxsat.sem.moments import Moments
from wxsat.sem.parameter_table import ParameterTable
from wxsat.sem.restrictions import Constraints, table_constraints

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

METHODS = ("naive", "bollen_stine")
# Blocks are cut by the number of the draw, never by the number of workers: their arithmetic is the same to the bit.
BLOCK = 64
LEAST_DRAWS = 2


@dataclass(frozen=True)
class BootstrapOptions:
    """
    Attributes
    ----------
    draws : int
    seed : int
        Not negative; draw i depends on it and on i alone.
    workers : int
        Processes.
    method : {"naive", "bollen_stine"}
    kind : {"percentile", "basic", "normal", "bc", "bca"}
    level : float
    inadmissible : {"keep", "drop"}
    shard : (int, int)
        Part i of k, from 1.
    """

    draws: int = 1000
    seed: int = 1
    workers: int = 1
    method: str = "naive"
    kind: str = "percentile"
    level: float = 0.95
    inadmissible: str = "keep"
    shard: tuple[int, int] = (1, 1)

    def checked(self) -> BootstrapOptions:
        """Return the same options; UsageError SEM-056 for any that has no meaning."""
        check_interval(self.kind, self.level)
        _word(self.method, METHODS, "method")
        _word(self.inadmissible, ("keep", "drop"), "inadmissible")
        part, parts = self.shard
        blocks = -(-self.draws // BLOCK)
        whole: tuple[tuple[bool, str, str], ...] = (
            (self.draws >= LEAST_DRAWS, "draws", f"{self.draws} draws; at least {LEAST_DRAWS} were expected."),
            (self.seed >= 0, "seed", f"a seed of {self.seed}; a number that is not negative was expected."),
            (self.workers >= 1, "workers", f"{self.workers} workers; at least 1 was expected."),
            (1 <= part <= parts, "shard", f"shard {part}/{parts}; i/k with i from 1 to k was expected."),
        )
        for fine, where, message in whole:
            if not fine:
                raise UsageError("SEM-056", message, where=where)
        if parts > blocks:
            fewer = "one piece, without a shard" if blocks == 1 else f"{blocks} shards at most"
            raise UsageError(
                "SEM-056",
                f"{parts} shards of {self.draws} draws; draws go in {blocks} block(s) of {BLOCK}.",
                where="shard",
                hint=f"Ask for {(parts - 1) * BLOCK + 1} draws or more, or for {fewer}.",
            )
        return self


def _word(value: str, known: Sequence[str], where: str) -> None:
    if value not in known:
        raise UsageError("SEM-056", f"unknown {where} {value!r}. Known: {', '.join(known)}.{nearest(value, known)}",
                         where=where)  # fmt: skip


@dataclass(frozen=True)
class _Plan:
    """All that a worker needs to fit draws."""

    table: ParameterTable
    constraints: Constraints
    sample: tuple[Moments, ...]
    rows: tuple[Resampled, ...]
    model: BatchModel
    start: BatchStart
    quantities: Quantities
    seed: int

    def moments(self, numbers: Sequence[int]) -> list[DrawnMoments]:
        weights = draw_weights(self.rows, self.seed, numbers)
        return [weighted_moments(r, w) for r, w in zip(self.rows, weights, strict=True)]


@dataclass(frozen=True)
class _Fits:
    """What one block of draws came to."""

    status: NDArray[np.intp]
    admissible: NDArray[np.bool_]
    chisq: Array
    values: Array


def bootstrap_table(
    table: ParameterTable,
    sample: Sequence[Moments],
    theta: Array,
    options: BootstrapOptions | None = None,
    effects: pd.DataFrame | None = None,
) -> BootstrapResult:
    """
    Bootstrap the ML estimates of a table from complete rows.

    Parameters
    ----------
    table : ParameterTable
    sample : sequence of Moments
        With rows; one a group. Weights go with their rows, clusters are drawn whole.
    theta : ndarray, shape (n_free,)
        The full-sample ML estimates.
    options : BootstrapOptions, optional
    effects : DataFrame, optional
        Which effects to resample, as in ``SemResult.effects``.

    Returns
    -------
    BootstrapResult

    Raises
    ------
    UsageError
        SEM-054 no rows, SEM-055 missing values, SEM-056 options.
    EstimationError
        SEM-058 when hardly any draw converges.
    """
    options = (options or BootstrapOptions()).checked()
    plan, full = _plan(table, sample, theta, options, effects)
    blocks = _blocks(options)
    found = over_blocks(_fit_block, plan, blocks, options.workers)
    numbers = np.array([k for block in blocks for k in block], dtype=np.intp)
    status = np.concatenate([f.status for f in found])
    fine = int((status < STATUS.index("failed")).sum())
    if fine < max(LEAST_DRAWS, 0.1 * len(numbers)):
        raise EstimationError(
            "SEM-058",
            f"only {fine} of {len(numbers)} draws converged; there is nothing to make intervals from.",
            where=table.name,
            hint="The model is too large for the sample, or hardly identified.",
        )
    acceleration = _acceleration(plan, options) if options.kind == "bca" else None
    return BootstrapResult(
        plan.quantities.listed,
        plan.quantities.values(plan.model, _located(plan.model, theta[None], full))[0],
        np.concatenate([f.values for f in found]),
        numbers,
        status,
        np.concatenate([f.admissible for f in found]),
        np.concatenate([f.chisq for f in found]),
        float(discrepancy(plan.model, theta[None], full)[0] * sum(d.size[0] for d in full)),
        options.draws,
        options.seed,
        options.method,
        options.kind,
        options.level,
        options.inadmissible,
        acceleration,
        _n_clusters(plan.rows),
    )


def _plan(
    table: ParameterTable,
    sample: Sequence[Moments],
    theta: Array,
    options: BootstrapOptions,
    effects: pd.DataFrame | None,
) -> tuple[_Plan, list[DrawnMoments]]:
    """Return the plan, and the moments of the full sample as a block of one draw."""
    full = _whole(rows_to_resample(sample))
    drawn_from = tuple(sample)
    if options.method == "bollen_stine":
        drawn_from = data_under_model(sample, implied_groups(lay_out_groups(table, sample), theta))
    constraints = table_constraints(table)
    model = lay_out_batch(table, sample, constraints.linear)
    rows = rows_to_resample(drawn_from)
    start = start_of(model, theta, _whole(rows), sum(m.weight_sum for m in sample))
    light = tuple(replace(m, values=None, clusters=None, weights=None) for m in sample)
    quantities = list_quantities(table, model, effects)
    return _Plan(table, constraints, light, rows, model, start, quantities, options.seed), full


def _whole(rows: Sequence[Resampled]) -> list[DrawnMoments]:
    return [weighted_moments(r, (np.ones(r.n_rows) if r.weights is None else r.weights)[None]) for r in rows]


def _blocks(options: BootstrapOptions) -> list[range]:
    starts = range(0, options.draws, BLOCK)
    part, parts = options.shard
    return [range(a, min(a + BLOCK, options.draws)) for a in starts][part - 1 :: parts]


def _fit_block(plan: _Plan, numbers: range) -> _Fits:
    return _fit_moments(plan, plan.moments(numbers))


def _fit_moments(plan: _Plan, drawn: list[DrawnMoments]) -> _Fits:
    count = len(drawn[0].mean)
    status = np.zeros(count, dtype=np.intp)
    if plan.constraints.only_linear:
        fits = fit_draws(plan.model, plan.start, drawn)
        theta, value, left = fits.theta, fits.value, np.flatnonzero(~fits.converged)
    else:
        theta = np.repeat(plan.start.theta[None], count, axis=0)
        value, left = np.full(count, np.nan), np.arange(count)
    for k in left.tolist():
        found = fit_alone(plan.table, plan.constraints, plan.sample, drawn, k, plan.start.theta)
        status[k] = STATUS.index("failed" if found is None else "alone")
        if found is not None:
            theta[k], value[k] = found.theta, found.value
    fine = np.flatnonzero(status < STATUS.index("failed"))
    part = [d.part(fine) for d in drawn]
    values = np.full((count, len(plan.quantities.listed)), np.nan)
    admissible = np.zeros(count, dtype=bool)
    if fine.size:
        groups = _located(plan.model, theta[fine], part)
        values[fine] = plan.quantities.values(plan.model, groups)
        admissible[fine] = admissible_draws(plan.model, groups)
    size = sum(d.size for d in drawn)
    return _Fits(status, admissible, np.where(status < STATUS.index("failed"), value * size, np.nan), values)


def _located(model: BatchModel, theta: Array, drawn: Sequence[DrawnMoments]) -> list[Batch]:
    return [batched_moments(x, theta, d, invert=False) for x, d in zip(model.layouts, drawn, strict=True)]


def _acceleration(plan: _Plan, options: BootstrapOptions) -> Array:
    """Return BCa's acceleration from the jackknife: every row, or cluster, left out once."""
    units = left_out_units(plan.rows)
    blocks = [range(a, min(a + BLOCK, len(units))) for a in range(0, len(units), BLOCK)]
    found = over_blocks(_leave_out, (plan, units), blocks, options.workers)
    return jackknife_acceleration(np.concatenate(found))


def _leave_out(task: tuple[_Plan, list[list[tuple[int, NDArray[np.intp]]]]], numbers: range) -> Array:
    plan, units = task
    return _fit_moments(plan, left_out_moments(plan.rows, [units[k] for k in numbers])).values


def _n_clusters(rows: Sequence[Resampled]) -> int:
    units = [r.unit for r in rows if r.unit is not None]
    return len(np.unique(np.concatenate(units))) if units else 0
