"""``responses weight``, ``estimate`` and ``rates``: JSON, files, exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from wxsat.cli.responses import app
from wxsat.errors import DataError, StudyError, UsageError

run = CliRunner().invoke
MARGINS = "margins:\n  gender: {f: 0.5, m: 0.5}\n  age: {1: 40, 2: 60}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(2)
    people = pd.DataFrame({"gender": rng.choice(["f", "m"], 200, p=[0.7, 0.3]), "age": rng.integers(1, 3, 200)})
    people["openid"] = [f"o{i:027d}" for i in range(200)]
    people["note"] = "=1+1"
    people["score"] = rng.normal(60, 10, 200).round(2)
    people["office"] = rng.integers(1, 21, 200)
    people.to_csv(tmp_path / "people.csv", index=False)
    (tmp_path / "m.yaml").write_text(MARGINS, encoding="utf-8")
    return tmp_path


def weight(folder: Path, *more: str) -> Any:
    names = [str(folder / name) for name in ("people.csv", "m.yaml", "w.csv")]
    return run(app, ["weight", names[0], "--margins", names[1], "--out", names[2], *more])


def test_weight_writes_the_promised_document_and_file(folder: Path) -> None:
    result = weight(folder, "--json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert {"weights_file", "deff", "n_effective", "iterations", "margins"} <= set(document)
    first = document["margins"][0]
    assert {"variable", "level", "target", "achieved"} <= set(first)
    assert all(abs(m["target"] - m["achieved"]) < 1e-9 for m in document["margins"])
    written = pd.read_csv(document["weights_file"])
    assert document["n_effective"] == pytest.approx(written["weight"].sum() ** 2 / (written["weight"] ** 2).sum())
    assert written.groupby("gender")["weight"].sum().to_numpy() == pytest.approx([100, 100])


def test_identifiers_are_left_out_and_formulas_defused(folder: Path) -> None:
    weight(folder)
    text = (folder / "w.csv").read_text("utf-8-sig")
    assert "o0000" not in text
    assert "'=1+1" in text


@pytest.mark.parametrize("method", ["rake", "linear", "logit"])
def test_methods_and_bounds(folder: Path, method: str) -> None:
    result = weight(folder, "--method", method, "--bounds", "0.4,2.5", "--json")
    document = json.loads(result.stdout)
    assert all(abs(m["target"] - m["achieved"]) < 1e-8 for m in document["margins"])


def test_an_existing_file_and_the_input_are_not_written_over(folder: Path) -> None:
    assert weight(folder).exit_code == 0
    assert isinstance(weight(folder).exception, UsageError)
    assert weight(folder, "--force").exit_code == 0
    people = str(folder / "people.csv")
    again = run(app, ["weight", people, "--margins", str(folder / "m.yaml"), "--out", people, "--force"])
    assert isinstance(again.exception, UsageError)


def test_exit_codes_of_bad_files_and_bad_data(folder: Path) -> None:
    (folder / "m.yaml").write_text("margins: {sex: {f: 0.5, m: 0.5}}", encoding="utf-8")
    bad_data = weight(folder).exception
    assert isinstance(bad_data, DataError)
    assert (bad_data.code, bad_data.exit_code) == ("SAMP-010", 4)
    (folder / "m.yaml").write_text("margins: {gender: {f: 0.5, m: 0.2}}", encoding="utf-8")
    bad_file = weight(folder).exception
    assert isinstance(bad_file, StudyError)
    assert (bad_file.code, bad_file.exit_code) == ("SAMP-006", 3)


def test_estimate_by_a_design_file_and_by_options_agree(folder: Path) -> None:
    (folder / "d.yaml").write_text("sampling: {type: probability, clusters: office}\n", encoding="utf-8")
    people = str(folder / "people.csv")
    asked = ["--mean", "score", "--by", "gender", "--proportion", "age", "--json"]
    file = json.loads(run(app, ["estimate", people, "--design", str(folder / "d.yaml"), *asked]).stdout)
    options = ["--sampling", "probability", "--cluster", "office"]
    assert json.loads(run(app, ["estimate", people, *options, *asked]).stdout) == file
    assert {r["statistic"] for r in file["estimates"]} == {"mean", "proportion"}
    assert file["design"]["df"] == 19
    assert all(r["std_error"] > 0 for r in file["estimates"])


def test_an_opt_in_estimate_has_no_error(folder: Path) -> None:
    result = run(app, ["estimate", str(folder / "people.csv"), "--sampling", "opt-in", "--mean", "score", "--json"])
    document = json.loads(result.stdout)
    assert document["estimates"][0]["std_error"] is None
    assert [f["code"] for f in document["findings"]] == ["SAMP-101"]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--mean", "score"], "SAMP-036"),
        (["--sampling", "probability"], "SAMP-047"),
        (["--sampling", "probability", "--difference", "score"], "SAMP-047"),
        (["--sampling", "probability", "--ratio", "score"], "SAMP-047"),
        (["--sampling", "probability", "--mean", "score", "--df", "many"], "SAMP-045"),
        (["--sampling", "probability", "--quantile", "score", "--at", "half"], "SAMP-043"),
    ],
)
def test_estimates_that_are_not_asked_for_rightly(folder: Path, options: list[str], code: str) -> None:
    error = run(app, ["estimate", str(folder / "people.csv"), *options]).exception
    assert isinstance(error, UsageError)
    assert error.code == code


def test_rates(folder: Path) -> None:
    path = folder / "c.yaml"
    path.write_text("sampling: {type: opt-in, funnel: {first_page: 100, consented: 80}}\n", encoding="utf-8")
    document = json.loads(run(app, ["rates", str(path), "--json"]).stdout)
    assert {r["rate"]: r["value"] for r in document["cherries"]["rates"]}["participation_rate"] == 0.8
    path.write_text("sampling: {type: opt-in, dispositions: {complete: 10}}\n", encoding="utf-8")
    error = run(app, ["rates", str(path)]).exception
    assert isinstance(error, StudyError)
    assert "no response rate" in str(error)
    path.write_text("sampling: {typ: opt-in}\n", encoding="utf-8")
    assert "Did you mean 'type'" in str(run(app, ["rates", str(path)]).exception)
