"""Do intervals of single accounts, and of the surface over accounts, hold 93 to 97 % of the truths? Slow."""

from __future__ import annotations

import numpy as np
import pytest

from wxsat.diagnosis.accounts import account_means
from wxsat.diagnosis.gaps import response_surface
from wxsat.diagnosis.shrinkage import shrink

WORLDS = 400
LEAST, MOST = 0.93, 0.97


def _accounts_held(sizes: tuple[int, int], icc: float, accounts: int = 40, uneven: bool = False) -> float:
    rng, held = np.random.default_rng(20140713), []
    for _ in range(WORLDS):
        n = rng.integers(*sizes, size=accounts)
        codes = np.repeat(np.arange(accounts), n)
        truth = 44 + 20 * np.sqrt(icc) * rng.normal(size=accounts)
        within = 20 * np.sqrt(1 - icc) * (rng.uniform(0.5, 1.5, accounts) if uneven else np.ones(accounts))
        values = truth[codes] + within[codes] * rng.normal(size=len(codes))
        mean, error, _ = account_means(values[:, None], None, codes, accounts)
        drawn = shrink(mean[:, 0], error[:, 0])
        held.append(np.abs(drawn.estimates - truth) <= 1.959964 * drawn.errors)
    return float(np.mean(held))


@pytest.mark.slow
@pytest.mark.parametrize(
    "world",
    [
        ((30, 60), 0.1), ((10, 60), 0.1), ((10, 20), 0.1), ((10, 20), 0.1, 40, True), ((15, 16), 0.03),
        ((12, 13), 0.03, 15), ((10, 20), 0.2, 12), ((10, 30), 0.3, 8), ((10, 30), 0.1, 6), ((10, 30), 0.1, 4),
    ],
)  # fmt: skip
def test_shrunken_accounts_cover(world):
    coverage = _accounts_held(*world)
    print(world, coverage)
    # Four thousand figures and more, those of one world moving together: one point of slack above.
    assert LEAST <= coverage <= MOST + 0.01


@pytest.mark.slow
def test_accounts_that_do_not_differ_are_covered_more_than_promised():
    coverage = _accounts_held((10, 20), 0.0)
    print(coverage)
    assert coverage >= LEAST


@pytest.mark.slow
@pytest.mark.parametrize("accounts", [20, 40])
def test_the_response_surface_covers(accounts):
    rng, held = np.random.default_rng(20140713), []
    slopes = np.array([50, 0.4, 0.1, 0.002, 0.003, -0.002])
    shape = np.array([[0, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1], [0, 1, -1, 0, 0, 0], [0, 0, 0, 1, -1, 1]])
    truth = np.vstack([np.eye(6), shape]) @ slopes
    codes = np.repeat(np.arange(accounts), 15)
    for _ in range(WORLDS):
        y = (10 + 10 * rng.normal(size=accounts))[codes]
        x = -3 + 6 * rng.normal(size=accounts)[codes] + 18 * rng.normal(size=len(codes))
        design = np.column_stack([np.ones(len(codes)), x, y, x * x, x * y, y * y])
        z = design @ slopes + 6 * rng.normal(size=accounts)[codes] + 15 * rng.normal(size=len(codes))
        table = response_surface(z, x + 50, y + 50, codes).coefficients
        held.append((table["ci_lower"] <= truth) & (truth <= table["ci_upper"]))
    print(accounts, np.mean(held))
    assert LEAST <= np.mean(held) <= MOST
