"""Importance and performance of the drivers: what to improve first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.present.numbers import Language
from wxsat.present.table import Table
from wxsat.present.tables.building import TableBuilder, records

if TYPE_CHECKING:
    from wxsat.diagnosis.result import Diagnosis
    from wxsat.instrument.instrument import Instrument


def tabulate_priorities(
    diagnosis: Diagnosis,
    instrument: Instrument | None,
    language: Language,
    *,
    refused: bool | None = None,
) -> Table:
    """Return importance, performance and quadrant, most important first."""
    build = TableBuilder("priorities", instrument, language)
    marked = diagnosis.refused if refused is None else refused
    build.add_column("driver")
    build.add_column("kind")
    build.add_column("importance", "number", 2)
    build.add_interval("importance_ci_lower", "importance_ci_upper", 2)
    build.add_column("performance", "number", 1)
    build.add_interval("performance_ci_lower", "performance_ci_upper", 1)
    build.add_column("quadrant")
    build.add_column("p_act_first", "probability", 2)
    for row in records(diagnosis.priorities):
        row["driver"], key = build.names.of(row["driver"]), str(row["driver"])
        for name in ("kind", "quadrant"):
            row[name] = build.words.find(f"tables.{name}.{row[name]}") or row[name]
        build.add_row(key, (row[column.name] for column in build.columns), marked=marked)
    build.add_note("importance")
    build.add_note("performance")
    build.add_note("quadrant")
    build.add_refusal(diagnosis.findings)
    return build.build()
