"""Prediction, groups, intervals, distances and maps of composite models against R: scores and lm(), one loop a draw.

``tests/golden/pls/make_composites.R`` takes another route than wxsat (rows instead of correlation matrices, one sample
at a time) and writes its folds, draws and permutations out, so that figures agree to the digits and not on the whole.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wxsat.pls.blindfold import blindfold
from wxsat.pls.bootstrap import summarise_draws
from wxsat.pls.discrepancy import MEASURES, evaluate_fit, implied_item_correlations, limits_under, obey
from wxsat.pls.estimates import estimate
from wxsat.pls.fit import fit_pls, fit_sample
from wxsat.pls.groups import compare_divisions, frame_differences, frame_micom
from wxsat.pls.plan import plan_estimation
from wxsat.pls.predict import cross_validate, frame_cvpat, frame_items
from wxsat.pls.read_model import read_path_model
from wxsat.pls.sample import read_sample

SAME = 1e-9  # both searches go on to 1e-13
MODEL = """
Visual <~ x1 + x2 + x3
Textual =~ x4 + x5 + x6
Speed =~ x7 + x8 + x9
Textual ~ Visual
Speed ~ Visual + Textual
"""
ALL_A = MODEL.replace("<~", "=~")
SEARCH = {"tolerance": 1e-13, "max_iterations": 2000}


@pytest.fixture(scope="module")
def golden():
    return json.loads((Path(__file__).parents[2] / "golden" / "pls" / "composites.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def frame(golden):
    return pd.DataFrame(golden["values"], columns=[f"x{i}" for i in range(1, 10)])


@pytest.fixture(scope="module")
def fitted(frame):
    plan = plan_estimation(read_path_model(MODEL), **SEARCH)
    sample = read_sample(frame, plan.columns)
    return plan, sample, fit_sample(plan, sample)


def counts_of(draws, n):
    return np.array([np.bincount(rows, minlength=n) for rows in draws], dtype=float)


def paths_of(matrix):
    return [matrix[1, 0], matrix[2, 0], matrix[2, 1]]


def test_the_solution_itself(golden, fitted):
    _, _, found = fitted
    assert paths_of(found.paths[0]) == pytest.approx(golden["paths"], abs=SAME)
    assert found.outer_weights[0] == pytest.approx(golden["weights"], abs=SAME)
    assert found.outer_loadings[0] == pytest.approx(golden["loadings"], abs=SAME)
    assert found.r2[0, 1:] == pytest.approx([golden["r2"]["Textual"], golden["r2"]["Speed"]], abs=SAME)


def test_plspredict_and_cvpat(golden, fitted):
    plan, sample, _ = fitted
    expected = golden["predict"]
    deals = [[np.array(fold) for fold in deal] for deal in expected["folds"]]
    own, line, mean, lost = cross_validate(plan, sample.values, deals)
    assert lost == 0
    items = frame_items(plan, own, line, mean).set_index("item")
    for name, suffix in (("own", ""), ("lm", "_lm"), ("mean", "_mean")):
        for measure in ("rmse", "mae"):
            theirs = pd.Series(expected["measures"][name][measure])
            assert items[measure + suffix].to_numpy() == pytest.approx(theirs[items.index].to_numpy(), abs=SAME)
    assert items["q2_predict"].to_dict() == pytest.approx(expected["q2_predict"], abs=SAME)
    cvpat = frame_cvpat(plan, own, line, mean).sort_values(["construct", "benchmark"])
    theirs = pd.DataFrame(expected["cvpat"]).sort_values(["construct", "benchmark"])
    names = {"difference": "difference", "t": "t", "p_value": "p", "ci_lower": "lower", "ci_upper": "upper"}
    for mine, other in names.items():
        assert cvpat[mine].to_numpy() == pytest.approx(theirs[other].to_numpy(), abs=1e-8)


def test_blindfolding(golden, fitted):
    plan, sample, _ = fitted
    found = blindfold(plan, sample.values, 8)
    assert found["q2"].tolist() == pytest.approx(list(golden["q2"].values()), abs=SAME)


def test_micom_and_the_permutation_of_paths(golden, fitted):
    plan, sample, pooled = fitted
    members = np.array(golden["labels"], dtype=float)
    every = compare_divisions(plan, sample.values, sample.correlation, pooled, members)
    observed = {name: part[:1] for name, part in every.items()}
    chance = {name: part[1:] for name, part in every.items()}
    found, expected = frame_micom(plan, observed, chance, 0.05), golden["micom"]
    # Scores have variance one by divisor N here, N - 1 in R.
    n = sample.n_obs
    for mine, theirs, factor in (
        ("c", "c", 1),
        ("c_limit", "limit", 1),
        ("mean_difference", "mean", np.sqrt(n / (n - 1))),
        ("log_variance_ratio", "variance", 1),
    ):
        assert found[mine].to_numpy() == pytest.approx(factor * np.array(list(expected[theirs].values())), abs=SAME)
    for mine, theirs in (("p_composition", "p"), ("p_mean", "p_mean"), ("p_variance", "p_variance")):
        assert found[mine].tolist() == pytest.approx(expected[theirs], abs=SAME)
    assert found["invariance"].tolist() == ["full", "none", "full"]
    paths, expected = frame_differences(plan, observed, chance, 0.95), golden["mga"]
    for mine, theirs in (("first", "first"), ("second", "second"), ("difference", "difference"), ("p_value", "p")):
        assert paths[mine].tolist() == pytest.approx(expected[theirs], abs=SAME)


def test_percentile_and_bca_intervals(golden, fitted):
    plan, sample, full = fitted
    counts = counts_of(golden["draws"], sample.n_obs)
    for kind in ("percentile", "bca"):
        found = summarise_draws(plan, sample.values, full, [counts[:100], counts[100:]], kind=kind)
        for k, (target, source) in enumerate(((1, 0), (2, 0), (2, 1))):
            expected = golden["intervals"][k]
            ends = [found.lower["paths"][target, source], found.upper["paths"][target, source]]
            # boot.ci takes the jackknife of R's own fits, and interpolates between draws on the normal scale as we do.
            assert ends == pytest.approx(expected[kind], abs=1e-7)
            assert found.errors["paths"][target, source] == pytest.approx(expected["se"], abs=SAME)


def test_distances_and_their_hi95(golden, frame):
    plan = plan_estimation(read_path_model(MODEL.replace("Visual + Textual", "Textual")), **SEARCH)
    sample = read_sample(frame, plan.columns)
    full = fit_sample(plan, sample)
    counts = counts_of(golden["draws"][:60], sample.n_obs)
    fits = evaluate_fit(plan, full, sample.correlation, sample.values, 0, 1)
    for fit in fits:
        expected = golden["fit"][fit.model]
        assert list(fit.observed.values()) == pytest.approx(expected["observed"], abs=SAME)
        implied = implied_item_correlations(plan, full, sample.correlation[None], saturated=fit.model == "saturated")[0]
        rows = obey(sample.values, sample.correlation, implied)
        assert np.corrcoef(rows, rowvar=False) == pytest.approx(implied, abs=SAME)
        limits = limits_under(plan, fit.model, rows, [counts])
        assert [limits[name] for name in MEASURES] == pytest.approx(expected["limit"], abs=1e-8)


def test_hi95_holds_back_in_a_world_that_obeys_the_model():
    # Formative blocks that meet only along the path: HI95 must be passed in about one sample of twenty.
    rng, passed = np.random.default_rng(4), 0
    for _ in range(60):
        a, e = rng.normal(size=(2, 200, 3))
        a[:, 1] += 0.5 * a[:, 0]
        c = 0.5 * a.sum(axis=1, keepdims=True) / 2 + e
        frame = pd.DataFrame(np.hstack([a, c.mean(axis=1, keepdims=True)]), columns=["a1", "a2", "a3", "c1"])
        fit = fit_pls("A <~ a1 + a2 + a3\nc1 ~ A", frame, draws=60, seed=2).model_fit
        passed += bool(fit["srmr"].iloc[1] > fit["srmr_hi95"].iloc[1])
    assert passed <= 9  # 60 samples, 5 percent: more than 9 come once in a thousand


def test_two_stage_interaction(golden, frame):
    result = fit_pls(MODEL.replace("Visual + Textual", "Visual + Textual + Visual:Textual"), frame, **SEARCH)
    found = result.paths[result.paths["to"] == "Speed"].set_index("from")["estimate"]
    for name in ("Visual", "Textual", "Visual:Textual"):
        assert found[name] == pytest.approx(golden["interaction"][name], abs=SAME)
    assert result.r2.set_index("construct")["r2"]["Speed"] == pytest.approx(golden["interaction_r2"], abs=SAME)


def test_importance_performance_and_rho_a(golden, frame):
    result = fit_pls(ALL_A, frame, scale=(0, 10), target="Speed", **SEARCH)
    found = result.importance.set_index("construct")
    for name, value in golden["importance"].items():
        assert found["importance"][name] == pytest.approx(value, abs=SAME)
        assert found["performance"][name] == pytest.approx(golden["performance"][name], abs=SAME)
    assert result.index["mean"].tolist() == pytest.approx(list(golden["performance"].values()), abs=SAME)
    assert result.reliability["rho_a"].tolist() == pytest.approx(list(golden["rho_a"].values()), abs=SAME)


def test_rho_a_is_the_one_of_psychometrics(frame):
    from wxsat.psychometrics.coefficients.rho_a import rho_a

    plan = plan_estimation(read_path_model(ALL_A), **SEARCH)
    correlation = frame[list(plan.columns)].corr().to_numpy()
    found = estimate(plan, correlation[None])
    for j, rows in enumerate(plan.final.places):
        alone = rho_a(found.outer_weights[0, rows], correlation[np.ix_(rows, rows)])
        assert found.rho_a[0, j] == pytest.approx(alone, abs=1e-12)
