"""Simulated power: against lavaan, the closed form for a correlation, and itself by another way."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from wxsat.errors import ModelError, StudyError, UsageError
from wxsat.instrument.load import load_instrument
from wxsat.psychometrics.ordinal.bivariate_normal import bivariate_cdf
from wxsat.simulate.power.analysis import derived_model
from wxsat.simulate.power.design import PowerDesign
from wxsat.simulate.power.draw import Source
from wxsat.simulate.power.evaluate import evaluate_power
from wxsat.simulate.power.margins import Margin, fleishman, intermediate_correlation, shown_moments
from wxsat.simulate.power.population import population_of_truth, read_population
from wxsat.simulate.power.sample_size import find_sample_size

GOLDEN = json.loads((Path(__file__).parents[3] / "golden" / "planning" / "planning.json").read_text(encoding="utf-8"))
TWO = "a =~ .8*x1 + .7*x2 + .6*x3\nb =~ .8*y1 + .7*y2 + .6*y3\nb ~ .3*a\na ~~ 1*a"
LINE = "y ~ .3*x\nx ~~ 1*x\ny ~~ .91*y"
CUTS = "\n".join(f"{v} | -1*t1 + 0*t2 + 1*t3" for v in ("x1", "x2", "x3", "y1", "y2", "y3"))
SIGMAS = 3.5  # of Monte-Carlo error; the seeds are fixed


def test_power_bias_and_coverage_are_those_of_a_simulation_in_lavaan() -> None:
    case = GOLDEN["monte_carlo"]
    found = evaluate_power(TWO, 150, replicates=2000, standardised=True).parameters.set_index("name").loc["b~a"]
    r = case["replicates"]
    for name in ("power", "coverage"):
        error = math.hypot(found[f"{name}_mcse"], math.sqrt(case[name] * (1 - case[name]) / r))
        assert abs(found[name] - case[name]) < SIGMAS * error
    assert abs(found["mean"] - case["mean"]) < SIGMAS * math.hypot(found["bias_mcse"], case["sd"] / math.sqrt(r))
    assert found["mean_se"] == pytest.approx(case["mean_se"], rel=0.02)
    assert found["sd"] == pytest.approx(case["sd"], rel=SIGMAS * math.hypot(0.5 / r, 0.5 / 2000) ** 0.5)


def test_power_of_a_slope_is_the_closed_form() -> None:
    n = 85
    found = evaluate_power(LINE, n, replicates=4000).parameters.set_index("name").loc["y~x"]
    # Wald with the ML error: t * sqrt(n / (n - 2)) beyond 1.96; given r the statistic is a function of r alone.
    rng = np.random.default_rng(5)
    x = rng.standard_normal((20000, n))
    y = 0.3 * x + math.sqrt(0.91) * rng.standard_normal((20000, n))
    x, y = x - x.mean(1, keepdims=True), y - y.mean(1, keepdims=True)
    r = (x * y).sum(1) / np.sqrt((x**2).sum(1) * (y**2).sum(1))
    expected = np.mean(np.abs(r) * np.sqrt(n / (1 - r**2)) > stats.norm.ppf(0.975))
    assert abs(found["power"] - expected) < SIGMAS * math.hypot(found["power_mcse"], 0.003)


def test_rows_and_drawn_moments_have_the_same_law() -> None:
    source = Source(read_population(TWO, standardised=True), ("x1", "x2", "x3", "y1", "y2", "y3"))
    design = PowerDesign((60,), seed=4)
    drawn = np.array([source.moments(design, 60, k)[1] for k in range(3000)])
    rows = np.array([np.cov(source.rows(design, 60, k)[0].T, bias=True) for k in range(3000)])
    spread = np.sqrt(drawn.var(0) / 3000 + rows.var(0) / 3000)
    assert np.max(np.abs(drawn.mean(0) - rows.mean(0)) / spread) < 4.0
    np.testing.assert_allclose(drawn.std(0), rows.std(0), rtol=0.08)


def test_batched_and_single_fits_agree(tmp_path: Path) -> None:
    batch = evaluate_power(LINE, 100, replicates=64, skewness=0.5, kurtosis=0.5)
    single = evaluate_power(LINE, 100, replicates=64, skewness=0.5, kurtosis=0.5, estimator="MLM")
    # The same rows by number; MLM has the same estimates and only other errors.
    np.testing.assert_allclose(batch.parameters["mean"], single.parameters["mean"], rtol=1e-6)
    np.testing.assert_allclose(batch.parameters["sd"], single.parameters["sd"], rtol=1e-5)


def test_the_number_of_workers_changes_nothing() -> None:
    one = evaluate_power(LINE, [60, 90], replicates=200, jobs=1)
    two = evaluate_power(LINE, [60, 90], replicates=200, jobs=2)
    assert one.to_dict() == two.to_dict()


def test_a_run_that_was_cut_off_goes_on(tmp_path: Path) -> None:
    file = tmp_path / "results.jsonl"
    whole = evaluate_power(LINE, 60, replicates=200, results=file)
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join(lines[:3]) + "\n" + lines[3][:40], encoding="utf-8")
    again = evaluate_power(LINE, 60, replicates=200, results=file, resume=True)
    assert again.to_dict() == whole.to_dict()
    assert file.read_text(encoding="utf-8").splitlines() == lines
    with pytest.raises(UsageError, match="MEAS-088"):
        evaluate_power(LINE, 60, replicates=200, results=file)
    with pytest.raises(StudyError, match="MEAS-084"):
        evaluate_power(LINE, 60, replicates=200, seed=2, results=file, resume=True)


def test_wlsmv_estimates_the_latent_responses_and_ml_the_codes() -> None:
    ordinal = f"{TWO}\n{CUTS}"
    latent = evaluate_power(ordinal, 300, replicates=100, standardised=True)
    codes = evaluate_power(ordinal, 300, replicates=300, standardised=True, estimator="ML")
    assert latent.settings["estimator"] == "WLSMV"
    for found in (latent, codes):
        rows = found.parameters
        assert (rows["bias"].abs() < 4 * rows["bias_mcse"] + 0.025).all()
    assert latent.parameters.set_index("name").loc["b~a", "truth"] == pytest.approx(0.3, abs=1e-8)


def test_clusters_holes_and_skewed_items_are_drawn_as_declared() -> None:
    population = read_population(TWO, standardised=True)
    source = Source(population, population.names)
    design = PowerDesign((20000,), icc=0.2, cluster_size=10, missing_share=0.15, missing="fiml")
    rows, clusters = source.rows(design, 20000, 0)
    assert np.isnan(rows).mean() == pytest.approx(0.15, abs=0.005)
    x = rows[:, 0]
    assert clusters is not None
    means = np.array([np.nanmean(x[clusters == k]) for k in range(2000) if np.isfinite(x[clusters == k]).sum() > 4])
    # Variance of a cluster mean: icc + (1 - icc) / 8.5 answers.
    assert means.var() == pytest.approx(0.2 + 0.8 * np.mean(1 / 8.5), abs=0.025)
    assert np.corrcoef(rows[~np.isnan(rows[:, :2]).any(1), :2].T)[0, 1] == pytest.approx(0.56, abs=0.03)


def test_fleishman_and_vale_maurelli_keep_moments_and_correlations() -> None:
    assert fleishman(1.75, 3.75) == pytest.approx((-0.39949, 0.92966, 0.39949, -0.03647), abs=2e-5)  # published table
    margins = [Margin(polynomial=fleishman(1.0, 2.0)), Margin(polynomial=fleishman(-0.5, 1.0))]
    target = np.array([[1.0, 0.5], [0.5, 1.0]])
    z = intermediate_correlation(margins, target)
    mean, covariance = shown_moments(margins, z)
    np.testing.assert_allclose(mean, 0, atol=1e-9)
    np.testing.assert_allclose(covariance, target, atol=1e-9)
    scores = np.random.default_rng(1).standard_normal(400_000)
    assert stats.skew(margins[0].shown(scores)) == pytest.approx(1.0, abs=0.03)
    with pytest.raises(UsageError, match="MEAS-083"):
        fleishman(2.0, 1.0)


def test_moments_of_categories_are_those_of_rectangles() -> None:
    cuts = (-1.2, -0.3, 0.4, 1.1)
    margins, rho = [Margin(thresholds=cuts), Margin(thresholds=(-0.5, 0.5))], 0.7
    _, covariance = shown_moments(margins, np.array([[1.0, rho], [rho, 1.0]]))
    h, k = (g.ravel() for g in np.meshgrid(cuts, (-0.5, 0.5), indexing="ij"))
    both = 1 - stats.norm.cdf(h) - stats.norm.cdf(k) + bivariate_cdf(h, k, np.full(h.shape, rho))
    expected = both.sum() - stats.norm.sf(cuts).sum() * stats.norm.sf([-0.5, 0.5]).sum()
    assert covariance[0, 1] == pytest.approx(expected, abs=1e-9)


def test_the_size_found_is_that_of_the_closed_form_for_a_correlation() -> None:
    found = find_sample_size(LINE, replicates=1000)
    assert found.parameter == "y~x"
    # 85 for r = .30 by Fisher's z; the Wald test of a slope with the ML error is a little more liberal.
    assert found.n_lower - 3 <= 82 <= found.n_upper + 3
    assert found.n_lower < found.n < found.n_upper


def test_a_truth_file_is_a_population_of_categories() -> None:
    instrument = load_instrument("gov-wechat-public")
    population = population_of_truth(instrument.folder / "truth.yaml", instrument)
    assert set(population.ordinal) == set(population.names)
    where = [population.names.index(v) for v in ("PU1", "EOU1")]
    assert population.covariance[np.ix_(where, where)][0, 1] == pytest.approx(0.85 * 0.85 * 0.48, abs=0.01)
    text = "PU =~ PU1 + PU2 + PU3\nEOU =~ EOU1 + EOU2 + EOU3\nPU ~ EOU"
    found = evaluate_power(population, 300, model=text, replicates=128).parameters.set_index("name").loc["PU~EOU"]
    assert found["power"] > 0.95
    assert abs(found["bias"]) < SIGMAS * found["bias_mcse"]


def test_the_derived_model_frees_values_and_keeps_zeros() -> None:
    text = derived_model(read_population("a =~ .8*x1 + .7*x2 + .6*x3\na ~~ 1*a\nx1 ~~ 0*x2", standardised=True))
    assert text.splitlines() == ["a =~ 0.8*x1", "a =~ x2", "a =~ x3", "x1 ~~ 0*x2"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("y ~ x", "MEAS-081"),
        ("y ~ .3*x\nx ~~ 1*x", "MEAS-081"),
        ("y ~ 1.3*x\nx ~~ 1*x", "MEAS-081"),
        ("y ~ .3*x\nx ~~ -1*x\ny ~~ 1*y", "MEAS-082"),
        ("a =~ .8*x1 + .7*x2\na ~~ 1*a\nx1 ~~ .3*x1\nx2 ~~ .3*x2\nx1 | 1*t1 + 0*t2", "MEAS-081"),
    ],
)
def test_populations_that_are_not_whole_are_refused(text: str, code: str) -> None:
    with pytest.raises(ModelError) as caught:
        read_population(text)
    assert caught.value.code == code


def test_too_much_explained_variance_is_refused() -> None:
    with pytest.raises(ModelError, match="MEAS-082"):
        read_population("y ~ 1.3*x\nx ~~ 1*x", standardised=True)


def test_a_wrong_model_is_told() -> None:
    found = evaluate_power(TWO, 200, model="g =~ x1 + x2 + x3 + y1 + y2 + y3", replicates=64, standardised=True)
    assert next(f.code for f in found.findings) == "MEAS-190"


def test_every_fault_of_a_plan_is_told_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        evaluate_power(LINE, 100, replicates=1, missing_share=1.5, estimator="XX", missing="none")
    assert {f.where for f in caught.value.faults} >= {"replicates", "missing", "estimator", "missing_rule"}
