"""The severity table: suppression, exceedance, the method interval, composites with parts missing."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student_t

from wxsat.diagnosis.sampling import Units, estimate_means
from wxsat.diagnosis.severity import (
    SEVERITY_COLUMNS,
    PublicSeverity,
    exceedance,
    method_interval,
    t_interval,
    tabulate_severity,
)

EXCEEDANCES = [
    ([30.0, 50.0], 40.0, 2 / 4),
    ([40.0, 40.0], 40.0, 1 / 4),
    ([50.0, 50.0], 40.0, 3 / 4),
    ([np.nan, 50.0], 40.0, 2 / 3),
]


@pytest.mark.parametrize(("draws", "threshold", "expected"), EXCEEDANCES)
def test_exceedance_is_strict_and_smoothed(draws, threshold, expected):
    assert exceedance(np.array(draws), threshold) == pytest.approx(expected)


def test_exceedance_without_draws_is_missing():
    assert np.isnan(exceedance(np.array([np.nan]), 40.0))


def test_the_interval_stays_on_the_scale():
    lower, upper = t_interval(1.0, 3.0, 10)
    assert (lower, upper > 1) == (0.0, True)
    assert t_interval(99.0, 3.0, 10)[1] == 100.0
    assert np.isnan(t_interval(50.0, 2.0, 0)).all()


def public(n, k=2, clusters=None, seed=1):
    rng = np.random.default_rng(seed)
    values = rng.normal(50, 10, (n, k))
    units = Units(np.arange(n), n, False) if clusters is None else Units(np.arange(n) % clusters, clusters, True)
    names = tuple(f"P{i}" for i in range(k))
    draws = rng.normal(50, 1, (500, k))
    composites = {"D": dict.fromkeys(names, 1 / k)}
    return PublicSeverity(names, estimate_means(values, units), draws, composites, units.clustered)


CELLS = [(9, "not_stated", False), (10, "not_stated", True), (29, "not_stated", True), (30, "severe", True)]


@pytest.mark.parametrize(("n", "verdict", "shown"), CELLS)
def test_small_cells(n, verdict, shown):
    table = tabulate_severity(public(n), "all", np.random.default_rng(1))
    assert tuple(table.columns) == tuple(SEVERITY_COLUMNS)
    assert (table["verdict"] == verdict).all()
    assert table["S"].notna().all() == shown
    figures = ["se", "ci_lower", "p20", "p40", "p60", "method_lower"]
    if not shown:
        assert table[figures].isna().all().all()
        assert table[["band", "word"]].isna().all().all()
    assert (table["n"] == n).all()


def test_a_dilemma_has_the_n_of_its_weakest_part():
    values = np.full((40, 2), 50.0) + np.arange(40)[:, None]
    values[5:, 1] = np.nan
    units = Units(np.arange(40), 40, False)
    given = PublicSeverity(
        ("A", "B"), estimate_means(values, units), np.full((300, 2), 50.0), {"D": {"A": 0.5, "B": 0.5}}, False
    )
    table = tabulate_severity(given, "all", np.random.default_rng(1)).set_index("id")
    assert table["n"].to_dict() == {"A": 40, "B": 5, "D": 5}
    assert np.isnan(table.loc["D", "S"])
    assert table.loc["A", "S"] == pytest.approx(69.5)


def test_clusters_are_counted_and_widen_the_interval():
    table = tabulate_severity(public(300, clusters=6), "all", np.random.default_rng(1))
    assert (table["n_clusters"] == 6).all()
    alone = tabulate_severity(public(300), "all", np.random.default_rng(1))
    assert (alone["n_clusters"] == 0).all()
    half = (table["ci_upper"] - table["S"]) / table["se"]
    assert half.to_numpy() == pytest.approx(2.570582, abs=1e-6)  # t(.975) with 5 df, printed tables


def test_of_few_accounts_the_verdict_agrees_with_the_interval():
    rng = np.random.default_rng(4)
    account = np.arange(200) % 2
    values = rng.normal(np.where(account, 54.0, 46.0), 8.0)[:, None]
    units = Units(account, 2, True)
    # Whatever accounts are drawn, both lie above 40.
    given = PublicSeverity(("P0",), estimate_means(values, units), np.full((500, 1), 50.0), {"D": {"P0": 1.0}}, True)
    row = tabulate_severity(given, "all", rng).iloc[0]
    assert (row["ci_lower"], row["ci_upper"]) == (0.0, 100.0)
    assert row["p40"] == pytest.approx(student_t.sf((40.0 - row["S"]) / row["se"], 1))
    assert row["verdict"] == "undetermined"
    many = PublicSeverity(("P0",), given.estimate, given.draws, given.composites, False)
    assert tabulate_severity(many, "all", rng).iloc[0]["verdict"] == "severe"


def test_method_interval_only_for_dilemmas():
    table = tabulate_severity(public(100), "all", np.random.default_rng(1)).set_index("id")
    assert table.loc[["P0", "P1"], "method_lower"].isna().all()
    dilemma = table.loc["D"]
    assert (
        dilemma["method_min"]
        <= dilemma["method_lower"]
        <= dilemma["S"]
        <= dilemma["method_upper"]
        <= dilemma["method_max"]
    )


def test_method_interval_of_two_equal_parts_is_a_uniform_mixture():
    # arithmetic half: uniform on [40, 60]; the power mean with p = 4 lies above it everywhere
    m = method_interval(np.array([40.0, 60.0]), np.array([0.5, 0.5]), np.random.default_rng(3), draws=200_000)
    w = np.linspace(0, 1, 200_001)
    both = np.concatenate([40 + 20 * w, (40**4 * (1 - w) + 60**4 * w) ** 0.25])
    # 200 000 draws: Monte-Carlo error of a percentile is below .05 points here
    assert (m.lower, m.upper) == pytest.approx(tuple(np.quantile(both, [0.05, 0.95])), abs=0.1)
    assert (m.minimum, m.maximum) == (40.0, 60.0)


def test_method_interval_without_choice_is_a_point():
    m = method_interval(np.array([40.0, 55.0]), np.array([0.0, 1.0]), np.random.default_rng(3))
    assert (m.lower, m.upper, m.minimum, m.maximum) == (55.0, 55.0, 55.0, 55.0)


def test_two_half_weights_share_one_place():
    # PVAL and SAT at .125 share the place of a .25 part: their joint share averages one quarter
    weights = np.array([0.25, 0.25, 0.25, 0.125, 0.125])
    severities = np.array([0.0, 0.0, 0.0, 100.0, 100.0])
    m = method_interval(severities, weights, np.random.default_rng(3), draws=100_000)
    # share of the pair ~ Beta(1, 3); the mixture with the power mean has its median above the arithmetic one
    assert (m.minimum, m.maximum) == (0.0, 100.0)
    assert m.lower == pytest.approx(100 * (1 - (1 - 0.10) ** (1 / 3)), abs=0.3)


def test_units_are_named():
    table = tabulate_severity(public(50), "all", np.random.default_rng(1))
    assert isinstance(table, pd.DataFrame)
    assert set(table["unit"]) == {"all"}
    assert table["level"].tolist() == ["sub", "sub", "dilemma"]
