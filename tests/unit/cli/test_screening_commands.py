"""The commands check, sensitivity and missing: documents, folders, refusals."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import wxsat as wx
from wxsat.cli.measure import app as measure
from wxsat.cli.responses import app as responses
from wxsat.errors import UsageError, WxsatError
from wxsat.responses.save import write_responses

RUNNER = CliRunner()
INSTRUMENT = ["--instrument", "gov-wechat-public"]


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Path:
    instrument = wx.load_instrument("gov-wechat-public")
    simulated = wx.simulate_responses(instrument, Path(str(instrument.folder)) / "truth.yaml", n=160, seed=3)
    file = tmp_path_factory.mktemp("survey") / "answers.csv"
    write_responses(simulated, file)
    return file


def test_check_lists_flags_and_never_writes_over_the_answers(survey: Path, tmp_path: Path) -> None:
    result = RUNNER.invoke(responses, ["check", str(survey), *INSTRUMENT, "--json"])
    records = json.loads(result.stdout)["checks"]
    assert {"id", "rule", "subject", "value", "threshold", "action", "leaves"} == set(records[0])
    assert all(r["action"] in ("check", "exclude") for r in records)
    refused = RUNNER.invoke(responses, ["check", str(survey), *INSTRUMENT, "--out", str(survey), "--force"])
    assert isinstance(refused.exception, UsageError)
    assert refused.exception.code == "RESP-064"


def test_sensitivity_writes_one_folder_and_refuses_a_second_time(survey: Path, tmp_path: Path) -> None:
    out = tmp_path / "sensitivity"
    plan = tmp_path / "plan.yaml"
    plan.write_text("longstring: false\nirv: false\nidentical_answers: false\n", encoding="utf-8")
    command = ["sensitivity", str(survey), *INSTRUMENT, "--plan", str(plan), "--out", str(out), "--figure", "mean:SAT"]
    result = RUNNER.invoke(responses, [*command, "--json"])
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert {"specifications", "figures", "summary", "findings"} == set(document)
    assert sum(s["chosen"] for s in document["specifications"]) == 1
    written = {p.name for p in out.iterdir()}
    assert {"specifications.csv", "figures.csv", "summary.zh.csv", "run.json"} <= written
    assert (out / "specification-mean-SAT.zh.png").read_bytes()[:4] == b"\x89PNG"
    again = RUNNER.invoke(responses, command)
    assert isinstance(again.exception, UsageError)
    assert again.exception.code == "RESP-092"
    assert RUNNER.invoke(responses, [*command, "--force"]).exit_code == 0


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--path", "SAT~PU"], "RESP-091"),
        (["--model", "tamm"], "RESP-094"),
        (["--out", "folder", "--figure", "mean:ZZ"], "RESP-093"),
    ],
)
def test_what_is_not_there_is_named(survey: Path, tmp_path: Path, options: list[str], code: str) -> None:
    options = [str(tmp_path / o) if o == "folder" else o for o in options]
    result = RUNNER.invoke(responses, ["sensitivity", str(survey), *INSTRUMENT, *options])
    assert isinstance(result.exception, WxsatError)
    assert result.exception.code == code
    assert not (tmp_path / "folder").exists()


def test_missing_prints_one_document_and_draws_the_map(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(rng.integers(1, 8, (120, 4)), columns=["a1", "a2", "b1", "b2"]).astype("Float64")
    frame = frame.mask(rng.random(frame.shape) < 0.08)
    frame["a1"] = frame["a1"].fillna(4)  # a row without any answer would not be read
    frame.loc[:40, ["b1", "b2"]] = pd.NA
    file = tmp_path / "answers.csv"
    frame.to_csv(file, index=False)
    command = ["missing", str(file), "--scale", "A=a1,a2", "--scale", "B=b1,b2", "--planned", "b1,b2"]
    command += ["--imputations", "4", "--out", str(tmp_path / "out")]
    result = RUNNER.invoke(measure, [*command, "--json"])
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert {"variables", "patterns", "mcar", "means", "findings", "settings"} == set(document)
    assert [v["planned"] for v in document["variables"]][:2] == [0, 0]
    # Somebody who left both blank counts as not asked either.
    assert document["variables"][2]["planned"] == int(frame[["b1", "b2"]].isna().all(axis=1).sum())
    assert document["mcar"]["n_groups"] == 2
    assert (tmp_path / "out" / "missing-map.en.svg").exists()
    assert "pooled.zh.csv" in {p.name for p in (tmp_path / "out").iterdir()}
