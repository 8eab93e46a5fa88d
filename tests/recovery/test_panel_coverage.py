"""Do the intervals of Phi and of the months' ICC hold the truth? Slow: run once and reported."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from wxsat.panel.generalisability import VarianceComponents, estimate_components, monthly_icc, one_way_interval


def year_of_sheets(rng, accounts, raters, months, double, parts) -> pd.DataFrame:
    account, rater, month, ar, am, error = np.sqrt(parts)
    a, r, m = rng.normal(0, account, accounts), rng.normal(0, rater, raters), rng.normal(0, month, months)
    of_ar, of_am = rng.normal(0, ar, (accounts, raters)), rng.normal(0, am, (accounts, months))
    rows = [
        (i, k, j, 70 + a[i] + r[k] + m[j] + of_ar[i, k] + of_am[i, j] + rng.normal(0, error))
        for i in range(accounts)
        for j in range(months)
        for k in rng.choice(raters, 2 if rng.random() < double else 1, replace=False)
    ]
    return pd.DataFrame(rows, columns=["account", "rater", "month", "score"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("accounts", "raters", "months", "double", "parts"),
    [
        (30, 6, 12, 0.3, (60, 5, 2, 4, 10, 30)),
        (30, 6, 12, 0.3, (40, 20, 5, 6, 10, 15)),
        (15, 4, 9, 0.5, (40, 8, 3, 5, 10, 20)),
        (30, 8, 12, 0.25, (8, 5, 3, 5, 8, 30)),
    ],
    ids=["usual", "supervisors differ", "small", "accounts alike"],
)
def test_phi_holds(accounts, raters, months, double, parts):
    rng, truth, held = np.random.default_rng(1), VarianceComponents(*parts, 70.0, True), []
    for _ in range(400):
        frame = year_of_sheets(rng, accounts, raters, months, double, parts)
        seen = len(frame) / (accounts * months)
        low, high = estimate_components(frame).phi_interval(seen, months)
        if not np.isnan(low):
            held.append(low <= truth.phi(seen, months) <= high)
    # 400 trials: three standard errors are 3.3 points.
    assert 0.95 - 0.033 <= np.mean(held) <= 0.99
    assert len(held) >= 0.9 * 400


@pytest.mark.slow
@pytest.mark.parametrize(("accounts", "raters", "spread"), [(10, 6, 0), (10, 6, 5), (20, 6, 5), (12, 4, 20)])
def test_icc_of_rotating_supervisors_holds(accounts, raters, spread):
    rng, held = np.random.default_rng(2), []
    target = np.repeat(np.arange(accounts), 2)
    truth = 60 / (60 + (spread + 30) / 2)
    for _ in range(2000):
        rater = np.concatenate([rng.choice(raters, 2, replace=False) for _ in range(accounts)])
        noise = rng.normal(0, np.sqrt(30), 2 * accounts)
        scores = rng.normal(0, np.sqrt(60), accounts)[target] + rng.normal(0, np.sqrt(spread), raters)[rater] + noise
        low, high = one_way_interval(scores, target)
        held.append(low <= truth <= high)
    # Exact where supervisors do not differ; those who do return in several accounts, which costs up to two points.
    assert 0.925 <= np.mean(held) <= 0.97


@pytest.mark.slow
def test_icc_of_the_same_supervisors_holds():
    rng, held = np.random.default_rng(3), []
    for _ in range(400):
        y = (
            rng.normal(0, np.sqrt(60), (20, 1))
            + rng.normal(0, np.sqrt(5), (1, 3))
            + rng.normal(0, np.sqrt(30), (20, 3))
        )
        rows = [(f"a{i}", f"r{j}", "2026-01", y[i, j]) for i in range(20) for j in range(3)]
        row = monthly_icc(pd.DataFrame(rows, columns=["account", "rater", "month", "score"])).iloc[0]
        held.append(row["ci_lower"] <= 60 / (60 + 35 / 3) <= row["ci_upper"])
    assert 0.95 - 0.033 <= np.mean(held) <= 0.95 + 0.033
