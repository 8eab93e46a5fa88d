"""`measure factors`, `measure irt` and `measure icc` as a shell sees them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from wxsat.cli.app import app
from wxsat.errors import WxsatError


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    rng = np.random.default_rng(1)
    latent = rng.normal(size=(300, 2))
    values = np.repeat(latent, 4, axis=1) + rng.normal(size=(300, 8))
    frame = pd.DataFrame(np.digitize(values, [-1.5, -0.5, 0.5, 1.5]) + 1, columns=[f"q{k}" for k in range(8)])
    path = tmp_path / "answers.csv"
    frame.to_csv(path, index=False)
    return path


def _document(*words: str) -> dict[str, Any]:
    result = CliRunner().invoke(app, ["measure", *words, "--json"])
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


def test_factors_document_has_what_the_interface_promises(answers: Path) -> None:
    columns = ",".join(f"q{k}" for k in range(8))
    document = _document("factors", str(answers), "--columns", columns, "--parallel", "50", "--seed", "3")
    assert document["n_factors"] == 2
    assert set(document["bartlett"]) == {"chisq", "df", "pvalue"}
    assert len(document["eigenvalues"]) == len(document["loadings"]) == len(document["kmo_items"]) == 8
    assert document["parallel"]["n_components"] == 2
    assert {"item", "F1", "F2", "communality"} <= set(document["loadings"][0])
    ordinal = _document("factors", str(answers), "--columns", columns, "--correlation", "polychoric", "--parallel", "0")
    assert ordinal["parallel"] is None
    assert ordinal["kmo"] > document["kmo"]


def test_irt_document_lists_slopes_and_thresholds(answers: Path) -> None:
    (scale,) = _document("irt", str(answers), "--scale", "A=q0,q1,q2,q3")["scales"]
    assert [row["parameter"] for row in scale["parameters"][:5]] == ["a", "b", "b", "b", "b"]
    assert 0.6 < scale["marginal_reliability"] < 0.9


def test_icc_document_has_all_forms_and_retest(answers: Path) -> None:
    document = _document("icc", str(answers), "--columns", "q0,q1")
    assert [row["type"] for row in document["icc"]] == ["ICC1", "ICC2", "ICC3", "ICC1k", "ICC2k", "ICC3k"]
    assert document["retest"]["n"] == 300


def test_items_must_come_from_one_place(answers: Path) -> None:
    result = CliRunner().invoke(app, ["measure", "factors", str(answers), "--columns", "q0,q1", "--scale", "A=q2,q3"])
    assert isinstance(result.exception, WxsatError)
    assert result.exception.code == "MEAS-012"


def test_the_confirmatory_model_is_fitted_in_one_step(answers: Path) -> None:
    columns = ",".join(f"q{k}" for k in range(8))
    document = _document("factors", str(answers), "--columns", columns, "--parallel", "0", "--n-factors", "2", "--cfa")
    assert document["cfa"]["fit"]["df"] == 19
    assert sorted(p["rhs"] for p in document["cfa"]["parameters"] if p["op"] == "=~") == columns.split(",")
    shown = CliRunner().invoke(
        app, ["measure", "factors", str(answers), "--columns", columns, "--n-factors", "2", "--parallel", "0", "--cfa"]
    )
    assert "=~" in shown.stdout


def test_reliability_of_a_model_counts_correlated_errors(answers: Path, tmp_path: Path) -> None:
    model = tmp_path / "correlated.sem"
    model.write_text("A =~ q0 + q1 + q2 + q3\nq0 ~~ q1\n", encoding="utf-8")
    document = _document("reliability", str(answers), "--model", str(model))
    (row,) = document["factors"]
    assert (row["factor"], row["n_items"]) == ("A", 4)
    assert 0.6 < row["omega_implied"] < 0.9
    ordinal = _document("reliability", str(answers), "--model", str(model), "--ordered", "all")
    assert ordinal["factors"][0]["omega"] == pytest.approx(row["omega"], abs=0.05)


def test_reliability_has_two_intervals_of_alpha(answers: Path) -> None:
    (row,) = _document("reliability", str(answers), "--scale", "A=q0,q1,q2,q3", "--draws", "200")["scales"]
    assert row["alpha_boot_lower"] < row["alpha"] < row["alpha_boot_upper"]
    (bare,) = _document("reliability", str(answers), "--scale", "A=q0,q1,q2,q3", "--draws", "0")["scales"]
    assert bare["alpha_boot_lower"] is None


@pytest.mark.parametrize(
    "words", [["--scale", "A=q0,q1", "--model", "m.sem"], ["--scale", "A=q0,q1,q2", "--group", "q3"]]
)
def test_options_of_a_model_and_of_scales_do_not_mix(answers: Path, words: list[str]) -> None:
    result = CliRunner().invoke(app, ["measure", "reliability", str(answers), *words])
    assert isinstance(result.exception, WxsatError)
    assert result.exception.code == "MEAS-012"


def test_an_explored_model_is_rotated_to_a_target_from_a_file(answers: Path, tmp_path: Path) -> None:
    model, target = tmp_path / "explored.sem", tmp_path / "target.csv"
    model.write_text('efa("b")*F + efa("b")*G =~ ' + " + ".join(f"q{k}" for k in range(8)), encoding="utf-8")
    rows = [f"q{k},{'' if k < 4 else 0},{0 if k < 4 else ''}" for k in range(8)]
    target.write_text("\n".join(["item,F,G", *rows]), encoding="utf-8")
    words = ["sem", "fit", str(model), str(answers), "--rotation", "target", "--rotation-target", str(target), "--json"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    loadings = {(p["lhs"], p["rhs"]): p["std_all"] for p in document["parameters"] if p["op"] == "=~"}
    assert loadings["F", "q0"] > 0.5 > abs(loadings["F", "q7"])
    target.write_text("item,F,G\nq0,high,0\n", encoding="utf-8")
    refused = CliRunner().invoke(app, words)
    assert isinstance(refused.exception, WxsatError)
    assert refused.exception.code == "SEM-099"
