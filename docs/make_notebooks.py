"""Executed notebooks from plain Python files, without a kernel: cells are run in one namespace and their results kept.

A source in ``docs/notebooks/*.py`` is divided by ``# %%`` (code) and ``# %% [markdown]`` (comment lines). The last
expression of a code cell is shown as Jupyter shows it: its ``_repr_html_`` where it has one, else its ``repr``; what it
prints is kept too. No date, no path and no count of a session is written, so the same sources give the same notebook.

Run: ``python docs/make_notebooks.py`` (part of ``make docs``); writes ``docs/notebooks/*.ipynb``.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import os
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent / "notebooks"
LONGEST_REPR = 1500
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def cells_of(source: str) -> list[tuple[str, str]]:
    """Return kind and text of every cell of a source."""
    cells = []
    for part in source.split("# %%")[1:]:
        heading, _, body = part.partition("\n")
        if heading.strip() == "[markdown]":
            lines = [line.removeprefix("#").removeprefix(" ") for line in body.strip().splitlines()]
            cells.append(("markdown", "\n".join(lines)))
        else:
            cells.append(("code", body.strip()))
    return cells


def run_cell(code: str, names: dict[str, Any]) -> list[dict[str, Any]]:
    """Run a cell and return its outputs: what it printed, and what its last expression shows."""
    body = ast.parse(code).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    printed, shown = io.StringIO(), None
    with contextlib.redirect_stdout(printed):
        exec(compile(ast.Module(body, []), "<cell>", "exec"), names)
        if isinstance(last, ast.Expr):
            shown = eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)
    outputs: list[dict[str, Any]] = []
    if printed.getvalue():
        outputs.append({"name": "stdout", "output_type": "stream", "text": lines_of(printed.getvalue())})
    if shown is not None:
        html = getattr(shown, "_repr_html_", lambda: None)()
        plain = repr(shown)
        # Beside its page a result's whole repr would be the larger part of the file.
        data = {
            "text/plain": lines_of(plain if html is None or len(plain) < LONGEST_REPR else f"<{type(shown).__name__}>")
        }
        if html is not None:
            data["text/html"] = lines_of(html)
        outputs.append({"data": data, "metadata": {}, "output_type": "display_data"})
    return outputs


def lines_of(text: str) -> list[str]:
    """Return a text as notebooks hold it: lines that keep their ends."""
    return text.splitlines(keepends=True)


def make_notebook(source: Path) -> dict[str, Any]:
    """Run a source in an empty folder and return its notebook."""
    names: dict[str, Any] = {"__name__": "__main__"}
    cells, before = [], Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            for number, (kind, text) in enumerate(cells_of(source.read_text(encoding="utf-8"))):
                cell: dict[str, Any] = {
                    "cell_type": kind,
                    "id": f"cell-{number}",
                    "metadata": {},
                    "source": lines_of(text),
                }
                if kind == "code":
                    cell |= {"execution_count": None, "outputs": run_cell(text, names)}
                cells.append(cell)
        finally:
            os.chdir(before)
    return {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}


def main() -> None:
    """Make every notebook anew."""
    for source in sorted(HERE.glob("*.py")):
        notebook = json.dumps(make_notebook(source), ensure_ascii=False, indent=1, sort_keys=True)
        source.with_suffix(".ipynb").write_text(notebook + "\n", encoding="utf-8")
        print(source.stem)


if __name__ == "__main__":
    main()
