"""Missing answers by variable, with Little's test; and scale means pooled over imputations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.present.numbers import Language
from wxsat.present.table import Table
from wxsat.present.tables.building import TableBuilder, records

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument
    from wxsat.psychometrics.missing.evaluate import MissingReport


def tabulate_missing_variables(report: MissingReport, instrument: Instrument | None, language: Language) -> Table:
    """Return what every variable lacks, of those who were asked; Little's test stands in the note."""
    build = TableBuilder("missing_variables", instrument, language)
    build.add_column("construct", collapse=True)
    build.add_column("variable")
    for name in ("asked", "n", "missing"):
        build.add_column(name, "integer")
    build.add_column("share", "percent", 1)
    build.add_column("planned", "integer")
    for row in records(report.variables):
        cells = (row["variable"], row["asked"], row["n"], row["missing"], row["share"], row["planned"])
        build.add_row(str(row["variable"]), (build.names.of(str(row["construct"])), *cells))
    build.add_note("base")
    if report.mcar is not None:
        t = report.mcar
        build.add_note("mcar", df=t.df, statistic=t.statistic, p=t.p_value, n=t.n, k=t.n_patterns)
    return build.build()


def tabulate_pooled_means(report: MissingReport, instrument: Instrument | None, language: Language) -> Table:
    """Return the scale means of complete cases and after imputation, with Rubin's standard errors."""
    build = TableBuilder("pooled", instrument, language)
    build.add_column("construct")
    build.add_column("n", "integer")
    build.add_column("complete", "number", 2)
    build.add_column("estimate", "number", 2)
    build.add_column("std_error", "number", 3)
    build.add_interval()
    build.add_column("df", "number", 1)
    build.add_column("fmi", "number", 2, no_zero=True)
    for row in records(report.means):
        figures = tuple(
            row[name] for name in ("n", "complete", "estimate", "std_error", "ci_lower", "ci_upper", "df", "fmi")
        )
        build.add_row(str(row["construct"]), (build.names.of(str(row["construct"])), *figures))
    build.add_note("rubin", m=int(report.settings["imputations"]))
    if (report.variables["planned"] > 0).any():
        build.add_note("planned")
    return build.build()
