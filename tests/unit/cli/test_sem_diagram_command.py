"""`wxsat sem diagram`: pictures to files, text to stdout, one file a group, faults before anything is fitted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from wxsat.cli.sem import app
from wxsat.errors import UsageError

runner = CliRunner()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import semopy.examples.holzinger39 as holzinger

    found = tmp_path_factory.mktemp("diagram")
    holzinger.get_data().to_csv(found / "hs.csv", index=False)
    (found / "m.sem").write_text("visual =~ x1+x2+x3\nspeed =~ x7+x8+x9\nspeed ~ visual\n", encoding="utf-8")
    return found


def diagram(folder: Path, *options: str) -> Any:
    return runner.invoke(app, ["diagram", str(folder / "m.sem"), str(folder / "hs.csv"), *options])


@pytest.mark.parametrize(
    ("to", "start"), [("dot", "digraph model {"), ("mermaid", "flowchart LR"), ("tikz", "% needs"), ("TeX", "% needs")]
)
def test_text_goes_to_stdout_alone(folder: Path, to: str, start: str) -> None:
    done = diagram(folder, "--to", to)
    assert done.exit_code == 0
    assert done.stdout.startswith(start)
    assert "visual" in done.stdout
    assert "SEM-" not in done.stdout


@pytest.mark.parametrize(("suffix", "start"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_the_suffix_says_what_picture(folder: Path, tmp_path: Path, suffix: str, start: bytes) -> None:
    target = tmp_path / f"path.{suffix}"
    done = diagram(folder, "--out", str(target), "--figure-size", "slide", "--intervals", "--unstandardised")
    assert done.stdout.strip() == str(target)
    assert target.read_bytes().startswith(start)


def test_groups_have_a_file_each_or_the_one_asked_for(folder: Path, tmp_path: Path) -> None:
    done = diagram(folder, "--group", "school", "--out", str(tmp_path / "m.mmd"))
    assert [Path(line).name for line in done.stdout.split()] == ["m-g1.mmd", "m-g2.mmd"]
    one, two = ((tmp_path / f"m-g{g}.mmd").read_text(encoding="utf-8") for g in (1, 2))
    assert one != two
    assert diagram(folder, "--group", "school", "--show-group", "Pasteur", "--to", "mmd").stdout in (one, two)


def test_what_exists_is_kept_and_wrong_words_are_refused(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "a.svg"
    target.write_text("mine", encoding="utf-8")
    for options, code in (
        (["--out", str(target)], "OUT-012"),
        (["--to", "png"], "OUT-044"),
        (["--to", "visio"], "OUT-045"),
        (["--out", str(tmp_path / "b.svg"), "--figure-size", "a3"], "OUT-041"),
        (["--to", "dot", "--group", "school", "--show-group", "x"], "OUT-043"),
        (["--to", "dot", "--lang", "fr"], "CLI-001"),
    ):
        fault = diagram(folder, *options).exception
        assert isinstance(fault, UsageError)
        assert fault.code == code
    assert target.read_text(encoding="utf-8") == "mine"
    assert diagram(folder, "--out", str(target), "--force").exit_code == 0
    assert target.read_text(encoding="utf-8") != "mine"
