"""Which columns of a file identify people: dropped, all of them; the trusted ones leave a fingerprint."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wxsat.responses.identifiers import identifier_kind, identifies, identifying_values
from wxsat.responses.match import Asked, ColumnMatch
from wxsat.responses.raw_table import RawTable


@dataclass(frozen=True)
class PersonalColumns:
    """
    The identifying columns of a file.

    Attributes
    ----------
    all : tuple of str
        Columns that identify people.
    keys : tuple of str
        Those among them that are evidence of a duplicate; names and addresses are not.
    questions : tuple of str
        Ids of the instrument's questions that these columns answer; their answers are not kept.
    addresses : tuple of str
        Columns with network addresses: shared by a household or an office, so that they mark and never prove.
    """

    all: tuple[str, ...]
    keys: tuple[str, ...]
    questions: tuple[str, ...]
    addresses: tuple[str, ...] = ()


def personal_columns(
    table: RawTable, match: ColumnMatch, questions: Mapping[str, Asked], spoken_for: Sequence[str]
) -> PersonalColumns:
    """Find the identifying columns by role, name or look of their values."""
    hidden = [q for q, column in match.columns.items() if _is_personal(questions[q], table.frame[column])]
    keys = [match.columns[q] for q in hidden]
    found = list(keys)
    for column in match.unused:
        kind = None if column in spoken_for else identifies(column, table.frame[column])
        if kind is not None:
            found.append(column)
        if kind == "person":
            keys.append(column)
    addresses = tuple(c for c in found if c not in keys and identifier_kind(c, table.frame[c]) == "ip")
    return PersonalColumns(tuple(found), tuple(keys), tuple(hidden), addresses)


def _is_personal(asked: Asked, cells: Iterable[Any]) -> bool:
    return asked.role == "identifier" or (asked.kind == "text" and identifying_values(cells))
