"""The sheets behind the tables of a workbook: every figure with its id, every note, where it all came from."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from wxsat.present import numbers
from wxsat.present.locale import wording
from wxsat.present.numbers import Language
from wxsat.present.render.printed import print_table, printable
from wxsat.present.render.text import display_width
from wxsat.present.table import Table

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

VALUE_COLUMNS = ("id", "table", "row", "group", "column", "value")
NOTE_COLUMNS = ("table", "note")
PROVENANCE_COLUMNS = ("name", "value")
WIDTHS = {"id": 44, "note": 100, "name": 40, "value": 70, "table": 20, "row": 28, "group": 20, "column": 18}
THIN, A4 = 1, 9
# Points a line takes; words do not fill a line to its end.
LINE_POINTS, LINE_FILL = 15.5, 1.1


def add_background_sheets(
    book: Workbook,
    tables: Mapping[int, Table],
    language: Language,
    provenance: Sequence[tuple[str, str]],
    style: Callable[..., Format],
) -> None:
    """
    Append the sheets of values, notes and provenance.

    Every figure of every table stands in the first as a number under no format, with the id that it has in
    ``numbers.json``; texts are texts whatever they begin with.
    """
    words = wording(language)
    figures = [
        (entry["id"], entry["table"], entry["row"], _group(table, entry["row"]), entry["column"], entry["value"])
        for table in tables.values()
        for entry in numbers.numbers_of(table)
    ]
    _write(book.add_worksheet(words.get("tables.values_sheet")), VALUE_COLUMNS, figures, style)
    printed = [print_table(table, number) for number, table in tables.items()]
    notes = [(table.label, note) for table in printed for note in (table.caption, *table.notes)]
    _write(book.add_worksheet(words.get("tables.notes_sheet")), NOTE_COLUMNS, notes, style)
    _write(book.add_worksheet(words.get("tables.provenance_sheet")), PROVENANCE_COLUMNS, provenance, style)


def _group(table: Table, key: str) -> str:
    return table.groups[table.row_keys.index(key)] if table.groups else ""


def _write(
    sheet: Worksheet, columns: Sequence[str], rows: Sequence[Sequence[Any]], style: Callable[..., Format]
) -> None:
    for place, name in enumerate(columns):
        sheet.write_string(0, place, name, style(bold=True, bottom=THIN))
        sheet.set_column(place, place, WIDTHS[name])
    # Quote prefix: the text stays text even after somebody edits the cell.
    text = style(num_format="@", quote_prefix=True, text_wrap=True, valign="top")
    for position, row in enumerate(rows, start=1):
        lines = max(math.ceil(LINE_FILL * display_width(str(v)) / WIDTHS[n]) for n, v in zip(columns, row, strict=True))
        if lines > 1:
            sheet.set_row(position, lines * LINE_POINTS)
        for place, value in enumerate(row):
            if numbers.is_number(value):
                sheet.write_number(position, place, value, style(align="right"))
            elif value:
                sheet.write_string(position, place, printable(str(value)), text)
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
