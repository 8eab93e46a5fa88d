"""Exclusion flow: how many were read, how many left at each step and why, how many stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.present.numbers import Language
from wxsat.present.table import Table
from wxsat.present.tables.building import TableBuilder, records

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument
    from wxsat.responses.responses import CleanResponses


def tabulate_flow(responses: CleanResponses, instrument: Instrument | None, language: Language) -> Table:
    """Return the steps of cleaning in order, with those who left and those who were left."""
    build = TableBuilder("flow", instrument, language)
    build.add_column("step")
    build.add_column("reason")
    build.add_column("n_dropped", "integer")
    build.add_column("share_dropped", "percent", 1)
    build.add_column("n_left", "integer")
    rows = records(responses.flow)
    read = rows[0]["n_left"] if rows else 0
    for row in rows:
        code = str(row["step"])
        step = build.words.find(f"tables.flow.steps.{code}") or code
        reason = build.words.find(f"tables.flow.reasons.{code}") or row["reason"]
        share = row["n_dropped"] / read if read else None
        build.add_row(code, (step, reason, row["n_dropped"], share, row["n_left"]))
    build.add_note("base")
    build.add_note("families")
    if responses.single_flag_rows:
        build.add_note("single", n=len(responses.single_flag_rows))
    return build.build()
