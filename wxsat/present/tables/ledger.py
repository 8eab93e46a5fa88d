"""The cleaning ledger in counts: how many respondents each rule flagged and how many of them left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wxsat.present.numbers import Language
from wxsat.present.table import Table
from wxsat.present.tables.building import TableBuilder, records

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument
    from wxsat.responses.responses import CleanResponses

RECODE = "reverse_key"


def tabulate_ledger(responses: CleanResponses, instrument: Instrument | None, language: Language) -> Table:
    """Return respondents flagged and dropped per rule under its family; a note counts the recoded items."""
    build = TableBuilder("ledger", instrument, language)
    build.add_column("family", collapse=True)
    build.add_column("rule")
    build.add_column("subject")
    build.add_column("threshold", "number", 2)
    build.add_column("n_flagged", "integer")
    build.add_column("share_flagged", "percent", 1)
    build.add_column("n_dropped", "integer")
    rows = records(responses.ledger)
    read = int(responses.flow["n_left"].iloc[0]) if len(responses.flow) else 0
    entries = _by_rule(rows)
    for (family, rule, subject), entry in sorted(entries.items(), key=lambda item: _rank(build, item[0][0])):
        flagged, dropped = len(entry["flagged"]), len(entry["dropped"])
        names = (_name(build, "families", family), _name(build, "rules", rule), subject)
        key = ".".join(part for part in (rule, subject) if part)
        cells = (*names, entry["threshold"], flagged, flagged / read if read else None, dropped)
        build.add_row(key, cells, digits=_decimals(entry["threshold"]))
    build.add_note("base", n=read)
    build.add_note("overlap")
    recoded = sum(row["rule"] == RECODE for row in rows)
    if recoded:
        build.add_note("recoded", n=recoded)
    return build.build()


def _rank(build: TableBuilder, family: str) -> int:
    """Families stand in the order of the locale file, unknown ones last."""
    known = [key for key in build.words.keys("tables") if key.startswith("tables.ledger.families.")]
    key = f"tables.ledger.families.{family}"
    return known.index(key) if key in known else len(known)


def _decimals(threshold: float | None, most: int = 3) -> int:
    """Return the fewest decimals that show a limit as it was set."""
    if threshold is None:
        return 0
    return next((d for d in range(most) if round(threshold, d) == threshold), most)


def _name(build: TableBuilder, group: str, code: str) -> str:
    return build.words.find(f"tables.ledger.{group}.{code}") or code


def _by_rule(rows: list[dict[str, Any]]) -> dict[tuple[str, str, str], dict[str, Any]]:
    entries: dict[tuple[str, str, str], dict[str, Any]] = {}
    for row in rows:
        if row["rule"] == RECODE:
            continue
        key = (str(row["family"] or ""), str(row["rule"]), str(row.get("subject") or ""))
        entry = entries.setdefault(key, {"flagged": set(), "dropped": set(), "thresholds": set()})
        entry["flagged"].add(row["row"])
        entry["thresholds"].add(row["threshold"])
        if row["action"] == "drop":
            entry["dropped"].add(row["row"])
    for entry in entries.values():
        # A threshold that differs between respondents has no single figure.
        entry["threshold"] = entry["thresholds"].pop() if len(entry["thresholds"]) == 1 else None
    return entries
