"""Derivatives against finite differences, closed forms, and recovery of a known truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from wxsat.sem.discrepancy.ml import ml_gradient, ml_information, ml_value
from wxsat.sem.expressions import parse_expression
from wxsat.sem.fit import fit_sem
from wxsat.sem.fit_measures.cfi import cfi
from wxsat.sem.fit_measures.rmsea import rmsea, rmsea_interval
from wxsat.sem.fit_measures.tli import tli
from wxsat.sem.implied import implied_jacobian, implied_moments
from wxsat.sem.matrices import lay_out
from wxsat.sem.parameter_table import parse_model
from wxsat.sem.quality import composite_reliability, evaluate_quality
from wxsat.sem.reparse import expression_of
from wxsat.sem.tokens import Source, tokenise

MODELS = {
    "cfa": "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\nx1 ~~ x4",
    "second order": "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\nh =~ x7 + x8 + x9\nt =~ f + g + h",
    "feedback": "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\nf ~ g + x7\ng ~ f + x8",
    "path": "x1 ~ x2 + x3\nx2 ~ x3 + x4",
}


def at(text, seed=3):
    table = parse_model(text)
    p = len(table.observed_names)
    generator = np.random.default_rng(seed)
    root = generator.normal(size=(p, p + 4))
    sample = root @ root.T / (p + 4) + np.eye(p)
    cells = lay_out(table, sample)
    variance = cells.row == cells.column
    theta = np.where(~cells.directed & variance, 1.0, 0.3) + generator.uniform(0, 0.15, cells.n_free)
    return cells, theta, sample


def differences(function, theta, step=1e-6):
    columns = []
    for k in range(len(theta)):
        ahead, behind = theta.copy(), theta.copy()
        ahead[k] += step
        behind[k] -= step
        columns.append((function(ahead) - function(behind)) / (2 * step))
    return np.stack(columns, axis=-1)


@pytest.mark.parametrize("name", MODELS)
def test_jacobian_against_differences(name):
    cells, theta, _ = at(MODELS[name])
    lower = np.tril_indices(cells.n_observed)
    numeric = differences(lambda t: implied_moments(cells, t).sigma[lower], theta)
    # central differences with step 1e-6 are good to about 1e-9
    np.testing.assert_allclose(implied_jacobian(implied_moments(cells, theta)), numeric, atol=1e-8)


@pytest.mark.parametrize("name", MODELS)
def test_gradient_against_differences(name):
    cells, theta, sample = at(MODELS[name])
    numeric = differences(lambda t: np.float64(ml_value(implied_moments(cells, t).sigma, sample)), theta)
    np.testing.assert_allclose(ml_gradient(implied_moments(cells, theta), sample), numeric, atol=1e-7)


@pytest.mark.parametrize("name", MODELS)
def test_information_against_the_definition(name):
    cells, theta, _ = at(MODELS[name])
    implied = implied_moments(cells, theta)
    inverse = np.linalg.inv(implied.sigma)
    derivative = [np.outer(u, w) + np.outer(w, u) for u, w in zip(implied.u.T, implied.w.T, strict=True)]
    expected = [[0.5 * np.trace(inverse @ a @ inverse @ b) for b in derivative] for a in derivative]
    np.testing.assert_allclose(ml_information(implied), expected, atol=1e-12)


EXPRESSIONS = {
    "a + b*2": (1.0 + 2.0 * 2, [1, 2]),
    "a*b - b/a": (2.0 - 2.0, [4, 0]),
    "-a^2": (-1.0, [-2, 0]),
    "2^b": (4.0, [0, 4 * np.log(2)]),
    "exp(a)*sqrt(b)": (np.e * 2**0.5, [np.e * 2**0.5, np.e / (2 * 2**0.5)]),
    "(a + b)/(a - b)": (-3.0, [-4.0, 2.0]),
    "log(b) + abs(-a)": (np.log(2) + 1, [1, 0.5]),
}


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_expressions_and_their_gradients(text):
    values = {"a": (1.0, np.array([1.0, 0.0])), "b": (2.0, np.array([0.0, 1.0]))}
    value, gradient = expression_of(text).evaluate(values)
    expected, slope = EXPRESSIONS[text]
    assert value == pytest.approx(expected)
    np.testing.assert_allclose(gradient, slope, atol=1e-12)


def test_undefined_arithmetic_is_nan():
    values = {"a": (0.0, np.array([1.0]))}
    *tokens, end = tokenise(Source("1/a"))
    assert np.isnan(parse_expression(tuple(tokens), end).evaluate(values)[0])
    assert np.isnan(expression_of("log(a - 1)").evaluate(values)[0])


def test_fit_indices_in_closed_form():
    assert rmsea(30.0, 10, 200) == pytest.approx(np.sqrt(20 / 2000))
    assert rmsea(5.0, 10, 200) == 0.0
    assert rmsea_interval(2.0, 10, 200) == (0.0, 0.0)
    assert cfi(30.0, 10, 230.0, 30) == pytest.approx(0.9)
    assert cfi(5.0, 10, 230.0, 30) == 1.0
    assert tli(30.0, 10, 330.0, 30) == pytest.approx(0.8)


def test_rmsea_interval_inverts_the_noncentral_chi_square():
    from scipy.stats import ncx2

    lower, upper = rmsea_interval(85.3, 24, 301)
    assert ncx2.cdf(85.3, 24, 301 * 24 * lower**2) == pytest.approx(0.95, abs=1e-9)
    assert ncx2.cdf(85.3, 24, 301 * 24 * upper**2) == pytest.approx(0.05, abs=1e-9)


def test_composite_reliability_of_parallel_items_is_spearman_brown():
    lam = np.full(4, 0.7)
    expected = 4 * 0.49 / (1 + 3 * 0.49)
    assert composite_reliability(lam, np.diag(1 - lam**2)) == pytest.approx(expected)


def simulate(n, seed):
    generator = np.random.default_rng(seed)
    f = generator.normal(size=n)
    g = 0.5 * f + generator.normal(size=n) * np.sqrt(0.75)
    h = 0.2 * f + 0.4 * g + generator.normal(size=n) * 0.8
    columns = {}
    for name, latent in (("f", f), ("g", g), ("h", h)):
        for k, loading in enumerate((0.9, 0.8, 0.7), start=1):
            columns[f"{name}{k}"] = loading * latent + np.sqrt(1 - loading**2) * generator.normal(size=n)
    return pd.DataFrame(columns)


SIMULATED = """f =~ f1 + f2 + f3
g =~ g1 + g2 + g3
h =~ h1 + h2 + h3
g ~ a*f
h ~ c*f + b*g
ind := a*b"""


def test_a_known_truth_is_recovered():
    result = fit_sem(SIMULATED, simulate(20000, 11))
    values = result.parameters.set_index(["lhs", "op", "rhs"])["std_all"]
    # standard errors of standardised paths at N = 20,000 are below .01; four of them
    assert values["g", "~", "f"] == pytest.approx(0.5, abs=0.03)
    assert values["f", "=~", "f1"] == pytest.approx(0.9, abs=0.02)
    quality = evaluate_quality(result).constructs.set_index("construct")
    assert quality.loc["f", "ave"] == pytest.approx(np.mean(np.square([0.9, 0.8, 0.7])), abs=0.02)


def test_intervals_cover_and_the_test_keeps_its_level():
    covered, rejected, runs = 0, 0, 60
    for seed in range(runs):
        result = fit_sem(SIMULATED, simulate(400, seed))
        row = result.parameters.set_index("lhs").loc["ind"]
        # truth in marker units: a = .5 * .9/.9, b = .4 * .9/.9
        covered += row["ci_lower"] <= 0.2 <= row["ci_upper"]
        rejected += result.fit_measures["pvalue"] < 0.05
    # binomial(60, .95) is below 50 and binomial(60, .05) above 9 with probability under .002
    assert covered >= 50
    assert rejected <= 9
