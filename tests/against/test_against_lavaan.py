"""Every figure of a fit against lavaan's: the whole file is one loop over the cases of tests/golden/sem/fits.json."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wxsat.sem.fit import fit_sem

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "sem" / "fits.json").read_text(encoding="utf-8"))
CASES = GOLDEN["cases"]

# lavaan's Gauss-Newton and our Fisher scoring both end at a zero gradient: they meet within 2e-8.
ESTIMATE = 1e-6
FIT = 1e-6
# The shared cases come from nlminb, lavaan's default, which stops up to 3e-5 from the maximum.
SHARED_ESTIMATE = 1e-4

# lavaan searches the ends of the RMSEA interval with uniroot's coarse default tolerance.
INTERVAL = 1e-5

NOT_LAVAAN = {"rmsea_ci_level"}


@pytest.fixture(scope="module")
def data() -> dict[str, pd.DataFrame]:
    import semopy.examples.holzinger39 as holzinger
    import semopy.examples.political_democracy as democracy

    return {"hs": holzinger.get_data(), "pd": democracy.get_data()}


@pytest.fixture(scope="module")
def fits(data):
    found = {}
    for name, case in CASES.items():
        options = {k.replace(".", "_"): v for k, v in (case["options"] or {}).items()}
        found[name] = fit_sem(case["model"], data[case["data"]], **options)
    return found


def rows(case):
    columns = case["parameters"]
    return {
        (a, op, b): {k: columns[k][i] for k in ("est", "se", "std.lv", "std.all")}
        for i, (a, op, b) in enumerate(zip(columns["lhs"], columns["op"], columns["rhs"], strict=True))
    }


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize(
    ("ours", "theirs"), [("estimate", "est"), ("std_error", "se"), ("std_lv", "std.lv"), ("std_all", "std.all")]
)
def test_parameters(fits, name, ours, theirs):
    frame = fits[name].parameters
    keys = list(zip(frame["lhs"], frame["op"], frame["rhs"], strict=True))
    expected = rows(CASES[name])
    assert set(keys) == set(expected)
    np.testing.assert_allclose(frame[ours], [expected[k][theirs] for k in keys], rtol=ESTIMATE, atol=1e-7)


@pytest.mark.parametrize("name", CASES)
def test_fit_measures(fits, name):
    expected = {k.replace(".", "_"): v for k, v in CASES[name]["fit"].items()}
    compared = 0
    for measure, value in fits[name].fit_measures.items():
        if measure in NOT_LAVAAN:
            continue
        wanted = expected[measure]
        if wanted is None:
            assert math.isnan(value), measure
            continue
        tolerance = INTERVAL if "rmsea_ci" in measure else FIT
        assert value == pytest.approx(wanted, rel=tolerance, abs=1e-7), measure
        compared += 1
    assert compared >= 20


@pytest.mark.parametrize("name", CASES)
def test_r2(fits, name):
    frame = fits[name].r2
    ours = dict(zip(frame["variable"], frame["value"], strict=True))
    expected = CASES[name]["r2"]
    assert set(ours) >= set(expected)
    for variable, value in expected.items():
        assert ours[variable] == pytest.approx(value, rel=ESTIMATE, abs=1e-6)


@pytest.mark.parametrize("name", CASES)
def test_residual_correlations(fits, name):
    case = CASES[name]
    theirs = pd.DataFrame(case["residual_correlations"], index=case["names"], columns=case["names"])
    for row in fits[name].residuals.itertuples():
        assert row.correlation == pytest.approx(theirs.loc[row.a, row.b], abs=1e-5)


@pytest.mark.parametrize("name", CASES)
def test_parameter_covariance(fits, name):
    assert np.trace(fits[name].parameter_covariance) == pytest.approx(CASES[name]["vcov_trace"], rel=ESTIMATE)


def test_effects_equal_the_written_definitions(fits):
    result = fits["pd_indirect"]
    defined = result.parameters.set_index("lhs")
    effects = result.effects.set_index(["outcome", "source", "kind"])
    for definition, kind in (("ind", "indirect"), ("ind", "specific"), ("total", "total")):
        for column in ("estimate", "std_error", "std_all"):
            ours = effects.loc[("dem65", "ind60", kind), column]
            assert ours == pytest.approx(defined.loc[definition, column], rel=1e-10)


def test_semopy_is_a_witness_of_the_estimates(fits, data):
    """semopy's own estimates and standard errors, from its own model text, without our starting values or polish."""
    import semopy

    model = semopy.Model(CASES["pd_sem"]["model"])
    model.fit(data["pd"], options={"ftol": 1e-12})
    inspected = model.inspect()
    theirs = {(a, op, b): (est, se) for a, op, b, est, se in inspected.iloc[:, :5].itertuples(index=False)}
    compared = 0
    for row in fits["pd_sem"].parameters.itertuples():
        key = (row.rhs, "~", row.lhs) if row.op == "=~" else (row.lhs, row.op, row.rhs)
        if row.free and key in theirs:
            estimate, error = theirs[key]
            assert row.estimate == pytest.approx(float(estimate), rel=1e-4)
            assert row.std_error == pytest.approx(float(error), rel=1e-3)
            compared += 1
    assert compared >= 28


SHARED = [
    "hs_cfa_ml",
    "hs_cfa_ml_stdlv",
    "hs_onefactor",
    "hs_secondorder",
    "hs_cfa_eqlabel",
    "hs_cfa_orthogonal",
    "hs_cfa_eqconstraint",
    "pd_ml",
    "pd_indirect_ml",
    "pd_stdlv_ml",
    "tam_sem_ml",
    "tam_cfa_ml",
    "bfi_cfa_ml",
    "hs_mimic_fixedx",
    "hs_mimic_freex",
    "hs_regression",
    "hsmiss_listwise_ml",
    "tam_cmv_ulmc",
    "tam_harman_onefactor",
]


@pytest.mark.parametrize("name", SHARED)
def test_shared_cases(shared_data, name):
    case = json.loads(shared_data(f"reference/golden/cases/{name}.json").read_text(encoding="utf-8"))
    frame = pd.read_csv(shared_data(f"data/golden/{case['dataset']}"))
    options = case["options"] or {}
    wishes = {
        k: options[v]
        for k, v in (("std_lv", "std.lv"), ("orthogonal", "orthogonal"), ("fixed_x", "fixed.x"))
        if v in options
    }
    result = fit_sem(case["model"], frame, **wishes)
    expected = {(p["lhs"], p["op"], p["rhs"]): p for p in case["parameters"]}
    for row in result.parameters.itertuples():
        wanted = expected[row.lhs, row.op, row.rhs]
        assert row.estimate == pytest.approx(wanted["est"], rel=SHARED_ESTIMATE, abs=5e-6)
        assert row.std_error == pytest.approx(wanted["se"], rel=SHARED_ESTIMATE, abs=5e-6)
        assert row.std_all == pytest.approx(wanted["std.all"], rel=SHARED_ESTIMATE, abs=5e-6)
    for measure in ("chisq", "df", "cfi", "tli", "rmsea", "rmsea_ci_upper", "srmr", "logl", "aic", "bic", "npar"):
        assert result.fit_measures[measure] == pytest.approx(
            case["fit"][measure.replace("_ci_upper", ".ci.upper")], rel=1e-5
        )
    assert result.n_obs == case["n"]


def test_a_flat_heywood_ridge_ends_below_lavaan(shared_data):
    case = json.loads(shared_data("reference/golden/cases/hs_heywood.json").read_text(encoding="utf-8"))
    frame = pd.read_csv(shared_data(f"data/golden/{case['dataset']}")).query(case["subset_rows"])
    result = fit_sem(case["model"], frame)
    assert result.fit_measures["chisq"] <= case["fit"]["chisq"]
    assert {f.code for f in result.findings if f.severity == "refusal"} >= {"SEM-103"}
    assert result.refused


MOBI = {
    "Image": ["IMAG1", "IMAG2", "IMAG3", "IMAG4", "IMAG5"],
    "Expectation": ["CUEX1", "CUEX2", "CUEX3"],
    "Quality": ["PERQ1", "PERQ2", "PERQ3", "PERQ4", "PERQ5", "PERQ6", "PERQ7"],
    "Value": ["PERV1", "PERV2"],
    "Satisfaction": ["CUSA1", "CUSA2", "CUSA3"],
    "Loyalty": ["CUSL1", "CUSL2", "CUSL3"],
}


def test_mobi_is_refused_with_its_numbers(shared_data):
    """Published: chi-square(215) = 521.6, CFI .882, RMSEA .076, SRMR .056, latent covariance not positive definite."""
    frame = pd.read_csv(shared_data("data/real/A_satisfaction_sem/semPLS/mobi.csv"))
    result = fit_sem("\n".join(f"{k} =~ {' + '.join(v)}" for k, v in MOBI.items()), frame)
    assert result.refused
    assert "SEM-104" in {f.code for f in result.findings}
    assert result.fit_measures["df"] == 215
    assert result.fit_measures["chisq"] == pytest.approx(521.6, abs=0.1)
    assert result.fit_measures["cfi"] == pytest.approx(0.882, abs=0.001)
    assert result.fit_measures["srmr"] == pytest.approx(0.056, abs=0.001)


def test_the_dilemma_model_of_eighteen_latents(shared_data):
    """The reference simulation: chi-square(1835) = 1862, CFI .999, RMSEA .003, SRMR .021 by lavaan."""
    frame = pd.read_csv(shared_data("reference/domain/S1_reference_n1500.csv"))
    result = fit_sem(Path(__file__).parents[2] / "surveys" / "gov-wechat-public" / "dilemmas.sem", frame)
    assert result.fit_measures["df"] == 1835
    assert result.fit_measures["chisq"] == pytest.approx(1862, abs=0.5)
    assert result.fit_measures["cfi"] == pytest.approx(0.999, abs=5e-4)
    assert result.fit_measures["srmr"] == pytest.approx(0.021, abs=5e-4)
    assert not result.refused
