"""Tables to LaTeX: a booktabs table is a three-line table.

Needs the packages booktabs, graphicx and longtable; XeLaTeX with xeCJK for Chinese.
"""

from __future__ import annotations

import re

from wxsat.present.render.decimals import decimal_tails
from wxsat.present.render.printed import PrintedTable, print_table
from wxsat.present.table import Table

# More rows than a page holds go into a longtable.
LONG_FROM = 36

_ESCAPES = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "\u2212": r"$-$",
    "\u2013": "--",
    "\u2014": "---",
    "\u2026": r"\ldots{}",
    "†": r"\textsuperscript{\dag}",
    "²": r"\textsuperscript{2}",
    **{raised: rf"\textsuperscript{{{plain}}}" for raised, plain in zip("⁰¹³⁴⁵⁶⁷⁸⁹", "013456789", strict=True)},
    **{circled: rf"\textcircled{{\scriptsize {n}}}" for n, circled in enumerate("①②③④⑤⑥⑦⑧⑨⑩", start=1)},
    "⁻": r"\textsuperscript{$-$}",
    "×": r"$\times$",
    "±": r"$\pm$",
    "≤": r"$\le$",
    "≥": r"$\ge$",
    "≠": r"$\ne$",
    "→": r"$\to$",
    "←": r"$\gets$",
    "√": r"$\surd$",
    "Σ": r"$\Sigma$",
    "∞": r"$\infty$",
    "Δ": r"$\Delta$",
    "α": r"$\alpha$",
    "β": r"$\beta$",
    "δ": r"$\delta$",
    "θ": r"$\theta$",
    "λ": r"$\lambda$",
    "ρ": r"$\rho$",
    "τ": r"$\tau$",
    "χ": r"$\chi$",
    "ω": r"$\omega$",
    "\u2003": r"\quad{}",
    "\n": " ",
}
_SPECIAL = re.compile("|".join(re.escape(char) for char in _ESCAPES))


def render_latex(table: Table, number: int | None = None) -> str:
    r"""
    Render a table as a LaTeX ``table`` (a ``longtable`` from 36 rows on), with ``\label{tab:<id>}``.

    A table wider than the line is scaled to it.
    """
    printed = print_table(table, number)
    setting = "" if number is None else f"\\setcounter{{table}}{{{number - 1}}}\n"
    return setting + (_long(printed) if len(printed.rows) >= LONG_FROM else _floating(printed))


def escape_latex(text: str) -> str:
    r"""
    Return text that LaTeX prints as it stands.

    Examples
    --------
    >>> escape_latex("50% of PU_1")
    '50\\% of PU\\_1'
    """
    return _SPECIAL.sub(lambda match: _ESCAPES[match[0]], text)


def _alignment(printed: PrintedTable) -> str:
    return "".join("l" if column.kind == "text" else "r" for column in printed.columns)


def _line(cells: list[str], tails: list[str] | None = None) -> str:
    # A row that begins with [ would be taken for an option of the \\ before it.
    escaped = [escape_latex(cell) for cell in cells]
    if tails is not None:
        # Room for the decimals that a figure lacks: points stand under points without a package for it.
        escaped = [f"{cell}\\phantom{{{t}}}" if t else cell for cell, t in zip(escaped, tails, strict=True)]
    if escaped and escaped[0].startswith("["):
        escaped[0] = "{}" + escaped[0]
    return " & ".join(escaped) + r" \\"


def _head(printed: PrintedTable) -> str:
    return _line([column.heading for column in printed.columns])


def _body(printed: PrintedTable) -> str:
    tails = [decimal_tails(printed, place) for place in range(len(printed.columns))]
    lines = []
    for position, row in enumerate(printed.rows):
        if printed.groups and printed.groups[position]:
            name = escape_latex(printed.groups[position])
            lines.append(rf"\multicolumn{{{len(printed.columns)}}}{{l}}{{\textbf{{{name}}}}} \\")
        lines.append(_line([cell.text for cell in row], [column[position] for column in tails]))
    return "\n".join(lines)


def _caption(printed: PrintedTable) -> str:
    return f"\\caption{{{escape_latex(printed.title)}}}\\label{{tab:{printed.id}}}"


def _notes(printed: PrintedTable) -> str:
    return "".join(f"\\par\\footnotesize {escape_latex(note)}\n" for note in printed.notes)


def _floating(printed: PrintedTable) -> str:
    width = r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%"
    return (
        "\\begin{table}[htbp]\n\\centering\n"
        f"{_caption(printed)}\n{width}\n\\begin{{tabular}}{{{_alignment(printed)}}}\n\\toprule\n"
        f"{_head(printed)}\n\\midrule\n{_body(printed)}\n\\bottomrule\n\\end{{tabular}}}}\n"
        f"\\begin{{flushleft}}\n{_notes(printed)}\\end{{flushleft}}\n\\end{{table}}\n"
    )


def _long(printed: PrintedTable) -> str:
    return (
        f"{{\\footnotesize\n\\begin{{longtable}}{{{_alignment(printed)}}}\n{_caption(printed)}\\\\\n\\toprule\n"
        f"{_head(printed)}\n\\midrule\n\\endfirsthead\n\\toprule\n{_head(printed)}\n\\midrule\n\\endhead\n"
        f"\\bottomrule\n\\endfoot\n{_body(printed)}\n\\end{{longtable}}\n{_notes(printed)}}}\n"
    )
