"""Every script of the gallery runs, says what it shows and leaves one picture behind."""

from __future__ import annotations

import ast
import runpy
from pathlib import Path

import pytest

GALLERY = Path(__file__).resolve().parents[4] / "docs" / "gallery"
SCRIPTS = sorted(path.name for path in GALLERY.glob("*.py"))
FIGURES = {
    "control_chart", "exclusion_flow", "htmt", "levers", "likert", "path_diagram", "priorities", "reliability",
    "reply_survival", "response_surface", "severity",
}  # fmt: skip


def test_there_is_a_script_for_every_figure() -> None:
    assert {Path(name).stem for name in SCRIPTS} == FIGURES


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_runs_as_it_stands(name, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    made = runpy.run_path(str(GALLERY / name), run_name="__main__")
    (picture,) = tmp_path.iterdir()
    assert picture.name == f"{made['figure'].id}.svg"
    assert b'role="img"' in picture.read_bytes()
    assert capsys.readouterr().out.strip() == made["figure"].alt
    assert made["figure"].stamp == "simulated data"


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_is_short_and_has_a_title(name) -> None:
    text = (GALLERY / name).read_text(encoding="utf-8")
    title, rule, *_ = (ast.get_docstring(ast.parse(text)) or "").splitlines()
    assert rule == "=" * len(title)
    assert len(text.splitlines()) <= 30
