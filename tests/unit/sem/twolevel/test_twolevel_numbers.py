"""The two-level likelihood by its definition (all rows of a cluster as one vector), derivatives by differences."""

from __future__ import annotations

import numpy as np
import pytest

import wxsat as wx
from wxsat.errors import DataError, EstimationError, UsageError
from wxsat.sem.matrices import lay_out
from wxsat.sem.parameter_table import parse_model
from wxsat.sem.restrictions import table_constraints
from wxsat.sem.twolevel.clusters import cluster_moments
from wxsat.sem.twolevel.fit import TwoLevelOptions, estimate_two_level
from wxsat.sem.twolevel.likelihood import LevelMoments, level_terms
from wxsat.sem.twolevel.moment_objective import FactorObjective, MomentObjective, pivot_order
from wxsat.sem.twolevel.objective import (
    LevelsObjective,
    cluster_scores,
    levels_at,
    levels_gradient,
    levels_information,
    moments_of,
)
from wxsat.sem.twolevel.saturated import saturated_levels

STEP = 1e-5
NAMES = ["z", "y1", "y2", "x"]


@pytest.fixture(scope="module")
def rows():
    generator = np.random.default_rng(3)
    sizes = np.tile([1, 2, 2, 3, 5, 6], 6)
    codes = np.repeat(np.arange(len(sizes)), sizes)
    z = generator.normal(size=(len(sizes), 1))[codes]
    intercepts = generator.normal(size=(len(sizes), 2))[codes] + 0.5 * z
    x = generator.normal(size=(len(codes), 1))
    y = intercepts + generator.normal(size=(len(codes), 2)) @ [[1.0, 0.4], [0.0, 0.9]] + 0.3 * x
    order = generator.permutation(len(codes))
    return np.hstack([z, y, x])[order], codes[order]


@pytest.fixture(scope="module")
def data(rows):
    return cluster_moments(rows[0], NAMES, rows[1], ["y1", "y2", "x"], ["y1", "y2", "z"])


@pytest.fixture(scope="module")
def point():
    generator = np.random.default_rng(4)
    a, b = generator.normal(size=(2, 3, 6))
    return LevelMoments(
        np.array([0.0, 0.0, 0.2]), a @ a.T / 6 + np.eye(3), np.array([0.1, -0.2, 0.3]), b @ b.T / 6 + 0.5 * np.eye(3)
    )


def by_definition(values, codes, at):
    total = 0.0
    between = np.zeros((3, 3))
    between[:2, :2] = at.sigma_b[:2, :2]
    for code in np.unique(codes):
        own = values[codes == code]
        k = len(own)
        sigma = np.zeros((1 + 3 * k, 1 + 3 * k))
        sigma[0, 0] = at.sigma_b[2, 2]
        sigma[0, 1:] = sigma[1:, 0] = np.tile([*at.sigma_b[2, :2], 0.0], k)
        sigma[1:, 1:] = np.kron(np.ones((k, k)), between) + np.kron(np.eye(k), at.sigma_w)
        mu = np.concatenate([[at.mu_b[2]], np.tile(np.add(at.mu_w, [*at.mu_b[:2], 0.0]), k)])
        distance = np.concatenate([[own[0, 0]], own[:, 1:].ravel()]) - mu
        total -= 0.5 * (np.linalg.slogdet(2 * np.pi * sigma)[1] + distance @ np.linalg.solve(sigma, distance))
    return total


def test_value_is_that_of_the_definition(rows, data, point):
    assert level_terms(data, point).value == pytest.approx(by_definition(*rows, point), rel=1e-12)


def slopes(function, theta):
    return np.array(
        [(function(theta + STEP * e) - function(theta - STEP * e)) / (2 * STEP) for e in np.eye(len(theta))]
    )


@pytest.mark.parametrize("factored", [False, True])
def test_derivatives_in_the_moments(data, point, factored):
    objective = MomentObjective(data)
    if factored:
        objective = FactorObjective(objective, pivot_order(point.sigma_b))
        np.testing.assert_allclose(objective.as_moments(objective.pack(point)), objective.moments.pack(point))
    theta = objective.pack(point)
    np.testing.assert_allclose(
        objective.at(theta).gradient, slopes(lambda z: objective.at(z).value, theta), rtol=1e-6, atol=1e-8
    )
    np.testing.assert_allclose(
        objective.hessian(theta), slopes(lambda z: objective.at(z).gradient, theta), rtol=1e-6, atol=1e-7
    )
    assert np.linalg.eigvalsh(objective.rough_hessian(theta))[0] > 0


def test_saturated_model_is_the_maximum(data):
    best = saturated_levels(data)
    assert best.definite
    terms = level_terms(data, best.moments)
    assert best.loglik == pytest.approx(terms.value, rel=1e-13)
    for part in (terms.pull_b, terms.push_w, terms.push_b):
        assert np.abs(part).max() < 1e-5


@pytest.fixture(scope="module")
def model(data):
    table = parse_model("level: 1\ny1 ~ x\ny2 ~ x + y1\nlevel: 2\nf =~ y1 + y2\nf ~ z", meanstructure=True)
    lower, upper = table.at_level(1), table.at_level(2)
    objective = LevelsObjective(
        data, lay_out(lower, np.eye(3), np.array([0.0, 0.0, 0.2])), lay_out(upper, np.eye(3), np.zeros(3))
    )
    theta = np.array([0.8 if row.op == "~~" else 0.3 for row in table.parameters if row.free])
    return objective, theta


def test_derivatives_in_the_parameters(model):
    objective, theta = model
    np.testing.assert_allclose(
        objective.at(theta).gradient, slopes(lambda z: objective.at(z).value, theta), rtol=1e-6, atol=1e-8
    )
    np.testing.assert_allclose(
        objective.hessian(theta), slopes(lambda z: objective.at(z).gradient, theta), rtol=1e-6, atol=1e-7
    )


def test_scores_of_the_clusters_add_up_to_the_gradient(data, model):
    objective, theta = model
    levels = levels_at(objective.within, objective.between, theta)
    scores = cluster_scores(data, levels)
    assert len(scores) == data.n_clusters
    gradient = levels_gradient(levels, level_terms(data, moments_of(levels)))
    np.testing.assert_allclose(scores.sum(axis=0), gradient, rtol=1e-9, atol=1e-9)


def test_scores_vary_as_the_information_says(model):
    # Data drawn from the model itself: the two informations agree within simulation error: the square of a
    # quadratic score has a relative standard deviation of about 4, so 12 / sqrt(clusters) for the largest of many.
    n = 30_000
    objective, theta = model
    generator = np.random.default_rng(7)
    levels = levels_at(objective.within, objective.between, theta)
    at = moments_of(levels)
    codes = np.repeat(np.arange(n), np.tile([2, 4, 5], n // 3))
    between = generator.multivariate_normal(at.mu_b, at.sigma_b, size=n)[codes]
    within = generator.multivariate_normal(at.mu_w, at.sigma_w, size=len(codes))
    values = np.column_stack([between[:, 2], between[:, :2] + within[:, :2], within[:, 2]])
    drawn = cluster_moments(values, NAMES, codes, ["y1", "y2", "x"], ["y1", "y2", "z"])
    expected = levels_information(drawn, levels, "expected")
    scores = cluster_scores(drawn, levels)
    scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    assert np.abs((scores.T @ scores - expected) / scale).max() < 12 / np.sqrt(n)
    assert np.abs((levels_information(drawn, levels) - expected) / scale).max() < 12 / np.sqrt(n)


def fitted(rows, text, options=None):
    table = parse_model(text, meanstructure=True)
    return estimate_two_level(table, table_constraints(table), rows[0], NAMES, rows[1], options)


def test_order_of_rows_and_codes_do_not_matter(rows):
    text = "level: 1\ny1 ~ x\ny2 ~ x\ny1 ~~ y2\nlevel: 2\ny1 ~ z\ny2 ~ z\ny1 ~~ y2"
    order = np.random.default_rng(1).permutation(len(rows[1]))
    first = fitted(rows, text)
    second = fitted((rows[0][order], 100 - rows[1][order]), text)
    assert first.df == 0
    assert first.chisq == pytest.approx(0.0, abs=1e-8)
    np.testing.assert_allclose(first.optimum.theta, second.optimum.theta, atol=1e-8)


def test_without_information_no_silence(rows):
    values = rows[0].copy()
    values[0, 0] += 1.0
    with pytest.raises(DataError) as caught:
        cluster_moments(values, NAMES, rows[1], ["y1", "y2", "x"], ["y1", "y2", "z"])
    assert caught.value.code == "SEM-083"
    with pytest.raises(DataError) as caught:
        cluster_moments(rows[0], NAMES, rows[1] % 3, ["y1", "y2", "x"], ["y1", "y2", "x"])
    assert caught.value.code == "SEM-084"
    with pytest.raises(DataError) as caught:
        cluster_moments(rows[0], NAMES, rows[1], ["y1", "y2", "z"], ["y1", "y2"])
    assert caught.value.code == "SEM-085"
    with pytest.raises(UsageError) as caught:
        fitted(rows, "y1 ~ x")
    assert caught.value.code == "SEM-087"


def test_few_clusters_are_named(rows):
    fit = fitted(
        rows, "level: 1\ny1 ~ x\nlevel: 2\ny1 ~ z", TwoLevelOptions("expected", "robust", "yuan_bentler_mplus")
    )
    assert [f.code for f in fit.findings] == ["SEM-136"]
    assert np.isfinite(fit.vcov).all()


def test_a_search_that_leaves_for_infinity_is_no_fault_of_ours():
    """Matrices of enormous numbers have a root and no inverse: six clusters of ages and three items."""
    from semopy.examples import holzinger39

    model = "level: 1\nv =~ x1 + x2 + x3\nlevel: 2\nw =~ x1 + x2 + x3"
    with pytest.raises(EstimationError, match="did not converge"):
        wx.fit_sem(model, holzinger39.get_data(), cluster="ageyr")
