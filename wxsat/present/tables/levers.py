"""Levers: what each remedy is expected to gain if its dilemma were brought to the target."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.present.numbers import Language
from wxsat.present.table import Table
from wxsat.present.tables.building import TableBuilder, records

if TYPE_CHECKING:
    from wxsat.diagnosis.result import Diagnosis
    from wxsat.instrument.instrument import Instrument

ALL = "all"


def tabulate_levers(
    diagnosis: Diagnosis,
    instrument: Instrument | None,
    language: Language,
    *,
    refused: bool | None = None,
) -> Table:
    """Return the expected gain of each remedy and of all together, with its own part and its share."""
    build = TableBuilder("levers", instrument, language)
    marked = diagnosis.refused if refused is None else refused
    build.add_column("lever")
    build.add_column("dilemma")
    for name in ("severity", "target", "shift"):
        build.add_column(name, "number", 1)
    build.add_column("gain", "number", 1)
    build.add_interval("ci_lower", "ci_upper", 1)
    build.add_column("own", "number", 1)
    build.add_column("own_share", "percent", 0)
    build.add_column("extrapolation")
    rows = records(diagnosis.levers)
    for row in rows:
        together = row["lever"] == ALL
        row["extrapolation"] = build.words.get("tables.yes") if row["extrapolation"] else ""
        key = str(row["lever"])
        row["lever"] = build.words.get("tables.levers.all") if together else build.names.remedy(key, row["dilemma"])
        row["dilemma"] = "" if together else build.names.of(row["dilemma"])
        if together:
            row["severity"] = row["shift"] = ""
        build.add_row(key, (row[column.name] for column in build.columns), marked=marked)
    for note in ("gain", "not_additive", "own", "extrapolation", "reading"):
        build.add_note(note)
    build.add_refusal(diagnosis.findings)
    return build.build()
