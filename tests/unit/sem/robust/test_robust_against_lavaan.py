"""Robust standard errors and corrected tests: every estimator name against lavaan's figures."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from wxsat.sem.robust.sandwich import RECIPES, Recipe, robust_inference

# lavaan's Gauss-Newton ends within 1e-8 of the optimum; cases that it does not finish are compared at lavaan's point.
TOLERANCE = 1e-6

CASES = {
    "hs_yb": Recipe("ML", "robust.huber.white", ("yuan.bentler",), "observed"),
    "hs_mean_yb": Recipe("ML", "robust.huber.white", ("yuan.bentler",), "observed"),
    "hs_scalar_yb": Recipe("ML", "robust.huber.white", ("yuan.bentler",), "observed"),
    "hs_x_yb": Recipe("ML", "robust.huber.white", ("yuan.bentler",), "observed"),
    "hs_x_mlm": RECIPES["MLM"],
    "hs_x_mlmv": RECIPES["MLMV"],
    "hs_x_mlr": RECIPES["MLR"],
    "hs_scalar_mlm": RECIPES["MLM"],
    "hs_scalar_mlmv": RECIPES["MLMV"],
    "hs_scalar_mlmvs": RECIPES["MLMVS"],
    "hs_scalar_mlr": RECIPES["MLR"],
    "hs_scalar_mlf": RECIPES["MLF"],
    "hs_eq_mlm": RECIPES["MLM"],
    "hs_eq_mlr": RECIPES["MLR"],
    "hs_weights": RECIPES["MLR"],
    "hs_cluster": dataclasses.replace(RECIPES["MLR"], h1_for_tests=True),
    "hs_cluster_weights": RECIPES["MLR"],
    "pd_mlr": RECIPES["MLR"],
    "pd_ml": RECIPES["ML"],
    "hs_x_ml": RECIPES["ML"],
    "hs_eq_ml": RECIPES["ML"],
    "hs_x_free": RECIPES["MLM"],
    "hs_gls": RECIPES["GLS"],
    "hs_gls_group": RECIPES["GLS"],
    "hs_wls": RECIPES["WLS"],
    "hs_ulsm": RECIPES["ULSM"],
    "hs_ulsmv_group": RECIPES["ULSMV"],
    "hs_wlsm": RECIPES["WLSM"],
    "hs_wlsmv_group": RECIPES["WLSMV"],
    "hs_nt": Recipe("ML", "standard", ("browne.residual.nt",), "expected"),
    "hs_ntm": Recipe("ML", "standard", ("browne.residual.nt.model",), "expected"),
    "hs_adf": Recipe("ML", "standard", ("browne.residual.adf",), "expected"),
    "hs_nt_scalar": Recipe("ML", "standard", ("browne.residual.nt",), "expected"),
    "hs_adf_scalar": Recipe("ML", "standard", ("browne.residual.adf",), "expected"),
}


def inference(case, recipe, **options):
    statistic = case.golden["tests"]["standard"]["stat"]
    return robust_inference(
        case.implied, case.sample, case.restrictions, statistic=statistic, df=case.df, recipe=recipe,
        given=case.given, **options,
    )  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_standard_errors(lavaan_case, name):
    case = lavaan_case(name)
    errors = np.sqrt(np.diag(inference(case, CASES[name]).vcov))
    np.testing.assert_allclose(errors, case.errors, rtol=TOLERANCE)


@pytest.mark.parametrize("name", [n for n in CASES if CASES[n].tests])
def test_corrected_tests(lavaan_case, name):
    case = lavaan_case(name)
    found = inference(case, CASES[name]).tests
    for test, reference in case.golden["tests"].items():
        if test not in found:
            continue
        mine = dataclasses.asdict(found[test])
        pairs = {"stat": "statistic", "df": "df", "pvalue": "p_value", "scaling.factor": "scaling_factor",
                 "shift.parameter": "shift", "trace.UGamma": "trace", "trace.UGamma2": "trace_square"}  # fmt: skip
        for theirs, ours in pairs.items():
            if reference.get(theirs) is not None:
                # lavaan takes p from 1 - pchisq(), which is good to 1e-16 absolute alone.
                assert mine[ours] == pytest.approx(reference[theirs], rel=TOLERANCE, abs=1e-14), (test, theirs)
    assert set(CASES[name].tests) <= set(found)
