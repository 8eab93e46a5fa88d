"""Dimensions and coefficients against psych, GPArotation and semTools on the Holzinger-Swineford tests."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from wxsat.psychometrics.coefficients.greatest_lower_bound import greatest_lower_bound
from wxsat.psychometrics.coefficients.ordinal_alpha import ordinal_reliability
from wxsat.psychometrics.factors.evaluate import evaluate_factors
from wxsat.psychometrics.factors.extraction import extract_factors
from wxsat.psychometrics.factors.factorability import evaluate_adequacy, evaluate_sphericity
from wxsat.psychometrics.factors.fit import evaluate_factor_fit
from wxsat.psychometrics.factors.parallel import correlate, eigenvalues, reduce_by_one_factor
from wxsat.psychometrics.factors.partial_average import minimum_average_partial
from wxsat.psychometrics.factors.rotation import rotate_factors
from wxsat.psychometrics.factors.schmid_leiman import hierarchical_omega
from wxsat.psychometrics.factors.scores import ScoreMethod, score_weights

Array = NDArray[np.float64]
Locate = Callable[[str], Path]
GOLDEN = Path(__file__).parents[2] / "golden" / "factors" / "reference.json"

CLOSED_FORM = 1e-10
# psych's optimiser stops where its discrepancy moves by less than 1e-8 relative, some 1e-5 in a loading.
OPTIMISER = 5e-5
# semTools fits by DWLS where this package uses ML; three items are saturated, so lavaan's stop is all that differs.
SATURATED = 1e-5
# Rcsdp stops at a relative gap of 1e-8.
SEMIDEFINITE = 1e-7


@pytest.fixture(scope="module")
def golden() -> dict[str, Any]:
    return dict(json.loads(GOLDEN.read_text(encoding="utf-8")))


def _aligned(loadings: Array, wanted: Array) -> Array:
    """Order and turn columns as those of the reference."""
    from scipy.optimize import linear_sum_assignment

    likeness = loadings.T @ wanted
    order, place = linear_sum_assignment(-np.abs(likeness))
    found = np.empty_like(loadings)
    found[:, place] = loadings[:, order] * np.sign(likeness[order, place])
    return found


@pytest.mark.parametrize(
    ("key", "rotation", "oblique"),
    [("oblimin", "oblimin", True), ("geomin_oblique", "geomin", True), ("geomin_orthogonal", "geomin", False)],
)
def test_rotation_equals_gparotation(golden: dict[str, Any], key: str, rotation: Any, oblique: bool) -> None:
    found = rotate_factors(np.array(golden["plain"]), rotation, oblique=oblique)
    wanted = np.array(golden[key])
    np.testing.assert_allclose(_aligned(found.loadings, wanted), wanted, rtol=0, atol=OPTIMISER)


@pytest.mark.parametrize("oblique", [True, False])
def test_target_rotation_equals_gparotation(golden: dict[str, Any], oblique: bool) -> None:
    target = np.zeros((9, 3))
    target[3:6, 0], target[:3, 1], target[6:, 2] = np.nan, np.nan, np.nan
    found = rotate_factors(np.array(golden["plain"]), "target", target=target, oblique=oblique)
    wanted = np.array(golden["target_oblique" if oblique else "target_orthogonal"])
    np.testing.assert_allclose(_aligned(found.loadings, wanted), wanted, rtol=0, atol=OPTIMISER)


@pytest.mark.parametrize("method", ["regression", "bartlett", "tenberge"])
def test_score_weights_equal_psych(golden: dict[str, Any], method: ScoreMethod) -> None:
    correlation = np.corrcoef(np.array(golden["values"]).T)
    weights = score_weights(correlation, np.array(golden["oblimin"]), np.array(golden["phi"]), method)
    np.testing.assert_allclose(weights, golden["weights"][method], rtol=0, atol=1e-6)


def test_greatest_lower_bound_equals_semidefinite_program(golden: dict[str, Any]) -> None:
    values = np.array(golden["values"])
    matrices = np.corrcoef(values.T), np.cov(values.T), np.cov(values[:, :3].T)
    found = [greatest_lower_bound(matrix) for matrix in matrices]
    np.testing.assert_allclose(found, golden["glb"], rtol=0, atol=SEMIDEFINITE)


def test_ordinal_omega_equals_semtools(golden: dict[str, Any]) -> None:
    ordinal = np.array(golden["ordinal"], dtype=float)
    found = [ordinal_reliability(ordinal[:, k : k + 3])[1] for k in (0, 3, 6)]
    np.testing.assert_allclose(found, golden["omega_ordinal"], rtol=0, atol=SATURATED)


EFA = [f"efa_hs_{m}" for m in ("minres_oblimin", "minres_promax", "minres_varimax", "ml_none", "ml_oblimin")]
EFA += [f"efa_{m}" for m in ("hs_ml_promax", "hs_ml_varimax", "hs_pa_promax", "hs_pa_varimax", "bfi_minres_oblimin")]


@pytest.mark.parametrize("name", EFA)
def test_loadings_and_fit_equal_psych(shared_data: Locate, name: str) -> None:
    case = json.loads(shared_data(f"reference/golden/measure/{name}.json").read_text(encoding="utf-8"))
    frame = pd.read_csv(shared_data(f"data/golden/{case['dataset'].split()[0]}"))
    rows = frame[case["items"]].dropna().to_numpy(float)
    correlation = np.corrcoef(rows.T)
    plain = extract_factors(correlation, case["nfactors"], case["fm"])
    wanted = np.array(case["loadings"]["data"])
    found = rotate_factors(plain.loadings, case["rotate"], starts=3).loadings
    np.testing.assert_allclose(_aligned(found, wanted), wanted, rtol=0, atol=OPTIMISER)
    fit = evaluate_factor_fit(correlation, plain.loadings, len(rows))
    figures = [fit.rmsea, fit.rmsea_ci_lower, fit.rmsea_ci_upper, fit.tli, fit.rms]
    expected = [case["RMSEA"][k] for k in ("RMSEA", "lower", "upper")] + [case["TLI"], case["rms"]]
    np.testing.assert_allclose(figures, expected, rtol=0, atol=1e-6)
    assert fit.chisq == pytest.approx(case["chi_ML_STATISTIC"], rel=1e-5)
    assert fit.bic == pytest.approx(case["BIC"], rel=1e-5)


@pytest.mark.parametrize("name", ["factorability_hs9", "factorability_tam", "factorability_bfi"])
def test_factorability_equals_psych(shared_data: Locate, name: str) -> None:
    case = json.loads(shared_data(f"reference/golden/measure/{name}.json").read_text(encoding="utf-8"))
    values = pd.read_csv(shared_data(f"data/golden/{case['dataset']}"))[case["items"]].to_numpy(float)
    listwise, pairwise = correlate(values, "pearson", "listwise"), correlate(values, "pearson", "pairwise")
    for matrix, kind in ((listwise, "listwise"), (pairwise, "pairwise")):
        adequacy = evaluate_adequacy(matrix)
        assert adequacy.overall == pytest.approx(case[f"KMO_{kind}"], abs=CLOSED_FORM)
        np.testing.assert_allclose(adequacy.items, list(case[f"MSAi_{kind}"].values()), rtol=0, atol=CLOSED_FORM)
        np.testing.assert_allclose(eigenvalues(matrix), case[f"eigen_pc_{kind}"], rtol=0, atol=CLOSED_FORM)
    test = evaluate_sphericity(listwise, case["n_listwise"])
    assert test.chisq == pytest.approx(case["bartlett_listwise"]["chisq"], rel=1e-9)
    assert test.df == case["bartlett_listwise"]["df"]
    reduced = eigenvalues(reduce_by_one_factor(pairwise[None]))[0]
    np.testing.assert_allclose(reduced, case["fa_parallel_fa_values"], rtol=0, atol=OPTIMISER)
    partial = minimum_average_partial(listwise).squared[1:]
    known = np.array(case["map_velicer"], dtype=float)[: min(len(partial), 7)]
    np.testing.assert_allclose(partial[: len(known)], known, rtol=0, atol=1e-8)


@pytest.mark.parametrize("name", ["omega_hs9_3f", "omega_tam_4f"])
def test_hierarchical_omega_equals_psych(shared_data: Locate, name: str) -> None:
    case = json.loads(shared_data(f"reference/golden/measure/{name}.json").read_text(encoding="utf-8"))
    values = pd.read_csv(shared_data(f"data/golden/{case['dataset']}"))[case["items"]].to_numpy(float)
    found = hierarchical_omega(correlate(values, "pearson", "pairwise"), case["nfactors"])
    # psych rotates with a stop of 1e-5 in the projected gradient.
    assert found.omega_h == pytest.approx(case["omega_h"], abs=5e-6)
    assert found.omega_total == pytest.approx(case["omega_tot"], abs=1e-6)


def test_polychoric_eigenvalues_equal_psych(shared_data: Locate) -> None:
    case = json.loads(shared_data("reference/golden/measure/eigen_polychoric_tam.json").read_text(encoding="utf-8"))
    frame = pd.read_csv(shared_data(f"data/golden/{case['dataset']}")).iloc[:, :14]
    matrix = correlate(frame.to_numpy(float), "polychoric", "listwise")
    # psych integrates the bivariate normal and searches each correlation to 1e-5.
    np.testing.assert_allclose(eigenvalues(matrix), case["eigen"], rtol=0, atol=2e-4)


def test_whole_analysis_finds_three_factors_and_writes_their_model(golden: dict[str, Any]) -> None:
    items = [f"x{k}" for k in range(1, 10)]
    frame = pd.DataFrame(np.array(golden["values"]), columns=items)
    analysis = evaluate_factors(frame, columns=items, parallel=100, seed=7)
    assert analysis.factors == ("F1", "F2", "F3")
    assert analysis.cfa_model() == "F1 =~ x4 + x5 + x6\nF2 =~ x1 + x2 + x3\nF3 =~ x7 + x8 + x9"
    again = evaluate_factors(frame, columns=items, parallel=100, seed=7)
    assert analysis.to_dict()["parallel"]["components_quantile"].tolist() == (
        again.to_dict()["parallel"]["components_quantile"].tolist()
    )
    scores = analysis.scores("tenberge").to_numpy()
    np.testing.assert_allclose(np.corrcoef(scores.T), analysis.rotated.phi, atol=1e-8)
