"""One table as a file holds it: raw cells, declared labels and missing codes, and where it came from.

Nothing here knows of an instrument. Every reader returns this object; matching and coding start from it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from wxsat.errors import DataError, Fault

if TYPE_CHECKING:
    import pandas as pd

QUOTES = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "「": '"', "」": '"', "—": "-", "–": "-"})

# R and pandas write the row names first, in a column without a name.
ROW_NAME = "(row name)"


def fold(text: object) -> str:
    """
    Return a text reduced to what distinguishes it: half-width, lower case, no spaces, plain quotes.

    Examples
    --------
    >>> fold("ＰＵ 1 ")
    'pu1'
    """
    plain = unicodedata.normalize("NFKC", str(text)).translate(QUOTES).casefold()
    return "".join(plain.split()).replace("\ufeff", "").replace("\u200b", "")


@dataclass(frozen=True)
class MissingRange:
    """Codes that a statistics file declares as missing: `low` to `high`, or one text value twice."""

    low: float | str
    high: float | str

    def holds(self, value: object) -> bool:
        """Whether `value` lies in the range."""
        if isinstance(self.low, str) or isinstance(self.high, str):
            return value == self.low
        return isinstance(value, (int, float)) and self.low <= value <= self.high


@dataclass(frozen=True)
class ChoiceColumn:
    """
    A column that may be one choice of a question with several answers.

    Attributes
    ----------
    questions : tuple of str
        Texts that may name the question, most literal first; empty where the file gives only its number.
    choice : str
        Code or wording of the choice.
    group : str
        What the columns of one question share.
    by_content : bool
        A cell that was not chosen is empty, and one that was holds the choice; else the cell says 1 or 0.
    """

    questions: tuple[str, ...]
    choice: str
    group: str
    by_content: bool = False


Numbering = Literal["codes", "positions", "unknown"]


@dataclass(frozen=True)
class RawTable:
    """
    A table as read.

    Attributes
    ----------
    frame : DataFrame, shape (n_rows, n_columns)
        Object cells: text, numbers, dates or None for an empty cell.
    row_numbers : tuple of int
        Number of each row in its file, counting the first row below the header as 1.
    kind : str
        ``text``, ``workbook``, ``sav``, ``dta`` or ``frame``.
    file, sha256 : str
        File name without its folder, and the hash of its bytes.
    encoding, delimiter, sheet : str or None
        How it was read, where that applies.
    column_labels : mapping
        Variable labels declared in the file.
    value_labels : mapping
        Column to {value: label}, as declared in the file.
    missing : mapping
        Column to its declared user-missing ranges.
    notes : tuple of str
        What the reader did that one should know.
    platform : str
        Id of the platform that wrote the file; empty for a plain table.
    evidence : tuple of str
        What the platform was recognised by.
    numbering : {"codes", "positions", "unknown"}
        Whether numbers are the instrument's codes or the positions of the options in the questionnaire.
    aliases : mapping of column to tuple of str
        Further texts under which a column may be recognised: the row of a matrix, a name without its group.
    choice_columns : mapping of column to ChoiceColumn
        Columns that may be one choice of a question with several answers.
    metadata : tuple of str
        Columns that the platform writes about the answer sheet.
    measures : mapping of column to str
        Measurement level as a statistics file declares it.
    code_books : mapping of column to {position: label}
        What a second export of the same answers says of the options; not the instrument's codes.
    """

    frame: pd.DataFrame
    row_numbers: tuple[int, ...]
    kind: str
    file: str = ""
    sha256: str = ""
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    column_labels: Mapping[str, str] = field(default_factory=dict)
    value_labels: Mapping[str, Mapping[float | str, str]] = field(default_factory=dict)
    missing: Mapping[str, tuple[MissingRange, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    platform: str = ""
    evidence: tuple[str, ...] = ()
    numbering: Numbering = "codes"
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    choice_columns: Mapping[str, ChoiceColumn] = field(default_factory=dict)
    metadata: tuple[str, ...] = ()
    measures: Mapping[str, str] = field(default_factory=dict)
    code_books: Mapping[str, Mapping[float | str, str]] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """Column names, in order."""
        return tuple(str(c) for c in self.frame.columns)

    @property
    def n_rows(self) -> int:
        """Number of rows that hold anything."""
        return len(self.frame)


def table_from_rows(
    rows: Sequence[Sequence[Any]], *, file: str, ragged_is_fault: bool
) -> tuple[pd.DataFrame, tuple[int, ...], tuple[str, ...]]:
    """
    Return frame, row numbers and notes of a header row and the rows below it.

    Raises
    ------
    DataError
        RESP-004 header only, RESP-007 duplicate names, RESP-010 ragged rows, RESP-013 columns without a name.
    """
    import pandas as pd

    body = [[_blank_to_none(cell) for cell in row] for row in rows[1:]]
    names = _names_over(body, rows[0])
    if ragged_is_fault:
        _require_even_rows(body, len(names), file)
    else:
        width = max([len(rows[0]), *(_used_width(row) for row in body)])
        names += [""] * (width - len(names))
    notes: tuple[str, ...] = ()
    if names and not names[0] and all(names[1:]):
        names[0] = ROW_NAME
        notes = (f"Column 1 has no name and was read as '{ROW_NAME}'.",)
    kept = [(number, row) for number, row in enumerate(body, start=1) if any(c is not None for c in row)]
    require_names(names, [row for _, row in kept], file)
    if not kept:
        raise DataError(
            "RESP-004",
            f"the file has a header with {len(names)} column(s) and no row of answers.",
            where=file,
            hint="Export the answers again, or check that the first row holds the column names.",
        )
    padded = [[*row, *([None] * len(names))][: len(names)] for _, row in kept]
    keep = [j for j, name in enumerate(names) if name]
    columns = {names[j]: pd.Series([row[j] for row in padded], dtype=object) for j in keep}
    empty = len(body) - len(kept)
    notes += (f"{empty} empty row(s) skipped.",) if empty else ()
    return pd.DataFrame(columns), tuple(number for number, _ in kept), notes


def _names_over(body: Sequence[Sequence[Any]], heading: Sequence[Any]) -> list[str]:
    """Return the names of a heading without those at its end that are empty and stand over nothing."""
    names = [_header_name(cell) for cell in heading]
    while names and not names[-1] and all(len(row) < len(names) or row[len(names) - 1] is None for row in body):
        names.pop()
    return names


def _header_name(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(str(cell).replace("\ufeff", "").split())


def _blank_to_none(cell: Any) -> Any:
    if cell is None or cell != cell:  # NaN is the one value that differs from itself
        return None
    return None if isinstance(cell, str) and not cell.strip() else cell


def _used_width(row: Sequence[Any]) -> int:
    return max((j + 1 for j, cell in enumerate(row) if cell is not None), default=0)


def _require_even_rows(body: Sequence[Sequence[Any]], expected: int, file: str) -> None:
    faults = [
        Fault("RESP-010", f"{found} cells where the header has {expected}.", f"{file}, data row {number}")
        for number, row in enumerate(body, start=1)
        if any(cell is not None for cell in row)
        and (found := len(row) if len(row) < expected else _used_width(row)) != expected
        and (found > expected or len(row) < expected)
    ]
    if faults:
        first = faults[0]
        hint = "Is there a title above the header, an unquoted delimiter, or a line cut off?"
        raise DataError.from_faults([Fault(first.code, first.message, first.where, hint), *faults[1:]])


def require_names(names: Sequence[str], body: Sequence[Sequence[Any]], file: str) -> None:
    """Raise a DataError that names every duplicate column and every column without a name."""
    faults = []
    seen: dict[str, list[int]] = {}
    for position, name in enumerate(names, start=1):
        seen.setdefault(name, []).append(position)
    for name, positions in seen.items():
        if name and len(positions) > 1:
            places = ", ".join(map(str, positions))
            faults.append(
                Fault(
                    "RESP-007",
                    f"column name '{masked(name)}' stands {len(positions)} times (columns {places}).",
                    file,
                )
            )
    unnamed = [p for p in seen.get("", []) if any(len(r) >= p and r[p - 1] is not None for r in body)]
    if unnamed:
        places = ", ".join(map(str, unnamed))
        faults.append(Fault("RESP-013", f"column(s) {places} hold answers and have no name.", file))
    if faults:
        first = faults[0]
        hint = "Give every column a name of its own."
        raise DataError.from_faults([Fault(first.code, first.message, first.where, hint), *faults[1:]])


def masked(text: object, length: int = 40) -> str:
    """Return a cell or a name as it may be shown: shortened, and hidden where it could identify a person."""
    from wxsat.responses.identifiers import holds_identifier, looks_identifying

    shown = str(text)
    if looks_identifying(shown) or holds_identifier(shown):
        return "(hidden: looks like a personal identifier)"
    return shown if len(shown) <= length else shown[: length - 1] + "…"
