"""FIML and two-stage ML of a simulated survey with holes, against lavaan with exact saturated moments."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wxsat.sem.missing.fit import FimlOptions, estimate_fiml, incomplete_moments, usable_rows
from wxsat.sem.missing.two_stage import estimate_two_stage
from wxsat.sem.moments import Moments
from wxsat.sem.parameter_table import parse_model
from wxsat.sem.restrictions import table_constraints
from wxsat.sem.start_values import good_starts

GOLDEN = Path(__file__).resolve().parents[3] / "golden" / "sem_missing"
CASES = json.loads((GOLDEN / "fits.json").read_text(encoding="utf-8"))["cases"]
# lavaan's optimiser ends a few 1e-6 standard errors from the maximum; everything else is exact.
ESTIMATE, ERROR, FIT = 1e-5, 1e-5, 1e-6
TWO_STAGE = ("two_stage", "robust_two_stage", "robust_two_stage_groups")
# 0.6-14 sets the information of the scaled test to its "h1" form under clusters; ours stays the observed one.
OTHER_SCALING = ("clusters",)
# 0.6-14 takes the complete-data information of covariates as given in its corrected indices even when they are free.
OTHER_INDICES = ("mimic_free_x", "age_free")


def prepared(case):
    options = case["options"]
    frame = pd.read_csv(GOLDEN / "survey.csv")
    table = parse_model(
        case["model"],
        meanstructure=True,
        fixed_x=options.get("fixed.x", True),
        groups=case["groups"] or (),
        group_equal=np.atleast_1d(options.get("group.equal", [])).tolist(),
    )
    given = [table.observed_names.index(name) for name in table.covariates]
    parts = [frame] if not case["groups"] else [frame[frame["group"] == g] for g in case["groups"]]
    kept = [part[usable_rows(part[list(table.observed_names)].to_numpy(float), given)] for part in parts]
    rows = sum(map(len, kept))
    weight = sum(part["weight"].sum() for part in kept)
    sample, incomplete = [], []
    for part in kept:
        values = part[list(table.observed_names)].to_numpy(float)
        weights = part["weight"].to_numpy(float) * rows / weight if "sampling.weights" in options else None
        clusters = part["school"].to_numpy(np.intp) if "cluster" in options else None
        p = values.shape[1]
        moments, own = incomplete_moments(
            Moments(table.observed_names, np.eye(p), np.zeros(p), len(values), len(frame), values, weights, clusters)
        )
        sample.append(moments)
        incomplete.append(own)
    return table, table_constraints(table), sample, incomplete


def agrees(case, table, theta, vcov):
    columns = case["parameters"]
    keys = zip(columns["lhs"], columns["op"], columns["rhs"], columns["group"], strict=True)
    found = dict(zip(keys, zip(columns["est"], columns["se"], strict=True), strict=True))
    errors = np.sqrt(np.diag(vcov))
    for row in table.parameters:
        if row.free:
            estimate, error = found.get((*row.key, row.group)) or found[row.rhs, row.op, row.lhs, row.group]
            assert theta[row.free - 1] == pytest.approx(estimate, rel=ESTIMATE, abs=ESTIMATE), row.name
            assert errors[row.free - 1] == pytest.approx(error, rel=ERROR), row.name


def rmsea(chisq, df, n, groups, scaling):
    return math.sqrt(max(chisq - scaling * df, 0.0) / (n * df)) * math.sqrt(groups)


@pytest.mark.parametrize("name", [name for name in CASES if name not in TWO_STAGE])
def test_fiml(name):
    case = CASES[name]
    estimator = case["options"].get("estimator", "MLR" if "cluster" in case["options"] else "ML")
    options = FimlOptions(
        case["options"].get("information", "observed"),
        {"MLR": "robust", "MLF": "first_order"}.get(estimator, "standard"),
        "yuan_bentler_mplus" if estimator == "MLR" else "standard",
    )
    table, constraints, sample, incomplete = prepared(case)
    fit = estimate_fiml(table, constraints, sample, incomplete, good_starts(table, sample), options)
    assert fit.optimum.converged
    assert fit.optimum.iterations <= 25
    assert [m.n_obs for m in sample] == case["nobs"]
    agrees(case, table, fit.optimum.theta, fit.vcov)
    expected = case["fit"]
    assert (fit.df, fit.baseline.df) == (expected["df"], expected["baseline.df"])
    assert fit.loglik == pytest.approx(expected["logl"], rel=1e-9)
    assert fit.saturated_loglik == pytest.approx(expected["unrestricted.logl"], rel=1e-9)
    assert fit.chisq == pytest.approx(expected["chisq"], rel=FIT)
    assert fit.baseline_chisq == pytest.approx(expected["baseline.chisq"], rel=FIT)
    if fit.traces is not None:
        assert fit.baseline.traces.factor == pytest.approx(expected["baseline.chisq.scaling.factor"], rel=1e-5)
        if name not in OTHER_SCALING:
            assert fit.traces.factor == pytest.approx(expected["chisq.scaling.factor"], rel=1e-5)
    if name in OTHER_INDICES:
        return
    own, base = fit.complete, fit.baseline.complete
    n, groups = sum(m.n_obs for m in sample), len(sample)
    assert rmsea(own.chisq, own.df, n, groups, own.scaling) == pytest.approx(expected["rmsea.robust"], rel=1e-5)
    excess, worst = own.chisq - own.scaling * own.df, base.chisq - base.scaling * base.df
    assert 1.0 - max(excess, 0.0) / max(excess, worst, 0.0) == pytest.approx(expected["cfi.robust"], rel=FIT)


@pytest.mark.parametrize("name", TWO_STAGE)
def test_two_stage(name):
    case = CASES[name]
    table, constraints, sample, incomplete = prepared(case)
    fit = estimate_two_stage(
        table, constraints, sample, incomplete, good_starts(table, sample), robust=name != "two_stage"
    )
    agrees(case, table, fit.optimum.theta, fit.vcov)
    expected = case["fit"]
    assert (fit.df, fit.baseline_df) == (expected["df"], expected["baseline.df"])
    assert fit.chisq == pytest.approx(expected["chisq"], rel=FIT)
    assert fit.scaling == pytest.approx(expected["chisq.scaling.factor"], rel=FIT)
    assert fit.baseline_chisq == pytest.approx(expected["baseline.chisq"], rel=FIT)
    # 0.6-14 scales the baseline without regard to what is missing.
    assert fit.baseline_scaling > expected["baseline.chisq.scaling.factor"]


def test_units_of_the_variables_do_not_matter():
    table, constraints, sample, _ = prepared(CASES["ml"])
    found = []
    for units in (np.ones(6), np.array([1e4, 1e-4, 1.0, 1e3, 10.0, 1e-3])):
        pairs = [
            incomplete_moments(
                Moments(m.names, m.covariance, m.mean, m.n_obs, m.n_read, m.values * units + 100 * units)
            )
            for m in sample
        ]
        scaled = [m for m, _ in pairs]
        own = [i for _, i in pairs]
        found.append(estimate_fiml(table, constraints, scaled, own, good_starts(table, scaled)))
    first, second = found
    assert second.chisq == pytest.approx(first.chisq, rel=1e-8)
    assert second.complete.scaling == pytest.approx(first.complete.scaling, rel=1e-6)
    z = [f.optimum.theta / np.sqrt(np.diag(f.vcov)) for f in found]
    loadings = [row.free - 1 for row in table.parameters if row.free and row.op == "=~"]
    np.testing.assert_allclose(z[1][loadings], z[0][loadings], rtol=1e-6)
