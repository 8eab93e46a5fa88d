"""What cannot be factored is refused by code; what must be known is said."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from wxsat.errors import WxsatError
from wxsat.psychometrics.coefficients.bootstrap_alpha import bootstrap_alpha
from wxsat.psychometrics.coefficients.intraclass import evaluate_retest, intraclass_correlations
from wxsat.psychometrics.factors.evaluate import evaluate_factors
from wxsat.psychometrics.factors.partial_average import minimum_average_partial
from wxsat.psychometrics.reliability import alpha_from_covariance, feldt_interval

# Shrout & Fleiss (1979), table 2.
RATINGS = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7.0]])


def _answers(n: int = 200, items: int = 6, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(n, 1)) + rng.normal(size=(n, items))
    return pd.DataFrame(values, columns=[f"i{k}" for k in range(items)])


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"rotation": "varimx"}, "MEAS-050"),
        ({"extraction": "ols"}, "MEAS-050"),
        ({"n_factors": 6}, "MEAS-050"),
        ({"parallel": -1}, "MEAS-050"),
        ({"target": np.zeros((2, 2))}, "MEAS-050"),
        ({"columns": ["i0", "i1"]}, "MEAS-051"),
        ({"columns": ["i0", "i1", "nowhere"]}, "MEAS-001"),
    ],
)
def test_settings_that_do_not_fit_are_refused(settings: dict[str, Any], code: str) -> None:
    with pytest.raises(WxsatError) as caught:
        evaluate_factors(_answers(), **{"columns": [f"i{k}" for k in range(6)], "parallel": 5, **settings})
    assert caught.value.code == code


def test_constant_and_copied_items_are_refused() -> None:
    frame = _answers().assign(i0=1.0)
    with pytest.raises(WxsatError) as caught:
        evaluate_factors(frame, columns=list(frame), parallel=0)
    assert caught.value.code == "MEAS-052"
    copied = _answers().assign(i0=lambda f: f["i1"])
    with pytest.raises(WxsatError) as caught:
        evaluate_factors(copied, columns=list(copied), parallel=0)
    assert caught.value.code == "MEAS-053"


def test_too_many_factors_and_noise_are_said() -> None:
    rng = np.random.default_rng(3)
    noise = pd.DataFrame(rng.normal(size=(100, 5)), columns=list("abcde"))
    codes = {f.code for f in evaluate_factors(noise, columns=list("abcde"), n_factors=3, parallel=0).findings}
    assert "MEAS-155" in codes


def test_parallel_analysis_finds_nothing_in_noise_and_one_factor_in_ordered_answers() -> None:
    rng = np.random.default_rng(5)
    noise = pd.DataFrame(rng.normal(size=(300, 8)), columns=list("abcdefgh"))
    result = evaluate_factors(noise, columns=list("abcdefgh"), parallel=200).parallel
    assert result is not None
    assert result.n_components <= 1
    ordered = np.digitize(_answers(400, 5, 6), [-2, -0.5, 0.5, 2]) + 1.0
    frame = pd.DataFrame(ordered, columns=list("abcde"))
    found = evaluate_factors(frame, columns=list("abcde"), correlation="polychoric", parallel=20)
    assert found.parallel is not None
    assert found.parallel.reference == "permuted"
    assert found.parallel.n_components == 1


def test_map_of_independent_items_is_zero_components() -> None:
    assert minimum_average_partial(np.eye(5)).n_squared == 0


def test_intraclass_correlations_are_those_of_shrout_and_fleiss() -> None:
    frame = intraclass_correlations(RATINGS)
    # Their table 4, two decimals; the intervals at full precision from psych::ICC 2.2.9.
    np.testing.assert_allclose(frame["icc"], [0.17, 0.29, 0.71, 0.44, 0.62, 0.91], atol=0.006)
    assert frame["ci_lower"][1] == pytest.approx(0.018786513374712047, abs=1e-12)
    assert frame["ci_upper"][4] == pytest.approx(0.927232040167722, abs=1e-12)


def test_retest_counts_the_shift_only_for_agreement() -> None:
    rng = np.random.default_rng(1)
    first = rng.normal(size=60)
    second = first + rng.normal(size=60) * 0.3 + 1.0
    result = evaluate_retest(first, np.r_[second[:-1], np.nan])
    assert result.n == 59
    assert result.icc_agreement < result.icc_consistency < 1
    assert result.ci_lower < result.correlation < result.ci_upper
    with pytest.raises(WxsatError):
        evaluate_retest(first[:3], second[:3])


def test_bootstrap_interval_of_normal_items_is_near_feldts() -> None:
    values = _answers(500, 5).to_numpy()
    alpha = alpha_from_covariance(np.cov(values.T))
    lower, upper = bootstrap_alpha(values, draws=2000)
    expected = feldt_interval(alpha, 500, 5)
    # 2000 draws leave a quantile uncertain by some .002 of an interval .07 wide.
    np.testing.assert_allclose([lower, upper], expected, atol=0.008)
