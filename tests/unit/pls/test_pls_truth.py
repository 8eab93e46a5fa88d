"""PLS against closed forms and known truths: populations, regressions, constants of resampling."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pandas as pd
import pytest

from wxsat.errors import DataError, EstimationError, ModelError, UsageError
from wxsat.pls.beside import set_beside
from wxsat.pls.estimates import estimate
from wxsat.pls.fit import fit_pls
from wxsat.pls.groups import compare_groups
from wxsat.pls.plan import plan_estimation
from wxsat.pls.predict import predict_pls
from wxsat.pls.quality import inflation_factors
from wxsat.pls.read_model import read_path_model

MODEL = "A =~ a1 + a2 + a3\nB =~ b1 + b2 + b3\nC =~ c1 + c2 + c3\nC ~ A + B"
EXACT = 1e-6  # the search ends when weights change by 1e-7


def draw(n=300, seed=1, slope=0.5, interaction=0.0):
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(2, n))
    c = slope * a + 0.3 * b + interaction * a * b + rng.normal(size=n) * 0.6
    parts = {name: latent for name, latent in (("a", a), ("b", b), ("c", c))}
    return pd.DataFrame({f"{k}{i}": v + rng.normal(size=n) * 0.5 for k, v in parts.items() for i in (1, 2, 3)})


def test_consistent_estimates_of_a_population_are_its_parameters():
    loading = np.array([0.9, 0.8, 0.7, 0.6, 0.7, 0.8, 0.9, 0.5, 0.7])
    phi = np.array([[1, 0.4, 0], [0.4, 1, 0], [0, 0, 1.0]])
    beta = np.array([0.5, 0.3])
    phi[2, :2] = phi[:2, 2] = phi[:2, :2] @ beta
    r = np.outer(loading, loading) * np.kron(phi, np.ones((3, 3)))
    np.fill_diagonal(r, 1.0)
    found = estimate(plan_estimation(read_path_model(MODEL), consistent=True), r[None])
    assert found.outer_loadings[0] == pytest.approx(loading, abs=EXACT)
    assert found.paths[0, 2, :2] == pytest.approx(beta, abs=EXACT)
    assert found.r2[0, 2] == pytest.approx(beta @ phi[:2, :2] @ beta, abs=EXACT)


def test_mode_b_of_two_blocks_is_canonical_correlation():
    frame = draw()
    result = fit_pls("A <~ a1 + a2 + a3\nC <~ c1 + c2 + c3\nC ~ A", frame)
    r = frame.corr().to_numpy()
    x, y = [0, 1, 2], [6, 7, 8]
    m = np.linalg.solve(r[np.ix_(x, x)], r[np.ix_(x, y)]) @ np.linalg.solve(r[np.ix_(y, y)], r[np.ix_(y, x)])
    assert result.paths["estimate"].iloc[0] ** 2 == pytest.approx(np.linalg.eigvals(m).real.max(), abs=EXACT)


def test_single_items_are_a_regression_and_f2_and_vif_follow():
    frame = draw()[["a1", "b1", "c1"]]
    result = fit_pls("c1 ~ a1 + b1", frame)
    z = (frame - frame.mean()) / frame.std()
    slopes, rss, *_ = np.linalg.lstsq(z[["a1", "b1"]].to_numpy(), z["c1"].to_numpy(), rcond=None)
    assert result.paths["estimate"].to_numpy() == pytest.approx(slopes, abs=1e-10)
    r2 = 1 - rss[0] / (len(z) - 1)
    assert result.r2["r2"].iloc[0] == pytest.approx(r2, abs=1e-10)
    without = z["b1"].corr(z["c1"]) ** 2
    assert result.paths["f2"].iloc[0] == pytest.approx((r2 - without) / (1 - r2), abs=1e-10)
    assert result.paths["vif"].iloc[0] == pytest.approx(1 / (1 - z["a1"].corr(z["b1"]) ** 2), abs=1e-10)


def test_a_sum_of_the_others_has_an_infinite_vif():
    assert np.isinf(inflation_factors(np.ones((2, 2)))).all()


def test_interaction_of_single_items_is_a_regression_with_a_product():
    frame = draw(interaction=0.4)[["a1", "b1", "c1"]]
    result = fit_pls("c1 ~ a1 + b1 + a1:b1", frame)
    z = (frame - frame.mean()) / frame.std(ddof=0)
    x = np.column_stack([np.ones(len(z)), z["a1"], z["b1"], z["a1"] * z["b1"]])
    slopes = np.linalg.lstsq(x, z["c1"].to_numpy(), rcond=None)[0]
    assert result.paths["estimate"].to_numpy() == pytest.approx(slopes[1:], abs=1e-10)


def test_batches_are_the_single_fits():
    frame = draw()
    plan = plan_estimation(read_path_model(MODEL))
    each = [frame.iloc[i::3][list(plan.columns)].corr().to_numpy() for i in range(3)]
    together = estimate(plan, np.array(each))
    for k, matrix in enumerate(each):
        assert together.paths[k] == pytest.approx(estimate(plan, matrix[None]).paths[0], abs=1e-12)


def test_bootstrap_error_of_a_regression_slope():
    frame = draw(n=500)[["a1", "c1"]]
    result = fit_pls("c1 ~ a1", frame, draws=2000, seed=3)
    r = frame.corr().iloc[0, 1]
    # A correlation of normal variables has the error (1 - r2)/sqrt(n); 2000 draws know theirs to 2 percent.
    assert result.paths["std_error"].iloc[0] == pytest.approx((1 - r**2) / np.sqrt(500), rel=0.1)
    row = result.paths.iloc[0]
    assert row["ci_lower"] < r < row["ci_upper"]
    again = fit_pls("c1 ~ a1", frame, draws=2000, seed=3)
    pd.testing.assert_frame_equal(result.paths, again.paths)


def test_one_draw_is_the_fit_of_its_rows():
    from wxsat.numerics.resampling import bootstrap_counts

    frame = draw(n=60)
    result = fit_pls(MODEL, frame, draws=20, seed=5)
    counts = bootstrap_counts(np.random.default_rng(5), 20, 60)[0].astype(int)
    alone = fit_pls(MODEL, frame.loc[frame.index.repeat(counts)])
    assert result.bootstrap.draws["paths"][0] == pytest.approx(alone.estimates.paths[0], abs=EXACT)


def test_bca_intervals_move_with_the_bias():
    plain = fit_pls(MODEL, draw(80), draws=400)
    bca = fit_pls(MODEL, draw(80), draws=400, interval="bca")
    assert (plain.paths["ci_lower"] != bca.paths["ci_lower"]).any()
    assert plain.paths["std_error"].tolist() == bca.paths["std_error"].tolist()


def test_repeated_indicators_and_a_population_of_equal_parts():
    text = "A =~ a1 + a2 + a3\nB =~ b1 + b2 + b3\nH =~ A + B\nC =~ c1 + c2 + c3\nC ~ H"
    two, repeated = (fit_pls(text, draw(), higher_order=way) for way in ("two_stage", "repeated"))
    # Reflective of reflective parts: both weigh the parts alike, and the paths differ little.
    a, b = (r.paths.set_index(["from", "to"])["estimate"][("H", "C")] for r in (two, repeated))
    assert a == pytest.approx(b, abs=0.05)
    assert {"H", "A", "B"} <= set(two.weights["construct"])
    # HTMT of a construct with its own part would compare items with themselves.
    pairs = {frozenset(pair) for pair in zip(repeated.htmt["a"], repeated.htmt["b"], strict=True)}
    assert pairs == {frozenset("AB"), frozenset("AC"), frozenset("BC"), frozenset("HC")}


def test_prediction_of_noise_and_of_structure():
    good = predict_pls(MODEL, draw(303), repeats=2)
    assert (good.items["q2_predict"] > 0.2).all()
    assert (good.q2["q2"] > 0.2).all()
    overall = good.cvpat.query("construct == 'overall' and benchmark == 'mean'").iloc[0]
    assert overall["difference"] < 0
    assert overall["p_value"] < 1e-6
    rng = np.random.default_rng(2)
    noise = pd.DataFrame(rng.normal(size=(303, 9)), columns=list(draw(10).columns))
    bad = predict_pls(MODEL, noise, repeats=2)
    assert bad.items["q2_predict"].max() < 0.05
    assert bad.q2["q2"].max() < 0.05


def test_prediction_with_single_items_is_the_linear_model():
    found = predict_pls("c1 ~ a1 + b1", draw(101)[["a1", "b1", "c1"]], repeats=1)
    assert found.items["rmse"].iloc[0] == pytest.approx(found.items["rmse_lm"].iloc[0], abs=1e-10)


def groups(slope, other_a=False):
    first, second = draw(250, 1), draw(250, 2, slope)
    if other_a:
        second["a1"] = np.random.default_rng(9).normal(size=250) - second["a1"]
    return pd.concat([first.assign(g="x"), second.assign(g="y")], ignore_index=True)


def test_groups_that_are_the_same_and_groups_that_differ():
    same = compare_groups(MODEL, groups(0.5), "g", draws=300)
    assert not same.refused
    assert (same.paths["p_value"] > 0.01).all()
    other = compare_groups(MODEL, groups(-0.5), "g", draws=300)
    assert other.paths["p_value"].iloc[0] < 0.01
    assert other.paths["difference"].iloc[0] == pytest.approx(0.9, abs=0.3)
    swapped = compare_groups(MODEL, groups(0.5, other_a=True), "g", draws=300)
    assert swapped.refused
    assert swapped.micom.set_index("construct").loc["A", "invariance"] == "none"


def test_side_by_side_agrees_on_factors():
    found = set_beside(MODEL, draw(1000, 4), draws=50)
    assert found.paths["plsc"].to_numpy() == pytest.approx(found.paths["cb"].to_numpy(), abs=0.03)
    # Attenuated by the reliabilities of both ends.
    assert found.paths["pls"].iloc[0] < found.paths["plsc"].iloc[0]
    json.dumps(found.to_dict(), allow_nan=False)


def test_missing_answers_are_counted_or_filled_by_name():
    frame = draw()
    frame.loc[:9, "a1"] = np.nan
    listwise = fit_pls(MODEL, frame)
    assert listwise.n_obs == 290
    assert [f.evidence["n"] for f in listwise.findings if f.code == "PLS-101"] == [10]
    filled = fit_pls(MODEL, frame, missing="mean")
    assert filled.n_obs == 300
    assert any(f.code == "PLS-102" for f in filled.findings)


def test_signs_point_to_most_items_and_results_pickle():
    frame = draw()
    turned = frame.assign(a1=-frame["a1"])
    result = fit_pls(MODEL, turned)
    a = result.loadings[result.loadings["construct"] == "A"]["estimate"].tolist()
    assert a[0] < 0 < min(a[1:])
    assert any(f.code == "PLS-122" and f.subject == "a1" for f in result.findings)
    pd.testing.assert_frame_equal(pickle.loads(pickle.dumps(result)).paths, result.paths)
    assert json.loads(json.dumps(result.to_dict(), allow_nan=False))["paths"][0]["std_error"] is None


def test_importance_is_points_for_points():
    frame = draw()[["a1", "c1"]].clip(-4, 4)
    result = fit_pls("c1 ~ a1", frame, scale=(-4, 4), target="c1")
    raw = np.polyfit(frame["a1"], frame["c1"], 1)[0]
    assert result.importance["importance"].iloc[0] == pytest.approx(raw, abs=1e-10)
    assert result.importance["performance"].iloc[0] == pytest.approx(100 * (frame["a1"].mean() + 4) / 8, abs=1e-10)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("A =~ a1 + a2\nC ~ A\nA ~~ C", "PLS-001"),
        ("A =~ a1 + a2\nC ~ A\nx := 1", "PLS-001"),
        ("A =~ 1*a1 + a2\nC ~ A", "PLS-002"),
        ("A =~ a1 + a2\nB =~ a1 + b1\nB ~ A", "PLS-003"),
        ("A =~ a1\nB =~ b1\nA ~ B\nB ~ A", "PLS-004"),
        ("A =~ a1\nB =~ b1\nC =~ c1\nB ~ A", "PLS-005"),
        ("c1 ~ a1 + a1:b1", "PLS-006"),
        ("A =~ a1 + a2\nH =~ A + b1\nC ~ H", "PLS-007"),
        ("A =~ a1\nA <~ a2\nC ~ A", "PLS-008"),
    ],
)
def test_models_that_have_no_composite_reading(text, code):
    with pytest.raises(ModelError) as error:
        fit_pls(text, draw())
    assert code in {fault.code for fault in error.value.faults}


def test_data_and_options_that_cannot_be_used():
    frame = draw(30)
    for bad, code in (
        (frame.rename(columns={"a1": "a11"}), "PLS-010"),
        (frame.assign(a1="often"), "PLS-011"),
        (frame.assign(a1=1.0), "PLS-012"),
        (frame.assign(a1=np.nan), "PLS-013"),
    ):
        with pytest.raises(DataError) as error:
            fit_pls(MODEL, bad)
        assert error.value.code == code
    for options, code in (
        ({"scheme": "paths"}, "PLS-021"),
        ({"draws": 3}, "PLS-023"),
        ({"scale": (5, 1)}, "PLS-024"),
        ({"scale": (0, 1)}, "PLS-024"),
        ({"target": "C"}, "PLS-025"),
        ({"target": "D", "scale": (-9, 9)}, "PLS-025"),
    ):
        with pytest.raises(UsageError) as wrong:
            fit_pls(MODEL, frame, **options)
        assert wrong.value.code == code
    with pytest.raises(EstimationError) as failed:
        fit_pls(MODEL, frame, max_iterations=1)
    assert failed.value.code == "PLS-030"
    with pytest.raises(EstimationError):
        fit_pls("A <~ a1 + a2 + twin\nC ~ A\nC =~ c1 + c2", frame.assign(twin=frame["a1"] + frame["a2"]))
    with pytest.raises(UsageError):
        fit_pls("c1 ~ a1 + b1 + a1:b1", frame, consistent=True)


def test_answer_scales_item_by_item_and_from_an_instrument():
    from types import SimpleNamespace

    from wxsat.pls.answer_scale import read_scale

    frame = draw()[["a1", "c1"]].clip(-4, 4)
    wide = frame.assign(c1=frame["c1"] * 2 + 1)
    alike = fit_pls("c1 ~ a1", frame, scale=(-4, 4), target="c1")
    mixed = fit_pls("c1 ~ a1", wide, scale={"a1": (-4, 4), "c1": (-7, 9)}, target="c1")
    # The same answers in other units are the same points of 0-100.
    for name in ("importance", "performance"):
        assert mixed.importance[name].iloc[0] == pytest.approx(alike.importance[name].iloc[0], abs=1e-9)
    assert mixed.index["mean"].tolist() == pytest.approx(alike.index["mean"].tolist(), abs=1e-9)
    items = [SimpleNamespace(id="a1"), SimpleNamespace(id="c1")]
    scales = {"a1": SimpleNamespace(min=1, max=7), "c1": SimpleNamespace(min=1, max=10)}
    instrument = SimpleNamespace(constructs=[SimpleNamespace(items=items)], scale_of=lambda item: scales[item.id])
    data = SimpleNamespace(instrument=instrument)
    assert read_scale(None, ["a1", "c1"], data) == {"a1": (1.0, 7.0), "c1": (1.0, 10.0)}
    assert read_scale(None, ["a1", "other"], data) is None
    for scale, given in (((1, 10), data), ({"a1": (1, 7)}, None), ((3, 3), None), ({"a1": (1,), "c1": (1, 2)}, None)):
        with pytest.raises(UsageError) as error:
            read_scale(scale, ["a1", "c1"], given)
        assert error.value.code == "PLS-024"


def test_two_of_three_groups():
    frame = groups(0.5).assign(g=lambda f: f["g"].map({"x": 1.0, "y": 2.0}))
    three = pd.concat([frame, frame.head(20).assign(g=3.0)], ignore_index=True)
    with pytest.raises(DataError) as error:
        compare_groups(MODEL, three, "g", draws=40)
    assert error.value.code == "PLS-014"
    assert "1 (250)" in error.value.message
    two = compare_groups(MODEL, three, "g", between=("1", "2"), draws=40)
    alone = compare_groups(MODEL, frame, "g", draws=40)
    pd.testing.assert_frame_equal(two.paths, alone.paths)
    turned = compare_groups(MODEL, three, "g", between=("2", "1"), draws=40)
    assert turned.paths["difference"].to_numpy() == pytest.approx(-two.paths["difference"].to_numpy(), abs=1e-9)
    for pair in (("1", "9"), ("1", "1")):
        with pytest.raises(DataError) as error:
            compare_groups(MODEL, three, "g", between=pair, draws=40)
        assert error.value.code == "PLS-014"
