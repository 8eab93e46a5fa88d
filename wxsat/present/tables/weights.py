"""Weights: what the margins of the population are, what the sample had, what the weights achieve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wxsat.present.numbers import Language
from wxsat.present.table import SUPPRESSED, Cell, Table
from wxsat.present.tables.building import TableBuilder, records
from wxsat.present.tables.disclosure import CountKey, margin_level
from wxsat.present.tables.suppression import SMALLEST_SHOWN, suppressed_positions

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument
    from wxsat.sampling.weighting import Weighting


def tabulate_weights(
    weighting: Weighting,
    instrument: Instrument | None,
    language: Language,
    withheld: frozenset[CountKey] | None = None,
) -> Table:
    """
    Return unweighted, target and achieved share of every level of every margin, and what the weights cost.

    Small counts are withheld, and with them what would give them away: within the margin, or in the whole run where
    `withheld` is its plan (:func:`wxsat.present.tables.disclosure.withheld_counts`).
    """
    build = TableBuilder("weights", instrument, language)
    build.add_column("variable", collapse=True)
    build.add_column("level")
    build.add_column("n", "integer")
    for name in ("unweighted", "target", "achieved"):
        build.add_column(name, "percent", 1)
    rows = records(weighting.margins)
    whole: dict[str, float] = {}
    for row in rows:
        whole[str(row["variable"])] = whole.get(str(row["variable"]), 0.0) + float(row["target"])
    hidden = _withheld(rows) if withheld is None else _planned(rows, withheld, instrument)
    for position, row in enumerate(rows):
        variable, level = str(row["variable"]), row["level"]
        if level is None:
            continue
        shares: list[Cell] = [float(row[name]) / whole[variable] for name in ("unweighted", "target", "achieved")]
        figures: list[Cell] = [row["n"], *shares]
        if position in hidden:
            figures = [SUPPRESSED, SUPPRESSED, shares[1], SUPPRESSED]
        words = _words(build, variable, str(level))
        build.add_row(f"{variable}.{level}", (_variable(build, variable), words, *figures))
    quality = weighting.quality
    build.add_note("cost", n=quality.n, deff=quality.deff, n_effective=quality.n_effective, cv=quality.cv)
    build.add_note("spread", smallest=quality.smallest, largest=quality.largest, median=quality.median)
    if quality.share_at_bounds > 0:
        build.add_note("bounds", share=quality.share_at_bounds)
    if hidden:
        build.add_note("suppressed", smallest=SMALLEST_SHOWN)
    return build.build()


def _withheld(rows: list[dict[str, Any]]) -> set[int]:
    """Return the rows whose counts are too small to show, and those that would give them away."""
    found: set[int] = set()
    for variable in {str(row["variable"]) for row in rows}:
        own = [k for k, row in enumerate(rows) if str(row["variable"]) == variable and row["level"] is not None]
        found |= {own[k] for k in suppressed_positions([int(rows[k]["n"]) for k in own])}
    return found


def _planned(rows: list[dict[str, Any]], withheld: frozenset[CountKey], instrument: Instrument | None) -> set[int]:
    """Return the rows that the plan of the run withholds."""
    return {
        k
        for k, row in enumerate(rows)
        if row["level"] is not None
        and (f"margin:{row['variable']}", margin_level(str(row["variable"]), str(row["level"]), instrument)) in withheld
    }


def _variable(build: TableBuilder, variable: str) -> str:
    questions = {q.id: q for q in build.instrument.background} if build.instrument is not None else {}
    parts = (questions[part].text.text(build.language) if part in questions else part for part in variable.split("*"))
    return " × ".join(parts)


def _words(build: TableBuilder, variable: str, level: str) -> str:
    """Return a level in the language of the table, where its code or its wording is one of the instrument's."""
    questions = {q.id: q for q in build.instrument.background} if build.instrument is not None else {}
    if level == "(missing)":
        return build.words.get("tables.weights.missing")
    parts = []
    for name, part in zip(variable.split("*"), level.split("*"), strict=False):
        choices = questions[name].choices if name in questions else ()
        known = (c for c in choices if part in (str(c.code), c.text.zh, c.text.en))
        choice = next(known, None)
        parts.append(choice.text.text(build.language) if choice is not None else part)
    return " × ".join(parts)
