"""wxsat pls: one JSON document on stdout, messages on stderr, exit codes."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from wxsat.cli.pls import app
from wxsat.errors import DataError, ModelError, UsageError

runner = CliRunner()


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pls")
    rng = np.random.default_rng(1)
    a = rng.normal(size=(200, 1))
    c = 0.6 * a + 0.8 * rng.normal(size=(200, 1))
    items = np.hstack([a + 0.5 * rng.normal(size=(200, 3)), c + 0.5 * rng.normal(size=(200, 3))])
    frame = pd.DataFrame(items, columns=["a1", "a2", "a3", "c1", "c2", "c3"])
    frame["g"] = np.where(rng.random(200) < 0.5, "x", "y")
    frame.to_csv(folder / "d.csv", index=False)
    twins = frame.assign(a1=rng.normal(size=200), a2=rng.normal(size=200))
    twins.loc[frame["g"] == "x", "a1"] = -frame["c1"]
    twins.loc[frame["g"] == "y", "a2"] = frame["c1"]
    twins.to_csv(folder / "unlike.csv", index=False)
    (folder / "m.sem").write_text("A =~ a1 + a2 + a3\nC =~ c1 + c2 + c3\nC ~ A\n", encoding="utf-8")
    (folder / "u.sem").write_text("A <~ a1 + a2\nC =~ c1 + c2 + c3\nC ~ A\n", encoding="utf-8")
    (folder / "bad.sem").write_text("A =~ a1 + a2\nC =~ 1*c1 + c2\nC ~ A\nA ~~ C\n", encoding="utf-8")
    return folder


def run(files, command, model, data, *options):
    return runner.invoke(app, [command, str(files / model), str(files / data), *options])


def test_fit_json_has_what_the_interface_promises(files):
    done = run(files, "fit", "m.sem", "d.csv", "--draws", "100", "--json")
    assert done.exit_code == 0
    document = json.loads(done.stdout)
    assert document["paths"][0].keys() >= {"from", "to", "estimate", "std_error", "ci_lower", "ci_upper", "f2", "total"}
    assert document["reliability"][0].keys() >= {"construct", "alpha", "rho_a", "cr", "ave"}
    assert document.keys() >= {"loadings", "weights", "r2", "findings", "settings"}
    assert document["paths"][0]["ci_lower"] < document["paths"][0]["estimate"] < document["paths"][0]["ci_upper"]
    assert "PLS-103" in done.stderr
    assert run(files, "fit", "m.sem", "d.csv", "--draws", "100", "--json").stdout == done.stdout


def test_readable_output(files):
    done = run(files, "fit", "m.sem", "d.csv", "--draws", "0")
    assert done.exit_code == 0
    for words in ("Paths (standardised)", "Weights", "Reliability", "HTMT"):
        assert words in done.stdout
    assert "std_error" not in done.stdout


@pytest.mark.parametrize("command", ["predict", "beside"])
def test_other_commands_print_one_document(files, command):
    done = run(files, command, "m.sem", "d.csv", "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["findings"] is not None


def test_groups_that_have_other_composites_exit_6_with_their_numbers(files):
    done = run(files, "mga", "u.sem", "unlike.csv", "--group", "g", "--draws", "200", "--json")
    assert done.exit_code == 6
    document = json.loads(done.stdout)
    assert "PLS-136" in {finding["code"] for finding in document["findings"]}
    same = run(files, "mga", "m.sem", "d.csv", "--group", "g", "--draws", "100")
    assert same.exit_code == 0
    assert "Differences of paths" in same.stdout


def test_faults_are_errors_of_ours_all_at_once(files):
    done = run(files, "fit", "bad.sem", "d.csv")
    assert isinstance(done.exception, ModelError)
    assert {fault.code for fault in done.exception.faults} >= {"PLS-001", "PLS-002"}
    for command, options, kind, code in (
        ("mga", (), UsageError, "PLS-026"),
        ("mga", ("--group", "h"), DataError, "PLS-014"),
        ("mga", ("--group", "a1"), DataError, "PLS-014"),
        ("predict", ("--folds", "1"), UsageError, "PLS-027"),
        ("predict", ("--omission", "10"), UsageError, "PLS-027"),
        ("fit", ("--min", "1"), UsageError, "PLS-024"),
        ("fit", ("--form", "full"), UsageError, "PLS-026"),
    ):
        found = run(files, command, "m.sem", "d.csv", *options).exception
        assert isinstance(found, kind)
        assert found.code == code
    assert run(files, "beside", "u.sem", "d.csv").exception.code == "PLS-029"


def test_out_writes_tables_figures_and_the_record(files, tmp_path):
    out = tmp_path / "out"
    options = ("--draws", "50", "--min", "-6", "--max", "6", "--target", "C", "--out", str(out), "--json")
    done = run(files, "fit", "m.sem", "d.csv", *options)
    assert done.exit_code == 0
    document = json.loads(done.stdout)
    names = {path.name for path in out.iterdir()}
    for language in ("zh", "en"):
        assert {f"tables.{language}.xlsx", f"tables.{language}.docx", f"composite_fit.{language}.csv"} <= names
        assert {f"composite-path.{language}.svg", f"ipma.{language}.png"} <= names
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert record["paths"] == document["paths"]
    assert record["command"] == "pls fit"
    table = pd.read_csv(out / "composite_paths.en.csv")
    assert table["estimate"].iloc[0] == pytest.approx(document["paths"][0]["estimate"], abs=1e-12)
    again = run(files, "fit", "m.sem", "d.csv", *options)
    assert isinstance(again.exception, UsageError)
    assert again.exception.code == "PLS-033"
    assert run(files, "fit", "m.sem", "d.csv", *options, "--force").exit_code == 0


@pytest.mark.parametrize(
    ("command", "options", "tables"),
    [
        ("predict", ("--repeats", "1"), ("composite_prediction", "composite_cvpat", "composite_q2")),
        ("mga", ("--group", "g", "--draws", "50"), ("composite_micom", "composite_differences")),
        ("beside", ("--draws", "50"), ("side_by_side", "side_by_side_r2", "side_by_side_why")),
    ],
)
def test_out_of_the_other_commands(files, tmp_path, command, options, tables):
    assert run(files, command, "m.sem", "d.csv", *options, "--out", str(tmp_path / "o")).exit_code == 0
    names = {path.name for path in (tmp_path / "o").iterdir()}
    assert {f"{table}.{language}.csv" for table in tables for language in ("zh", "en")} <= names


def test_hi95_is_in_the_document(files):
    document = json.loads(run(files, "fit", "m.sem", "d.csv", "--draws", "50", "--json").stdout)
    for row in document["model_fit"]:
        assert row["srmr_hi95"] > 0
        assert row["d_g_hi95"] > 0
    without = json.loads(run(files, "fit", "m.sem", "d.csv", "--draws", "0", "--json").stdout)
    assert without["model_fit"][0]["srmr_hi95"] is None
