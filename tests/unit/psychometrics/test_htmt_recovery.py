"""HTMT finds the correlation that made the data, and its interval covers it as often as it says."""

from __future__ import annotations

import numpy as np
import pytest

from wxsat.psychometrics.construct_correlation import latent_correlations
from wxsat.psychometrics.htmt import heterotrait_monotrait, heterotrait_monotrait2, htmt_intervals

TRUTH = 0.6
BLOCKS = [np.arange(3), np.arange(3, 6)]


def _answers(generator: np.random.Generator, n: int, loadings: np.ndarray) -> np.ndarray:
    first = generator.normal(size=n)
    second = TRUTH * first + np.sqrt(1 - TRUTH**2) * generator.normal(size=n)
    traits = np.column_stack([first] * 3 + [second] * 3)
    return loadings * traits + np.sqrt(1 - loadings**2) * generator.normal(size=(n, 6))


def _population(loadings: np.ndarray) -> np.ndarray:
    latent = np.kron(np.array([[1, TRUTH], [TRUTH, 1]]), np.ones((3, 3)))
    correlation = latent * np.outer(loadings, loadings)
    np.fill_diagonal(correlation, 1.0)
    return correlation


def test_equal_loadings_make_htmt_the_latent_correlation() -> None:
    correlation = _population(np.full(6, 0.75))
    assert heterotrait_monotrait(correlation, BLOCKS)[0, 1] == pytest.approx(TRUTH, abs=1e-12)


def test_unequal_loadings_bias_htmt_but_not_htmt2() -> None:
    loadings = np.array([0.9, 0.6, 0.4, 0.9, 0.7, 0.5])
    correlation = _population(loadings)
    assert heterotrait_monotrait2(correlation, BLOCKS)[0, 1] == pytest.approx(TRUTH, abs=1e-12)
    assert abs(heterotrait_monotrait(correlation, BLOCKS)[0, 1] - TRUTH) > 0.01


def test_latent_correlation_is_exact_for_any_loadings() -> None:
    loadings = np.array([0.9, 0.6, 0.4, 0.9, 0.7, 0.5])
    latent = latent_correlations(_population(loadings), BLOCKS, [loadings[:3], loadings[3:]])
    assert latent[0, 1] == pytest.approx(TRUTH, abs=1e-12)


def test_latent_correlation_is_missing_for_a_construct_without_loadings() -> None:
    loadings = [np.full(3, 0.7), np.full(3, np.nan)]
    latent = latent_correlations(_population(np.full(6, 0.7)), BLOCKS, loadings)
    assert latent[0, 0] == 1
    assert np.isnan(latent[0, 1])
    assert np.isnan(latent[1, 1])


def test_the_sign_of_an_item_does_not_matter() -> None:
    values = _answers(np.random.default_rng(2), 300, np.full(6, 0.7))
    flipped = values * np.array([1, -1, 1, 1, 1, -1])
    plain, turned = (htmt_intervals(v, BLOCKS, draws=40, seed=4) for v in (values, flipped))
    np.testing.assert_allclose(turned.ci_upper, plain.ci_upper, atol=1e-12)


@pytest.mark.slow
def test_interval_covers_the_truth() -> None:
    generator, hits, runs = np.random.default_rng(8), 0, 400
    for run in range(runs):
        values = _answers(generator, 250, np.full(6, 0.75))
        result = htmt_intervals(values, BLOCKS, draws=400, seed=run)
        hits += result.ci_lower[0, 1] <= TRUTH <= result.ci_upper[0, 1]
    # Binomial SE .011 at .95; four of them. A percentile interval of a ratio is a little short.
    assert hits / runs == pytest.approx(0.95, abs=0.044)
