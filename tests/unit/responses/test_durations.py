"""Durations in every way platforms write them."""

# ruff: noqa: E501 - the tables read as rows
from __future__ import annotations

import datetime as dt
import math

import pytest

from wxsat.responses.durations import seconds_of

SECONDS = {
    "85秒": 85, "1分25秒": 85, "1分钟25秒": 85, "2小时3分4秒": 7384, "1小时": 3600, "00:01:25": 85, "1:25": 85, "26:00:00": 93600,
    "85": 85, "85.5": 85.5, " 85 s ": 85, "1m 25s": 85, "1 min 25 s": 85, "１分２５秒": 85, "1天2小时": 93600,
    85: 85, 85.5: 85.5, dt.time(0, 1, 25): 85, dt.timedelta(minutes=2): 120,
}  # fmt: skip


@pytest.mark.parametrize(("written", "seconds"), SECONDS.items(), ids=str)
def test_seconds(written: object, seconds: float) -> None:
    assert seconds_of(written) == seconds


@pytest.mark.parametrize("written", ["很久", "85 apples", "-5", -5, True, "1分abc", dt.date(2026, 3, 1)])
def test_what_is_no_duration(written: object) -> None:
    assert seconds_of(written) is None


@pytest.mark.parametrize("written", [None, "", float("nan")])
def test_an_empty_cell_is_unknown(written: object) -> None:
    value = seconds_of(written)
    assert value is not None
    assert math.isnan(value)
