"""Validity: tests of HTMT, cross-loadings, full collinearity, outside criteria."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.present.numbers import Language
from wxsat.present.table import Cell, Column, Table
from wxsat.present.tables.building import TableBuilder, records

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument
    from wxsat.psychometrics.evaluate_validity import Validity

STATISTICS = {"htmt": "HTMT", "htmt2": "HTMT2"}


def tabulate_htmt_tests(validity: Validity, instrument: Instrument | None, language: Language) -> Table:
    """Return HTMT and HTMT2 of every pair with interval and one-sided tests against .85, .90 and 1."""
    build = TableBuilder("htmt_tests", instrument, language)
    build.add_column("pair")
    build.add_column("statistic")
    build.add_column("estimate", "number", no_zero=True)
    build.add_interval(no_zero=True)
    for name in ("p_085", "p_090", "p_100"):
        build.add_column(name, "p_value", 3)
    for row in records(validity.htmt_tests):
        figures = (row[column.name] for column in build.columns[2:])
        cells = (build.names.pair(row["a"], row["b"]), STATISTICS.get(str(row["statistic"]), row["statistic"]))
        build.add_row(f"{row['a']}-{row['b']}.{row['statistic']}", (*cells, *figures))
    build.add_note("tests", draws=int(validity.settings["draws"]))
    return build.build()


def tabulate_cross_loadings(validity: Validity, instrument: Instrument | None, language: Language) -> Table:
    """Return the correlation of every item with every construct's score; its own construct without the item."""
    build = TableBuilder("cross_loadings", instrument, language)
    rows = records(validity.cross_loadings)
    constructs = list(dict.fromkeys(str(row["with"]) for row in rows))
    build.add_column("construct", collapse=True)
    build.add_column("item")
    build.columns.extend(
        Column(name, f"{place}", "number", 2, no_zero=True) for place, name in enumerate(constructs, start=1)
    )
    found = {(str(row["item"]), str(row["with"])): row["r"] for row in rows}
    own = {str(row["item"]): str(row["construct"]) for row in rows}
    for item, construct in own.items():
        cells: list[Cell] = [found.get((item, other)) for other in constructs]
        # Numbered as the columns, so that an item's own column is found at once.
        place = constructs.index(construct) + 1 if construct in constructs else ""
        build.add_row(item, (f"{place}  {build.names.of(construct)}", item, *cells))
    build.add_note("reading")
    return build.build()


def tabulate_collinearity(validity: Validity, instrument: Instrument | None, language: Language) -> Table:
    """Return the full-collinearity VIF of every construct."""
    build = TableBuilder("collinearity", instrument, language)
    build.add_column("construct")
    build.add_column("n", "integer")
    build.add_column("vif", "number", 2)
    for row in records(validity.collinearity):
        build.add_row(str(row["construct"]), (build.names.of(row["construct"]), row["n"], row["vif"]))
    build.add_note("reading")
    return build.build()


def tabulate_criterion(validity: Validity, instrument: Instrument | None, language: Language) -> Table:
    """Return correlations with outside variables, as they are and corrected for unreliability."""
    build = TableBuilder("criterion", instrument, language)
    build.add_column("construct", collapse=True)
    build.add_column("criterion")
    build.add_column("n", "integer")
    build.add_column("r", "number", no_zero=True)
    build.add_interval(no_zero=True)
    build.add_column("p_value", "p_value", 3)
    build.add_column("reliability", "number", no_zero=True)
    build.add_column("r_corrected", "number", no_zero=True)
    build.add_interval("corrected_ci_lower", "corrected_ci_upper", no_zero=True)
    for row in records(validity.criterion):
        figures = (row[column.name] for column in build.columns[2:])
        build.add_row(
            f"{row['construct']}.{row['criterion']}",
            (build.names.of(row["construct"]), build.names.of(row["criterion"]), *figures),
        )
    build.add_note("reading")
    return build.build()
