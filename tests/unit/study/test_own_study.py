"""A study of one's own, as a new user runs it: `wxsat new`, a file of answers, `wxsat run`; and what goes wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import wxsat as wx
from wxsat.errors import StudyError
from wxsat.simulate.respondents import simulate_export
from wxsat.simulate.truth import load_truth
from wxsat.study.run import run_study
from wxsat.study.scaffold import scaffold_study

Command = Callable[..., "subprocess.CompletedProcess[str]"]
N = 260
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def wxsat(tmp_path_factory: pytest.TempPathFactory) -> Command:
    """Run the command line in its own process, in another folder."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        call = [sys.executable, "-m", "wxsat.cli.app", *map(str, arguments)]
        here = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
        return subprocess.run(
            call, cwd=elsewhere, env=here, capture_output=True, text=True, encoding="utf-8", check=False
        )

    return run


@pytest.fixture(scope="session")
def export() -> pd.DataFrame:
    """Raw answers as a platform would give them, in Chinese labels."""
    instrument = wx.load_instrument("gov-wechat-public")
    assert instrument.folder is not None
    truth = load_truth(instrument.folder / "truth.yaml")
    return simulate_export(instrument, truth, n=N, seed=3, form="standard", accounts=10, labels="zh")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    scaffold_study(folder, "gov-wechat-public", "standard")
    study = folder / "study.yaml"
    text = study.read_text(encoding="utf-8").replace("# diagnosis: {target: 20}", "diagnosis: {draws: 200}")
    study.write_text(text + "measurement: {htmt_draws: 50}\n", encoding="utf-8")
    return folder


def test_answers_in_gb18030(own: Path, export: pd.DataFrame, wxsat: Command) -> None:
    export.to_csv(own / "data" / "answers.csv", index=False, encoding="gb18030")
    done = wxsat("run", own, "--lang", "en")
    assert done.returncode in (0, 6), done.stderr
    assert done.stdout.strip().endswith("report.html")
    numbers = {n["id"]: n["value"] for n in json.loads((own / "report" / "numbers.json").read_text(encoding="utf-8"))}
    assert numbers["sample.read"] == N
    assert "Simulated data" in (own / "report" / "report.html").read_text(encoding="utf-8")
    again = wxsat("run", own)
    assert again.returncode == 2
    assert "STUDY-030" in again.stderr


def test_csv_and_sav_give_the_same_numbers(own: Path, export: pd.DataFrame, tmp_path: Path) -> None:
    # A coded file carries no fingerprint, so nobody may be a duplicate here.
    anonymous = export.drop(columns="device")
    anonymous.to_csv(own / "data" / "answers.csv", index=False, encoding="gb18030")
    from_csv = run_study(own).content
    instrument = wx.load_instrument("gov-wechat-public")
    raw = wx.read_responses(own / "data" / "answers.csv", instrument)
    from wxsat.responses.save import write_responses

    write_responses(raw, own / "data" / "answers.sav")
    study = own / "study.yaml"
    study.write_text(study.read_text(encoding="utf-8").replace("answers.csv", "answers.sav"), encoding="utf-8")
    from_sav = run_study(own).content
    assert from_csv.diagnosis is not None
    assert from_sav.diagnosis is not None
    pd.testing.assert_frame_equal(from_csv.scales.reliability, from_sav.scales.reliability)


def test_a_platform_is_named_in_the_study_and_its_export_is_read(own: Path, wxsat: Command) -> None:
    answers, study = own / "data" / "answers.csv", own / "study.yaml"
    truth = ROOT / "surveys" / "gov-wechat-public" / "truth.yaml"
    made = wxsat("simulate", truth, "--n", N, "--seed", 3, "--platform", "wjx-text", "--out", answers)
    assert made.returncode == 0, made.stderr
    text = study.read_text(encoding="utf-8")
    study.write_text(text.replace("data:\n", "data:\n  platform: wjx\n", 1), encoding="utf-8")
    done = wxsat("run", study, "--out", own / "report")
    assert done.returncode in (0, 6), done.stderr
    study.write_text(text.replace("data:\n", "data:\n  platform: wjxx\n", 1), encoding="utf-8")
    refused = wxsat("run", study, "--out", own / "other")
    assert refused.returncode == 3
    assert "Did you mean 'wjx'" in refused.stderr


def _with(frame: pd.DataFrame, **columns: object) -> pd.DataFrame:
    return frame.assign(**columns)


SPOILT: dict[str, tuple[Callable[[pd.DataFrame], pd.DataFrame | str], int, str]] = {
    "an unknown label": (lambda f: _with(f, PU1=["很好吧", *f["PU1"].iloc[1:]]), 4, "很好吧"),
    "an empty file": (lambda f: "", 4, "empty"),
    "a header only": (lambda f: f.iloc[:0], 4, "RESP-"),
    "a column twice": (lambda f: pd.concat([f, f[["PU1"]]], axis=1), 4, "PU1"),
    "another survey": (lambda f: pd.DataFrame({"q1": [1, 2, 3], "q2": ["a", "b", "c"]}), 4, "RESP-"),
    "an out-of-range code": (lambda f: _with(f, PU2=[9, *f["PU2"].iloc[1:]]), 4, "PU2"),
}


@pytest.mark.parametrize("case", SPOILT)
def test_spoilt_answers_stop_with_a_name_and_leave_nothing(
    own: Path, export: pd.DataFrame, wxsat: Command, case: str
) -> None:
    spoil, code, words = SPOILT[case]
    spoilt = spoil(export)
    target = own / "data" / "answers.csv"
    if isinstance(spoilt, str):
        target.write_text(spoilt, encoding="utf-8")
    else:
        spoilt.to_csv(target, index=False, encoding="utf-8")
    done = wxsat("run", own)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not (own / "report").exists()
    assert not list(own.glob(".report-*"))


def test_a_constant_item_is_refused_but_reported(own: Path, export: pd.DataFrame, wxsat: Command) -> None:
    _with(export, PU1="同意").to_csv(own / "data" / "answers.csv", index=False, encoding="utf-8")
    done = wxsat("run", own)
    assert done.returncode in (4, 6), done.stderr
    assert "PU1" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_typo_in_the_study(own: Path, wxsat: Command) -> None:
    study = own / "study.yaml"
    study.write_text(study.read_text(encoding="utf-8").replace("models:", "modles:"), encoding="utf-8")
    done = wxsat("run", own, "--dry-run")
    assert done.returncode == 3
    assert "Did you mean 'models'" in done.stderr


def test_errors_as_json(own: Path, wxsat: Command) -> None:
    done = wxsat("diagnose", own, "--json")
    assert done.returncode == 3
    error = json.loads(done.stderr)["error"]
    assert error["code"] == "STUDY-021"
    assert done.stdout == ""


def test_answers_of_another_form_are_told_apart(own: Path, export: pd.DataFrame) -> None:
    export.to_csv(own / "data" / "answers.csv", index=False, encoding="utf-8")
    study = own / "study.yaml"
    text = study.read_text(encoding="utf-8").replace("form: standard", "form: full")
    study.write_text(text.replace("models: [tam]", "models: [dilemmas]"), encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        run_study(own, own / "report")
    assert caught.value.code == "STUDY-026"
    assert "EOU4" in caught.value.message
    assert "write `form: standard`" in caught.value.hint
    assert not (own / "report").exists()


def test_identifiers_never_reach_an_output(own: Path, export: pd.DataFrame) -> None:
    secrets = {
        "openid": [f"oSECRET{i:05d}abcdefghijkl" for i in range(N)],
        "手机号": [f"139{i:08d}" for i in range(N)],
        "来自IP": [f"10.7.{i // 250}.{i % 250}" for i in range(N)],
        "姓名": [f"张伟{i}号" for i in range(N)],
    }
    export.assign(**secrets).to_csv(own / "data" / "answers.csv", index=False, encoding="utf-8")
    run_study(own, own / "report", languages=["zh"])
    for path in (own / "report").rglob("*"):
        if path.is_file() and path.suffix in {".json", ".html", ".csv", ".txt", ".svg"}:
            text = path.read_text(encoding="utf-8")
            assert "oSECRET" not in text, path.name
            assert "13900000007" not in text, path.name
            assert "10.7.0." not in text, path.name
            assert "张伟" not in text, path.name


def test_one_account_is_a_study_without_groups(own: Path, export: pd.DataFrame) -> None:
    export.assign(account="only").to_csv(own / "data" / "answers.csv", index=False)
    diagnosis = run_study(own).content.diagnosis
    assert diagnosis is not None
    assert diagnosis.settings["cluster"]["value"] is None
    assert "DIAG-101" in {finding.code for finding in diagnosis.findings}


def test_too_few_answers_for_the_model_leave_everything_else(own: Path, export: pd.DataFrame) -> None:
    """With 9 respondents a model of 12 items cannot be fitted: said, refused, and the rest is still reported."""
    export.head(9).to_csv(own / "data" / "answers.csv", index=False)
    outcome = run_study(own)
    assert outcome.refused
    (model,) = outcome.content.models
    assert (model.result, model.failure_code) == (None, "SEM-044")
    assert {"STUDY-101", "DIAG-104"} <= {finding.code for finding in outcome.content.findings}


def test_an_item_that_is_not_in_the_file_stops_the_study(own: Path, export: pd.DataFrame, wxsat: Command) -> None:
    export.drop(columns="PU2").to_csv(own / "data" / "answers.csv", index=False)
    done = wxsat("run", own)
    assert done.returncode in (3, 4), done.stderr
    assert "PU2" in done.stderr
    assert not (own / "report").exists()
