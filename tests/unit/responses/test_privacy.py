"""Planted identifiers: recognised by name and by shape, and found in no output of a whole run."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import wxsat as wx
from wxsat.cli.app import app
from wxsat.errors import DataError
from wxsat.instrument.load import load_instrument
from wxsat.responses.identifiers import identifier_kind, looks_identifying
from wxsat.responses.inspection import inspect_file
from wxsat.responses.key import load_key
from wxsat.responses.read import read_responses
from wxsat.responses.save import write_responses
from wxsat.simulate.respondents import simulate_export

INSTRUMENT = load_instrument("gov-wechat-public")
TRUTH = Path(__file__).resolve().parents[3] / "surveys/gov-wechat-public/truth.yaml"
N = 160
PLANTED = {
    "openid": [f"oPLANT{i:022d}"[:28] for i in range(N)],
    "unionid": [f"oUNION{i:022d}"[:28] for i in range(N)],
    "联系电话": [f"138{i:08d}" for i in range(N)],
    "身份证号": [f"11010119900101{i:03d}X" for i in range(N)],
    "来自IP": [f"198.51.100.{i}" for i in range(N)],
    "设备号": [f"PLANTEDDEVICE{i}" for i in range(N)],
    "姓名": [f"欧阳植入{i}" for i in range(N)],
    "昵称": [f"昵称植入{i}" for i in range(N)],
    "定位": [f"39.9042{i:03d}, 116.4074{i:03d}" for i in range(N)],
    "x1": [f"139{i:08d}" for i in range(N)],
    "x2": [f"planted{i}@example.org" for i in range(N)],
    "x3": [f"31.2304{i:03d},121.4737{i:03d}" for i in range(N)],
}
SIGNS = re.compile(
    r"oPLANT0|oUNION0|13[89]00000|11010119900101|198\.51\.100\.|PLANTEDDEVICE|植入|39\.9042|31\.2304|planted\d"
)


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    frame = simulate_export(INSTRUMENT, TRUTH, N, seed=3, form="brief").drop(columns=["simulated", "device"])
    path = tmp_path_factory.mktemp("private") / "answers.csv"
    pd.concat([frame, pd.DataFrame(PLANTED)], axis=1).to_csv(path, index=False, encoding="utf-8-sig")
    return path


def texts_of(path: Path) -> str:
    if path.suffix in (".xlsx", ".docx", ".zip"):
        with zipfile.ZipFile(path) as archive:
            return path.name + "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    return path.name + path.read_bytes().decode("utf-8", "replace")


def test_inspect_names_every_one_of_them(answers: Path) -> None:
    found = {i["column"]: i["kind"] for i in inspect_file(answers)["identifiers"]}
    assert set(found) == set(PLANTED)
    expected = {"联系电话": "phone", "x1": "phone", "x2": "email", "来自IP": "ip", "定位": "location", "x3": "location"}
    assert {column: found[column] for column in expected} == expected
    assert not SIGNS.search(json.dumps(inspect_file(answers), ensure_ascii=False))


def test_no_output_of_a_whole_run_holds_one(tmp_path: Path, answers: Path) -> None:
    study = tmp_path / "study.yaml"
    study.write_text(
        "id: trial\ntitle: {zh: 试, en: Trial}\ninstrument: gov-wechat-public\n"
        f"data:\n  files: [{json.dumps(str(answers))}]\n",
        encoding="utf-8",
    )
    out = tmp_path / "run"
    wx.run_study(study, out=out)
    written = [p for p in out.rglob("*") if p.is_file()]
    assert len(written) > 5
    assert [p.name for p in written if SIGNS.search(texts_of(p))] == []


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".sav", ".dta"])
def test_no_coded_file_and_no_message_holds_one(tmp_path: Path, answers: Path, suffix: str) -> None:
    target = tmp_path / f"coded{suffix}"
    key = tmp_path / "study.key"
    called = [
        "responses",
        "read",
        str(answers),
        "-i",
        "gov-wechat-public",
        "--key",
        str(key),
        "--out",
        str(target),
        "--json",
    ]
    result = CliRunner().invoke(app, called)
    assert result.exit_code == 0, result.output
    assert not SIGNS.search(texts_of(target))
    assert not SIGNS.search(result.output)
    assert "person" in texts_of(target) or suffix == ".xlsx"


def test_the_key_knows_a_person_again_and_another_key_does_not(tmp_path: Path, answers: Path) -> None:
    first = read_responses(answers, INSTRUMENT, key=tmp_path / "a.key")
    again = read_responses(answers, INSTRUMENT, key=tmp_path / "a.key")
    other = read_responses(answers, INSTRUMENT, key=tmp_path / "b.key")
    assert first.paradata["fingerprint"].equals(again.paradata["fingerprint"])
    assert not set(first.paradata["fingerprint"]) & set(other.paradata["fingerprint"])
    assert (tmp_path / "a.key").stat().st_mode & 0o077 == 0
    write_responses(first, tmp_path / "a.csv")
    assert pd.read_csv(tmp_path / "a.csv")["person"].nunique() == N
    write_responses(read_responses(answers, INSTRUMENT), tmp_path / "c.csv")
    assert "person" not in pd.read_csv(tmp_path / "c.csv").columns


def test_a_file_that_is_no_key_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(DataError, match="RESP-079"):
        load_key(path)
    assert path.read_text(encoding="utf-8") == "mine"


def test_answers_are_not_identifiers() -> None:
    for name, cells in (
        ("PU1", ["5", "6"] * 20),
        ("年龄", [str(20 + i) for i in range(40)]),
        ("机型ip68", ["是", "否"] * 9),
    ):
        assert identifier_kind(name, cells) is None
    assert not any(map(looks_identifying, ["98", "非常同意", "3000-3499元", "2024-03-04 08:00:00", "110000", "3.5"]))
