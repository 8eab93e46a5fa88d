"""Weights, errors, tests: each equals R's survey on its own data (api, nhanes) to nearly the last digit."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from wxsat.sampling.design import SurveyDesign
from wxsat.sampling.estimates import Estimates
from wxsat.sampling.independence import evaluate_independence
from wxsat.sampling.means import estimate_difference, estimate_mean, estimate_ratio, estimate_total
from wxsat.sampling.proportions import estimate_proportion
from wxsat.sampling.quantiles import estimate_quantile
from wxsat.sampling.regression import estimate_regression
from wxsat.sampling.weight_quality import trim_weights
from wxsat.sampling.weighting import weight_responses

# The file holds 15 digits; sums are taken in another order.
CLOSE = partial(assert_allclose, rtol=1e-9)
# R solves calibrations to 1e-12 of the totals, ours to 1e-10.
SOLVED = partial(assert_allclose, rtol=1e-7)
GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "survey" / "survey.json").read_text("utf-8"))
TYPES = {"E": 4421, "H": 755, "M": 1018}
WIDE = {"No": 1072, "Yes": 5122}
MARGINS = {"stype": TYPES, "sch.wide": WIDE}


@pytest.fixture(scope="module")
def designs(shared_data: Callable[[str], Path]) -> dict[str, SurveyDesign]:
    frames = {name: pd.read_csv(shared_data(f"data/golden/{name}.csv")) for name in ("apiclus1", "apiclus2")}
    strat = pd.read_csv(shared_data("data/golden/apistrat.csv")).assign(w3=GOLDEN["uneven"]["w"])
    srs = pd.read_csv(shared_data("data/golden/apisrs.csv"))
    nhanes = pd.read_csv(shared_data("data/golden/svy_nhanes.csv"))
    make = partial(SurveyDesign, sampling="probability")
    found = {
        "clus1": make(frames["apiclus1"], weights="pw", clusters="dnum", fpc="fpc"),
        "clus1n": make(frames["apiclus1"], weights="pw", clusters="dnum"),
        "clus2": make(frames["apiclus2"], clusters=["dnum", "snum"], fpc=["fpc1", "fpc2"]),
        "strat": make(strat, weights="pw", strata="stype", fpc="fpc"),
        "srs": make(srs, weights="pw", fpc="fpc"),
        "uneven": make(strat, weights="w3", strata="stype"),
        "nhanes": make(nhanes, weights="WTMEC2YR", strata="SDMVSTRA", clusters="SDMVPSU"),
    }
    return found | {"rs": found["strat"].calibrate(MARGINS)}


def same(found: Estimates, golden: dict[str, Any], close: Callable[..., None] = CLOSE) -> None:
    close(found.table["estimate"], golden["est"])
    close(found.table["std_error"], golden["se"])


def same_both(design: SurveyDesign, name: str, close: Callable[..., None] = CLOSE) -> None:
    complete = design.subset(design.frame[["api00", "enroll"]].notna().all(axis=1).to_numpy())
    same(estimate_mean(complete, ["api00", "enroll"]), GOLDEN[f"{name}_mean"], close)
    same(estimate_total(design, "enroll"), GOLDEN[f"{name}_total"], close)


@pytest.mark.parametrize("name", ["clus2", "strat"])
def test_means_and_totals(designs: dict[str, SurveyDesign], name: str) -> None:
    same_both(designs[name], name)


def test_weights_follow_from_two_stages_of_population_sizes(designs: dict[str, SurveyDesign]) -> None:
    CLOSE(designs["clus2"].final_weights[:10], GOLDEN["clus2_weights"]["w"])


def test_strata_with_repeated_cluster_numbers_and_subpopulations(designs: dict[str, SurveyDesign]) -> None:
    design = designs["nhanes"]
    same(estimate_mean(design, "HI_CHOL"), GOLDEN["nhanes_mean"])
    assert design.degrees_of_freedom == GOLDEN["nhanes_df"]["df"][0]
    # svyby lists the first variable fastest.
    same(estimate_mean(design, "HI_CHOL", ["RIAGENDR", "race"]), GOLDEN["nhanes_by"])


def test_subpopulation_of_a_two_stage_sample(designs: dict[str, SurveyDesign]) -> None:
    sub = designs["clus2"].subset("`comp.imp` == 'Yes'")
    found = estimate_mean(sub, "api00", "stype")
    CLOSE(found.table["estimate"], GOLDEN["clus2_by"]["est"])
    CLOSE(found.table["std_error"], GOLDEN["clus2_by"]["se"])
    assert sub.degrees_of_freedom == GOLDEN["clus2_by"]["df"][0]


@pytest.mark.parametrize("name", ["clus1", "clus1n", "strat", "srs"])
def test_raked_weights_and_errors(designs: dict[str, SurveyDesign], name: str) -> None:
    raked = designs[name].calibrate(MARGINS)
    CLOSE(raked.final_weights, GOLDEN[f"rake_{name}_weights"]["w"])
    # survey projects by ten rounds of centring, ours is exact.
    same_both(raked, f"rake_{name}", partial(assert_allclose, rtol=1e-8))


def test_raking_and_poststratification_of_unequal_base_weights(designs: dict[str, SurveyDesign]) -> None:
    same_both(designs["uneven"].calibrate(MARGINS), "uneven_rake", partial(assert_allclose, rtol=1e-8))
    same_both(designs["uneven"].calibrate({"stype": TYPES}, method="poststratify"), "uneven_post")


def test_poststratification_to_crossed_cells(designs: dict[str, SurveyDesign]) -> None:
    counts = GOLDEN["joint_counts"]["count"]
    joint = {
        "stype*sch.wide": dict(zip([f"{a}*{b}" for b in ("No", "Yes") for a in "EHM"], counts, strict=True)),
    }
    same_both(designs["strat"].calibrate(joint, method="poststratify"), "joint_post")


@pytest.mark.parametrize(
    ("name", "method", "bounds"),
    [
        ("uneven_linear", "linear", None),
        ("uneven_truncated", "linear", (0.85, 1.25)),
        ("uneven_raking_bounded", "rake", (0.8, 1.25)),
        ("uneven_logit", "logit", (0.7, 1.5)),
    ],
)
def test_calibrated_weights_and_errors(
    designs: dict[str, SurveyDesign], name: str, method: str, bounds: tuple[float, float] | None
) -> None:
    calibrated = designs["uneven"].calibrate(MARGINS, method=method, bounds=bounds)
    SOLVED(calibrated.final_weights, GOLDEN[f"{name}_weights"]["w"])
    same_both(calibrated, name, SOLVED)


def test_subpopulation_of_a_raked_sample(designs: dict[str, SurveyDesign]) -> None:
    same_both(designs["rs"].subset("`comp.imp` == 'Yes'"), "rake_subset", partial(assert_allclose, rtol=1e-8))


def test_trimming(designs: dict[str, SurveyDesign]) -> None:
    weights = designs["uneven"].final_weights
    CLOSE(trim_weights(weights, 15, 50), GOLDEN["trim"]["w"])
    CLOSE(trim_weights(weights, 15, 50, strict=True), GOLDEN["trim"]["strict"])


def test_ratios(designs: dict[str, SurveyDesign]) -> None:
    same(estimate_ratio(designs["clus2"], "api.stu", "enroll"), GOLDEN["ratio_clus2"])
    same(estimate_ratio(designs["rs"], "api.stu", "enroll"), GOLDEN["ratio_raked"], partial(assert_allclose, rtol=1e-8))


def test_difference_of_groups_that_share_clusters(designs: dict[str, SurveyDesign]) -> None:
    found, golden = estimate_difference(designs["clus1"], "enroll", "comp.imp"), GOLDEN["ttest_clus1"]
    CLOSE(
        [*found.table["estimate"], *found.table["t"], *found.table["p_value"]],
        np.ravel([golden[k] for k in ("est", "t", "p")]),
    )
    assert found.df == golden["df"][0]
    CLOSE(found.table[["ci_lower", "ci_upper"]].to_numpy()[0], golden["ci"])


def test_regression_with_a_text_predictor(designs: dict[str, SurveyDesign]) -> None:
    found = estimate_regression(designs["clus1"], "api00", ["meals", "stype"])
    same(found, GOLDEN["glm_clus1"])
    CLOSE(found.table["t"], GOLDEN["glm_clus1"]["t"])
    CLOSE(found.table["p_value"], GOLDEN["glm_clus1"]["p"])


@pytest.mark.parametrize("name", ["clus1", "clus2", "rs"])
def test_quantiles(designs: dict[str, SurveyDesign], name: str) -> None:
    found = estimate_quantile(designs[name], "api00", [0.1, 0.25, 0.5, 0.9])
    columns = ["estimate", "ci_lower", "ci_upper", "std_error"]
    CLOSE(found.table[columns].to_numpy(), np.reshape(GOLDEN[f"quantile_{name}"]["m"], (4, 4)))


def test_quantiles_of_a_subpopulation(designs: dict[str, SurveyDesign]) -> None:
    found = estimate_quantile(designs["strat"].subset("stype == 'H'"), "api00", [0.25, 0.5])
    columns = ["estimate", "ci_lower", "ci_upper", "std_error"]
    CLOSE(found.table[columns].to_numpy(), np.reshape(GOLDEN["quantile_subset"]["m"], (2, 4)))


@pytest.mark.parametrize("interval", ["logit", "beta", "asin", "mean"])
@pytest.mark.parametrize("name", ["clus1", "strat", "rs"])
def test_intervals_of_proportions(designs: dict[str, SurveyDesign], name: str, interval: Any) -> None:
    found = estimate_proportion(designs[name], "awards", interval=interval).table.set_index("level").loc["Yes"]
    golden = GOLDEN[f"ciprop_{name}_{interval}"]
    close = partial(assert_allclose, rtol=1e-8)
    close(found["estimate"], golden["est"][0])
    close([found["ci_lower"], found["ci_upper"]], golden["ci"])


def test_interval_of_a_proportion_with_missing_answers(designs: dict[str, SurveyDesign]) -> None:
    found = estimate_proportion(designs["nhanes"], "HI_CHOL").table.set_index("level").loc["1"]
    CLOSE([found["ci_lower"], found["ci_upper"]], GOLDEN["ciprop_nhanes"]["ci"])


def test_intervals_by_t_and_by_normal_distribution(designs: dict[str, SurveyDesign]) -> None:
    limits = ["ci_lower", "ci_upper"]
    CLOSE(estimate_mean(designs["strat"], "api00").table[limits].to_numpy()[0], GOLDEN["confint"]["t"])
    normal = estimate_mean(designs["strat"], "api00", degrees=math.inf)
    CLOSE(normal.table[limits].to_numpy()[0], GOLDEN["confint"]["normal"])


@pytest.mark.parametrize(
    ("name", "design", "row", "column"),
    [
        ("chisq_clus1", "clus1", "sch.wide", "stype"),
        ("chisq_clus2", "clus2", "awards", "stype"),
        ("chisq_nhanes", "nhanes", "HI_CHOL", "race"),
        ("chisq_raked", "rs", "awards", "comp.imp"),
    ],
)
def test_rao_scott(designs: dict[str, SurveyDesign], name: str, design: str, row: str, column: str) -> None:
    found, golden = evaluate_independence(designs[design], row, column), GOLDEN[name]
    close = partial(assert_allclose, rtol=1e-7)
    close([found.f, found.f_df1, found.f_df2], [*golden["f"], *golden["df"]])
    close([found.p_value, found.chisq_p_value], [*golden["p"], *golden["chisq_p"]])
    if name != "chisq_nhanes":  # survey scales this table to all rows, ours to those with both answers
        close(found.pearson, golden["x2"][0])


def test_jackknife(designs: dict[str, SurveyDesign]) -> None:
    same_both(designs["clus1"].replicate("JK1"), "jk1")
    assert designs["clus1"].replicate("JK1").degrees_of_freedom == GOLDEN["jk1_df"]["df"][0]
    jkn = designs["strat"].replicate("JKn")
    same_both(jkn, "jkn")
    same(estimate_ratio(jkn, "api.stu", "enroll"), GOLDEN["jkn_ratio"])
    found = estimate_quantile(jkn, "api00", [0.25, 0.5]).table[["estimate", "ci_lower", "ci_upper", "std_error"]]
    CLOSE(found.to_numpy(), np.reshape(GOLDEN["jkn_quantile"]["m"], (2, 4)))
    chisq = evaluate_independence(jkn, "sch.wide", "comp.imp")
    CLOSE([chisq.f, chisq.p_value], [*GOLDEN["jkn_chisq"]["f"], *GOLDEN["jkn_chisq"]["p"]], rtol=1e-7)


def test_every_jackknife_replicate_is_calibrated(designs: dict[str, SurveyDesign]) -> None:
    jkn = designs["strat"].replicate("JKn")
    same_both(jkn.calibrate(MARGINS), "jkn_raked", SOLVED)
    same_both(jkn.calibrate(MARGINS, method="linear"), "jkn_linear", SOLVED)


def test_bootstrap_replicates_made_in_r(designs: dict[str, SurveyDesign]) -> None:
    design = designs["clus1"]
    factors = np.reshape(GOLDEN["sub_weights"]["w"], (40, -1)).T
    units = pd.factorize(design.frame["dnum"])[0]
    weights = design.final_weights[:, None] * factors[units]
    scale = GOLDEN["sub_weights"]["scale"][0]
    found = design.with_replicates(weights, scale=scale)
    same_both(found, "sub")
    same_both(design.with_replicates(weights, scale=scale, mse=True), "sub_mse")
    assert found.degrees_of_freedom == GOLDEN["sub_weights"]["df"][0]


def test_our_bootstrap_is_the_same_scheme(designs: dict[str, SurveyDesign]) -> None:
    """n - 1 of n clusters are drawn, so the factors are multiples of n / (n - 1) that sum to n."""
    design = designs["clus1n"].replicate("bootstrap", replicates=400, seed=3)
    assert design.replicates is not None
    first = design.frame.drop_duplicates("dnum").index
    factors = design.replicates.weights[first] / design.final_weights[first][:, None]
    CLOSE(factors.sum(axis=0), 15)
    CLOSE(factors * 14 / 15, np.round(factors * 14 / 15), atol=1e-12)
    # 400 replicates: the error's own coefficient of variation is about 1 / sqrt(800).
    error = estimate_mean(designs["clus1n"], "api00").std_error
    assert abs(estimate_mean(design, "api00").std_error / error - 1) < 0.15


@pytest.mark.parametrize("rule", ["adjust", "certainty"])
def test_a_stratum_with_one_unit(designs: dict[str, SurveyDesign], rule: Any) -> None:
    frame = designs["strat"].frame
    lone = pd.concat([frame[frame["stype"] != "H"], frame[frame["stype"] == "H"].head(1)], ignore_index=True)
    design = SurveyDesign(lone, sampling="probability", weights="pw", strata="stype", lonely=rule)
    same_both(design, f"lonely_{rule}")


def test_weights_of_the_library_are_those_of_the_design(designs: dict[str, SurveyDesign]) -> None:
    frame = designs["clus1"].frame
    CLOSE(weight_responses(frame, MARGINS, base_weight="pw").weights, GOLDEN["rake_clus1_weights"]["w"])
