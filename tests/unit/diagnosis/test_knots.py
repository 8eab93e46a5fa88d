"""Verdicts with the conventions of the records moved: the arithmetic of equal weights, draws with a known share."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from scipy.stats import t as student_t

from wxsat.diagnosis.knots import AS_SET, move_knots


def sources(severity: float, n_sources: int, spread: float = 2.0) -> SimpleNamespace:
    """Return the combination of sources, one of them the records at 50, with normal draws around the severity."""
    draws = np.random.default_rng(1).normal(severity, spread, size=20_000)
    row = {"dilemma": "D2", "S": severity, "se": spread, "S_log": 50.0, "n_sources": n_sources, "n_pub": 500}
    return SimpleNamespace(combined=pd.DataFrame([{**row, "verdict": "severe"}]), draws={"D2": draws})


def audited(stricter: float, lenient: float) -> SimpleNamespace:
    """Return an audit with the records' severity under three settings of the conventions."""
    knots = [AS_SET, "stricter", "more lenient"]
    return SimpleNamespace(
        sensitivity=pd.DataFrame({"dilemma": "D2", "knots": knots, "severity": [48.0, stricter, lenient]})
    )


def test_the_combination_moves_by_the_share_of_the_records():
    found = move_knots(sources(45.0, 3), audited(57.0, 30.0)).set_index("knots")
    assert found.loc["stricter", "S"] == pytest.approx(45 + 9 / 3)
    assert found.loc["more lenient", "S"] == pytest.approx(45 - 18 / 3)
    # The records' own figure moves from what the sources hold, not from the audit's unresampled one.
    assert found.loc["more lenient", "S_log"] == pytest.approx(50 - 18)
    # A normal of mean 39 and deviation 2 exceeds 40 with probability .3085.
    assert found.loc["more lenient", "p40"] == pytest.approx(0.3085, abs=0.01)


def test_a_verdict_that_hangs_on_a_convention_is_named():
    found = move_knots(sources(45.0, 3), audited(57.0, 30.0)).set_index("knots")
    assert found["changes"].to_dict() == {AS_SET: False, "stricter": False, "more lenient": True}
    assert found.loc["more lenient", "verdict"] == "undetermined"


def test_without_records_there_is_nothing_to_move():
    assert move_knots(sources(45.0, 1), None).empty


def test_of_few_accounts_the_probability_comes_from_the_t_distribution():
    found = move_knots(sources(45.0, 3), audited(57.0, 30.0), df=5).set_index("knots")
    assert found.loc[AS_SET, "p40"] == pytest.approx(student_t.sf((40 - 45) / 2, 5))
    many = move_knots(sources(45.0, 3), audited(57.0, 30.0), df=39).set_index("knots")
    assert many.loc[AS_SET, "p40"] == pytest.approx(norm.sf((40 - 45) / 2), abs=0.003)
