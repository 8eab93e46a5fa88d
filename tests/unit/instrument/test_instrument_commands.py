"""`wxsat instrument`: what stands on stdout, exit codes, and files written or kept."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from wxsat.cli.instrument import app
from wxsat.errors import InstrumentError, UsageError

run = CliRunner().invoke


def test_list():
    result = run(app, ["list"])
    assert result.exit_code == 0
    assert "gov-wechat-public" in result.stdout
    (record,) = [r for r in json.loads(run(app, ["list", "--json"]).stdout) if r["id"] == "gov-wechat-public"]
    assert record["forms"]["full"] > record["forms"]["standard"] > record["forms"]["brief"] > 0


def test_show_is_readable_and_json_is_complete():
    text = run(app, ["show", "gov-wechat-public", "--form", "brief", "--lang", "en"]).stdout
    assert "LDR2  R" in text
    assert "PU2" not in text
    record = json.loads(run(app, ["show", "gov-wechat-public", "--form", "brief", "--json"]).stdout)
    assert record["instrument"]["id"] == "gov-wechat-public"
    assert len(record["sha256"]) == 64
    assert {c["id"]: c["items"] for c in record["constructs"]}["SAT"] == ["SAT1", "SAT2", "SAT3"]


def test_check_of_a_sound_one():
    result = run(app, ["check", "gov-wechat-public", "--json"])
    assert result.exit_code == 0
    record = json.loads(result.stdout)
    assert (record["ok"], record["faults"]) == (True, [])
    assert all(warning["line"] for warning in record["warnings"])


def test_check_prints_every_fault_and_exits_3(tmp_path):
    items = "\n".join(f"      - {{id: a{i}, key: x, text: {{zh: 题{i}}}}}" for i in range(15))
    path = tmp_path / "broken.yaml"
    path.write_text(
        "instrument: {id: toy, version: 1, languages: [zh], default_scale: s}\n"
        "scales: {s: {min: 1, max: 5}}\n"
        f"constructs:\n  - id: A\n    name: {{zh: 甲}}\n    items:\n{items}\n",
        encoding="utf-8",
    )
    result = run(app, ["check", str(path)])
    assert result.exit_code == 3
    assert result.stdout.count("[INST-013]") == 15
    for line in range(7, 22):
        assert f"{path}:{line}: " in result.stdout
    assert "15 faults" in result.stdout
    faults = json.loads(run(app, ["check", str(path), "--json"]).stdout)["faults"]
    assert [fault["line"] for fault in faults] == list(range(7, 22))


def test_no_such_instrument_is_an_instrument_error():
    result = run(app, ["check", "nowhere.yaml"])
    assert isinstance(result.exception, InstrumentError)
    assert result.exception.exit_code == 3


def test_schema_to_stdout_and_to_a_file(tmp_path):
    printed = run(app, ["schema"]).stdout
    path = tmp_path / "instrument.schema.json"
    assert run(app, ["schema", "--out", str(path)]).exit_code == 0
    assert json.loads(printed) == json.loads(path.read_text(encoding="utf-8"))
    assert isinstance(run(app, ["schema", "--out", str(path)]).exception, UsageError)
    assert run(app, ["schema", "--out", str(path), "--force"]).exit_code == 0


@pytest.mark.parametrize("to", ["markdown", "docx", "codebook-csv", "codebook-xlsx"])
def test_export_writes_the_file_and_nothing_on_stdout(tmp_path, to):
    path = tmp_path / "file"
    arguments = [
        "export",
        "gov-wechat-public",
        "--to",
        to,
        "--out",
        str(path),
        "--form",
        "brief",
        "--lang",
        "both",
    ]
    result = run(app, arguments)
    assert (result.exit_code, result.stdout) == (0, "")
    assert path.stat().st_size > 1000
    again = run(app, arguments)
    assert again.exception.code == "OUT-014"
    assert run(app, [*arguments, "--force"]).exit_code == 0


def test_unknown_options_are_usage_errors(tmp_path):
    out = str(tmp_path / "x")
    assert run(app, ["export", "gov-wechat-public", "--to", "pdf", "--out", out]).exit_code == 2
    assert run(app, ["show", "gov-wechat-public", "--form", "short"]).exit_code == 2
