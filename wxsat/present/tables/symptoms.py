"""How many accounts show which symptom, and the shares that official inspections found elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.present.numbers import Language
from wxsat.present.table import Table
from wxsat.present.tables.building import TableBuilder, records
from wxsat.records.symptoms import CLOSURE_DAYS, DORMANT_DAYS

if TYPE_CHECKING:
    import pandas as pd


def tabulate_symptoms(symptoms: pd.DataFrame, language: Language) -> Table:
    """Return one row a symptom: accounts in which it is confirmed, only suspected, and the primary one."""
    build = TableBuilder("symptoms", None, language)
    build.add_column("symptom")
    for name in ("confirmed", "suspected", "primary"):
        build.add_column(name, "integer")
    rows = records(symptoms)
    accounts = len({row["account"] for row in rows})
    order = dict.fromkeys(
        sorted((row["symptom"] for row in rows), key=lambda s: "zombie, closure" if s == "closure" else s)
    )
    for symptom in order:
        own = [row for row in rows if row["symptom"] == symptom]
        confirmed = sum(bool(row["confirmed"]) for row in own)
        primary = sum(bool(row["primary"]) for row in own)
        name = build.words.get(f"tables.symptom.{symptom}")
        build.add_row(symptom, (name, confirmed, len(own) - confirmed, primary))
    build.add_note("rule")
    if "closure" in order:
        build.add_note("closure", long=CLOSURE_DAYS, short=DORMANT_DAYS)
    build.add_note("accounts", n=accounts)
    return build.build()


def tabulate_inspections(inspections: pd.DataFrame, language: Language) -> Table:
    """Return the shares of accounts that fail here, each over what inspections found elsewhere."""
    build = TableBuilder("inspections", None, language)
    build.add_column("measure")
    build.add_column("share_failed", "number", 1)
    build.add_interval("ci_lower", "ci_upper", 1)
    build.add_column("inspected", "integer")
    for row in records(inspections):
        name = build.words.get(f"tables.inspection.{row['measure']}")
        place = build.words.find(f"tables.place.{row['place']}") or row["place"]
        label = name if row["here"] else f"\u2003{place} {row['period']}"
        key = f"{row['measure']}.{row['place'] or 'here'}"
        figures = (row["share"], row["ci_lower"], row["ci_upper"])
        build.add_row(key, (label, *(None if f is None else 100 * f for f in figures), row["inspected"]))
    build.add_note("plausibility")
    return build.build()
