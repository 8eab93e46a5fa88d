"""Intervals of the gaps of needs: their width against closed forms, and none where nothing can be drawn."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from wxsat.diagnosis.gap_intervals import add_gap_intervals
from wxsat.diagnosis.gaps import tabulate_gaps
from wxsat.diagnosis.joint_draws import draw_accounts, draw_means
from wxsat.diagnosis.sampling import Units
from wxsat.present.tables.gaps import tabulate_gaps as tabulate_printed

N, DRAWS = 200, 20_000


def test_a_paired_gap_has_the_error_of_a_paired_t() -> None:
    rng = np.random.default_rng(3)
    level = rng.normal(60, 15, N)
    answers = np.column_stack([level + rng.normal(10, 8, N), level + rng.normal(0, 8, N)])
    drawn = draw_accounts([str(i) for i in range(N)], DRAWS, "sampled", rng)
    means = draw_means(answers, Units(np.arange(N), N, False), drawn.counts, None, DRAWS, rng)
    table = tabulate_gaps(("N01",), *(np.array([v]) for v in (*answers.mean(axis=0), np.nan, np.nan)))
    got = add_gap_intervals(table, (means[:, :1], means[:, 1:]), None, N - 1).iloc[0]
    low, high = stats.ttest_rel(answers[:, 0], answers[:, 1]).confidence_interval()
    # 20,000 draws know a standard deviation to half a per cent; the bound is three of those, on half the width.
    assert (got["g1_lower"], got["g1_upper"]) == pytest.approx((low, high), abs=0.015 * (high - low) / 2)
    assert np.isnan([got["g2_lower"], got["g3_upper"]]).all()


def test_a_gap_between_sources_adds_their_errors() -> None:
    rng = np.random.default_rng(4)
    public, staff = rng.normal(70, 3, DRAWS), rng.normal(60, 4, DRAWS)
    table = tabulate_gaps(("N01",), *(np.array([v]) for v in (70.0, 50.0, 60.0, 55.0)))
    nothing = np.full((DRAWS, 1), 50.0)
    got = add_gap_intervals(table, (public[:, None], nothing), (staff[:, None], nothing + 5), None).iloc[0]
    assert got["g2_upper"] - got["g2"] == pytest.approx(1.959964 * 5, rel=0.02)
    # Neither side of the third gap moved in any draw: that is no certainty.
    assert np.isnan(got["g3_lower"])


def test_draws_without_a_side_give_no_interval_where_they_are_many() -> None:
    table = tabulate_gaps(("N01",), *(np.array([v]) for v in (70.0, 50.0, 60.0, 55.0)))
    draws = np.random.default_rng(5).normal(70, 3, (100, 1))
    draws[:60] = np.nan
    got = add_gap_intervals(table, (draws, draws - 20), None, 9).iloc[0]
    assert np.isnan(got["g1_lower"])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_table_prints_each_gap_with_its_interval(language) -> None:
    gaps = tabulate_gaps(("N01", "N02"), *(np.array([v, v]) for v in (70.0, 50.0, 60.0, 55.0)))
    draws = np.random.default_rng(6).normal(50, 3, (4, 500, 2))
    gaps = add_gap_intervals(gaps, (draws[0], draws[1]), (draws[2], draws[3]), 9)
    table = tabulate_printed(gaps, {"bsi": 3.0, "rank_agreement": 0.5}, language)
    names = [column.name for column in table.columns]
    assert names[-9:] == [f"g{k}{end}" for k in (1, 2, 3) for end in ("", "_lower", "_upper")]
    row = dict(zip(names, table.rows[0], strict=True))
    assert row["g1_lower"] < row["g1"] == 20.0 < row["g1_upper"]
