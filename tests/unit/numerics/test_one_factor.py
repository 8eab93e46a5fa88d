from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from wxsat.numerics.one_factor import derivatives, discrepancy, fit_one_factor

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "psychometrics"


def _implied(loadings: np.ndarray) -> np.ndarray:
    return np.outer(loadings, loadings) + np.diag(1 - loadings**2)


@pytest.mark.parametrize("n_variables", [3, 4, 6, 12])
def test_loadings_are_recovered_from_a_correlation_matrix_they_imply(n_variables: int) -> None:
    loadings = np.linspace(0.4, 0.9, n_variables)
    result = fit_one_factor(_implied(loadings))
    assert result.status == "converged"
    np.testing.assert_allclose(result.loadings, loadings, atol=1e-9)


def test_derivatives_equal_finite_differences() -> None:
    rng = np.random.default_rng(4)
    sample = np.corrcoef(rng.normal(size=(50, 4)).T)
    theta = np.concatenate([rng.uniform(0.2, 0.8, 4), rng.uniform(0.4, 0.9, 4)])
    gradient, hessian, _ = derivatives(theta, sample)
    steps = 1e-6 * np.eye(8)
    slopes = [(discrepancy(theta + h, sample) - discrepancy(theta - h, sample)) / 2e-6 for h in steps]
    np.testing.assert_allclose(gradient, slopes, atol=1e-8)
    curves = [(derivatives(theta + h, sample)[0] - derivatives(theta - h, sample)[0]) / 2e-6 for h in steps]
    np.testing.assert_allclose(hessian, curves, atol=1e-7)


def test_expected_information_is_the_hessian_where_the_model_holds() -> None:
    loadings = np.array([0.9, 0.8, 0.7, 0.5])
    theta = np.concatenate([loadings, 1 - loadings**2])
    _, hessian, information = derivatives(theta, _implied(loadings))
    np.testing.assert_allclose(hessian, information, atol=1e-10)


def test_heywood_case_is_returned_and_named_as_lavaan_has_it() -> None:
    case = json.loads((GOLDEN / "reference.json").read_text(encoding="utf-8"))["heywood"]
    result = fit_one_factor(np.array(case["correlation"]))
    assert result.heywood == (0,)
    # lavaan's optimiser stops at a relative change of 1e-14 of the function, about 1e-7 in the parameters.
    np.testing.assert_allclose(result.loadings, case["loadings"], atol=1e-6)
    np.testing.assert_allclose(result.error_variances, case["error_variances"], atol=1e-6)


def test_heywood_of_three_items_is_named() -> None:
    result = fit_one_factor(np.array([[1, 0.9, 0.8], [0.9, 1, 0.6], [0.8, 0.6, 1]]))
    assert result.heywood == (0,)
    assert result.loadings[0] ** 2 == pytest.approx(0.9 * 0.8 / 0.6)


def test_three_items_with_contradicting_signs_have_no_solution() -> None:
    result = fit_one_factor(np.array([[1, 0.5, 0.5], [0.5, 1, -0.3], [0.5, -0.3, 1]]))
    assert result.status == "no_solution"
    assert not result.solved
    assert np.isnan(result.loadings).all()


@pytest.mark.parametrize(("r", "second"), [(0.49, 0.7), (-0.49, -0.7)])
def test_two_items_share_one_loading_up_to_sign(r: float, second: float) -> None:
    result = fit_one_factor(np.array([[1, r], [r, 1]]))
    assert result.status == "equal_loadings"
    np.testing.assert_allclose(result.loadings, [0.7, second])


def test_solution_follows_the_order_and_the_sign_of_the_items() -> None:
    rng = np.random.default_rng(9)
    values = rng.normal(size=(200, 1)) + rng.normal(size=(200, 6))
    base = fit_one_factor(np.corrcoef(values.T)).loadings
    order = np.array([3, 0, 5, 1, 4, 2])
    np.testing.assert_allclose(fit_one_factor(np.corrcoef(values[:, order].T)).loadings, base[order], atol=1e-9)
    flipped = values * np.array([1, -1, 1, 1, 1, 1])
    np.testing.assert_allclose(
        fit_one_factor(np.corrcoef(flipped.T)).loadings, base * np.array([1, -1, 1, 1, 1, 1]), atol=1e-9
    )


def test_a_loading_that_runs_away_is_no_solution() -> None:
    # One error variance falls without bound on this matrix; lavaan 0.6-14 reports that it did not converge.
    correlation = np.eye(5)
    upper = [(0, 1, 0.0191), (0, 2, 0.0623), (0, 3, 0.2579), (0, 4, -0.0304), (1, 2, 0.0755)]
    upper += [(1, 3, -0.0063), (1, 4, 0.0239), (2, 3, 0.0496), (2, 4, 0.1001), (3, 4, 0.1845)]
    for i, j, r in upper:
        correlation[i, j] = correlation[j, i] = r
    result = fit_one_factor(correlation)
    assert result.status == "no_solution"
    assert result.iterations < 500


def test_unrelated_items_end_without_hanging_and_say_how() -> None:
    rng = np.random.default_rng(11)
    for _ in range(20):
        result = fit_one_factor(np.corrcoef(rng.normal(size=(40, 5)).T))
        assert result.solved != np.isnan(result.loadings).any()
