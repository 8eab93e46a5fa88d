"""Local fit: the pairs of indicators whose correlation the model misses most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.present.numbers import Language
from wxsat.present.table import Table
from wxsat.present.tables.building import TableBuilder, records

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument
    from wxsat.sem.result import SemResult

CONSPICUOUS = 0.10


def tabulate_residuals(
    result: SemResult, instrument: Instrument | None, language: Language, *, id: str = "", largest: int = 10
) -> Table:
    """Return the `largest` residual correlations in size; the note counts those above .10 among all pairs."""
    build = TableBuilder("residuals", instrument, language, id)
    build.add_column("a")
    build.add_column("b")
    build.add_column("observed", "number", 3)
    build.add_column("implied", "number", 3)
    build.add_column("correlation", "number", 3, no_zero=True)
    pairs = [row for row in records(result.residuals) if row["a"] != row["b"] and row["correlation"] is not None]
    ranked = sorted(pairs, key=lambda row: -abs(row["correlation"]))
    for row in ranked[:largest]:
        cells = (row[name] for name in ("a", "b", "observed", "implied", "correlation"))
        build.add_row(f"{row['a']}~~{row['b']}", cells)
    above = sum(abs(row["correlation"]) > CONSPICUOUS for row in pairs)
    build.add_note("count", above=above, pairs=len(pairs), shown=min(largest, len(pairs)))
    build.add_note("formula")
    return build.build()
