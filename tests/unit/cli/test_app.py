"""The command itself: version, help, exit codes of errors, JSON errors on stderr."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from wxsat import __version__

ROOT = Path(__file__).resolve().parents[3]


def wxsat(*arguments: str) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "-m", "wxsat.cli.app", *arguments]
    here = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    return subprocess.run(call, env=here, capture_output=True, text=True, encoding="utf-8", check=False)


def test_version() -> None:
    assert wxsat("--version").stdout == f"wxsat {__version__}\n"


def test_help_names_every_command() -> None:
    shown = wxsat("--help").stdout
    for name in ("demo", "new", "run", "diagnose", "report", "simulate", "instrument", "responses", "measure", "sem"):
        assert name in shown


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("run",), 2, "Missing argument"),
        (("rnu", "x"), 2, "rnu"),
        (("run", "nowhere/study.yaml"), 3, "STUDY-001"),
        (("instrument", "show", "gov-wechat-pubic"), 3, "Did you mean 'gov-wechat-public'"),
        (("measure", "reliability", "nowhere.csv", "--scale", "A=a,b"), 4, "nowhere.csv"),
        (("report", "."), 3, "STUDY-043"),
    ],
)
def test_errors_have_their_exit_code_and_no_traceback(arguments: tuple[str, ...], code: int, words: str) -> None:
    done = wxsat(*arguments)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_json_errors() -> None:
    done = wxsat("diagnose", "nowhere", "--json")
    error = json.loads(done.stderr)["error"]
    assert set(error) >= {"code", "message", "where", "hint"}
    assert done.returncode == 3
