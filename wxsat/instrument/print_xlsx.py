"""Codebook rows -> an Excel workbook: frozen header, fitted widths, wrapped text, equal bytes every time."""

from __future__ import annotations

import io
import math
import unicodedata
from datetime import datetime
from typing import Any

WIDEST, NARROWEST = 48, 6
# Points; written out because only Excel, not every reader, fits the height of wrapped rows by itself.
LINE_HEIGHT = 15.0
# Office files carry a date of making; a fixed one keeps the bytes equal.
FIXED_DATE = datetime(2000, 1, 1)


def codebook_xlsx(rows: list[dict[str, Any]], headings: list[str], title: str) -> bytes:
    """Return the workbook; every text is written as text, so that no cell is a formula."""
    import xlsxwriter

    memory = io.BytesIO()
    book = xlsxwriter.Workbook(memory, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": title, "author": "wxsat", "created": FIXED_DATE})
    sheet = book.add_worksheet("codebook")
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#E8EDF3"})
    cell = book.add_format({"text_wrap": True, "valign": "top"})
    # A wording that begins like a formula stays a text even after somebody has edited the cell.
    text = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@", "quote_prefix": True})
    widths: list[float] = []
    for column, heading in enumerate(headings):
        values = [list(row.values())[column] for row in rows]
        widths.append(_width([heading, *values]))
        sheet.set_column(column, column, widths[-1])
        sheet.write_string(0, column, heading, head)
        for line, value in enumerate(values, start=1):
            if isinstance(value, (int, float)):
                sheet.write_number(line, column, value, cell)
            elif value is not None:
                sheet.write_string(line, column, str(value), text)
    for line, row in enumerate(rows, start=1):
        sheet.set_row(line, LINE_HEIGHT * _lines(list(row.values()), widths))
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, len(rows), len(headings) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(2, 0)
    sheet.repeat_rows(0)
    book.close()
    return memory.getvalue()


def _width(values: list[Any]) -> float:
    longest = max(_cells_wide(str(value)) for value in values if value is not None)
    return float(min(max(longest + 2, NARROWEST), WIDEST))


def _lines(values: list[Any], widths: list[float]) -> int:
    """Count the lines that the longest cell of a row wraps to; words do not fill a line to its end."""
    texts = ("" if value is None else str(value) for value in values)
    return max(math.ceil(_cells_wide(text) * 1.1 / width) for text, width in zip(texts, widths, strict=True)) or 1


def _cells_wide(text: str) -> int:
    """Count character cells: an East Asian wide character fills two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
