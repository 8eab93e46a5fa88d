"""`wxsat report`: render a run folder again: another format, language, part or citation style."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def report(
    run_dir: Annotated[Path, typer.Argument(help="Folder that `wxsat run` or `wxsat demo` wrote.")],
    to: Annotated[
        str | None,
        typer.Option(
            "--to", help="html (unless told otherwise), docx, pdf, xlsx, latex or markdown; json with --cite."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="File to write; report.LANG.SUFFIX in the run folder when left out.")
    ] = None,
    lang: Annotated[
        str | None, typer.Option("--lang", help="zh or en; the study's main language when left out.")
    ] = None,
    part: Annotated[
        str,
        typer.Option(
            "--part",
            help="full: the whole report; brief: one page for policy writers; brief-two-pages: that page, then its "
            "tables, method and citation; methods: the filled checklists of JARS, CHERRIES and AAPOR, and what is "
            "missing for them.",
        ),
    ] = "full",
    citation_style: Annotated[
        str | None,
        typer.Option("--citation-style", help="gbt2025, gbt2015 or apa; by the language when left out."),
    ] = None,
    table_style: Annotated[
        str, typer.Option("--table-style", help="Tables of a Word file: cyt or apa; by the language when left out.")
    ] = "",
    cite: Annotated[
        list[str] | None,
        typer.Option(
            "--cite",
            help="Id of a table to write with all that a cited table must carry (docx unless --to says otherwise); "
            "may be given several times.",
        ),
    ] = None,
    figure_size: Annotated[
        str | None,
        typer.Option(
            "--figure-size",
            help="a4 or slide: write the run's figures in this size into figures-SIZE (or --out, a folder); without "
            "--to nothing else is written.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
) -> None:
    """Render the report of a run folder as HTML, Word, PDF, Excel, LaTeX or Markdown."""
    if cite:
        from wxsat.study.cite import cite_tables

        print(cite_tables(run_dir, cite, to or "docx", out, lang, force, table_style=table_style))
        return
    if figure_size is not None:
        from wxsat.study.fit_figures import fit_figures

        print(fit_figures(run_dir, figure_size, out if to is None else None, lang, force))
        if to is None:
            return
    from wxsat.study.rerender import rerender

    print(
        rerender(
            run_dir, to or "html", out, lang, force, part=part, citation_style=citation_style, table_style=table_style
        )
    )
