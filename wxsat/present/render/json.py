"""Tables to JSON: what the table is, at full precision; nothing for a figure that is not there."""

from __future__ import annotations

import json
from typing import Any

from wxsat.present import numbers
from wxsat.present.table import SUPPRESSED, Cell, Table


def table_to_dict(table: Table, number: int | None = None) -> dict[str, Any]:
    """
    Return a table as plain data.

    Parameters
    ----------
    table : Table
    number : int, optional
        Its number in a document.

    Returns
    -------
    dict
        ``id number title language columns rows notes``. A row is a record of its ``key``, its ``group``, whether it
        is ``interpretable``, its ``cells`` by column, and the columns that were ``suppressed`` in it. Missing, blank
        and suppressed cells are null; ``{id}.{key}.{column}`` is the id of a number.
    """
    return {
        "id": table.id,
        "number": number,
        "title": table.title,
        "language": table.language,
        "columns": [
            {"name": c.name, "heading": c.heading, "kind": c.kind, "unit": c.unit, "digits": c.digits, "upper": c.upper}
            for c in table.columns
        ],
        "rows": [
            {
                "key": table.row_keys[position],
                "group": table.groups[position] if table.groups else "",
                "interpretable": position not in table.marked_rows,
                "cells": {c.name: _plain(cell) for c, cell in zip(table.columns, row, strict=True)},
                "suppressed": [c.name for c, cell in zip(table.columns, row, strict=True) if cell == SUPPRESSED],
            }
            for position, row in enumerate(table.rows)
        ],
        "notes": list(table.notes),
    }


def render_json(table: Table, number: int | None = None) -> str:
    """Render a table as one JSON document."""
    return json.dumps(table_to_dict(table, number), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _plain(cell: Cell) -> Cell:
    if cell is None or cell in ("", SUPPRESSED):
        return None
    if isinstance(cell, float) and not numbers.is_number(cell):
        return None
    return cell
