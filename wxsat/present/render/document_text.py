"""A whole document to Markdown or LaTeX, figures by the name of their file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from wxsat.present.document import (
    Block,
    Bullets,
    Document,
    FigureBlock,
    FindingsBlock,
    KeyFigures,
    Paragraph,
    TableBlock,
    without_marks,
)
from wxsat.present.locale import wording
from wxsat.present.render.latex import escape_latex, render_latex
from wxsat.present.render.markdown import escape_markdown, render_markdown
from wxsat.present.table import Table

LATEX_HEAD = r"""\documentclass[a4paper]{article}
% XeLaTeX or LuaLaTeX. Figures are read from the run's figures folder.
\usepackage{fontspec,booktabs,graphicx,longtable,geometry}
% Tables stay within their section.
\usepackage[section]{placeins}
\usepackage{iftex}
\ifXeTeX\usepackage{xeCJK}\fi
\geometry{margin=2.5cm}
\emergencystretch=3em
"""
LATEX_NAMES = {"zh": "\\renewcommand{\\tablename}{表}\n", "en": ""}


@dataclass(frozen=True)
class _Syntax:
    escape: Callable[[str], str]
    table: Callable[[Table, int | None], str]
    heading: Callable[[str], str]
    subheading: Callable[[str], str]
    bullets: Callable[[list[str]], str]
    quote: Callable[[str], str]
    strong: Callable[[str], str]
    figure: Callable[[str, str, str], str]
    folder: Callable[[str], str]


_MARKDOWN = _Syntax(
    escape=escape_markdown,
    table=render_markdown,
    heading=lambda text: f"## {text}",
    subheading=lambda text: f"### {text}",
    bullets=lambda items: "\n".join(f"- {item}" for item in items),
    quote=lambda text: f"> {text}",
    strong=lambda text: f"**{text}**",
    figure=lambda file, title, alt: f"![{alt}]({file}.png)\n\n*{title}*",
    # Blanks, brackets and the like would end an address.
    folder=lambda path: f"{quote(path, safe='/.:')}/",
)
_LATEX = _Syntax(
    escape=escape_latex,
    table=render_latex,
    heading=lambda text: f"\\section{{{text}}}",
    subheading=lambda text: f"\\subsection*{{{text}}}",
    bullets=lambda items: "\\begin{itemize}\n" + "\n".join(f"\\item {i}" for i in items) + "\n\\end{itemize}",
    quote=lambda text: f"\\begin{{quote}}{text}\\end{{quote}}",
    strong=lambda text: f"\\textbf{{{text}}}",
    figure=lambda file, title, alt: (
        f"\\begin{{center}}\\includegraphics[width=\\linewidth]{{{{{file}}}.png}}\n\n\\textbf{{{title}}}\\end{{center}}"
    ),
    folder=lambda path: "",
)


def render_document_text(document: Document, to: Literal["markdown", "latex"], figures: str = "figures") -> str:
    """
    Render a document as Markdown or LaTeX text.

    Parameters
    ----------
    document : Document
    to : {"markdown", "latex"}
    figures : str
        Folder of the figures as seen from the file.

    Returns
    -------
    str
    """
    syntax = _MARKDOWN if to == "markdown" else _LATEX
    parts = [syntax.escape(document.subtitle)]
    if document.stamp:
        parts.append(syntax.strong(syntax.escape(document.stamp)))
    if document.refusal:
        title = wording(document.language).get("report.refusal.title")
        parts += [syntax.strong(syntax.escape(title)), syntax.quote(syntax.escape(document.refusal))]
    for section in document.sections:
        parts.append(syntax.heading(syntax.escape(section.title)))
        parts += [_block(block, document, syntax, figures) for block in section.blocks]
    body = "\n\n".join(part for part in parts if part)
    title = syntax.escape(document.title)
    if to == "markdown":
        return f"# {title}\n\n{body}\n"
    head = f"{LATEX_HEAD}\\graphicspath{{{{{figures}/}}}}\n{LATEX_NAMES[document.language]}"
    head += f"\\title{{{title}}}\n\\date{{}}\n\\begin{{document}}\n\\maketitle\n"
    return f"{head}\n{body}\n\\end{{document}}\n"


def _block(block: Block, document: Document, syntax: _Syntax, folder: str) -> str:
    def inline(text: str) -> str:
        return syntax.escape(without_marks(text))

    match block:
        case Paragraph(text=text, style=style):
            return _dressed(inline(text), style, syntax)
        case Bullets(items=items):
            return syntax.bullets([inline(item) for item in items])
        case KeyFigures(figures=figures):
            return syntax.bullets(
                [f"{inline(f.label)}: {syntax.strong(inline(f.value))} ({inline(f.reading)})" for f in figures]
            )
        case TableBlock(table=table, number=number):
            return syntax.table(table, number)
        case FigureBlock():
            title = wording(document.language).get("report.figure_number", number=block.number, title=block.title)
            file = f"{syntax.folder(folder)}{block.file}"
            shown = syntax.figure(file, syntax.escape(title), inline(block.alt))
            return f"{shown}\n\n{inline(block.caption)}" if block.caption else shown
        case FindingsBlock(findings=findings):
            return syntax.bullets([f"{syntax.strong(f.code)} {inline(f.text)}" for f in findings])


def _dressed(text: str, style: str, syntax: _Syntax) -> str:
    match style:
        case "quote":
            return syntax.quote(text)
        case "subheading":
            return syntax.subheading(text)
        case _:
            return text
