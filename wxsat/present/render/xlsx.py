"""Tables to an Excel workbook: a contents sheet, one sheet a table, figures as numbers at full precision.

Behind them: all values with their ids, all notes, and the provenance.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wxsat.present.locale import wording
from wxsat.present.numbers import Language, is_number
from wxsat.present.render.atomic import write_atomically
from wxsat.present.render.fixed_zip import DOCUMENT_DATE, fix_zip
from wxsat.present.render.printed import DAGGER, print_cell, print_table, printable
from wxsat.present.render.text import display_width
from wxsat.present.render.xlsx_sheets import add_background_sheets
from wxsat.present.table import Cell, Column, Table

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

SHEET_NAME_LIMIT = 31
# Characters of the default font; wider text wraps.
NARROWEST, WIDEST = 8, 44
ONE_LINE_HEADING = 18
TITLE_ROW, HEADING_ROW = 0, 2
CONTENTS_WIDTH = 76
A4 = 9
# Points a line of text takes; rows of one line keep the program's own height.
LINE_POINTS = 15.5
# Notes are set smaller than the table, so that more of them fits in a line.
NOTE_GAIN = 1.1
FONT = {"zh": "SimSun", "en": "Times New Roman"}
THICK, THIN = 5, 1
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")


def render_workbook(
    tables: Sequence[Table],
    path: str | Path,
    language: Language,
    properties: Mapping[str, str] | None = None,
    provenance: Sequence[tuple[str, str]] = (),
    numbers: Sequence[int] = (),
) -> Path:
    """
    Write tables to one workbook.

    Parameters
    ----------
    tables : sequence of Table
    path : str or Path
    language : {"zh", "en"}
        Of the contents sheet.
    properties : mapping of str to str, optional
        ``title``, ``subject``, ``author``, ``company``, ``keywords``, ``comments`` of the file.
    provenance : sequence of (str, str)
        Name and value of what made the figures: version, seed, hashes.
    numbers : sequence of int
        Of the tables; from 1 when left out.

    Returns
    -------
    Path
        The same tables give the same bytes.

    Raises
    ------
    UsageError
        OUT-003 if the file cannot be written.
    """
    import xlsxwriter

    content = io.BytesIO()
    # Text stays text: nothing of it becomes a formula, a link or a number.
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "in_memory": True,
    }
    book = xlsxwriter.Workbook(content, options)
    book.set_properties({**(properties or {}), "created": DOCUMENT_DATE})
    styles = _Styles(book, FONT[language])
    counted = list(numbers) or list(range(1, len(tables) + 1))
    names = sheet_names(tables, language, counted)
    _write_contents(book, tables, names, language, styles, counted)
    for table, name, number in zip(tables, names, counted, strict=True):
        _write_table(book.add_worksheet(name), table, number, styles)
    add_background_sheets(book, dict(zip(counted, tables, strict=True)), language, provenance, styles.get)
    book.close()
    return write_atomically(path, fix_zip(content.getvalue()))


def sheet_names(tables: Sequence[Table], language: Language, counted: Sequence[int] = ()) -> list[str]:
    r"""
    Return a legal and unique sheet name for each table, beginning with its number.

    Excel allows 31 UTF-16 units, none of ``[]:*?/\``, and compares names without regard to case.
    """
    own = ("contents", "values_sheet", "notes_sheet", "provenance_sheet")
    taken = {wording(language).get(f"tables.{name}").lower() for name in own}
    names: list[str] = []
    for position, table in zip(counted or range(1, len(tables) + 1), tables, strict=True):
        legal = _FORBIDDEN.sub(" ", printable(f"{position} {table.title}")).strip("' ")
        legal = " ".join(legal.split())
        name, copy = _cut(legal, SHEET_NAME_LIMIT), 1
        while name.lower() in taken:
            copy += 1
            name = _cut(legal, SHEET_NAME_LIMIT - len(f"~{copy}")) + f"~{copy}"
        taken.add(name.lower())
        names.append(name)
    return names


def _cut(text: str, units: int) -> str:
    while len(text.encode("utf-16-le")) // 2 > units:
        text = text[:-1]
    return text.strip("' ")


class _Styles:
    """Formats of one workbook, each made once."""

    def __init__(self, book: Workbook, font: str) -> None:
        self._book, self._font = book, font
        self._made: dict[str, Format] = {}

    def get(self, **settings: Any) -> Format:
        key = repr(sorted(settings.items()))
        if key not in self._made:
            base = {"font_name": self._font, "font_size": 11, "valign": "vcenter"}
            self._made[key] = self._book.add_format({**base, **settings})
        return self._made[key]


@dataclass(frozen=True)
class _Cell:
    value: Cell
    column: Column
    marked: bool
    last: bool


def number_format(column: Column) -> str:
    """
    Return the Excel number format of a column.

    Examples
    --------
    >>> number_format(Column("cr", "CR", "number", 2, no_zero=True))
    '.00'
    """
    decimals = "0" * column.digits
    match column.kind:
        case "integer":
            return "#,##0"
        case "percent":
            return f"0.{decimals}%" if decimals else "0%"
        case "p_value":
            return '[<0.001]"<.001";.000'
        case "probability":
            nines = "9" * column.digits
            return f'[>=0.{nines}5]">.{nines}";[<0.{decimals}5]"<.{decimals[1:]}1";.{decimals}'
        case _:
            whole = "" if column.no_zero and decimals else "#,##0"
            return f"{whole}.{decimals}" if decimals else whole


def _write_contents(
    book: Workbook,
    tables: Sequence[Table],
    names: Sequence[str],
    language: Language,
    styles: _Styles,
    counted: Sequence[int],
) -> None:
    words = wording(language)
    sheet = book.add_worksheet(words.get("tables.contents"))
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, CONTENTS_WIDTH)
    sheet.write_string(0, 0, words.get("tables.contents"), styles.get(bold=True, font_size=14))
    link = styles.get(font_color="#1F5F8B", underline=1)
    for position, (table, name) in enumerate(zip(tables, names, strict=True), start=1):
        # A quote inside a sheet name is doubled in a reference.
        target = "internal:'" + name.replace("'", "''") + "'!A1"
        caption = print_table(table, counted[position - 1]).caption
        sheet.write_url(position + 1, 0, target, link, caption)
    note = words.get("tables.workbook_note")
    sheet.write_string(len(tables) + 3, 0, note, styles.get(text_wrap=True, valign="top"))
    _set_height(sheet, len(tables) + 3, _lines(note, CONTENTS_WIDTH))
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)


def _write_table(sheet: Worksheet, table: Table, number: int, styles: _Styles) -> None:
    printed = print_table(table, number)
    sheet.hide_gridlines(2)
    sheet.write_string(TITLE_ROW, 0, printed.caption, styles.get(bold=True, font_size=12))
    widths = [_width(table, place) for place in range(len(table.columns))]
    headings = [_heading(table, place) for place in range(len(table.columns))]
    for place, column in enumerate(table.columns):
        align = "left" if column.kind == "text" else "right"
        style = styles.get(
            bold=True, top=THICK, bottom=THIN, text_wrap=True, align=align, num_format="@", quote_prefix=True
        )
        sheet.write_string(HEADING_ROW, place, headings[place], style)
        sheet.set_column(place, place, widths[place])
    _set_height(sheet, HEADING_ROW, max(map(_lines, headings, widths), default=1))
    end = _write_rows(sheet, table, widths, styles)
    _write_notes(sheet, printed.notes, end + 1, widths, styles)
    sheet.freeze_panes(HEADING_ROW + 1, 1)
    sheet.repeat_rows(HEADING_ROW)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)


def _heading(table: Table, place: int) -> str:
    column = table.columns[place]
    unit = f"（{column.unit}）" if table.language == "zh" else f" ({column.unit})"
    return printable(column.heading + (unit if column.unit else ""))


def _write_rows(sheet: Worksheet, table: Table, widths: Sequence[float], styles: _Styles) -> int:
    """Write the rows, a group's name above its first one; return the row after the last."""
    marks, line = _mark_columns(table), HEADING_ROW + 1
    for position, row in enumerate(table.rows):
        group = printable(table.group_before(position))
        if group:
            sheet.write_string(line, 0, group, styles.get(bold=True, num_format="@", quote_prefix=True))
            line += 1
        for place, value in enumerate(row):
            marked = position in table.marked_rows and place == marks
            cell = _Cell(value, table.column_at(position, place), marked, position == len(table.rows) - 1)
            _write_cell(sheet, line, place, cell, styles)
        texts = [print_cell(value, table.column_at(position, place)) for place, value in enumerate(row)]
        _set_height(sheet, line, max(map(_lines, texts, widths), default=1))
        line += 1
    return line


def _write_notes(sheet: Worksheet, notes: Sequence[str], first: int, widths: Sequence[float], styles: _Styles) -> None:
    """Write the notes over the whole width of the table, wrapped."""
    style = styles.get(font_size=9, text_wrap=True, valign="top", num_format="@", quote_prefix=True)
    for offset, note in enumerate(notes):
        row = first + offset
        if len(widths) > 1:
            sheet.merge_range(row, 0, row, len(widths) - 1, "", style)
        sheet.write_string(row, 0, note, style)
        _set_height(sheet, row, _lines(note, sum(widths) * NOTE_GAIN))


def _lines(text: str, width: float) -> int:
    """How many lines a text takes in a column: words do not fill a line to its end."""
    return max(1, math.ceil(1.1 * display_width(text) / (width - 1)) if display_width(text) > width - 1 else 1)


def _set_height(sheet: Worksheet, row: int, lines: int) -> None:
    if lines > 1:
        sheet.set_row(row, lines * LINE_POINTS)


def _mark_columns(table: Table) -> int:
    return next((i for i, column in enumerate(table.columns) if column.kind == "text" and not column.collapse), 0)


def _write_cell(sheet: Worksheet, row: int, place: int, cell: _Cell, styles: _Styles) -> None:
    edge: dict[str, Any] = {"bottom": THICK} if cell.last else {}
    value = cell.value
    if is_number(value) and cell.column.kind != "text":
        sheet.write_number(row, place, value, styles.get(num_format=number_format(cell.column), align="right", **edge))
        return
    text = "" if value is None or isinstance(value, float) else print_cell(value, cell.column)
    align = "left" if cell.column.kind == "text" else "right"
    # Quote prefix: the text stays text even after somebody edits the cell.
    style = styles.get(align=align, text_wrap=cell.column.kind == "text", num_format="@", quote_prefix=True, **edge)
    if text:
        sheet.write_string(row, place, text + (DAGGER if cell.marked else ""), style)
    else:
        sheet.write_blank(row, place, None, styles.get(**edge))


def _width(table: Table, place: int) -> float:
    # A heading may take two lines, a figure never.
    title = _heading(table, place)
    words = [display_width(word) for word in title.split()]
    whole = display_width(title)
    heading = whole if whole <= ONE_LINE_HEADING else max([*words, whole / 2])
    cells = [display_width(print_cell(row[place], table.column_at(i, place))) for i, row in enumerate(table.rows)]
    return min(WIDEST, max(NARROWEST, heading + 2, *(width + 2 for width in cells)))
