"""Correlations of the items of each construct: one lower triangle a construct, items numbered within it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.present.numbers import Language
from wxsat.present.table import Cell, Column, Table
from wxsat.present.tables.building import TableBuilder, as_cell

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.instrument.instrument import Instrument

BLANK = ""


def tabulate_inter_item(frame: pd.DataFrame, kind: str, instrument: Instrument | None, language: Language) -> Table:
    """
    Return the triangles of ``inter_item_correlations(...)``.

    Parameters
    ----------
    frame : DataFrame
        ``construct a b n correlation``.
    kind : {"pearson", "polychoric"}
        Said in the note.
    instrument : Instrument, optional
    language : {"zh", "en"}

    Examples
    --------
    >>> frame = pd.DataFrame({"construct": "PU", "a": ["PU1"], "b": ["PU2"], "n": [90], "correlation": [0.61]})
    >>> tabulate_inter_item(frame, "pearson", None, "en").rows[1]
    ('PU', '2  PU2', 90, 0.61)
    """
    build = TableBuilder("inter_item", instrument, language)
    items_of = {
        str(construct): list(dict.fromkeys((*part["a"], *part["b"])))
        for construct, part in frame.groupby("construct", sort=False)
    }
    found = {(str(row.construct), frozenset((row.a, row.b))): row.correlation for row in frame.itertuples(index=False)}
    sizes = {str(construct): int(part["n"].iloc[0]) for construct, part in frame.groupby("construct", sort=False)}
    build.add_column("construct", collapse=True)
    build.add_column("item")
    build.add_column("n", "integer")
    widest = max((len(items) for items in items_of.values()), default=1)
    build.columns.extend(Column(str(k), str(k), "number", 2, no_zero=True) for k in range(1, widest))
    for construct, items in items_of.items():
        for row, item in enumerate(items):
            cells: list[Cell] = [BLANK] * (widest - 1)
            for column in range(row):
                cells[column] = as_cell(found[construct, frozenset((item, items[column]))])
            build.add_row(
                f"{construct}.{item}",
                (build.names.of(construct), f"{row + 1}  {item}", sizes[construct], *cells),
            )
    build.add_note(kind)
    build.add_note("base")
    return build.build()
