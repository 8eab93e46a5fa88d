"""Answers and arguments that no scale can use: each is named, none ends in a traceback or a silent gap."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import wxsat as wx
from wxsat.cli.measure import app
from wxsat.errors import DataError, UsageError
from wxsat.psychometrics.coefficients.intraclass import intraclass_correlations
from wxsat.psychometrics.evaluate_validity import evaluate_validity
from wxsat.psychometrics.factors.evaluate import evaluate_factors
from wxsat.psychometrics.item_response.evaluate import evaluate_item_response
from wxsat.psychometrics.missing.evaluate import evaluate_missing
from wxsat.psychometrics.scales import evaluate_scales

SCALES = {"A": ["a1", "a2", "a3"], "C": ["c1", "c2", "c3"]}


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(3)
    traits = rng.normal(size=(150, 2)).repeat(3, axis=1)
    items = np.clip(np.round(traits + rng.normal(size=(150, 6)) + 4), 1, 7)
    return pd.DataFrame(items, columns=[*SCALES["A"], *SCALES["C"]])


@pytest.mark.parametrize("call", [evaluate_scales, evaluate_validity, evaluate_factors])
@pytest.mark.parametrize("seed", [-1, 0.5, None])
def test_seeds_that_no_generator_takes(frame, call, seed):
    with pytest.raises(UsageError, match="whole number of 0 or more"):
        call(frame, scales=SCALES, seed=seed)


@pytest.mark.parametrize("scales", [["a1"], {"A": "a1"}])
def test_scales_that_are_no_lists_of_columns(frame, scales):
    with pytest.raises(UsageError, match="each with a list of columns"):
        evaluate_scales(frame, scales=scales)


@pytest.mark.parametrize("ends", [(1,), (7, 1)])
def test_ends_of_the_answer_scale(frame, ends):
    with pytest.raises(UsageError, match="the smaller first"):
        evaluate_scales(frame, scales=SCALES, scale_range=ends)


def test_answers_that_are_no_table(frame):
    with pytest.raises(UsageError, match="type ndarray"):
        evaluate_scales(frame.to_numpy(), scales=SCALES)


def test_dates_are_no_answers(frame):
    with pytest.raises(DataError, match="2024-05-01"):
        evaluate_scales(frame.assign(a2=pd.Timestamp("2024-05-01")), scales=SCALES)


@pytest.mark.parametrize(("imputations", "seed"), [(-1, 1), (1, 1), (3, -1)])
def test_imputations_that_cannot_be(frame, imputations, seed):
    with pytest.raises(UsageError) as caught:
        evaluate_missing(frame.mask(frame == 7), scales=SCALES, imputations=imputations, seed=seed)
    assert caught.value.code == "MEAS-041"


def test_raters_who_differ_by_a_constant_leave_nothing_to_compare():
    one = np.arange(1.0, 9.0)
    with pytest.raises(DataError, match="differ by a constant"):
        intraclass_correlations(np.column_stack([one, one, one + 1]))


def test_a_copied_item_is_refused_by_item_response_too(frame):
    (scale, _) = evaluate_item_response(frame.assign(a2=frame["a1"]), scales=SCALES)
    assert [f.code for f in scale.findings if f.severity == "refusal"] == ["MEAS-107"]
    (small, _) = evaluate_item_response(frame.head(12), scales=SCALES)
    assert "MEAS-161" in {f.code for f in small.findings}


@pytest.mark.filterwarnings("error")
def test_a_score_where_the_items_tell_nothing_has_no_error(frame):
    same = frame.assign(a2=frame["a1"], a3=frame["a1"])
    (scale, _) = evaluate_item_response(same, scales=SCALES)
    curve = scale.information()
    assert not np.isinf(curve["std_error"]).any()
    assert (curve["test"][curve["std_error"].isna()] == 0).all()


def test_units_that_differ_by_many_powers_of_ten_leave_a_method_factor_without_solution(frame):
    found = wx.evaluate_method_bias(frame.assign(a1=frame["a1"] * 1e12), scales=SCALES)
    assert "SEM-191" in {finding.code for finding in found.findings}


def test_factors_without_degrees_of_freedom_print_no_test(frame, tmp_path):
    frame.to_csv(tmp_path / "d.csv", index=False)
    scales = [part for name, items in SCALES.items() for part in ("--scale", f"{name}={','.join(items)}")]
    done = CliRunner().invoke(app, ["factors", str(tmp_path / "d.csv"), *scales, "--n-factors", "3", "--parallel", "0"])
    assert "0 degrees of freedom: the fit cannot be tested" in done.stdout
    assert "nan" not in done.stdout
