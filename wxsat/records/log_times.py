"""Times of records: year first, told apart from clock times, day numbers of spreadsheets and dates nobody can order."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

EARLIEST_YEAR, LATEST_YEAR = 2000, 2099
DOCUMENTS_FROM = 1949
_DATE = r"(?P<year>\d{4})(?P<mark>[-/.年])\s?(?P<month>\d{1,2})(?:(?P=mark)|月)\s?(?P<day>\d{1,2})日?"
_COMPACT = r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"
_CLOCK = (
    r"(?P<hour>\d{1,2})\s?[:：时点]\s?(?P<minute>\d{1,2})分?"
    r"(?:[:：]?\s?(?P<second>\d{1,2})(?:[.,](?P<part>\d{1,9}))?秒?)?"
)
_COMPACT_CLOCK = r"(?P<hour>\d{2}):?(?P<minute>\d{2})(?::?(?P<second>\d{2}))?"
_HALF = r"(?P<half>上午|下午)?"
_AFTER = r"(?P<after>[AaPp][Mm])?"
_ZONE = r"(?P<zone>Z|(?:UTC|GMT)?[+-]\d{1,2}(?::?\d{2})?|UTC|GMT)?"
_TIME = re.compile(rf"{_DATE}(?:[T\s]*{_HALF}\s*{_CLOCK}\s*{_AFTER}\s*{_ZONE})?")
_COMPACT_TIME = re.compile(rf"{_COMPACT}(?:[T\s]?{_COMPACT_CLOCK}\s*{_ZONE})?")
_CLOCK_ONLY = re.compile(r"\d{1,2}[:：]\d{2}(?:[:：]\d{2}(?:\.\d+)?)?")
_DAY_NUMBER = re.compile(r"\d{5}(?:\.\d+)?")
_UNORDERED = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}(?:\D.*)?")
_SPREADSHEET_DAY_0 = dt.datetime(1899, 12, 30)


@dataclass(frozen=True, eq=False)
class ReadTimes:
    """
    Times of one column.

    Attributes
    ----------
    times : Series of datetime64[ns]
        In the time zone of the records, without it; missing where blank or wrong.
    wrong : ndarray of bool
        Neither blank nor a time.
    early_or_late : ndarray of bool
        A date that no record can have: 1970-01-01, year 9999.
    mixed : bool
        Some times carry a zone and some do not.
    hint : str
        What to write instead, by the first wrong one.
    """

    times: pd.Series
    wrong: np.ndarray
    early_or_late: np.ndarray
    mixed: bool
    hint: str


def read_times(values: Sequence[object], zone: str, earliest: int = EARLIEST_YEAR) -> ReadTimes:
    """
    Read a column of times.

    Parameters
    ----------
    values : sequence
        Text, dates of a workbook, missing.
    zone : str
        Time zone of the records; times that carry their own are brought to it.
    earliest : int
        First year that is believed.

    Returns
    -------
    ReadTimes

    Notes
    -----
    Only dates with the year first are read (``2026-03-02 09:30``, ``2026/3/2``, ``2026年3月2日 下午3:05``,
    ``20260302``, ISO 8601): in ``02/03/2026`` nobody can tell the day from the month. A clock time without its day, a
    year or a month alone and the day numbers of spreadsheets are no times.

    Examples
    --------
    >>> read_times(["2026年3月2日 下午3:05", "2026-03-02T04:00Z"][:1], "Asia/Shanghai").times.dt.hour.tolist()
    [15]
    """
    local = ZoneInfo(zone)
    read: list[dt.datetime | None] = []
    zoned: list[bool] = []
    wrong = np.zeros(len(values), dtype=bool)
    known: dict[object, dt.datetime | None] = {}
    for position, value in enumerate(values):
        if _is_blank(value):
            read.append(None)
            continue
        key = value if isinstance(value, str) else (type(value), value)
        if key not in known:
            known[key] = _time(value)
        time = known[key]
        read.append(time)
        wrong[position] = time is None
        if time is not None:
            zoned.append(time.tzinfo is not None)
    outside = np.array([t is not None and not earliest <= t.year <= LATEST_YEAR for t in read], dtype=bool)
    kept = [None if t is None or out else _local(t, local) for t, out in zip(read, outside, strict=True)]
    times = pd.Series(pd.to_datetime(pd.Series(kept, dtype=object)), dtype="datetime64[ns]")
    mixed = any(zoned) and not all(zoned)
    first = str(values[int(np.argmax(wrong))]).strip() if wrong.any() else ""
    return ReadTimes(times, wrong, outside, mixed, _hint(first))


def _local(time: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    return time if time.tzinfo is None else time.astimezone(zone).replace(tzinfo=None)


def _is_blank(value: object) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or value != value or not str(value).strip()


def _time(value: object) -> dt.datetime | None:
    if isinstance(value, dt.datetime):
        return value.to_pydatetime(warn=False) if isinstance(value, pd.Timestamp) else value
    if isinstance(value, dt.date):
        return dt.datetime(value.year, value.month, value.day)
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
    match = _TIME.fullmatch(text) or _COMPACT_TIME.fullmatch(text)
    if match is None:
        return None
    part = {key: found for key, found in match.groupdict().items() if found}
    try:
        hour = _hour(int(part.get("hour", 0)), part.get("half") or part.get("after", ""))
        day = (int(part["year"]), int(part["month"]), int(part["day"]))
        clock = (hour, int(part.get("minute", 0)), int(part.get("second", 0)), _microseconds(part.get("part", "")))
        return dt.datetime(*day, *clock, tzinfo=_offset(part.get("zone")))
    except ValueError:
        return None


def _hour(hour: int, half: str) -> int:
    if not half:
        return hour
    if hour > 12:
        raise ValueError(half)
    return hour % 12 + (12 if half.lower() in ("下午", "pm") else 0)


def _microseconds(digits: str) -> int:
    return int(digits[:6].ljust(6, "0")) if digits else 0


def _offset(zone: str | None) -> dt.timezone | None:
    if zone is None:
        return None
    figures = re.fullmatch(r"\D*([+-])(\d{1,2}):?(\d{2})?", zone)
    if figures is None:
        return dt.UTC
    ahead = dt.timedelta(hours=int(figures[2]), minutes=int(figures[3] or 0))
    return dt.timezone(ahead if figures[1] == "+" else -ahead)


def _hint(first: str) -> str:
    write = "Write 2026-03-02 09:30."
    if not first:
        return write
    if _CLOCK_ONLY.fullmatch(first):
        return f"{first} has no day. {write}"
    if _DAY_NUMBER.fullmatch(first):
        day = _SPREADSHEET_DAY_0 + dt.timedelta(days=float(first))
        return (
            f"{first} looks like a spreadsheet's day number ({day:%Y-%m-%d %H:%M}, or four years later): give the "
            "column a date format there and save again."
        )
    if _UNORDERED.fullmatch(first):
        return f"In {first} the day, the month and the year cannot be told apart. {write}"
    return write
