"""The parts of a model that SAM estimates one after the other: measurement blocks, and the structural part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from wxsat.errors import UsageError
from wxsat.sem.parameter import Parameter
from wxsat.sem.parameter_table import ParameterTable
from wxsat.sem.reparse import expression_of

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Part:
    """A part of a table as a model of its own; `origin` is the place of each free parameter in the whole, or -1."""

    table: ParameterTable
    origin: NDArray[np.intp]


def check_table(table: ParameterTable) -> None:
    """Refuse models without a measurement part of their own: UsageError SEM-059."""
    if not table.latent_names:
        raise UsageError("SEM-059", "the model has no latent; a regression needs no SAM.", where=table.name)
    higher = [r.name for r in table.parameters if r.op == "=~" and r.rhs in table.latent_names]
    if higher:
        raise UsageError("SEM-059", f"latents measured by latents ({higher[0]}) have no separate measurement part.",
                         where=table.name, hint="Fit the whole model at once.")  # fmt: skip
    items = {r.rhs for r in table.parameters if r.op == "=~"}
    crossing = [r.name for r in table.parameters if r.op == "~" and {r.lhs, r.rhs} & items]
    if crossing:
        raise UsageError("SEM-059", f"{crossing[0]} regresses an item of a latent; SAM keeps items to the first step.",
                         where=table.name)  # fmt: skip


def covariance_part(table: ParameterTable) -> ParameterTable:
    """Set saturated means aside: they change no covariance. Means that are restricted are refused."""
    if not table.has_mean_structure:
        return table
    means = [r for r in table.parameters if r.op == "~1"]
    labels = {r.plabel for r in means} | {r.label for r in means if r.label}
    tied = any(_names(row) & labels for row in table.constraints)
    for row in means:
        latent = row.lhs in table.latent_names
        if tied or (row.free > 0) == latent or (latent and row.ustart):
            raise UsageError("SEM-059", f"{row.lhs} ~ 1 restricts means; SAM here is one of covariances.",
                             where=table.name, hint="Fit the whole model at once.")  # fmt: skip
    return part_of(table, lambda row: row.op != "~1").table


def _names(row: Parameter) -> set[str]:
    return {token.text for side in (row.lhs, row.rhs) for token in expression_of(side).names}


def part_of(
    table: ParameterTable,
    keep: Callable[[Parameter], bool],
    extra: Sequence[Parameter] = (),
    *,
    fixed_x: bool | None = None,
) -> Part:
    """Return some rows as a table with free parameters numbered anew; constraints go with the rows they name."""
    rows, origin = [], []
    for row in (*table.parameters, *extra):
        if row in extra or keep(row):
            if row.free:
                origin.append(row.free - 1 if row not in extra else -1)
                row = replace(row, free=len(origin))
            rows.append(row)
    known = {r.plabel for r in rows} | {r.label for r in rows if r.label}
    rows += [row for row in table.constraints if _names(row) <= known]
    options = table.options if fixed_x is None else replace(table.options, fixed_x=fixed_x)
    options = replace(options, meanstructure=False)
    part = ParameterTable(tuple(rows), options, table.name, table.group_names)
    return Part(part, np.array(origin, dtype=np.intp))


def measurement_blocks(table: ParameterTable, asked: Sequence[Sequence[str]] | None) -> list[tuple[str, ...]]:
    """Return which latents are measured together: as asked, else those that share items or residual covariances."""
    if asked is not None:
        named = [name for block in asked for name in block]
        if sorted(named) != sorted(table.latent_names):
            raise UsageError("SEM-059", f"the blocks name {', '.join(named)}; every latent once was expected: "
                             f"{', '.join(table.latent_names)}.", where="blocks")  # fmt: skip
        return [tuple(block) for block in asked]
    measured = {name: set(found) for name, found in table.indicators_of().items()}
    pairs = [(row.lhs, row.rhs) for row in table.parameters if row.op == "~~" and row.lhs != row.rhs]
    together: list[set[str]] = []
    for name in table.latent_names:
        near = [block for block in together if any(_share(measured[name], measured[other], pairs) for other in block)]
        together = [*(block for block in together if block not in near), {name}.union(*near)]
    blocks = [tuple(name for name in table.latent_names if name in block) for block in together]
    return sorted(blocks, key=lambda block: table.latent_names.index(block[0]))


def _share(one: set[str], two: set[str], pairs: Sequence[tuple[str, str]]) -> bool:
    """Return whether two latents have an item in common or items whose residuals covary."""
    return bool(one & two) or any((x in one and y in two) or (x in two and y in one) for x, y in pairs)


def structural_part(table: ParameterTable) -> Part:
    """Return the regressions and what is left of their variables, latents taken as if they were observed."""
    items = {r.rhs for r in table.parameters if r.op == "=~"}
    inside = {v for r in table.parameters if r.op == "~" for v in (r.lhs, r.rhs)} | set(table.latent_names)

    def keep(row: Parameter) -> bool:
        return row.op in ("~", "~~") and {row.lhs, row.rhs} <= inside and not {row.lhs, row.rhs} & items

    part = part_of(table, keep, fixed_x=False)
    # Covariates have free moments here: the covariances of the latents come without saying which were given.
    rows, origin = [], []
    for row in part.table.rows:
        if row.exo:
            row = replace(row, exo=0, ustart=None, user=1)
            origin.append(-1)
            row = replace(row, free=len(origin))
        elif row.free:
            origin.append(int(part.origin[row.free - 1]))
            row = replace(row, free=len(origin), user=1)
        rows.append(row)
    return Part(replace(part.table, rows=tuple(rows)), np.array(origin, dtype=np.intp))
