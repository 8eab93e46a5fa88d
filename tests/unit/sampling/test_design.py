"""The design itself: declared, checked, refused; opt-in samples without errors; replicates in closed form."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from wxsat.errors import DataError, UsageError
from wxsat.sampling.design import SurveyDesign
from wxsat.sampling.independence import evaluate_independence
from wxsat.sampling.means import estimate_difference, estimate_mean, estimate_ratio, estimate_total
from wxsat.sampling.proportions import estimate_proportion
from wxsat.sampling.quantiles import estimate_quantile, weighted_quantile
from wxsat.sampling.regression import estimate_regression

RNG = np.random.default_rng(4)
N = 120
FRAME = pd.DataFrame(
    {
        "y": RNG.normal(50, 10, N),
        "x": RNG.normal(20, 3, N),
        "g": RNG.choice(["a", "b"], N),
        "h": RNG.choice(["p", "q", "r"], N),
        "w": RNG.uniform(1, 4, N),
        "stratum": np.repeat(np.arange(6), 20),
        "unit": np.tile(np.repeat([1, 2], 10), 6),
    }
)
PAIRED = SurveyDesign(FRAME, sampling="probability", weights="w", strata="stratum", clusters="unit")


def test_the_kind_of_sample_has_no_default() -> None:
    with pytest.raises(UsageError, match="declare how the respondents came into the sample") as caught:
        SurveyDesign(FRAME)
    assert caught.value.code == "SAMP-036"
    with pytest.raises(UsageError, match="Did you mean 'opt-in'"):
        SurveyDesign(FRAME, sampling="optin")  # type: ignore[arg-type]


def test_no_estimate_of_an_opt_in_sample_has_an_error() -> None:
    design = SurveyDesign(FRAME, sampling="opt-in", weights="w")
    found = [
        estimate_mean(design, ["y", "x"], "g"),
        estimate_total(design, "y"),
        estimate_ratio(design, "y", "x"),
        estimate_proportion(design, "h"),
        estimate_quantile(design, "y"),
        estimate_difference(design, "y", "g"),
        estimate_regression(design, "y", ["x", "g"]),
    ]
    for part in found:
        errors = part.table.columns.intersection(["std_error", "ci_lower", "ci_upper", "deff", "t", "p_value"])
        assert part.table["estimate"].notna().all()
        assert part.table[errors].isna().all(axis=None)
        assert (part.covariance, part.df) == (None, None)
        assert "SAMP-101" in [f.code for f in part.findings]
    test = evaluate_independence(design, "g", "h")
    assert (test.f, test.p_value, test.chisq, test.mean_deff) == (None,) * 4
    assert test.pearson > 0
    probability = estimate_mean(SurveyDesign(FRAME, sampling="probability", weights="w"), "y")
    assert estimate_mean(design, "y").estimate == probability.estimate


def test_half_samples_give_the_linearised_error_of_a_total() -> None:
    """In balance the cross terms of a linear statistic vanish; Fay's factor cancels out."""
    expected = estimate_total(PAIRED, "y").std_error
    for kind in ("BRR", "Fay"):
        assert_allclose(estimate_total(PAIRED.replicate(kind), "y").std_error, expected, rtol=1e-12)


def test_half_samples_need_two_units() -> None:
    one = SurveyDesign(FRAME, sampling="probability", strata="stratum", clusters="y")
    with pytest.raises(DataError, match="two units in every stratum"):
        one.replicate("BRR")


def test_simple_random_sample_by_the_book() -> None:
    """s / sqrt(n) times the root of 1 - n/N."""
    design = SurveyDesign(FRAME.assign(size=600), sampling="probability", fpc="size")
    by_hand = FRAME["y"].std() / np.sqrt(N) * np.sqrt(1 - N / 600)
    assert_allclose(estimate_mean(design, "y").std_error, by_hand, rtol=1e-12)
    fraction = SurveyDesign(FRAME.assign(size=0.2), sampling="probability", fpc="size")
    assert_allclose(estimate_mean(fraction, "y").std_error, by_hand, rtol=1e-12)


def test_a_census_has_no_error() -> None:
    design = SurveyDesign(FRAME.assign(size=N), sampling="probability", fpc="size")
    assert estimate_mean(design, "y").std_error == 0


def test_a_lonely_stratum_is_named() -> None:
    lone = FRAME.assign(stratum=np.where(FRAME.index == 0, "only", "rest"))
    design = SurveyDesign(lone, sampling="probability", strata="stratum")
    with pytest.raises(DataError, match="stratum=only has a single sampled unit") as caught:
        estimate_mean(design, "y")
    assert caught.value.code == "SAMP-033"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"weights": "ww"}, "SAMP-014"),
        ({"strata": "stratumm"}, "SAMP-030"),
        ({"fpc": "small"}, "SAMP-032"),
        ({"fpc": "varying"}, "SAMP-032"),
        ({"strata": "gap"}, "SAMP-034"),
        ({"strata": ["stratum", "unit"], "clusters": "unit"}, "SAMP-034"),
    ],
)
def test_designs_that_do_not_fit_the_data(options: dict[str, object], code: str) -> None:
    frame = FRAME.assign(small=50, varying=np.arange(N) + 200, gap=FRAME["g"].where(FRAME.index > 3))
    with pytest.raises(DataError) as caught:
        SurveyDesign(frame, sampling="probability", **options)  # type: ignore[arg-type]
    assert caught.value.code == code


def test_names_and_texts_that_cannot_be_estimated() -> None:
    with pytest.raises(DataError) as caught:
        estimate_mean(PAIRED, ["yy", "g"])
    assert [fault.code for fault in caught.value.faults] == ["SAMP-040", "SAMP-041"]
    with pytest.raises(DataError, match="nobody is in the subpopulation"):
        estimate_mean(PAIRED.subset("x > 1000"), "y")
    with pytest.raises(UsageError, match="cannot be evaluated"):
        PAIRED.subset("zz > 1")
    with pytest.raises(UsageError, match="columns only"):
        PAIRED.subset("@pd.read_csv('x')")
    with pytest.raises(DataError, match="follows from the predictors"):
        estimate_regression(PAIRED, "y", ["x", "x"])


def test_missing_values_are_a_subpopulation_and_said() -> None:
    gap = FRAME.assign(y=FRAME["y"].where(FRAME.index % 5 != 0))
    design = SurveyDesign(gap, sampling="probability", weights="w", strata="stratum", clusters="unit")
    found = estimate_mean(design, "y")
    same = estimate_mean(PAIRED.subset(gap["y"].notna().to_numpy()), "y")
    assert_allclose([found.estimate, found.std_error], [same.estimate, same.std_error], rtol=1e-12)
    assert "SAMP-111" in [f.code for f in found.findings]


def test_proportions_of_nobody_and_of_all_keep_an_interval() -> None:
    """Clopper and Pearson for 0 of 60: 1 - 0.025^(1/60)."""
    frame = pd.DataFrame({"z": ["no"] * 60 + ["yes"] * 60, "g": ["a"] * 60 + ["b"] * 60})
    table = estimate_proportion(SurveyDesign(frame, sampling="probability"), "z", "g").table
    none = table[(table["group"] == "g=a") & (table["level"] == "yes")].iloc[0]
    assert (none["estimate"], none["ci_lower"]) == (0.0, 0.0)
    # Korn and Graubard's factor of the degrees of freedom, t(59)^2 / t(119)^2 = 1.02, makes it shorter.
    assert none["ci_upper"] == pytest.approx(1 - 0.025 ** (1 / 61.27), rel=1e-3)


def test_a_quantile_reached_exactly_is_the_lower_value() -> None:
    assert weighted_quantile(np.array([3.0, 1.0, 2.0, 4.0]), np.full(4, 0.1), 0.5) == 2.0
    assert weighted_quantile(np.array([3.0, 1.0, 2.0, 4.0]), np.array([1.0, 0.0, 1.0, 1.0]), 0.01) == 2.0


@pytest.mark.slow
def test_intervals_of_a_clustered_sample_cover() -> None:
    """40 clusters of 8 with an intraclass correlation of .2: 95 per cent intervals cover in 93 to 97 of 100."""
    rng = np.random.default_rng(12)
    draws, hits = 1000, 0
    for _ in range(draws):
        y = np.repeat(rng.normal(0, np.sqrt(0.2), 40), 8) + rng.normal(0, np.sqrt(0.8), 320)
        frame = pd.DataFrame({"y": y, "c": np.repeat(np.arange(40), 8)})
        row = estimate_mean(SurveyDesign(frame, sampling="probability", clusters="c"), "y").table.iloc[0]
        hits += row["ci_lower"] <= 0 <= row["ci_upper"]
    assert 0.93 <= hits / draws <= 0.97
