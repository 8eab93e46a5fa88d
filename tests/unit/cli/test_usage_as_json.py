"""A command line that makes no sense is an error in JSON too, where JSON was asked for."""

from __future__ import annotations

import json

import pytest

from wxsat.cli.app import main


@pytest.mark.parametrize(
    "line",
    ["audit", "audit logs.yaml --draws 5", "audit logs.yaml --no-such-option", "no-such-command", "panel x --weight y"],
)
def test_usage_faults_are_json_on_stderr(line, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["wxsat", *line.split(), "--json"])
    with pytest.raises(SystemExit) as ended:
        main()
    out, err = capsys.readouterr()
    assert (ended.value.code, out) == (2, "")
    assert json.loads(err)["error"]["code"] == "CLI-002"


def test_without_it_they_are_told_in_words(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["wxsat", "audit"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "Missing argument" in capsys.readouterr().err


def test_errors_and_their_exit_codes_stay(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["wxsat", "audit", "nowhere.yaml", "--json"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 3
    assert json.loads(capsys.readouterr().err)["error"]["code"] == "LOG-001"
