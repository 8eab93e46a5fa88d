"""Readiness: Erlang against closed forms, what to drop, and each decision by an account made for it."""

from __future__ import annotations

import math
import re

import pytest

from wxsat.errors import StudyError
from wxsat.numerics.queueing import (
    ServiceFunction,
    Staffing,
    _erlang_b_of_many,
    erlang_b,
    erlang_c,
    evaluate_load,
    functions_to_drop,
)
from wxsat.panel.readiness import evaluate_readiness
from wxsat.panel.readiness_answers import ReadinessAnswers, load_readiness
from wxsat.panel.readiness_list import BLOCKS, GATES, ITEMS
from wxsat.panel.readiness_template import readiness_template


@pytest.mark.parametrize(("servers", "load"), [(1, 0.8), (3, 2.0), (10, 7.5), (5, 9.0)])
def test_erlang_b_is_the_published_sum(servers, load):
    terms = [load**k / math.factorial(k) for k in range(servers + 1)]
    assert erlang_b(servers, load) == pytest.approx(terms[-1] / sum(terms), rel=1e-12)


def test_erlang_c_of_one_server_is_its_load():
    assert erlang_c(1, 0.8) == pytest.approx(0.8, rel=1e-12)
    # A textbook value: 5 servers, 4 erlangs.
    assert erlang_c(5, 4.0) == pytest.approx(0.5541, abs=5e-5)
    assert erlang_c(2, 2.0) == 1.0


def test_parts_of_a_post_lie_between_whole_ones():
    assert erlang_b(3, 2.0) < erlang_b(2.5, 2.0) < erlang_b(2, 2.0)
    assert erlang_b(2.0 + 1e-9, 2.0) == pytest.approx(erlang_b(2, 2.0), rel=1e-7)
    # The recursion holds from any start.
    b = erlang_b(1.5, 2.0)
    assert erlang_b(2.5, 2.0) == pytest.approx(2 * b / (2.5 + 2 * b), rel=1e-12)


STAFF = Staffing(fte=1, hours_per_week=40, utilisation=0.8, sla_hours=8)


def test_late_starts_of_one_server_by_the_closed_form():
    load = evaluate_load([ServiceFunction("ask", 25.6, 1.0, 1)], STAFF)
    assert load.rho == pytest.approx(0.8)
    assert load.p_wait == pytest.approx(0.8)
    assert load.p_late == pytest.approx(0.8 * math.exp(-0.2 * 0.8 * 8))


def test_posts_required_meet_both_limits_and_no_fewer_do():
    functions = [ServiceFunction("ask", 60, 1.0, 1)]
    required = evaluate_load(functions, STAFF).fte_required
    at = evaluate_load(functions, Staffing(required, 40, 0.8, 8))
    below = evaluate_load(functions, Staffing(required * 0.98, 40, 0.8, 8))
    assert at.rho <= 0.8 + 1e-9
    assert at.p_late <= 0.1 + 1e-6
    assert below.rho > 0.8 or below.p_late > 0.1


def test_least_need_per_hour_leaves_first():
    functions = [
        ServiceFunction("pay", 5, 1.0, 5.0),
        ServiceFunction("news", 20, 1.0, 1.0),
        ServiceFunction("book", 10, 0.5, 4.0),
    ]
    assert functions_to_drop(functions, STAFF) == ("news",)
    assert functions_to_drop(functions[::2], STAFF) == ()
    assert evaluate_load([], STAFF).rho == 0


def answers(points: dict[str, int], **more) -> ReadinessAnswers:
    given = {item: points.get(item[:2], 2) for item in ITEMS}
    gates = {gate: True for gate in GATES} | more.pop("gates", {})
    return ReadinessAnswers(answers=given, gates=gates, **more)


TIGHT = {
    "fte": 1,
    "functions": [
        {"name": "pay", "cases_per_week": 5, "handling_hours": 1, "need": 5},
        {"name": "news", "cases_per_week": 40, "handling_hours": 1, "need": 1},
    ],
}


@pytest.mark.parametrize(
    ("given", "decision"),
    [
        (answers({}), "open"),
        (answers({}, gates={"G3": False}), "not_yet"),
        (answers({"R2": 0}, outsourcing_contract=True), "open_outsourced"),
        (answers({"R2": 0}), "not_yet"),
        (answers({"R1": 0}, outsourcing_contract=True), "not_yet"),
        (answers({"R4": 1}), "trial_reduced"),
        (answers({"R4": 1, "R5": 1}), "not_yet"),
        (answers({"R3": 1, "R4": 1, "R5": 1, "R6": 1}), "not_yet"),
        (answers({}, capacity=TIGHT), "trial_reduced"),
    ],
)
def test_decisions(given, decision):
    assert evaluate_readiness(given).decision == decision


def test_blocks_are_hundred_times_the_share_of_points():
    result = evaluate_readiness(answers({"R4": 1}))
    assert result.blocks["R4"] == 50
    assert result.mean == pytest.approx((500 + 50) / 6)
    assert result.decision_zh == "缩减功能试运行"
    assert {f.code for f in result.findings} == {"READY-102"}


def test_staff_that_can_carry_nothing():
    nothing = {"fte": 0.1, "functions": [{"name": "pay", "cases_per_week": 50, "handling_hours": 1, "need": 5}]}
    result = evaluate_readiness(answers({}, capacity=nothing))
    assert (result.decision, result.drop) == ("not_yet", ("pay",))
    assert {f.code for f in result.findings} == {"READY-104"}


def test_file_is_checked_whole(tmp_path):
    path = tmp_path / "answers.yaml"
    path.write_text("answers: {R1_1: 2, R9.9: 1}\ngates: {G1: true}\n", encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        load_readiness(path)
    assert {fault.code for fault in caught.value.faults} == {"READY-020", "READY-021"}
    path.write_text("answers: {R1.1: 5}\ngates: {}\n", encoding="utf-8")
    with pytest.raises(StudyError, match=r"R1\.1"):
        load_readiness(path)
    lines = ["answers:", *(f"  {item}: 2" for item in ITEMS), "gates:", *(f"  {gate}: yes" for gate in GATES)]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert evaluate_readiness(load_readiness(path)).decision == "open"
    assert sum(BLOCKS.values()) == len(ITEMS)


def test_template_asks_every_question_and_is_refused_until_answered(tmp_path):
    path = tmp_path / "answers.yaml"
    path.write_text(readiness_template(), encoding="utf-8")
    assert "至少1名专职人员" in path.read_text(encoding="utf-8")
    with pytest.raises(StudyError):
        load_readiness(path)
    filled = re.sub(r"^(  R\d\.\d:)", r"\1 2", readiness_template(), flags=re.MULTILINE)
    filled = re.sub(r"^(  G\d:)", r"\1 true", filled, flags=re.MULTILINE)
    path.write_text(filled, encoding="utf-8")
    assert evaluate_readiness(load_readiness(path)).decision == "open"


@pytest.mark.parametrize(
    "change",
    [
        ("R1.1: 2", "R1.1: true"),
        ("R1.1: 2", "R1.1: 2\n  r1_1: 0"),
        ("fte: 1", "fte: 0"),
        ("fte: 1", "fte: 1.0e+12"),
        ("fte: 1", "fte: .inf"),
        ("fte: 1", "fte: 1\n  hours_per_week: 200"),
        ("cases_per_week: 5", "cases_per_week: 1.0e+300"),
        ("handling_hours: 1", "handling_hours: 0"),
        ("need: 5", "need: .nan"),
    ],
)
def test_absurd_figures_and_answers_in_other_words_are_refused(tmp_path, change):
    lines = ["answers:", *(f"  {item}: 2" for item in ITEMS), "gates:", *(f"  {gate}: yes" for gate in GATES)]
    lines += ["capacity:", "  fte: 1", "  functions:"]
    lines += ["    - {name: pay, cases_per_week: 5, handling_hours: 1, need: 5}"]
    text = "\n".join(lines)
    path = tmp_path / "answers.yaml"
    path.write_text(text, encoding="utf-8")
    assert evaluate_readiness(load_readiness(path)).carried
    path.write_text(text.replace(*change, 1), encoding="utf-8")
    with pytest.raises(StudyError, match=r"READY-012"):
        load_readiness(path)


@pytest.mark.parametrize(("servers", "load"), [(300, 250), (4000, 3900), (4000.5, 3999)])
def test_erlang_b_of_many_servers_is_the_recursion(servers, load):
    # 1e-9: the closed form takes the difference of large logarithms.
    assert _erlang_b_of_many(servers, load) == pytest.approx(erlang_b(servers, load), rel=1e-9)


def test_loads_of_any_size_end_and_are_probabilities():
    for posts in (0.01, 0.3, 1.5, 1e5):
        for load in (1e-9, 1e-3, 0.5, 0.999):
            assert 0 <= erlang_c(posts, posts * load) <= 1
    huge = evaluate_load([ServiceFunction("all", 1e7, 1e4, 1)], Staffing(2, 40, 0.8, 40))
    assert (huge.p_late, huge.fte_required) == (1.0, pytest.approx(1e11 / 32 / 0.8))
