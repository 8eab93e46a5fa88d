"""What a panel of supervisors gave: fair annual scores, and how lenient each supervisor is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.present.numbers import Language
from wxsat.present.table import Table
from wxsat.present.tables.building import TableBuilder, records

if TYPE_CHECKING:
    from wxsat.panel.evaluate import PanelResult


def tabulate_annual_scores(panel: PanelResult, language: Language) -> Table:
    """Return one row an account and year, in the order of their names; marked where they must not be used."""
    build = TableBuilder("panel_annual", None, language)
    build.add_column("account", collapse=False)
    for name in ("year", "months", "sheets"):
        build.add_column(name, "integer" if name != "year" else "text")
    for name in ("mean", "annual"):
        build.add_column(name, "number", 1)
    build.add_column("vetoed_months", "integer")
    build.add_column("points", "number", 1)
    build.add_column("verdict")
    for row in records(panel.annual):
        verdict = build.words.get(f"tables.panel_verdict.{row['verdict']}")
        figures = (row["months"], row["sheets"], row["mean"], row["annual"], row["vetoed_months"], row["points"])
        cells = (row["account"], str(row["year"]), *figures, verdict)
        build.add_row(f"{row['account']}.{row['year']}", cells, marked=not panel.usable)
    build.add_note("rule")
    build.add_note("points")
    if not panel.usable:
        build.add_note("unusable")
    return build.build()


def tabulate_supervisors(panel: PanelResult, language: Language) -> Table:
    """Return one row a supervisor, numbered: nobody is named."""
    build = TableBuilder("panel_raters", None, language)
    build.add_column("rater")
    build.add_column("n", "integer")
    for name in ("leniency", "std_error", "sd", "ratio"):
        build.add_column(name, "number", 2)
    build.add_column("collapsed")
    spread = {row["rater"]: row for row in records(panel.gaming.raters)}
    for number, row in enumerate(sorted(records(panel.raters), key=lambda r: str(r["rater"])), start=1):
        own = spread.get(row["rater"], {})
        said = build.words.get(f"tables.panel_raters.{'narrow' if own.get('collapsed') else 'usual'}")
        name = build.words.get("tables.panel_raters.numbered", number=number)
        figures = (row["n"], row["leniency"], row["std_error"], own.get("sd"), own.get("ratio"))
        build.add_row(f"rater{number}", (name, *figures, said))
    build.add_note("leniency")
    return build.build()
