from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wxsat.numerics.covariance import (
    correlation_from,
    pairwise_correlation,
    sample_moments,
    standardise_columns,
    why_not_positive_definite,
)

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "psychometrics"
ROUNDING = 1e-12


@pytest.fixture(scope="module")
def holed() -> np.ndarray:
    rng = np.random.default_rng(3)
    values = rng.normal(size=(60, 4)) @ rng.normal(size=(4, 4)) + 1000
    values[rng.random(values.shape) < 0.2] = np.nan
    return values


def test_pairwise_moments_equal_rs_cov_and_cor() -> None:
    reference = json.loads((GOLDEN / "reference.json").read_text(encoding="utf-8"))["simulated"]
    frame = pd.read_csv(GOLDEN / "simulated.csv").assign(EOU4=lambda d: 8 - d["EOU4"])
    values = frame[[f"EOU{i}" for i in range(1, 6)]].to_numpy(dtype=np.float64)
    moments = sample_moments(values, missing="pairwise")
    np.testing.assert_allclose(moments.covariance, reference["covariance_pairwise"], rtol=0, atol=ROUNDING)
    np.testing.assert_allclose(pairwise_correlation(values), reference["correlation_pairwise"], rtol=0, atol=ROUNDING)


def test_pairwise_moments_keep_their_digits_far_from_zero(holed: np.ndarray) -> None:
    shifted = sample_moments(holed + 1e7, missing="pairwise").covariance
    np.testing.assert_allclose(shifted, pd.DataFrame(holed).cov().to_numpy(), rtol=1e-7)


def test_listwise_uses_complete_rows_only(holed: np.ndarray) -> None:
    complete = holed[~np.isnan(holed).any(axis=1)]
    moments = sample_moments(holed)
    assert moments.n_obs == len(complete)
    np.testing.assert_allclose(moments.covariance, np.cov(complete.T), rtol=1e-10)
    np.testing.assert_allclose(moments.mean, complete.mean(axis=0), rtol=1e-12)


def test_pair_without_common_rows_is_missing_not_zero() -> None:
    values = np.array([[1.0, np.nan], [2.0, np.nan], [np.nan, 3.0], [np.nan, 5.0]])
    assert np.isnan(sample_moments(values, missing="pairwise").covariance[0, 1])
    assert np.isnan(pairwise_correlation(values)[0, 1])


@pytest.mark.parametrize("constant", [0.0, 0.1, 1e9 + 0.1])
def test_constant_columns_are_never_blown_up_to_unit_variance(constant: float) -> None:
    values = np.column_stack([np.full(30, constant), np.arange(30.0)])
    assert (standardise_columns(values)[:, 0] == 0).all()
    assert np.isnan(pairwise_correlation(values)[0, 1])
    assert np.isnan(correlation_from(np.diag([0.0, 1.0]))[0, 1])


@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        (np.eye(3), None),
        (np.diag([1.0, 0.0, 1.0]), "no variance: 'b'"),
        (np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1.0]]), "'a' and 'b' are identical"),
        (np.array([[1, 0, 0.5], [0, 1, 0.5], [0.5, 0.5, 0.5]]), "linear dependence among 'c'"),
        (np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]]), "impossible pattern"),
        (np.array([[1, np.nan, 0], [np.nan, 1, 0], [0, 0, 1.0]]), "'a' and 'b' cannot be computed"),
    ],
)
def test_reason_is_named(matrix: np.ndarray, words: str | None) -> None:
    reason = why_not_positive_definite(matrix, ["a", "b", "c"])
    assert (reason is None) if words is None else (reason is not None and words in reason)
