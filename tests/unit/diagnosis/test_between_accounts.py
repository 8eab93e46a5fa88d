"""The path between accounts: lavaan's two-level fit, recovery, the method that stands behind it and why."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wxsat.diagnosis.multilevel import AccountChain, caution_about_chain, estimate_chain
from wxsat.diagnosis.multilevel_inputs import ChainData, logit_of_rate
from wxsat.diagnosis.multilevel_regression import account_moments, between_covariance, chain_of
from wxsat.diagnosis.multilevel_sem import fit_chain

GOLDEN = Path(__file__).parents[2] / "golden" / "diagnosis"
# lavaan's optimiser stops with a gradient of .014 in these models; ours reaches the higher likelihood.
LAVAAN = 2e-3
TRUE = {
    "commitment_reply": 0.5, "reply_unanswered": -5.4, "unanswered_satisfaction": -0.7, "indirect": 1.89,
    "within_unanswered_satisfaction": -0.3,
}  # fmt: skip
ITEMS = {"UNA": ("UNA1", "UNA2", "UNA3"), "SAT": ("SAT1", "SAT2", "SAT3")}


def simulate(n_accounts: int, size: int, seed: int) -> ChainData:
    """Return answers of accounts whose path is `TRUE`, within accounts another one."""
    rng = np.random.default_rng(seed)
    account = np.repeat(np.arange(n_accounts), rng.integers(max(2, size - 4), size + 5, n_accounts))
    commitment = rng.normal(5, 1, n_accounts)
    reply = 1 + 0.5 * (commitment - 5) + rng.normal(0, 0.8, n_accounts)
    unanswered = -0.6 * reply + rng.normal(0, 0.6, n_accounts)
    satisfaction = -0.7 * unanswered + rng.normal(0, 0.5, n_accounts)
    own_u = rng.normal(0, 1.5, len(account))
    own_s = -0.3 * own_u + rng.normal(0, 1.3, len(account))
    columns = [
        5 + loading * (level[account] + own) + rng.normal(size=len(account))
        for level, own in ((unanswered, own_u), (satisfaction, own_s)) for loading in (1.0, 0.9, 0.8)
    ]  # fmt: skip
    names = tuple(f"a{k}" for k in range(n_accounts))
    return ChainData(ITEMS, np.column_stack(columns), account, names, commitment, reply)


@pytest.fixture(scope="module")
def golden_data() -> ChainData:
    frame = pd.read_csv(GOLDEN / "between_accounts.csv")
    account = frame["account"].to_numpy(np.intp)
    first = frame.groupby("account")[["olc", "lr"]].first()
    values = frame[[item for own in ITEMS.values() for item in own]].to_numpy(np.float64)
    names = tuple(map(str, first.index))
    return ChainData(ITEMS, values, account, names, first["olc"].to_numpy(), first["lr"].to_numpy())


@pytest.mark.parametrize("case", ["chain", "open"])
def test_the_two_level_model_is_lavaans(golden_data: ChainData, case: str) -> None:
    expected = json.loads((GOLDEN / "between_accounts.json").read_text())["cases"][case]
    found = fit_chain(golden_data, np.random.default_rng(1), opened=case == "open")
    table = dict(zip(expected["parameters"]["label"], expected["parameters"]["est"], strict=True))
    errors = dict(zip(expected["parameters"]["label"], expected["parameters"]["se"], strict=True))
    names = {
        "al_p": "commitment_reply", "bl_p": "reply_unanswered", "bs_p": "unanswered_satisfaction", "ind": "indirect",
        "cw_p": "within_unanswered_satisfaction",
    }  # fmt: skip
    for label, path in names.items():
        assert found.estimates[path] == pytest.approx(table[label], rel=LAVAAN)
        assert found.errors[path] == pytest.approx(errors[label], rel=5 * LAVAAN)
    assert found.figures["df"] == expected["fit"]["df"]
    assert found.figures["srmr_between"] == pytest.approx(expected["fit"]["srmr_between"], abs=LAVAAN)


@pytest.mark.parametrize(
    ("n_accounts", "method", "reason"), [(120, "two_level", ""), (40, "regression", "few_accounts")]
)
def test_the_truth_is_recovered(n_accounts: int, method: str, reason: str) -> None:
    chains = [estimate_chain(simulate(n_accounts, 14, seed), draws=200, seed=seed) for seed in range(8)]
    assert {(c.method, c.reason) for c in chains} == {(method, reason)}
    every = pd.concat([c.paths[c.paths["model"] == "chain"] for c in chains])
    for path, rows in every.groupby("path"):
        # Mean of eight data sets: four standard errors of it.
        error = 4 * rows["std_error"].mean() / np.sqrt(len(rows))
        assert rows["estimate"].mean() == pytest.approx(TRUE[str(path)], abs=error)
    assert (every["reading"] == "as_expected").mean() > 0.9


def test_the_spread_within_accounts_is_taken_out() -> None:
    # Closed form: two accounts' worth of moments by hand.
    values = np.array([[1.0, 9.0], [3.0, 7.0], [5.0, 5.0], [7.0, 1.0]])
    data = ChainData(
        {"UNA": ("u",), "SAT": ("s",)},
        values,
        np.array([0, 0, 1, 1]),
        ("a", "b"),
        np.array([1.0, 2.0]),
        np.array([0.0, 1.0]),
    )
    moments = account_moments(data)
    found = between_covariance(moments, np.ones((1, 2)))[0]
    within = (2.0 + 2.0) / 2
    assert found[2, 2] == pytest.approx(np.var([2.0, 6.0], ddof=1) - within / 2)
    assert found[2, 3] == pytest.approx(np.cov([2.0, 6.0], [8.0, 3.0])[0, 1] - (-2.0 - 4.0) / 2 / 2)
    assert found[0, 1] == pytest.approx(0.5)


def test_answers_of_the_same_people_alone_make_no_path() -> None:
    # Accounts do not differ at all; only the respondents' own moods go together.
    rng = np.random.default_rng(3)
    account = np.repeat(np.arange(60), 10)
    mood = rng.normal(0, 2, 600)
    values = np.column_stack(
        [*(5 + mood + rng.normal(size=600) for _ in range(3)), *(5 - mood + rng.normal(size=600) for _ in range(3))]
    )
    data = ChainData(ITEMS, values, account, tuple(map(str, range(60))), rng.normal(5, 1, 60), rng.normal(0, 1, 60))
    found = estimate_chain(data, draws=400, seed=1)
    if len(found.paths):
        chain = found.paths[found.paths["model"] == "chain"].set_index("path")
        assert chain.loc["indirect", "reading"] == "undetermined"
    else:
        assert found.reason == "no_spread_between_accounts"
    naive = np.corrcoef(*pd.DataFrame(data.scores()).groupby(account).mean().to_numpy().T)[0, 1]
    assert naive < -0.8  # what a plain correlation of account means would have claimed


def test_few_accounts_say_nothing() -> None:
    found = estimate_chain(simulate(12, 14, 1), draws=200, seed=1)
    assert (found.method, found.reason, len(found.paths)) == ("none", "few_accounts", 0)
    assert [f.code for f in caution_about_chain(found)] == ["DIAG-150"]


def test_single_items_take_the_regressions() -> None:
    full = simulate(110, 8, 2)
    data = ChainData(
        {"UNA": ("UNA1",), "SAT": ("SAT1",)},
        full.values[:, [0, 3]],
        full.account,
        full.accounts,
        full.commitment,
        full.reply,
    )
    found = estimate_chain(data, draws=200, seed=1)
    assert (found.method, found.reason) == ("regression", "single_items")
    assert [f.code for f in caution_about_chain(found)] == ["DIAG-151"]


def test_missing_sources_are_no_news() -> None:
    assert caution_about_chain(AccountChain()) == []


def test_the_logit_exists_at_the_ends() -> None:
    found = logit_of_rate(np.array([0.0, 0.25, 1.0]), np.array([20.0, 1e9, 20.0]))
    assert np.isfinite(found).all()
    assert found[1] == pytest.approx(np.log(1 / 3), abs=1e-6)


def test_an_opened_chain_is_the_partial_slope() -> None:
    rng = np.random.default_rng(5)
    x = rng.normal(size=(4, 400))
    x[1] += 0.5 * x[0]
    x[2] += -0.4 * x[1] + 0.3 * x[0]
    covariance = np.cov(x)[None]
    slopes = np.linalg.lstsq(np.column_stack([x[1], x[0], np.ones(400)]), x[2], rcond=None)[0]
    assert chain_of(covariance.copy(), opened=True)["reply_unanswered"][0] == pytest.approx(slopes[0])


@pytest.mark.slow
@pytest.mark.parametrize(("n_accounts", "size"), [(40, 20), (120, 12)])
def test_intervals_hold_the_truth(n_accounts: int, size: int) -> None:
    held: dict[str, list[bool]] = {}
    for seed in range(300):
        paths = estimate_chain(simulate(n_accounts, size, 1000 + seed), draws=500, seed=seed).paths
        for row in paths[paths["model"] == "chain"].to_dict("records"):
            inside = row["ci_lower"] <= TRUE[row["path"]] <= row["ci_upper"]
            held.setdefault(row["path"], []).append(bool(inside))
    # Three standard errors of a share of .95 over 300 data sets.
    assert all(abs(np.mean(own) - 0.95) < 0.038 for own in held.values()), {k: np.mean(v) for k, v in held.items()}
