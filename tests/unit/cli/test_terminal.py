"""A terminal gets no escape code where NO_COLOR is set; looked for on a real pseudo-terminal."""

from __future__ import annotations

import os
import pty
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
ESCAPE = b"\x1b"


def on_a_terminal(arguments: tuple[str, ...], **extra: str) -> bytes:
    """Return what the command writes to a terminal, both streams."""
    child, terminal = pty.fork()
    if child == 0:
        environment = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR")}
        environment |= {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "TERM": "xterm-256color", **extra}
        os.execve(sys.executable, [sys.executable, "-m", "wxsat.cli.app", *arguments], environment)
    written = b""
    try:
        while piece := os.read(terminal, 65536):
            written += piece
    except OSError:  # Linux says so when the other end is closed
        pass
    os.waitpid(child, 0)
    os.close(terminal)
    return written


@pytest.mark.parametrize("arguments", [("--help",), ("instrumnt",), ("power", "--rmsea", "--df", "24")])
def test_no_color_leaves_no_escape_code(arguments: tuple[str, ...]) -> None:
    plain = on_a_terminal(arguments, NO_COLOR="1")
    assert plain
    assert ESCAPE not in plain
    assert ESCAPE in on_a_terminal(arguments)
