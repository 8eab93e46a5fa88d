"""Tables of composite models: paths of PLS, and a covariance model beside PLS and consistent PLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.finding import refusals
from wxsat.present.numbers import Language
from wxsat.present.table import Table
from wxsat.present.tables.building import TableBuilder, records

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument
    from wxsat.pls.beside import SideBySide
    from wxsat.pls.result import PlsResult


def tabulate_composite_paths(result: PlsResult, instrument: Instrument | None, language: Language) -> Table:
    """Return standardised paths with bootstrap errors and intervals, effect sizes, VIF and total effects."""
    build = TableBuilder("composite_paths", instrument, language)
    build.add_column("to", collapse=True)
    build.add_column("from")
    for name in ("estimate", "std_error"):
        build.add_column(name, "number", 3, no_zero=True)
    build.add_interval(digits=3, no_zero=True)
    build.add_column("f2", "number", 3)
    build.add_column("vif", "number", 2)
    build.add_column("total", "number", 3, no_zero=True)
    marked = bool(refusals(result.findings))
    outcomes = list(dict.fromkeys(result.paths["to"]))
    for row in sorted(records(result.paths), key=lambda row: outcomes.index(row["to"])):
        # A product keeps its two names, joined as in the model.
        source = ":".join(build.names.of(part) for part in str(row["from"]).split(":"))
        figures = (row[column.name] for column in build.columns[2:])
        build.add_row(f"{row['to']}~{row['from']}", (build.names.of(row["to"]), source, *figures), marked=marked)
    draws = result.counts["used"]
    build.add_note("reading", n=result.n_obs, draws=draws)
    build.add_refusal(result.findings)
    return build.build()


def tabulate_side_by_side(found: SideBySide, instrument: Instrument | None, language: Language) -> Table:
    """Return the standardised paths by a covariance model, PLS and consistent PLS, with their errors."""
    build = TableBuilder("side_by_side", instrument, language)
    build.add_column("to", collapse=True)
    build.add_column("from")
    for name in ("cb", "cb_se", "pls", "pls_se", "plsc", "plsc_se"):
        build.add_column(name, "number", 3)
    outcomes = list(dict.fromkeys(found.paths["to"]))
    for row in sorted(records(found.paths), key=lambda row: outcomes.index(row["to"])):
        figures = (row[column.name] for column in build.columns[2:])
        cells = (build.names.of(row["to"]), build.names.of(row["from"]), *figures)
        build.add_row(f"{row['to']}~{row['from']}", cells)
    build.add_note("reading", n=found.n_obs)
    for finding in found.findings:
        if finding.code in ("PLS-138", "PLS-139"):
            name = "not_read" if finding.code == "PLS-138" else "no_solution"
            codes = finding.evidence.get("codes", finding.evidence.get("code", ""))
            build.add_note(name, method=finding.subject, codes=codes)
    return build.build()
