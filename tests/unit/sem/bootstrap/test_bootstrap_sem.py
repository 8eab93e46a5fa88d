"""bootstrap_sem: from a fit or from model and data, and what it refuses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from wxsat.errors import UsageError
from wxsat.sem.bootstrap.run import bootstrap_sem
from wxsat.sem.fit import fit_sem

MODEL = "visual =~ x1 + x2 + x3\nspeed =~ x7 + x8 + x9\nspeed ~ a*visual"


@pytest.fixture(scope="module")
def hs() -> pd.DataFrame:
    import semopy.examples.holzinger39 as holzinger

    return holzinger.get_data()


def test_a_fit_and_its_model_give_the_same(hs):
    fit = fit_sem(MODEL, hs, engine="native")
    one, other = bootstrap_sem(fit, draws=60, seed=5), bootstrap_sem(MODEL, hs, draws=60, seed=5)
    pd.testing.assert_frame_equal(one.intervals, other.intervals)
    frame = one.intervals[one.intervals["quantity"] == "parameter"]
    raw = frame[frame["scale"] == "raw"].set_index("name")
    free = fit.parameters[fit.parameters["free"] > 0]
    names = free["lhs"] + free["op"] + free["rhs"]
    np.testing.assert_allclose(raw.loc[names, "estimate"], free["estimate"], rtol=1e-9)
    std = frame[frame["scale"] == "std_all"].set_index("name")
    every = fit.parameters
    names = "std(" + every["lhs"] + every["op"] + every["rhs"] + ")"
    np.testing.assert_allclose(std.loc[names, "estimate"], every["std_all"], rtol=1e-9)


def test_effects_are_those_of_the_fit(hs):
    fit = fit_sem("visual =~ x1 + x2 + x3\nspeed =~ x7 + x8 + x9\nvisual ~ ageyr\nspeed ~ visual + ageyr", hs,
                  engine="native")  # fmt: skip
    found = bootstrap_sem(fit, draws=40, seed=1).intervals
    effects = found[found["quantity"] == "effect"]
    raw = effects[effects["scale"] == "raw"].reset_index(drop=True)
    np.testing.assert_allclose(raw["estimate"], fit.effects["estimate"], rtol=1e-9)
    std = effects[effects["scale"] == "std_all"]
    np.testing.assert_allclose(std["estimate"], fit.effects["std_all"], rtol=1e-9)


def test_errors_are_near_those_of_the_sandwich(hs):
    robust = fit_sem(MODEL, hs, engine="native", estimator="MLR")
    found = bootstrap_sem(robust, draws=1000, seed=9).intervals
    raw = found[(found["quantity"] == "parameter") & (found["scale"] == "raw")].set_index("name")
    free = robust.parameters[(robust.parameters["free"] > 0) & (robust.parameters["op"] == "=~")]
    ratio = raw.loc[free["lhs"] + free["op"] + free["rhs"], "std_error"].to_numpy() / free["std_error"].to_numpy()
    # Both are consistent under any distribution; at N = 301 the bootstrap's long tails make it larger.
    assert (ratio > 0.85).all()
    assert (ratio < 1.6).all()


def test_clusters_are_resampled_whole(hs):
    frame = hs.assign(area=np.arange(301) // 7)
    found = bootstrap_sem(MODEL, frame, draws=50, cluster="area")
    assert found.n_clusters == 43
    few = bootstrap_sem(MODEL, hs.assign(area=np.arange(301) // 20), draws=50, cluster="area")
    assert "SEM-153" in {f.code for f in few.findings}


def test_refusals(hs):
    fit = fit_sem(MODEL, hs, engine="native")
    with pytest.raises(UsageError, match="give it alone"):
        bootstrap_sem(fit, hs)
    with pytest.raises(UsageError, match="without data"):
        bootstrap_sem(MODEL)
    with pytest.raises(UsageError, match="maximum likelihood"):
        bootstrap_sem(MODEL, hs, estimator="GLS")
    with pytest.raises(UsageError, match="SEM-055"):
        bootstrap_sem(MODEL, hs.mask(hs == hs.iloc[0, 7]), missing="fiml")
    covariance = hs[[f"x{i}" for i in (1, 2, 3, 7, 8, 9)]].cov()
    with pytest.raises(UsageError, match="SEM-054"):
        bootstrap_sem(fit_sem(MODEL, cov=covariance, n=301, engine="native"))
