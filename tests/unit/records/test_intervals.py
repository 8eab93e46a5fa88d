"""Intervals of single indicators: closed forms, R, and how often they hold in simulation."""

from __future__ import annotations

import datetime as dt
import json
from math import comb
from pathlib import Path

import numpy as np
import pytest

from wxsat.records.audit import audit
from wxsat.records.audit_tables import shrink_draws
from wxsat.records.intervals import (
    effective_cases,
    mean_interval,
    median_time_interval,
    reply_rate_interval,
    wilson_bounds,
)
from wxsat.records.mismatch import mismatch_by_chance, mismatch_interval, mismatch_of
from wxsat.records.read import records_of
from wxsat.records.settings import LogSettings
from wxsat.records.shares import fit_beta_binomial, wilson_interval
from wxsat.simulate.records import AccountCondition, simulate_records

GOLDEN = json.loads(
    (Path(__file__).resolve().parents[2] / "golden/records/median_interval.json").read_text(encoding="utf-8")
)
TIME, REPLIED = np.array(GOLDEN["time"], float), np.array(GOLDEN["replied"], bool)


def test_effective_cases_are_those_of_greenwood():
    at, curve, worth = effective_cases(TIME, REPLIED)
    for time, surv, error in zip(GOLDEN["at"], GOLDEN["survival"], GOLDEN["std_error"], strict=True):
        here = int(np.searchsorted(at, time, side="right")) - 1
        assert curve[here] == pytest.approx(surv, abs=1e-12)
        assert surv * (1 - surv) / worth[here] == pytest.approx(error**2, rel=1e-10)


def test_without_censoring_a_reply_rate_has_wilsons_interval():
    wait, replied = np.arange(1.0, 21.0), np.ones(20, bool)
    assert reply_rate_interval(wait, replied, 5.0) == pytest.approx(wilson_interval(5, 20), abs=1e-12)
    assert wilson_bounds(0.25, 20.0) == pytest.approx(wilson_interval(5, 20), abs=1e-12)


def test_a_rate_of_one_has_an_interval():
    low, high = reply_rate_interval(np.full(12, 0.5), np.ones(12, bool), 5.0)
    assert 0.6 < low < 0.9
    assert high == 1.0


def test_a_rate_that_is_not_known_has_none():
    assert np.isnan(reply_rate_interval(np.array([1.0, 2.0]), np.array([True, False]), 5.0)).all()


def test_median_interval_is_near_rs():
    low, high = median_time_interval(TIME, REPLIED)
    # R's interval judges each time by the logit's error, ours by the score's: they part by a reply or two.
    order = np.sort(TIME[REPLIED])
    places = [np.searchsorted(order, value) for value in (GOLDEN["lower"], GOLDEN["upper"])]
    assert abs(np.searchsorted(order, low) - places[0]) <= 2
    assert abs(np.searchsorted(order, high) - places[1]) <= 2


def test_median_interval_of_uncensored_times_is_the_sign_tests():
    # n = 20: binomial orders 6 and 15 hold with 95.9 %; the score test gives the same two.
    assert median_time_interval(np.arange(1.0, 21.0), np.ones(20, bool)) == (6.0, 15.0)


def test_median_interval_is_open_where_half_never_answered():
    _, high = median_time_interval(np.arange(1.0, 21.0), np.arange(20) < 11)
    assert high == np.inf


def test_interval_of_a_mean_is_as_long_as_students():
    rng = np.random.default_rng(1)
    x = rng.normal(size=8)
    weights = rng.multinomial(7, np.full(8, 1 / 8), size=40_000)
    low, high = mean_interval(weights @ x / 7, 8)
    from scipy.stats import t

    # Percentiles of a bootstrap of eight: its tails are a little lighter than the normal's.
    assert high - low == pytest.approx(2 * t.ppf(0.975, 7) * x.std(ddof=1) / np.sqrt(8), rel=0.08)


def test_mismatch_by_chance_equals_the_sum_over_counts():
    needs = np.array([0.5, 0.3, 0.2])
    for n in (1, 7, 20):
        direct = 0.5 * sum(comb(n, k) * p**k * (1 - p) ** (n - k) * abs(k / n - p) for p in needs for k in range(n + 1))
        assert mismatch_by_chance(n, needs) == pytest.approx(direct, rel=1e-12)


def test_mismatch_interval_holds_what_posts_were_drawn_from():
    needs = np.array([0.16, 0.14, 0.13, 0.10, 0.10, 0.09, 0.08, 0.08, 0.07, 0.05])
    supply = needs**0.5
    supply[:3] *= 3
    supply /= supply.sum()
    truth, rng = float(mismatch_of(supply, needs)), np.random.default_rng(4)
    held, percentiles = [], []
    for _ in range(200):
        seen = rng.multinomial(40, supply)
        draws = mismatch_of(rng.multinomial(40, seen / 40, size=200) / 40, needs)
        low, high = mismatch_interval(seen, needs, draws)
        held.append(low <= truth <= high)
        percentiles.append(np.quantile(draws, 0.025) <= truth <= np.quantile(draws, 0.975))
    assert np.mean(held) >= 0.93
    assert np.mean(percentiles) < 0.8


def test_what_was_not_sampled_has_no_interval_and_figures_say_their_cases():
    frames = simulate_records(
        [AccountCondition(f"A{i}", 0.9, 0.3, 0.3, 0.3) for i in range(3)], as_of=dt.date(2026, 3, 31), messages=30
    )
    settings = LogSettings.model_validate({"as_of": "2026-03-31", "files": {"accounts": "accounts.csv"}})
    found = audit(records_of(frames, settings), draws=100)
    table = found.indicators.set_index(["indicator", "account"])
    assert table.loc["L01", ["ci_lower", "ci_upper"]].isna().all(axis=None)
    kinds = frames["messages"].query("account == 'A0' and time >= '2026-01-01'")["kind"]
    assert table.loc[("L05", "A0"), "n"] == (kinds == "consultation").sum()
    # Nobody of few cases was signed by a leader, and still the share need not be zero.
    assert (table.loc["L28", "ci_upper"] > 5).all()
    assert (table.loc["L28", "ci_upper"] <= 100).all()
    finding = next(f for f in found.findings if f.code == "LOG-107")
    assert 0.05 <= finding.evidence["chance"] < 0.4


def test_few_cases_raise_severities_and_the_audit_says_by_how_much():
    frames = simulate_records(
        [AccountCondition(f"A{i}", 0.2, 0.2, 0.3, 0.3) for i in range(4)], as_of=dt.date(2026, 3, 31), messages=30
    )
    settings = LogSettings.model_validate({"as_of": "2026-03-31", "files": {"accounts": "accounts.csv"}})
    found = audit(records_of(frames, settings), draws=300)
    chance = found.overall.set_index("dilemma")["by_chance"]
    # The mismatch of L19 and the tenth of cases that a leader signs swing around their targets.
    assert chance["D2"] > 1.5
    finding = next(f for f in found.findings if f.code == "LOG-108")
    assert "D2" in finding.subject.split(", ")
    assert finding.evidence["most"] == pytest.approx(chance.max())
    # Nobody's cases were signed at all, and the interval of the leadership dilemma still has a length.
    none = {**frames, "cases": frames["cases"].assign(leader_signed=0)}
    again = audit(records_of(none, settings), draws=300)
    drawn = again.draws[:, 0, 0]
    assert again.indicators.query("indicator == 'L28'")["severity"].min() == 100
    assert np.std(drawn) > 1.0


def test_draws_over_fixed_accounts_shrink_small_figures_anew():
    rng = np.random.default_rng(6)
    n, share = rng.integers(5, 15, 30).astype(float), rng.beta(4, 2, 30)
    draws = rng.binomial(n.astype(int), share, (200, 30)) / n
    found = shrink_draws("L25", draws, share, n)
    for b in (0, 57):
        prior = fit_beta_binomial(draws[b] * n, n)
        np.testing.assert_allclose(found[b], prior.shrink(draws[b] * n, n), rtol=1e-10)
    # Figures of many cases, and those that are no shares, stay as drawn.
    assert shrink_draws("L25", draws, share, n + 20) is draws
    assert shrink_draws("L12", draws, share, n) is draws
