"""The instruments beside the public form: as the design has them, sound, and of one piece with it."""

from __future__ import annotations

import pytest

from wxsat.instrument.load import bundled_instruments, examine_instrument, load_instrument
from wxsat.panel.readiness_list import BLOCKS, GATES
from wxsat.panel.scoring_sheet import POINTS

NAMES = [name for name, _ in bundled_instruments() if name != "gov-wechat-public"]


@pytest.mark.parametrize("name", NAMES)
def test_no_fault_and_no_warning(name):
    examination = examine_instrument(name)
    assert (examination.faults, examination.warnings) == ((), ())
    assert examination.instrument.header.languages == ["zh", "en"]


def test_operator_blocks_and_who_answers_them():
    instrument = load_instrument("gov-wechat-operators")
    sizes = {c.id: len(c.items) for c in instrument.constructs}
    expected = {"OLC": 5, "OAV": 4, "OGC": 5, "ORS": 5, "OCO": 5, "OSU": 4, "OPR": 3, "OBO": 3, "LD": 8}
    assert sizes == expected | {"NEEDIMP": 12, "NEEDPERF": 12}
    assert {i.id for i in instrument.items_in() if i.reversed} == {
        "OLC5", "OGC5", "ORS2", "OCO2", "OCO4", "OSU4", "LD4", "LD5",
    }  # fmt: skip
    assert all(i.ask_if.is_any_of == [3] for i in instrument.construct("LD").items)
    facts = {q.id[:3]: q for q in instrument.background if q.role == "fact"}
    assert sorted(facts) == [f"F{n:02d}" for n in range(1, 23)]
    starred = {q.id[:3] for q in instrument.background if q.evidence}
    assert starred == {"F01", "F02", "F06", "F08", "F09", "F11", "F12", "F21", "F22"}
    by_leaders = {q.id for q in instrument.background if q.ask_if and 3 in q.ask_if.is_any_of}
    assert by_leaders == {"F12", "F13", "F17"}


def test_supervisor_sheet_has_a_hundred_points_as_the_panel_counts_them():
    instrument = load_instrument("gov-wechat-supervisors")
    assert {i.id: i.points for i in instrument.items_in()} == dict(POINTS)
    assert sum(i.points for i in instrument.items_in()) == 100
    assert all(instrument.scale_of(i).max == i.points for i in instrument.items_in())
    veto = next(q for q in instrument.background if q.role == "veto")
    assert [c.code for c in veto.choices] == [1, 2, 3, 4, 5, 6, 0]


def test_readiness_has_the_items_and_gates_of_the_panel():
    instrument = load_instrument("gov-wechat-readiness")
    assert {c.id: len(c.items) for c in instrument.constructs} == dict(BLOCKS)
    assert tuple(q.id for q in instrument.background if q.role == "gate") == GATES
    assert all(instrument.scale_of(i).codes == (0, 1, 2) for i in instrument.items_in())


def test_needs_are_word_for_word_those_of_the_public_form():
    needs, public = load_instrument("gov-wechat-needs"), load_instrument("gov-wechat-public")
    theirs = {q.id: q for q in public.background}
    asked = [*needs.items_in(), *needs.background]
    assert len(asked) == 36
    for entry in asked:
        assert entry.text == theirs[entry.id].text
    assert {i.id[:3] for i in load_instrument("gov-wechat-operators").construct("NEEDIMP").items} == {
        i.id[:3] for i in needs.items_in()
    }


def test_experiments_draw_arms_and_ask_each_arm_its_own():
    instrument = load_instrument("gov-wechat-experiments")
    public = load_instrument("gov-wechat-public")
    arms = {q.id: [c.code for c in q.choices] for q in instrument.background if q.assigned}
    assert arms == {"LARM": [1, 2], "SARM": [1, 2]}
    routes = {i.id: (i.ask_if.question, i.ask_if.is_any_of) for i in instrument.items_in() if i.ask_if}
    assert routes["LEC"] == ("LARM", [1])
    assert routes["LET"] == ("LARM", [2])
    assert routes["LED"] == ("LARM", [1])
    assert routes["SB1"] == ("SARM", [1])
    assert routes["SB2"] == ("SARM", [2])
    assert instrument.item("LED").text == public.item("SHOW1").text
    control, treated = (instrument.item(i).text.zh for i in ("LEC", "LET"))
    assert treated.startswith(control)
    assert "（4）开这个政务微信主要是做样子给上级看。" in treated
    assert instrument.scale_of(instrument.item("LET")).max == instrument.scale_of(instrument.item("LEC")).max + 1
