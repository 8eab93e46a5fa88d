"""Designs against method bias: closed forms, published cases, recovery of a simulated truth."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from wxsat.errors import DataError, UsageError
from wxsat.psychometrics.experiments.design_effects import evaluate_design_effects
from wxsat.psychometrics.experiments.list_experiment import evaluate_list_experiment
from wxsat.psychometrics.experiments.split_ballot import evaluate_split_ballot
from wxsat.psychometrics.experiments.vignettes import evaluate_vignettes


def _list(seed: int, n: int = 1500, share: float = 0.3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal(n)
    t = rng.integers(0, 2, n)
    neutral = rng.binomial(3, 1 / (1 + np.exp(-(0.2 + 0.5 * x))))
    holds = rng.random(n) < 1 / (1 + np.exp(-(math.log(share / (1 - share)) + 0.6 * x)))
    says = holds & (rng.random(n) < 0.5)
    return pd.DataFrame({"count": neutral + t * holds, "group": np.where(t == 1, "long", "short"), "x": x,
                         "direct": says.astype(float), "holds": holds})  # fmt: skip


def test_estimators_recover_the_share_with_nominal_intervals() -> None:
    inside = {"difference": 0, "linear": 0, "nls": 0, "under_reporting": 0}
    errors: dict[str, list[float]] = {name: [] for name in inside}
    for seed in range(60):
        frame = _list(seed)
        found = evaluate_list_experiment(frame, "count", "group", 3, treated="long", covariates=["x"], direct="direct")
        rows = found.estimates.set_index("method")
        # The population's share: the mean of the logistic curve over x.
        grid = stats.norm.ppf((np.arange(2000) + 0.5) / 2000)
        truth = float(np.mean(1 / (1 + np.exp(-(math.log(0.3 / 0.7) + 0.6 * grid)))))
        for name in inside:
            target = truth / 2 if name == "under_reporting" else truth
            inside[name] += rows.loc[name, "ci_lower"] <= target <= rows.loc[name, "ci_upper"]
            errors[name].append(float(rows.loc[name, "estimate"]) - target)
    assert all(count >= 52 for count in inside.values()), inside  # of 60 at 95 %: fewer has a probability of .01
    assert np.std(errors["nls"]) < np.std(errors["difference"])
    assert all(abs(np.mean(e)) < 3.5 * np.std(e) / math.sqrt(60) for e in errors.values())


def test_without_covariates_the_estimate_is_the_welch_difference() -> None:
    frame = _list(1)
    row = evaluate_list_experiment(frame, "count", "group", 3, treated="long").estimates.iloc[0]
    a, b = (frame.loc[frame["group"] == g, "count"] for g in ("long", "short"))
    expected = stats.ttest_ind(a, b, equal_var=False)
    assert row["estimate"] / row["std_error"] == pytest.approx(expected.statistic, rel=1e-12)


def test_nls_with_a_constant_alone_is_the_difference_of_means() -> None:
    from wxsat.psychometrics.experiments.list_experiment import _nls

    frame = _list(2)
    t = (frame["group"] == "long").to_numpy(float)
    y = frame["count"].to_numpy(float)
    share, error, _, _ = _nls(y, t, np.ones((len(y), 1)), 3)
    plain = evaluate_list_experiment(frame, "count", "group", 3, treated="long").estimates.iloc[0]
    assert share == pytest.approx(plain["estimate"], abs=1e-7)
    assert error == pytest.approx(plain["std_error"], rel=2e-3)


def test_design_effects_are_found_where_they_are_and_rarely_elsewhere() -> None:
    rejected = 0
    for seed in range(40):
        frame = _list(seed, n=600)
        t = (frame["group"] == "long").to_numpy(float)
        rejected += evaluate_design_effects(frame["count"].to_numpy(float), t, 3).p_value < 0.05
    assert rejected <= 3
    rng = np.random.default_rng(4)
    t = rng.integers(0, 2, 800).astype(float)
    y = np.where(t == 1, rng.binomial(3, 0.35, 800), rng.binomial(3, 0.5, 800)).astype(float)
    found = evaluate_design_effects(y, t, 3)
    assert found.p_value < 0.01
    assert sum(found.with_sensitive) + sum(found.without_sensitive) == pytest.approx(1.0)


# King & Wand (2007), table 1: self-assessment, two vignettes, and the set of C as its ends.
CASES = [
    ((1, 2, 3), (1, 1)), ((2, 2, 3), (2, 2)), ((2, 1, 3), (3, 3)), ((3, 1, 3), (4, 4)), ((3, 1, 2), (5, 5)),
    ((1, 2, 2), (1, 1)), ((2, 2, 2), (2, 4)), ((3, 2, 2), (5, 5)), ((1, 3, 2), (1, 1)), ((2, 3, 2), (1, 4)),
    ((2, 3, 1), (1, 5)), ((3, 3, 2), (2, 5)), ((3, 2, 1), (5, 5)),
]  # fmt: skip


def test_the_thirteen_cases_of_two_vignettes() -> None:
    frame = pd.DataFrame([case for case, _ in CASES], columns=["self", "low", "high"])
    found = evaluate_vignettes(frame, "self", ["low", "high"])
    assert found.respondents[["c_lower", "c_upper"]].to_numpy().tolist() == [
        list(map(float, ends)) for _, ends in CASES
    ]
    assert found.n_interval == 4
    assert found.distribution["share_uniform"].sum() == pytest.approx(1.0)
    assert found.order["reversed"][0] == pytest.approx(5 / 13)


def test_groups_that_use_the_scale_differently_are_told() -> None:
    frame = pd.DataFrame({"self": [3] * 20, "low": [2] * 10 + [3] * 10, "high": [5] * 20, "region": ["n", "s"] * 10})
    frame["region"] = ["n"] * 10 + ["s"] * 10
    found = evaluate_vignettes(frame, "self", ["low", "high"], group="region")
    assert [f.subject for f in found.findings if f.code == "MEAS-179"] == ["low"]


def test_split_ballot_is_welch_and_chi_square() -> None:
    rng = np.random.default_rng(6)
    frame = pd.DataFrame({"q": rng.integers(1, 6, 200), "form": ["a", "b"] * 100})
    found = evaluate_split_ballot(frame, "q", "form", first="a")
    a, b = (frame.loc[frame["form"] == f, "q"] for f in "ab")
    welch = stats.ttest_ind(a, b, equal_var=False)
    assert found.p_value == pytest.approx(welch.pvalue, rel=1e-10)
    assert found.ci_lower == pytest.approx(welch.confidence_interval().low, rel=1e-10)
    assert found.chisq_df == 4


def test_faults_are_told() -> None:
    frame = _list(1)
    with pytest.raises(UsageError, match="which of"):
        evaluate_list_experiment(frame, "count", "group", 3)
    with pytest.raises(DataError, match="0 to"):
        evaluate_list_experiment(frame, "count", "group", 1, treated="long")
    with pytest.raises(DataError, match="MEAS-074"):
        evaluate_split_ballot(frame.head(12), "x", "group", first="long")
    with pytest.raises(UsageError, match="MEAS-073"):
        evaluate_vignettes(frame, "x", [])
