"""Items: how each was answered and how it goes with its construct."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.present.numbers import Language
from wxsat.present.table import Table
from wxsat.present.tables.building import TableBuilder, records

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument
    from wxsat.psychometrics.scales import ScaleQuality


def tabulate_items(scales: ScaleQuality, instrument: Instrument | None, language: Language) -> Table:
    """Return the item statistics, one row an item under its construct."""
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
    for row in records(scales.items):
        label = f"{row['item']} (R)" if row["reversed"] else row["item"]
        figures = (row[column.name] for column in build.columns[2:])
        build.add_row(str(row["item"]), (build.names.of(row["construct"]), label, *figures))
    if scales.items["reversed"].any():
        build.add_note("reversed")
    build.add_note("formulas")
    build.add_note("bases")
    return build.build()
