"""Accounts drawn towards their mean: adjusted likelihood and moderated variances against base R, ends by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from wxsat.diagnosis.accounts import account_means
from wxsat.diagnosis.shrinkage import moderate_variances, shrink

GOLDEN = json.loads((Path(__file__).parents[2] / "golden/accounts/accounts.json").read_text(encoding="utf-8"))
# Both maximise one likelihood numerically: its top is flat, so that the variance agrees to the root of their precision.
FLAT = 1e-6


def test_shrinkage_as_in_r() -> None:
    got = shrink(np.array(GOLDEN["accounts"]), np.array(GOLDEN["errors"]))
    assert got.between == pytest.approx(GOLDEN["between"][0], rel=FLAT)
    assert got.mean == pytest.approx(GOLDEN["mu"][0], rel=FLAT)
    np.testing.assert_allclose(got.estimates, GOLDEN["shrunk"], rtol=FLAT)
    np.testing.assert_allclose(got.errors**2, GOLDEN["mse"], rtol=FLAT)


def test_accounts_that_hardly_differ_are_drawn_far_and_not_made_one() -> None:
    got = shrink(np.array(GOLDEN["near"]), np.full(8, 5.0))
    assert got.between == pytest.approx(GOLDEN["near_between"][0], rel=FLAT)
    np.testing.assert_allclose(got.estimates, GOLDEN["near_shrunk"], rtol=FLAT)
    assert 0 < got.own_weight.max() < 0.5
    assert np.ptp(got.estimates) > 0


def test_three_accounts_use_paule_and_mandel() -> None:
    got = shrink(np.array(GOLDEN["accounts"][:3]), np.array(GOLDEN["errors"][:3]))
    assert got.between == pytest.approx(GOLDEN["few_between"][0], rel=1e-7)
    # Differing by chance alone, so few are all given the mean.
    alike = shrink(np.array([49.0, 50.0, 51.0]), np.full(3, 5.0))
    assert alike.between == 0
    assert alike.estimates.tolist() == pytest.approx([50.0, 50.0, 50.0])


def test_an_account_without_an_estimate_takes_no_part() -> None:
    got = shrink(np.array([40.0, np.nan, 60.0]), np.array([2.0, 2.0, 2.0]))
    assert np.isnan(got.estimates[1])
    assert got.mean == pytest.approx(50.0)
    assert np.isnan(shrink(np.array([np.nan]), np.array([1.0])).mean)
    alone = shrink(np.array([42.0]), np.array([3.0]))
    assert (alone.estimates[0], alone.errors[0]) == (pytest.approx(42.0), pytest.approx(3.0))


def test_certain_accounts_keep_their_figure() -> None:
    got = shrink(np.array([30.0, 45.0, 50.0, 70.0, 80.0]), np.array([0.0, 2.0, 2.0, 2.0, 2.0]))
    assert got.estimates[0] == pytest.approx(30.0)
    assert np.isfinite(got.errors).all()


def test_moderated_variances_as_in_r() -> None:
    variances = np.array([np.nan if v < 0 else v for v in GOLDEN["variances"]])
    # R prints prior degrees of freedom and variance first; both solve one equation by bisection.
    np.testing.assert_allclose(
        moderate_variances(variances, np.array(GOLDEN["df"])), GOLDEN["moderated"][2:], rtol=1e-8
    )


def test_variances_that_differ_by_chance_alone_are_pooled() -> None:
    got = moderate_variances(np.array([90.0, 100.0, 110.0]), np.array([9.0, 19.0, 9.0]))
    assert got.tolist() == pytest.approx([100.0] * 3)
    assert np.isnan(moderate_variances(np.array([np.nan]), np.array([0.0]))).all()
    assert moderate_variances(np.zeros(4), np.full(4, 9.0)).tolist() == [0.0] * 4


def test_few_answers_all_alike_are_no_certainty() -> None:
    rng = np.random.default_rng(8)
    values = np.concatenate([np.full(10, 100.0), rng.normal(50, 20, 190)])[:, None]
    _, error, _ = account_means(values, None, np.repeat(np.arange(20), 10), 20)
    assert error[0, 0] > 0.5


def test_weights_that_are_all_alike_weigh_nothing() -> None:
    rng = np.random.default_rng(9)
    values, codes = rng.normal(50, 20, (120, 2)), np.repeat(np.arange(8), 15)
    plain, weighted = (account_means(values, w, codes, 8) for w in (None, np.full(120, 3.0)))
    for a, b in zip(plain, weighted, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)
