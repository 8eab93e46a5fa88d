"""The pieces of robust inference against their definitions: differences, explicit matrices, singular cases."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from wxsat.errors import EstimationError, UsageError
from wxsat.sem.discrepancy.ml import ml_gradient, ml_information
from wxsat.sem.fit_measures.further import further_measures
from wxsat.sem.fit_measures.rmsea import rmsea_interval
from wxsat.sem.implied import implied_groups, moments_jacobian
from wxsat.sem.modification import modification_indices
from wxsat.sem.moments import Sample
from wxsat.sem.robust.casewise import casewise_scores, first_order_meat, sum_of_squares
from wxsat.sem.robust.gamma import moment_covariance, residual_traces
from wxsat.sem.robust.hessian import group_shares, observed_information
from wxsat.sem.robust.inverse import ranked_inverse
from wxsat.sem.robust.sandwich import RECIPES, Recipe, robust_inference
from wxsat.sem.robust.scaled_tests import mean_scaled, mean_variance_adjusted, scaled_shifted


def gradient(case, theta):
    total = np.zeros(len(theta))
    for share, at, m in zip(group_shares(case.sample), implied_groups(case.cells, theta), case.sample, strict=True):
        total += share * ml_gradient(at, m.covariance, m.mean - at.mu if at.has_means else None)
    return total / 2


@pytest.mark.parametrize("name", ["pd_ml", "hs_x_free", "hs_scalar_mlr", "hs_weights"])
def test_hessian_is_the_derivative_of_the_gradient(lavaan_case, name):
    case = lavaan_case(name)
    generator = np.random.default_rng(3)
    theta = case.theta * (1 + 0.05 * generator.standard_normal(len(case.theta)))
    exact = observed_information(implied_groups(case.cells, theta), case.sample)
    reach = 1e-5
    for k in range(len(theta)):
        step = np.zeros(len(theta))
        step[k] = reach
        column = (gradient(case, theta + step) - gradient(case, theta - step)) / (2 * reach)
        np.testing.assert_allclose(exact[:, k], column, atol=1e-7 * np.abs(exact).max())


@pytest.mark.parametrize("name", ["hs_weights", "hs_scalar_mlr"])
def test_scores_sum_to_the_gradient(lavaan_case, name):
    case = lavaan_case(name)
    theta = case.theta + 0.01
    implied = implied_groups(case.cells, theta)
    total = np.zeros(len(theta))
    for at, moments in zip(implied, case.sample, strict=True):
        weights = np.ones(moments.n_obs) if moments.weights is None else moments.weights
        total += weights @ casewise_scores(at, moments)
    np.testing.assert_allclose(total / case.sample.n_obs, -gradient(case, theta), atol=1e-10)


@pytest.mark.parametrize("name", ["hs_mean_yb", "hs_scalar_mlmv", "hs_x_mlmv", "hs_eq_mlm"])
def test_traces_are_those_of_the_explicit_matrices(lavaan_case, name):
    case = lavaan_case(name)
    shares = group_shares(case.sample)
    information = sum(f * ml_information(at) for f, at in zip(shares, case.implied, strict=True))
    weights = [np.linalg.inv(at.sigma) for at in case.implied]
    mine = residual_traces(
        case.implied, case.sample, case.restrictions, information, weights, second=True, given=case.given
    )
    v_blocks, gamma_blocks = [], []
    for share, at, moments in zip(shares, case.implied, case.sample, strict=True):
        v_blocks.append(share * normal_weight(np.linalg.inv(at.sigma), at.has_means))
        gamma_blocks.append(moment_covariance(moments, has_means=at.has_means, given=case.given) / share)
    v, gamma = block_diagonal(v_blocks), block_diagonal(gamma_blocks)
    delta = np.vstack([moments_jacobian(at) for at in case.implied]) @ case.restrictions.basis
    u = v - v @ delta @ np.linalg.inv(delta.T @ v @ delta) @ delta.T @ v
    assert mine.first == pytest.approx(np.trace(u @ gamma), rel=1e-9)
    assert mine.second == pytest.approx(np.trace(u @ gamma @ u @ gamma), rel=1e-9)


def normal_weight(inverse, has_means):
    """The textbook weight D'(W x W)D/2 over the lower triangle, row by row."""
    p = len(inverse)
    rows, columns = np.tril_indices(p)
    duplicate = np.zeros((p * p, len(rows)))
    for k, (i, j) in enumerate(zip(rows, columns, strict=True)):
        duplicate[i * p + j, k] = duplicate[j * p + i, k] = 1.0
    weight = duplicate.T @ np.kron(inverse, inverse) @ duplicate / 2
    return block_diagonal([inverse, weight]) if has_means else weight


def block_diagonal(blocks):
    size = sum(map(len, blocks))
    whole, at = np.zeros((size, size)), 0
    for block in blocks:
        whole[at : at + len(block), at : at + len(block)] = block
        at += len(block)
    return whole


def test_clusters_of_one_row_are_rows(lavaan_case):
    case = lavaan_case("hs_mean_yb")
    single = Sample([dataclasses.replace(m, clusters=np.arange(m.n_obs)) for m in case.sample])
    n = case.sample.n_obs
    np.testing.assert_allclose(
        first_order_meat(case.implied, single), first_order_meat(case.implied, case.sample) * n / (n - 1), rtol=1e-12
    )
    tests = [
        robust_inference(
            case.implied, s, case.restrictions, statistic=85.3, df=24, recipe=RECIPES["MLM"], given=case.given
        ).tests["satorra.bentler"].trace
        for s in (case.sample, single)
    ]  # fmt: skip
    assert tests[1] == pytest.approx(tests[0] * n / (n - 1), rel=1e-10)


def test_clusters_that_cross_groups_are_summed_over_groups():
    scores = [np.array([[1.0], [2.0]]), np.array([[3.0], [4.0]])]
    crossing = [np.array([0, 1]), np.array([0, 1])]
    nested = [np.array([0, 1]), np.array([2, 3])]
    assert sum_of_squares(scores, crossing)[0, 0] == pytest.approx((16 + 36) * 2)
    assert sum_of_squares(scores, nested)[0, 0] == pytest.approx((1 + 4) * 2 + (9 + 16) * 2)


def test_order_of_rows_does_not_matter(lavaan_case):
    case = lavaan_case("hs_cluster_weights")
    order = np.random.default_rng(2).permutation(case.sample.n_obs)
    (m,) = case.sample
    mixed = dataclasses.replace(m, values=m.values[order], weights=m.weights[order], clusters=m.clusters[order])
    a, b = (
        robust_inference(
            case.implied, s, case.restrictions, statistic=85.9, df=24, recipe=RECIPES["MLR"], given=case.given
        )
        for s in (case.sample, Sample([mixed]))
    )
    np.testing.assert_allclose(a.vcov, b.vcov, rtol=1e-10, atol=1e-14)
    assert a.tests["yuan.bentler.mplus"].statistic == pytest.approx(b.tests["yuan.bentler.mplus"].statistic, rel=1e-10)


def test_what_robust_inference_refuses(lavaan_case):
    case = lavaan_case("hs_mean_yb")
    bare = Sample([dataclasses.replace(m, values=None) for m in case.sample])

    def infer(sample, recipe):
        return robust_inference(
            case.implied, sample, case.restrictions, statistic=85.3, df=24, recipe=recipe, given=case.given
        )

    with pytest.raises(UsageError, match="SEM-090"):
        infer(bare, RECIPES["MLR"])
    with pytest.raises(UsageError, match="SEM-091"):
        infer(
            Sample([dataclasses.replace(m, clusters=np.zeros(m.n_obs, dtype=int)) for m in case.sample]), RECIPES["MLR"]
        )
    with pytest.raises(UsageError, match="SEM-092"):
        infer(case.sample, Recipe("PML", "standard", (), "expected"))
    with pytest.raises(UsageError, match="SEM-094"):
        infer(case.sample, Recipe("ML", "standard", ("satorra.bentlr",), "expected"))
    with pytest.raises(UsageError, match="SEM-094"):
        infer(case.sample, Recipe("ML", "huber", (), "expected"))
    few = Sample([dataclasses.replace(m, values=m.values[:40], n_obs=40) for m in case.sample])
    with pytest.raises(EstimationError, match="SEM-093"):
        infer(few, RECIPES["WLS"])
    assert infer(bare, RECIPES["ML"]).tests["standard"].df == 24


def test_singular_information_gives_nan_and_no_crash(lavaan_case):
    case = lavaan_case("hs_mean_yb")
    doubled = case.restrictions
    # One parameter twice in the basis: K'IK is singular by construction.
    basis = np.column_stack([doubled.basis, doubled.basis[:, 0]])
    broken = type(doubled)(basis, doubled.offset)
    found = robust_inference(case.implied, case.sample, broken, statistic=85.3, df=24, recipe=RECIPES["MLR"])
    assert not np.isfinite(found.vcov).all() or np.abs(found.vcov).max() > 1e6
    indices = modification_indices(case.table, case.implied, case.sample, broken)
    assert (indices.rank, indices.n_unique) == (basis.shape[1] - 1, basis.shape[1])
    assert [f.code for f in indices.findings] == ["SEM-141"]
    whole = modification_indices(case.table, case.implied, case.sample, doubled)
    np.testing.assert_allclose(indices.frame["mi"], whole.frame["mi"], rtol=1e-6)


def test_ranked_inverse_does_not_mind_units():
    generator = np.random.default_rng(4)
    half = generator.standard_normal((6, 4))
    matrix = half @ half.T
    scale = np.array([1e-4, 1.0, 1e4, 1.0, 1e-2, 10.0])
    inverse, rank = ranked_inverse(matrix * np.outer(scale, scale))
    assert rank == 4
    scaled = matrix * np.outer(scale, scale)
    np.testing.assert_allclose(scaled @ inverse @ scaled, scaled, rtol=1e-6, atol=1e-10)


def test_corrected_tests_of_normal_weights_change_nothing():
    for test in (
        mean_scaled("satorra.bentler", 30.0, 24, 24.0),
        mean_variance_adjusted(30.0, 24, 24.0, 24.0),
        scaled_shifted(30.0, 24, 24.0, 24.0),
    ):
        assert test.statistic == pytest.approx(30.0)
        assert test.df == pytest.approx(24.0)
    assert np.isnan(mean_scaled("satorra.bentler", 30.0, 24, -1.0).statistic)
    saturated = scaled_shifted(0.0, 0, 0.0, 0.0)
    assert saturated.statistic == 0.0
    assert np.isnan(saturated.p_value)


def test_interval_of_rmsea_covers_as_it_says():
    from scipy.special import chndtr

    lower, upper = rmsea_interval(85.3, 24, 301)
    assert chndtr(85.3, 24, 301 * 24 * lower**2) == pytest.approx(0.95)
    assert chndtr(85.3, 24, 301 * 24 * upper**2) == pytest.approx(0.05)
    assert rmsea_interval(5.0, 24, 301) == (0.0, 0.0)


def test_further_measures_against_semtools(lavaan_case, shared_data):
    golden = json.loads(shared_data("reference/golden/measure/morefit_hs.json").read_text(encoding="utf-8"))["more"]
    case = lavaan_case("hs_nt")
    fit = {k.replace(".", "_"): v for k, v in case.golden["fit"].items()}
    information = observed_information(case.implied, case.sample)
    vcov = robust_inference(
        case.implied, case.sample, case.restrictions, statistic=85.3, df=24, recipe=RECIPES["ML"]
    ).vcov
    found = further_measures(fit, theta=case.theta, information=information, unique_covariance=vcov, n_variables=9)
    names = {"gammaHat": "gamma_hat", "adjGammaHat": "adj_gamma_hat", "baseline.rmsea": "baseline_rmsea",
             "aic.smallN": "aic_small_n", "bic.priorN": "bic_prior_n"}  # fmt: skip
    for theirs, value in golden.items():
        assert found[names.get(theirs, theirs)] == pytest.approx(value, rel=1e-6), theirs


@pytest.mark.parametrize("name", ["hs_mean_yb", "hs_eq_ml", "hs_gls_group"])
def test_normal_theory_sandwich_of_an_efficient_estimator_is_its_information(lavaan_case, name):
    case = lavaan_case(name)
    estimator = "GLS" if "gls" in name else "ML"
    plain, sandwich = (
        robust_inference(
            case.implied, case.sample, case.restrictions, statistic=1.0, df=case.df,
            recipe=Recipe(estimator, se, (), "expected"),
        ).vcov
        for se in ("standard", "robust.sem.nt")
    )  # fmt: skip
    if estimator == "GLS":  # its weight is that of normal data at the sample's covariances
        np.testing.assert_allclose(sandwich, plain, rtol=1e-8, atol=1e-12)
    else:  # ML's weight is at the model's: equal as far as the model fits
        np.testing.assert_allclose(np.sqrt(np.diag(sandwich)), np.sqrt(np.diag(plain)), rtol=0.35)


@pytest.mark.parametrize("estimator", ["ULS", "DWLS"])
@pytest.mark.parametrize("name", ["hs_ulsm", "hs_ulsmv_group"])
def test_errors_of_least_squares_under_normality_are_the_textbook_sandwich(lavaan_case, name, estimator):
    case = lavaan_case(name)
    found = robust_inference(
        case.implied, case.sample, case.restrictions, statistic=1.0, df=case.df,
        recipe=Recipe(estimator, "robust.sem.nt", (), "expected"),
    ).vcov  # fmt: skip
    bread, meat = 0.0, 0.0
    for share, at, moments in zip(group_shares(case.sample), case.implied, case.sample, strict=True):
        delta = moments_jacobian(at) @ case.restrictions.basis
        weight = np.eye(len(delta))
        if estimator == "DWLS":
            weight = np.diag(1 / np.diag(moment_covariance(moments, has_means=at.has_means)))
        unbiased = moments.covariance * moments.n_obs / (moments.n_obs - 1)
        gamma = np.linalg.inv(normal_weight(np.linalg.inv(unbiased), at.has_means))
        bread = bread + share * delta.T @ weight @ delta
        meat = meat + share * delta.T @ weight @ gamma @ weight @ delta
    inverse = case.restrictions.basis @ np.linalg.inv(bread)
    size = case.sample.n_obs - len(case.sample)
    np.testing.assert_allclose(found, inverse @ meat @ inverse.T / size, rtol=1e-7, atol=1e-12)
