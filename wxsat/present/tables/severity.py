"""Severity of the dilemmas: what a cited table must carry, one row a dilemma over its sub-dilemmas."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from wxsat.present.numbers import Language
from wxsat.present.table import SUPPRESSED, Cell, Table
from wxsat.present.tables.building import TableBuilder, records

if TYPE_CHECKING:
    from wxsat.diagnosis.result import Diagnosis
    from wxsat.instrument.instrument import Instrument

INDENT = "\u2003"
WHOLE_SAMPLE = "all"
FIGURES = ("S", "ci_lower", "ci_upper", "method_lower", "method_upper", "p40")
WORDED = ("band", "verdict", "word")
NOTES = ("scale", "interval", "method", "exceedance", "verdict", "bands", "n")
# What a page in upright format leaves out; the full report has it.
WIDE = ("method_lower", "method_upper", "method", "word", "n_clusters")


def tabulate_severity(
    diagnosis: Diagnosis, instrument: Instrument | None, language: Language, *, narrow: bool = False
) -> Table:
    """Return severity with its intervals, exceedance, band and verdict; withheld rows carry ``[c]``.

    A narrow table leaves out the method interval, the word for a probability and the number of accounts.
    """
    build = TableBuilder("severity", instrument, language)
    rows = _dilemmas_first(records(diagnosis.severity))
    several_units = len({row["unit"] for row in rows}) > 1
    clustered = any(row["n_clusters"] for row in rows) and not narrow
    left_out = WIDE if narrow else ()
    figures, worded, notes = (tuple(n for n in names if n not in left_out) for names in (FIGURES, WORDED, NOTES))
    if several_units:
        build.add_column("unit", collapse=True)
    build.add_column("dilemma")
    build.add_column("S", "number", 1)
    build.add_interval("ci_lower", "ci_upper", 1)
    if not narrow:
        build.add_interval("method_lower", "method_upper", 1)
    build.add_column("p40", "probability", 2)
    for name in worded:
        build.add_column(name)
    build.add_column("n", "integer")
    if clustered:
        build.add_column("n_clusters", "integer")
    withheld = False
    for row in rows:
        suppressed = row["S"] is None
        withheld |= suppressed
        cells = [
            *((row["unit"],) if several_units else ()),
            _name(build, row),
            *_cells(build, row, figures, worded, suppressed),
        ]
        if clustered:
            cells.append(row["n_clusters"])
        build.add_row(_key(row), cells)
    for note in notes:
        build.add_note(note)
    if withheld:
        build.add_note("suppressed")
    return build.build()


def _dilemmas_first(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    order = list(dict.fromkeys((row["unit"], row["dilemma"]) for row in rows))
    return sorted(rows, key=lambda row: (order.index((row["unit"], row["dilemma"])), row["level"] != "dilemma"))


def _name(build: TableBuilder, row: dict[str, Any]) -> str:
    name = build.names.of(row["id"])
    return name if row["level"] == "dilemma" else INDENT + name


def _key(row: dict[str, Any]) -> str:
    return str(row["id"]) if row["unit"] == WHOLE_SAMPLE else f"{row['unit']}:{row['id']}"


def _cells(
    build: TableBuilder, row: dict[str, Any], figures: Iterable[str], worded: Iterable[str], suppressed: bool
) -> Iterable[Cell]:
    if suppressed:
        return (*(SUPPRESSED for _ in figures), *("" for _ in worded), SUPPRESSED)
    words = (build.words.find(f"tables.{name}.{row[name]}") or row[name] for name in worded)
    # Sub-dilemmas have no method interval: blank, not missing.
    shown = ("" if name.startswith("method") and row["level"] != "dilemma" else row[name] for name in figures)
    return (*shown, *words, row["n"])
