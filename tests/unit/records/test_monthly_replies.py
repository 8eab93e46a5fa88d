"""Replies month by month: plain counting where nothing is censored, and what is left out."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from wxsat.records.monthly import monthly_replies


def prepared(*frames: pd.DataFrame) -> Any:
    return SimpleNamespace(accounts=[SimpleNamespace(year_messages=frame) for frame in frames])


def messages(month: str, wait: Any, replied: Any) -> pd.DataFrame:
    n = len(wait)
    time = pd.Timestamp(f"{month}-10") + pd.to_timedelta(np.arange(n), "h")
    return pd.DataFrame(
        {"time": time, "wait": np.asarray(wait, dtype=float), "replied": np.asarray(replied, dtype=bool)}
    )


def test_without_censoring_it_is_the_share_that_one_counts() -> None:
    wait = [1.0] * 15 + [9.0] * 15
    first = messages("2026-01", wait, [True] * 30)
    second = messages("2026-02", [4.0] * 24, [True] * 24)
    found = monthly_replies(prepared(first.head(15), first.tail(15), second))
    assert found["month"].tolist() == ["2026-01", "2026-02"]
    assert found["messages"].tolist() == [30, 24]
    assert found["value"].tolist() == pytest.approx([50.0, 100.0])


def test_a_month_cut_before_the_limit_stays_out_and_a_thin_one_is_unknown() -> None:
    old = messages("2026-01", [2.0] * 20, [True] * 20)
    thin = messages("2026-02", [2.0] * 5, [True] * 5)
    fresh = messages("2026-03", [1.0] * 30, [False] * 30)
    found = monthly_replies(prepared(old, thin, fresh))
    assert found["month"].tolist() == ["2026-01", "2026-02"]
    assert np.isnan(found["value"].iloc[1])
    assert monthly_replies(prepared()).empty
