"""POMP scores, the half-answered rule, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from wxsat.diagnosis.pomp import mean_of_answered, pomp, score_constructs
from wxsat.errors import DataError, UsageError
from wxsat.responses.responses import Responses

HALF_RULE = [
    ([0, 50, 100], 50.0),
    ([0, 50, None], 25.0),
    ([50, None, None], None),
    ([40, None], 40.0),
    ([None, None], None),
    ([10, 30, None, None], 20.0),
    ([10, None, None, None], None),
    ([70], 70.0),
]


@pytest.mark.parametrize(
    ("x", "low", "high", "expected"), [(1, 1, 7, 0), (7, 1, 7, 100), (1, 1, 10, 0), (10, 1, 10, 100)]
)
def test_pomp_bounds(x, low, high, expected):
    assert pomp(np.array([float(x)]), low, high)[0] == expected


@pytest.mark.parametrize(("answers", "expected"), HALF_RULE)
def test_a_score_needs_half_of_the_items(answers, expected):
    score = mean_of_answered(np.array([answers], dtype=float))[0]
    assert np.isnan(score) if expected is None else score == expected


def test_performance_constructs_enter_as_shortfall(small):
    frame = pd.DataFrame({"PVAL1": [1.0, 7.0, 2.5], "SHOW1": [1.0, 7.0, 2.5]})
    scores = score_constructs(small(frame, {"PVAL": 1, "SHOW": 1}), ["PVAL", "SHOW"])
    assert scores.severity().tolist() == [[100.0, 0.0], [0.0, 100.0], [75.0, 25.0]]


def test_only_items_of_the_form_and_file_count(small):
    frame = pd.DataFrame({"PU1": [7.0], "PU2": [1.0]})
    scores = score_constructs(small(frame, {"PU": 3, "EOU": 2}), ["PU", "EOU"])
    assert scores.names == ("PU",)
    assert scores.values.tolist() == [[50.0]]


def test_raw_reverse_keyed_items_are_refused(small):
    frame = pd.DataFrame({"SHOW1": [7.0], "SHOW2": [1.0]})
    raw = small(frame, {"SHOW": 2}, reverse=("SHOW2",), reversed_items=())
    with pytest.raises(DataError, match="SHOW2") as caught:
        score_constructs(raw, ["SHOW"])
    assert caught.value.code == "DIAG-003"


def test_answers_off_the_scale_are_refused_all_at_once(small):
    frame = pd.DataFrame({"PU1": [98.0, 3.0], "EOU1": [0.0, 3.0]})
    with pytest.raises(DataError) as caught:
        score_constructs(small(frame, {"PU": 1, "EOU": 1}), ["PU"])
    assert caught.value.code == "DIAG-004"
    assert "98" in str(caught.value)


def test_answers_without_an_instrument_are_refused():
    bare = Responses(pd.DataFrame({"PU1": [1.0]}), pd.DataFrame(), pd.DataFrame(), np.array([1]))
    with pytest.raises(UsageError) as caught:
        score_constructs(bare, ["PU"])
    assert caught.value.code == "DIAG-001"
