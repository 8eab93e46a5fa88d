"""The ladder against lavaan and semTools, and what it does with awkward data."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest

import wxsat as wx
from wxsat.errors import DataError, ModelError, UsageError, WxsatError
from wxsat.sem.invariance.measurement import read_measurement
from wxsat.sem.invariance.step_models import Design, Freed, is_free, step_text

HS = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
REFERENCE = 1e-6  # lavaan's own optimiser stops at about 1e-7


@pytest.fixture(scope="module")
def school(shared_data):
    return pd.read_csv(shared_data("data/golden/HS39.csv"))


@pytest.fixture(scope="module")
def categories(shared_data):
    return pd.read_csv(shared_data("data/golden/datCat.csv"))


def two_groups(n=300, shift=0.0, slope=0.0, seed=5, cuts=None, items=4):
    """One factor in two groups; the last item's intercept and loading differ by `shift` and `slope`."""
    rng = np.random.default_rng(seed)
    frames = []
    for group in ("a", "b"):
        factor = rng.normal(size=(n, 1)) + (0.3 if group == "b" else 0.0)
        loadings, intercepts = np.full(items, 0.8), np.zeros(items)
        if group == "b":
            loadings[-1] += slope
            intercepts[-1] += shift
        values = intercepts + factor * loadings + 0.6 * rng.normal(size=(n, items))
        frame = pd.DataFrame(values if cuts is None else np.digitize(values, cuts) + 1.0)
        frame.columns = [f"x{i + 1}" for i in range(items)]
        frames.append(frame.assign(g=group))
    return pd.concat(frames, ignore_index=True)


ONE = "f =~ x1 + x2 + x3 + x4"


def test_continuous_ladder_is_that_of_lavaan(school, shared_data):
    expected = json.loads(shared_data("reference/golden/measure/lrt_hs_mg_ml.json").read_text())["table"]
    found = wx.evaluate_invariance(HS, school, group="school", partial=False)
    for row, truth in zip(found.steps.to_dict("records"), expected, strict=False):
        assert row["chisq"] == pytest.approx(truth["Chisq"], rel=REFERENCE)
        assert row["df"] == truth["Df"]
    for row, truth in zip(found.differences.to_dict("records"), expected[1:], strict=False):
        assert row["chisq"] == pytest.approx(truth["Chisq diff"], rel=REFERENCE)
        assert row["pvalue"] == pytest.approx(truth["Pr(>Chisq)"], rel=1e-5)


def test_wu_estabrook_ladder_is_that_of_semtools(categories, shared_data):
    expected = json.loads(shared_data("reference/golden/measure/lrt_datcat_we2016.json").read_text())["table"]
    found = wx.evaluate_invariance("f =~ u1 + u2 + u3 + u4", categories, group="g", ordered="all", partial=False)
    assert [step.name for step in found.fits] == ["configural", "thresholds", "metric", "scalar", "strict"]
    for step, truth in zip(found.fits, expected, strict=False):
        assert step.result.fit_measures["chisq"] == pytest.approx(truth["Chisq"], rel=REFERENCE)
    for row, truth in zip(found.differences.to_dict("records"), expected[1:], strict=False):
        assert row["chisq"] == pytest.approx(truth["Chisq diff"], rel=1e-5)
        assert row["df"] == truth["Df diff"]


def test_estimates_are_those_of_the_reference_syntax(categories, shared_data):
    case = json.loads(shared_data("reference/golden/cases/datcat_we2016_scalar.json").read_text())
    found = wx.evaluate_invariance("f =~ u1 + u2 + u3 + u4", categories, group="g", ordered="all", compare_means=True)
    scalar = next(step for step in found.fits if step.name == "scalar").result
    theirs = {(p["lhs"], p["op"], p["rhs"], p["group"]): p for p in case["parameters"] if p["op"] in ("=~", "|", "~*~")}
    ours = {(r.lhs, r.op, r.rhs, r.group): r for r in scalar.parameters.itertuples()}
    for key, truth in theirs.items():
        assert ours[key].estimate == pytest.approx(truth["est"], abs=1e-4)  # the gate of ordinal estimates
    mean = next(p for p in case["parameters"] if p["lhs"] == "f" and p["op"] == "~1" and p["group"] == 2)
    assert found.means["mean"][0] == pytest.approx(mean["est"], abs=1e-4)
    assert found.means["std_error"][0] == pytest.approx(mean["se"], rel=1e-3)


def test_partial_search_finds_the_known_items(school):
    found = wx.evaluate_invariance(HS, school, group="school")
    assert found.freed["parameter"].tolist() == ["x3~1", "x7~1"]  # as in the lavaan literature on these data
    assert (found.verdict.level, found.verdict.partial) == ("strict", True)
    assert found.effect_sizes["item"].tolist() == ["x3", "x7"]


def test_score_test_equals_lavaan(school):
    """``lavTestScore()`` of the scalar model, lavaan 0.6-14."""
    from pathlib import Path

    golden = json.loads((Path(__file__).parents[3] / "golden/sem_invariance/score.json").read_text())
    found = wx.evaluate_invariance(HS, school, group="school")
    first = found.freed.iloc[0]
    assert first["chisq"] == pytest.approx(golden["x3~1"], rel=1e-5)


def test_shifted_intercept_is_found_and_sized():
    data = two_groups(n=2000, shift=0.5)
    found = wx.evaluate_invariance(ONE, data, group="g")
    assert found.freed["parameter"].tolist() == ["x4~1"]
    spread = 0.5 * (data[data.g == "a"].x4.std() + data[data.g == "b"].x4.std())
    assert found.effect_sizes["dmacs"][0] == pytest.approx(0.5 / spread, abs=0.08)  # sampling error of the shift


def test_invariant_groups_pass_every_step():
    found = wx.evaluate_invariance(ONE, two_groups(n=1000), group="g", compare_means=True)
    assert found.verdict.level == "strict"
    assert not found.verdict.partial
    assert found.means["mean"][0] == pytest.approx(0.3, abs=0.12)  # two standard errors


def test_means_are_refused_without_scalar_invariance():
    data = two_groups(n=1000, items=4)
    data.loc[data.g == "b", "x3"] += 0.9
    data.loc[data.g == "b", "x4"] -= 0.9
    found = wx.evaluate_invariance("f =~ x2 + x3 + x4", data, group="g", compare_means=True)
    assert found.refused
    assert not len(found.means)
    assert {"SEM-177", "SEM-180"} <= {finding.code for finding in found.findings}


def test_two_categories_are_tested_at_once():
    found = wx.evaluate_invariance(
        "f =~ x1 + x2 + x3 + x4 + x5 + x6", two_groups(n=800, cuts=[0.2], items=6), group="g", ordered="all"
    )
    reasons = dict(zip(found.differences["step"], found.differences["reason"], strict=True))
    assert reasons["thresholds"] == reasons["metric"] == "nothing to test"
    scalar = found.differences[found.differences["step"] == "scalar"].iloc[0]
    # Six loadings and six thresholds for six scales, a mean and a variance.
    assert scalar["df"] == 12 - 6 - 2
    assert "SEM-174" in {finding.code for finding in found.findings}


def test_three_categories_leave_thresholds_untestable():
    found = wx.evaluate_invariance(ONE, two_groups(n=800, cuts=[-0.5, 0.5]), group="g", ordered="all", partial=False)
    assert found.differences["reason"][0] == "nothing to test"
    assert found.differences["df"].tolist()[1:3] == [3, 3]


def test_unused_category_is_refused_and_can_be_merged():
    data = two_groups(n=400, cuts=[-1, -0.3, 0.4, 1.2])
    data.loc[(data.g == "a") & (data.x1 == 5), "x1"] = 4
    with pytest.raises(DataError) as error:
        wx.evaluate_invariance(ONE, data, group="g", ordered="all")
    assert error.value.code == "SEM-048"
    found = wx.evaluate_invariance(ONE, data, group="g", ordered="all", collapse=True)
    merged = next(f for f in found.findings if f.code == "SEM-176")
    assert merged.evidence["merged"] == "5 into 4"


def test_mixed_and_robust_and_incomplete_data():
    data = two_groups(n=500)
    data["x1"] = np.digitize(data["x1"], [-1, 0, 1])
    mixed = wx.evaluate_invariance(ONE, data, group="g", ordered=["x1"])
    assert mixed.steps["step"].tolist()[:2] == ["configural", "thresholds"]
    holes = two_groups(n=500)
    holes.loc[::7, "x2"] = np.nan
    incomplete = wx.evaluate_invariance(ONE, holes, group="g", missing="fiml", estimator="MLR")
    assert incomplete.groups["n"].tolist() == [500, 500]
    assert incomplete.settings["difference_test"] == "satorra.bentler.2001"


def test_waves_equal_hand_written_syntax():
    rng = np.random.default_rng(2)
    n = 400
    first = rng.normal(size=(n, 1))
    second = 0.7 * first + 0.7 * rng.normal(size=(n, 1)) + 0.4
    own = 0.4 * rng.normal(size=(n, 3))
    data = pd.DataFrame(
        np.hstack([0.8 * f + own + 0.5 * rng.normal(size=(n, 3)) for f in (first, second)]),
        columns=[f"x{i}_{w}" for w in ("t1", "t2") for i in (1, 2, 3)],
    )
    found = wx.evaluate_invariance("f =~ x1 + x2 + x3", data, waves="t1,t2", compare_means=True)
    hand = """
    f1 =~ NA*x1_t1 + a*x1_t1 + b*x2_t1 + c*x3_t1
    f2 =~ NA*x1_t2 + a*x1_t2 + b*x2_t2 + c*x3_t2
    x1_t1 ~~ x1_t2; x2_t1 ~~ x2_t2; x3_t1 ~~ x3_t2
    x1_t1 ~ i*1; x2_t1 ~ j*1; x3_t1 ~ k*1; x1_t2 ~ i*1; x2_t2 ~ j*1; x3_t2 ~ k*1
    f1 ~~ 1*f1; f2 ~~ NA*f2; f2 ~ NA*1
    """
    truth = wx.fit_sem(hand, data, meanstructure=True)
    scalar = next(step for step in found.fits if step.name == "scalar")
    assert scalar.result.fit_measures["chisq"] == pytest.approx(truth.fit_measures["chisq"], rel=1e-8)
    assert scalar.result.fit_measures["df"] == truth.fit_measures["df"]
    assert found.means["block"].tolist() == ["t2"]


def test_ordinal_waves_climb_the_same_ladder():
    data = two_groups(n=500, cuts=[-1, 0, 1])
    wide = pd.concat(
        [data[data.g == g].drop(columns="g").add_suffix(f"_{g}").reset_index(drop=True) for g in "ab"], axis=1
    )
    found = wx.evaluate_invariance(ONE, wide, waves=["a", "b"], ordered="all")
    assert found.steps["step"].tolist()[:5] == ["configural", "thresholds", "metric", "scalar", "strict"]
    assert found.settings["over_time"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({}, "SEM-098"),
        ({"group": "g", "waves": "a,b"}, "SEM-098"),
        ({"group": "nope"}, "SEM-068"),
        ({"group": "g", "rule": "cfa"}, "SEM-078"),
        ({"group": "g", "alpha": 2.0}, "SEM-078"),
        ({"waves": "t1"}, "SEM-050"),
        ({"waves": "t1,t2"}, "SEM-050"),
        ({"group": "g", "ordered": "x9"}, "SEM-018"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments, code):
    with pytest.raises(WxsatError) as error:
        wx.evaluate_invariance(ONE, two_groups(n=60), **arguments)
    assert error.value.code == code


@pytest.mark.parametrize(
    "model", ["f ~ x1", "f =~ x1", "f =~ a*x1 + x2", "f =~ x1 + x2\ng =~ f + x3", "f =~ 0.5*x1 + x2"]
)
def test_models_that_are_no_measurement_models(model):
    with pytest.raises(ModelError) as error:
        read_measurement(model)
    assert error.value.code == "SEM-047"


def test_structural_lines_are_left_out():
    found = read_measurement("f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\ng ~ f\nx1 ~~ x4")
    assert found.covariances == (("x1", "x4"),)
    assert found.left_out == ("g ~ f",)


def test_a_freed_loading_frees_intercept_and_residual():
    freed = (Freed("loading", "x1", "f"),)
    assert is_free("intercept", "x1", "", freed)
    assert not is_free("threshold", "x1", "", freed)
    text = step_text(Design(read_measurement(ONE), ("a", "b")), "scalar", freed)
    assert "x1 ~ c(NA,NA)*1\n" in text


def test_document_is_plain_json(school):
    found = wx.evaluate_invariance(HS, school, group="school", compare_means=True)
    document = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert set(document) >= {"verdict", "steps", "differences", "freed", "effect_sizes", "means", "groups", "warnings"}
    assert math.isclose(document["steps"][0]["chisq"], found.steps["chisq"][0])


def test_both_or_neither_is_a_usage_error():
    with pytest.raises(UsageError):
        wx.evaluate_invariance(ONE, two_groups(n=60), group="g", adjust="fdr")


def test_an_instrument_gives_its_model_by_id():
    instrument = wx.load_instrument("gov-wechat-public")
    responses = wx.simulate_responses(instrument, instrument.folder / "truth.yaml", n=400)
    responses.frame["half"] = ["a", "b"] * (len(responses.frame) // 2)
    found = wx.evaluate_invariance("tam", responses, group="half")
    assert found.steps["step"][0] == "configural"


def test_pairwise_categories_are_those_of_every_answer():
    data = two_groups(n=400, cuts=[-1, 0, 1])
    data.loc[::5, "x2"] = np.nan
    found = wx.evaluate_invariance(ONE, data, group="g", ordered="all", missing="pairwise", partial=False)
    assert found.groups["n"].tolist() == [400, 400]
