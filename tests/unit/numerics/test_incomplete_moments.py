"""EM moments of rows with holes against lavaan, against the other EM of the package, and where they cannot exist."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wxsat.numerics.incomplete_moments import incomplete_moments
from wxsat.numerics.incomplete_rows import complete_rows, row_patterns, squared_distances
from wxsat.sem.missing.em import saturated_moments
from wxsat.sem.missing.patterns import missing_patterns

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "careless"
EM_OF_LAVAAN = 1e-6  # its EM stops by its own rule
SAME_FIXED_POINT = 1e-8  # two EMs that both stop at steps below 1e-10 standard deviations


def test_moments_of_lavaan() -> None:
    r = json.loads((GOLDEN / "holes.json").read_text(encoding="utf-8"))
    found = incomplete_moments(pd.read_csv(GOLDEN / "holes.csv").to_numpy(dtype=float))
    assert found is not None
    assert found.converged
    np.testing.assert_allclose(found.mean, r["mean"], atol=EM_OF_LAVAAN)
    np.testing.assert_allclose(found.covariance, r["covariance"], atol=EM_OF_LAVAAN)


@pytest.mark.parametrize(("n", "p", "share"), [(300, 5, 0.3), (600, 3, 0.1), (90, 8, 0.05)])
def test_the_same_solution_as_the_likelihood_of_patterns(n: int, p: int, share: float) -> None:
    rng = np.random.default_rng(n)
    values = rng.normal(size=(n, p)) @ np.linalg.cholesky(0.6 * np.eye(p) + 0.4).T
    values[rng.random(values.shape) < share] = np.nan
    values[0] = np.nan  # a row without anything says nothing
    ours, theirs = incomplete_moments(values), saturated_moments(missing_patterns(values))
    assert ours is not None
    np.testing.assert_allclose(ours.mean, theirs.mean, atol=SAME_FIXED_POINT)
    np.testing.assert_allclose(ours.covariance, theirs.covariance, atol=SAME_FIXED_POINT)
    assert ours.loglik == pytest.approx(theirs.loglik, rel=1e-12)


def test_complete_data_need_no_step() -> None:
    values = np.random.default_rng(1).normal(size=(40, 3)) + 1000
    found = incomplete_moments(values)
    assert found is not None
    assert found.steps == 0
    np.testing.assert_allclose(found.covariance, np.cov(values, rowvar=False, ddof=0), rtol=1e-9)


@pytest.mark.parametrize(
    "spoil", [lambda x: np.column_stack([x, x[:, 0]]), lambda x: np.column_stack([x, np.ones(50)])]
)
def test_dependent_or_constant_columns_have_no_moments(spoil: object) -> None:
    values = np.random.default_rng(2).normal(size=(50, 3))
    values[3, 1] = np.nan
    assert incomplete_moments(spoil(values)) is None  # type: ignore[operator]


def test_distance_is_that_of_the_observed_block() -> None:
    rng = np.random.default_rng(6)
    covariance = np.cov(rng.normal(size=(30, 5)), rowvar=False)
    d = rng.normal(size=(20, 5))
    seen = rng.random((20, 5)) < 0.6
    found = squared_distances(d, np.zeros(5), seen, np.linalg.inv(covariance))
    for row, o, value in zip(d, seen, found, strict=True):
        block = covariance[np.ix_(o, o)]
        assert value == pytest.approx(row[o] @ np.linalg.solve(block, row[o]) if o.any() else 0.0, rel=1e-9)
    filled = complete_rows(d, seen, np.linalg.inv(covariance))
    np.testing.assert_array_equal(filled[seen], d[seen])


def test_patterns_number_rows_by_what_they_have() -> None:
    seen = np.array([[True, False], [False, True], [True, False]])
    found = row_patterns(seen)
    assert found.observed.tolist() == [[True, False], [False, True]]
    assert found.member.tolist() == [0, 1, 0]
    assert row_patterns(np.zeros((0, 3), dtype=bool)).count.tolist() == []
