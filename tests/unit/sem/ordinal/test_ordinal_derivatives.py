"""Derivatives of the implied statistics, the discrepancy and the standardised solution against differences."""

import numpy as np
import pytest

from wxsat.sem.ordinal.implied import ordinal_point
from wxsat.sem.ordinal.layout import lay_out_ordinal
from wxsat.sem.ordinal.objective import OrdinalLeastSquares
from wxsat.sem.ordinal.weights import Root
from wxsat.sem.parameter_table import parse_model

STEP, TOLERANCE = 1e-6, 2e-8  # central differences lose about half the digits
ITEMS = {"x1": 4, "x2": 3, "x3": 2, "u1": 3, "u2": 5, "v": 3}
CFA = "f =~ x1 + x2 + x3\nh =~ u1 + u2 + y1"
MODELS = {
    "delta": (CFA, {}),
    "theta": (CFA, {"parameterization": "theta"}),
    "covariates": (CFA + "\nf ~ z\nh ~ f + w\nu1 ~ z", {}),
    "covariates theta": (CFA + "\nf ~ z\nh ~ f + w\nu1 ~ z", {"parameterization": "theta"}),
    "item acts": (CFA + "\nu1 ~ x1 + z\ny1 ~ u1", {}),
    "item acts theta": (CFA + "\nu1 ~ x1 + z\ny1 ~ u1", {"parameterization": "theta"}),
    "free scales": (CFA, {"groups": ("a", "b"), "group_equal": ("thresholds", "loadings")}),
    "free scales, item acts": (CFA + "\nu1 ~ x1", {"groups": ("a", "b"), "group_equal": ("thresholds",)}),
    "free residuals": (
        CFA + "\nh ~ z",
        {"groups": ("a", "b"), "group_equal": ("thresholds",), "parameterization": "theta"},
    ),
    "one item": (CFA + "\nc =~ v\nc ~ f + z\nh ~ c", {}),
    "residual covariance": (CFA + "\nx1 ~~ u1\nf ~ 0*1", {}),
}


def layouts_of(name):
    model, options = MODELS[name]
    table = parse_model(model, ordered=ITEMS, meanstructure=True, **options)
    return [lay_out_ordinal(table, g) for g in range(1, table.n_groups + 1)], table.n_free


def point_of(n_free, seed):
    return np.random.default_rng(seed).uniform(0.3, 0.8, size=n_free)


def differences(function, theta):
    columns = []
    for k in range(len(theta)):
        step = np.zeros_like(theta)
        step[k] = STEP
        columns.append((function(theta + step) - function(theta - step)) / (2 * STEP))
    return np.array(columns).T


@pytest.mark.parametrize("name", MODELS)
def test_jacobian_of_the_statistics(name):
    layouts, n_free = layouts_of(name)
    theta = point_of(n_free, 1)
    for layout in layouts:
        found = ordinal_point(layout, theta).jacobian
        expected = differences(lambda at, own=layout: ordinal_point(own, at).statistics, theta)
        assert found == pytest.approx(expected, abs=TOLERANCE * 50)


@pytest.mark.parametrize("name", MODELS)
def test_latent_responses_have_the_variance_that_their_scale_says(name):
    layouts, n_free = layouts_of(name)
    for layout in layouts:
        point = ordinal_point(layout, point_of(n_free, 2))
        at = layout.ordinal_all
        variance = point.base.sigma[at, at] * point.scales[layout.ordinal] ** 2
        assert variance == pytest.approx(np.ones(len(at)), abs=1e-12)


@pytest.mark.parametrize("name", MODELS)
def test_gradient_and_hessian_of_the_discrepancy(name):
    layouts, n_free = layouts_of(name)
    theta = point_of(n_free, 3)
    generator = np.random.default_rng(4)
    observed = [ordinal_point(x, theta).statistics + generator.normal(0, 0.1, x.n_statistics) for x in layouts]
    roots = [Root(generator.uniform(0.5, 1.5, x.n_statistics)) for x in layouts]
    objective = OrdinalLeastSquares(layouts, observed, roots, np.full(len(layouts), 1 / len(layouts)))
    gradient = differences(lambda at: np.array([objective.at(at).value]), theta)[0]
    assert objective.at(theta).gradient == pytest.approx(gradient, abs=1e-6)
    exact = differences(lambda at: objective.at(at).gradient, theta)
    if name in ("delta", "residual covariance"):
        assert objective.hessian(theta) == pytest.approx(exact, abs=1e-6)
    else:  # Gauss-Newton: right where the residual is zero
        perfect = OrdinalLeastSquares(
            layouts,
            [ordinal_point(x, theta).statistics for x in layouts],
            roots,
            np.full(len(layouts), 1 / len(layouts)),
        )
        exact = differences(lambda at: perfect.at(at).gradient, theta)
        assert perfect.hessian(theta) == pytest.approx(exact, abs=1e-6)
