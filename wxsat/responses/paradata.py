"""Times and durations of a file: which columns hold them, and what they say in seconds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wxsat.errors import Fault
from wxsat.responses.durations import seconds_of
from wxsat.responses.raw_table import RawTable, fold, masked

PARADATA_NAMES: dict[str, frozenset[str]] = {
    "seconds": frozenset(
        [
            "seconds",
            "duration",
            "durationinseconds",
            "duration(inseconds)",
            "所用时间",
            "答题时长",
            "用时",
            "答题用时",
            "作答时长",
            "interviewtime",
        ]
    ),
    "started": frozenset(
        [
            "started",
            "start",
            "startdate",
            "starttime",
            "startedat",
            "开始答题时间",
            "开始时间",
            "开始作答时间",
        ]
    ),
    "finished": frozenset(
        [
            "finished",
            "end",
            "enddate",
            "endtime",
            "submitted",
            "submitdate",
            "finishedat",
            "结束答题时间",
            "提交答卷时间",
            "提交时间",
            "结束时间",
        ]
    ),
}

PAGE_SECONDS = "page_seconds_"
# Qualtrics "Q7_Page Submit", LimeSurvey "groupTime12", "page_3_seconds", "第3页用时".
_PAGE_TIME = re.compile(
    r"(?:.*[_-])?pagesubmit|grouptime:?\d+|(?:page|p)[_-]?\d+[_-]?(?:seconds?|time|duration|timing)"
    r"|(?:seconds?|time|duration)[_-]?page[_-]?\d+|第\d+页(?:用时|时长|时间|秒)"
)


def paradata_columns(table: RawTable, declared: Mapping[str, str], taken: set[str]) -> dict[str, str]:
    """Return ``seconds``, ``started``, ``finished`` and ``page_seconds_1``, ... -> column, as declared or by name."""
    found = dict(declared)
    for column in table.columns:
        for role, names in PARADATA_NAMES.items():
            if fold(column) in names and column not in taken:
                found.setdefault(role, column)
    pages = [c for c in table.columns if c not in taken and _PAGE_TIME.fullmatch(fold(c))]
    return found | {f"{PAGE_SECONDS}{k}": column for k, column in enumerate(pages, start=1)}


def read_times(table: RawTable, columns: Mapping[str, str]) -> tuple[dict[str, Any], list[Fault]]:
    """Return the times of every row and the cells that are none; seconds from start to end if not given."""
    out: dict[str, Any] = {}
    faults: list[Fault] = []
    for role in ("started", "finished"):
        if role in columns:
            out[role], more = _moments(table, columns[role])
            faults += more
    if "seconds" in columns:
        out["seconds"], more = _durations(table, columns["seconds"])
        faults += more
    elif "started" in out and "finished" in out:
        gap = (out["finished"] - out["started"]).dt.total_seconds().to_numpy(dtype=float)
        out["seconds"] = np.where(gap >= 0, gap, np.nan)
    for role in columns:
        if role.startswith(PAGE_SECONDS):
            out[role], more = _durations(table, columns[role])
            faults += more
    return out, faults


def _durations(table: RawTable, column: str) -> tuple[NDArray[np.float64], list[Fault]]:
    values = [seconds_of(cell) for cell in table.frame[column]]
    bad = [i for i, value in enumerate(values) if value is None]
    faults = _unreadable(table, column, bad, "duration", "Expected seconds, 85秒, 1分25秒 or 00:01:25.")
    return np.array([np.nan if v is None else v for v in values], dtype=float), faults


def _moments(table: RawTable, column: str) -> tuple[pd.Series, list[Fault]]:
    cells = table.frame[column]
    # A bare number would be taken for nanoseconds since 1970 without a word.
    text = pd.Series([None if isinstance(cell, (int, float)) else cell for cell in cells], dtype=object)
    moments = pd.to_datetime(text, errors="coerce", format="mixed", utc=True).dt.tz_localize(None)
    bad = [i for i, cell in enumerate(cells) if cell is not None and pd.isna(moments.iloc[i])]
    return moments, _unreadable(table, column, bad, "date and time", "Expected 2026-03-01 10:15:00 or the like.")


def _unreadable(table: RawTable, column: str, bad: list[int], what: str, hint: str) -> list[Fault]:
    if not bad:
        return []
    rows = ", ".join(str(table.row_numbers[i]) for i in bad[:5]) + (", …" if len(bad) > 5 else "")
    first = masked(table.frame[column].iloc[bad[0]])
    return [
        Fault(
            "RESP-036",
            f"'{first}' is no {what} ({len(bad)} cell(s) like it; data row {rows}).",
            f"{table.file}, column '{masked(column)}'",
            hint,
        )
    ]
