"""`wxsat report`: render a run folder again, in another format or language."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def report(
    run_dir: Annotated[Path, typer.Argument(help="Folder that `wxsat run` or `wxsat demo` wrote.")],
    to: Annotated[str, typer.Option("--to", help="html, docx, xlsx, latex or markdown.")] = "html",
    out: Annotated[
        Path | None, typer.Option(help="File to write; report.LANG.SUFFIX in the run folder when left out.")
    ] = None,
    lang: Annotated[
        str | None, typer.Option("--lang", help="zh or en; the study's main language when left out.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
) -> None:
    """Render the report of a run folder as HTML, Word, Excel, LaTeX or Markdown."""
    from wxsat.study.rerender import rerender

    print(rerender(run_dir, to, out, lang, force))
