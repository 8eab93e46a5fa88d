"""Standardised solutions with errors, modification indices, Wald and score tests against lavaan."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from wxsat.sem.discrepancy.ml import ml_gradient, ml_information
from wxsat.sem.implied import implied_groups
from wxsat.sem.missing.patterns import missing_patterns
from wxsat.sem.modification import modification_indices
from wxsat.sem.modification_pieces import CompleteData, IncompleteData, LeastSquares
from wxsat.sem.robust.hessian import group_shares
from wxsat.sem.robust.sandwich import RECIPES, robust_inference
from wxsat.sem.standardised_errors import standardised_jacobian, standardised_solution
from wxsat.sem.test_statistics.score import score_tests

TOLERANCE = 2e-6  # lavaan differentiates standardised values numerically: errors good to about 1e-7
RECIPE = {"hs_scalar_mlr": "MLR", "pd_mlr": "MLR", "hs_x_mlr": "MLR", "hs_x_free": "MLM", "hs_weights": "MLR"}
CASES = ["pd_ml", "pd_mlr", "pd_std_lv", "hs_x_ml", "hs_x_mlr", "hs_x_free", "hs_eq_ml", "hs_ml_metric",
         "hs_scalar_mlr", "hs_weights"]  # fmt: skip


def vcov_of(case):
    recipe = RECIPES[RECIPE.get(case.name, "ML")]
    return robust_inference(
        case.implied, case.sample, case.restrictions, statistic=1.0, df=case.df, recipe=recipe, given=case.given
    ).vcov


@pytest.mark.parametrize("standard", ["std_all", "std_lv", "std_nox"])
@pytest.mark.parametrize("name", CASES)
def test_standardised_solution(lavaan_case, name, standard):
    case = lavaan_case(name)
    mine = standardised_solution(case.table, case.implied, vcov_of(case), standard)
    theirs = pd.DataFrame(case.golden[standard])
    theirs = theirs[theirs["op"] != "=="].reset_index(drop=True)
    assert list(mine["lhs"] + mine["op"] + mine["rhs"]) == list(theirs["lhs"] + theirs["op"] + theirs["rhs"])
    np.testing.assert_allclose(mine["estimate"], theirs["est.std"].astype(float), rtol=TOLERANCE, atol=1e-7)
    # A constant (1, or a given variance) has an error of 1e-9 in lavaan and of 0 here.
    np.testing.assert_allclose(mine["std_error"], theirs["se"].astype(float), rtol=TOLERANCE, atol=1e-7)


@pytest.mark.parametrize("standard", ["std_all", "std_lv", "std_nox"])
@pytest.mark.parametrize("name", ["pd_ml", "hs_x_free", "hs_scalar_mlr"])
def test_derivatives_are_those_of_the_values(lavaan_case, name, standard):
    case = lavaan_case(name)
    _, jacobian = standardised_jacobian(case.table, case.implied, standard)
    reach = 1e-6
    for k in range(len(case.theta)):
        step = np.zeros(len(case.theta))
        step[k] = reach
        ends = [
            standardised_jacobian(case.table, implied_groups(case.cells, case.theta + s * step), standard)[0]
            for s in (1, -1)
        ]
        np.testing.assert_allclose(jacobian[:, k], (ends[0] - ends[1]) / (2 * reach), atol=2e-8 * 10)


@pytest.mark.parametrize("name", ["pd_ml", "pd_std_lv", "hs_x_ml", "hs_eq_ml", "hs_ml_metric", "hs_ml_group"])
def test_modification_indices(lavaan_case, name):
    case = lavaan_case(name)
    found = modification_indices(case.table, case.implied, case.sample, case.restrictions)
    assert found.rank == found.n_unique
    assert not found.findings
    theirs = pd.DataFrame(case.golden["modification"])
    if "group" not in theirs:
        theirs["group"] = 1
    keys = ["lhs", "op", "rhs", "group"]
    both = theirs.merge(found.frame, on=keys, suffixes=("_lavaan", ""), how="left")
    if name == "hs_x_ml":  # the moments of given covariates and regressions upon them are no candidates here
        both = both[~both["lhs"].isin(["sex", "ageyr"])]
    assert both["mi"].notna().all()
    assert len(found.frame) == len(both)
    for column in ("mi", "epc", "sepc_lv", "sepc_all", "sepc_nox"):
        reference = both[column + "_lavaan" if column in ("mi", "epc") else column.replace("_", ".")].astype(float)
        np.testing.assert_allclose(both[column], reference, rtol=1e-5, atol=1e-6, err_msg=column)


@pytest.mark.parametrize("name", ["hs_eq_ml", "hs_ml_metric"])
def test_score_tests_of_equality(lavaan_case, name):
    case = lavaan_case(name)
    shares = group_shares(case.sample)
    score = -sum(
        share / 2 * ml_gradient(at, m.covariance, m.mean - at.mu if at.has_means else None)
        for share, at, m in zip(shares, case.implied, case.sample, strict=True)
    )
    information = sum(share * ml_information(at) for share, at in zip(shares, case.implied, strict=True))
    place = {row.plabel: row.free - 1 for row in case.table.parameters if row.free}
    rows = np.zeros((len(case.table.constraints), len(score)))
    for k, tie in enumerate(case.table.constraints):
        rows[k, place[tie.lhs]], rows[k, place[tie.rhs]] = 1.0, -1.0
    whole, single = score_tests(score, information, rows, case.sample.n_obs)
    reference = case.golden["score"]
    assert whole.test.statistic == pytest.approx(reference["total"], rel=1e-5)
    assert whole.test.df == reference["df"]
    np.testing.assert_allclose([s.test.statistic for s in single], reference["single"], rtol=1e-5)
    # Releasing everything moves the parameters where the free model has them, to first order.
    assert np.linalg.matrix_rank(rows) == case.restrictions.basis.shape[0] - case.restrictions.n_unique


@pytest.mark.parametrize("kind", ["gls", "fiml", "wishart"])
def test_modification_indices_of_other_estimators(lavaan_case, robust_golden, kind):
    # lavaan's optimiser stops 1e-6 away, so that everything is compared at its own point.
    golden = robust_golden["modification"][kind]
    case = lavaan_case("hs_mean_yb" if kind == "fiml" else "hs_nt")
    estimates = pd.DataFrame(golden["parameters"])
    at = {row.lhs + row.op + row.rhs: row.est for row in estimates.itertuples()}
    theta = np.zeros(case.table.n_free)
    for row in case.table.parameters:
        if row.free:
            theta[row.free - 1] = at[row.name]
    (moments,) = case.sample
    pieces = {
        "gls": LeastSquares(case.sample, "GLS"),
        "wishart": CompleteData(case.sample, wishart=True),
        "fiml": IncompleteData([missing_patterns(with_holes(moments.values))]),
    }[kind]
    found = modification_indices(
        case.table, implied_groups(case.cells, theta), case.sample, case.restrictions, pieces=pieces
    )
    theirs = pd.DataFrame(golden["indices"])
    both = theirs.merge(found.frame, on=["lhs", "op", "rhs"], suffixes=("_lavaan", ""), how="left")
    assert len(both) == len(found.frame)
    # An index is what chi-square would lose: N - 1 times a discrepancy here. lavaan takes N for Wishart, and for GLS
    # N times the square of a derivative that has (N - 1) / N in it.
    factor = {"gls": 301 / 300, "wishart": 300 / 301, "fiml": 1.0}[kind]
    np.testing.assert_allclose(both["mi"], both["mi_lavaan"].astype(float) * factor, rtol=1e-4, atol=1e-4)
    change = both["epc_lavaan"].astype(float) * (factor if kind == "gls" else 1.0)
    np.testing.assert_allclose(both["epc"], change, rtol=1e-4, atol=1e-5)


def with_holes(values):
    number, holed = np.arange(1, len(values) + 1), values.copy()
    for column, hit in ((0, number % 5 == 0), (4, number % 7 == 0), (8, number % 4 == 1)):
        holed[hit, column] = np.nan
    return holed
