"""Rows by themselves, factor scores and residuals: against lavaan, against refits, and against each other."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from wxsat.errors import UsageError
from wxsat.sem.casewise import casewise_distances, casewise_influence, casewise_log_likelihood
from wxsat.sem.residual_tests import residual_tests
from wxsat.sem.scores import factor_scores

TOLERANCE = 1e-6
PLAIN, GROUPED = "hs_nt", "hs_ml_metric"


def test_scores(lavaan_case, robust_golden):
    case = lavaan_case(PLAIN)
    at, moments = case.implied[0], case.sample[0]
    for method in ("regression", "bartlett"):
        found = factor_scores(at, moments.values, moments.mean, method=method)
        np.testing.assert_allclose(found.scores[:20], robust_golden["scores"][method], rtol=TOLERANCE, atol=1e-7)
    grouped = lavaan_case(GROUPED)
    for method in ("regression", "bartlett"):
        found = factor_scores(grouped.implied[1], grouped.sample[1].values, method=method)
        reference = robust_golden["scores"][f"metric_{method}"]
        np.testing.assert_allclose(found.scores[:20], reference, rtol=TOLERANCE, atol=1e-7)


def test_scores_with_missing_values_are_those_of_the_values_left(lavaan_case):
    case = lavaan_case(GROUPED)
    at, values = case.implied[0], case.sample[0].values.copy()
    values[0, 3:] = np.nan
    values[1] = np.nan
    found = factor_scores(at, values)
    n = 9
    cross = at.all_covariance[n:, :3]
    by_hand = at.all_mean[n:] + cross @ np.linalg.solve(at.sigma[:3, :3], values[0, :3] - at.mu[:3])
    np.testing.assert_allclose(found.scores[0], by_hand, rtol=1e-10)
    assert np.isnan(found.scores[1]).all()
    assert (found.errors[0] > found.errors[2]).all()
    bartlett = factor_scores(at, values, method="bartlett")
    assert np.isnan(bartlett.scores[0]).all()  # nothing is known about textual and speed


def test_scores_refuse_what_they_cannot_do(lavaan_case):
    case = lavaan_case(PLAIN)
    with pytest.raises(UsageError, match="SEM-096"):
        factor_scores(case.implied[0], case.sample[0].values)
    with pytest.raises(UsageError, match="SEM-096"):
        factor_scores(case.implied[0], case.sample[0].values, case.sample[0].mean, method="EBM")


def test_error_of_regression_scores_is_their_distance_from_the_latents(lavaan_case):
    case = lavaan_case(GROUPED)
    at = case.implied[0]
    generator = np.random.default_rng(5)
    both = generator.multivariate_normal(at.all_mean, at.all_covariance, size=40_000, method="cholesky")
    found = factor_scores(at, both[:, :9])
    spread = (found.scores - both[:, 9:]).std(axis=0)
    np.testing.assert_allclose(spread, found.errors[0], rtol=0.02)  # 40,000 draws: 1.1 % at three errors
    unbiased = factor_scores(at, both[:, :9], method="bartlett")
    slope = [np.polyfit(both[:, 9 + k], unbiased.scores[:, k], 1)[0] for k in range(3)]
    np.testing.assert_allclose(slope, 1.0, atol=0.02)


def test_casewise_likelihood(lavaan_case, robust_golden):
    case = lavaan_case(PLAIN)
    at, moments = case.implied[0], case.sample[0]
    found = casewise_log_likelihood(at, moments.values, moments.mean)
    np.testing.assert_allclose(found[:20], robust_golden["casewise"]["loglik"], rtol=TOLERANCE)
    assert found.sum() == pytest.approx(case.golden["fit"]["logl"], rel=1e-10)
    distance, count = casewise_distances(at, moments.values, moments.mean)
    assert distance.mean() == pytest.approx(np.trace(np.linalg.solve(at.sigma, moments.covariance)))
    assert (count == 9).all()


def test_influence_is_what_removal_does(lavaan_case, refit):
    case = lavaan_case(PLAIN)
    found = casewise_influence(case.implied, case.sample, case.restrictions)
    assert np.abs(found.change.sum(axis=0)).max() < 1e-7  # the scores sum to zero at the estimates
    worst = [*np.argsort(-found.cook)[:3].tolist(), 0, 150]
    for i in worst:
        moved = refit(case, i) - case.theta
        error = np.linalg.norm(moved - found.change[i]) / np.linalg.norm(moved)
        assert error < 0.15, i  # first order: second-order terms are a row's share of the information
    assert np.all(found.cook >= 0)


def test_residuals(lavaan_case, robust_golden):
    case = lavaan_case(PLAIN)
    (mine,) = residual_tests(case.implied, case.sample, case.restrictions)
    reference = robust_golden["residuals"]["hs"]
    off = ~np.eye(9, dtype=bool)
    np.testing.assert_allclose(mine.normalised[off], np.array(reference["normalized"])[off], rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(mine.standardised[off], np.array(reference["standardized"])[off], rtol=1e-5, atol=1e-5)
    grouped = lavaan_case(GROUPED)
    for own, theirs in zip(
        residual_tests(grouped.implied, grouped.sample, grouped.restrictions),
        robust_golden["residuals"]["metric"],
        strict=True,
    ):
        np.testing.assert_allclose(own.normalised, np.array(theirs["normalized"], dtype=float), rtol=1e-5, atol=1e-5)
        known = np.isfinite(own.standardised)
        theirs_standardised = np.array(theirs["standardized"], dtype=float)
        np.testing.assert_allclose(own.standardised[known], theirs_standardised[known], rtol=1e-5, atol=1e-5)
        assert known[off].all()
        assert np.isnan(own.standardised_means).all()  # free intercepts reproduce the means


def test_frame_of_scores_keeps_order(lavaan_case):
    case = lavaan_case(PLAIN)
    values = case.sample[0].values
    order = np.random.default_rng(1).permutation(len(values))
    straight = factor_scores(case.implied[0], values, case.sample[0].mean).scores
    mixed = factor_scores(case.implied[0], values[order], case.sample[0].mean).scores
    pd.testing.assert_frame_equal(pd.DataFrame(straight[order]), pd.DataFrame(mixed))
