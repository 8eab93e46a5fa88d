"""A brief form gives severities alone: single items carry no reliability, so no structure and no refusal of it."""

from __future__ import annotations

import pytest

import wxsat as wx
from wxsat.simulate.respondents import simulate_responses
from wxsat.simulate.truth import load_truth


@pytest.fixture(scope="module")
def brief():
    instrument = wx.load_instrument("gov-wechat-public")
    truth = load_truth(instrument.folder / "truth.yaml")
    return wx.clean(simulate_responses(instrument, truth, n=300, seed=1, form="brief", accounts=10))


def test_index_only_has_severities_and_no_structure(brief):
    diagnosis = wx.diagnose(brief, index_only=True, draws=200)
    assert diagnosis.severity["S"].notna().all()
    assert diagnosis.levers.empty
    assert diagnosis.priorities.empty
    assert diagnosis.total_effects.empty
    assert not diagnosis.refused


def test_the_structure_of_single_items_is_refused(brief):
    diagnosis = wx.diagnose(brief, draws=200)
    assert "DIAG-114" in {f.code for f in diagnosis.findings if f.severity == "refusal"}


def test_severities_do_not_depend_on_it(brief):
    alone, whole = wx.diagnose(brief, index_only=True, draws=200), wx.diagnose(brief, draws=200)
    assert (alone.severity["S"] == whole.severity["S"]).all()
