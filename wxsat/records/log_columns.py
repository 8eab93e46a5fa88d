"""One column of records: times, numbers, yes or no, and codes read from the spellings that people use."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from wxsat.errors import Fault, nearest
from wxsat.numerics.labels import plain_labels
from wxsat.records.log_tables import Column
from wxsat.records.log_times import DOCUMENTS_FROM, EARLIEST_YEAR, LATEST_YEAR, read_times
from wxsat.responses.raw_table import masked

YES = frozenset({"1", "1.0", "yes", "y", "true", "是", "有", "√"})
NO = frozenset({"0", "0.0", "no", "n", "false", "否", "无", "×"})
SHOWN = 6
HIGHEST = {
    "score": 5.0, "satisfaction": 5.0, "followers": 2e9, "local_followers": 2e9, "fte": 1e5, "transfers": 1e4,
    "cases_per_week": 1e7, "handling_hours": 1e4, "uses_month": 1e11, "clicks_month": 1e11, "resident_adults": 2e9,
}  # fmt: skip
"""Figures above are slips of the pen: no country has so many people, no case so many hours."""
LOWEST = {"satisfaction": 1.0, "resident_adults": 1.0}
"""Of all others 0."""


@dataclass(frozen=True)
class Reading:
    """
    A table while it is read: what faults are told of it, and where its rows stand.

    Attributes
    ----------
    table : str
    file : str
        Name of its file, for messages; empty for a frame.
    zone : str
        Time zone of times that carry none.
    numbers : sequence of int
        Row of the file that each row came from, the header being row 1; empty when nothing was left out.
    faults : list of Fault
        Extended in place.
    salt : bytes
        Of the fingerprints of persons; drawn anew at each reading, the same for all tables, and never stored.
    """

    table: str
    file: str = ""
    zone: str = "Asia/Shanghai"
    numbers: Sequence[int] = ()
    faults: list[Fault] = field(default_factory=list)
    salt: bytes = b""

    @property
    def where(self) -> str:
        """The file, or the table where there is none."""
        return self.file or self.table

    def rows(self, mask: pd.Series | np.ndarray) -> str:
        """Return ``(rows 2, 5, ...)`` for the rows of the file where `mask` holds."""
        at = [int(i) for i in np.flatnonzero(np.asarray(mask, dtype=bool))]
        rows = [str(self.numbers[i] if len(self.numbers) > i else i + 2) for i in at]
        more = f" and {len(rows) - SHOWN} more" if len(rows) > SHOWN else ""
        return f"(row{'s' if len(rows) > 1 else ''} {', '.join(rows[:SHOWN])}{more})"

    def tell(self, wrong: pd.Series | np.ndarray, code: str, message: str, hint: str) -> None:
        """Add a fault if any row is wrong; the rows follow the message."""
        if np.asarray(wrong, dtype=bool).any():
            self.faults.append(Fault(code, f"{message} {self.rows(wrong)}.", self.where, hint))


def checked_column(column: pd.Series, spec: Column, reading: Reading) -> pd.Series:
    """
    Return a column in the type of its kind; what cannot be read becomes missing and a fault.

    Parameters
    ----------
    column : Series
        As read from the file.
    spec : Column
    reading : Reading
        Its faults are extended.
    """
    values = column.reset_index(drop=True)
    blank = values.isna() | (values.astype("string").str.strip().fillna("") == "")
    if spec.required:
        reading.tell(blank, "LOG-021", f"`{spec.name}` is empty", "It is needed in every row.")
    match spec.kind:
        case "time":
            return _times(values, spec, reading)
        case "number" | "count" | "share":
            return _numbers(values, blank, spec, reading)
        case "yes_no":
            words = values.astype("string").str.strip().str.lower()
            read = pd.Series(np.where(words.isin(YES), 1.0, np.where(words.isin(NO), 0.0, np.nan)), dtype=float)
            hint = "Write 1 or 0, yes or no, 是 or 否."
            reading.tell(read.isna() & ~blank, "LOG-026", f"`{spec.name}` has neither yes nor no", hint)
            return read
        case "person":
            persons = _text(values, blank).map(lambda person: fingerprint(person, reading.salt), na_action="ignore")
            return persons.astype(object).where(~blank, None)
        case "code":
            return _coded(values, blank, spec, reading)
        case _:
            # Other tables and sources name the same account: what a file's format makes of a label must not part them.
            return pd.Series(plain_labels(values), dtype=object) if spec.name == "account" else _text(values, blank)


def _text(values: pd.Series, blank: pd.Series) -> pd.Series:
    """Text and ids; a workbook holds the id 1001 as the number 1001.0."""
    whole = values.map(lambda v: str(int(v)) if isinstance(v, float) and v.is_integer() else v)
    return whole.astype("string").str.strip().where(~blank).astype(object).where(~blank, None)


def fingerprint(person: str, salt: bytes) -> str:
    """
    Return what tells a sender from others: nothing else is kept of who it is.

    With a salt that nobody keeps there is no way back, not even by trying all telephone numbers.
    """
    return hashlib.blake2b(person.encode(), key=salt, digest_size=12).hexdigest()


def _times(values: pd.Series, spec: Column, reading: Reading) -> pd.Series:
    earliest = DOCUMENTS_FROM if reading.table == "documents" else EARLIEST_YEAR
    found = read_times(values.tolist(), reading.zone, earliest)
    if found.mixed:
        hint = "Write all of them with a zone (+08:00), or none."
        message = f"some times of `{spec.name}` carry a zone and some do not."
        reading.faults.append(Fault("LOG-025", message, reading.where, hint))
    reading.tell(found.wrong, "LOG-021", f"`{spec.name}` has a time that cannot be read", found.hint)
    message = f"`{spec.name}` has a date before {earliest} or after {LATEST_YEAR}"
    hint = "Leave the cell empty where the time is not known; programs write 1970-01-01 or 9999-12-31 then."
    reading.tell(found.early_or_late, "LOG-028", message, hint)
    return found.times


def _numbers(values: pd.Series, blank: pd.Series, spec: Column, reading: Reading) -> pd.Series:
    read = pd.to_numeric(values.where(~blank), errors="coerce").astype(float)
    read = read.where(np.isfinite(read))
    first = values[read.isna() & ~blank].astype(str).head(1).to_list()
    found = f" ({masked(first[0].strip(), 20)!r})" if first else ""
    hint = "Write figures only: no unit, per cent sign, thousands separator or formula."
    reading.tell(read.isna() & ~blank, "LOG-021", f"`{spec.name}` has no number{found}", hint)
    reading.tell(~_in_range(read, spec), "LOG-027", f"`{spec.name}` has a figure out of range", _range_words(spec))
    return read


def _in_range(read: pd.Series, spec: Column) -> pd.Series:
    high, low = HIGHEST.get(spec.name, np.inf), LOWEST.get(spec.name, 0.0)
    return read.isna() | ((read >= low) & (read <= high))


def _range_words(spec: Column) -> str:
    if spec.name in HIGHEST:
        return f"{LOWEST.get(spec.name, 0.0):g} to {HIGHEST[spec.name]:,g}."
    return "Nothing here can be negative."


def _coded(values: pd.Series, blank: pd.Series, spec: Column, reading: Reading) -> pd.Series:
    words = values.astype("string").str.strip().str.lower().str.removesuffix(".0").fillna("")
    read = words.map(dict(spec.codes))
    unknown = read.isna() & ~blank
    if unknown.any():
        first = str(words[unknown].iloc[0])
        known = ", ".join(dict.fromkeys(spec.codes.values()))
        hint = f"Known: {known}.{nearest(first, spec.codes)}"
        reading.tell(unknown, "LOG-026", f"`{spec.name}` {masked(first)!r} is not known", hint)
    return read.astype(object).where(read.notna(), None)
