"""A folder of simulated answers and a finished run, made once, for the documentation's code to work on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
N_RESPONDENTS = 400


@pytest.fixture(scope="session")
def reader_environment(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """The environment of a reader's shell: ``wxsat`` and ``python`` are this interpreter's."""
    commands = tmp_path_factory.mktemp("bin")
    for name, call in (("wxsat", f'"{sys.executable}" -m wxsat.cli.app'), ("python", f'"{sys.executable}"')):
        script = commands / name
        script.write_text(f'#!/bin/sh\nexec {call} "$@"\n', encoding="utf-8")
        script.chmod(0o755)
    return {
        **os.environ,
        "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "PYTHONIOENCODING": "utf-8",
        "PYTHONWARNINGS": "ignore",
        "OMP_NUM_THREADS": "1",
        "COLUMNS": "200",
        "LC_ALL": "C.UTF-8",
    }


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder that one of the parallel workers makes and all use."""
    root = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent
    done, failed = root / name, root / f"{name}-failed"
    try:
        part = root / f"{name}-being-made"
        part.mkdir()
    except FileExistsError:
        while not (done.exists() or failed.exists()):
            time.sleep(0.2)
        assert not failed.exists(), f"{name} could not be made; the other worker says why"
        return done
    try:
        make(part)
    except BaseException:
        failed.touch()
        raise
    shutil.copytree(part, root / f"{name}-whole")
    (root / f"{name}-whole").rename(done)
    return done


@pytest.fixture(scope="session")
def answers(tmp_path_factory: pytest.TempPathFactory, reader_environment: Mapping[str, str]) -> Path:
    """A folder with the same simulated answers as codes (CSV, SAV) and as Chinese labels (CSV)."""
    import wxsat

    home = wxsat.load_instrument("gov-wechat-public").folder
    assert home is not None

    def make(folder: Path) -> None:
        for file, options in (("answers.csv", []), ("answers.sav", []), ("labels.csv", ["--labels", "zh"])):
            command = [
                "wxsat",
                "simulate",
                str(home / "truth.yaml"),
                "--n",
                str(N_RESPONDENTS),
                "--out",
                file,
                *options,
            ]
            subprocess.run(command, cwd=folder, env=reader_environment, check=True, capture_output=True)

    return once(tmp_path_factory, "answers", make)


@pytest.fixture(scope="session")
def finished_run(
    tmp_path_factory: pytest.TempPathFactory, answers: Path, reader_environment: Mapping[str, str]
) -> Path:
    """A folder in which the README's commands for a study of one's own were run: ``my-study`` with its ``report``."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = re.search(r"^## Your own study\n.*?^```\n(.+?)^```", readme, re.MULTILINE | re.DOTALL)
    assert commands is not None

    def make(folder: Path) -> None:
        shutil.copy(answers / "answers.csv", folder)
        done = subprocess.run(
            ["bash", "-e", "-c", commands.group(1)],
            cwd=folder,
            env=reader_environment,
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode in (0, 6), done.stderr

    return once(tmp_path_factory, "finished", make)
