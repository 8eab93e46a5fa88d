"""One column of records: times, numbers, yes or no, and codes read from the spellings that people use."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wxsat.errors import Fault, nearest
from wxsat.records.log_tables import Column

YES = frozenset({"1", "1.0", "yes", "y", "true", "是", "有", "√"})
NO = frozenset({"0", "0.0", "no", "n", "false", "否", "无", "×"})
SHOWN = 6
ZONE = r"(?:Z|[+-]\d{2}:?\d{2})$"


def checked_column(column: pd.Series, spec: Column, table: str, zone: str, faults: list[Fault]) -> pd.Series:
    """
    Return a column in the type of its kind; what cannot be read becomes missing and a fault.

    Parameters
    ----------
    column : Series
        As read from the file.
    spec : Column
    table, zone : str
        For messages; time zone of times that carry none.
    faults : list of Fault
        Extended in place.
    """
    values = column.reset_index(drop=True)
    blank = values.isna() | (values.astype("string").str.strip().fillna("") == "")
    if spec.required and blank.any():
        faults.append(
            Fault("LOG-021", f"`{spec.name}` is empty {rows_of(blank)}.", table, "It is needed in every row.")
        )
    match spec.kind:
        case "time":
            read, wrong, mixed = _times(values, blank, zone)
            if mixed:
                hint = "Write all of them with a zone (+08:00), or none."
                faults.append(
                    Fault("LOG-025", f"some times of `{spec.name}` carry a zone and some do not.", table, hint)
                )
            _tell(wrong, "LOG-021", "a time that cannot be read", "Write 2026-03-02 09:30.", spec, table, faults)
            return read
        case "number" | "count" | "share":
            read = pd.to_numeric(values.where(~blank), errors="coerce").astype(float)
            _tell(read.isna() & ~blank, "LOG-021", "no number", "Write figures only.", spec, table, faults)
            _tell(~_in_range(read, spec), "LOG-027", "a figure out of range", _range_words(spec), spec, table, faults)
            return read
        case "yes_no":
            words = values.astype("string").str.strip().str.lower()
            read = pd.Series(np.where(words.isin(YES), 1.0, np.where(words.isin(NO), 0.0, np.nan)), dtype=float)
            _tell(
                read.isna() & ~blank,
                "LOG-026",
                "neither yes nor no",
                "Write 1 or 0, yes or no, 是 or 否.",
                spec,
                table,
                faults,
            )
            return read
        case "code":
            return _coded(values, blank, spec, table, faults)
        case _:
            return values.astype("string").str.strip().where(~blank).astype(object).where(~blank, None)


def _tell(wrong: pd.Series, code: str, what: str, hint: str, spec: Column, table: str, faults: list[Fault]) -> None:
    if wrong.any():
        faults.append(Fault(code, f"`{spec.name}` has {what} {rows_of(wrong)}.", table, hint))


def _in_range(read: pd.Series, spec: Column) -> pd.Series:
    high = {"score": 5.0, "satisfaction": 5.0}.get(spec.name, np.inf)
    low = 1.0 if spec.name == "satisfaction" else 0.0
    return read.isna() | ((read >= low) & (read <= high))


def _range_words(spec: Column) -> str:
    return {"score": "0 to 5.", "satisfaction": "1 to 5."}.get(spec.name, "Nothing here can be negative.")


def _times(values: pd.Series, blank: pd.Series, zone: str) -> tuple[pd.Series, pd.Series, bool]:
    if values.dtype.kind == "M":
        plain = values.dt.tz_convert(zone).dt.tz_localize(None) if values.dt.tz is not None else values
        return plain.astype("datetime64[ns]"), pd.Series(False, index=values.index), False
    text = values.astype("string").str.strip().where(~blank)
    text = text.str.replace(r"年|月", "-", regex=True).str.replace("日", " ").str.strip()
    zoned = text.str.contains(ZONE, regex=True).fillna(False).astype(bool) & text.str.contains(":").fillna(
        False
    ).astype(bool)
    some = int(zoned[~blank].sum())
    if 0 < some < int((~blank).sum()):
        return pd.Series(pd.NaT, index=values.index, dtype="datetime64[ns]"), pd.Series(False, index=values.index), True
    if some:
        read = (
            pd.to_datetime(text, errors="coerce", utc=True, format="ISO8601").dt.tz_convert(zone).dt.tz_localize(None)
        )
    else:
        read = pd.to_datetime(text, errors="coerce", format="mixed")
    return read.astype("datetime64[ns]"), read.isna() & ~blank, False


def _coded(values: pd.Series, blank: pd.Series, spec: Column, table: str, faults: list[Fault]) -> pd.Series:
    words = values.astype("string").str.strip().str.lower().str.removesuffix(".0").fillna("")
    read = words.map(dict(spec.codes))
    unknown = read.isna() & ~blank
    if unknown.any():
        first = str(words[unknown].iloc[0])
        known = ", ".join(dict.fromkeys(spec.codes.values()))
        hint = f"Known: {known}.{nearest(first, spec.codes)}"
        faults.append(Fault("LOG-026", f"`{spec.name}` {first!r} is not known {rows_of(unknown)}.", table, hint))
    return read.astype(object).where(read.notna(), None)


def rows_of(mask: pd.Series | np.ndarray) -> str:
    """Return ``(rows 2, 5, ...)`` for the rows of a file where `mask` holds, the header being row 1."""
    rows = [str(i + 2) for i in np.flatnonzero(np.asarray(mask, dtype=bool))]
    more = f" and {len(rows) - SHOWN} more" if len(rows) > SHOWN else ""
    return f"(row{'s' if len(rows) > 1 else ''} {', '.join(rows[:SHOWN])}{more})"
