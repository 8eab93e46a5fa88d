"""Alpha is pingouin's; its interval is the same formula unrounded, and the two must agree."""

from __future__ import annotations

import numpy as np
import pingouin
import pytest

from wxsat.errors import EstimationError
from wxsat.psychometrics.reliability import alpha_from_covariance, cronbach_alpha, feldt_interval


def _answers(seed: int, n: int, k: int, noise: float) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 1)) + noise * rng.normal(size=(n, k))


@pytest.mark.parametrize(("n", "k", "noise"), [(20, 2, 1.0), (300, 5, 0.5), (1500, 12, 3.0), (8, 3, 30.0)])
@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_interval_agrees_with_pingouin_to_its_three_decimals(n: int, k: int, noise: float, confidence: float) -> None:
    import pandas as pd

    values = _answers(n + k, n, k, noise)
    alpha = cronbach_alpha(values, confidence)
    borrowed, rounded = pingouin.cronbach_alpha(pd.DataFrame(values), ci=confidence)
    assert alpha.estimate == borrowed
    np.testing.assert_allclose([alpha.ci_lower, alpha.ci_upper], rounded, atol=0.0005 + 1e-9)
    assert alpha.ci_lower < alpha.estimate < alpha.ci_upper


def test_disagreement_with_pingouin_is_an_error_not_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def other(*_: object, **__: object) -> tuple[float, np.ndarray]:
        return 0.71, np.array([0.6, 0.8])

    monkeypatch.setattr(pingouin, "cronbach_alpha", other)
    with pytest.raises(EstimationError, match="MEAS-020"):
        cronbach_alpha(_answers(1, 100, 3, 1.0))


def test_parallel_items_have_the_alpha_of_spearman_and_brown() -> None:
    covariance = np.full((4, 4), 0.4) + 0.6 * np.eye(4)
    assert alpha_from_covariance(covariance) == pytest.approx(4 * 0.4 / (1 + 3 * 0.4), abs=1e-15)


def test_items_that_cancel_out_have_no_alpha() -> None:
    column = np.arange(6.0)
    assert np.isnan(cronbach_alpha(np.column_stack([column, -column])).estimate)


def test_interval_covers_the_true_alpha_as_often_as_it_says() -> None:
    rng = np.random.default_rng(12)
    truth, hits, runs = 4 / (4 + 1.0), 0, 1000
    for _ in range(runs):
        values = rng.normal(size=(40, 1)) + rng.normal(size=(40, 4))
        alpha = alpha_from_covariance(np.cov(values.T))
        lower, upper = feldt_interval(alpha, 40, 4, 0.9)
        hits += lower <= truth <= upper
    # Binomial SE .0095 at .90; four of them.
    assert hits / runs == pytest.approx(0.9, abs=0.038)
