"""The README's commands run as they stand there, and its program is one of the documentation's."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(heading: str, language: str) -> str:
    """Return the first code block of a language below a heading."""
    below = README.partition(f"## {heading}\n")[2]
    found = re.search(rf"^```{language}\n(.+?)^```", below, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found.group(1)


def test_own_study_writes_what_the_text_says(finished_run: Path) -> None:
    report = finished_run / "my-study" / "report"
    said = README.partition("## Your own study")[2].partition("\n## ")[0]
    names = re.findall(r"`(report\.html|tables/|figures/|numbers\.json|run\.json|log\.txt)`", said)
    assert len(names) == 6
    assert [name for name in names if not (report / name).exists()] == []


def test_piece_by_piece(
    tmp_path: Path, answers: Path, finished_run: Path, reader_environment: Mapping[str, str]
) -> None:
    for name in ("answers.csv", "answers.sav"):
        shutil.copy(answers / name, tmp_path)
    shutil.copytree(finished_run / "my-study", tmp_path / "my-study")
    for line in block("Piece by piece", "").splitlines():
        if line.strip():
            done = subprocess.run(
                ["bash", "-e", "-c", line],
                cwd=tmp_path,
                env=reader_environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode in (0, 6), f"{line}\n{done.stderr}"


def test_program_is_the_one_that_is_run() -> None:
    assert block("Piece by piece", "python") == (ROOT / "docs" / "snippets" / "first_program.py").read_text("utf-8")
