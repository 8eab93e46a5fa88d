"""Composite reliability from a fitted model against semTools, and its closed form with correlated errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import wxsat as wx
from wxsat.errors import EstimationError
from wxsat.sem.composite_reliability import evaluate_composite_reliability

# lavaan's optimiser stops early, on bfi by up to 3e-5 in a loading.
OPTIMISER = 5e-6
HIGHER = Path(__file__).parents[2] / "golden" / "higher_reliability" / "higher_reliability.json"


@pytest.mark.parametrize("name", ["rel_hs", "rel_tam", "rel_bfi"])
@pytest.mark.parametrize("observed", [True, False])
def test_omega_equals_semtools(shared_data: Callable[[str], Path], name: str, observed: bool) -> None:
    case = json.loads(shared_data(f"reference/golden/measure/{name}.json").read_text(encoding="utf-8"))
    frame = pd.read_csv(shared_data(f"data/golden/{case['dataset'].split()[0]}"))
    found = evaluate_composite_reliability(wx.fit_sem(case["model"], frame), observed=observed)
    wanted = case["compRelSEM" if observed else "compRelSEM_obsvarF"]
    for factor, omega in zip(found["factor"], found["omega"], strict=True):
        assert omega == pytest.approx(wanted[factor], abs=OPTIMISER)


@pytest.mark.parametrize("name", ["rel_hsord_ordered", "rel_tam_ordered"])
@pytest.mark.parametrize("observed", [True, False])
def test_omega_of_ordered_items_equals_semtools(shared_data: Callable[[str], Path], name: str, observed: bool) -> None:
    case = json.loads(shared_data(f"reference/golden/measure/{name}.json").read_text(encoding="utf-8"))
    frame = pd.read_csv(shared_data(f"data/golden/{case['dataset'].split()[0]}"))
    found = evaluate_composite_reliability(wx.fit_sem(case["model"], frame, ordered="all"), observed=observed)
    wanted = case["compRelSEM" if observed else "compRelSEM_obsvarF"]
    for factor, omega in zip(found["factor"], found["omega"], strict=True):
        assert omega == pytest.approx(wanted[factor], abs=OPTIMISER)


def test_error_covariances_count_as_error() -> None:
    truth = pd.DataFrame(
        np.outer([0.8, 0.7, 0.6, 0.7], [0.8, 0.7, 0.6, 0.7]), index=list("abcd"), columns=list("abcd")
    )  # fmt: skip
    values = truth.to_numpy(copy=True)
    np.fill_diagonal(values, 1.0)
    values[0, 1] += 0.1
    values[1, 0] += 0.1
    covariance = pd.DataFrame(values, index=list("abcd"), columns=list("abcd"))
    fit = wx.fit_sem("f =~ a + b + c + d\na ~~ b", cov=covariance, n=500)
    found = evaluate_composite_reliability(fit, observed=False)
    assert found["omega"][0] == pytest.approx(2.8**2 / values.sum(), abs=1e-6)


@pytest.mark.parametrize(("observed", "wanted"), [(True, "observed"), (False, "implied")])
def test_factors_of_factors_and_ave_equal_semtools(observed: bool, wanted: str) -> None:
    case = json.loads(HIGHER.read_text(encoding="utf-8"))
    covariance = pd.DataFrame(case["covariance"], index=case["items"], columns=case["items"])
    found = evaluate_composite_reliability(wx.fit_sem(case["model"], cov=covariance, n=case["n"]), observed=observed)
    rows = found.set_index("factor")
    assert rows["omega"].to_dict() == pytest.approx(case[wanted], abs=OPTIMISER)
    assert rows["ave"].drop("g").to_dict() == pytest.approx(case["ave"], abs=OPTIMISER)
    assert rows.loc["g", "n_items"] == 9
    # semTools leaves a factor of factors out: the mean square of its own three standardised loadings.
    assert rows.loc["g", "ave"] == pytest.approx(0.4429, abs=1e-4)


def test_a_factor_of_factors_with_ordered_items_has_an_ave_and_no_omega() -> None:
    rng = np.random.default_rng(4)
    general = rng.normal(size=(600, 1))
    parts = (0.8 * general + 0.6 * rng.normal(size=(600, 3))).repeat(3, axis=1)
    answers = np.digitize(parts + 0.7 * rng.normal(size=(600, 9)), [-1.0, 0.0, 1.0])
    frame = pd.DataFrame(answers, columns=[f"x{i}" for i in range(1, 10)])
    text = "a =~ x1 + x2 + x3\nb =~ x4 + x5 + x6\nc =~ x7 + x8 + x9\ng =~ a + b + c"
    rows = evaluate_composite_reliability(wx.fit_sem(text, frame, ordered="all")).set_index("factor")
    assert np.isnan(rows.loc["g", "omega"])
    # Of the population: loadings 0.8 of the general factor on each part.
    assert rows.loc["g", "ave"] == pytest.approx(0.64, abs=0.08)
    assert rows.drop("g")["omega"].between(0.7, 0.9).all()


def test_a_circle_of_factors_is_named() -> None:
    names = list("abcd")
    cov = pd.DataFrame(0.5 + 0.5 * np.eye(4), index=names, columns=names)
    with pytest.raises(EstimationError, match="runs in a circle") as caught:
        wx.fit_sem("f =~ g + a + b\ng =~ f + c + d", cov=cov, n=200)
    assert caught.value.code == "SEM-052"
