"""What starting costs: which modules are loaded, not the clock; and whether the public names are all there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HEAVY = frozenset(
    {
        "numpy", "scipy", "pandas", "matplotlib", "seaborn", "statsmodels", "semopy", "pingouin", "docx",
        "xlsxwriter", "pyreadstat", "python_calamine",
    }
)  # fmt: skip
REPORT = """
import atexit, json, sys
atexit.register(lambda: print(json.dumps(sorted({n.partition('.')[0] for n in sys.modules})), file=sys.stderr))
"""
COMMAND = (
    "import sys, runpy; sys.argv = ['wxsat', *{arguments!r}]; runpy.run_module('wxsat.cli.app', run_name='__main__')"
)


def loaded_by(code: str, folder: Path) -> set[str]:
    """Run code in a fresh interpreter and return the top-level modules that were loaded when it ended."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-c", REPORT + code],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment,
        cwd=folder,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stderr.strip().splitlines()[-1]))


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["run", "--help"],
        ["sem", "--help"],
        ["responses", "--help"],
        ["instrument", "list"],
        ["instrument", "check", "gov-wechat-public"],
        ["instrument", "show", "gov-wechat-public"],
        ["instrument", "schema"],
        ["new", "study"],
    ],
    ids=" ".join,
)
def test_command_loads_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    assert loaded_by(COMMAND.format(arguments=arguments), tmp_path) & HEAVY == set()


def test_package_loads_nothing_heavy(tmp_path: Path) -> None:
    assert loaded_by("import wxsat", tmp_path) & (HEAVY | {"pydantic", "typer", "yaml"}) == set()


def test_loading_an_instrument_loads_nothing_heavy(tmp_path: Path) -> None:
    assert loaded_by("import wxsat; wxsat.load_instrument('gov-wechat-public')", tmp_path) & HEAVY == set()


def test_fitting_room_loads_no_engine_before_it_fits(tmp_path: Path) -> None:
    assert loaded_by("import wxsat.sem.fit", tmp_path) & (HEAVY - {"numpy"}) == set()


def test_measuring_room_loads_no_pingouin_before_it_measures(tmp_path: Path) -> None:
    assert loaded_by("import wxsat.psychometrics.scales", tmp_path) & (HEAVY - {"numpy", "pandas"}) == set()


def test_a_heavy_import_would_be_seen(tmp_path: Path) -> None:
    assert "numpy" in loaded_by("import numpy", tmp_path)


def test_public_names_resolve_to_what_they_name() -> None:
    import wxsat

    for name in wxsat.__all__:
        found = getattr(wxsat, name)
        assert name == "__version__" or found.__name__ == name


def test_no_private_name_is_public() -> None:
    import wxsat

    assert dir(wxsat) == sorted(wxsat.__all__)
    assert [name for name in wxsat.__all__ if name.startswith("_")] == ["__version__"]


def test_unknown_name_is_told_with_the_known_ones() -> None:
    import wxsat

    with pytest.raises(AttributeError, match=r"no attribute 'fitsem'.*fit_sem"):
        wxsat.fitsem  # noqa: B018
