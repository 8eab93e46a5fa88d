"""The sources side by side, and what each one's severity is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.present.numbers import Language
from wxsat.present.table import Table
from wxsat.present.tables.building import TableBuilder, records

if TYPE_CHECKING:
    from wxsat.diagnosis.result import Diagnosis
    from wxsat.instrument.instrument import Instrument

INDENT = "\u2003"


def tabulate_sources(diagnosis: Diagnosis, instrument: Instrument | None, language: Language) -> Table:
    """Return each dilemma over its sources: severity, interval, P(S>40), reading, cases; I-squared on the first row."""
    build = TableBuilder("sources", instrument, language)
    build.add_column("dilemma")
    build.add_column("S", "number", 1)
    build.add_interval("ci_lower", "ci_upper", 1)
    build.add_column("p40", "probability", 2)
    build.add_column("level")
    build.add_column("n", "integer")
    build.add_column("I2", "number", 2, no_zero=True)
    build.add_column("S_re", "number", 1)
    evidence = diagnosis.evidence
    each = records(evidence.tables.sources) if evidence is not None else []
    for row in records(evidence.tables.combined) if evidence is not None else []:
        alone = row["n_sources"] == 1
        build.add_row(
            row["dilemma"],
            (
                build.names.of(row["dilemma"]), row["S"], row["ci_lower"], row["ci_upper"], row["p40"], "", "",
                "" if alone else row["I2"], "" if alone else row["S_re"],
            ),
        )  # fmt: skip
        for part in (p for p in each if p["dilemma"] == row["dilemma"]):
            level = build.words.find(f"tables.level.{part['level']}") or part["level"]
            name = INDENT + build.words.get(f"tables.source.{part['source']}")
            build.add_row(
                f"{row['dilemma']}.{part['source']}",
                (name, part["S"], part["ci_lower"], part["ci_upper"], part["p40"], level, part["n"], "", ""),
            )
    for note in ("weights", "level", "agreement", "random", "n"):
        build.add_note(note)
    return build.build()


def tabulate_parts(diagnosis: Diagnosis, instrument: Instrument | None, language: Language) -> Table:
    """Return what the severities of the staff and of the records are made of."""
    build = TableBuilder("source_parts", instrument, language)
    build.add_column("dilemma", collapse=True)
    build.add_column("source", collapse=True)
    build.add_column("part")
    build.add_column("S", "number", 1)
    evidence = diagnosis.evidence
    for row in records(evidence.tables.parts) if evidence is not None else []:
        if row["source"] == "pub":
            continue
        part = build.words.find(f"tables.part.{row['part']}") or build.names.of(row["part"])
        if row["part"] == row["dilemma"]:
            part = build.words.get("tables.part.all_indicators")
        source = build.words.get(f"tables.source.{row['source']}")
        key = f"{row['dilemma']}.{row['source']}.{row['part']}"
        build.add_row(key, (build.names.of(row["dilemma"]), source, part, row["S"]))
    build.add_note("roles")
    build.add_note("facts")
    return build.build()
