"""Thresholds, correlations and their asymptotic covariance matrix equal lavaan's, on simulated and shared data."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from wxsat.psychometrics.ordinal.correlations import polychoric_correlations
from wxsat.psychometrics.ordinal.moments import OrdinalMoments, evaluate_ordinal_moments

GOLDEN = Path(__file__).resolve().parents[3] / "golden" / "ordinal"
Locate = Callable[[str], Path]

# lavaan's nlminb stops at a relative change of the likelihood of 1e-10, which is up to 3e-7 in a correlation.
LAVAAN_OPTIMISER = 1e-6
# Thresholds of margins are closed forms in both.
CLOSED_FORM = 1e-12


@cache
def _cases() -> dict[str, Any]:
    return dict(json.loads((GOLDEN / "ordinal.json").read_text(encoding="utf-8"))["cases"])


@cache
def _frame() -> pd.DataFrame:
    return pd.read_csv(GOLDEN / "ordinal.csv")


def _moments(name: str, *, full_nacov: bool = True) -> OrdinalMoments:
    case, frame = _cases()[name], _frame()
    exogenous = case["exogenous"]
    return evaluate_ordinal_moments(
        frame[case["variables"]].to_numpy(float),
        case["variables"],
        [variable in case["ordered"] for variable in case["variables"]],
        exogenous=frame[exogenous].to_numpy(float) if exogenous else None,
        exogenous_names=exogenous,
        missing="pairwise" if "pairwise" in name else "listwise",
        weights=frame["w"].to_numpy() if "weighted" in name else None,
        full_nacov=full_nacov,
    )


CASES = [
    "ordinal",
    "mixed",
    "conditional",
    "ordinal_pairwise",
    "mixed_pairwise",
    "conditional_pairwise",
    "ordinal_weighted",
    "mixed_weighted",
    "conditional_weighted",
]


@pytest.mark.parametrize("name", CASES)
def test_statistics_come_in_lavaan_s_order_with_lavaan_s_values(name: str) -> None:
    moments = _moments(name)
    np.testing.assert_allclose(moments.statistics, _cases()[name]["statistics"], rtol=0, atol=LAVAAN_OPTIMISER)
    assert len(moments.labels) == len(moments.statistics)
    assert moments.n_obs == _cases()[name]["nobs"]


@pytest.mark.parametrize("name", CASES)
def test_nacov_equals_lavaan_s_gamma(name: str) -> None:
    moments = _moments(name)
    size = len(moments.statistics)
    gamma = np.zeros((size, size))
    # R writes the lower triangle column by column.
    gamma.T[np.triu_indices(size)] = _cases()[name]["gamma"]
    gamma = gamma + np.tril(gamma, -1).T
    scale = np.sqrt(np.outer(np.diag(gamma), np.diag(gamma)))
    assert moments.nacov is not None
    np.testing.assert_allclose(moments.nacov / scale, gamma / scale, rtol=0, atol=LAVAAN_OPTIMISER)


@pytest.mark.parametrize("name", CASES)
def test_diagonal_alone_is_the_diagonal(name: str) -> None:
    whole, diagonal = _moments(name), _moments(name, full_nacov=False)
    assert diagonal.nacov is None
    assert whole.nacov is not None
    assert diagonal.nacov_diagonal is not None
    np.testing.assert_allclose(diagonal.nacov_diagonal, np.diag(whole.nacov), rtol=1e-11)


@pytest.mark.parametrize("name", ["lavcor_hsord", "lavcor_bfi_listwise", "lavcor_tam_miss_pairwise"])
def test_shared_lavcor(shared_data: Locate, name: str) -> None:
    case = json.loads(shared_data(f"reference/golden/measure/{name}.json").read_text(encoding="utf-8"))
    frame = pd.read_csv(shared_data(f"data/golden/{case['dataset']}"))
    missing = "pairwise" if "pairwise" in name else "listwise"
    found = polychoric_correlations(frame, case["items"], missing=missing)
    np.testing.assert_allclose(found.correlation, case["cor"]["data"], rtol=0, atol=LAVAAN_OPTIMISER)
    thresholds = np.concatenate([found.thresholds[item] for item in case["items"]])
    expected = list(case["th"].values()) if isinstance(case["th"], dict) else case["th"]
    np.testing.assert_allclose(thresholds, expected, rtol=0, atol=CLOSED_FORM)


@pytest.mark.parametrize(("name", "tolerance"), [("polychoric_hsord_correct0", 5e-5), ("tetrachoric_ability", 5e-5)])
def test_psych_to_the_tolerance_of_its_optimiser(shared_data: Locate, name: str, tolerance: float) -> None:
    # psych maximises each correlation by optimize(), to about 2e-5.
    case = json.loads(shared_data(f"reference/golden/measure/{name}.json").read_text(encoding="utf-8"))
    frame = pd.read_csv(shared_data(f"data/golden/{case['dataset']}"))
    items = case["rho"]["rows"]
    found = polychoric_correlations(frame, items, missing="pairwise")
    np.testing.assert_allclose(found.correlation, case["rho"]["data"], rtol=0, atol=tolerance)


def test_polycor_s_second_opinion_on_pairs(shared_data: Locate) -> None:
    case = json.loads(shared_data("reference/golden/measure/polycor_pairs.json").read_text(encoding="utf-8"))
    frame = pd.read_csv(shared_data(f"data/golden/{case['dataset']}"))
    for pair in case["pairs"]:
        found = polychoric_correlations(frame, [pair["x"], pair["y"]])
        assert found.correlation[0, 1] == pytest.approx(pair["twostep_rho"], abs=1e-5), pair["x"]


@pytest.mark.parametrize("name", ["datcat_mg_thr", "hsord_mg_configural_wlsmv"])
def test_shared_groups(shared_data: Locate, name: str) -> None:
    case = json.loads(shared_data(f"reference/golden/cases/{name}.json").read_text(encoding="utf-8"))
    frame = pd.read_csv(shared_data(f"data/golden/{case['dataset']}"))
    for label, sample in case["sample"].items():
        rows = frame[frame[case["options"]["group"]].astype(str) == label]
        found = polychoric_correlations(rows, sample["cov"]["rows"])
        np.testing.assert_allclose(found.correlation, sample["cov"]["data"], rtol=0, atol=LAVAAN_OPTIMISER)
        np.testing.assert_allclose(np.concatenate(list(found.thresholds.values())), list(sample["th"].values()))
