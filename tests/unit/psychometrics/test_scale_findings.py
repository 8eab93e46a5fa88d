"""Each convention fires where it should and stays silent where it should not."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pandas as pd
import pytest

from wxsat.finding import Finding
from wxsat.psychometrics.scales import ScaleQuality, evaluate_scales
from wxsat.psychometrics.validity import discriminant_findings

N = 300


def _construct(seed: int, loadings: list[float], factor: np.ndarray | None = None) -> np.ndarray:
    rng = np.random.default_rng(seed)
    eta = rng.normal(size=N) if factor is None else factor
    return np.column_stack([lam * eta + np.sqrt(1 - lam**2) * rng.normal(size=N) for lam in loadings])


def _frame(values: np.ndarray, prefix: str = "a") -> pd.DataFrame:
    return pd.DataFrame(values, columns=[f"{prefix}{j + 1}" for j in range(values.shape[1])])


def _evaluate(frame: pd.DataFrame, **kwargs: object) -> ScaleQuality:
    scales: dict[str, list[str]] = {}
    for column in frame.columns:
        scales.setdefault(column[0].upper(), []).append(column)
    return evaluate_scales(frame, scales=scales, draws=0, **kwargs)  # type: ignore[arg-type]


def _codes(quality: ScaleQuality) -> dict[str, Finding]:
    return {finding.code: finding for finding in quality.findings}


def test_a_good_scale_has_no_findings() -> None:
    assert _evaluate(_frame(_construct(1, [0.8, 0.8, 0.8, 0.8]))).findings == ()


def test_weak_items_lower_alpha_omega_ave_and_loading() -> None:
    found = _codes(_evaluate(_frame(_construct(2, [0.7, 0.6, 0.2, 0.5]))))
    assert {"MEAS-101", "MEAS-103", "MEAS-104", "MEAS-114"} <= set(found)
    assert found["MEAS-104"].subject == "a3"
    assert found["MEAS-101"].evidence["alpha"] < 0.7


def test_redundant_items_are_noted() -> None:
    assert _codes(_evaluate(_frame(_construct(3, [0.98] * 4))))["MEAS-102"].severity == "note"


def test_missed_reverse_key_is_named_by_item() -> None:
    values = _construct(4, [0.8] * 4)
    values[:, 1] *= -1
    found = _codes(_evaluate(_frame(values)))
    assert found["MEAS-105"].subject == "a2"
    assert found["MEAS-105"].evidence["item_rest"] < 0


def test_constant_item_refuses_its_construct_and_leaves_the_others() -> None:
    frame = _frame(_construct(5, [0.8] * 3)).assign(a2=4.0)
    frame = frame.join(_frame(_construct(6, [0.8] * 3), "b"))
    quality = _evaluate(frame)
    assert _codes(quality)["MEAS-106"].severity == "refusal"
    assert quality.refused
    rows = quality.reliability.set_index("construct")
    assert np.isnan(rows.loc["A", "alpha"])
    assert rows.loc["B", "alpha"] > 0.7
    assert quality.items.set_index("item").loc["a2", "mean"] == 4.0


def test_copied_column_refuses_even_between_constructs_and_with_holes() -> None:
    frame = _frame(_construct(7, [0.8] * 3)).join(_frame(_construct(8, [0.8] * 3), "b"))
    frame["b3"] = frame["a1"]
    frame.loc[:20, "b3"] = np.nan
    finding = _codes(_evaluate(frame))["MEAS-107"]
    assert (finding.severity, finding.evidence["a"], finding.evidence["b"]) == ("refusal", "a1", "b3")
    assert finding.evidence["n"] == N - 21


def test_strong_but_different_items_are_not_called_copies() -> None:
    assert "MEAS-107" not in _codes(_evaluate(_frame(_construct(9, [0.999] * 3))))


def test_empty_item_and_too_few_rows_are_refused_by_name() -> None:
    frame = _frame(_construct(10, [0.8] * 3))
    assert _codes(_evaluate(frame.assign(a3=np.nan)))["MEAS-116"].subject == "a3"
    found = _codes(_evaluate(frame.head(4)))["MEAS-117"]
    assert (found.evidence["n"], found.evidence["needed"]) == (4, 5)


def test_single_item_and_two_items_are_noted_not_hidden() -> None:
    frame = _frame(_construct(11, [0.8] * 2)).join(_frame(_construct(12, [0.8]), "b"))
    quality = _evaluate(frame)
    assert {"MEAS-108", "MEAS-111"} <= set(_codes(quality))
    assert quality.reliability["construct"].tolist() == ["A"]
    assert quality.items["construct"].tolist() == ["A", "A", "B"]


def test_heywood_case_is_named() -> None:
    target = np.array([[1, 0.9, 0.8], [0.9, 1, 0.6], [0.8, 0.6, 1]])
    raw = np.random.default_rng(13).normal(size=(N, 3))
    white = np.linalg.solve(np.linalg.cholesky(np.cov(raw.T)), (raw - raw.mean(axis=0)).T).T
    finding = _codes(_evaluate(_frame(white @ np.linalg.cholesky(target).T)))["MEAS-109"]
    assert finding.subject == "a1"
    assert finding.evidence["error"] == pytest.approx(1 - 0.9 * 0.8 / 0.6)


def test_contradicting_items_have_no_omega_and_it_is_said() -> None:
    target = np.array([[1, 0.5, 0.5], [0.5, 1, -0.3], [0.5, -0.3, 1]])
    raw = np.random.default_rng(14).normal(size=(N, 3))
    white = np.linalg.solve(np.linalg.cholesky(np.cov(raw.T)), (raw - raw.mean(axis=0)).T).T
    quality = _evaluate(_frame(white @ np.linalg.cholesky(target).T))
    assert "MEAS-110" in _codes(quality)
    assert np.isnan(quality.reliability["omega"].iloc[0])
    assert np.isfinite(quality.reliability["alpha"].iloc[0])


def test_items_that_cancel_out_have_no_alpha_and_it_is_said() -> None:
    column = np.arange(N, dtype=float)
    quality = _evaluate(_frame(np.column_stack([column, -column])))
    assert {"MEAS-118", "MEAS-107"} <= set(_codes(quality))
    assert np.isnan(quality.reliability["alpha"].iloc[0])


def test_constructs_that_nobody_answered_together_have_no_htmt_and_it_is_said() -> None:
    frame = _frame(_construct(26, [0.8] * 3)).join(_frame(_construct(27, [0.8] * 3), "b"))
    frame.loc[: N // 2 - 1, ["a1", "a2", "a3"]] = np.nan
    frame.loc[N // 2 :, ["b1", "b2", "b3"]] = np.nan
    quality = _evaluate(frame)
    assert "MEAS-125" in _codes(quality)
    json.dumps(quality.to_dict(), allow_nan=False)
    assert quality.to_dict()["htmt"][0]["htmt"] is None


def test_two_names_for_one_construct_are_not_distinct() -> None:
    eta = np.random.default_rng(15).normal(size=N)
    frame = _frame(_construct(16, [0.8] * 3, eta)).join(_frame(_construct(17, [0.8] * 3, eta), "b"))
    quality = evaluate_scales(frame, scales={"A": ["a1", "a2", "a3"], "B": ["b1", "b2", "b3"]}, draws=200, seed=3)
    assert {"MEAS-120", "MEAS-123", "MEAS-124"} <= set(_codes(quality))
    assert quality.fornell_larcker["distinct"].tolist() == [False]


def test_many_incomplete_rows_are_noted() -> None:
    frame = _frame(_construct(18, [0.8] * 3))
    frame.loc[:99, "a1"] = np.nan
    assert _codes(_evaluate(frame))["MEAS-115"].evidence == {"n": 200, "n_asked": 300}


def test_few_clusters_are_noted() -> None:
    frame = _frame(_construct(19, [0.8] * 3)).join(_frame(_construct(20, [0.8] * 3), "b"))
    frame["account"] = np.arange(N) % 5
    scales = {"A": ["a1", "a2", "a3"], "B": ["b1", "b2", "b3"]}
    assert "MEAS-122" in _codes(evaluate_scales(frame, scales=scales, draws=20, cluster="account"))


@pytest.mark.parametrize(
    ("htmt", "predictors", "refused"),
    [
        (0.90, {"SAT": ["PU", "EOU"]}, True),
        (0.8999, {"SAT": ["PU", "EOU"]}, False),
        (0.95, {"SAT": ["PU"], "CI": ["EOU"]}, False),
        (0.95, {"SAT": ["EOU", "X", "PU"], "CI": ["PU", "EOU"]}, True),
    ],
)
def test_only_shared_outcomes_are_refused(htmt: float, predictors: dict[str, list[str]], refused: bool) -> None:
    pairs = pd.DataFrame({"a": ["PU"], "b": ["EOU"], "htmt": [htmt]})
    found = discriminant_findings(pairs, predictors)
    assert [finding.severity for finding in found] == (["refusal"] if refused else [])


def test_same_seed_same_numbers_and_results_pickle() -> None:
    frame = _frame(_construct(21, [0.8] * 3)).join(_frame(_construct(22, [0.8] * 3), "b"))
    scales = {"A": ["a1", "a2", "a3"], "B": ["b1", "b2", "b3"]}
    first, again, other = (evaluate_scales(frame, scales=scales, draws=50, seed=s) for s in (1, 1, 2))
    pd.testing.assert_frame_equal(first.htmt, again.htmt)
    assert first.htmt["ci_lower"].iloc[0] != other.htmt["ci_lower"].iloc[0]
    assert pickle.loads(pickle.dumps(first)).to_dict() == first.to_dict()


def test_every_figure_has_its_formula() -> None:
    quality = _evaluate(_frame(_construct(23, [0.8] * 3)).join(_frame(_construct(24, [0.8] * 3), "b")))
    labels = {"construct", "item", "reversed", "n_items", "a", "b"}
    frames = (quality.items, quality.reliability, quality.htmt, quality.fornell_larcker)
    assert {c for frame in frames for c in frame.columns} - labels <= set(quality.formulas)


def test_figures_do_not_depend_on_the_unit_of_the_items() -> None:
    frame = _frame(_construct(25, [0.9, 0.7, 0.5, 0.6]))
    plain, scaled = _evaluate(frame), _evaluate(frame * 250 + 1000)
    columns = ["alpha", "alpha_std", "omega", "cr", "ave", "mean_r"]
    np.testing.assert_allclose(scaled.reliability[columns], plain.reliability[columns], rtol=1e-9)
