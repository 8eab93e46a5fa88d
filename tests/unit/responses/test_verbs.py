"""Mark, check, exclude; what a plan lets each rule do; specifications and the funnel."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import wxsat as wx
from wxsat.errors import StudyError, UsageError
from wxsat.responses.clean import clean
from wxsat.responses.funnel import declared_counts, funnel_findings, response_funnel
from wxsat.responses.plan import CleaningPlan, plan_from
from wxsat.responses.responses import Responses
from wxsat.responses.rules import earlier_within
from wxsat.responses.screen import screen_responses
from wxsat.responses.specifications import specifications
from wxsat.responses.verbs import check_responses, exclude_responses, mark_responses
from wxsat.study.specification_curve import specification_curve


@pytest.fixture(scope="module")
def answers() -> Responses:
    instrument = wx.load_instrument("gov-wechat-public")
    return wx.simulate_responses(instrument, Path(str(instrument.folder)) / "truth.yaml", n=300, seed=5)


def test_three_verbs_tell_one_story(answers: Responses) -> None:
    marks, checks, left = mark_responses(answers), check_responses(answers), exclude_responses(answers)
    assert len(marks) == answers.n
    leaving = set(checks.loc[checks["leaves"], "id"])
    assert left.n == answers.n - len(leaving)
    assert not leaving & set(np.asarray(left.rows))
    assert left.reversed_items == answers.reversed_items  # nothing is recoded
    flagged = {int(i) for i in marks.loc[marks["speed"], "id"]}
    assert flagged == {int(i) for i in checks.loc[checks["rule"] == "speed", "id"]}


def test_a_rule_that_only_checks_drops_nobody(answers: Responses) -> None:
    usual = CleaningPlan()
    gentle = CleaningPlan(actions={rule: "check" for rule in ("speed", "longstring", "irv", "bogus", "paraphrase")})
    records = screen_responses(answers, gentle)
    assert exclude_responses(answers, gentle).n > exclude_responses(answers, usual).n
    assert records["check"].map(len).sum() > 0
    assert set(records["families"].explode().dropna()) <= {"attention", "duplicate"}
    ledger = clean(answers, gentle).ledger
    assert set(ledger.loc[ledger["rule"] == "speed", "action"]) == {"check"}


def test_an_index_counts_once_it_has_a_threshold_and_may_exclude(answers: Responses) -> None:
    only_marked = screen_responses(answers, CleaningPlan(max_evenodd=-0.2))
    assert only_marked["flags"].map(lambda f: "evenodd" in f).any()
    assert not only_marked["families"].map(lambda f: "consistency" in f).any()
    counted = screen_responses(answers, CleaningPlan(max_evenodd=-0.2, actions={"evenodd": "exclude"}))
    assert counted["families"].map(lambda f: "consistency" in f).sum() == (counted["evenodd"] > -0.2).sum()


def test_every_fault_of_the_actions_is_named() -> None:
    with pytest.raises(StudyError) as caught:
        plan_from({"actions": {"sped": "check", "irv": "drop"}})
    text = " ".join(str(f) for f in caught.value.faults)
    assert "'speed'" in text
    assert "mark, check, exclude" in text


def test_pages_are_the_plan_s_and_must_name_items(answers: Responses) -> None:
    page = list(answers.item_ids[:6])
    records = screen_responses(answers, CleaningPlan(pages=[page], max_longstring_page=5))
    assert records["longstring_page"].max() <= 6
    assert records["flags"].map(lambda f: "longstring_page" in f).sum() == (records["longstring_page"] > 5).sum()
    with pytest.raises(StudyError, match="RESP-090"):
        screen_responses(answers, CleaningPlan(pages=[["PU1", "XX9"]]))


def test_same_address_within_minutes_marks_and_page_times_are_judged(answers: Responses) -> None:
    moments = pd.Timestamp("2026-03-01 10:00") + pd.to_timedelta(np.arange(answers.n) * 3600, unit="s")
    paradata = answers.paradata.assign(address=[f"h{i}" for i in range(answers.n)], finished=moments)
    paradata.loc[[10, 11], "address"] = "same"
    paradata["page_seconds_1"], paradata["page_seconds_2"] = 30.0, 40.0
    paradata.loc[7, "page_seconds_2"] = 2.0
    known = replace(answers, paradata=paradata)
    records = screen_responses(known, CleaningPlan(address_window_minutes=90, min_seconds_per_page=5))
    rows = np.asarray(answers.rows)
    assert records.loc[11, "same_address_as"] == rows[10]
    assert records["same_address_as"].notna().sum() == 1
    assert records["flags"].map(lambda f: "page_speed" in f).to_numpy().nonzero()[0].tolist() == [7]


def test_windows_look_back_in_time_and_not_in_rows() -> None:
    found = earlier_within(["a", "b", "a", None], np.array([100.0, 0.0, 80.0, 90.0]), np.array([1, 2, 3, 4]), 30.0)
    np.testing.assert_array_equal(found, [3.0, np.nan, np.nan, np.nan])


def test_specifications_hold_the_plan_and_nobody_twice(answers: Responses) -> None:
    plan = CleaningPlan()
    listed = specifications(answers, plan)
    assert listed[0].chosen
    assert sum(s.chosen for s in listed) == 1
    assert int(listed[0].keep.sum()) == clean(answers, plan).n
    settings = [(s.rules, s.min_families, s.duplicates, s.missing) for s in listed]
    assert len(settings) == len(set(settings))
    assert all(s.min_families <= len(s.rules) for s in listed)


def test_curve_gives_the_figures_of_the_cleaned_answers(answers: Responses) -> None:
    curve = specification_curve(answers)
    cleaned = clean(answers)
    alpha = wx.evaluate_scales(cleaned, draws=0).reliability.set_index("construct")["alpha"]
    ours = curve.summary[curve.summary["kind"] == "alpha"].set_index("id")["plan"]
    pd.testing.assert_series_equal(ours, alpha[ours.index], check_names=False, rtol=1e-12)
    severity = wx.diagnose(cleaned, draws=200).severity
    severity = severity[severity["level"] == "dilemma"].set_index("id")["S"]
    ours = curve.summary[curve.summary["kind"] == "severity"].set_index("id")["plan"]
    pd.testing.assert_series_equal(ours, severity[ours.index], check_names=False, rtol=1e-10)
    assert (curve.summary["min"] <= curve.summary["plan"] + 1e-12).all()
    assert (curve.summary["plan"] <= curve.summary["max"] + 1e-12).all()


def test_curve_follows_a_path_and_names_one_that_is_not_there(answers: Responses) -> None:
    model = "PU =~ PU1 + PU2 + PU3\nSAT =~ SAT1 + SAT2 + SAT3\nSAT ~ PU"
    few = CleaningPlan(longstring=False, irv=False, identical_answers=False, attention=False)
    curve = specification_curve(answers, few, model=model, paths=("SAT ~ PU",))
    row = curve.summary.set_index(["kind", "id"]).loc[("path", "SAT~PU")]
    fit = wx.fit_sem(model, clean(answers, few)).parameters
    assert row["plan"] == pytest.approx(float(fit.loc[fit["op"] == "~", "std_all"].iloc[0]), abs=1e-6)
    with pytest.raises(UsageError, match="RESP-091"):
        specification_curve(answers, few, model=model, paths=("SAT~PV",))


def test_funnel_counts_and_its_contradictions(answers: Responses) -> None:
    cleaned = clean(answers)
    funnel = response_funnel(cleaned, **declared_counts({"pushed": 5000, "opened": 250, "first_page": 240}))
    assert funnel["stage"].tolist() == ["sent", "opened", "completed", "valid"]
    assert funnel["n"].iloc[-1] == cleaned.n
    assert funnel["of_previous"].iloc[1] == 0.05
    codes = [f.code for f in funnel_findings(funnel, {"completed": 1})]
    assert codes == ["RESP-132", "RESP-131"]  # the file says one; and more completed than opened
