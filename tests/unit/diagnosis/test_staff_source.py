"""The staff's side: roles weighted equally, facts through their knots, the gap over all accounts, small cells."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from wxsat.diagnosis.facts import FACT_KNOTS, fact_values, score_documents, score_facts
from wxsat.diagnosis.joint_draws import AccountReading, draw_accounts, draw_persons
from wxsat.diagnosis.operators import DILEMMA_PARTS, ROLES, StaffAnswers, score_staff
from wxsat.diagnosis.staff_severity import StaffSeverity, staff_severity
from wxsat.diagnosis.staff_tables import account_staff, tabulate_staff
from wxsat.errors import DataError, UsageError
from wxsat.instrument.load import load_instrument
from wxsat.responses.clean import clean
from wxsat.responses.read import read_responses
from wxsat.responses.responses import Responses
from wxsat.simulate.operators import simulate_staff
from wxsat.simulate.records import AccountCondition

INSTRUMENT = load_instrument("gov-wechat-operators")


def staff_frame(accounts: int = 6, condition: float = 0.5, seed: int = 1) -> pd.DataFrame:
    names = [AccountCondition(f"A{i + 1:02d}", *(condition,) * 4) for i in range(accounts)]
    return simulate_staff(INSTRUMENT, names, seed=seed)


def answers(frame: pd.DataFrame) -> Responses:
    return clean(read_responses(frame, INSTRUMENT))


def flat(frame: pd.DataFrame, code: int) -> pd.DataFrame:
    """Everyone gives the same code to every item that they were asked."""
    items = [i.id for c in INSTRUMENT.constructs for i in c.items]
    out = frame.copy()
    out[items] = out[items].where(out[items].isna(), code)
    return out


def staff_of(values: np.ndarray, role: list[int], account: list[int]) -> StaffAnswers:
    """Staff whose parts are all the same value a person."""
    parts = ("OLC", "OAV", "OGC", "ORS", "OCO", "OSU_OPR", "OPERF")
    n, accounts = len(role), max(account) + 1
    return StaffAnswers(
        tuple(f"A{i}" for i in range(accounts)), np.array(account), np.array(role), parts,
        np.repeat(np.asarray(values, float)[:, None], len(parts), axis=1), np.full(accounts, np.nan),
        np.full(accounts, np.nan), np.full((n, 12), np.nan), np.full((n, 12), np.nan),
    )  # fmt: skip


def severity(staff: StaffAnswers, reading: AccountReading = "sampled", draws: int = 300) -> StaffSeverity:
    drawn = draw_accounts(staff.accounts, draws, reading, np.random.default_rng(1))
    return staff_severity(staff, drawn, None, np.random.default_rng(2))


def test_items_count_in_the_direction_of_the_problem() -> None:
    """All answers "strongly agree": performance items say 0, reverse-keyed ones 100, problem items 100."""
    got = score_staff(answers(flat(staff_frame(2), 7)))
    means = pd.DataFrame(got.values, columns=list(got.parts)).groupby(got.role).mean()
    # OLC: four positive items, one reversed. OAV: four problem items. LD4 and LD5 are the leaders' avoidance.
    assert means.loc[0, "OLC"] == pytest.approx(20.0)
    assert means.loc[0, "OAV"] == pytest.approx(100.0)
    assert means.loc[2, "OLC"] == pytest.approx(0.0)
    assert means.loc[2, "OAV"] == pytest.approx(100.0)
    assert means.loc[2, "OGC"] == pytest.approx(0.0)
    assert np.isnan(means.loc[2, "OCO"])
    # Seven items of supervision and procedure, one reversed.
    assert means.loc[1, "OSU_OPR"] == pytest.approx(100 / 7)


def test_roles_count_equally_however_many_answer() -> None:
    """Three operators at 0, one liaison at 60, one leader at 90: (0 + 60 + 90) / 3, not their mean over persons."""
    got = severity(staff_of(np.array([0.0, 0, 0, 60, 90]), [0, 0, 0, 1, 2], [0] * 5), "fixed")
    assert got.source.parts["D4"]["ORS"][0] == pytest.approx(50.0)
    assert got.by_role[:, 0].tolist() == [0.0, 60.0, 90.0]


def test_the_self_other_gap_is_taken_over_all_accounts() -> None:
    """Leaders 10 above in one account and 10 below in the other have no gap; cut account by account it would be 5."""
    values = np.tile([50.0, 50, 40, 50, 50, 60], 2)
    got = severity(staff_of(values, [0, 1, 2] * 4, list(np.repeat(np.arange(4), 3))))
    assert got.gap == pytest.approx(0.0)
    assert got.source.parts["D1"]["SELF_OTHER_GAP"][0] == 0.0
    rosy = severity(staff_of(np.tile([50.0, 50, 30], 3), [0, 1, 2] * 3, list(np.repeat(np.arange(3), 3))))
    assert rosy.source.parts["D1"]["SELF_OTHER_GAP"][0] == pytest.approx(20.0)


def test_absent_roles_and_facts_are_left_out() -> None:
    got = severity(staff_of(np.array([40.0, 40, 40, 60, 60, 60]), [0, 0, 0, 1, 1, 1], [0, 0, 0, 1, 1, 1]))
    assert set(got.source.parts["D1"]) == {"OLC", "OAV"}
    assert set(got.source.parts["D2"]) == {"OGC"}
    assert got.source.parts["D3"]["OPERF"] == (pytest.approx(50.0), 1.0)


def test_draws_of_accounts_have_the_variance_of_a_mean() -> None:
    """One person an account: the variance over accounts, divided by their number."""
    rng = np.random.default_rng(4)
    values = rng.normal(50, 10, 40)
    got = severity(staff_of(values, [0] * 40, list(range(40))), draws=4000)
    assert got.source.draws[:, 3].std() == pytest.approx(values.std(ddof=1) / np.sqrt(40), rel=0.05)


def test_fixed_accounts_are_less_uncertain_than_sampled_ones() -> None:
    rng = np.random.default_rng(5)
    level = np.repeat(rng.normal(50, 15, 20), 3)
    staff = staff_of(level + rng.normal(0, 3, 60), [0] * 60, list(np.repeat(np.arange(20), 3)))
    sampled, fixed = severity(staff, "sampled", 2000), severity(staff, "fixed", 2000)
    assert fixed.source.se("D4") == pytest.approx(3 / np.sqrt(60), rel=0.25)
    assert sampled.source.se("D4") > 4 * fixed.source.se("D4")


def test_single_leaders_are_drawn_over_accounts() -> None:
    staff = score_staff(answers(staff_frame(8)))
    _, alone = draw_persons(staff, 10, np.random.default_rng(1))
    assert dict(zip(ROLES, alone.tolist(), strict=True)) == {"OP": False, "BD": True, "LD": True}


def test_nothing_is_shown_below_three_persons() -> None:
    staff = staff_of(np.array([40.0, 50, 60, 70, 80, 90]), [0, 0, 0, 1, 1, 1], [0, 0, 0, 0, 1, 1])
    assert not tabulate_staff(staff, severity(staff))["suppressed"].any()
    fewer = staff_of(np.array([40.0, 50, 60, 70, 80, 90]), [0, 0, 0, 0, 1, 2], [0, 0, 0, 0, 1, 1])
    table = tabulate_staff(fewer, severity(fewer))
    hidden = table[table["suppressed"]]
    # One liaison and one leader: four operators and the figure over the roles would tell the two of them.
    assert set(hidden["role"]) == {"OP", "BD", "LD"}
    assert hidden["S"].isna().all()


def test_the_figure_without_leaders_gives_no_role_away() -> None:
    # Five operators, two liaisons, four leaders: hiding leaders beside liaisons would not help, since accounts are
    # told without leaders.
    staff = staff_of(np.arange(40.0, 51.0), [0] * 5 + [1] * 2 + [2] * 4, [0] * 11)
    table = tabulate_staff(staff, severity(staff))
    assert set(table[table["suppressed"]]["role"]) >= {"OP", "BD"}


def test_accounts_are_told_without_their_leaders() -> None:
    staff = staff_of(np.array([40.0, 50, 60, 100]), [0, 0, 1, 2], [0] * 4)
    n, values = account_staff(staff, ("A0", "A9"), ("D4",))
    assert n.tolist() == [3.0, 0.0]
    # Operators at 45, liaison at 60; the leader's 100 takes no part.
    assert values[0, 0] == pytest.approx(52.5)
    assert np.isnan(values[1, 0])


def test_facts_go_through_their_knots() -> None:
    frame = pd.DataFrame(
        {"F01": [1.0], "F19A": [20_000.0], "F09": [1.0], "F08A": [3.0], "F11": [0.0], "F12": [2.0], "F13": [10.0]}
    )
    facts = fact_values(frame, np.array([0]), 1)
    assert facts["fte"].tolist() == [0.5]
    assert facts["sla"].tolist() == [0.5]
    expected = {"fte": 40.0, "case_system": 0.0, "sla": 50.0, "leader_signoff": 0.0, "supervision": 100.0}
    for name, value in expected.items():
        assert float(FACT_KNOTS[name].severity(facts[name])[0]) == pytest.approx(value)
    # Evaluation weight at its compliance line: 40.
    assert score_facts(frame, np.array([0]), 1)[0] == pytest.approx((40 + 0 + 50 + 0 + 100 + 40) / 6)
    assert np.isnan(score_facts(pd.DataFrame({"ROLE": [1]}), np.array([0]), 1)[0])


def test_documents_that_are_not_there_count_in_full() -> None:
    frame = pd.DataFrame({"F21": [1.0, np.nan], "F22": [0.0, np.nan]})
    assert score_documents(frame, np.array([0, 1]), 2)[0] == 50.0
    assert np.isnan(score_documents(frame, np.array([0, 1]), 2)[1])


@pytest.mark.parametrize("condition", [0.2, 0.5, 0.8])
def test_simulated_staff_show_the_condition_that_was_put_in(condition: float) -> None:
    staff = score_staff(answers(staff_frame(60, condition)))
    liaisons = pd.DataFrame(staff.values[staff.role == 1], columns=list(staff.parts)).mean()
    # Codes are cut at the ends of the scale; elsewhere the mean is the condition.
    np.testing.assert_allclose(liaisons[["OLC", "OAV", "ORS", "OGC"]], 100 * condition, atol=4)


def test_named_faults() -> None:
    frame = staff_frame(2)
    with pytest.raises(UsageError, match="DIAG-020"):
        score_staff(frame)  # type: ignore[arg-type]
    right = answers(frame)
    with pytest.raises(DataError, match="DIAG-021"):
        score_staff(replace(right, frame=right.frame.drop(columns="ROLE")))
    broken = right.frame.assign(ROLE=right.frame["ROLE"].replace(3, 4))
    with pytest.raises(DataError, match="DIAG-022"):
        score_staff(replace(right, frame=broken))
    with pytest.raises(DataError, match="DIAG-003"):
        score_staff(read_responses(frame, INSTRUMENT))


def test_parts_belong_to_the_four_dilemmas() -> None:
    assert list(DILEMMA_PARTS) == ["D1", "D2", "D3", "D4"]


def test_fewer_than_three_persons_are_no_source() -> None:
    got = severity(staff_of(np.array([40.0, 60.0]), [0, 1], [0, 1]))
    assert got.source.dilemmas == ()


def test_the_gap_is_withheld_below_three_leaders() -> None:
    """With it, the part's mean and one role's figure, the hidden leaders could be computed."""
    roles, accounts = [0, 0, 0, 1, 1, 1, 2, 2], [0, 1, 2, 0, 1, 2, 0, 1]
    got = severity(staff_of(np.array([50.0, 50, 50, 50, 50, 50, 20, 20]), roles, accounts))
    assert "SELF_OTHER_GAP" not in got.source.parts["D1"]
    assert np.isnan(got.gap)
