"""Items: how each was answered and how it goes with its construct."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.present.numbers import Language
from wxsat.present.table import SUPPRESSED, Table
from wxsat.present.tables.building import TableBuilder, records

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument
    from wxsat.psychometrics.scales import ScaleQuality


# What fewer respondents answered would show single answers: lowest and highest option, mean and spread.
SMALLEST_BASE = 10


def tabulate_items(scales: ScaleQuality, instrument: Instrument | None, language: Language) -> Table:
    """Return the item statistics, one row an item under its construct; withheld where fewer than 10 answered."""
    build = TableBuilder("items", instrument, language)
    build.add_column("construct", collapse=True)
    build.add_column("item")
    build.add_column("n", "integer")
    for name in ("mean", "sd", "skew", "kurtosis"):
        build.add_column(name, "number")
    for name in ("floor", "ceiling", "missing", "dont_know"):
        build.add_column(name, "percent", 1)
    for name in ("item_rest", "alpha_dropped", "loading"):
        build.add_column(name, "number", no_zero=True)
    withheld = False
    for row in records(scales.items):
        label = f"{row['item']} (R)" if row["reversed"] else row["item"]
        few = 0 < row["n"] < SMALLEST_BASE
        withheld |= few
        figures = (SUPPRESSED if few else row[column.name] for column in build.columns[2:])
        build.add_row(str(row["item"]), (build.names.of(row["construct"]), label, *figures))
    if scales.items["reversed"].any():
        build.add_note("reversed")
    build.add_note("formulas")
    build.add_note("bases")
    if withheld:
        build.add_note("suppressed", smallest=SMALLEST_BASE)
    return build.build()
