"""The EWMA chart against Montgomery's worked example, its closed form, and fresh simulated series."""

from __future__ import annotations

import numpy as np
import pytest

from wxsat.numerics.control_chart import ewma_chart, simulated_width

# Montgomery (2013), Table 9.1: 20 figures at 10, then ten at 11; Table 9.10: their averages with weight .10.
FIGURES = np.array([
    9.45, 7.99, 9.29, 11.66, 12.16, 10.18, 8.04, 11.46, 9.20, 10.34, 9.03, 11.47, 10.51, 9.40, 10.08, 9.37, 10.62,
    10.31, 8.52, 10.84, 10.90, 9.33, 12.29, 11.50, 10.60, 11.08, 10.38, 11.62, 11.31, 10.52,
])  # fmt: skip
AVERAGES = np.array([
    9.945, 9.7495, 9.70355, 9.8992, 10.1253, 10.1307, 9.92167, 10.0755, 9.98796, 10.0232, 9.92384, 10.0785, 10.1216,
    10.0495, 10.0525, 9.98426, 10.0478, 10.074, 9.91864, 10.0108, 10.0997, 10.0227, 10.2495, 10.3745, 10.3971, 10.4654,
    10.4568, 10.5731, 10.6468, 10.6341,
])  # fmt: skip


def test_montgomerys_example_to_the_printed_digits() -> None:
    chart = ewma_chart(FIGURES, weight=0.1, center=10.0, sigma=1.0, width=2.7)
    assert chart.averages == pytest.approx(AVERAGES, abs=6e-5)
    # The book: limits of the first two points 10.27 / 9.73 and 10.36 / 9.64, steady at 10.62 / 9.38.
    assert chart.upper[[0, 1]] == pytest.approx([10.27, 10.36], abs=0.005)
    assert chart.lower[[0, 1]] == pytest.approx([9.73, 9.64], abs=0.005)
    assert chart.upper[-1] == pytest.approx(10.62, abs=0.005)
    assert np.flatnonzero(chart.outside).tolist() == [28, 29]


def test_a_weight_of_one_is_shewharts_chart_of_single_figures() -> None:
    chart = ewma_chart(FIGURES, weight=1.0, width=3.0)
    assert chart.averages == pytest.approx(FIGURES)
    ranges = np.abs(np.diff(FIGURES)).mean()
    # 2.66 times the mean moving range, as every textbook prints it.
    assert chart.upper - chart.center == pytest.approx(np.full(30, 2.66 * ranges), rel=1e-3)


@pytest.mark.parametrize("known", [False, True])
def test_five_in_a_hundred_unchanged_series_leave_the_simulated_limits(known: bool) -> None:
    rng = np.random.default_rng(5)
    given = {"center": 3.0, "sigma": 2.0} if known else {}
    alarms = np.mean([ewma_chart(rng.normal(3, 2, 12), **given).outside.any() for _ in range(4000)])
    # Twice the error of 4,000 series at .05, and of the 20,000 behind the limit.
    assert alarms == pytest.approx(0.05, abs=0.009)


def test_a_lasting_change_is_found() -> None:
    rng = np.random.default_rng(6)
    moved = np.concatenate([rng.normal(0, 1, 12), rng.normal(3, 1, 12)])
    assert ewma_chart(moved).outside[18:].any()


def test_limits_of_known_series_are_narrower_and_longer_series_have_wider_ones() -> None:
    assert simulated_width(12, 0.2, True) > simulated_width(6, 0.2, True)


@pytest.mark.parametrize("values", [[1.0] * 5, [1, 2, 3, 4, 5, float("nan")]])
def test_too_short_or_broken_series_have_no_chart(values: list[float]) -> None:
    with pytest.raises(ValueError, match="at least"):
        ewma_chart(np.array(values))
    with pytest.raises(ValueError, match="weight"):
        ewma_chart(np.arange(8.0), weight=0.0)
