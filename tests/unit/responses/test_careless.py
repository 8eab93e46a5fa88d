"""Indices of careless answering against R careless 1.2.2, and on cases that can be done by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

from wxsat.responses import careless

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "careless"
EXACT = 0.0  # counts
ROUNDING = 1e-9  # the same closed formula in two programs; squared distances are near 50


def read_pair(folder: Path, reference: Path, name: str) -> tuple[np.ndarray, pd.DataFrame]:
    answers = pd.read_csv(folder / f"{name}.csv").to_numpy(dtype=float)
    return answers, pd.read_csv(reference / f"{name}_indices.csv")


def require_equal_to_r(answers: np.ndarray, r: pd.DataFrame, per_scale: int) -> None:
    scales = [list(range(i, i + per_scale)) for i in range(0, answers.shape[1], per_scale)]
    synonyms, n_pairs = careless.psychometric_synonyms(answers, critical=0.60)
    distances, df = careless.mahalanobis_squared(answers)
    assert n_pairs == r["psychsyn_60_npairs"].iloc[0]
    assert ((chi2.sf(distances, df) < 0.001) == r["mahad_flag_999"]).all()
    pairs = {
        "longstr": (careless.longstring(answers), EXACT),
        "irv": (careless.individual_variability(answers), ROUNDING),
        "evenodd": (careless.even_odd(answers, scales), ROUNDING),
        "psychsyn_60": (synonyms, ROUNDING),
        "mahad_dsq": (distances, ROUNDING),
    }
    for column, (ours, tolerance) in pairs.items():
        np.testing.assert_allclose(ours, r[column].to_numpy(), rtol=0, atol=tolerance, err_msg=column)


def test_against_r_careless() -> None:
    answers, r = read_pair(GOLDEN, GOLDEN, "careless_dataset")
    require_equal_to_r(answers, r, per_scale=5)
    assert int(r["mahad_flag_999"].sum()) == 18


def test_against_r_careless_on_a_thousand_respondents(shared_data: Callable[[str], Path]) -> None:
    folder = shared_data("data/real/E_careless/careless")
    answers, r = read_pair(folder, folder / "reference_R", "careless_dataset2")
    require_equal_to_r(answers, r, per_scale=10)
    antonyms, n_pairs = careless.psychometric_synonyms(answers, critical=-0.40)
    assert n_pairs == r["psychant_40_npairs"].iloc[0]
    np.testing.assert_allclose(antonyms, r["psychant_40"].to_numpy(), rtol=0, atol=ROUNDING)


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
    assert careless.longstring(np.array([answers]))[0] == longest


def test_variability_uses_what_was_answered() -> None:
    values = careless.individual_variability(np.array([[1.0, np.nan, 3.0], [np.nan, np.nan, 2.0]]))
    assert values[0] == pytest.approx(np.sqrt(2), rel=1e-12)
    assert np.isnan(values[1])


def test_distance_with_holes_is_the_distance_in_the_observed_subspace() -> None:
    rng = np.random.default_rng(7)
    answers = rng.normal(size=(300, 4)) @ np.linalg.cholesky(0.5 * np.eye(4) + 0.5)
    answers[0, 2:] = np.nan
    distances, df = careless.mahalanobis_squared(answers)
    covariance = pd.DataFrame(answers).cov().to_numpy()[:2, :2]  # pairwise, by another program
    centred = answers[0, :2] - np.nanmean(answers, axis=0)[:2]
    assert df[0] == 2
    assert distances[0] == pytest.approx(centred @ np.linalg.solve(covariance, centred), rel=1e-9)


def test_a_copied_column_lowers_the_rank_instead_of_breaking_the_distance() -> None:
    x = np.random.default_rng(1).normal(size=(50, 2))
    plain, _ = careless.mahalanobis_squared(x)
    copied, df = careless.mahalanobis_squared(np.column_stack([x, x[:, 0]]))
    assert set(df) == {2}
    np.testing.assert_allclose(copied, plain, rtol=1e-8)  # an eigenvalue near zero is cut off


def test_distances_average_to_the_number_of_items() -> None:
    x = np.random.default_rng(3).normal(size=(400, 6))
    distances, _ = careless.mahalanobis_squared(x)
    assert distances.sum() == pytest.approx(6 * 399, rel=1e-10)  # trace identity, divisor n - 1
