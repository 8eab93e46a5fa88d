"""Many fits at once against the same fits one by one: every draw ends where the ordinary search ends."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from wxsat.sem.bootstrap.batched_implied import batched_moments
from wxsat.sem.bootstrap.batched_newton import fit_draws, lay_out_batch, start_of
from wxsat.sem.bootstrap.derivatives import gradient_of, hessian_of, point_of
from wxsat.sem.bootstrap.draws import draw_weights, rows_to_resample, weighted_moments
from wxsat.sem.discrepancy.objectives import MaximumLikelihood
from wxsat.sem.matrices import lay_out
from wxsat.sem.moments import Moments
from wxsat.sem.parameter_table import parse_model
from wxsat.sem.restrictions import linear_restrictions
from wxsat.sem.scoring import search
from wxsat.sem.start_values import good_starts

# Steps end below 1e-6 standard errors and converge at least tenfold a step.
ESTIMATE = 1e-7
CFA = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9\n"
MODELS = {
    "cfa": (CFA, {}),
    "std_lv": (CFA, {"std_lv": True}),
    "structural": (CFA + "speed ~ a*visual + b*textual\ntextual ~ c*visual", {"meanstructure": True}),
    "second order": (CFA + "g =~ visual + textual + speed", {}),
    "mimic": (CFA + "visual + textual ~ ageyr + sex\nspeed ~ textual + ageyr", {}),
    "mimic, means": (CFA + "visual + textual ~ ageyr + sex\nspeed ~ textual + ageyr", {"meanstructure": True}),
    "free x": (CFA + "visual ~ ageyr + sex\nx9 ~~ x8", {"fixed_x": False, "meanstructure": True}),
    "path": ("x2 ~ x1\nx3 ~ x2 + x1\nx4 ~ x3 + x2\nx2 ~~ x4", {}),
    "feedback": ("x5 ~ x1 + 0.2*x9\nx9 ~ x7 + b*x5\nx5 ~~ x9", {"meanstructure": True}),
    "equal labels": (CFA.replace("x2 + x3", "a*x2 + a*x3") + "x1 ~~ v*x1\nx2 ~~ v*x2", {}),
    "linear": (CFA.replace("x2 + x3", "a*x2 + b*x3") + "a + b == 1.5", {}),
    "latent means": (CFA + "visual ~ 1\nx1 ~ 0*1\nspeed ~ visual", {"meanstructure": True}),
    "two groups": (CFA, {"groups": ("1", "2"), "group_equal": ("loadings", "intercepts")}),
    "two groups, slopes": (CFA + "speed ~ visual + ageyr", {"groups": ("1", "2"), "group_equal": ("loadings",)}),
}


@pytest.fixture(scope="module")
def hs() -> pd.DataFrame:
    import semopy.examples.holzinger39 as holzinger

    return holzinger.get_data()


def sample_of(table, frame):
    groups = [frame] if table.n_groups == 1 else [frame.iloc[:156], frame.iloc[156:]]
    found = []
    for name, part in zip(table.group_names, groups, strict=True):
        values = part[list(table.observed_names)].to_numpy(dtype="float64")
        covariance = np.cov(values.T, bias=True)
        found.append(Moments(table.observed_names, covariance, values.mean(axis=0), len(part), len(part), values,
                             group=name))  # fmt: skip
    return found


def alone(table, sample, start=None):
    """Fit one set of moments by the ordinary search."""
    cells = [lay_out(table, m.covariance, m.mean, group=g) for g, m in enumerate(sample, start=1)]
    sizes = np.array([m.weight_sum for m in sample])
    objective = MaximumLikelihood(cells, [m.covariance for m in sample], [m.mean for m in sample], sizes / sizes.sum())
    return objective, search(
        objective, linear_restrictions(table), good_starts(table, sample) if start is None else start
    )


def drawn_sample(sample, drawn, k):
    return [
        Moments(m.names, d.covariance[k], d.mean[k], m.n_obs, m.n_read, None, np.full(m.n_obs, d.size[k] / m.n_obs))
        for m, d in zip(sample, drawn, strict=True)
    ]


def prepared(name, frame):
    text, options = MODELS[name]
    table = parse_model(text, **options)
    sample = sample_of(table, frame)
    _, best = alone(table, sample)
    assert best.converged
    rows = rows_to_resample(sample)
    full = [weighted_moments(r, np.ones((1, r.n_rows))) for r in rows]
    model = lay_out_batch(table, sample, linear_restrictions(table))
    return table, sample, rows, full, model, best


@pytest.mark.parametrize("name", MODELS)
def test_a_draw_is_the_fit_of_its_rows(hs, name):
    table, sample, rows, full, model, best = prepared(name, hs)
    start = start_of(model, best.theta, full, len(hs))
    weights = draw_weights(rows, 5, range(12))
    drawn = [weighted_moments(r, w) for r, w in zip(rows, weights, strict=True)]
    found = fit_draws(model, start, drawn)
    assert found.converged.sum() >= 11
    for k in np.flatnonzero(found.converged):
        _, one = alone(table, drawn_sample(sample, drawn, k), best.theta)
        assert one.converged
        np.testing.assert_allclose(found.theta[k], one.theta, rtol=ESTIMATE, atol=ESTIMATE)
        assert found.value[k] == pytest.approx(one.value, abs=1e-10)


@pytest.mark.parametrize("name", MODELS)
def test_derivatives_by_differences(hs, name):
    _, _, _, full, model, best = prepared(name, hs)
    generator = np.random.default_rng(2)
    theta = best.theta * generator.uniform(0.9, 1.1, size=len(best.theta))
    reach = 1e-5
    for layout, pairs, moments in zip(model.layouts, model.pairs, full, strict=True):

        def gradient(point, layout=layout, moments=moments):
            batch = batched_moments(layout, point[None], moments)
            return gradient_of(layout, point_of(layout, batch, moments, hessian=False))[0]

        batch = batched_moments(layout, theta[None], moments)
        expected, curved = hessian_of(layout, pairs, point_of(layout, batch, moments, hessian=True))
        index = layout.cells.index
        own = np.zeros((len(index), len(index)))
        own[pairs.first, pairs.second] = (expected + curved)[0]
        for k, at in enumerate(index):
            ahead, behind = theta.copy(), theta.copy()
            ahead[at] += reach
            behind[at] -= reach
            slope = (gradient(ahead) - gradient(behind)) / (2 * reach)
            np.testing.assert_allclose(own[k, : k + 1], slope[: k + 1], rtol=2e-6, atol=2e-6)
