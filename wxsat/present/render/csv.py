"""Tables to CSV: machine headers, full precision, nothing for a figure that is not there."""

from __future__ import annotations

import csv
import io

from wxsat.present import numbers
from wxsat.present.table import SUPPRESSED, Cell, Table

# Excel reads the byte order mark; without it, Chinese headings come out as rubbish there.
BYTE_ORDER_MARK = "\ufeff"
# Full-width forms too: spreadsheets of Chinese and Japanese systems read them like the plain ones.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def render_csv(table: Table) -> bytes:
    """Render a table as the bytes of a CSV file, UTF-8 with a byte order mark."""
    return (BYTE_ORDER_MARK + csv_text(table)).encode("utf-8")


def csv_text(table: Table) -> str:
    """
    Render a table as CSV text.

    First column ``row`` with the row keys, so that ``{table}.{row}.{column}`` is a number's id; then ``group``
    where the table has groups of rows; last column ``not_interpretable`` where rows are marked. Missing, blank and
    suppressed cells are empty.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    marked = ["not_interpretable"] if table.marked_rows else []
    grouped = ["group"] if table.groups else []
    writer.writerow(["row", *grouped, *(column.name for column in table.columns), *marked])
    for position, row in enumerate(table.rows):
        flags = [str(position in table.marked_rows).lower()] if marked else []
        group = [defuse(table.groups[position])] if grouped else []
        writer.writerow([defuse(table.row_keys[position]), *group, *(_plain(cell) for cell in row), *flags])
    return text.getvalue()


def defuse(text: str) -> str:
    """
    Return text that no spreadsheet takes for a formula: a quote before what could start one.

    Examples
    --------
    >>> defuse("=1+1"), defuse("信息质量")
    ("'=1+1", '信息质量')
    """
    return "'" + text if text.lstrip(" \u3000\u00a0").startswith(_FORMULA_STARTS) else text


def _plain(cell: Cell) -> str:
    if cell is None or cell == SUPPRESSED or (isinstance(cell, float) and numbers.is_missing(cell)):
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    return defuse(cell) if isinstance(cell, str) else repr(cell)
