"""Verdicts with the conventions of the records moved, as a table of the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.present.numbers import Language
from wxsat.present.table import Table
from wxsat.present.tables.building import TableBuilder, records

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.instrument.instrument import Instrument


def tabulate_knots(knots: pd.DataFrame, instrument: Instrument | None, language: Language) -> Table:
    """Return three rows a dilemma: conventions as set, stricter, more lenient; a changed verdict is said."""
    build = TableBuilder("knots", instrument, language)
    build.add_column("dilemma", collapse=True)
    build.add_column("knots")
    for name in ("S_log", "S"):
        build.add_column(name, "number", 1)
    build.add_column("p40", "probability")
    build.add_column("verdict")
    build.add_column("changes")
    for row in records(knots):
        build.add_row(
            f"{row['dilemma']}.{row['knots'].replace(' ', '_')}",
            (
                build.names.of(row["dilemma"]), build.words.get(f"tables.knots.set.{row['knots'].replace(' ', '_')}"),
                row["S_log"], row["S"], row["p40"], build.words.get(f"tables.verdict.{row['verdict']}"),
                build.words.get(f"tables.knots.change.{'changed' if row['changes'] else 'same'}"),
            ),
        )  # fmt: skip
    build.add_note("rule")
    return build.build()
