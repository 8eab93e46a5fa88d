"""dMACS against direct integration, alignment against what was simulated, merging of categories."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.stats import norm

import wxsat as wx
from wxsat.errors import DataError, WxsatError
from wxsat.sem.invariance.alignment import align_factor
from wxsat.sem.invariance.categories import used_categories
from wxsat.sem.invariance.effect_size import dmacs, pooled_deviation
from wxsat.sem.invariance.item_curves import ItemCurve

GOLDEN = Path(__file__).parents[3] / "golden" / "alignment"
MEAN, SPREAD, DEVIATION = 0.4, 1.3, 1.7


def integral(reference, focal):
    """The definition of Nye and Drasgow (2011), integrated directly."""

    def gap(eta, power):
        at = np.array([[eta]])
        return float(focal.expected(at)[0] - reference.expected(at)[0]) ** power * norm.pdf(eta, MEAN, SPREAD)

    square = quad(gap, -15, 15, args=(2,), epsabs=1e-12)[0]
    return np.sqrt(square) / DEVIATION, quad(gap, -15, 15, args=(1,), epsabs=1e-12)[0] / DEVIATION


@pytest.mark.parametrize("thresholds", [(), (-1.0, 0.2, 0.9, 1.8)])
def test_dmacs_is_the_integral(thresholds):
    cuts = np.array(thresholds)
    reference = ItemCurve(np.array([0.8]), 0.0, 0.5, cuts)
    focal = ItemCurve(np.array([0.6]), 0.3, 0.7, cuts)
    found = dmacs(reference, focal, np.array([MEAN]), np.array([[SPREAD**2]]), DEVIATION)
    assert found == pytest.approx(integral(reference, focal), rel=1e-8)


def test_deviations_are_pooled_not_variances():
    a, b = np.array([1.0, 2.0, 3.0, np.nan]), np.array([0.0, 5.0])
    assert pooled_deviation(a, b) == pytest.approx((2 * 1.0 + 1 * np.sqrt(12.5)) / 3)


def configural(groups=12, items=5, seed=1):
    """Configural parameters of groups whose factor means and variances are known; some intercepts are shifted."""
    rng = np.random.default_rng(seed)
    mean = np.append(0.0, rng.normal(scale=0.6, size=groups - 1))
    variance = np.append(1.0, np.exp(rng.normal(scale=0.3, size=groups - 1)))
    loadings = np.tile(rng.uniform(0.6, 1.0, items), (groups, 1))
    intercepts = np.tile(rng.normal(size=items), (groups, 1))
    intercepts[np.arange(1, groups, 3), np.arange(1, groups, 3) % items] += 0.8
    own = loadings * np.sqrt(variance)[:, None]
    return own, intercepts + mean[:, None] * loadings, mean, variance


@pytest.mark.parametrize("free", [False, True])
def test_alignment_recovers_what_was_put_in(free):
    loadings, intercepts, mean, variance = configural()
    found = align_factor(loadings, intercepts, np.full(len(mean), 100.0), free=free, epsilon=1e-4)
    # FREE has another origin and unit: the product of the variances is 1.
    unit = np.sqrt(found.variance[0])
    assert (found.mean - found.mean[0]) / unit == pytest.approx(mean, abs=0.03)  # epsilon smooths the loss
    assert found.variance / found.variance[0] == pytest.approx(variance, rel=0.03)


def test_alignment_does_not_change_the_fit():
    loadings, intercepts, mean, _ = configural()
    found = align_factor(loadings, intercepts, np.full(len(mean), 100.0))
    assert found.loadings * np.sqrt(found.variance)[:, None] == pytest.approx(loadings, rel=1e-10)
    assert found.intercepts + found.mean[:, None] * found.loadings == pytest.approx(intercepts, rel=1e-10)


def test_alignment_finds_the_shifted_intercepts():
    rng = np.random.default_rng(3)
    frames = []
    for g in range(12):
        factor = rng.normal(size=(300, 1)) + 0.1 * g
        values = 0.8 * factor + 0.6 * rng.normal(size=(300, 4))
        if g in (3, 8):
            values[:, 1] += 0.8
        frames.append(pd.DataFrame(values, columns=["x1", "x2", "x3", "x4"]).assign(g=f"a{g}"))
    found = wx.align_groups("f =~ x1 + x2 + x3 + x4", pd.concat(frames), group="g")
    marked = found.parameters[found.parameters["intercept_differs"]]
    assert set(zip(marked["group"], marked["item"], strict=True)) == {("a3", "x2"), ("a8", "x2")}
    assert found.means["group"][0] in {"a10", "a11"}
    means = found.means.set_index("group").loc[[f"a{g}" for g in range(12)], "mean"]
    assert np.corrcoef(means, np.arange(12))[0, 1] > 0.95


@pytest.mark.parametrize("case", ["five", "two", "uneven"])
def test_alignment_is_the_minimum_of_its_definition(case):
    """Against R: the definition in explicit loops, minimised by optim in another parametrisation."""
    golden = json.loads((GOLDEN / "alignment.json").read_text(encoding="utf-8"))["cases"][case]
    given = (np.array(golden[name], dtype=float) for name in ("loadings", "intercepts", "sizes"))
    found = align_factor(*given)
    assert found.loss == pytest.approx(golden["loss"], abs=1e-8)
    # The loss is flat at its bottom, and optim stops on the loss.
    assert found.mean == pytest.approx(np.array(golden["mean"]), abs=1e-5)
    assert found.variance == pytest.approx(np.array(golden["variance"]), abs=1e-5)


def test_the_signs_of_factors_agree_where_items_run_both_ways():
    """Two items of five are reversed and weigh as much as the others: the sum of loadings is near zero."""
    rng = np.random.default_rng(11)
    pattern = np.array([0.7, 0.7, 0.7, -1.0, -1.0])
    frames = []
    for g in range(6):
        factor = rng.normal(size=(250, 1)) - 0.2 * g
        values = factor * (pattern + rng.normal(scale=0.08, size=5)) + 0.7 * rng.normal(size=(250, 5))
        frames.append(pd.DataFrame(values, columns=[f"x{i}" for i in range(5)]).assign(g=f"a{g}"))
    found = wx.align_groups("f =~ x0 + x1 + x2 + x3 + x4", pd.concat(frames), group="g")
    assert not found.refused
    assert found.means["variance"].between(0.6, 1.6).all()
    means = found.means.set_index("group").loc[[f"a{g}" for g in range(6)], "mean"]
    assert abs(np.corrcoef(means, np.arange(6))[0, 1]) > 0.95


def test_a_group_whose_variance_is_beyond_belief_is_refused():
    rng = np.random.default_rng(5)
    frames = []
    for g in range(4):
        factor = rng.normal(scale=4.5 if g == 3 else 1.0, size=(300, 1))
        values = 0.8 * factor + 0.5 * rng.normal(size=(300, 4))
        frames.append(pd.DataFrame(values, columns=["x0", "x1", "x2", "x3"]).assign(g=f"a{g}"))
    found = wx.align_groups("f =~ x0 + x1 + x2 + x3", pd.concat(frames), group="g")
    assert [(f.code, f.evidence["group"]) for f in found.findings if f.severity == "refusal"] == [("SEM-185", "a3")]
    assert found.refused


def test_alignment_refuses_what_it_cannot_do():
    frame = pd.DataFrame(np.random.default_rng(1).normal(size=(60, 4)), columns=["x1", "x2", "x3", "x4"])
    with pytest.raises(WxsatError, match="SEM-079"):
        wx.align_groups("f =~ x1 + x2 + x3\nh =~ x3 + x4 + x1", frame.assign(g=["a", "b"] * 30), group="g")
    with pytest.raises(WxsatError, match="SEM-078"):
        wx.align_groups("f =~ x1 + x2 + x3", frame.assign(g=["a", "b"] * 30), group="g", align="fre")


def test_unused_categories_join_the_neighbour_towards_the_middle():
    answers = {"u": [np.array([1.0, 2, 3, 4, 5]), np.array([2.0, 3, 4, 4, 2])]}
    with pytest.raises(DataError, match="SEM-048"):
        used_categories(answers, ("a", "b"), collapse=False)
    found = used_categories(answers, ("a", "b"), collapse=True)
    assert found.recode == {"u": {1.0: 2.0, 5.0: 4.0}}
    assert found.cuts == {"u": 2}
    with pytest.raises(DataError, match="no two categories"):
        used_categories({"u": [np.array([1.0]), np.array([2.0])]}, ("a", "b"), collapse=True)
