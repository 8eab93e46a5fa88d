"""``power``, ``measure method-bias``, ``validity``, ``content`` and ``experiment``: documents, figures, refusals."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from wxsat.cli.app import app
from wxsat.errors import InterpretationRefused, ModelError, UsageError

run = CliRunner().invoke
ANSWERS = str(Path(__file__).parents[2] / "golden" / "method_bias" / "marker_answers.csv")
SCALES = [part for name in "ABC" for part in ("--scale", f"{name}={name}1,{name}2,{name}3")]
TEXT = "y ~ .3*x\nx ~~ 1*x\n"


@pytest.fixture
def population(tmp_path: Path) -> str:
    file = tmp_path / "p.sem"
    file.write_text(TEXT, encoding="utf-8")
    return str(file)


def test_power_prints_one_document(population: str, tmp_path: Path) -> None:
    figure = tmp_path / "power.svg"
    options = ["power", population, "--standardised", "--n", "60,120", "--replicates", "64", "--json"]
    result = run(app, [*options, "--figure", str(figure), "--lang", "en"])
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert [row["n"] for row in document["models"]] == [60, 120]
    assert {row["name"] for row in document["parameters"]} >= {"y~x"}
    assert "Power over the number of respondents" in figure.read_text(encoding="utf-8")
    assert isinstance(run(app, [*options, "--figure", str(figure)]).exception, UsageError)


def test_power_of_the_test_of_fit() -> None:
    document = json.loads(run(app, ["power", "--rmsea", "--df", "100", "--json"]).stdout)
    assert document["rmsea"][0]["n"] == 132


@pytest.mark.parametrize(
    "options", [[], ["--n", "10:5"], ["--n", "a"], ["--target", "0.8", "--n", "50"], ["--n", "60", "--resume"]]
)
def test_plans_without_meaning_are_usage_errors(population: str, options: list[str]) -> None:
    assert isinstance(run(app, ["power", population, "--standardised", *options]).exception, UsageError)


def test_a_population_with_holes_is_a_model_error(population: str) -> None:
    result = run(app, ["power", population, "--n", "60"])
    assert isinstance(result.exception, ModelError)
    assert result.exception.exit_code == 3


def test_method_bias_and_validity_documents() -> None:
    bias = json.loads(
        run(app, ["measure", "method-bias", ANSWERS, *SCALES, "--marker", "MK1,MK2,MK3", "--json"]).stdout
    )
    assert bias["retained"] == "method_c"
    validity = ["measure", "validity", ANSWERS, *SCALES, "--criterion", "MK1", "--draws", "20", "--json"]
    document = json.loads(run(app, validity).stdout)
    assert set(document) >= {"htmt", "fornell_larcker", "htmt_tests", "cross_loadings", "collinearity", "criterion"}
    assert {"a", "b", "htmt", "htmt2", "ci_lower", "ci_upper"} <= set(document["htmt"][0])


def test_content_document(tmp_path: Path) -> None:
    pd.DataFrame({"who": [1, 2, 3], "q1": [4, 4, 2]}).to_csv(tmp_path / "r.csv", index=False)
    document = json.loads(
        run(app, ["measure", "content", str(tmp_path / "r.csv"), "--leave-out", "who", "--json"]).stdout
    )
    assert document["items"][0]["i_cvi"] == pytest.approx(2 / 3)


def test_a_list_experiment_with_a_design_effect_is_refused(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    t = rng.integers(0, 2, 800)
    y = np.where(t == 1, rng.binomial(3, 0.3, 800), rng.binomial(3, 0.5, 800))
    pd.DataFrame({"count": y, "t": t}).to_csv(tmp_path / "l.csv", index=False)
    options = ["measure", "experiment", "list", str(tmp_path / "l.csv"), "--count", "count", "--group", "t"]
    result = run(app, [*options, "--statements", "3", "--json"])
    assert isinstance(result.exception, InterpretationRefused)
    assert json.loads(result.stdout)["design_effects"]["p_value"] < 0.05


def test_sizes_may_come_one_by_one(population: str) -> None:
    options = ["power", population, "--standardised", "--replicates", "4", "--json"]
    apart = run(app, [*options, "--n", "100", "--n", "150,100"])
    together = run(app, [*options, "--n", "100,150"])
    assert apart.exit_code == 0, apart.stderr
    assert apart.stdout == together.stdout


def test_a_parameter_that_is_not_in_the_model_is_named(population: str) -> None:
    options = ["power", population, "--standardised", "--replicates", "4", "--n", "100", "--parameter"]
    assert run(app, [*options, "y~x"]).exit_code == 0
    fault = run(app, [*options, "y~z"]).exception
    assert isinstance(fault, UsageError)
    assert "Did you mean 'y~x'" in str(fault)


def test_clusters_without_an_icc_are_refused(population: str) -> None:
    options = [
        "power",
        population,
        "--standardised",
        "--replicates",
        "4",
        "--n",
        "60",
        "--cluster-size",
        "10",
        "--json",
    ]
    fault = run(app, options).exception
    assert isinstance(fault, UsageError)
    assert fault.code == "MEAS-080"
    assert "without an ICC" in str(fault)
    said = run(app, [*options, "--icc", "0"])
    assert said.exit_code == 0, said.output
    closed = run(app, ["power", "--rmsea", "--df", "20", "--n", "100", "--cluster-size", "10"]).exception
    assert isinstance(closed, UsageError)
    assert "clusters" in str(closed)
