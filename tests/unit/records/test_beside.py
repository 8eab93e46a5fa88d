"""Optional columns of the records: figures beside indicators, senders counted once, answers beside the point."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wxsat.errors import DataError
from wxsat.records.account_records import prepare_records
from wxsat.records.audit import audit
from wxsat.records.beside import beside_table, weighted_share
from wxsat.records.layout import layout_page
from wxsat.records.read import records_of
from wxsat.records.settings import LogSettings
from wxsat.records.shares import wilson_interval
from wxsat.simulate.records import AccountCondition, simulate_records

AS_OF = dt.date(2026, 3, 31)
GOOD, MIDDLING = AccountCondition("A", 0.0, 0.0, 0.0, 0.0), AccountCondition("A", 0.5, 0.5, 0.5, 0.5)
SETTINGS = LogSettings.model_validate({"as_of": AS_OF, "files": {"accounts": "accounts.csv"}})


def _beside(**frames: pd.DataFrame) -> pd.DataFrame:
    frames = {"accounts": pd.DataFrame({"account": ["A"]}), **frames}
    return beside_table(prepare_records(records_of(frames, SETTINGS))).set_index("figure")


# Figures beside indicators ------------------------------------------------------------------------------------------


def test_penetration_by_hand() -> None:
    accounts = pd.DataFrame(
        {"account": ["A", "B"], "followers": [5000, 100], "local_followers": [3000, 60], "resident_adults": [60000, ""]}
    )
    found = _beside(accounts=accounts)
    assert found.loc["penetration", "value"] == pytest.approx(0.05)
    assert found.loc["penetration", "account"] == "A"
    assert np.isnan(found.loc["penetration", "ci_lower"])


def test_menu_clicks_by_hand() -> None:
    functions = pd.DataFrame(
        {
            "account": "A",
            "function": ["a", "b", "c", "d"],
            "category": ["1", "5", "2", ""],
            "clicks_month": [100, 300, 50, 999],
        }
    )
    found = _beside(functions=functions)
    # Service and interpretation over those with a category: 150 of 450; worth 450^2 / (100^2 + 300^2 + 50^2) cases.
    assert found.loc["menu_service", "value"] == pytest.approx(150 / 450)
    worth = 450**2 / (100**2 + 300**2 + 50**2)
    low, high = wilson_interval(worth / 3, worth)
    assert found.loc["menu_service", ["ci_lower", "ci_upper"]].tolist() == pytest.approx([low, high])
    assert found.loc["menu_service", "n"] == 3


def test_landing_by_use_by_hand() -> None:
    functions = pd.DataFrame(
        {"account": "A", "function": list("abc"), "outcome": ["works", "broken", "works"], "uses_month": [10, 900, 90]}
    )
    found = _beside(functions=functions)
    assert found.loc["landing_by_use", "value"] == pytest.approx(0.1)
    assert found.loc["landing_by_use", "beside"] == "L21"


def test_equal_uses_weigh_nothing() -> None:
    marks = np.array([1.0, 0, 1, 1, np.nan])
    share, low, high, n = weighted_share(marks, np.full(5, 7.0))
    assert (share, n) == (0.75, 4)
    assert (low, high) == pytest.approx(wilson_interval(3, 4))
    assert np.isnan(weighted_share(marks, np.zeros(5))[0])


def test_weighted_shares_cover() -> None:
    """The truth is the share of use that works when functions fail at random; 95 % of 2,000 samples should hold it."""
    rng = np.random.default_rng(20140713)
    held = 0
    for _ in range(2000):
        uses = rng.gamma(2.0, 60.0, 40)
        _, low, high, _ = weighted_share((rng.random(40) < 0.7).astype(float), uses)
        held += low <= 0.7 <= high
    assert 0.93 <= held / 2000 <= 0.97


def test_response_rate_by_hand() -> None:
    cases = pd.DataFrame(
        {
            "account": "A",
            "case_id": list("abcde"),
            "opened": "2026-03-02",
            "closed": ["2026-03-05"] * 4 + [""],
            "satisfaction": [5, "", 2, "", 4],
        }
    )
    found = _beside(cases=cases)
    # Four are closed, two of them rated; the open one cannot be asked yet.
    assert found.loc["response_rate", "value"] == pytest.approx(0.5)
    assert found.loc["response_rate", "n"] == 4


def test_nothing_stands_beside_what_nobody_recorded() -> None:
    assert _beside().empty
    result = audit(records_of({**simulate_records([MIDDLING], messages=30)}, SETTINGS), draws=100)
    assert set(result.beside["figure"]) == {"landing_by_use", "response_rate"}
    assert json.dumps(result.to_dict()["beside"], allow_nan=False)


# Symptoms -----------------------------------------------------------------------------------------------------------


def _with_automatic(judged: list[float], messages: int = 40) -> pd.DataFrame:
    frames = simulate_records([GOOD], as_of=AS_OF, messages=messages, seed=3)
    recent = frames["messages"][frames["messages"]["time"] >= "2026-01-15"]["message_id"].to_list()[: len(judged)]
    assert len(recent) == len(judged)
    replies = frames["replies"][frames["replies"]["by"] != "auto"]
    automatic = pd.DataFrame(
        {"message_id": recent, "time": pd.Timestamp("2026-03-30"), "by": "auto", "on_point": judged}
    )
    frames["replies"] = pd.concat([replies, automatic], ignore_index=True)
    return audit(records_of(frames, SETTINGS), draws=100).symptom_frame().set_index("symptom")


def test_automatic_answers_beside_the_point() -> None:
    # 8 of 10 are beside the point: the one-sided 90 % bound is .60; 5 of 10: .32.
    assert _with_automatic([0] * 8 + [1] * 2).loc["demented", "confirmed"]
    assert not _with_automatic([0] * 5 + [1] * 5).loc["demented", "confirmed"]
    assert "demented" not in _with_automatic([0] * 3 + [1] * 7).index
    assert "demented" not in _with_automatic([np.nan] * 10).index


@pytest.mark.parametrize(
    ("days", "names"), [(14, set()), (15, {"zombie"}), (90, {"zombie"}), (91, {"zombie", "closure"})]
)
def test_dead_accounts_and_those_for_the_closure_list(days: int, names: set[str]) -> None:
    last = pd.Timestamp(AS_OF) - pd.Timedelta(days=days)
    posts = pd.DataFrame({"account": "A", "post_id": ["p1", "p2"], "time": [last - pd.Timedelta(days=200), last]})
    frames = {"accounts": pd.DataFrame({"account": ["A"]}), "posts": posts}
    found = audit(records_of(frames, SETTINGS), draws=100).symptom_frame()
    assert set(found["symptom"]) & {"zombie", "closure"} == names
    assert found.loc[found["symptom"].isin(names), "confirmed"].all()


# Bad values, layout -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "column", "value", "code"),
    [
        ("functions", "clicks_month", -3, "LOG-027"),
        ("functions", "clicks_month", "many", "LOG-021"),
        ("functions", "category", "9", "LOG-026"),
        ("replies", "on_point", "perhaps", "LOG-026"),
        ("accounts", "resident_adults", -1, "LOG-027"),
    ],
)
def test_bad_values_are_named_with_their_row(table: str, column: str, value: object, code: str) -> None:
    frames = simulate_records([MIDDLING], messages=30)
    frames[table] = frames[table].assign(
        **{column: pd.Series([value] + [None] * (len(frames[table]) - 1), dtype=object)}
    )
    with pytest.raises(DataError, match=f"`{column}`.*row 2") as caught:
        records_of(frames, SETTINGS)
    assert caught.value.code == code


def test_the_layout_explains_the_new_columns() -> None:
    page = layout_page()
    for column in ("resident_adults", "clicks_month", "on_point", "sender"):
        assert f"| `{column}` |" in page


def test_chinese_headings_are_read(tmp_path: Path) -> None:
    frames = {
        "accounts": pd.DataFrame({"账号": ["A"], "本地粉丝数": [30], "常住成年人口": [300]}),
        "functions": pd.DataFrame({"账号": ["A"], "功能": ["f"], "月点击量": [5], "类别": [1]}),
    }
    assert _beside(**frames)["value"].to_dict() == {"penetration": pytest.approx(0.1), "menu_service": 1.0}
