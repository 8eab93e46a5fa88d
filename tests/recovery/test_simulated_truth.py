"""What is drawn is what was declared: item correlations against the closed form for cut bivariate normals.

The witness is Mehler's expansion: for standard normals with correlation rho and step functions f, g,
cov(f(X), g(Y)) = sum over k of rho^k a_k b_k, with a_k the Hermite coefficients of f, which for steps at t
are phi(t) He_{k-1}(t) / sqrt(k!). Rounding and cutting at the ends are thereby accounted for exactly.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from wxsat.instrument.load import load_instrument
from wxsat.simulate.population import solve_population
from wxsat.simulate.respondents import simulate_responses
from wxsat.simulate.truth import load_truth

ROOT = Path(__file__).resolve().parents[2]
INSTRUMENT = load_instrument("gov-wechat-public")
TRUTH = load_truth(ROOT / "surveys/gov-wechat-public/truth.yaml").without_nuisance()
POPULATION = solve_population(TRUTH)
N = 20_000
# Terms beyond the thirtieth are below 0.8^30 = 1e-3 of already small coefficients.
TERMS = 30


def _cut(item) -> tuple[np.ndarray, float]:
    """Thresholds of an item on the standard normal and its direction."""
    measurement, scale = TRUTH.measurement, INSTRUMENT.scale_of(item)
    stretch = (scale.max - scale.min) / 6.0
    centre = scale.min + (measurement.means[item.construct_id] - 1.0) * stretch
    edges = np.arange(scale.min, scale.max) + 0.5
    return (edges - centre) / (measurement.sd * stretch), -1.0 if item.reversed else 1.0


def _hermite_coefficients(thresholds: np.ndarray) -> np.ndarray:
    polynomial = [np.ones_like(thresholds), thresholds]
    for k in range(2, TERMS):
        polynomial.append(thresholds * polynomial[k - 1] - (k - 1) * polynomial[k - 2])
    density = stats.norm.pdf(thresholds)
    return np.array([(density * polynomial[k - 1]).sum() / math.sqrt(math.factorial(k)) for k in range(1, TERMS)])


def _moments(thresholds: np.ndarray, low: float) -> tuple[float, float]:
    shares = np.diff(np.concatenate([[0.0], stats.norm.cdf(thresholds), [1.0]]))
    codes = low + np.arange(len(shares))
    mean = float((shares * codes).sum())
    return mean, float((shares * (codes - mean) ** 2).sum())


@pytest.fixture(scope="module")
def drawn() -> np.ndarray:
    frame = simulate_responses(INSTRUMENT, TRUTH, N, seed=11, form="full").frame
    items = [i.id for i in INSTRUMENT.items_in("full") if i.construct_id != "COMH"]
    return frame[items].to_numpy()


@pytest.fixture(scope="module")
def items() -> list:
    return [i for i in INSTRUMENT.items_in("full") if i.construct_id != "COMH"]


def test_means_and_variances(drawn, items):
    for column, item in zip(drawn.T, items, strict=True):
        thresholds, direction = _cut(item)
        scale = INSTRUMENT.scale_of(item)
        mean, variance = _moments(thresholds, scale.min)
        expected = mean if direction > 0 else scale.min + scale.max - mean
        # Five standard errors, 83 items.
        assert column.mean() == pytest.approx(expected, abs=5 * math.sqrt(variance / N)), item.id
        assert column.var() == pytest.approx(variance, rel=5 * math.sqrt(2.0 / N)), item.id


def test_every_item_correlation(drawn, items):
    coefficients, directions, loadings = [], [], []
    for item in items:
        thresholds, direction = _cut(item)
        _, variance = _moments(thresholds, 0.0)
        coefficients.append(_hermite_coefficients(thresholds) / math.sqrt(variance))
        directions.append(direction)
        position = INSTRUMENT.item_ids_of(item.construct_id).index(item.id)
        loadings.append(TRUTH.measurement.loading_of(item.id, position))
    at = [POPULATION.names.index(item.construct_id) for item in items]
    latent = POPULATION.covariance[np.ix_(at, at)] * np.outer(loadings, loadings)
    a = np.array(coefficients)
    expected = sum(latent ** (k + 1) * np.outer(a[:, k], a[:, k]) for k in range(TERMS - 1))
    expected = expected * np.outer(directions, directions)
    observed = np.corrcoef(drawn.T)
    pairs = np.tril_indices(len(items), -1)
    z = (observed - expected)[pairs] / ((1.0 - expected[pairs] ** 2) / math.sqrt(N))
    # Thousands of pairs: none beyond five standard errors, and their spread that of standard errors.
    assert np.abs(z).max() < 5.0
    assert z.std() == pytest.approx(1.0, abs=0.1)
    assert abs(z.mean()) < 0.15


def test_structure_comes_back_from_disattenuated_correlations(drawn, items):
    """Latent correlations from items alone (between over geometric mean within), then SAT on its causes."""
    names = ["PU", "EOU", "PVAL", "UNA", "SAT"]
    sign = np.array([-1.0 if i.reversed else 1.0 for i in items])
    r = np.corrcoef(drawn.T) * np.outer(sign, sign)
    where = {n: [k for k, i in enumerate(items) if i.construct_id == n] for n in names}

    def within(n: str) -> float:
        block = r[np.ix_(where[n], where[n])]
        return float(block[np.tril_indices(len(block), -1)].mean())

    def between(a: str, b: str) -> float:
        if a == b:
            return 1.0
        return float(r[np.ix_(where[a], where[b])].mean()) / math.sqrt(within(a) * within(b))

    latent = np.array([[between(a, b) for b in names] for a in names])
    paths = np.linalg.solve(latent[:4, :4], latent[:4, 4])
    # Standard errors of these regression weights at N = 20,000 are near .01.
    assert paths == pytest.approx([0.25, 0.10, 0.35, -0.20], abs=0.04)
