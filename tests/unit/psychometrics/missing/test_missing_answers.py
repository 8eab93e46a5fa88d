"""Little's test, Rubin's rules and imputation against lavaan, naniar, mice, closed forms and recovery."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wxsat.errors import DataError, UsageError
from wxsat.psychometrics.missing.evaluate import evaluate_missing
from wxsat.psychometrics.missing.imputation import impute, match_donors
from wxsat.psychometrics.missing.little import little_mcar_test
from wxsat.psychometrics.missing.pattern_table import tabulate_patterns
from wxsat.psychometrics.missing.rubin import pool_estimates

GOLDEN = Path(__file__).resolve().parents[3] / "golden" / "careless"
EM_OF_LAVAAN = 1e-6  # relative: its EM and ours stop by different rules
ROUNDING = 1e-9  # closed forms on the same numbers
PRINTED = 0.05  # naniar's documentation prints one decimal


def test_little_against_lavaan_moments() -> None:
    r = json.loads((GOLDEN / "holes.json").read_text(encoding="utf-8"))["little"]
    test = little_mcar_test(pd.read_csv(GOLDEN / "holes.csv").to_numpy(dtype=float))
    assert test is not None
    assert (test.df, test.n_patterns) == (r["df"], r["n_patterns"])
    assert test.statistic == pytest.approx(r["statistic"], rel=EM_OF_LAVAAN)
    assert test.p_value == pytest.approx(r["p_value"], rel=1e-4)


def test_little_on_air_quality_as_naniar_documents_it() -> None:
    test = little_mcar_test(pd.read_csv(GOLDEN / "airquality.csv").to_numpy(dtype=float))
    assert test is not None
    assert (test.df, test.n_patterns) == (14, 4)
    assert test.statistic == pytest.approx(35.1, abs=PRINTED)
    assert test.p_value == pytest.approx(0.00142, abs=5e-6)


def test_what_was_not_asked_is_no_pattern_to_test() -> None:
    rng = np.random.default_rng(3)
    values = rng.normal(size=(400, 4)) + rng.normal(size=(400, 1))
    form = np.arange(400) % 2 == 0
    asked = np.ones((400, 4), dtype=bool)
    asked[form, 3] = asked[~form, 2] = False
    # The two forms went to different people, so that their means differ: no sign of answers missing.
    values[form] += 1.0
    values[rng.random((400, 4)) < 0.05] = np.nan
    shown = np.where(asked, values, np.nan)
    by_design, naive = little_mcar_test(shown, asked), little_mcar_test(shown)
    assert by_design is not None
    assert naive is not None
    assert by_design.n_groups == 2
    assert by_design.p_value > 0.01
    assert naive.p_value < 1e-6


def test_rubin_against_mice(shared_data: Callable[[str], Path]) -> None:
    r = json.loads(shared_data("reference/golden/measure/mi_pool_lm.json").read_text(encoding="utf-8"))
    frame = pd.read_csv(shared_data("data/golden/HS39imp5.csv"))
    fits = []
    for _, part in frame.groupby("imp"):
        x = np.column_stack([np.ones(len(part)), part["x1"], part["x5"]])
        inverse = np.linalg.inv(x.T @ x)
        beta = inverse @ x.T @ part["x9"].to_numpy()
        residual = part["x9"].to_numpy() - x @ beta
        fits.append((beta, np.diag(inverse) * (residual @ residual) / (len(part) - 3)))
    for j, (term, shown) in enumerate(zip(r["pooled"], r["summary"], strict=True)):
        ours = pool_estimates([b[j] for b, _ in fits], [v[j] for _, v in fits], df_complete=term["dfcom"])
        for name, theirs in {
            "estimate": "estimate", "within": "ubar", "between": "b", "total": "t", "df": "df", "riv": "riv",
            "lambda_": "lambda", "fmi": "fmi",
        }.items():  # fmt: skip
            assert getattr(ours, name) == pytest.approx(term[theirs], rel=ROUNDING), name
        assert ours.p_value == pytest.approx(shown["p.value"], rel=1e-7)
        assert (ours.ci_lower, ours.ci_upper) == pytest.approx((shown["2.5 %"], shown["97.5 %"]), rel=ROUNDING)


def test_pooling_the_same_estimate_is_the_complete_case() -> None:
    pooled = pool_estimates([2.0, 2.0, 2.0], [0.25, 0.25, 0.25], df_complete=50)
    assert (pooled.std_error, pooled.lambda_) == (0.5, 0.0)
    assert pooled.df == pytest.approx(51 / 53 * 50)
    with pytest.raises(UsageError, match="MEAS-041"):
        pool_estimates([1.0], [1.0])


def test_donors_are_the_nearest() -> None:
    rng = np.random.default_rng(2)
    seen, wanted = rng.normal(size=200), rng.normal(size=60) * 2
    drawn = np.array([match_donors(seen, seen, wanted, rng, 5) for _ in range(40)])
    for j, value in enumerate(wanted):
        nearest = set(seen[np.argsort(np.abs(seen - value))[:5]])
        assert set(drawn[:, j]) <= nearest
    assert len(set(drawn[:, 0])) > 1


def test_imputed_answers_are_answers_that_somebody_gave() -> None:
    rng = np.random.default_rng(4)
    values = rng.integers(1, 8, size=(150, 5)).astype(float)
    holes = rng.random(values.shape) < 0.2
    values[holes] = np.nan
    copies = list(impute(values, m=3, seed=9))
    again = list(impute(values, m=5, seed=9))
    for copy, same in zip(copies, again, strict=False):
        np.testing.assert_array_equal(copy, same)
        np.testing.assert_array_equal(copy[~holes], values[~holes])
        assert set(np.unique(copy)) <= set(range(1, 8))
    assert not np.array_equal(copies[0], copies[1])


def test_imputation_removes_the_bias_of_complete_cases() -> None:
    rng = np.random.default_rng(5)
    x = rng.normal(size=1200)
    y = 0.8 * x + 0.6 * rng.normal(size=1200)
    truth = y.mean()
    y[(x > 0) & (rng.random(1200) < 0.8)] = np.nan  # missing at random given x, far from completely
    frame = pd.DataFrame({"x": x, "y": y})
    report = evaluate_missing(frame, scales={"X": ["x"], "Y": ["y"]}, imputations=20, seed=3)
    row = report.means.set_index("construct").loc["Y"]
    assert row["complete"] < truth - 0.2
    assert row["ci_lower"] < truth < row["ci_upper"]
    assert abs(row["estimate"] - truth) < 0.05
    assert report.mcar is not None
    assert report.mcar.p_value < 1e-10


def test_intervals_cover_the_mean() -> None:
    rng = np.random.default_rng(6)
    covered = 0
    for seed in range(200):
        level = rng.normal(size=(200, 1))
        y = level + rng.normal(size=(200, 3))
        y[(y[:, 0] > 0.5) & (rng.random(200) < 0.6), 2] = np.nan
        copies = list(impute(y, m=20, seed=seed))
        pooled = pool_estimates(
            [c[:, 2].mean() for c in copies], [c[:, 2].var(ddof=1) / 200 for c in copies], df_complete=199
        )
        covered += pooled.ci_lower < 0 < pooled.ci_upper
    assert 0.90 <= covered / 200 <= 0.99  # 95 % with a simulation error of 1.5 points


def test_patterns_and_variables_tell_planned_from_missing() -> None:
    rng = np.random.default_rng(7)
    frame = pd.DataFrame(rng.integers(1, 6, (90, 4)).astype(float), columns=["a1", "a2", "b1", "b2"])
    frame.loc[:29, ["b1", "b2"]] = np.nan
    frame.loc[85:, "a2"] = np.nan
    report = evaluate_missing(frame, scales={"A": ["a1", "a2"], "B": ["b1", "b2"]}, planned=["b1", "b2"], imputations=4)
    variables = report.variables.set_index("variable")
    assert variables.loc["b1", ["asked", "missing", "planned"]].tolist() == [60, 0, 30]
    assert variables.loc["a2", "share"] == pytest.approx(5 / 90)
    assert report.patterns["n"].tolist() == [55, 30, 5]
    assert report.patterns.loc[1, "b1"] == "planned"
    means = report.means.set_index("construct")
    assert means.loc["B", "n"] == 60
    assert means.loc["B", "complete"] == pytest.approx(frame.loc[30:, ["b1", "b2"]].mean(axis=1).mean())
    assert {f.code for f in report.findings} >= {"MEAS-142"}


def test_complete_answers_need_no_test_and_pool_to_the_plain_mean() -> None:
    frame = pd.DataFrame(np.random.default_rng(8).integers(1, 6, (40, 2)).astype(float), columns=["a", "b"])
    report = evaluate_missing(frame, scales={"A": ["a", "b"]}, imputations=3)
    score = frame.mean(axis=1)
    row = report.means.iloc[0]
    assert report.mcar is None
    assert row["estimate"] == pytest.approx(score.mean())
    assert row["std_error"] == pytest.approx(score.std() / np.sqrt(40))
    assert row["fmi"] < 0.06  # 2/(df + 3), what is left without any missing answer


def test_pattern_counts_sum_to_the_rows() -> None:
    answered = np.random.default_rng(9).random((300, 6)) < 0.8
    table = tabulate_patterns(answered, np.ones_like(answered), list("abcdef"))
    assert table["n"].sum() == 300
    assert table["n"].is_monotonic_decreasing
    assert table["share"].sum() == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("change", "options", "code"),
    [
        ({"a": np.nan, "b": np.nan}, {}, "MEAS-0"),
        ({}, {"planned": ["zz"]}, "MEAS-043"),
    ],
)
def test_faults_are_named(change: dict[str, float], options: dict[str, list[str]], code: str) -> None:
    frame = pd.DataFrame(np.random.default_rng(1).integers(1, 6, (30, 2)).astype(float), columns=["a", "b"])
    frame = frame.assign(**change)
    with pytest.raises(DataError, match=code):
        evaluate_missing(frame, scales={"A": ["a", "b"]}, **options)


def test_two_answers_are_too_few_to_impute_from() -> None:
    values = np.random.default_rng(1).normal(size=(30, 2))
    values[2:, 1] = np.nan
    with pytest.raises(DataError, match="MEAS-042"):
        list(impute(values, m=2))
