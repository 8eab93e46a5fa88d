"""Each screening rule on arrays that can be judged by eye."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from wxsat.instrument.instrument import AttentionCheck, Instrument, Scale
from wxsat.responses import rules
from wxsat.responses.plan import CleaningPlan
from wxsat.responses.raw_answers import reversal_blocks
from wxsat.responses.read import read_responses
from wxsat.responses.screen import screen_responses

PLAN = CleaningPlan()
NAN = np.nan


def test_speed_is_judged_absolutely_and_against_the_median() -> None:
    seconds = np.array([300.0, 310, 90, 15, NAN])
    outcome = rules.screen_speed(seconds, seconds / 10, PLAN)
    assert outcome.threshold == pytest.approx(np.nanmedian(seconds / 10) / 3)
    assert outcome.flagged.tolist() == [False, False, False, True, False]
    least = rules.screen_speed(seconds, seconds / 10, CleaningPlan(min_seconds=100))
    assert least.flagged.tolist() == [False, False, True, True, False]


def test_seconds_per_item_counts_what_was_answered() -> None:
    reasons = np.array([["", "dont_know", "skipped", "not_shown"], ["skipped"] * 4], dtype=object)
    assert rules.seconds_per_item(np.array([10.0, 10.0]), reasons).tolist()[0] == 5.0
    assert np.isnan(rules.seconds_per_item(np.array([10.0, 10.0]), reasons)[1])


def test_missing_share_leaves_out_what_was_not_shown() -> None:
    reasons = np.array([["", "skipped", "not_shown", "dont_know"], ["not_shown"] * 4], dtype=object)
    assert rules.missing_share(reasons).tolist() == [pytest.approx(1 / 3), 1.0]


def test_blocks_are_neighbours_of_one_direction_with_a_reversed_item(instrument: Instrument) -> None:
    present = [i.id for i in instrument.items_in()]
    assert reversal_blocks(instrument, present) == [[f"SH{i}" for i in range(1, 9)]]
    assert reversal_blocks(instrument, ["PU1", "SH1", "SH2"]) == []


def test_longstring_asks_for_half_of_the_longest_block() -> None:
    block = np.array([[4.0] * 4 + [1, 2, 3, 4], [4.0] * 3 + [1, 4, 4, 4, 2]])
    outcome = rules.screen_longstring([block], PLAN)
    assert outcome is not None
    assert outcome.threshold == 4.0
    assert outcome.flagged.tolist() == [True, False]
    assert rules.screen_longstring([block[:, :5]], PLAN) is None


def test_irv_threshold_grows_with_the_scale() -> None:
    answers = np.array([[4.0, 4, 4, 4, 4, 4, 4, 4, 4, 5], [1.0, 7, 1, 7, 1, 7, 1, 7, 1, 7]])
    assert rules.screen_irv(answers, 6.0, PLAN).flagged.tolist() == [False, False]  # sd .316 > .30
    assert rules.screen_irv(answers, 9.0, PLAN).flagged.tolist() == [True, False]  # .316 < .45


def test_instructed_item() -> None:
    check = AttentionCheck(id="AC1", kind="instructed", expect=2)
    values = np.array([2.0, 3, NAN, NAN])
    reasons = np.array(["", "", "dont_know", "skipped"], dtype=object)
    assert rules.screen_instructed(values, reasons, check).flagged.tolist() == [False, True, True, False]


def test_bogus_and_paraphrase() -> None:
    bogus = AttentionCheck(id="AC2", kind="bogus", fail_at_least=4)
    assert rules.screen_bogus(np.array([3.0, 4, NAN]), bogus).flagged.tolist() == [False, True, False]
    twin = AttentionCheck(id="AC3", kind="paraphrase", pair="PU3", tolerance=3)
    outcome = rules.screen_paraphrase(np.array([6.0, 6, NAN]), np.array([4.0, 3, 1]), twin)
    assert outcome.flagged.tolist() == [False, True, False]


def test_antonyms() -> None:
    check = AttentionCheck(id="AC4", kind="antonyms", pairs=[("a", "b"), ("c", "d")])
    first = np.array([[7.0, 7], [7, 1], [7, 7], [5, 5], [NAN, 7]])
    second = np.array([[7.0, 7], [1, 7], [1, 2], [5, 5], [7, 7]])
    outcome = rules.screen_antonyms(first, second, Scale(min=1, max=7), check)
    assert outcome.flagged.tolist() == [True, False, False, False, False]
    assert outcome.values[:3] == pytest.approx([1.0, -1.0, -0.98], abs=0.01)


def test_identical_vectors_leave_straight_lines_to_the_pattern_rules() -> None:
    rng = np.random.default_rng(5)
    answers = rng.integers(1, 8, size=(6, 25)).astype(float)
    answers[4] = answers[1]
    answers[[2, 3]] = 4.0
    outcome, same = rules.screen_identical(answers, np.arange(1, 7), PLAN)
    assert outcome.flagged.tolist() == [False, False, False, False, True, False]
    assert same[4] == 2.0
    short, _ = rules.screen_identical(answers[:, :10], np.arange(1, 7), PLAN)
    assert not short.flagged.any()


def test_the_same_straight_line_on_two_scales_is_no_second_family() -> None:
    last_option = np.array([[7.0] * 18 + [10.0] * 4] * 2)
    outcome, _ = rules.screen_identical(last_option, np.array([1, 2]), PLAN)
    assert not outcome.flagged.any()


def test_duplicates_without_anything_known_are_none() -> None:
    rows = np.arange(1, 5)
    found = rules.duplicates_of([None, "a", None, "a"], np.ones(4, dtype=bool), None, rows, None)
    assert found.tolist()[3] == 2.0
    assert np.isnan(found[:3]).all()


def test_one_record_a_respondent(make_answers: Callable[..., pd.DataFrame], instrument: Instrument) -> None:
    frame = make_answers(40)
    frame.loc[0, [f"SH{i}" for i in range(1, 9)]] = 7
    table = screen_responses(read_responses(frame, instrument))
    needed = {
        "id", "longstring", "irv", "mahalanobis", "psychsyn", "evenodd", "seconds_per_item", "attention_failed",
        "duplicate_of", "flags",
    }  # fmt: skip
    assert needed <= set(table.columns)
    assert table["id"].tolist() == list(range(1, 41))
    assert {"longstring", "antonyms"} <= set(table["flags"][0])
    assert table["attention_failed"][0] == ("AC4",)
    assert table["mahalanobis"].notna().all()
