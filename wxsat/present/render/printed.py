"""A table as it is printed: every cell a text, intervals joined, repeated labels left out, daggers set.

All text renderers (HTML, Word, Markdown, LaTeX, plain) draw what stands here, so that they cannot differ.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from wxsat.present import numbers
from wxsat.present.locale import wording
from wxsat.present.table import Cell, CellKind, Column, Table

DAGGER = "†"
# What XML 1.0 and spreadsheets cannot hold, and marks that turn round the text behind them; an answer file may carry
# both.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of a cell; `number_id` is empty unless the piece is a number of ``numbers.json``."""

    text: str
    number_id: str = ""


@dataclass(frozen=True, slots=True)
class PrintedCell:
    """One cell as printed."""

    fragments: tuple[Fragment, ...]

    @property
    def text(self) -> str:
        """The whole text of the cell."""
        return "".join(fragment.text for fragment in self.fragments)


@dataclass(frozen=True, slots=True)
class PrintedColumn:
    """One column as printed; `name` is the machine name of the first column behind it."""

    name: str
    heading: str
    kind: CellKind
    interval: bool = False


@dataclass(frozen=True)
class PrintedTable:
    """A table as printed: caption with its number, cells as text, the group that begins before each row, notes."""

    id: str
    language: numbers.Language
    label: str
    title: str
    columns: tuple[PrintedColumn, ...]
    rows: tuple[tuple[PrintedCell, ...], ...]
    row_keys: tuple[str, ...]
    marked_rows: frozenset[int]
    notes: tuple[str, ...]
    groups: tuple[str, ...] = ()

    @property
    def caption(self) -> str:
        """Number and title: ``表1  …`` or ``Table 1. …``; the title alone where there is no number."""
        if not self.label:
            return self.title
        return f"{self.label}  {self.title}" if self.language == "zh" else f"{self.label}. {self.title}"


def print_table(table: Table, number: int | None = None) -> PrintedTable:
    """Return a table as printed, under its number in the document."""
    joined = {column.upper for column in table.columns if column.upper}
    shown = [(position, c) for position, c in enumerate(table.columns) if c.name not in joined]
    words = wording(table.language)
    headings = [_with_unit(c.interval_heading if c.upper else c.heading, c.unit, table.language) for _, c in shown]
    return PrintedTable(
        id=table.id,
        language=table.language,
        label="" if number is None else words.get("tables.caption", number=number),
        title=printable(table.title),
        columns=tuple(
            PrintedColumn(c.name, heading, c.kind, bool(c.upper))
            for (_, c), heading in zip(shown, headings, strict=True)
        ),
        rows=tuple(_print_row(table, row, shown) for row in range(len(table.rows))),
        row_keys=table.row_keys,
        marked_rows=frozenset(table.marked_rows),
        notes=_print_notes(table, words.get("tables.note_prefix")),
        groups=tuple(printable(table.group_before(row)) for row in range(len(table.rows))) if table.groups else (),
    )


def _with_unit(heading: str, unit: str, language: numbers.Language) -> str:
    if not unit:
        return printable(heading)
    return printable(f"{heading}（{unit}）" if language == "zh" else f"{heading} ({unit})")


def print_cell(value: Cell, column: Column) -> str:
    """
    Return one value as its column prints it.

    Examples
    --------
    >>> print_cell(0.934, Column("alpha", "α", "number", 3, no_zero=True))
    '.934'
    >>> print_cell(None, Column("n", "n", "integer"))
    '–'
    """
    if value is None or (isinstance(value, float) and numbers.is_missing(value)):
        return numbers.MISSING
    if isinstance(value, (str, bool)):
        return printable(str(value))
    match column.kind:
        case "integer":
            return numbers.format_integer(value)
        case "percent":
            # A unit stands once, in the heading (CY/T 170), or else at every figure.
            heading = column.interval_heading + column.heading + column.unit
            return numbers.format_percent(value, column.digits, sign="%" not in heading)
        case "p_value":
            return numbers.format_p_value(value)
        case "probability":
            return numbers.format_probability(value, column.digits)
        case "number":
            return numbers.format_number(value, column.digits, no_zero=column.no_zero)
        case _:
            return str(value)


def printable(text: str) -> str:
    """Return text without control characters that no page or sheet can hold, and without overrides of direction."""
    return _CONTROL.sub("", text)


def _print_row(table: Table, row: int, shown: list[tuple[int, Column]]) -> tuple[PrintedCell, ...]:
    cells = [_print_position(table, row, position, column) for position, column in shown]
    if row in table.marked_rows:
        # The dagger stands at the first text that is printed: a collapsed label has none.
        first = next((i for i, (_, c) in enumerate(shown) if c.kind == "text" and cells[i].text), 0)
        cells[first] = PrintedCell((*cells[first].fragments, Fragment(DAGGER)))
    return tuple(cells)


def _print_position(table: Table, row: int, position: int, column: Column) -> PrintedCell:
    value = table.rows[row][position]
    if column.collapse and row and _same_run(table, row, position):
        return PrintedCell((Fragment(""),))
    lower = Fragment(print_cell(value, table.column_at(row, position)), _id_of(table, row, column, value))
    if not column.upper:
        return PrintedCell((lower,))
    at = next(i for i, c in enumerate(table.columns) if c.name == column.upper)
    end = table.rows[row][at]
    if isinstance(value, str) and (not value or value == end):
        return PrintedCell((lower,))
    upper = Fragment(print_cell(end, table.column_at(row, at)), _id_of(table, row, table.columns[at], end))
    if lower.text == upper.text == numbers.MISSING:
        return PrintedCell((lower,))
    return PrintedCell((Fragment("["), lower, Fragment(", "), upper, Fragment("]")))


def _same_run(table: Table, row: int, position: int) -> bool:
    """Whether this row repeats the row above in this and in every collapsed column to the left."""
    before = [i for i, c in enumerate(table.columns[: position + 1]) if c.collapse]
    return all(table.rows[row][i] == table.rows[row - 1][i] for i in before)


def _id_of(table: Table, row: int, column: Column, value: Cell) -> str:
    return table.number_id(row, column.name) if numbers.is_number(value) else ""


def _print_notes(table: Table, prefix: str) -> tuple[str, ...]:
    notes = [printable(note) for note in table.notes if note]
    return tuple([prefix + notes[0], *notes[1:]]) if notes else ()
