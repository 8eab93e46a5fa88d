"""Accounts one by one and gaps of needs: response surface against base R, small cells by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wxsat.diagnosis.accounts import account_means, status_of, suppressed_cells, tabulate_accounts
from wxsat.diagnosis.gaps import (
    blind_spot_index,
    difference_reliability,
    rank_agreement,
    response_surface,
    supply_mismatch,
    tabulate_gaps,
)

FOLDER = Path(__file__).parents[2] / "golden" / "sources"
GOLDEN = json.loads((FOLDER / "sources.json").read_text(encoding="utf-8"))


def test_small_cells() -> None:
    assert [status_of(n) for n in (9, 10, 29, 30)] == [
        "suppressed", "reference_only", "reference_only", "published",
    ]  # fmt: skip
    # One hidden cell could be computed from the total: the smallest shown one goes with it.
    assert suppressed_cells(np.array([2, 4, 40]), 3).tolist() == [True, True, False]
    assert suppressed_cells(np.array([2, 4, 40]), 3, total_shown=False).tolist() == [True, False, False]
    assert suppressed_cells(np.array([3, 4]), 3).tolist() == [False, False]


def test_account_means_by_hand() -> None:
    values = np.array([[10.0], [30.0], [np.nan], [50.0]])
    mean, error, n = account_means(values, None, np.array([0, 0, 0, 1]), 2)
    assert mean[:, 0].tolist() == [20.0, 50.0]
    assert n[:, 0].tolist() == [2, 1]
    # sd of (10, 30) over root two; the account with one answer borrows the pooled spread.
    assert error[0, 0] == pytest.approx(10.0)
    assert error[1, 0] == pytest.approx(np.sqrt(200.0 / 1))


def test_the_table_of_accounts_hides_what_is_too_small() -> None:
    public = (np.array([[40.0], [60.0], [50.0]]), np.full((3, 1), 2.0), np.array([[9], [15], [40]]))
    others = {
        "n_ops": np.array([2.0, 3.0, 5.0]), "S_ops": np.array([[11.0], [22.0], [33.0]]),
        "S_log": np.full((3, 1), 5.0), "panel": np.full(3, np.nan),
    }  # fmt: skip
    table = tabulate_accounts(("a", "b", "c"), ("D1",), public, others, {("b", "D1"): "L07"})
    assert table["status"].tolist() == ["suppressed", "reference_only", "published"]
    assert np.isnan(table["S_pub"][0])
    assert np.isnan(table["S_shrunk"][0])
    # Two persons are hidden, and the next smallest with them.
    assert table["S_ops"].isna().tolist() == [True, True, False]
    assert table["veto"].tolist() == ["", "L07", ""]


def test_response_surface_as_in_r() -> None:
    data = pd.read_csv(FOLDER / "surface.csv")
    got = response_surface(*(data[c].to_numpy(float) for c in ("outcome", "x", "y")))
    assert got is not None
    np.testing.assert_allclose(got.coefficients["estimate"], GOLDEN["surface"], rtol=1e-9)
    np.testing.assert_allclose(got.coefficients["std_error"], GOLDEN["surface_se"], rtol=1e-8)
    assert got.r2 == pytest.approx(GOLDEN["r2"][0], rel=1e-10)


def test_no_surface_of_few_rows_or_of_a_constant() -> None:
    x = np.linspace(0, 100, 29)
    assert response_surface(x, x, x[::-1]) is None
    longer = np.linspace(0, 100, 60)
    assert response_surface(longer, longer, np.full(60, 50.0)) is None


def test_blind_spots_count_needs_above_the_median_only() -> None:
    importance, believed = np.array([[90.0, 50.0, 10.0]]), np.array([[60.0, 80.0, 0.0]])
    # Median 50: needs one and two count, the second is overrated; 30 / 3.
    assert blind_spot_index(importance, believed).tolist() == [10.0]
    assert np.isnan(blind_spot_index(importance, np.full((1, 3), np.nan))).all()


def test_gaps_have_the_stated_signs() -> None:
    one = tabulate_gaps(("N01",), *(np.array([v]) for v in (80.0, 50.0, 60.0, 70.0)))
    assert one[["g1", "g2", "g3"]].iloc[0].tolist() == [30.0, -20.0, 20.0]


def test_rank_agreement_mismatch_and_reliability() -> None:
    assert rank_agreement(np.array([1.0, 2.0, 3.0]), np.array([9.0, 8.0, 7.0])) == pytest.approx(-1.0)
    assert supply_mismatch(np.array([1.0, 1.0]), np.array([1.0, 0.0])) == pytest.approx(0.5)
    x, y = np.array([0.0, 1.0, 2.0, 3.0]), np.array([0.0, 2.0, 1.0, 3.0])
    c = np.cov(x, y)
    by_hand = (c[0, 0] * 0.8 + c[1, 1] * 0.7 - 2 * c[0, 1]) / (c[0, 0] + c[1, 1] - 2 * c[0, 1])
    assert difference_reliability(x, y, 0.8, 0.7) == pytest.approx(by_hand)


def test_errors_of_a_clustered_surface_are_those_of_leaving_out_an_account() -> None:
    rng = np.random.default_rng(5)
    codes = np.repeat(np.arange(8), 12)
    x, y = rng.uniform(0, 100, 96), rng.uniform(0, 100, 8)[codes]
    z = 40 + 0.3 * x + 0.1 * y + rng.normal(size=8)[codes] * 5 + rng.normal(size=96) * 10
    got = response_surface(z, x, y, codes)
    assert got is not None
    u, v = x - 50, y - 50
    design = np.column_stack([np.ones(96), u, v, u * u, u * v, v * v])
    whole = np.linalg.lstsq(design, z, rcond=None)[0]
    moved = [np.linalg.lstsq(design[codes != g], z[codes != g], rcond=None)[0] - whole for g in range(8)]
    errors = np.sqrt(7 / 8 * np.sum(np.square(moved), axis=0))
    # The same least squares from products and from rows: squares of squares cost half the digits.
    np.testing.assert_allclose(got.coefficients["std_error"][:6], errors, rtol=1e-6)
    half = (got.coefficients["ci_upper"] - got.coefficients["ci_lower"]) / 2
    assert (half / got.coefficients["std_error"]).tolist() == pytest.approx([2.364624] * 10, abs=1e-5)  # t, 7 df
