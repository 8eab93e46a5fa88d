"""The README's commands and its program run as they stand there."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
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


def prepare(folder: Path, answers: Path) -> None:
    for name in ("answers.csv", "answers.sav"):
        shutil.copy(answers / name, folder)


def test_own_study(tmp_path: Path, answers: Path, reader_environment: Mapping[str, str]) -> None:
    prepare(tmp_path, answers)
    done = run(["bash", "-e", "-c", block("Your own study", "")], tmp_path, reader_environment)
    assert done.returncode in (0, 6), done.stderr
    report = tmp_path / "my-study" / "report"
    said = README.partition("## Your own study")[2].partition("\n## ")[0]
    for name in re.findall(r"`(report\.html|tables/|figures/|numbers\.json|run\.json|log\.txt)`", said):
        assert (report / name).exists(), name
    again = run(["wxsat", "report", "my-study/report", "--to", "docx"], tmp_path, reader_environment)
    assert again.returncode == 0, again.stderr


def test_piece_by_piece(tmp_path: Path, answers: Path, reader_environment: Mapping[str, str]) -> None:
    prepare(tmp_path, answers)
    run(["bash", "-e", "-c", "wxsat new my-study; cp answers.csv my-study/data/"], tmp_path, reader_environment)
    for line in block("Piece by piece", "").splitlines():
        if line.strip():
            done = run(["bash", "-e", "-c", line], tmp_path, reader_environment)
            assert done.returncode in (0, 6), f"{line}\n{done.stderr}"


def test_library(tmp_path: Path, answers: Path, reader_environment: Mapping[str, str]) -> None:
    prepare(tmp_path, answers)
    done = run([sys.executable, "-c", block("Piece by piece", "python")], tmp_path, reader_environment)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "report.html").stat().st_size > 10_000


def run(command: list[str], folder: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
