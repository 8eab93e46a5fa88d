"""Every fit measure, scaled and robust, against lavaan's fitMeasures()."""

from __future__ import annotations

import pytest

from wxsat.sem.fit_measures.baseline import fit_baseline
from wxsat.sem.fit_measures.evaluate import evaluate_fit
from wxsat.sem.robust.sandwich import RECIPES, Recipe, robust_inference

# lavaan inverts the noncentral chi-square with uniroot's tolerance of 1e-4 in the noncentrality.
TOLERANCE, OF_INTERVALS = 1e-6, 2e-5
# lavaan's p-values are one minus a probability: good to 1e-16, not to a share of themselves.
ABSOLUTE = 1e-13
NAMES = {
    "hs_yb": Recipe("ML", "robust.huber.white", ("yuan.bentler",), "observed"),
    "hs_scalar_yb": Recipe("ML", "robust.huber.white", ("yuan.bentler",), "observed"),
    "hs_x_mlm": RECIPES["MLM"],
    "hs_x_mlmv": RECIPES["MLMV"],
    "hs_x_mlr": RECIPES["MLR"],
    "hs_scalar_mlm": RECIPES["MLM"],
    "hs_scalar_mlmv": RECIPES["MLMV"],
    "hs_scalar_mlmvs": RECIPES["MLMVS"],
    "hs_scalar_mlr": RECIPES["MLR"],
    "hs_eq_mlr": RECIPES["MLR"],
    "hs_weights": RECIPES["MLR"],
    "hs_cluster_weights": RECIPES["MLR"],
    "hs_wishart": RECIPES["ML"],
    "hs_ml_group": RECIPES["ML"],
    "hs_ml_metric": RECIPES["ML"],
    "pd_ml": RECIPES["ML"],
    "pd_mlr": RECIPES["MLR"],
    "hs_x_ml": RECIPES["ML"],
    "hs_x_free": RECIPES["MLM"],
    "hs_eq_ml": RECIPES["ML"],
    "hs_gls": RECIPES["GLS"],
    "hs_gls_group": RECIPES["GLS"],
    "hs_wls": RECIPES["WLS"],
    "hs_ulsm": RECIPES["ULSM"],
    "hs_ulsmv_group": RECIPES["ULSMV"],
    "hs_wlsm": RECIPES["WLSM"],
    "hs_wlsmv_group": RECIPES["WLSMV"],
}


# What lavaan 0.6-14 prints and we do not: a p-value of the DWLS discrepancy, which has no chi-square distribution, and
# robust indices without the model's factor where the baseline's is exactly 1.
DIFFERENT = {
    "hs_wlsm": {"pvalue", "baseline_pvalue", "cfi_robust", "tli_robust", "nnfi_robust", "rni_robust"},
    "hs_wlsmv_group": {"pvalue", "baseline_pvalue"},
}


@pytest.mark.parametrize("name", NAMES)
def test_every_measure(lavaan_case, name):
    case, recipe = lavaan_case(name), NAMES[name]
    wishart = (case.golden["options"] or {}).get("likelihood") == "wishart"
    tests = robust_inference(
        case.implied, case.sample, case.restrictions, statistic=case.golden["fit"]["chisq"], df=case.df, recipe=recipe,
        given=case.given, wishart=wishart,
    ).tests  # fmt: skip
    baseline = fit_baseline(
        case.sample, recipe, has_means=case.implied[0].has_means, covariates=case.covariates, given=case.given,
        wishart=wishart,
    )  # fmt: skip
    found = evaluate_fit(
        case.implied, case.sample, tests=tests, baseline=baseline, n_parameters=case.restrictions.n_unique,
        estimator=recipe.estimator, wishart=wishart, given=case.given,
    )  # fmt: skip
    reference = {name.replace(".", "_"): value for name, value in case.golden["fit"].items()}
    assert set(found) == set(reference)
    wrong = {}
    for key, value in reference.items():
        if key in DIFFERENT.get(name, ()):
            continue
        tolerance = OF_INTERVALS if "rmsea_ci" in key else TOLERANCE
        if value is None:
            if found[key] == found[key]:
                wrong[key] = (found[key], value)
        elif found[key] != pytest.approx(value, rel=tolerance, abs=ABSOLUTE):
            wrong[key] = (found[key], value)
    assert not wrong


def test_uls_is_judged_by_its_residuals(lavaan_case):
    """lavaan 0.7-2's figures for ULS, where 0.6-14 takes the discrepancy for a chi-square."""
    case, recipe = lavaan_case("hs_uls_nt"), RECIPES["ULS"]
    tests = robust_inference(
        case.implied, case.sample, case.restrictions, statistic=case.golden["fit"]["chisq"], df=case.df, recipe=recipe
    ).tests
    baseline = fit_baseline(case.sample, recipe, has_means=False)
    found = evaluate_fit(case.implied, case.sample, tests=tests, baseline=baseline, n_parameters=21, estimator="ULS")
    assert found["chisq"] == pytest.approx(case.golden["tests"]["browne.residual.nt"]["stat"], rel=TOLERANCE)
    assert found["cfi"] == pytest.approx(0.791, abs=5e-4)
    assert found["fmin"] == pytest.approx(case.golden["fit"]["fmin"], rel=TOLERANCE)
