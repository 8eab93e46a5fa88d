"""Pairs of constructs as a lower triangle: rows numbered and named, columns under the same numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wxsat.present.table import Cell, Column
from wxsat.present.tables.building import TableBuilder

BLANK = ""


def add_triangle(
    build: TableBuilder,
    pairs: Sequence[Mapping[str, Any]],
    value: str,
    diagonal: Mapping[str, Cell] | None = None,
) -> None:
    """
    Fill a builder with a lower triangle.

    Parameters
    ----------
    build : TableBuilder
        Without columns yet.
    pairs : sequence of mapping
        With ``a``, ``b`` and the cell under the name `value`.
    value : str
    diagonal : mapping of str to cell, optional
        Construct to its diagonal cell; without it the last column, which would be empty, is left out.
    """
    order = list(dict.fromkeys(str(pair[end]) for pair in pairs for end in ("a", "b")))
    found = {frozenset((str(pair["a"]), str(pair["b"]))): pair[value] for pair in pairs}
    heads = order if diagonal is not None else order[:-1]
    build.add_column("construct")
    for position, name in enumerate(heads, start=1):
        build.columns.append(Column(name, str(position), "number", 2, no_zero=True))
    for row, name in enumerate(order):
        cells: list[Cell] = []
        for column, other in enumerate(heads):
            if column > row or (column == row and diagonal is None):
                cells.append(BLANK)
            elif column == row:
                cells.append((diagonal or {}).get(name))
            else:
                cells.append(found.get(frozenset((name, other))))
        build.add_row(name, (f"{row + 1}  {build.names.of(name)}", *cells))
