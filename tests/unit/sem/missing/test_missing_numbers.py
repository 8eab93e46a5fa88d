"""The likelihood of incomplete data by its definition, its derivatives by differences, EM by its fixed point."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from wxsat.errors import DataError, EstimationError
from wxsat.numerics.squarem import accelerated_em
from wxsat.sem.implied import implied_moments
from wxsat.sem.matrices import lay_out
from wxsat.sem.missing.checks import check_coverage
from wxsat.sem.missing.em import independence_loglik, little_mcar, saturated_moments
from wxsat.sem.missing.fiml import (
    casewise_loglik,
    casewise_scores,
    fiml_gradient,
    fiml_information,
    fiml_loglik,
    saturated_scores,
)
from wxsat.sem.missing.fit import usable_rows
from wxsat.sem.missing.pattern_likelihood import pattern_terms
from wxsat.sem.missing.patterns import complete_pattern, missing_patterns
from wxsat.sem.parameter_table import parse_model

STEP = 1e-5


@pytest.fixture(scope="module")
def holed():
    generator = np.random.default_rng(5)
    f = generator.normal(size=(150, 1))
    x = f * [1.0, 0.8, 0.6, 0.9, 0.7] + generator.normal(size=(150, 5)) * 0.7 + [1, 2, 3, 4, 5]
    x[generator.random(x.shape) < 0.2] = np.nan
    x[3] = np.nan
    return x, generator.uniform(0.5, 2.0, size=150)


@pytest.fixture(scope="module")
def point():
    generator = np.random.default_rng(6)
    a = generator.normal(size=(5, 9))
    return a @ a.T / 9 + 0.3 * np.eye(5), np.arange(1.0, 6.0) + generator.normal(size=5)


def by_definition(x, weights, sigma, mu):
    total = 0.0
    for row, weight in zip(x, weights, strict=True):
        seen = ~np.isnan(row)
        if seen.any():
            block, distance = sigma[np.ix_(seen, seen)], row[seen] - mu[seen]
            log_det = np.linalg.slogdet(2 * np.pi * block)[1]
            total -= 0.5 * weight * (log_det + distance @ np.linalg.solve(block, distance))
    return total


def test_value_is_that_of_the_definition(holed, point):
    x, weights = holed
    terms = pattern_terms(missing_patterns(x, weights), *point)
    assert terms.value == pytest.approx(by_definition(x, weights, *point), rel=1e-12)


def test_small_blocks_of_patterns_give_the_same(holed, point, monkeypatch):
    patterns = missing_patterns(*holed)
    whole = pattern_terms(patterns, *point, "observed")
    monkeypatch.setattr("wxsat.sem.missing.patterns.BLOCK_NUMBERS", 75)
    parts = pattern_terms(patterns, *point, "observed")
    assert parts.value == pytest.approx(whole.value, rel=1e-13)
    np.testing.assert_allclose(parts.information, whole.information, atol=1e-9)


def test_derivatives_in_the_moments(holed, point):
    patterns = missing_patterns(*holed)
    i, j = np.tril_indices(5)

    def gradient(z):
        sigma = np.zeros((5, 5))
        sigma[i, j] = sigma[j, i] = z[5:]
        terms = pattern_terms(patterns, sigma, z[:5])
        return terms.value, np.concatenate([terms.pull, np.where(i == j, 1, 2) * terms.push[i, j]])

    z = np.concatenate([point[1], point[0][i, j]])
    value = [(gradient(z + STEP * e)[0] - gradient(z - STEP * e)[0]) / (2 * STEP) for e in np.eye(20)]
    np.testing.assert_allclose(gradient(z)[1], value, atol=1e-6)
    slope = [(gradient(z + STEP * e)[1] - gradient(z - STEP * e)[1]) / (2 * STEP) for e in np.eye(20)]
    np.testing.assert_allclose(pattern_terms(patterns, *point, "observed").information, -np.array(slope), atol=1e-5)


def test_expected_information_is_the_observed_one_of_perfect_rows(holed, point):
    sigma, mu = point
    patterns = missing_patterns(np.tile(holed[0], (2, 1)))
    both = patterns.observed[:, :, None] & patterns.observed[:, None, :]
    perfect = replace(patterns, mean=np.where(patterns.observed, mu, 0.0), cross=np.where(both, sigma, 0.0))
    observed = pattern_terms(perfect, sigma, mu, "observed").information
    np.testing.assert_allclose(pattern_terms(perfect, sigma, mu, "expected").information, observed, atol=1e-8)


@pytest.fixture(scope="module")
def model(holed):
    table = parse_model("f =~ x1 + x2 + x3 + x4\nx5 ~ f + x2", meanstructure=True)
    cells = lay_out(table)
    generator = np.random.default_rng(9)
    theta = np.array([row.op == "~~" for row in table.parameters if row.free]) * 0.7
    return cells, theta + generator.uniform(0.3, 0.6, size=cells.n_free)


def test_derivatives_in_the_parameters(holed, model):
    patterns, (cells, theta) = missing_patterns(*holed), model

    def at(z):
        return [implied_moments(cells, z)]

    unit = np.eye(len(theta))
    value = [
        (fiml_loglik(at(theta + STEP * e), [patterns]) - fiml_loglik(at(theta - STEP * e), [patterns])) / (2 * STEP)
        for e in unit
    ]
    np.testing.assert_allclose(fiml_gradient(at(theta), [patterns]), value, rtol=1e-6, atol=1e-4)
    slope = [
        (fiml_gradient(at(theta + STEP * e), [patterns]) - fiml_gradient(at(theta - STEP * e), [patterns])) / (2 * STEP)
        for e in unit
    ]
    np.testing.assert_allclose(fiml_information(at(theta), [patterns]), -np.array(slope), rtol=1e-5, atol=1e-3)


def test_rows_add_up(holed, model):
    (x, weights), (cells, theta) = holed, model
    patterns, implied = missing_patterns(x, weights), [implied_moments(cells, theta)]
    loglik = casewise_loglik(implied, [patterns])[0]
    assert np.isnan(loglik[3])
    assert np.nansum(weights * loglik) == pytest.approx(fiml_loglik(implied, [patterns]), rel=1e-12)
    scores = casewise_scores(implied, [patterns])[0]
    np.testing.assert_array_equal(scores[3], 0.0)
    np.testing.assert_allclose(scores.sum(axis=0), fiml_gradient(implied, [patterns]), rtol=1e-9, atol=1e-8)


def test_order_of_the_rows_does_not_matter(holed):
    x, weights = holed
    order = np.random.default_rng(1).permutation(len(x))
    first, second = (saturated_moments(missing_patterns(*pair)) for pair in ((x, weights), (x[order], weights[order])))
    np.testing.assert_allclose(first.covariance, second.covariance, atol=1e-9)
    assert first.loglik == pytest.approx(second.loglik, rel=1e-13)


def test_saturated_moments_are_the_maximum(holed):
    patterns = missing_patterns(*holed)
    best = saturated_moments(patterns)
    terms = pattern_terms(patterns, best.covariance, best.mean)
    assert np.abs(terms.pull).max() < 1e-6
    assert np.abs(terms.push).max() < 1e-6
    scores = saturated_scores(patterns, best.covariance, best.mean)
    assert np.abs(scores.sum(axis=0)).max() < 1e-6


def test_complete_data_need_no_step():
    x = np.random.default_rng(2).normal(size=(50, 3))
    best = saturated_moments(missing_patterns(x))
    np.testing.assert_allclose(best.covariance, np.cov(x.T, ddof=0), atol=1e-13)
    assert best.steps == 0
    alone = complete_pattern(best.covariance, best.mean, 50.0)
    assert pattern_terms(alone, best.covariance, best.mean).value == pytest.approx(best.loglik, rel=1e-13)


def test_much_missing_is_settled_too():
    generator = np.random.default_rng(4)
    x = generator.multivariate_normal(np.zeros(6), 0.5 + 0.5 * np.eye(6), size=400)
    x[generator.random(x.shape) < 0.6] = np.nan
    best = saturated_moments(missing_patterns(x))
    assert best.largest_step < 1e-7


def test_independence_has_the_available_moments(holed):
    x, _ = holed
    value, mean, covariance = independence_loglik(missing_patterns(x), np.zeros(0, dtype=np.intp))
    np.testing.assert_allclose(mean, np.nanmean(x, axis=0))
    np.testing.assert_allclose(np.diag(covariance), np.nanvar(x, axis=0))
    assert value == pytest.approx(by_definition(x, np.ones(len(x)), covariance, mean), rel=1e-12)


def test_little_by_definition(holed):
    x, _ = holed
    patterns = missing_patterns(x)
    best = saturated_moments(patterns)
    seen = ~np.isnan(x)
    statistic, count = 0.0, 0
    for pattern in np.unique(seen[seen.any(axis=1)], axis=0):
        rows = x[(seen == pattern).all(axis=1)][:, pattern]
        d = rows.mean(axis=0) - best.mean[pattern]
        statistic += len(rows) * d @ np.linalg.solve(best.covariance[np.ix_(pattern, pattern)], d)
        count += int(pattern.sum())
    assert little_mcar(patterns, best) == (pytest.approx(statistic, rel=1e-10), count - 5)


def test_pairs_never_seen_together_are_named():
    x = np.random.default_rng(3).normal(size=(20, 3))
    x[:10, 0], x[10:, 2] = np.nan, np.nan
    with pytest.raises(DataError, match="no row has both 'a' and 'c'") as caught:
        check_coverage(missing_patterns(x), ["a", "b", "c"])
    assert caught.value.code == "SEM-080"


def test_a_sum_of_others_is_refused():
    x = np.random.default_rng(3).normal(size=(60, 3))
    x[:, 2] = x[:, 0] + x[:, 1]
    x[:5, 0] = np.nan
    with pytest.raises(DataError, match=r"column 'c'.*linear function of 'a', 'b'") as named:
        saturated_moments(missing_patterns(x), names=["a", "b", "c"])
    assert named.value.code == "SEM-046"
    with pytest.raises(EstimationError) as caught:
        saturated_moments(missing_patterns(x))
    assert caught.value.code == "SEM-081"


def test_rows_that_say_nothing_are_left_out():
    x = np.array([[1.0, np.nan], [np.nan, np.nan], [np.nan, 2.0]])
    assert usable_rows(x).tolist() == [True, False, True]
    assert usable_rows(x, [1]).tolist() == [False, False, True]


def test_em_in_pairs_finds_a_fixed_point():
    # x -> 1 + 0.9 x creeps to 10; its "likelihood" is the distance left.
    found = accelerated_em(
        (np.array([0.0]),), lambda p: (-abs(float(p[0][0]) - 10), (1 + 0.9 * p[0],)), lambda p: (np.ones(1),)
    )
    assert found.converged
    assert found.steps < 20
    assert found.point[0][0] == pytest.approx(10.0, abs=1e-8)
