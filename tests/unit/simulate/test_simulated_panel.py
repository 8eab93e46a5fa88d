"""The made-up panel: its design, and that its evaluation finds the truth behind it."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from wxsat.panel.facets import fit_facets
from wxsat.panel.scores import panel_scores_of
from wxsat.simulate.panel import simulate_panel

STANDING = {f"A{i:02d}": float(z) for i, z in enumerate(np.linspace(-2, 2, 30), start=1)}


@pytest.fixture(scope="module")
def sheets() -> pd.DataFrame:
    return simulate_panel(STANDING, as_of=dt.date(2026, 3, 31), vetoed={"A30": 2}, seed=3)


def test_a_whole_year_every_account_every_month_and_twice_a_quarter(sheets: pd.DataFrame) -> None:
    counts = sheets.groupby(["account", "month"]).size().unstack()
    assert list(counts.columns) == [f"2025-{m:02d}" for m in range(1, 13)]
    assert counts.to_numpy().min() == 1
    quarters = counts.to_numpy().reshape(30, 4, 3).max(axis=2)
    assert (quarters == 2).all()
    assert not sheets.duplicated(["account", "month", "rater"]).any()


def test_the_fair_scores_follow_the_standing_and_vetoes_end_the_year(sheets: pd.DataFrame) -> None:
    fair = fit_facets(panel_scores_of(sheets).frame).accounts.set_index("account")["fair"]
    slope = np.polyfit(list(STANDING.values()), fair.reindex(list(STANDING)).to_numpy(float), 1)[0]
    # Eight points a standard deviation; its error with 480 sheets is about .2.
    assert slope == pytest.approx(-8.0, abs=0.8)
    vetoed = sheets[sheets["veto"] == 1]
    assert set(vetoed["account"]) == {"A30"}
    assert set(vetoed["month"]) == {"2025-11", "2025-12"}


def test_the_seed_alone_decides() -> None:
    given = {"as_of": dt.date(2025, 12, 31)}
    one = simulate_panel({"a": 0.0, "b": 1.0}, seed=1, **given)
    assert one["month"].max() == "2025-12"
    pd.testing.assert_frame_equal(one, simulate_panel({"a": 0.0, "b": 1.0}, seed=1, **given))
    assert not one.equals(simulate_panel({"a": 0.0, "b": 1.0}, seed=2, **given))
