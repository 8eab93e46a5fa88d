"""Every code block of the documentation is a file in ``docs/snippets``: each is run and prints what the pages show.

``WXSAT_UPDATE_DOCS=1`` writes the shown outputs anew; read the difference before you keep it. Regions are set off by
``# [name]`` and ``# [/name]``; the output of region ``name`` of ``x.py`` lies in ``outputs/x.name.txt``.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
SNIPPETS = DOCS / "snippets"
OUTPUTS = SNIPPETS / "outputs"
NEEDS_RUN = {"cite_table.sh", "figure_sizes.sh", "render_again.sh", "run_study.py"}
REGION = re.compile(r"^# \[(\w+)\]$", re.MULTILINE)
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
# Another machine's linear algebra may turn the last digit of a rounded figure, no more.
LAST_DIGITS = 1.5
# Figures shown at full precision come from an iteration that ends at a gradient of 1e-9.
SAME_FIGURE = 1e-6

SCRIPTS = sorted(p.name for p in SNIPPETS.iterdir() if p.suffix in (".py", ".sh"))
PAGES = sorted(p for p in DOCS.rglob("*.md") if "_build" not in p.parts and "generated" not in p.parts)


def marked(path: Path) -> str:
    """Return a script that prints ``@@name`` where region `name` begins."""
    text = path.read_text(encoding="utf-8")
    say = 'print("@@{}", flush=True)' if path.suffix == ".py" else 'echo "@@{}"'
    return REGION.sub(lambda found: say.format(found.group(1)), text)


def sections(printed: str) -> dict[str, str]:
    """Return what each region printed; what comes before the first one is called ``all``."""
    pieces = re.split(r"^@@(\w+)$\n?", printed, flags=re.MULTILINE)
    found = {"all": pieces[0], **dict(zip(pieces[1::2], pieces[2::2], strict=True))}
    return {name: tidy(text) for name, text in found.items() if text.strip()}


def tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines()) + "\n"


def same_but_for_last_digits(shown: str, printed: str) -> bool:
    """Whether two texts agree in every word, and in every number to one unit of its last decimal."""
    words = [re.sub(r"\s+", " ", NUMBER.sub("#", text)) for text in (shown, printed)]
    if words[0] != words[1]:
        return False
    pairs = zip(NUMBER.findall(shown), NUMBER.findall(printed), strict=True)
    return all(a == b or _close(a, b) for a, b in pairs)


def _close(shown: str, printed: str) -> bool:
    decimals = len(shown.partition(".")[2])
    allowed = max(LAST_DIGITS * 10.0**-decimals, SAME_FIGURE * abs(float(shown)))
    return decimals > 0 and abs(float(shown) - float(printed)) < allowed


def run_snippet(name: str, folder: Path, environment: Mapping[str, str]) -> str:
    source = SNIPPETS / name
    copy = folder / f"snippet{source.suffix}"
    copy.write_text(marked(source), encoding="utf-8")
    command = [sys.executable, copy.name] if source.suffix == ".py" else ["bash", "-e", copy.name]
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode in ((0, 6) if source.suffix == ".sh" else (0,)), done.stdout
    return done.stdout.replace(f"{folder}{os.sep}", "")


@pytest.mark.parametrize("name", SCRIPTS)
def test_snippet_runs_and_prints_what_the_pages_show(
    name: str, tmp_path: Path, answers: Path, reader_environment: Mapping[str, str], request: pytest.FixtureRequest
) -> None:
    for folder in (answers, SNIPPETS):
        for file in folder.iterdir():
            if file.suffix in (".csv", ".sav", ".yaml", ".sem"):
                shutil.copy(file, tmp_path)
    if name in NEEDS_RUN:
        shutil.copytree(request.getfixturevalue("finished_run") / "my-study", tmp_path / "my-study")
    printed = sections(run_snippet(name, tmp_path, reader_environment))
    stem = Path(name).with_suffix("").name if name.endswith(".py") else name
    if os.environ.get("WXSAT_UPDATE_DOCS"):
        OUTPUTS.mkdir(exist_ok=True)
        for region, text in printed.items():
            (OUTPUTS / f"{stem}.{region}.txt").write_text(text, encoding="utf-8")
        return
    for region, text in printed.items():
        shown = OUTPUTS / f"{stem}.{region}.txt"
        if shown.exists():
            assert same_but_for_last_digits(shown.read_text(encoding="utf-8"), text), f"{shown.name}:\n{text}"


def test_every_code_block_of_a_page_is_a_snippet() -> None:
    """Python and shell blocks are included, never typed into a page."""
    typed = re.compile(r"^```(?:python|bash|sh|shell|console|yaml)\s*$", re.MULTILINE)
    assert [str(p.relative_to(DOCS)) for p in PAGES if typed.search(p.read_text(encoding="utf-8"))] == []


def included() -> set[Path]:
    found = set()
    for page in PAGES:
        for target in re.findall(r"^```\{literalinclude\} (\S+)", page.read_text(encoding="utf-8"), re.MULTILINE):
            found.add((page.parent / target).resolve())
    return found


def test_every_snippet_and_output_is_shown_somewhere() -> None:
    files = {p.resolve() for p in SNIPPETS.rglob("*") if p.is_file() and "__pycache__" not in p.parts}
    assert sorted(p.name for p in files - included()) == []


def test_every_included_file_exists() -> None:
    assert sorted(p.name for p in included() if not p.exists()) == []


def test_shown_output_may_differ_in_the_last_digit_only() -> None:
    assert same_but_for_last_digits("S 57.53  n 3\n", "S 57.54 n 3\n")
    assert not same_but_for_last_digits("S 57.53\n", "S 57.56\n")
    assert not same_but_for_last_digits("n 3\n", "n 4\n")
    assert not same_but_for_last_digits("severe\n", "not severe\n")
