"""Tables to LaTeX: a booktabs table is a three-line table.

Needs the packages booktabs, graphicx and longtable; XeLaTeX with xeCJK for Chinese.
"""

from __future__ import annotations

import re

from wxsat.present.render.column_widths import break_endless, em_width
from wxsat.present.render.decimals import decimal_tails
from wxsat.present.render.latex_columns import LINE, POINTS, LatexColumns, lay_out_columns
from wxsat.present.render.printed import PrintedTable, print_table
from wxsat.present.table import Table

# More lines than a page holds go into a longtable.
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
    "\u200b": r"\allowbreak{}",
}
# Marks of direction and a byte-order mark have no shape, and turn round what stands behind them.
_SHAPELESS = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_SPECIAL = re.compile("|".join(re.escape(char) for char in _ESCAPES))


# Addresses and paths may be broken after a stroke.
_SLASH = re.compile(r"(?<=[\w/])/(?=\w)")


def render_latex(table: Table, number: int | None = None) -> str:
    r"""
    Render a table as a LaTeX ``table`` (a ``longtable`` from 36 lines on), with ``\label{tab:<id>}``.

    Columns of texts wrap where the table is wider than the line; a table of figures that still is gets smaller letters.
    """
    printed = print_table(table, number)
    setting = "" if number is None else f"\\setcounter{{table}}{{{number - 1}}}\n"
    columns = lay_out_columns(printed)
    return setting + (_long if columns.n_lines >= LONG_FROM else _floating)(printed, columns)


def escape_latex(text: str) -> str:
    r"""
    Return text that LaTeX prints as it stands.

    Examples
    --------
    >>> escape_latex("50% of PU_1")
    '50\\% of PU\\_1'
    """
    breakable = _SLASH.sub("/\u200b", break_endless(_SHAPELESS.sub("", text)))
    return _SPECIAL.sub(lambda match: _ESCAPES[match[0]], breakable)


def _alignment(printed: PrintedTable, columns: LatexColumns) -> str:
    return "".join(
        _box(columns, place) if columns.wraps[place] else "l" if column.kind == "text" else "r"
        for place, column in enumerate(printed.columns)
    )


def _box(columns: LatexColumns, place: int) -> str:
    return rf"p{{{columns.widths[place]:.1f}pt}}"


def _size(columns: LatexColumns) -> str:
    """Return the setting of letters and space that a table wider than the line needs."""
    size = rf"\fontsize{{{columns.points:g}}}{{{1.2 * columns.points:g}}}\selectfont"
    return "" if columns.natural else f"{size}\\setlength{{\\tabcolsep}}{{{columns.padding:g}pt}}%\n"


def _line(cells: list[str], columns: LatexColumns, tails: list[str] | None = None) -> str:
    # A row that begins with [ would be taken for an option of the \\ before it.
    escaped = [escape_latex(cell) for cell in cells]
    if tails is not None:
        # Room for the decimals that a figure lacks: points stand under points without a package for it.
        escaped = [f"{cell}\\phantom{{{t}}}" if t else cell for cell, t in zip(escaped, tails, strict=True)]
    escaped = [_ragged(cell) if wraps and cell else cell for cell, wraps in zip(escaped, columns.wraps, strict=True)]
    if escaped and escaped[0].startswith("["):
        escaped[0] = "{}" + escaped[0]
    return " & ".join(escaped) + r" \\"


def _ragged(text: str, side: str = "right") -> str:
    # The end of a row keeps its meaning; a first word is broken only behind something.
    return rf"\ragged{side}\let\\\tabularnewline\hspace{{0pt}}{text}"


def _head(printed: PrintedTable, columns: LatexColumns) -> str:
    if columns.natural:
        return _line([column.heading for column in printed.columns], columns)
    return " & ".join(_heading(printed, columns, place) for place in range(len(printed.columns))) + r" \\"


def _heading(printed: PrintedTable, columns: LatexColumns, place: int) -> str:
    """Return a heading that wraps to the width of its column."""
    column = printed.columns[place]
    text = _ragged(escape_latex(column.heading), "right" if column.kind == "text" else "left")
    return rf"\multicolumn{{1}}{{{_box(columns, place)}}}{{{text}}}"


def _body(printed: PrintedTable, columns: LatexColumns) -> str:
    tails = [decimal_tails(printed, place) for place in range(len(printed.columns))]
    lines = []
    for position, row in enumerate(printed.rows):
        if printed.groups and printed.groups[position]:
            name = escape_latex(printed.groups[position])
            form = r"p{0.95\linewidth}" if em_width(printed.groups[position]) * POINTS > LINE else "l"
            lines.append(rf"\multicolumn{{{len(printed.columns)}}}{{{form}}}{{\textbf{{{name}}}}} \\")
        lines.append(_line([cell.text for cell in row], columns, [column[position] for column in tails]))
    return "\n".join(lines)


def _caption(printed: PrintedTable) -> str:
    return f"\\caption{{{escape_latex(printed.title)}}}\\label{{tab:{printed.id}}}"


def _notes(printed: PrintedTable) -> str:
    return "".join(f"\\par\\footnotesize {escape_latex(note)}\n" for note in printed.notes)


def _floating(printed: PrintedTable, columns: LatexColumns) -> str:
    width = r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%"
    return (
        "\\begin{table}[htbp]\n\\centering\n"
        f"{_caption(printed)}\n{_size(columns)}{width}\n\\begin{{tabular}}{{{_alignment(printed, columns)}}}\n"
        f"\\toprule\n{_head(printed, columns)}\n\\midrule\n"
        f"{_body(printed, columns)}\n\\bottomrule\n\\end{{tabular}}}}\n"
        f"\\begin{{flushleft}}\n{_notes(printed)}\\end{{flushleft}}\n\\end{{table}}\n"
    )


def _long(printed: PrintedTable, columns: LatexColumns) -> str:
    head = _head(printed, columns)
    return (
        f"{{\\footnotesize\n{_size(columns)}\\begin{{longtable}}{{{_alignment(printed, columns)}}}\n"
        f"{_caption(printed)}\\\\\n\\toprule\n{head}\n\\midrule\n\\endfirsthead\n\\toprule\n{head}\n\\midrule\n\\endhead\n"
        f"\\bottomrule\n\\endfoot\n{_body(printed, columns)}\n\\end{{longtable}}\n{_notes(printed)}}}\n"
    )
