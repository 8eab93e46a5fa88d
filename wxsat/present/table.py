"""One frozen table: a specification, not a string. Renderers turn it into text, a sheet or a page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

CellKind = Literal["text", "integer", "number", "p_value", "probability", "percent"]
Cell = str | int | float | bool | None

# The mark of a cell withheld to protect respondents; official statistics print [c] for "confidential".
SUPPRESSED = "[c]"


@dataclass(frozen=True)
class Column:
    """
    One column.

    Attributes
    ----------
    name : str
        Machine name, the same in every language; the header of the CSV file.
    heading : str
        What a reader sees, in the table's language, unit included.
    kind : {"text", "integer", "number", "p_value", "probability", "percent"}
        How renderers print the cell. ``percent`` cells hold shares in [0, 1]; a ``probability`` is never printed
        as a certainty (``>.99``).
    digits : int
        Decimals of a number or a percentage.
    no_zero : bool
        Print ``.93`` instead of ``0.93`` (APA style for figures that cannot exceed 1).
    collapse : bool
        Text renderers print a repeated text only in the first row of its run (a construct over its items).
    upper : str
        Name of the column with the upper end of an interval whose lower end this column holds: text
        renderers print both in one cell under `interval_heading`, sheets and CSV files keep two columns.
    interval_heading : str
        Heading of the joined cell, e.g. ``95% CI``.
    unit : str
        Unit of the figures, printed once, after the heading; empty where the heading names it.
    """

    name: str
    heading: str
    kind: CellKind = "text"
    digits: int = 2
    no_zero: bool = False
    collapse: bool = False
    upper: str = ""
    interval_heading: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Table:
    """
    A table in one language, cells at full precision.

    A missing figure is None and printed as a dash; an empty string is a cell that is blank on purpose (above
    the diagonal of a matrix); any other text in a numeric column is printed as it is and never taken for a number
    (:data:`SUPPRESSED`, a convention).

    Attributes
    ----------
    id : str
        Stable, e.g. ``reliability``; numbers get the id ``{table.id}.{row key}.{column.name}``.
    title : str
        Without number; the document numbers tables.
    language : {"zh", "en"}
    columns : tuple of Column
    rows : tuple of tuple of Cell
        As long as `columns`.
    row_keys : tuple of str
        One machine key a row, unique within the table.
    notes : tuple of str
        Printed under the table: formulas, conventions, N, source.
    row_digits : tuple of int
        Decimals of the ``number`` cells of each row, where figures of different kinds stand under one heading;
        empty where the columns decide.
    marked_rows : tuple of int
        Positions of rows whose figures must not be interpreted (printed with a dagger).
    groups : tuple of str
        The group that each row belongs to, empty for a row of none; a renderer prints it as a row of its own above
        the first row of every run. Empty where the table has no groups.
    """

    id: str
    title: str
    language: Literal["zh", "en"]
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    row_keys: tuple[str, ...]
    notes: tuple[str, ...] = ()
    marked_rows: tuple[int, ...] = ()
    row_digits: tuple[int, ...] = ()
    groups: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.row_keys) != len(self.rows) or len(set(self.row_keys)) != len(self.row_keys):
            raise ValueError(f"table {self.id!r}: row keys must be unique, one a row")
        if self.row_digits and len(self.row_digits) != len(self.rows):
            raise ValueError(f"table {self.id!r}: row digits must be given for every row or for none")
        if self.groups and len(self.groups) != len(self.rows):
            raise ValueError(f"table {self.id!r}: a group must be given for every row or for none")
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"table {self.id!r}: a row has {len(row)} cells, expected {len(self.columns)}")

    def column_at(self, row: int, position: int) -> Column:
        """Return a column with the decimals that hold in one row."""
        column = self.columns[position]
        if not self.row_digits or column.kind != "number":
            return column
        return replace(column, digits=self.row_digits[row])

    def group_before(self, row: int) -> str:
        """Return the group that begins with a row; empty where the row continues one or is of none."""
        if not self.groups or (row and self.groups[row] == self.groups[row - 1]):
            return ""
        return self.groups[row]

    def number_id(self, row: int, column: str) -> str:
        """Return the id of one number: ``{table}.{row key}.{column}``."""
        return f"{self.id}.{self.row_keys[row]}.{column}"
