"""What is spared because thresholds are parameters of their own gives the same numbers as the plain products."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from wxsat.psychometrics.ordinal import covariance as module
from wxsat.psychometrics.ordinal.bivariate_normal import bivariate_cdf
from wxsat.psychometrics.ordinal.moments import evaluate_ordinal_moments
from wxsat.sem.fit import fit_sem
from wxsat.sem.ordinal import outcome
from wxsat.sem.ordinal.columns import SplitColumns
from wxsat.sem.scoring import search

ROUNDING = 1e-12


@pytest.fixture
def answers() -> np.ndarray:
    rng = np.random.default_rng(5)
    latent = 0.8 * rng.normal(size=(400, 1)) + 0.6 * rng.normal(size=(400, 6))
    return np.digitize(latent, [-0.7, 0.1, 0.9]).astype(float)


def test_products_with_split_columns() -> None:
    rng = np.random.default_rng(1)
    matrix = np.zeros((9, 7))
    matrix[:, 4:] = rng.normal(size=(9, 3))
    matrix[[0, 2, 2], [0, 1, 2]] = [1.5, -2.0, 0.5]  # the fourth column is empty, two lone entries share a row
    symmetric = rng.normal(size=(9, 9))
    symmetric += symmetric.T
    split = SplitColumns.of(matrix)
    np.testing.assert_allclose(split.gram(), matrix.T @ matrix, atol=ROUNDING)
    np.testing.assert_allclose(split.before(symmetric), symmetric @ matrix, atol=ROUNDING)
    np.testing.assert_allclose(split.across(symmetric), matrix.T @ symmetric, atol=ROUNDING)


@pytest.mark.parametrize("missing", ["listwise", "pairwise"])
def test_covariance_of_thresholds_from_tables(
    answers: np.ndarray, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    answers[::7, 2] = np.nan
    seen = []
    whole = module.full_covariance
    monkeypatch.setattr(
        "wxsat.psychometrics.ordinal.moments.full_covariance", lambda found: seen.append(found) or whole(found)
    )
    moments = evaluate_ordinal_moments(answers, list("abcdef"), [True] * 6, missing=missing)
    plain = sum(block @ block.T for block in seen[0].blocks()) * len(seen[0].rows.weights)
    np.testing.assert_allclose(moments.nacov, plain, atol=1e-10)


def test_many_correlations_at_once_as_one_by_one() -> None:
    rng = np.random.default_rng(2)
    rho = rng.uniform(-0.89, 0.89, size=100)
    h, k = rng.normal(size=(3, 1, 100)), rng.normal(size=(1, 3, 100))
    together = bivariate_cdf(h, k, rho)
    alone = np.stack([bivariate_cdf(h[..., i], k[..., i], rho[i]) for i in range(100)], axis=2)
    np.testing.assert_allclose(together, alone, atol=1e-14)


def test_search_without_thresholds_ends_where_the_whole_one_does(
    answers: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = pd.DataFrame(answers, columns=list("abcdef"))
    model = "F =~ a + b + c\nG =~ d + e + f"
    short = fit_sem(model, frame, ordered="all")
    calls: list[np.ndarray] = []

    def plain(objective: object, constraints: object, start: np.ndarray) -> object:
        calls.append(start)
        return search(objective, constraints.linear, start)

    monkeypatch.setattr(outcome, "search_linear", plain)
    long = fit_sem(model, frame, ordered="all")
    assert calls
    assert short.iterations == long.iterations
    np.testing.assert_allclose(short.outcome.estimate.theta, long.outcome.estimate.theta, rtol=1e-9)
    np.testing.assert_allclose(short.parameter_covariance, long.parameter_covariance, atol=1e-10)
