"""What is in a file, before anything is decided: format, columns, and which instrument it seems to be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wxsat.errors import DataError
from wxsat.instrument.instrument import Instrument
from wxsat.responses.delimited import DELIMITER_NAMES
from wxsat.responses.files import read_table
from wxsat.responses.identifiers import identifies
from wxsat.responses.match import ColumnMatch, match_columns, recognised_items
from wxsat.responses.paradata import paradata_columns
from wxsat.responses.raw_table import RawTable, masked


def inspect_file(
    path: str | Path,
    instruments: Sequence[Instrument] = (),
    *,
    sheet: str | int | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> dict[str, Any]:
    """
    Describe a file of answers without showing a single value of it.

    Parameters
    ----------
    path : path
    instruments : sequence of Instrument
        Candidates; the one with most items recognised is named.

    Returns
    -------
    dict
        Plain data: ``file, sha256, format, encoding, delimiter, sheet, rows, columns, instrument, form,
        items_recognised, items_in_form, items_absent, notes`` and one record a column under ``column_list``.

    Raises
    ------
    DataError
        As :func:`wxsat.responses.files.read_table`.
    """
    table = read_table(path, sheet=sheet, encoding=encoding, delimiter=delimiter)
    counts = [(len(recognised_items(table, i)), i) for i in instruments]
    count, best = max(counts, key=lambda pair: pair[0], default=(0, None))
    match, why_not = _match(table, best) if best is not None and count else (None, ())
    n_form = len(best.items_in(match.form)) if best is not None and match is not None else None
    return {
        "file": table.file,
        "sha256": table.sha256,
        "format": table.kind,
        "encoding": table.encoding,
        "delimiter": DELIMITER_NAMES.get(table.delimiter or "", table.delimiter),
        "sheet": table.sheet,
        "rows": table.n_rows,
        "columns": len(table.columns),
        "instrument": best.id if best is not None and match is not None else None,
        "form": match.form if match is not None else None,
        "items_recognised": count,
        "items_in_form": n_form,
        "items_absent": list(match.absent) if match is not None else [],
        "notes": [*table.notes, *why_not],
        "column_list": [_column_record(table, column, match) for column in table.columns],
    }


def _match(table: RawTable, instrument: Instrument) -> tuple[ColumnMatch | None, tuple[str, ...]]:
    try:
        return match_columns(table, instrument), ()
    except DataError as error:
        return None, tuple(f"{instrument.id}: {fault}" for fault in error.faults)


def _column_record(table: RawTable, column: str, match: ColumnMatch | None) -> dict[str, Any]:
    cells = [cell for cell in table.frame[column] if cell is not None]
    questions = {c: q for q, c in match.columns.items()} if match is not None else {}
    if match is not None:
        questions |= {c: q for q, parts in match.parts.items() for c in parts.values()}
    roles = {c: role for role, c in paradata_columns(table, {}, set()).items()}
    personal = column not in questions and identifies(column, cells) is not None
    return {
        "name": masked(column, 60),
        "question": questions.get(column),
        "role": "identifier" if personal else roles.get(column),
        "kind": _kind(cells),
        "filled": len(cells),
        "distinct": len({(type(c), c) for c in cells}),
        "labelled": column in table.value_labels,
    }


def _kind(cells: Sequence[Any]) -> str:
    if not cells:
        return "empty"
    if all(isinstance(c, (dt.date, dt.time, dt.timedelta)) for c in cells):
        return "date"
    if all(isinstance(c, (int, float)) or _is_number(c) for c in cells):
        return "number"
    return "text"


def _is_number(cell: Any) -> bool:
    try:
        float(cell)
    except (TypeError, ValueError):
        return False
    return True
