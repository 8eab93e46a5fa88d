"""How every table is put together: headings by column name, cells from frames, notes by key, marks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from wxsat.finding import Finding, refusals
from wxsat.present.locale import Wording, wording
from wxsat.present.numbers import Language
from wxsat.present.table import Cell, CellKind, Column, Table
from wxsat.present.tables.naming import Names

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.instrument.instrument import Instrument


@dataclass
class TableBuilder:
    """
    A table being built in one language.

    Attributes
    ----------
    topic : str
        Key of its texts under ``tables`` in the locale files.
    id : str
        Of the table; the topic by default.
    """

    topic: str
    instrument: Instrument | None
    language: Language
    id: str = ""
    columns: list[Column] = field(default_factory=list)
    rows: list[tuple[Cell, ...]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    marked: list[int] = field(default_factory=list)
    digits: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.id = self.id or self.topic
        self.words: Wording = wording(self.language)
        self.names = Names(self.instrument, self.language)

    def heading(self, name: str) -> str:
        """Return the heading of a column: the table's own where it has one, else the common one."""
        own = self.words.find(f"tables.{self.topic}.columns.{name}")
        return own if own is not None else self.words.get(f"tables.columns.{name}")

    def add_column(
        self,
        name: str,
        kind: CellKind = "text",
        digits: int = 2,
        *,
        no_zero: bool = False,
        collapse: bool = False,
    ) -> None:
        """Add a column under its heading."""
        self.columns.append(Column(name, self.heading(name), kind, digits, no_zero, collapse))

    def add_interval(
        self,
        lower: str = "ci_lower",
        upper: str = "ci_upper",
        digits: int = 2,
        *,
        no_zero: bool = False,
        kind: CellKind = "number",
        joined: str = "",
    ) -> None:
        """Add the two columns of an interval; the joined heading is that of `joined`, or of the name without ending."""
        together = self.heading(joined or lower.removesuffix("_lower"))
        self.columns.append(
            Column(lower, self.heading(lower), kind, digits, no_zero, upper=upper, interval_heading=together)
        )
        self.columns.append(Column(upper, self.heading(upper), kind, digits, no_zero))

    def add_row(self, key: str, cells: Iterable[Any], *, marked: bool = False, digits: int | None = None) -> None:
        """Add a row; a key that exists already gets a number. `digits` is for tables whose rows differ in them."""
        if digits is not None:
            self.digits.append(digits)
        unique, copy = key, 1
        while unique in self.keys:
            copy += 1
            unique = f"{key}#{copy}"
        if marked:
            self.marked.append(len(self.rows))
        self.keys.append(unique)
        self.rows.append(tuple(as_cell(value) for value in cells))

    def add_note(self, name: str, **fields: Any) -> None:
        """Add a note of the table's own or, where it has none of this name, a common one."""
        own = self.words.find(f"tables.{self.topic}.notes.{name}", **fields)
        self.notes.append(own if own is not None else self.words.get(f"tables.notes.{name}", **fields))

    def add_refusal(self, findings: Iterable[Finding]) -> None:
        """Say under the table why its marked rows must not be interpreted."""
        codes = sorted({finding.code for finding in refusals(findings)})
        if self.marked:
            self.add_note("refused_codes", codes=codes) if codes else self.add_note("refused")

    def build(self, title: str = "", **fields: Any) -> Table:
        """Return the frozen table."""
        return Table(
            id=self.id,
            title=title or self.words.get(f"tables.{self.topic}.title", **fields),
            language=self.language,
            columns=tuple(self.columns),
            rows=tuple(self.rows),
            row_keys=tuple(self.keys),
            notes=tuple(self.notes),
            marked_rows=tuple(self.marked),
            row_digits=tuple(self.digits),
        )


def as_cell(value: Any) -> Cell:
    """Return a plain cell: numpy and pandas scalars unpacked, NaN and NA as None."""
    if hasattr(value, "item") and not isinstance(value, str):
        value = value.item()
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, (str, int, bool)) else str(value)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame as dictionaries of plain cells."""
    names = [str(column) for column in frame.columns]
    return [
        {name: as_cell(value) for name, value in zip(names, row, strict=True)}
        for row in frame.itertuples(index=False, name=None)
    ]


def with_notes(table: Table, *notes: str) -> Table:
    """
    Return the table with more notes under it: source, field dates, sampling.

    Examples
    --------
    >>> with_notes(Table("t", "T", "en", (), (), ()), "Source: own survey.").notes
    ('Source: own survey.',)
    """
    return replace(table, notes=(*table.notes, *(note for note in notes if note)))


def present_columns(frame: pd.DataFrame, names: Sequence[str]) -> list[str]:
    """Return those names that the frame has as columns, in the given order."""
    return [name for name in names if name in frame.columns]
