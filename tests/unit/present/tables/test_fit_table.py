"""A report prints the test that belongs to the estimator: scaled chi-square and robust indices where there are any."""

from __future__ import annotations

import pytest
from semopy.examples import holzinger39

import wxsat as wx
from wxsat.present.tables.fit import reported_measures, tabulate_fit

MODEL = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
# lavaan 0.6-14, cfa(model, HolzingerSwineford1939, estimator = "MLR"): scaled chi-square, robust CFI and RMSEA.
MLR = {"chisq": 87.1316033666, "cfi": 0.9298639357, "rmsea": 0.0924986214}


@pytest.fixture(scope="module")
def data():
    return holzinger39.get_data()


def test_mlr_prints_lavaans_scaled_test_and_robust_indices(data):
    shown = reported_measures(wx.fit_sem(MODEL, data, estimator="MLR"))
    assert {name: shown[name] for name in MLR} == pytest.approx(MLR, rel=1e-5)


def test_ml_prints_its_own_and_the_note_comes_only_with_a_correction(data):
    plain = wx.fit_sem(MODEL, data)
    assert reported_measures(plain) == dict(plain.fit_measures)
    notes = {e: " ".join(tabulate_fit(wx.fit_sem(MODEL, data, estimator=e), None, "en").notes) for e in ("ML", "MLR")}
    assert "scaled test" in notes["MLR"]
    assert "scaled test" not in notes["ML"]
