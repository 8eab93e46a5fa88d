"""The founding article's claims: a world where each holds, one where it does not, and too few accounts to say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from wxsat.diagnosis.account_claims import figures_of_accounts
from wxsat.diagnosis.hierarchy import FOUR_DILEMMAS, resolve_hierarchy
from wxsat.diagnosis.hypotheses import judge_claims, judge_excess, judge_few
from wxsat.records.audit import audit
from wxsat.records.read import records_of
from wxsat.records.settings import LogFiles, LogSettings

SETTINGS = LogSettings(as_of="2026-03-31", files=LogFiles(accounts="accounts.csv"))
HIERARCHY = resolve_hierarchy(FOUR_DILEMMAS, FOUR_DILEMMAS.nodes, {})
CLAIMS = ("news_over_service", "few_save_errands", "nonlocal_harm", "full_function_landing")


def city(n: int, claimed: bool, seed: int) -> tuple[dict[str, pd.DataFrame], dict[str, float]]:
    """Records and satisfaction of `n` accounts, in which all four claims hold or none does."""
    rng = np.random.default_rng(seed)
    names = [f"A{i:02d}" for i in range(n)]
    local = rng.uniform(0.3, 0.95, n)
    functions = rng.integers(5, 40, n)
    # Claimed: few land, and fewer the more there are; otherwise most land, and the more the surer.
    size = (functions - 5) / 35
    lands = 0.75 - 0.55 * size if claimed else 0.80 + 0.19 * size
    accounts = pd.DataFrame(
        {"account": names, "followers": 1000, "local_followers": (1000 * local).astype(int), "fte": 2, "channel": 1}
    )
    days = pd.date_range("2026-01-02", periods=40, freq="2D")
    posts = pd.DataFrame({"account": np.repeat(names, 40), "time": np.tile(days, n)})
    posts["post_id"] = [f"p{i}" for i in range(len(posts))]
    posts["category"] = np.where(rng.random(len(posts)) < (0.3 if claimed else 0.7), "1", "5")
    rows = [
        {"account": a, "function": f"{a}-{k}", "outcome": "works" if rng.random() < share else "broken"}
        for a, count, share in zip(names, functions, lands, strict=True)
        for k in range(count)
    ]
    slope = 3.0 if claimed else -3.0
    rated = {a: 6 + slope * (own - 0.6) + 0.3 * rng.normal() for a, own in zip(names, local, strict=True)}
    return {"accounts": accounts, "posts": posts, "functions": pd.DataFrame(rows)}, rated


@pytest.mark.parametrize(
    ("n", "claimed", "verdict"), [(40, True, "supported"), (40, False, "refuted"), (6, True, "undetermined")]
)
def test_each_claim_about_accounts_can_stand_fall_and_wait(n, claimed, verdict):
    frames, rated = city(n, claimed, seed=5)
    audited = audit(records_of(frames, SETTINGS), draws=100)
    table = judge_claims(None, HIERARCHY, figures_of_accounts(audited, rated)).set_index("claim")
    assert dict.fromkeys(CLAIMS, verdict) == table.loc[list(CLAIMS), "verdict"].to_dict()
    assert table.loc["leader_root", "verdict"] == "undetermined"


def test_without_records_nothing_is_said():
    table = judge_claims(None, HIERARCHY, figures_of_accounts(None, {"A": 3.0}))
    assert set(table["verdict"]) == {"undetermined"}
    assert set(table["basis"]) == {"missing"}


def test_a_claim_that_is_neither_true_nor_false_is_told_seldom():
    # at the line itself each verdict is wrong on one side in 2.5 % of the worlds; 2,000 worlds, three standard errors
    rng = np.random.default_rng(1)
    told = [judge_excess("x", rng.normal(0, 0.2, 40), "accounts")["verdict"] for _ in range(2000)]
    assert np.mean([v != "undetermined" for v in told]) == pytest.approx(0.05, abs=0.015)
    few = [judge_few("x", (rng.random(41) < 0.5).astype(float), "accounts")["verdict"] for _ in range(2000)]
    # a share of 41 accounts is discrete: Wilson's interval is on the safe side here (exact binomial sum: 2.8 %)
    assert np.mean([v != "undetermined" for v in few]) <= 0.05 + 0.015
