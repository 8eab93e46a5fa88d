"""The dashboard: one row a dilemma, how bad, how sure, what it costs, how shared, what would help."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wxsat.present.numbers import Language
from wxsat.present.table import Table
from wxsat.present.tables.building import TableBuilder, records

if TYPE_CHECKING:
    from wxsat.diagnosis.result import Diagnosis
    from wxsat.instrument.instrument import Instrument

WORDED = ("band", "verdict", "grade", "pattern")


def tabulate_dashboard(
    diagnosis: Diagnosis, instrument: Instrument | None, language: Language, *, refused: bool = False
) -> Table:
    """Return the dashboard; what a stated rule refuses to read stays empty."""
    build = TableBuilder("dashboard", instrument, language)
    build.add_column("dilemma")
    build.add_column("S", "number", 1)
    build.add_interval("ci_lower", "ci_upper", 1)
    build.add_interval("method_lower", "method_upper", 1)
    build.add_column("p40", "probability", 2)
    for name in WORDED:
        build.add_column(name)
    build.add_column("cost", "number", 1)
    build.add_column("lever")
    build.add_column("gain", "number", 1)
    costs = {r["dilemma"]: r for r in diagnosis.to_dict()["dilemmas"]}
    for row in _combined(diagnosis):
        record = costs.get(row["dilemma"], {})
        read = {} if refused else record
        lever = read.get("lever_best")
        cells = {
            **row,
            "dilemma": build.names.of(row["dilemma"]),
            "band": build.words.find(f"tables.band.{row['band']}") or row["band"],
            "verdict": build.words.find(f"tables.verdict.{row['verdict']}") or row["verdict"],
            "pattern": pattern_words(build, row["pattern"]),
            "grade": row["grade"] or "",
            "cost": None if read.get("own_loss") is None else -read["own_loss"],
            "lever": build.names.remedy(lever, row["dilemma"]) if lever else "",
            "gain": read.get("dSAT"),
        }
        build.add_row(row["dilemma"], (cells[column.name] for column in build.columns))
    for note in ("combined", "interval", "method", "verdict", "grade", "pattern", "cost"):
        build.add_note(note)
    if any(row["veto"] for row in _combined(diagnosis)):
        build.add_note("veto")
    if refused:
        build.add_note("refused_cost")
    return build.build()


def _combined(diagnosis: Diagnosis) -> list[dict[str, Any]]:
    return records(diagnosis.evidence.tables.combined) if diagnosis.evidence is not None else []


def pattern_words(build: TableBuilder, pattern: str | None) -> str:
    """Return a pattern's name, or the names that are open with a question mark; empty without one."""
    if not pattern:
        return ""
    names = [build.words.get(f"tables.pattern.{name}") for name in pattern.rstrip("?").split("|")]
    if len(names) > 2:
        return "?"
    return "/".join(names) + ("?" if pattern.endswith("?") else "")
