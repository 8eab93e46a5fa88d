"""Modification indices: what a model would gain from one parameter more, a hint for the next study."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wxsat.errors import WxsatError
from wxsat.present.numbers import Language
from wxsat.present.table import Table
from wxsat.present.tables.building import TableBuilder, records

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument
    from wxsat.sem.result import SemResult

# 99% point of chi-square with one degree of freedom (a convention).
LEAST = 6.63


def tabulate_modification(
    result: SemResult, instrument: Instrument | None, language: Language, *, id: str = "", largest: int = 10
) -> Table:
    """
    Return the `largest` modification indices of 6.63 or more, with the change that each parameter is expected to have.

    A table without rows for solutions that have none (two-level models, singular information).
    """
    build = TableBuilder("modification", instrument, language, id)
    rows = _indices(result)
    several = "group" in result.parameters.columns and bool(result.parameters["group"].max() > 1)
    if several:
        build.add_column("group", "integer")
    build.add_column("parameter")
    build.add_column("mi", "number", 2)
    build.add_column("epc", "number", 3)
    build.add_column("sepc_all", "number", 3, no_zero=True)
    large = [row for row in rows if row["mi"] is not None and row["mi"] >= LEAST]
    for row in large[:largest]:
        # Model language, as it would be written into the model file.
        text = f"{row['lhs']} {row['op']} {row['rhs']}"
        key = f"{row['lhs']}{row['op']}{row['rhs']}" + (f"@{row['group']}" if several else "")
        build.add_row(key, (*((row["group"],) if several else ()), text, row["mi"], row["epc"], row["sepc_all"]))
    build.add_note("count", shown=min(largest, len(large)), large=len(large), tested=len(rows))
    build.add_note("exploratory")
    return build.build()


def _indices(result: SemResult) -> list[dict[str, Any]]:
    try:
        return records(result.modification_indices())
    except WxsatError:
        return []
