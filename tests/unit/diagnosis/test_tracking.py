"""Waves of one study: change with its covariance against R's survey, invariance first, words, refusals."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wxsat.diagnosis.ranks import rank_accounts, rank_dilemmas
from wxsat.diagnosis.sampling import Units
from wxsat.diagnosis.tracking import Tracking, Wave, track_waves
from wxsat.diagnosis.tracking_change import Composed, estimate_changes
from wxsat.errors import UsageError
from wxsat.responses.responses import CleanResponses

GOLDEN = Path(__file__).parents[2] / "golden" / "diagnosis"
# One closed form in another order of summation.
ROUNDING = 1e-10
CONSTRUCTS = {"SHOW": 3, "LDR": 3, "EOU": 3, "CMI": 1}
PARTS = [{"id": "D1", "parts": ["SHOW", "LDR"]}]
Make = Callable[..., CleanResponses]


@pytest.mark.parametrize("case", ["accounts", "accounts_weighted", "persons", "independent"])
def test_a_change_is_surveys_contrast(case: str) -> None:
    frame = pd.read_csv(GOLDEN / "waves.csv")
    expected = json.loads((GOLDEN / "waves.json").read_text())["cases"][case]
    shared = {"accounts": "account", "accounts_weighted": "account", "persons": "person"}.get(case)
    codes = np.arange(len(frame)) if shared is None else pd.factorize(frame[shared])[0]
    second = (frame["wave"] == "w2").to_numpy()
    values = np.column_stack([np.where(second, np.nan, frame["y"]), np.where(second, frame["y"], np.nan)])
    weights = frame["w"].to_numpy() if case == "accounts_weighted" else None
    followed = [Composed("construct", "y", "", np.ones(1), severity=False)]
    units = Units(codes.astype(np.int64), int(codes.max()) + 1, shared == "account")
    levels, changes = estimate_changes(values, followed, ["w1", "w2"], units, weights)
    assert levels["value"].to_list() == pytest.approx(expected["means"], rel=ROUNDING)
    assert changes["change"].item() == pytest.approx(expected["change"], rel=ROUNDING)
    assert changes["se"].item() == pytest.approx(expected["se"], rel=ROUNDING)


def test_a_complete_panel_gives_the_paired_t_interval() -> None:
    from scipy.stats import ttest_rel

    rng = np.random.default_rng(1)
    first = rng.normal(50, 10, 80)
    second = 0.7 * first + 18 + rng.normal(0, 6, 80)
    values = np.vstack([np.column_stack([first, np.full(80, np.nan)]), np.column_stack([np.full(80, np.nan), second])])
    units = Units(np.tile(np.arange(80), 2), 80, clustered=False)
    _, changes = estimate_changes(values, [Composed("construct", "y", "", np.ones(1), False)], ["a", "b"], units, None)
    found = ttest_rel(second, first)
    interval = found.confidence_interval()
    row = changes.iloc[0]
    assert (row["ci_lower"], row["ci_upper"]) == pytest.approx((interval.low, interval.high))
    assert row["p_value"] == pytest.approx(found.pvalue)
    assert row["correlation"] == pytest.approx(np.corrcoef(first, second)[0, 1])


def _answers(seed: int, n: int, shift: float, *, moved: float = 0.0, persons: str = "") -> pd.DataFrame:
    """Return answers whose SHOW and LDR lie `shift` higher; `moved` shifts the item SHOW1 alone."""
    rng = np.random.default_rng(seed)
    account = rng.integers(0, 25, n)
    columns: dict[str, object] = {}
    for name, items in CONSTRUCTS.items():
        level = rng.normal(size=n) + np.random.default_rng(9).normal(0, 0.4, 25)[account]
        level = level + (shift if name in ("SHOW", "LDR") else 0.0)
        for k in range(1, items + 1):
            extra = moved if f"{name}{k}" == "SHOW1" else 0.0
            columns[f"{name}{k}"] = np.clip(np.round(4 + level + extra + 0.7 * rng.normal(size=n)), 1, 7)
    columns["account"] = np.char.add("a", account.astype(str))
    return pd.DataFrame(columns)


def _track(small: Make, *frames: pd.DataFrame, cluster: str | None = "account") -> Tracking:
    waves = [Wave(f"t{k}", small(f, CONSTRUCTS, composites=PARTS)) for k, f in enumerate(frames, 1)]
    return track_waves(waves, cluster=cluster)


def test_a_rise_is_told_and_what_stayed_is_not(small: Make) -> None:
    found = _track(small, _answers(1, 500, 0.0), _answers(2, 500, 0.5), _answers(3, 500, 0.5))
    table = found.changes.set_index(["earlier", "later", "id"])
    assert found.sharing == "accounts"
    assert table.loc[("t1", "t2", "D1"), "reading"] == "rose"
    assert table.loc[("t1", "t3", "D1"), "reading"] == "rose"
    assert table.loc[("t2", "t3", "D1"), "reading"] == "not_told_apart"
    row = table.loc[("t1", "t2", "D1")]
    # Half a point of six.
    assert abs(row["change"] - 100 * 0.5 / 6) < 3 * row["se"]
    assert "CMI" not in set(found.changes["id"])  # a single item cannot be tested
    assert "DIAG-152" in {f.code for f in found.findings}


def test_an_item_that_moved_takes_no_part(small: Make) -> None:
    found = _track(small, _answers(1, 600, 0.0), _answers(2, 600, 0.0, moved=1.0))
    own = found.invariance.set_index("construct")
    assert own.loc["SHOW", "items_left_out"] == "SHOW1"
    assert own.loc["SHOW", "items_used"] == "SHOW2, SHOW3"
    assert "DIAG-153" in {f.code for f in found.findings}
    change = found.changes.set_index("id").loc["SHOW"]
    assert change["reading"] == "not_told_apart"


def test_no_change_without_partial_invariance(small: Make) -> None:
    second = _answers(2, 700, 0.0)
    second["SHOW1"] = np.clip(second["SHOW1"] + 2, 1, 7)
    second["SHOW2"] = np.clip(second["SHOW2"] - 2, 1, 7)
    found = _track(small, _answers(1, 700, 0.0), second)
    assert not bool(found.invariance.set_index("construct").loc["SHOW", "comparable"])
    assert bool(found.invariance.set_index("construct").loc["LDR", "comparable"])
    assert not {"SHOW", "D1"} & set(found.changes["id"])
    assert {"DIAG-152", "DIAG-154"} <= {f.code for f in found.findings}


def test_persons_are_the_units_of_a_panel(small: Make) -> None:
    first, second = _answers(1, 300, 0.0), _answers(2, 300, 0.0)
    items = [c for c in first.columns if c != "account"]
    second[items] = np.clip(np.round(0.8 * first[items] + 0.2 * second[items]), 1, 7)
    key = pd.DataFrame({"fingerprint": [f"k{i}" for i in range(300)]})
    waves = [
        Wave(name, replace(small(f, CONSTRUCTS, composites=PARTS), paradata=key))
        for name, f in (("t1", first), ("t2", second))
    ]
    panel, apart = track_waves(waves), _track(small, first, second, cluster=None)
    assert (panel.sharing, panel.n_units, apart.sharing) == ("persons", 300, "none")
    assert panel.waves["shared_persons"].to_list()[1] == 300
    mine, theirs = (t.changes.set_index("id").loc["LDR"] for t in (panel, apart))
    assert mine["change"] == pytest.approx(theirs["change"])
    assert mine["se"] < 0.6 * theirs["se"]
    assert theirs["correlation"] == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("count", [1, 0])
def test_one_wave_has_nothing_to_be_compared_with(small: Make, count: int) -> None:
    with pytest.raises(UsageError, match="two at least"):
        track_waves([Wave("t1", small(_answers(1, 50, 0.0), CONSTRUCTS, composites=PARTS))] * count)


def test_a_wave_does_not_stand_twice(small: Make) -> None:
    wave = Wave("t1", small(_answers(1, 50, 0.0), CONSTRUCTS, composites=PARTS))
    with pytest.raises(UsageError, match="twice"):
        track_waves([wave, wave])


def test_places_of_dilemmas_follow_the_draws() -> None:
    rng = np.random.default_rng(2)
    draws = {"D1": rng.normal(60, 1, 4000), "D2": rng.normal(40, 1, 4000), "D3": rng.normal(40.2, 3, 4000)}
    table = rank_dilemmas({"D1": 60.0, "D2": 40.0, "D3": 40.2}, draws).set_index("dilemma")
    assert (table.loc["D1", "rank_lower"], table.loc["D1", "rank_upper"]) == (1, 1)
    assert (table.loc["D2", "rank_lower"], table.loc["D2", "rank_upper"]) == (2, 3)
    # P(D3 > D2) of two normals.
    from scipy.stats import norm

    assert table.loc["D2", "p_least_severe"] == pytest.approx(norm.cdf(0.2 / np.sqrt(10)), abs=0.03)


def _accounts(severities: list[float], se: float, own_weight: float) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "account": [f"a{k}" for k in range(len(severities))], "dilemma": "D1", "n": 40, "status": "published",
            "S_shrunk": severities, "se": se, "own_weight": own_weight,
        }
    )  # fmt: skip


def test_accounts_far_apart_have_places_and_equal_ones_have_none() -> None:
    apart = rank_accounts(_accounts([10.0, 30.0, 50.0, 70.0], 1.0, 0.9), 1).set_index("account")
    assert apart.loc["a3", ["rank_lower", "rank_upper"]].to_list() == [1, 1]
    assert apart.loc["a0", "p_best_quarter"] > 0.999
    equal = rank_accounts(_accounts([40.0] * 8, 3.0, 0.0), 1)
    assert set(equal["rank_lower"]) == {1}
    assert set(equal["rank_upper"]) == {8}
    assert equal["p_best_quarter"].to_numpy() == pytest.approx(0.25, abs=0.03)


def test_suppressed_accounts_take_no_place() -> None:
    frame = _accounts([10.0, 30.0, 50.0, 70.0, 20.0], 1.0, 0.9)
    frame.loc[4, "status"] = "suppressed"
    assert set(rank_accounts(frame, 1)["account"]) == {"a0", "a1", "a2", "a3"}
    assert rank_accounts(frame.iloc[:3], 1).empty
