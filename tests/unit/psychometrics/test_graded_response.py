"""The graded-response model: a published solution, recovery, and its relation to factor analysis."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from wxsat.errors import DataError
from wxsat.psychometrics.item_response.evaluate import evaluate_item_response
from wxsat.psychometrics.item_response.graded import GradedItems, fit_graded
from wxsat.psychometrics.item_response.information import item_information, marginal_reliability
from wxsat.psychometrics.item_response.scores import score_respondents
from wxsat.psychometrics.ordinal.correlations import polychoric

# Bock & Lieberman (1970), LSAT section 6: how often each of the 32 patterns came, 00000 first.
LSAT = [3, 6, 2, 11, 1, 1, 3, 4, 1, 8, 0, 16, 0, 3, 2, 15, 10, 29, 14, 81, 3, 28, 15, 80, 16, 56, 21, 173, 11, 61, 28, 298]  # fmt: skip  # noqa: E501


def _lsat() -> NDArray[np.int64]:
    patterns = np.array([[int(bit) for bit in f"{k:05b}"] for k in range(32)])
    return np.repeat(patterns, LSAT, axis=0)


def _simulate(n: int, seed: int = 1) -> tuple[NDArray[np.int64], NDArray[np.float64], GradedItems]:
    rng = np.random.default_rng(seed)
    slopes = np.array([0.8, 1.2, 1.6, 2.0, 2.5, 1.0])
    intercepts = tuple(np.array([2.0, 1.0, -0.5, -2.0]) * k for k in (1, 1.2, 0.8, 1.5, 1, 0.9))
    theta = rng.normal(size=n)
    codes = np.empty((n, 6), dtype=np.int64)
    for item, (a, d) in enumerate(zip(slopes, intercepts, strict=True)):
        codes[:, item] = (rng.random((n, 1)) < 1 / (1 + np.exp(-(a * theta[:, None] + d)))).sum(axis=1)
    return codes, theta, GradedItems(slopes, intercepts)


def test_two_categories_give_the_published_lsat_solution() -> None:
    fit = fit_graded(_lsat(), [2] * 5)
    # Rizopoulos (2006), Journal of Statistical Software 17(5), section 3.1, printed to three decimals.
    assert fit.log_likelihood == pytest.approx(-2466.653, abs=6e-4)
    np.testing.assert_allclose(fit.items.slopes, [0.825, 0.723, 0.890, 0.689, 0.657], atol=1.1e-3)
    np.testing.assert_allclose(np.concatenate(fit.items.intercepts), [2.773, 0.990, 0.249, 1.285, 2.053], atol=6e-4)


def test_parameters_are_recovered_within_their_errors() -> None:
    codes, _, truth = _simulate(8000)
    fit = fit_graded(codes, [5] * 6)
    assert fit.covariance is not None
    z = (fit.items.vector() - truth.vector()) / np.sqrt(np.diag(fit.covariance))
    # 30 standard normal deviates: their mean square is within 1 +- .78 but once in a thousand.
    assert 0.4 < float(np.mean(z**2)) < 1.8
    assert np.abs(z).max() < 4


def test_scores_have_the_reliability_that_information_promises() -> None:
    codes, theta, truth = _simulate(6000, seed=2)
    estimate, error = score_respondents(truth, codes)
    squared = float(np.corrcoef(estimate, theta)[0, 1] ** 2)
    assert squared == pytest.approx(marginal_reliability(truth), abs=0.02)
    assert float(np.mean(error**2)) == pytest.approx(1 - squared, abs=0.02)


def test_slopes_follow_the_loadings_of_the_polychoric_factor() -> None:
    from wxsat.numerics.one_factor import fit_one_factor

    codes, _, _ = _simulate(8000, seed=3)
    slopes = fit_graded(codes, [5] * 6).items.slopes
    loadings = fit_one_factor(polychoric(codes.astype(float)).correlation).loadings
    # a = 1.702 l / sqrt(1 - l^2) with a normal ogive; the logistic curve is within a few percent of it.
    np.testing.assert_allclose(slopes, 1.702 * loadings / np.sqrt(1 - loadings**2), rtol=0.06)


def test_information_of_two_categories_is_the_closed_form() -> None:
    theta = np.linspace(-3, 3, 7)
    p = 1 / (1 + np.exp(-(1.5 * theta - 0.3)))
    found = item_information(GradedItems(np.array([1.5]), (np.array([-0.3]),)), theta)[:, 0]
    np.testing.assert_allclose(found, 1.5**2 * p * (1 - p), rtol=1e-9)


def test_missing_answers_do_not_move_what_they_say_nothing_about() -> None:
    codes, _, _ = _simulate(1500, seed=4)
    silent = np.vstack([codes, np.full((50, 6), -1)])
    whole, more = fit_graded(codes, [5] * 6), fit_graded(silent, [5] * 6)
    np.testing.assert_array_equal(whole.items.vector(), more.items.vector())
    assert np.isnan(score_respondents(more.items, silent)[0][-50:]).all()


def test_thresholds_carry_the_codes_above_them() -> None:
    codes, _, _ = _simulate(800, seed=5)
    frame = pd.DataFrame(2 * codes[:, :3] + 1.0, columns=["a", "b", "c"])
    (result,) = evaluate_item_response(frame, scales={"T": ["a", "b", "c"]})
    table = result.parameters().query("item == 'a' and parameter == 'b'")
    assert table["category"].tolist() == [3.0, 5.0, 7.0, 9.0]
    assert (np.diff(table["estimate"]) > 0).all()


def test_two_items_are_refused_by_code() -> None:
    frame = pd.DataFrame({"a": [1.0, 2, 1, 2], "b": [1.0, 2, 2, 1]})
    with pytest.raises(DataError) as caught:
        evaluate_item_response(frame, scales={"T": ["a", "b"]})
    assert caught.value.code == "MEAS-056"


def test_a_perfect_guttman_scale_has_no_final_slopes(monkeypatch: pytest.MonkeyPatch) -> None:
    # Every pattern follows from the number of steps: the likelihood grows with the slopes for ever.
    steps = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [1, 1, 1]] * 15, dtype=float)
    monkeypatch.setattr("wxsat.psychometrics.item_response.graded.MAX_ROUNDS", 40)
    (found,) = evaluate_item_response(pd.DataFrame(steps, columns=list("abc")), scales={"T": list("abc")})
    by_code = {finding.code: finding for finding in found.findings}
    assert by_code["MEAS-158"].severity == "warning"
    assert by_code["MEAS-158"].evidence["iterations"] == 40
    assert not found.fit.converged


def test_four_respondents_give_no_standard_errors() -> None:
    # Three patterns for six parameters: the information matrix cannot have full rank.
    few = np.array([[0, 0, 0], [1, 1, 1], [0, 1, 1], [1, 0, 1]], dtype=float)
    (found,) = evaluate_item_response(pd.DataFrame(few, columns=list("abc")), scales={"T": list("abc")})
    assert "MEAS-160" in [finding.code for finding in found.findings]
    assert found.fit.covariance is None
    assert found.parameters()["std_error"].isna().all()
