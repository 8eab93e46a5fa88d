"""Needs of the public against what they get and what the staff believe, and the staff's parts by role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.present.numbers import Language
from wxsat.present.table import SUPPRESSED, Table
from wxsat.present.tables.building import TableBuilder, records

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.instrument.instrument import Instrument

NUMBERS = ("importance_need", "performance", "believed_importance", "believed_performance")
GAPS = ("g1", "g2", "g3")


def tabulate_gaps(gaps: pd.DataFrame, figures: dict[str, float], language: Language) -> Table:
    """Return one row a need, widest gap between importance and performance first."""
    build = TableBuilder("gaps", None, language)
    build.add_column("need")
    for name in NUMBERS:
        build.add_column(name, "number", 1)
    for name in GAPS:
        build.add_column(name, "number", 1)
        build.add_interval(f"{name}_lower", f"{name}_upper", 1, joined="ci")
    rows = sorted(records(gaps), key=lambda row: -(row["g1"] if row["g1"] is not None else -1e9))
    for row in rows:
        name = build.words.find(f"tables.need.{row['need']}") or row["need"]
        differences = (row[f"{gap}{end}"] for gap in GAPS for end in ("", "_lower", "_upper"))
        build.add_row(row["need"], (name, row["importance"], *(row[n] for n in NUMBERS[1:]), *differences))
    build.add_note("gaps")
    build.add_note("intervals")
    bsi, rank = figures.get("bsi"), figures.get("rank_agreement")
    if bsi is not None and bsi == bsi and rank is not None and rank == rank:
        build.add_note("indices", bsi=bsi, rank=rank)
    return build.build()


def tabulate_roles(staff: pd.DataFrame, instrument: Instrument | None, language: Language) -> Table:
    """Return the staff's parts by role over all accounts; cells of fewer than three persons are withheld."""
    build = TableBuilder("roles", instrument, language)
    build.add_column("part")
    for role in ("OP", "BD", "LD"):
        build.add_column(role, "number", 1)
    rows = records(staff)
    withheld = False
    for part in dict.fromkeys(row["part"] for row in rows):
        cells = {row["role"]: SUPPRESSED if row["suppressed"] else row["S"] for row in rows if row["part"] == part}
        withheld |= SUPPRESSED in cells.values()
        name = build.words.find(f"tables.part.{part}") or part
        build.add_row(part, (name, *(cells.get(role, "") for role in ("OP", "BD", "LD"))))
    build.add_note("roles")
    if withheld:
        build.add_note("suppressed")
    return build.build()
