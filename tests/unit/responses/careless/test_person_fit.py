"""Person fit against a count of all pairs of item steps and an enumeration of all answer vectors in R."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wxsat.responses.careless.person_fit import cumulated_ranks, guttman_errors_normed, most_errors

GOLDEN = Path(__file__).resolve().parents[3] / "golden" / "careless"
ROUNDING = 1e-12  # whole numbers and one division


def test_normed_errors_of_one_and_of_two_scales() -> None:
    answers = pd.read_csv(GOLDEN / "person_fit.csv").to_numpy(dtype=float)
    r = json.loads((GOLDEN / "person_fit.json").read_text(encoding="utf-8"))
    low, high = np.zeros(10), np.array([2.0] * 6 + [4.0] * 4)
    most_a = np.array(r["most_a"])[answers[:, :6].sum(axis=1).astype(int)]
    most_b = np.array(r["most_b"])[answers[:, 6:].sum(axis=1).astype(int)]
    one = guttman_errors_normed(answers, [range(6)], low, high)
    np.testing.assert_allclose(
        one[most_a > 0], (np.array(r["errors_a"]) / np.maximum(most_a, 1))[most_a > 0], atol=ROUNDING
    )
    assert np.isnan(one[most_a == 0]).all()
    both = guttman_errors_normed(answers, [range(6), range(6, 10)], low, high)
    errors, most = np.array(r["errors_a"]) + np.array(r["errors_b"]), most_a + most_b
    np.testing.assert_allclose(both[most > 0], errors[most > 0] / most[most > 0], atol=ROUNDING)


def test_most_errors_by_going_through_every_vector() -> None:
    popularity = [np.array([0.9, 0.4, 0.3]), np.array([0.7, 0.65, 0.1]), np.array([0.8, 0.4, 0.2])]
    pooled = np.concatenate(popularity)
    order = np.argsort(-pooled, kind="stable")
    worst = np.zeros(10)
    for vector in product(range(4), repeat=3):
        steps = np.concatenate([np.arange(3) < x for x in vector])[order]
        errors = sum(1 for i in range(9) for j in range(i + 1, 9) if not steps[i] and steps[j])
        worst[sum(vector)] = max(worst[sum(vector)], errors)
    np.testing.assert_array_equal(most_errors(cumulated_ranks(popularity)), worst)


def test_a_hole_takes_the_item_out_for_that_person_alone() -> None:
    rng = np.random.default_rng(5)
    answers = rng.integers(1, 6, size=(60, 4)).astype(float)
    answers[0, 3] = np.nan
    low, high = np.ones(4), np.full(4, 5.0)
    with_hole = guttman_errors_normed(answers, [range(4)], low, high)
    # Popularities of the three other items do not change, so that the person has the value of the shorter scale.
    assert with_hole[0] == guttman_errors_normed(answers[:, :3], [range(3)], low[:3], high[:3])[0]


def test_random_answers_stand_out_on_physical_functioning(shared_data: Callable[[str], Path]) -> None:
    answers = pd.read_csv(shared_data("data/real/E_careless/PerFit/PhysFuncData.csv")).to_numpy(dtype=float)
    random = np.random.default_rng(1).integers(0, 3, size=(40, 10)).astype(float)
    fit = guttman_errors_normed(np.vstack([answers, random]), [range(10)], np.zeros(10), np.full(10, 2.0))
    assert np.nanmedian(fit[-40:]) > 3 * np.nanmedian(fit[:-40])
    assert ((fit[np.isfinite(fit)] >= 0) & (fit[np.isfinite(fit)] <= 1)).all()


@pytest.mark.parametrize("value", [0.0, 2.0])
def test_extreme_vectors_allow_no_error(value: float) -> None:
    answers = np.vstack([np.full(4, value), np.random.default_rng(2).integers(0, 3, size=(30, 4))]).astype(float)
    assert np.isnan(guttman_errors_normed(answers, [range(4)], np.zeros(4), np.full(4, 2.0))[0])
