"""Importance, performance and quadrants."""

import numpy as np
import pytest

from wxsat.diagnosis.diagnose import diagnose
from wxsat.diagnosis.priorities import quadrant_of

QUADRANTS = [
    ((0.4, 30.0), "act_first"),
    ((0.4, 70.0), "keep_up"),
    ((0.1, 30.0), "low_priority"),
    ((0.1, 70.0), "possible_overkill"),
]


@pytest.mark.parametrize(("place", "expected"), QUADRANTS)
def test_quadrants_are_cut_at_the_means(place, expected):
    corners = np.array([p for p, _ in QUADRANTS])
    at = [p for p, _ in QUADRANTS].index(place)
    assert quadrant_of(corners[:, 0], corners[:, 1])[at] == expected


@pytest.fixture(scope="module")
def diagnosis(clean):
    return diagnose(clean, draws=400)


def test_drivers_are_what_lies_upstream(diagnosis):
    kinds = diagnosis.priorities.set_index("driver")["kind"].to_dict()
    assert kinds == {
        "EOU": "driver",
        "PU": "driver",
        "PVAL": "driver",
        "D1": "dilemma",
        "D2": "dilemma",
        "D3": "dilemma",
        "D4": "dilemma",
    }


def test_more_is_better_on_both_axes(diagnosis):
    table = diagnosis.priorities.set_index("driver")
    effects = diagnosis.total_effects.query("outcome == 'SAT'").set_index("source")["estimate"]
    severity = diagnosis.severity.query("level == 'dilemma'").set_index("id")["S"]
    for dilemma in ("D1", "D2", "D4"):
        assert table.loc[dilemma, "importance"] == pytest.approx(-effects[dilemma])
        assert table.loc[dilemma, "performance"] == pytest.approx(100 - severity[dilemma])
    assert table.loc["PU", "importance"] == pytest.approx(effects["PU"])
    assert (table["importance"] > 0).all()


def test_rows_are_ordered_and_inside_their_intervals(diagnosis):
    table = diagnosis.priorities
    assert table["importance"].is_monotonic_decreasing
    for axis in ("importance", "performance"):
        assert (table[f"{axis}_ci_lower"] < table[axis]).all()
        assert (table[axis] < table[f"{axis}_ci_upper"]).all()


def test_the_quadrant_agrees_with_its_probability(diagnosis):
    first = diagnosis.priorities["quadrant"] == "act_first"
    assert (diagnosis.priorities.loc[first, "p_act_first"] > 0.3).all()
    assert diagnosis.priorities["p_act_first"].between(0, 1, inclusive="neither").all()
