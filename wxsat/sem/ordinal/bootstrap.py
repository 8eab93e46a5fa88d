"""
The naive bootstrap of ordinal models: rows drawn again, polychorics, weights and estimates computed anew.

Every draw costs a pass over the pair tables and a search that begins at the full sample's solution; draws are
independent of one another, in blocks that workers share. A draw that loses a category, or does not converge, is counted
as failed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import numpy as np

from wxsat.errors import EstimationError, UsageError, WxsatError
from wxsat.sem.bootstrap.draws import draw_weights, rows_to_resample
from wxsat.sem.bootstrap.plan import BLOCK as SHARE
from wxsat.sem.bootstrap.plan import LEAST_DRAWS, BootstrapOptions
from wxsat.sem.bootstrap.result import STATUS, BootstrapResult
from wxsat.sem.bootstrap.workers import over_blocks
from wxsat.sem.ordinal.implied import ordinal_point
from wxsat.sem.ordinal.layout import OrdinalLayout, lay_out_ordinal
from wxsat.sem.ordinal.objective import OrdinalLeastSquares
from wxsat.sem.ordinal.outcome import find_solution
from wxsat.sem.ordinal.resampled_quantities import OrdinalQuantities
from wxsat.sem.ordinal.responses import response_model
from wxsat.sem.ordinal.sample import OrdinalGroup, group_moments
from wxsat.sem.ordinal.weights import sizes_of, weight_roots
from wxsat.sem.restrictions import Constraints, table_constraints
from wxsat.sem.scoring import search

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wxsat.sem.bootstrap.draws import Resampled
    from wxsat.sem.implied import Implied
    from wxsat.sem.parameter_table import ParameterTable
    from wxsat.sem.result import SemResult

    Array = NDArray[np.float64]

BLOCK = 8  # draws that a worker does before it says so
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class _Plan:
    """All that a worker needs."""

    table: ParameterTable
    constraints: Constraints
    sample: tuple[OrdinalGroup, ...]
    rows: tuple[Resampled, ...]
    layouts: tuple[OrdinalLayout, ...]
    quantities: OrdinalQuantities
    theta: Array
    estimator: str
    missing: str
    seed: int


@dataclass(frozen=True)
class _Draw:
    """What one draw came to; None of its numbers when it failed."""

    status: int
    admissible: bool = False
    chisq: float = float("nan")
    values: Array | None = None


def bootstrap_ordinal(
    result: SemResult, options: BootstrapOptions, progress: Progress | None = None
) -> BootstrapResult:
    """
    Bootstrap an ordinal fit.

    Parameters
    ----------
    result : SemResult
    options : BootstrapOptions
    progress : callable, optional
        Called with the draws done and the draws to do.

    Raises
    ------
    UsageError
        SEM-029 for the Bollen-Stine bootstrap and for BCa intervals.
    EstimationError
        SEM-058 when hardly any draw converges.
    """
    _check(options)
    plan = _plan(result, options)
    part, parts = options.shard
    shares = [range(a, min(a + SHARE, options.draws)) for a in range(0, options.draws, SHARE)][part - 1 :: parts]
    blocks = [range(a, min(a + BLOCK, s.stop)) for s in shares for a in range(s.start, s.stop, BLOCK)]
    numbers = [k for block in blocks for k in block]
    draws: list[_Draw] = []
    several = max(4 * options.workers, 1)
    for at in range(0, len(blocks), several):
        for found in over_blocks(_fit_block, plan, blocks[at : at + several], options.workers):
            draws += found
        if progress is not None:
            progress(len(draws), len(numbers))
    failed = STATUS.index("failed")
    status = np.array([draw.status for draw in draws], dtype=np.intp)
    fine = int((status < failed).sum())
    if fine < max(LEAST_DRAWS, 0.1 * len(draws)):
        raise EstimationError(
            "SEM-058",
            f"only {fine} of {len(draws)} draws gave an estimate; there is nothing to make intervals from.",
            where=plan.table.name,
            hint="Categories that few people use are lost in most draws: merge them.",
        )
    nothing = np.full(len(plan.quantities.listed), np.nan)
    outcome = result.outcome
    assert outcome is not None
    return BootstrapResult(
        plan.quantities.listed,
        plan.quantities.values(outcome.implied, plan.theta),
        np.array([nothing if draw.values is None else draw.values for draw in draws]),
        np.array(numbers, dtype=np.intp),
        status,
        np.array([draw.admissible for draw in draws]),
        np.array([draw.chisq for draw in draws]),
        outcome.tests["standard"].statistic,
        options.draws,
        options.seed,
        options.method,
        options.kind,
        options.level,
        options.inadmissible,
        None,
        _n_clusters(plan.rows),
    )


def _check(options: BootstrapOptions) -> None:
    if options.method != "naive":
        raise UsageError(
            "SEM-029",
            "the Bollen-Stine bootstrap turns continuous rows; ordinal answers cannot be turned.",
            where="method",
            hint='Use method="naive", or read the scaled test.',
        )
    if options.kind == "bca":
        raise UsageError(
            "SEM-029",
            "BCa intervals of ordinal models are not available: they leave out every row once.",
            where="kind",
            hint='Use kind="bc" or "percentile".',
        )


def _plan(result: SemResult, options: BootstrapOptions) -> _Plan:
    outcome = result.outcome
    assert outcome is not None
    table = result.table
    sample = cast("tuple[OrdinalGroup, ...]", tuple(outcome.sample))
    filled = [replace(group, values=None if group.values is None else np.nan_to_num(group.values)) for group in sample]
    return _Plan(
        table,
        table_constraints(table),
        sample,
        rows_to_resample(filled),
        tuple(lay_out_ordinal(table, g) for g in range(1, table.n_groups + 1)),
        OrdinalQuantities.of(table, result.effects),
        outcome.estimate.theta,
        outcome.recipe.estimator,
        result.missing,
        options.seed,
    )


def _fit_block(plan: _Plan, numbers: range) -> list[_Draw]:
    bare = [replace(rows, weights=None) for rows in plan.rows]
    counts = draw_weights(bare, plan.seed, numbers)
    return [_fit_draw(plan, [block[k] for block in counts]) for k in range(len(numbers))]


def _fit_draw(plan: _Plan, counts: Sequence[Array]) -> _Draw:
    failed = _Draw(STATUS.index("failed"))
    try:
        sample = tuple(_drawn(plan, group, count) for group, count in zip(plan.sample, counts, strict=True))
        return _estimated(plan, sample)
    except (WxsatError, np.linalg.LinAlgError):
        return failed


def _drawn(plan: _Plan, group: OrdinalGroup, counts: Array) -> OrdinalGroup:
    assert group.values is not None
    rows = np.repeat(np.arange(len(counts)), counts.astype(np.intp))
    categories = dict(zip(group.known.names, group.known.categories, strict=True))
    return group_moments(
        group.values[rows], plan.table, missing=plan.missing,
        weights=None if group.weights is None else group.weights[rows], clusters=None,
        categories={name: codes for name, codes in categories.items() if codes}, n_read=len(rows), group=group.group,
        full=plan.estimator == "WLS",
    )  # fmt: skip


def _estimated(plan: _Plan, sample: tuple[OrdinalGroup, ...]) -> _Draw:
    roots, sizes = weight_roots(plan.estimator, sample), sizes_of(sample)
    observed = [np.asarray(group.known.statistics) for group in sample]
    objective = OrdinalLeastSquares(plan.layouts, observed, roots, (sizes - 1.0) / (sizes - 1.0).sum())
    status = STATUS.index("batch")
    optimum = search(objective, plan.constraints.linear, plan.theta) if plan.constraints.only_linear else None
    if optimum is None or not optimum.converged:
        optimum, _ = find_solution(objective, plan.table, plan.constraints, sample)
        status = STATUS.index("alone")
    if not optimum.converged or not np.isfinite(optimum.theta).all():
        return _Draw(STATUS.index("failed"))
    points = [ordinal_point(layout, optimum.theta) for layout in plan.layouts]
    implied = tuple(
        response_model(point, group, plan.table, g)
        for g, (point, group) in enumerate(zip(points, sample, strict=True), start=1)
    )
    values = plan.quantities.values(implied, optimum.theta)
    chisq = max(optimum.value, 0.0) * float((sizes - 1.0).sum())
    return _Draw(status, _admissible(implied), chisq, values)


def _admissible(implied: Sequence[Implied]) -> bool:
    """Whether no variance is negative and the latent covariances are positive definite."""
    for at in implied:
        seen = at.cells.n_observed
        latent = at.all_covariance[seen:, seen:]
        if (np.diag(at.s) < 0).any() or (len(latent) and np.linalg.eigvalsh(latent)[0] <= 0):
            return False
    return True


def _n_clusters(rows: Sequence[Resampled]) -> int:
    units = [r.unit for r in rows if r.unit is not None]
    return len(np.unique(np.concatenate(units))) if units else 0
