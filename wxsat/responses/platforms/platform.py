"""What a platform is to the reader: how its files show themselves, and what their header rows mean.

A platform turns the rows of a file into one header row with answers below, and says what else it knows of the
columns: further names, which belong to one question, which are about the answer sheet and not from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wxsat.responses.raw_table import ChoiceColumn, Numbering, RawTable, fold

Row = Sequence[Any]


@dataclass(frozen=True)
class View:
    """The first rows of a file, as a recogniser sees them."""

    rows: Sequence[Row]
    file: str = ""

    @property
    def header(self) -> tuple[str, ...]:
        """The first row as text."""
        return tuple(text_of(cell) for cell in self.rows[0]) if self.rows else ()

    @property
    def folded(self) -> frozenset[str]:
        """The first row without case, width and spaces."""
        return frozenset(fold(name) for name in self.header if name)

    def row(self, number: int) -> tuple[str, ...]:
        """Return row `number`, counting from 0, as text; empty when there is none."""
        return tuple(text_of(cell) for cell in self.rows[number]) if number < len(self.rows) else ()


@dataclass(frozen=True)
class Layout:
    """Rows with one header row, and what the platform says of the columns."""

    rows: list[list[Any]]
    labels: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    choice_columns: Mapping[str, ChoiceColumn] = field(default_factory=dict)
    metadata: tuple[str, ...] = ()
    numbering: Numbering = "codes"
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Platform:
    """
    One platform.

    Attributes
    ----------
    id : str
        As on the command line.
    zh, en : str
        Its name.
    recognise : function of View to tuple of str
        What in the file speaks for this platform; empty when it is not this one.
    lay_out : function of View to Layout
    tidy : function of RawTable to RawTable
        Cells that the platform writes in a way of its own.
    """

    id: str
    zh: str
    en: str
    recognise: Callable[[View], tuple[str, ...]]
    lay_out: Callable[[View], Layout]
    tidy: Callable[[RawTable], RawTable] = lambda table: table


def text_of(cell: Any) -> str:
    """Return a header cell as text, inner space reduced to one blank."""
    if cell is None or cell != cell:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(str(cell).replace("\ufeff", "").split())


def named(view: View, names: Iterable[str]) -> tuple[str, ...]:
    """Return the columns of the header, as written, that bear one of `names` (folded)."""
    wanted = frozenset(names)
    return tuple(name for name in view.header if fold(name) in wanted)


def shown(names: Iterable[str], most: int = 4) -> str:
    """Join the first names for a sentence."""
    listed = list(names)
    return ", ".join(listed[:most]) + (", …" if len(listed) > most else "")


def unique_header(names: Sequence[str], body: Sequence[Row]) -> tuple[list[str], tuple[str, ...]]:
    """
    Return names that differ, and notes of what was renamed.

    Platforms write the wording of a question as its column name: two questions may share a wording, and a
    question may have none. A column without name and without any cell stays without one.
    """
    unnamed = [j for j, name in enumerate(names) if not name]
    filled = {j for j in unnamed if any(j < len(row) and text_of(row[j]) for row in body)}
    out: list[str] = []
    used: set[str] = set()
    renamed = 0
    for position, name in enumerate(names):
        own = name or (f"(column {position + 1})" if position in filled else "")
        count = 2
        while own and own in used:
            own, count = f"{name or own} ({count})", count + 1
        renamed += own != name
        out.append(own)
        used.add(own)
    notes = (f"{renamed} column(s) without a name of their own were numbered.",) if renamed else ()
    return out, notes


def replace_cells(table: RawTable, columns: Iterable[str], change: Callable[[Any], Any]) -> RawTable:
    """Return the table with `change` applied to every cell of some columns."""
    from dataclasses import replace

    import pandas as pd

    frame = table.frame.copy()
    for column in columns:
        given = frame[column].to_numpy(dtype=object)
        known = {token: change(token[1]) for token in {(type(cell), cell) for cell in given}}
        cells = [known[type(cell), cell] for cell in given]
        frame[column] = pd.Series(cells, dtype=object, index=frame.index)
    return replace(table, frame=frame)
