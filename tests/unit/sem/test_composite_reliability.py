"""Composite reliability from a fitted model against semTools, and its closed form with correlated errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import wxsat as wx
from wxsat.sem.composite_reliability import evaluate_composite_reliability

# lavaan's optimiser stops early, on bfi by up to 3e-5 in a loading.
OPTIMISER = 5e-6


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
