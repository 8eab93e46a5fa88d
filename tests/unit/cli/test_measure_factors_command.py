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
