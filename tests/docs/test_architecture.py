"""ARCHITECTURE.md says what is: its layers are the import contract's, its paths exist, its street is the library's."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
LAYERS = TEXT.partition("## The layers")[2].partition("\n## ")[0]
WHERE = TEXT.partition("## Where new code goes")[2]


def contract() -> list[str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (only,) = settings["tool"]["importlinter"]["contracts"]
    return list(only["layers"])


def test_layer_table_is_the_import_contract() -> None:
    rows = re.findall(r"^\| (`[^|]+) \|", LAYERS, re.MULTILINE)
    assert [name for row in rows for name in re.findall(r"`(\w+)`", row)] == contract()


def test_every_layer_is_there() -> None:
    there = {p.stem for p in (ROOT / "wxsat").iterdir() if p.is_dir() or p.suffix == ".py"}
    assert set(contract()) <= there


def paths_named() -> list[str]:
    """Paths in back ticks, ``{zh,en}`` written out; a path that starts within present/ is told as such."""
    named = []
    for text in re.findall(r"`([\w./{},-]+/[\w./{},-]*|\w+\.(?:py|yml|md))`", TEXT):
        braces = re.search(r"\{([^}]*)\}", text)
        options = braces.group(1).split(",") if braces else [""]
        named += [text.replace(braces.group(0), option) if braces else text for option in options]
    return named


@pytest.mark.parametrize("named", paths_named())
def test_path_exists(named: str) -> None:
    homes = (ROOT, ROOT / "wxsat", ROOT / "wxsat" / "present", ROOT / "wxsat" / "present" / "locale" / "en")
    homes = (*homes, ROOT / "wxsat" / "responses")
    assert any((home / named).exists() for home in homes)


def test_paths_are_found_in_the_text() -> None:
    assert "wxsat/responses/rules.py" in paths_named()


def test_readme_and_contributing_name_files_that_exist() -> None:
    for name in ("README.md", "CONTRIBUTING.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        links = re.findall(r"\]\(([^)#:]+)\)", text) + re.findall(
            r"`((?:wxsat|docs|surveys|analysis|tests)/[^`*<]*)`", text
        )
        assert [link for link in links if not (ROOT / link).exists()] == []


def test_make_targets_named_in_the_texts_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for name in ("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        for said in re.findall(r"`make ([a-z -]+)`", text) + re.findall(r"^make ([a-z -]+)", text, re.MULTILINE):
            assert set(said.split()) <= targets
