"""Draw every figure of the gallery in both languages and write the page that shows them.

A script that lies in ``docs/gallery`` is in the gallery: its docstring is the title and the text, its ``figure`` the
picture. The Chinese picture comes from the same script with ``language="zh"``. The page and the pictures land in
``docs/reference/generated`` (not kept in the repository).
"""

from __future__ import annotations

import ast
import contextlib
import io
import os
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = ROOT / "docs" / "gallery"
OUT = ROOT / "docs" / "reference" / "generated"
ENGLISH = ('language="en"', 'stamp="simulated data"')
CHINESE = ('language="zh"', 'stamp="模拟数据"')


@dataclass(frozen=True)
class Drawn:
    """One figure of the gallery: its script, what is said of it, and the alternative texts of its two pictures."""

    script: str
    title: str
    text: str
    alts: tuple[str, str]


def main() -> None:
    sys.path.insert(0, str(ROOT))
    (OUT / "gallery").mkdir(parents=True, exist_ok=True)
    names = sorted(path.stem for path in SCRIPTS.glob("*.py"))
    with ProcessPoolExecutor(max_workers=min(2, os.cpu_count() or 1)) as pool:
        drawn = list(pool.map(draw, names))
    (OUT / "gallery.md").write_text(gallery_page(drawn), encoding="utf-8")


def draw(name: str) -> Drawn:
    """Run one script twice, English and Chinese, and keep the pictures."""
    sys.path.insert(0, str(ROOT))
    text = (SCRIPTS / f"{name}.py").read_text(encoding="utf-8")
    title, _, rest = (ast.get_docstring(ast.parse(text)) or name).partition("\n")
    said = " ".join(line for line in rest.splitlines() if line.strip("= ")).strip()
    alts = []
    for language, words in (("en", ENGLISH), ("zh", CHINESE)):
        for old, new in zip(ENGLISH, words, strict=True):
            text = text.replace(old, new)
        alt, picture = run(text, name)
        (OUT / "gallery" / f"{name}.{language}.svg").write_bytes(picture)
        alts.append(alt)
    return Drawn(name, title, said, (alts[0], alts[1]))


def run(text: str, name: str) -> tuple[str, bytes]:
    """Run a script in a folder of its own; return what its figure says and the picture that it wrote."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()):
        made: dict[str, object] = {"__name__": "__main__"}
        exec(compile(text, f"{name}.py", "exec"), made)  # our own scripts, shown beside their pictures
        (picture,) = Path(folder).glob("*.svg")
        return str(getattr(made["figure"], "alt", "")), picture.read_bytes()


def gallery_page(drawn: list[Drawn]) -> str:
    """Return the page: title, text, both pictures and the script of every figure."""
    lines: list[str] = []
    for one in drawn:
        lines += [f"## {one.title}", "", one.text, ""]
        for language, alt in zip(("en", "zh"), one.alts, strict=True):
            lines += [
                f"```{{image}} generated/gallery/{one.script}.{language}.svg",
                f":alt: {_one_line(alt)}",
                "```",
                "",
            ]
        lines += [f"```{{literalinclude}} ../gallery/{one.script}.py", ":language: python", "```", ""]
    return "\n".join(lines)


def _one_line(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    main()
