"""Accounts that look alive and are of no use; accounts that hear nothing, and those that are merely dead."""

from __future__ import annotations

import pandas as pd
import pytest

from wxsat.records.audit import audit
from wxsat.records.read import records_of
from wxsat.records.settings import LogSettings
from wxsat.records.symptoms import Symptom

SETTINGS = LogSettings.model_validate({"as_of": "2026-03-31", "files": {"accounts": "accounts.csv"}})


def _posts(last: str) -> pd.DataFrame:
    days = pd.date_range(end=last, periods=40, freq="3D")
    return pd.DataFrame({"account": "a", "post_id": [f"p{i}" for i in range(40)], "time": days})


def _symptoms(vase: float | None = None, **frames: pd.DataFrame) -> dict[str, Symptom]:
    accounts = pd.DataFrame({"account": ["a"], "followers": [10_000]})
    records = records_of({"accounts": accounts, **frames}, SETTINGS)
    given = None if vase is None else {"a": vase}
    return {s.name: s for s in audit(records, draws=20, vase_severity=given).symptoms[0].symptoms}


def _functions(working: int, tested: int, uses: int) -> pd.DataFrame:
    outcome = ["works"] * working + ["broken"] * (tested - working)
    names = [f"f{i}" for i in range(tested)]
    return pd.DataFrame({"account": "a", "function": names, "outcome": outcome, "uses_month": uses})


@pytest.mark.parametrize(
    ("working", "uses", "named", "confirmed", "figures"),
    [
        (12, 100, False, False, set()),
        # 4 of 12 work: the one-sided 90 % bound is .52; 2 of 12: .36.
        (4, 100, True, False, {"L21"}),
        (2, 100, True, True, {"L21"}),
        # All work and nobody uses them: 8 uses of 10,000 followers in a month are counted, not sampled.
        (12, 0, True, True, {"use_per_thousand"}),
    ],
)
def test_a_vase_needs_no_public_data_and_names_the_rules_it_meets(working, uses, named, confirmed, figures) -> None:
    found = _symptoms(posts=_posts("2026-03-30"), functions=_functions(working, 12, uses))
    assert ("vase" in found) == named
    if named:
        assert (found["vase"].confirmed, set(found["vase"].evidence)) == (confirmed, figures)


def test_public_data_can_clear_a_vase() -> None:
    frames = {"posts": _posts("2026-03-30"), "functions": _functions(2, 12, 100)}
    assert "vase" in _symptoms(60.0, **frames)
    assert "vase" not in _symptoms(59.9, **frames)


@pytest.mark.parametrize(("last", "names"), [("2026-03-30", {"deaf"}), ("2026-03-01", {"zombie"})])
def test_who_does_not_post_is_dead_and_not_deaf(last: str, names: set[str]) -> None:
    sent = pd.date_range("2026-02-01", periods=30, freq="D")
    messages = pd.DataFrame({"account": "a", "message_id": [f"m{i}" for i in range(30)], "time": sent})
    replies = pd.DataFrame({"message_id": ["m0"], "time": ["2026-02-02"], "by": ["staff"]})
    found = _symptoms(posts=_posts(last), messages=messages, replies=replies)
    assert set(found) & {"deaf", "zombie"} == names
