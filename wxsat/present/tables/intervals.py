"""Paths and effects with bootstrap errors and intervals, beside the errors of the model's own tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.present.numbers import Language
from wxsat.present.table import Table
from wxsat.present.tables.building import TableBuilder, records

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument
    from wxsat.present.content import EffectIntervals


def tabulate_intervals(
    intervals: EffectIntervals | None,
    instrument: Instrument | None,
    language: Language,
    *,
    id: str = "",
    refused: bool = False,
) -> Table:
    """Return the bootstrap intervals, paths first; a table without rows where there are none."""
    build = TableBuilder("intervals", instrument, language, id)
    rows = records(intervals.frame) if intervals is not None else []
    # What a model defines belongs to no group.
    several = max((row["group"] for row in rows), default=1) > 1
    if several:
        build.add_column("group", "integer")
    build.add_column("kind", collapse=True)
    build.add_column("outcome")
    build.add_column("source")
    build.add_column("estimate", "number", 3)
    build.add_column("std_error", "number", 3)
    build.add_column("bootstrap_error", "number", 3)
    build.add_interval(digits=3)
    for row in rows:
        defined = row["kind"] == ":="
        kind = build.words.get(f"tables.intervals.kinds.{KINDS[row['kind']]}")
        # The formula of a defined parameter stands in its own table.
        named = (row["outcome"], "") if defined else (build.names.of(row["outcome"]), build.names.of(row["source"]))
        figures = (row[name] for name in ("estimate", "std_error", "bootstrap_error", "ci_lower", "ci_upper"))
        lead = (row["group"],) if several else ()
        key = f"{row['outcome']}{row['kind']}{'' if defined else row['source']}"
        build.add_row(f"{key}@{row['group']}" if several else key, (*lead, kind, *named, *figures), marked=refused)
    if intervals is not None:
        told = {"draws": intervals.draws, "seed": str(intervals.seed), "n": intervals.n_accounts}
        build.add_note("accounts" if intervals.n_accounts else "respondents", **told)
        build.add_note("errors")
    return build.build()


KINDS = {"~": "path", ":=": "defined", "indirect": "indirect"}
