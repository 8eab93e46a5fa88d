"""Tests of nested models and of hypotheses, against lavaan."""

from __future__ import annotations

import numpy as np
import pytest

from wxsat.errors import UsageError
from wxsat.sem.implied import implied_groups
from wxsat.sem.robust.difference_tests import (
    NestedFit,
    compare_nested,
    restriction_rows,
    satorra_2000,
    satorra_bentler_difference,
)
from wxsat.sem.robust.gamma import residual_traces
from wxsat.sem.robust.sandwich import RECIPES, robust_inference
from wxsat.sem.robust.scaled_tests import standard_test
from wxsat.sem.test_statistics.likelihood_ratio import likelihood_ratio
from wxsat.sem.test_statistics.wald import wald_test

TOLERANCE = 2e-6
FREE, RESTRICTED = "hs_ml_group", "hs_ml_metric"


def inference(case, recipe, theta=None):
    implied = case.implied if theta is None else implied_groups(case.cells, theta)
    return robust_inference(
        implied, case.sample, case.restrictions, statistic=case.golden["fit"]["chisq"], df=case.df,
        recipe=RECIPES[recipe],
    )  # fmt: skip


@pytest.mark.parametrize("recipe", ["MLM", "MLR"])
@pytest.mark.parametrize("year", ["2001", "2010"])
def test_satorra_bentler(lavaan_case, robust_golden, recipe, year):
    free, restricted = lavaan_case(FREE), lavaan_case(RESTRICTED)
    name = RECIPES[recipe].tests[0]
    # Both tables number their parameters alike, so that the restricted estimates are a point of the larger model.
    point = None if year == "2001" else restricted.theta
    large, small = inference(free, recipe, point).tests[name], inference(restricted, recipe).tests[name]
    found = satorra_bentler_difference(
        standard_test(restricted.golden["fit"]["chisq"], restricted.df),
        standard_test(free.golden["fit"]["chisq"], free.df),
        small.scaling_factor, large.scaling_factor, year=year,
    )  # fmt: skip
    reference = robust_golden["differences"][f"{recipe.lower()}_{year}"]
    assert found.statistic == pytest.approx(reference["statistic"], rel=TOLERANCE)
    assert found.df == reference["df"]
    assert found.p_value == pytest.approx(reference["p"], rel=1e-5)


@pytest.mark.parametrize(("key", "correction"), [("mlm_2000", "scaled.shifted"), ("mlm_2000_mean", "mean")])
def test_satorra_2000(lavaan_case, robust_golden, key, correction):
    free, restricted = lavaan_case(FREE), lavaan_case(RESTRICTED)
    from wxsat.sem.discrepancy.ml import ml_information
    from wxsat.sem.robust.hessian import group_shares

    shares = group_shares(free.sample)
    information = sum(f * ml_information(at) for f, at in zip(shares, free.implied, strict=True))
    weights = [np.linalg.inv(at.sigma) for at in free.implied]
    traces = residual_traces(free.implied, free.sample, free.restrictions, information, weights)
    rows = restriction_rows(free.implied, free.restrictions, restricted.implied, restricted.restrictions)
    basis = free.restrictions.basis
    difference = restricted.golden["fit"]["chisq"] - free.golden["fit"]["chisq"]
    found = satorra_2000(
        difference, restricted.df - free.df, rows, basis.T @ information @ basis, basis.T @ traces.meat @ basis,
        correction=correction,
    )  # fmt: skip
    assert found.statistic == pytest.approx(robust_golden["differences"][key]["statistic"], rel=TOLERANCE)


def test_second_moment_corrections_agree_with_the_mean_for_one_degree_of_freedom():
    rows, information, meat = np.array([[1.0, -1.0]]), np.diag([2.0, 3.0]), np.array([[3.0, 0.5], [0.5, 2.0]])
    mean, adjusted, shifted = (
        satorra_2000(4.0, 1, rows, information, meat, correction=c)
        for c in ("mean", "mean.var.adjusted", "scaled.shifted")
    )
    assert adjusted.df == pytest.approx(1.0)
    assert mean.statistic == pytest.approx(adjusted.statistic)
    assert mean.statistic == pytest.approx(shifted.statistic)


def test_a_negative_factor_is_no_test():
    found = satorra_bentler_difference(standard_test(20.0, 10), standard_test(15.0, 8), 0.8, 1.3)
    assert np.isnan(found.statistic)
    assert found.scaling_factor < 0


def test_likelihood_ratio_wants_nested_models():
    assert likelihood_ratio(20.0, 10, 15.0, 8).df == 2
    with pytest.raises(UsageError, match="SEM-095"):
        likelihood_ratio(15.0, 8, 20.0, 10)


@pytest.mark.parametrize("recipe", ["ML", "MLR"])
def test_wald(lavaan_case, robust_golden, recipe):
    case = lavaan_case("hs_nt")
    place = {row.name: row.free - 1 for row in case.table.parameters if row.free}
    jacobian = np.zeros((3, len(case.theta)))
    jacobian[0, [place["visual=~x2"], place["visual=~x3"]]] = 1.0, -1.0
    jacobian[1, place["textual=~x5"]] = 1.0
    jacobian[2] = 2.0 * jacobian[0]  # says nothing new
    distance = jacobian @ case.theta - np.array([0.0, 1.0, 0.0])
    found = wald_test(distance, jacobian, inference(case, recipe).vcov)
    reference = robust_golden["wald"][recipe]
    assert found.statistic == pytest.approx(reference["statistic"], rel=TOLERANCE)
    assert found.df == reference["df"]
    assert found.p_value == pytest.approx(reference["p"], rel=1e-5)


@pytest.mark.parametrize("recipe", ["MLM", "MLR"])
@pytest.mark.parametrize("method", ["satorra.bentler.2001", "satorra.bentler.2010", "satorra.2000"])
def test_comparison_of_two_fits(lavaan_case, robust_golden, recipe, method):
    fits = [nested(lavaan_case(name), recipe) for name in (RESTRICTED, FREE)]
    found, findings = compare_nested(*fits, method)
    key = f"{recipe.lower()}_{method.rsplit('.', 1)[-1]}" + ("_mean" if method == "satorra.2000" else "")
    if key in robust_golden["differences"]:
        assert found.statistic == pytest.approx(robust_golden["differences"][key]["statistic"], rel=TOLERANCE)
    assert not findings


def nested(case, recipe):
    return NestedFit(
        case.table, case.implied, case.sample, case.restrictions, inference(case, recipe).tests, RECIPES[recipe]
    )


def test_comparison_refuses_what_is_not_nested(lavaan_case):
    free, restricted = (nested(lavaan_case(name), "MLR") for name in (FREE, RESTRICTED))
    with pytest.raises(UsageError, match="SEM-095"):
        compare_nested(free, restricted)
    with pytest.raises(UsageError, match="SEM-097"):
        compare_nested(restricted, nested(lavaan_case("hs_nt"), "MLR"))
    with pytest.raises(UsageError, match="SEM-097"):
        compare_nested(restricted, free, "satorra.2002")
    plain, _ = compare_nested(nested(lavaan_case(RESTRICTED), "ML"), nested(lavaan_case(FREE), "ML"))
    assert plain.name == "difference"
