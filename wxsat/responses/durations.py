"""Durations as platforms write them, in seconds."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from typing import Any

_PARTS = re.compile(
    r"(?:(?P<d>\d+)\s*(?:天|days?|d))?\s*(?:(?P<h>\d+)\s*(?:小时|时|hours?|hrs?|h))?\s*"
    r"(?:(?P<m>\d+)\s*(?:分钟|分|minutes?|mins?|m|')(?!s))?\s*(?:(?P<s>\d+(?:\.\d+)?)\s*(?:秒钟|秒|seconds?|secs?|s|\"))?"
)
_CLOCK = re.compile(r"(?:(?P<d>\d+)\s*(?:days?|天),?\s*)?(?:(?P<h>\d+):)?(?P<m>\d{1,2}):(?P<s>\d{1,2}(?:\.\d+)?)")
_UNIT_SECONDS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0}


def seconds_of(value: Any) -> float | None:
    """
    Return a duration in seconds: ``85秒``, ``1分25秒``, ``00:01:25``, ``1m 25s``, a number (taken as
    seconds).

    Returns
    -------
    float or None
        NaN for an empty cell; None when the value is no duration.

    Examples
    --------
    >>> seconds_of("1分25秒"), seconds_of("00:01:25"), seconds_of(85)
    (85.0, 85.0, 85.0)
    """
    if value is None or value != value:
        return math.nan
    if isinstance(value, dt.timedelta):
        return value.total_seconds() if value.total_seconds() >= 0 else None
    if isinstance(value, dt.time):
        return value.hour * 3600.0 + value.minute * 60.0 + value.second + value.microsecond / 1e6
    if isinstance(value, (bool, dt.date)):
        return None
    if isinstance(value, (int, float)):
        return float(value) if value >= 0 and math.isfinite(value) else None
    return _seconds_of_text(unicodedata.normalize("NFKC", str(value)).strip().casefold())


def _seconds_of_text(text: str) -> float | None:
    if not text:
        return math.nan
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return float(text)
    match = _CLOCK.fullmatch(text) or _PARTS.fullmatch(text)
    if match is None:
        return None
    return sum(float(part) * _UNIT_SECONDS[unit] for unit, part in match.groupdict().items() if part)
