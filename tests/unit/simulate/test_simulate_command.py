"""`wxsat simulate`: the file, the note on stderr, one JSON document on stdout."""

from __future__ import annotations

import json
from pathlib import Path

import typer
from typer.testing import CliRunner

from wxsat.cli.simulate import simulate
from wxsat.errors import StudyError, UsageError

TRUTH = Path(__file__).resolve().parents[3] / "surveys/gov-wechat-public/truth.yaml"
APP = typer.Typer()
APP.command()(simulate)


def _run(*arguments: object):
    return CliRunner().invoke(APP, [str(argument) for argument in arguments])


def test_writes_the_file_and_says_that_it_is_made_up(tmp_path):
    path = tmp_path / "answers.csv"
    result = _run(TRUTH, "--n", 40, "--seed", 3, "--out", path)
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "simulated" in result.stderr
    assert len(path.read_text(encoding="utf-8-sig").splitlines()) == 41


def test_json_alone_on_stdout(tmp_path):
    result = _run(TRUTH, "--n", 40, "--form", "brief", "--out", tmp_path / "a.xlsx", "--json")
    document = json.loads(result.stdout)
    assert document["provenance"]["simulated"] is True
    assert document["provenance"]["form"] == "brief"
    assert "SATG" in document["columns"]


def test_a_truth_without_an_instrument_asks_for_one(tmp_path):
    path = tmp_path / "t.yaml"
    path.write_text(TRUTH.read_text(encoding="utf-8").replace("instrument: gov-wechat-public\n", ""), encoding="utf-8")
    refused = _run(path, "--n", 40, "--out", tmp_path / "a.csv")
    assert isinstance(refused.exception, UsageError)
    assert refused.exception.code == "SIM-012"
    assert _run(path, "--n", 40, "--out", tmp_path / "a.csv", "--instrument", "gov-wechat-public").exit_code == 0


def test_faults_propagate_with_their_code(tmp_path):
    result = _run(tmp_path / "none.yaml", "--out", tmp_path / "a.csv")
    assert isinstance(result.exception, StudyError)
    assert list(tmp_path.iterdir()) == []
