"""HTMT tests, cross-loadings, collinearity, criteria: against semTools, closed forms and a simulated truth."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wxsat.errors import UsageError
from wxsat.psychometrics.construct_data import constructs_of_frame
from wxsat.psychometrics.cross_loadings import full_collinearity
from wxsat.psychometrics.evaluate_validity import evaluate_validity
from wxsat.psychometrics.htmt import htmt_intervals
from wxsat.psychometrics.htmt_inference import bca_tails, htmt_inference
from wxsat.psychometrics.scales import evaluate_scales

SCALES = {"A": ["a1", "a2", "a3"], "B": ["b1", "b2", "b3"], "C": ["c1", "c2", "c3"]}
POLYCHORIC = 2e-6  # two searches for the same maxima


def _answers(r: float, n: int = 400, seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    latent = rng.multivariate_normal(np.zeros(3), [[1, r, 0.3], [r, 1, 0.3], [0.3, 0.3, 1]], size=n)
    items = np.repeat(0.8 * latent, 3, axis=1) + 0.6 * rng.standard_normal((n, 9))
    return pd.DataFrame(items, columns=[i for items in SCALES.values() for i in items])


def test_polychoric_htmt_equals_semtools(shared_data: Callable[[str], Path]) -> None:
    case = json.loads(shared_data("reference/golden/measure/htmt_tam_ordered.json").read_text(encoding="utf-8"))
    frame = pd.read_csv(shared_data("data/golden/TAMsim.csv"))
    scales = {line.split("=~")[0].strip(): [i.strip() for i in line.split("=~")[1].split("+")]
              for line in case["model"].splitlines()}  # fmt: skip
    found = evaluate_validity(frame, scales=scales, draws=0, correlations="polychoric").htmt_tests
    for statistic, key in (("htmt", "htmt_arithmetic"), ("htmt2", "htmt2_geometric")):
        matrix = case[key]
        for row in found[found["statistic"] == statistic].to_dict("records"):
            expected = matrix["data"][matrix["rows"].index(row["a"])][matrix["cols"].index(row["b"])]
            assert row["estimate"] == pytest.approx(expected, abs=POLYCHORIC)


def test_percentiles_are_those_of_the_scales_table() -> None:
    frame = _answers(0.6)
    found = evaluate_validity(frame, scales=SCALES, draws=200, seed=5).htmt_tests
    own = evaluate_scales(frame, scales=SCALES, draws=200, seed=5).htmt
    ours = found[found["statistic"] == "htmt"].set_index(["a", "b"])
    for row in own.to_dict("records"):
        for name in ("ci_lower", "ci_upper"):
            assert ours.loc[(row["a"], row["b"]), name] == pytest.approx(row[name], abs=1e-12)


def test_the_test_against_a_bound_tells_distinct_from_close_constructs() -> None:
    apart, close = (evaluate_validity(_answers(r), scales=SCALES, draws=300).htmt_tests for r in (0.5, 0.98))
    for found, low in ((apart, True), (close, False)):
        row = found[(found["a"] == "A") & (found["b"] == "B") & (found["statistic"] == "htmt2")].iloc[0]
        assert (row["p_085"] < 0.05) == low
        assert row["p_085"] >= row["p_090"] >= row["p_100"]


def test_bca_is_the_textbook_formula_and_moves_the_percentiles() -> None:
    from scipy.stats import norm

    rng = np.random.default_rng(2)
    drawn, left, estimate = rng.normal(1.0, 0.1, 2000), rng.normal(1.0, 0.01, 50), 1.02
    z0 = norm.ppf((drawn < estimate).mean())
    d = left.mean() - left
    a = (d**3).sum() / (6 * (d**2).sum() ** 1.5)
    expected = norm.cdf(z0 + (z0 + norm.ppf([0.025, 0.975])) / (1 - a * (z0 + norm.ppf([0.025, 0.975]))))
    np.testing.assert_allclose(bca_tails(drawn, estimate, left, np.array([0.025, 0.975])), expected, rtol=1e-12)
    x = _answers(0.6).to_numpy()
    blocks = [np.arange(3), np.arange(3, 6), np.arange(6, 9)]
    plain = htmt_intervals(x, blocks, draws=200)
    found = htmt_inference(x, blocks, list("ABC"), draws=200, interval="bca")
    assert found["ci_lower"][0] != pytest.approx(plain.ci_lower[0, 1], abs=1e-9)
    assert found["ci_lower"][0] < plain.htmt[0, 1] < found["ci_upper"][0]


def test_vif_is_that_of_regressions() -> None:
    frame = _answers(0.9)
    found = full_collinearity(constructs_of_frame(frame, SCALES)).set_index("construct")
    scores = np.column_stack([frame[items].mean(axis=1) for items in SCALES.values()])
    for j, name in enumerate(SCALES):
        others = np.column_stack([np.ones(len(scores)), np.delete(scores, j, axis=1)])
        fitted = others @ np.linalg.lstsq(others, scores[:, j], rcond=None)[0]
        r2 = fitted.var() / scores[:, j].var()
        assert found.loc[name, "vif"] == pytest.approx(1 / (1 - r2), rel=1e-9)


def test_cross_loadings_leave_the_item_out_of_its_own_score_and_name_strays() -> None:
    frame = _answers(0.5)
    frame["a3"] = frame["b1"] + 0.1 * np.random.default_rng(1).standard_normal(len(frame))
    found = evaluate_validity(frame, scales=SCALES, draws=0)
    row = found.cross_loadings[(found.cross_loadings["item"] == "a1") & found.cross_loadings["own"]].iloc[0]
    assert row["r"] == pytest.approx(np.corrcoef(frame["a1"], frame["a2"] + frame["a3"])[0, 1], abs=1e-12)
    assert "a3" in [f.subject for f in found.findings if f.code == "MEAS-170"]


def test_disattenuation_recovers_the_latent_correlation_with_its_interval() -> None:
    inside, truth = 0, 0.5
    for seed in range(40):
        rng = np.random.default_rng(seed)
        f = rng.standard_normal(300)
        frame = pd.DataFrame(f[:, None] + rng.standard_normal((300, 3)), columns=SCALES["A"])
        frame[SCALES["B"]] = rng.standard_normal((300, 3)) + rng.standard_normal((300, 1))
        frame["y"] = truth * f + np.sqrt(1 - truth**2) * rng.standard_normal(300)
        found = evaluate_validity(frame, scales={k: SCALES[k] for k in "AB"}, criteria=["y"], draws=200).criterion
        row = found[found["construct"] == "A"].iloc[0]
        inside += row["corrected_ci_lower"] <= truth <= row["corrected_ci_upper"]
        if seed == 0:
            alpha = evaluate_scales(frame, scales={"A": SCALES["A"]}, draws=0).reliability["alpha"][0]
            r = np.corrcoef(frame[SCALES["A"]].sum(axis=1), frame["y"])[0, 1]
            assert row["r_corrected"] == pytest.approx(r / np.sqrt(alpha), abs=1e-12)
    assert inside >= 34  # of 40 at 95 %: fewer has a probability of .004


def test_what_has_no_meaning_is_refused() -> None:
    frame = _answers(0.5)
    with pytest.raises(UsageError, match="MEAS-077"):
        evaluate_validity(frame, scales={"A": SCALES["A"]})
    with pytest.raises(UsageError, match="MEAS-077"):
        evaluate_validity(frame, scales=SCALES, interval="bac")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="MEAS-071"):
        evaluate_validity(frame, scales=SCALES, criteria=["a1"], criterion_reliability={"a1": 1.2}, draws=0)
