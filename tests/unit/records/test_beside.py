"""Optional columns of the records: figures beside indicators, senders counted once, answers beside the point."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wxsat.errors import DataError, StudyError
from wxsat.finding import Finding
from wxsat.records.account_records import prepare_records
from wxsat.records.audit import audit
from wxsat.records.beside import beside_table, weighted_share
from wxsat.records.layout import layout_page
from wxsat.records.read import records_of
from wxsat.records.settings import LogSettings, load_log_settings
from wxsat.records.shares import wilson_interval
from wxsat.simulate.records import AccountCondition, simulate_records

AS_OF = dt.date(2026, 3, 31)
GOOD, MIDDLING = AccountCondition("A", 0.0, 0.0, 0.0, 0.0), AccountCondition("A", 0.5, 0.5, 0.5, 0.5)
SETTINGS = LogSettings.model_validate({"as_of": AS_OF, "files": {"accounts": "accounts.csv"}})


def _frame(**frames: pd.DataFrame) -> pd.DataFrame:
    frames = {"accounts": pd.DataFrame({"account": ["A"]}), **frames}
    return beside_table(prepare_records(records_of(frames, SETTINGS)))


def _beside(**frames: pd.DataFrame) -> pd.DataFrame:
    return _frame(**frames).set_index("figure")


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
            "clicks_month": [100, 300, 50, 150],
        }
    )
    found = _beside(functions=functions).loc["menu_service"]
    # Service and interpretation over those with a category: 150 of 450; 450 of all 600 clicks have one.
    assert found["value"] == pytest.approx(150 / 450)
    assert found["covered"] == pytest.approx(450 / 600)
    assert found["n"] == 3
    # Clicks are counted, not sampled.
    assert np.isnan(found["ci_lower"])
    assert np.isnan(found["ci_upper"])


def test_landing_by_use_by_hand() -> None:
    functions = pd.DataFrame(
        {"account": "A", "function": list("abc"), "outcome": ["works", "broken", "works"], "uses_month": [10, 900, 90]}
    )
    found = _beside(functions=functions).loc["landing_by_use"]
    assert (found["value"], found["beside"], found["covered"]) == (pytest.approx(0.1), "L21", 1.0)
    # 100 of 1,000 uses, worth 1000^2 / (10^2 + 900^2 + 90^2) = 1.22 cases.
    worth = 1000**2 / (10**2 + 900**2 + 90**2)
    assert [found["ci_lower"], found["ci_upper"]] == pytest.approx(list(wilson_interval(0.1 * worth, worth)))


def test_clicks_weigh_where_uses_are_not_recorded() -> None:
    functions = pd.DataFrame({"account": "A", "function": list("ab"), "outcome": ["works", "dead_link"]})
    clicks = functions.assign(clicks_month=[30, 10])
    assert _beside(functions=clicks).loc["landing_by_use", "value"] == pytest.approx(0.75)
    assert _beside(functions=clicks.assign(uses_month="")).loc["landing_by_use", "value"] == pytest.approx(0.75)
    both = clicks.assign(uses_month=[10, 90])
    assert _beside(functions=both).loc["landing_by_use", "value"] == pytest.approx(0.1)
    assert "landing_by_use" not in _beside(functions=functions).index


def test_equal_uses_weigh_nothing() -> None:
    marks = np.array([1.0, 0, 1, 1, np.nan])
    found = weighted_share(marks, np.full(5, 7.0))
    assert (found.value, found.n, found.covered) == (0.75, 4, 0.8)
    assert (found.ci_lower, found.ci_upper) == pytest.approx(wilson_interval(3, 4))
    assert np.isnan(weighted_share(marks, np.zeros(5)).value)
    assert np.isnan(weighted_share(np.array([]), np.array([])).value)


def test_weighted_shares_cover() -> None:
    """The truth is the share of use that works when functions fail at random; 95 % of 2,000 samples should hold it."""
    rng = np.random.default_rng(20140713)
    held = 0
    for _ in range(2000):
        found = weighted_share((rng.random(40) < 0.7).astype(float), rng.gamma(2.0, 60.0, 40))
        held += found.ci_lower <= 0.7 <= found.ci_upper
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


def test_an_account_without_any_rating_had_no_answer() -> None:
    accounts = pd.DataFrame({"account": ["A", "B", "C"]})
    cases = pd.DataFrame(
        {"account": ["A", "A", "B", "B"], "case_id": list("abcd"), "opened": "2026-03-02", "closed": "2026-03-05"}
    )
    rated = _frame(accounts=accounts, cases=cases.assign(satisfaction=[5, "", "", ""])).set_index("account")["value"]
    assert rated.to_dict() == {"A": 0.5, "B": 0.0}
    # Nobody was asked at all: the column of the layout was left blank.
    assert _frame(accounts=accounts, cases=cases.assign(satisfaction="")).empty


def test_over_accounts_the_indicator_is_that_of_the_same_accounts() -> None:
    accounts = pd.DataFrame(
        {
            "account": ["A", "B", "C"],
            "followers": [100, 100, 100],
            "local_followers": [80, 60, 10],
            "resident_adults": [800, 300, ""],
        }
    )
    overall = audit(records_of({"accounts": accounts}, SETTINGS), draws=100).beside_overall().iloc[0]
    assert (overall["figure"], overall["beside"], overall["accounts"]) == ("penetration", "L16", 2)
    assert overall[["mean", "lowest", "highest"]].tolist() == pytest.approx([0.15, 0.1, 0.2])
    assert overall["indicator_mean"] == pytest.approx(0.7)


# Adults in the settings ---------------------------------------------------------------------------------------------


def _penetration(given: object, column: list[object] | None = None) -> dict[str, float]:
    accounts = pd.DataFrame({"account": ["A", "B"], "followers": [100, 100], "local_followers": [80, 60]})
    if column is not None:
        accounts["resident_adults"] = column
    settings = LogSettings.model_validate({**SETTINGS.model_dump(), "resident_adults": given})
    table = beside_table(prepare_records(records_of({"accounts": accounts}, settings)))
    return table.set_index("account")["value"].to_dict()


def test_adults_from_the_settings() -> None:
    assert _penetration(800) == {"A": pytest.approx(0.1), "B": pytest.approx(0.075)}
    assert _penetration({"B": 600}) == {"B": pytest.approx(0.1)}
    # The account's own figure goes before that of the whole area.
    assert _penetration(800, ["", 120]) == {"A": pytest.approx(0.1), "B": pytest.approx(0.5)}
    assert _penetration({"A": 400}, [400, ""]) == {"A": pytest.approx(0.2)}
    assert _penetration(None) == {}
    named = LogSettings.model_validate({**SETTINGS.model_dump(), "resident_adults": {1001: 50}})
    accounts = pd.DataFrame({"account": [1001], "local_followers": [5]})
    assert beside_table(prepare_records(records_of({"accounts": accounts}, named)))["value"].tolist() == [0.1]


def test_adults_of_nobody_and_two_figures_are_faults_told_together() -> None:
    with pytest.raises(DataError) as caught:
        _penetration({"A": 500, "C": 5}, [400, ""])
    assert [fault.code for fault in caught.value.faults] == ["LOG-035", "LOG-036"]
    assert "400" in str(caught.value)
    assert "500" in str(caught.value)


@pytest.mark.parametrize("given", ["0", "-5", "many", "1.5", "[3]", "{A: none at all}", "9000000000"])
def test_adults_that_are_no_number_are_refused_with_their_line(tmp_path: Path, given: str) -> None:
    path = tmp_path / "logs.yaml"
    path.write_text(
        f"as_of: 2026-03-31\nresident_adults: {given}\nfiles: {{accounts: accounts.csv}}\n", encoding="utf-8"
    )
    with pytest.raises(StudyError, match=r"logs\.yaml:2.*LOG-0"):
        load_log_settings(path)


# What a reader must know --------------------------------------------------------------------------------------------


def _told(**frames: pd.DataFrame) -> dict[str, Finding]:
    frames = {"accounts": pd.DataFrame({"account": ["A"], "channel": [1]}), **frames}
    return {finding.code: finding for finding in audit(records_of(frames, SETTINGS), draws=100).findings}


def _rated(*satisfaction: object) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "account": "A",
            "case_id": [f"c{k}" for k in range(len(satisfaction))],
            "opened": "2026-03-02",
            "closed": "2026-03-05",
            "satisfaction": satisfaction,
        }
    )


def test_satisfaction_is_told_with_its_response_rate() -> None:
    # Four of ten were rated, three of them 4 or 5: between 3 and 9 of ten.
    found = _told(cases=_rated(5, 4, 4, 1, *[""] * 6))["LOG-110"]
    assert found.severity == "warning"
    assert {name: round(value, 9) for name, value in found.evidence.items()} == {
        "response": 0.4,
        "satisfied": 0.75,
        "low": 0.3,
        "high": 0.9,
    }
    assert _told(cases=_rated(5, 4, ""))["LOG-110"].severity == "note"
    assert "LOG-110" not in _told(cases=_rated(5, 4))


def test_more_followers_than_adults() -> None:
    accounts = pd.DataFrame({"account": ["A"], "followers": [90], "local_followers": [80], "resident_adults": [50]})
    assert _told(accounts=accounts)["LOG-111"].evidence["accounts"] == "A"
    assert "LOG-111" not in _told(accounts=accounts.assign(resident_adults=80))


def test_use_that_tells_another_story_and_use_that_is_not_tested() -> None:
    functions = pd.DataFrame(
        {"account": "A", "function": list("abc"), "outcome": ["works", "broken", ""], "uses_month": [10, 90, 300]}
    )
    told = _told(functions=functions)
    assert told["LOG-112"].evidence == {"indicator": "L21", "alone": 0.5, "by_use": pytest.approx(0.1)}
    assert told["LOG-113"].evidence == {"indicator": "L21", "lowest": pytest.approx(0.25), "n": 1}
    even = functions.assign(outcome=["works", "broken", "works"], uses_month=[50, 50, 50])
    assert not {"LOG-112", "LOG-113"} & set(_told(functions=even))


def test_nothing_stands_beside_what_nobody_recorded() -> None:
    assert _beside().empty
    result = audit(records_of({**simulate_records([MIDDLING], messages=30)}, SETTINGS), draws=100)
    assert set(result.beside["figure"]) == {"landing_by_use", "response_rate"}
    document = result.to_dict()
    assert json.dumps(document, allow_nan=False)
    assert {row["figure"] for row in document["beside"]} <= {row["figure"] for row in document["figures"]}
    assert all(row["name_zh"] and row["name_en"] and row["provenance"] for row in document["figures"])


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
        ("accounts", "resident_adults", 0, "LOG-027"),
        ("accounts", "resident_adults", "480,000", "LOG-021"),
        ("functions", "uses_month", "inf", "LOG-021"),
        ("cases", "satisfaction", 6, "LOG-027"),
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
