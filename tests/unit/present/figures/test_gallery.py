"""Every script of the gallery runs, says what it shows and leaves one picture behind."""

from __future__ import annotations

import ast
import importlib.util
import re
import runpy
import sys
from pathlib import Path

import pytest

import wxsat

GALLERY = Path(__file__).resolve().parents[4] / "docs" / "gallery"
SCRIPTS = sorted(path.name for path in GALLERY.glob("*.py"))
FIGURES = Path(wxsat.__file__).parent / "present" / "figures"
# Of several sources, waves or groups, which no short script makes.
ELSEWHERE = {"plot_sources", "plot_tracking", "plot_path_diagrams"}


def test_there_is_a_script_for_every_figure() -> None:
    drawn = {
        name for path in FIGURES.glob("*.py") for name in re.findall(r"^def (plot_\w+)", path.read_text("utf-8"), re.M)
    }
    shown = "".join((GALLERY / name).read_text("utf-8") for name in SCRIPTS)
    assert {name for name in drawn if f"{name}(" not in shown} <= ELSEWHERE


def test_the_page_has_every_script_in_both_languages() -> None:
    spec = importlib.util.spec_from_file_location("draw_gallery", GALLERY.parent / "draw_gallery.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["draw_gallery"] = module
    spec.loader.exec_module(module)
    page = module.gallery_page([module.Drawn("scree", "Scree", "What it shows.", ("eigenvalues", "特征值"))])
    assert "generated/gallery/scree.en.svg" in page
    assert ":alt: 特征值" in page
    script = 'from types import SimpleNamespace\nopen("a.svg", "w").write("<svg/>")\nfigure = SimpleNamespace(alt="x")'
    assert module.run(script, "a") == ("x", b"<svg/>")


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
