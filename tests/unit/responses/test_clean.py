"""Cleaning as a truth table: who leaves, by which step, and what stays visible of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from wxsat.errors import DataError
from wxsat.instrument.instrument import Instrument
from wxsat.responses.answer_findings import wilson_lower
from wxsat.responses.clean import clean
from wxsat.responses.plan import CleaningPlan
from wxsat.responses.read import read_responses
from wxsat.responses.responses import CleanResponses

MakeAnswers = Callable[..., pd.DataFrame]
SH = [f"SH{i}" for i in range(1, 9)]
FAST = {"seconds": 10}
STRAIGHT = dict.fromkeys(SH, 4)
INSTRUCTED = {"AC1": 5}
BOGUS = {"AC2": 6}

# what is changed in row 1 -> (stays?, families that flag it)
TRUTH: dict[str, tuple[dict[str, Any], bool, set[str]]] = {
    "attentive": ({}, True, set()),
    "fast only": (FAST, True, {"time"}),
    "straight line only": (STRAIGHT, True, {"pattern"}),
    "instructed item only": (INSTRUCTED, True, {"attention"}),
    "two checks are one family": (INSTRUCTED | BOGUS, True, {"attention"}),
    "fast and straight": (FAST | STRAIGHT, False, {"time", "pattern"}),
    "fast and instructed": (FAST | INSTRUCTED, False, {"time", "attention"}),
    "fast and bogus": (FAST | BOGUS, False, {"time", "attention"}),
    "straight and bogus": (STRAIGHT | BOGUS, False, {"pattern", "attention"}),
    "all three": (FAST | STRAIGHT | BOGUS, False, {"time", "pattern", "attention"}),
}


def cleaned(frame: pd.DataFrame, instrument: Instrument, **plan: Any) -> CleanResponses:
    return clean(read_responses(frame, instrument), CleaningPlan(**plan))


def with_row(frame: pd.DataFrame, row: int, changes: dict[str, Any]) -> pd.DataFrame:
    changed = frame.astype(object)
    for column, value in changes.items():
        changed.loc[row, column] = value
    return changed


@pytest.mark.parametrize("case", TRUTH)
def test_two_families_before_anyone_leaves(case: str, make_answers: MakeAnswers, instrument: Instrument) -> None:
    changes, stays, families = TRUTH[case]
    result = cleaned(with_row(make_answers(30), 0, changes), instrument)
    assert (1 in result.rows) is stays
    mine = result.ledger[(result.ledger["row"] == 1) & (result.ledger["family"] != "report")]
    assert set(mine["family"]) == families
    assert set(mine["action"]) <= ({"flag"} if stays else {"drop"})
    assert result.single_flag_rows == ((1,) if stays and families else ())
    second = result.without_single_flags()
    assert (1 in second.rows) is (stays and not families)


def test_with_one_family_asked_for_an_instructed_item_still_drops_nobody(
    make_answers: MakeAnswers, instrument: Instrument
) -> None:
    frame = with_row(with_row(make_answers(30), 0, INSTRUCTED), 1, BOGUS)
    result = cleaned(frame, instrument, min_families=1)
    assert 1 in result.rows
    assert 2 not in result.rows


def test_the_order_of_exits_and_their_counts(make_answers: MakeAnswers, instrument: Instrument) -> None:
    frame = make_answers(40).assign(openid=[f"person{i}" for i in range(40)]).astype(object)
    frame.loc[0, "SRSI"] = "不可以"
    frame.loc[0, SH] = 4  # would be careless too: counted once, where it leaves first
    frame.loc[2, "openid"] = frame.loc[1, "openid"]
    frame.loc[3, [*SH, "PU1"]] = None
    frame.loc[4, [*SH, "seconds"]] = [4] * 8 + [5]
    result = cleaned(frame, instrument)
    assert result.flow[["step", "n_left", "n_dropped"]].to_numpy().tolist() == [
        ["read", 40, 0],
        ["diligence", 39, 1],
        ["duplicates", 38, 1],
        ["missing", 37, 1],
        ["careless", 36, 1],
    ]
    assert result.n == 36
    drops = result.ledger[result.ledger["action"] == "drop"]
    assert drops.groupby("rule")["row"].apply(list).to_dict() == {
        "diligence": [1], "duplicates": [3], "missing": [4], "speed": [5], "longstring": [5],
    }  # fmt: skip


def test_the_first_complete_answer_of_a_person_stays(make_answers: MakeAnswers, instrument: Instrument) -> None:
    frame = make_answers(20).astype(object)
    frame["openid"] = [f"p{i}" for i in range(20)]
    frame.loc[[0, 1, 2], "openid"] = "same"
    frame.loc[0, [*SH, "PU1"]] = None  # broken off
    frame["finished"] = "2026-03-01 10:00:00"
    frame.loc[1, "finished"] = "2026-03-09 10:00:00"
    result = cleaned(frame, instrument)
    # handed in at the same moment, row 1 first but broken off, row 3 complete: row 3 stays.
    assert 3 in result.rows
    assert not {1, 2} & set(result.rows.tolist())
    within = cleaned(frame, instrument, window_days=2)
    assert {2, 3} <= set(within.rows.tolist())


def test_reverse_keyed_items_are_recoded_once_and_visibly(make_answers: MakeAnswers, instrument: Instrument) -> None:
    raw = read_responses(make_answers(12), instrument)
    result = clean(raw)
    assert result.n == raw.n
    assert result.reversed_items == ("SH4", "SH8")
    assert (result.frame["SH4"] + raw.frame["SH4"] == 8).all()
    assert (result.frame["SH1"] == raw.frame["SH1"]).all()
    recoded = result.ledger[result.ledger["rule"] == "reverse_key"]
    assert recoded["subject"].tolist() == ["SH4", "SH8"]
    assert recoded["row"].isna().all()
    with pytest.raises(DataError, match="recoded twice") as caught:
        clean(result)
    assert caught.value.code == "RESP-050"


def test_items_that_were_recoded_before_are_left_alone(make_answers: MakeAnswers, instrument: Instrument) -> None:
    raw = make_answers(12)
    turned = raw.assign(SH4=8 - raw["SH4"]).rename(columns={"SH4": "SH4_r"})
    a, b = cleaned(raw, instrument), cleaned(turned, instrument)
    pd.testing.assert_frame_equal(a.frame, b.frame)
    assert set(a.reversed_items) == set(b.reversed_items)


def test_rules_can_be_switched_off(make_answers: MakeAnswers, instrument: Instrument) -> None:
    frame = with_row(make_answers(30), 0, FAST | STRAIGHT | BOGUS)
    off = {
        "speed": False,
        "longstring": False,
        "irv": False,
        "attention_checks": {"AC2": False, "AC4": False},
    }
    result = cleaned(frame, instrument, **off)
    assert result.n == 30
    assert set(result.ledger["rule"]) <= {"reverse_key", "mahalanobis"}


def test_nobody_left_is_an_error(make_answers: MakeAnswers, instrument: Instrument) -> None:
    with pytest.raises(DataError, match="all 5 respondents would be dropped \\(diligence 5\\)") as caught:
        cleaned(make_answers(5, SRSI=2), instrument)
    assert caught.value.code == "RESP-053"


def findings_of(frame: pd.DataFrame, instrument: Instrument) -> dict[str, str]:
    return {f.subject: f.code for f in cleaned(frame, instrument).findings}


def test_findings_on_answers(make_answers: MakeAnswers, instrument: Instrument) -> None:
    frame = make_answers(30).astype(object)
    frame["PU1"] = 4
    frame["PU3"] = frame["PU2"]
    frame.loc[:17, "SH1"] = 98
    found = findings_of(frame, instrument)
    assert found["PU1"] == "RESP-104"
    assert found["PU2, PU3"] == "RESP-105"
    assert found["SH1"] == "RESP-102"
    assert "SH" not in found


def test_an_invisible_construct_is_a_finding(make_answers: MakeAnswers, instrument: Instrument) -> None:
    frame = make_answers(30).astype(object)
    frame.loc[:19, ["PU1", "PU2", "PU3"]] = "不了解"
    result = cleaned(frame, instrument)
    construct = next(f for f in result.findings if f.code == "RESP-103")
    assert (construct.subject, construct.evidence["share"]) == ("PU", pytest.approx(2 / 3))
    assert result.n == 30  # don't know is an answer, not a missing one


def test_a_careless_share_well_above_the_usual_is_a_finding(make_answers: MakeAnswers, instrument: Instrument) -> None:
    frame = make_answers(60).astype(object)
    frame.loc[:17, list(STRAIGHT)] = 4
    frame.loc[:17, "seconds"] = 10
    finding = next(f for f in cleaned(frame, instrument).findings if f.code == "RESP-101")
    assert finding.evidence["n_careless"] == 18
    assert finding.evidence["lower"] == pytest.approx(0.1988, abs=5e-4)  # Wilson interval of 18 in 60


def test_wilson_against_statsmodels() -> None:
    from statsmodels.stats.proportion import proportion_confint

    for count, n in ((0, 10), (3, 20), (18, 60), (500, 1500)):
        expected = proportion_confint(count, n, alpha=0.05, method="wilson")[0]
        assert wilson_lower(count, n) == pytest.approx(expected, abs=1e-5)  # 1.96 for 1.959964


def test_too_few_families_to_judge_is_said(make_answers: MakeAnswers, instrument: Instrument) -> None:
    frame = make_answers(20).drop(columns=["seconds", "AC1", "AC2", "PU3"])
    plan = CleaningPlan(attention_checks={"AC4": False})
    result = clean(read_responses(frame, instrument), plan)
    assert [f.code for f in result.findings if f.subject == "screening"] == ["RESP-106"]


def test_the_result_does_not_depend_on_the_order_of_rows(make_answers: MakeAnswers, instrument: Instrument) -> None:
    frame = with_row(make_answers(30), 3, FAST | STRAIGHT)
    forward = cleaned(frame, instrument)
    backward = cleaned(frame.iloc[::-1].reset_index(drop=True), instrument)
    assert sorted(30 - r + 1 for r in backward.rows) == sorted(forward.rows.tolist())
    np.testing.assert_array_equal(np.sort(forward.frame["SH1"].to_numpy()), np.sort(backward.frame["SH1"].to_numpy()))
