"""Do the intervals of the gaps of needs hold 93 to 97 % of the truths? Slow: run once and reported."""

from __future__ import annotations

import numpy as np
import pytest

from wxsat.diagnosis.gap_intervals import GAPS, add_gap_intervals
from wxsat.diagnosis.gaps import tabulate_gaps
from wxsat.diagnosis.joint_draws import draw_accounts, draw_means
from wxsat.diagnosis.operators import NEEDS, PERFORMANCE_PART, STAFF_PARTS, StaffAnswers
from wxsat.diagnosis.sampling import Units
from wxsat.diagnosis.staff_severity import staff_severity

WORLDS, DRAWS, K = 300, 400, len(NEEDS)
LEAST, MOST = 0.93, 0.97
# Means of importance, performance, belief and claim; an account moves all of them, persons answer around it.
TRUTH = np.stack([np.linspace(50, 80, K), np.linspace(60, 40, K), np.linspace(45, 70, K), np.linspace(70, 60, K)])
ACCOUNT_SD, PERSON_SD, PER_ACCOUNT = 6.0, 18.0, 15


def _mixed(rng: np.random.Generator, accounts: int) -> np.ndarray:
    """Effects of accounts on the four means: half of the variance is common to them."""
    common = rng.normal(size=(accounts, 1, K))
    own = rng.normal(size=(accounts, 4, K))
    return ACCOUNT_SD * (common + own) / np.sqrt(2)


def _staff(rng: np.random.Generator, means: np.ndarray) -> StaffAnswers:
    accounts = len(means)
    account = np.repeat(np.arange(accounts), 4).astype(np.intp)
    role = np.tile([0, 0, 1, 2], accounts).astype(np.intp)
    noise = PERSON_SD * rng.normal(size=(2, len(account), K))
    parts = (*STAFF_PARTS, PERFORMANCE_PART)
    plain = rng.normal(50, 10, size=(len(account), len(parts)))
    facts = rng.normal(50, 10, size=accounts)
    return StaffAnswers(
        tuple(map(str, range(accounts))), account, role, parts, plain, facts, facts,
        means[account, 2] + noise[0], means[account, 3] + noise[1],
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("accounts", [12, 40])
def test_intervals_of_gaps_cover(accounts):
    rng = np.random.default_rng(20140713)
    truth = {"g1": TRUTH[0] - TRUTH[1], "g2": TRUTH[2] - TRUTH[0], "g3": TRUTH[3] - TRUTH[1]}
    held: dict[str, list[float]] = {gap: [] for gap in GAPS}
    for _ in range(WORLDS):
        means = TRUTH + _mixed(rng, accounts)
        codes = np.repeat(np.arange(accounts), PER_ACCOUNT)
        answers = np.hstack([means[codes, 0], means[codes, 1]]) + PERSON_SD * rng.normal(size=(len(codes), 2 * K))
        answers[rng.random(answers.shape) < 0.2] = np.nan
        units, staff = Units(codes, accounts, True), _staff(rng, means)
        drawn = draw_accounts(staff.accounts, DRAWS, "sampled", rng)
        public = draw_means(answers, units, drawn.counts, None, DRAWS, rng)
        staffed = staff_severity(staff, drawn, None, rng)
        mean = np.nanmean(answers, axis=0)
        cells = [staff.cell_means(of)[0].mean(axis=(0, 1)) for of in (staff.importance, staff.performance)]
        table = add_gap_intervals(
            tabulate_gaps(NEEDS, mean[:K], mean[K:], *cells), (public[:, :K], public[:, K:]),
            (staffed.believed, staffed.claimed), accounts - 1,
        )  # fmt: skip
        for gap in GAPS:
            inside = (table[f"{gap}_lower"] <= truth[gap]) & (truth[gap] <= table[f"{gap}_upper"])
            held[gap].append(float(inside.mean()))
    coverage = {gap: float(np.mean(of)) for gap, of in held.items()}
    print(accounts, coverage)
    assert all(LEAST <= value <= MOST for value in coverage.values()), coverage
