"""Waves as tables: what was asked when, what may be compared, and what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wxsat.present.numbers import Language
from wxsat.present.table import Table
from wxsat.present.tables.building import TableBuilder, records

if TYPE_CHECKING:
    from wxsat.diagnosis.tracking import Tracking
    from wxsat.instrument.instrument import Instrument

INDENT = "\u2003"


def tabulate_waves(tracking: Tracking, language: Language) -> Table:
    """Return the waves: dates, respondents, accounts and persons that they share with the wave before."""
    build = TableBuilder("waves", None, language)
    shown: list[str] = ["n"]
    if tracking.sharing == "accounts":
        shown += ["n_accounts", "shared_accounts"]
    if tracking.waves["shared_persons"].fillna(0).gt(0).any():
        shown += ["shared_persons"]
    for name in ("wave", "start", "end"):
        build.add_column(name)
    for name in shown:
        build.add_column(name, "integer")
    for place, row in enumerate(records(tracking.waves)):
        counts = ["" if place == 0 and name.startswith("shared") else row[name] for name in shown]
        build.add_row(str(row["wave"]), (row["wave"], row["start"], row["end"], *counts))
    build.add_note("reading")
    return build.build()


def tabulate_wave_invariance(tracking: Tracking, instrument: Instrument | None, language: Language) -> Table:
    """Return construct by construct whether the waves may be compared, and on which items."""
    build = TableBuilder("wave_invariance", instrument, language)
    for name in ("construct", "level", "comparable", "items_used", "items_left_out"):
        build.add_column(name)
    word = build.words
    for row in records(tracking.invariance):
        level = word.get(f"tables.wave_invariance.level.{row['level']}")
        held = word.get(f"tables.wave_invariance.{'yes' if row['comparable'] else 'no'}")
        left = row["items_left_out"] if row["comparable"] else ""
        cells = (build.names.of(row["construct"]), level, held, row["items_used"] or "", left or "")
        build.add_row(str(row["construct"]), cells)
    build.add_note("reading")
    return build.build()


def tabulate_changes(tracking: Tracking, instrument: Instrument | None, language: Language) -> Table:
    """Return the change between waves with its interval and in a word, dilemmas over their parts."""
    build = TableBuilder("changes", instrument, language)
    build.add_column("waves", collapse=True)
    build.add_column("what")
    for name in ("before", "after", "change", "se"):
        build.add_column(name, "number", 1)
    build.add_interval(digits=1)
    build.add_column("reading")
    levels = {(row["wave"], row["level"], row["id"]): row["value"] for row in records(tracking.levels)}
    for row in records(tracking.changes):
        key, pair = (row["level"], row["id"]), f"{row['earlier']} → {row['later']}"
        ends = (levels[row["earlier"], *key], levels[row["later"], *key])
        figures = (row["change"], row["se"], row["ci_lower"], row["ci_upper"])
        told = build.words.get(f"tables.changes.reading.{row['reading']}") if row["reading"] else ""
        build.add_row(f"{row['earlier']}.{row['later']}.{row['id']}", (pair, _name(build, row), *ends, *figures, told))
    build.add_note("scale")
    build.add_note(f"sharing_{tracking.sharing}", n=tracking.n_units)
    build.add_note("words")
    build.add_note("invariance")
    return build.build()


def _name(build: TableBuilder, row: dict[str, Any]) -> str:
    name = build.names.of(row["id"])
    if row["level"] == "construct":
        return build.words.get("tables.changes.score", name=name)
    return name if row["level"] == "dilemma" else INDENT + name
