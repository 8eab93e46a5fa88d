"""A diagnosis does not read answers whose reverse keys are wrong, and takes a fitted model where it takes answers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import wxsat as wx
from wxsat.diagnosis.cautions import caution_about_keys
from wxsat.diagnosis.pomp import score_constructs
from wxsat.errors import UsageError
from wxsat.finding import refusals

MODEL = "PU =~ PU1 + PU2 + PU3\nSAT =~ SAT1 + SAT2 + SAT3\nSAT ~ PU"


def test_answers_recoded_before_are_refused(clean):
    frame = clean.frame.copy()
    scale = clean.instrument.scale_of(clean.instrument.item("SHOW3"))
    frame["SHOW3"] = scale.min + scale.max - frame["SHOW3"]
    twice = replace(clean, frame=frame)
    diagnosis = wx.diagnose(twice, draws=200)
    refused = [f for f in refusals(diagnosis.findings) if f.code == "DIAG-108"]
    assert [f.subject for f in refused] == ["SHOW"]
    assert refused[0].evidence["item_rest"] < -0.2
    assert diagnosis.refused


def test_answers_in_order_are_not_refused(clean):
    assert caution_about_keys(score_constructs(clean, ("SHOW", "UNA", "SAT"))) == []


def test_a_fitted_model_stands_for_its_answers(clean):
    fit = wx.fit_sem(MODEL, clean)
    by_fit, by_answers = wx.diagnose(fit, draws=200), wx.diagnose(clean, draws=200, refused=fit.refused)
    assert np.allclose(by_fit.severity["S"], by_answers.severity["S"])


def test_a_model_of_a_plain_table_is_told_what_is_missing(clean):
    fit = wx.fit_sem(MODEL, clean.frame)
    with pytest.raises(UsageError) as raised:
        wx.diagnose(fit)
    assert raised.value.code == "DIAG-006"
    assert "clean()" in raised.value.hint
