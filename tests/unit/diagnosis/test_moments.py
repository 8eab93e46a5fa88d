"""Moments from sums by unit, against pandas' pairwise covariance and against resampled rows."""

import numpy as np
import pandas as pd
import pytest

from wxsat.diagnosis.moments import moments_of, sum_moments, true_score_covariance
from wxsat.diagnosis.sampling import Units

CLOSED_FORM = 1e-9  # one closed form, another order of summation


@pytest.fixture(scope="module")
def items():
    rng = np.random.default_rng(11)
    common = rng.normal(50, 15, (200, 1))
    blocks = [common + rng.normal(0, 10, (200, p)) for p in (3, 1, 4)]
    return tuple(np.where(rng.random(b.shape) < 0.1, np.nan, b) for b in blocks)


@pytest.fixture(scope="module")
def values(items):
    return np.column_stack([pd.DataFrame(b).mean(axis=1) for b in items])


@pytest.fixture(scope="module")
def units():
    return Units(np.random.default_rng(2).permutation(np.repeat(np.arange(10), 20)), 10, clustered=True)


def pairwise(values):
    """Pairwise covariance with divisor N, by pandas."""
    frame = pd.DataFrame(values)
    r = frame.notna().to_numpy(float)
    n = r.T @ r
    return frame.cov().to_numpy() * (n - 1) / n


def test_the_sample_itself(items, values, units):
    moments = moments_of(np.ones((1, 10)), sum_moments(values, items, units))
    np.testing.assert_allclose(moments.means[0], np.nanmean(values, axis=0), rtol=CLOSED_FORM)
    np.testing.assert_allclose(moments.covariance[0], pairwise(values), rtol=CLOSED_FORM)


def test_a_draw_equals_the_moments_of_its_rows(items, values, units):
    counts = np.random.default_rng(4).integers(0, 4, (1, 10)).astype(float)
    moments = moments_of(counts, sum_moments(values, items, units))
    rows = np.repeat(np.arange(200), counts[0, units.codes].astype(int))
    np.testing.assert_allclose(moments.means[0], np.nanmean(values[rows], axis=0), rtol=CLOSED_FORM)
    np.testing.assert_allclose(moments.covariance[0], pairwise(values[rows]), rtol=CLOSED_FORM)


def test_rows_may_be_taken_in_pieces(items, values, units, monkeypatch):
    whole = sum_moments(values, items, units)
    monkeypatch.setattr("wxsat.diagnosis.moments.ROWS_AT_ONCE", 37)
    np.testing.assert_allclose(sum_moments(values, items, units).sums, whole.sums, rtol=CLOSED_FORM, atol=1e-6)


def test_weights_act_as_frequencies(items, values, units):
    weights = np.random.default_rng(6).integers(1, 4, 200).astype(float)
    weighted = moments_of(np.ones((1, 10)), sum_moments(values, items, units, weights))
    rows = np.repeat(np.arange(200), weights.astype(int))
    np.testing.assert_allclose(weighted.covariance[0], pairwise(values[rows]), rtol=CLOSED_FORM)


def test_alpha_is_the_closed_form_over_complete_rows(items, values, units):
    moments = moments_of(np.ones((1, 10)), sum_moments(values, items, units))
    for block, alpha in zip(items, moments.alpha[0], strict=True):
        p = block.shape[1]
        if p == 1:
            assert np.isnan(alpha)
            continue
        c = np.cov(block[~np.isnan(block).any(axis=1)].T)
        assert alpha == pytest.approx(p / (p - 1) * (1 - np.trace(c) / c.sum()), rel=CLOSED_FORM)


def test_true_scores_lose_only_error_variance():
    covariance = np.array([[4.0, 1.5], [1.5, 9.0]])
    assert true_score_covariance(covariance, np.array([0.75, np.nan])).tolist() == [[3.0, 1.5], [1.5, 9.0]]
    assert covariance[0, 0] == 4.0
