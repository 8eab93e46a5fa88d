"""Indices of careless answering against R careless 1.2.2, and on cases that can be done by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import groupby
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

from wxsat.responses.careless.even_odd import even_odd
from wxsat.responses.careless.longstring import longstring, mean_string
from wxsat.responses.careless.mahalanobis import mahalanobis_squared
from wxsat.responses.careless.synonyms import psychometric_synonyms, strongest_pairs
from wxsat.responses.careless.variability import individual_variability, part_variability

GOLDEN = Path(__file__).resolve().parents[3] / "golden" / "careless"
EXACT = 0.0  # counts
EM_OF_LAVAAN = 1e-5  # lavaan's EM run to 1e-10; what is left is its stopping rule
ROUNDING = 1e-9  # the same closed formula in two programs; squared distances are near 50


def read_pair(folder: Path, reference: Path, name: str) -> tuple[np.ndarray, pd.DataFrame]:
    answers = pd.read_csv(folder / f"{name}.csv").to_numpy(dtype=float)
    return answers, pd.read_csv(reference / f"{name}_indices.csv")


def require_equal_to_r(answers: np.ndarray, r: pd.DataFrame, per_scale: int) -> None:
    scales = [list(range(i, i + per_scale)) for i in range(0, answers.shape[1], per_scale)]
    synonyms, n_pairs = psychometric_synonyms(answers, critical=0.60)
    distances, df = mahalanobis_squared(answers)
    assert n_pairs == r["psychsyn_60_npairs"].iloc[0]
    assert ((chi2.sf(distances, df) < 0.001) == r["mahad_flag_999"]).all()
    pairs = {
        "longstr": (longstring(answers), EXACT),
        "avgstr": (mean_string(answers), ROUNDING),
        "irv": (individual_variability(answers), ROUNDING),
        "evenodd": (even_odd(answers, scales), ROUNDING),
        "psychsyn_60": (synonyms, ROUNDING),
        "mahad_dsq": (distances, ROUNDING),
    }
    for column, (ours, tolerance) in pairs.items():
        np.testing.assert_allclose(ours, r[column].to_numpy(), rtol=0, atol=tolerance, err_msg=column)
    parts = r[[f"irv_s{k}" for k in range(1, 6)]].to_numpy()
    np.testing.assert_allclose(part_variability(answers, 5), parts, rtol=0, atol=ROUNDING)


def test_against_r_careless() -> None:
    answers, r = read_pair(GOLDEN, GOLDEN, "careless_dataset")
    require_equal_to_r(answers, r, per_scale=5)
    assert int(r["mahad_flag_999"].sum()) == 18


def test_against_r_careless_on_a_thousand_respondents(shared_data: Callable[[str], Path]) -> None:
    folder = shared_data("data/real/E_careless/careless")
    answers, r = read_pair(folder, folder / "reference_R", "careless_dataset2")
    require_equal_to_r(answers, r, per_scale=10)
    antonyms, n_pairs = psychometric_synonyms(answers, critical=-0.40)
    assert n_pairs == r["psychant_40_npairs"].iloc[0]
    np.testing.assert_allclose(antonyms, r["psychant_40"].to_numpy(), rtol=0, atol=ROUNDING)


@pytest.mark.parametrize("name", ["careless_dataset", "careless_dataset2"])
def test_strongest_pairs_against_r(shared_data: Callable[[str], Path], name: str) -> None:
    folder = shared_data("data/real/E_careless/careless")
    answers = pd.read_csv(folder / f"{name}.csv")
    r = pd.read_csv(folder / "reference_R" / f"{name}_psychsyn_critval_top40.csv")
    ours = strongest_pairs(answers.to_numpy(dtype=float), list(answers.columns)).head(40)
    np.testing.assert_allclose(ours["r"], r["cor"], rtol=0, atol=ROUNDING)
    assert [{*pair} for pair in zip(ours["first"], ours["second"], strict=True)] == [
        {*pair} for pair in zip(r["var1"], r["var2"], strict=True)
    ]


def test_longest_runs_of_the_package_s_own_test_file(shared_data: Callable[[str], Path]) -> None:
    # Row k of its test file is k answers alike and then two answers in turn.
    answers = pd.read_csv(shared_data("data/real/E_careless/careless/lonstring-test-data.csv")).to_numpy(dtype=float)
    brute = [max(len(list(run)) for _, run in groupby(row)) for row in answers]
    np.testing.assert_array_equal(longstring(answers), brute)


@pytest.mark.parametrize(
    ("answers", "longest"),
    [
        ([1, 1, 1, 2, 2], 3),
        ([1, 2, 3, 4, 5], 1),
        ([4, 4, 4, 4, 4], 5),
        ([4, 4, np.nan, 4, 4], 2),  # a hole ends a run
        ([np.nan, np.nan, np.nan, np.nan, np.nan], 0),
    ],
)
def test_longest_run(answers: list[float], longest: int) -> None:
    assert longstring(np.array([answers]))[0] == longest


def test_variability_uses_what_was_answered() -> None:
    values = individual_variability(np.array([[1.0, np.nan, 3.0], [np.nan, np.nan, 2.0]]))
    assert values[0] == pytest.approx(np.sqrt(2), rel=1e-12)
    assert np.isnan(values[1])


def test_distances_with_holes_take_the_moments_of_maximum_likelihood() -> None:
    # lavaan's saturated model of the same incomplete data (sample statistics of its fit by FIML)
    survey = pd.read_csv(GOLDEN / "holes.csv").to_numpy(dtype=float)
    r = json.loads((GOLDEN / "holes.json").read_text(encoding="utf-8"))
    mean, covariance = np.array(r["mean"]), np.array(r["covariance"]) * len(survey) / (len(survey) - 1)
    distances, df = mahalanobis_squared(survey)
    for row, d2, k in zip(survey, distances, df, strict=True):
        seen = np.isfinite(row)
        d = (row - mean)[seen]
        assert k == seen.sum()
        assert d2 == pytest.approx(d @ np.linalg.solve(covariance[np.ix_(seen, seen)], d), rel=EM_OF_LAVAAN)


def test_a_copied_column_lowers_the_rank_instead_of_breaking_the_distance() -> None:
    x = np.random.default_rng(1).normal(size=(50, 2))
    plain, _ = mahalanobis_squared(x)
    copied, df = mahalanobis_squared(np.column_stack([x, x[:, 0]]))
    assert set(df) == {2}
    np.testing.assert_allclose(copied, plain, rtol=1e-8)  # an eigenvalue near zero is cut off


def test_distances_average_to_the_number_of_items() -> None:
    x = np.random.default_rng(3).normal(size=(400, 6))
    distances, _ = mahalanobis_squared(x)
    assert distances.sum() == pytest.approx(6 * 399, rel=1e-10)  # trace identity, divisor n - 1
