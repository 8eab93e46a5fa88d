r"""A fitted model as TikZ: the places, names and coefficients of the path diagram, for a LaTeX document to set.

The text is one ``tikzpicture``; it needs ``\usepackage{tikz}`` and ``\usetikzlibrary{shapes.geometric, arrows.meta}``,
and a document that sets Chinese (ctex, xeCJK) where names are Chinese. Nothing else is assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from wxsat.present import theme
from wxsat.present.figures.drawable import drawable_text
from wxsat.present.figures.path_diagram import choose_path_diagram
from wxsat.present.figures.path_drawing import DOUBT, ArrowMark, NodeMark, PathData, line_style
from wxsat.present.figures.splines import Point

if TYPE_CHECKING:
    from wxsat.sem.result import SemResult

_ESCAPED = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "\N{MINUS SIGN}": r"$-$", "²": r"$^2$", "<": r"$<$",
    ">": r"$>$", "≥": r"$\geq$", "\n": " ",
}  # fmt: skip
# The braces keep a bracket on the next line from being read as an option of the break.
_BREAK = r"\\{} "
_COLOURS = {
    "wxsatplus": theme.POSITIVE,
    "wxsatminus": theme.NEGATIVE,
    "wxsatdoubt": DOUBT,
    "wxsatline": theme.MUTED,
}


def to_tikz(result: SemResult, **options: Any) -> str:
    r"""
    Return the model as a TikZ picture: the path diagram's own places, in inches.

    Parameters
    ----------
    result : SemResult
    **options
        `language`, `instrument`, `names`, `refused`, `group`, `standardised` and `intervals`, as in
        :func:`wxsat.present.figures.path_diagram.choose_path_diagram`.

    Examples
    --------
    >>> to_tikz(fit, language="en").splitlines()[-1]
    '\\end{tikzpicture}'
    """
    refused = options.pop("refused", None)
    data = choose_path_diagram(result, refused=result.refused if refused is None else refused, **options)
    ids = {mark.shape.name: f"v{i}" for i, mark in enumerate(data.nodes)}
    lines = [
        r"% needs \usepackage{tikz} and \usetikzlibrary{shapes.geometric, arrows.meta}",
        *(rf"\definecolor{{{name}}}{{HTML}}{{{code.lstrip('#')}}}" for name, code in _COLOURS.items()),
        r"\begin{tikzpicture}[x=1in, y=-1in, >={Latex[length=2mm]}, font=\footnotesize]",
        *(_frame(mark, data) for mark in data.frames),
        *(_node(mark, ids) for mark in data.nodes),
        *(_arrow(mark) for mark in data.arrows),
        *([_refusal(data)] if data.refused else []),
        r"\end{tikzpicture}",
    ]
    return "\n".join(lines) + "\n"


def _frame(mark: Any, data: PathData) -> str:
    f = mark.frame
    text = _BREAK.join(map(tex_escaped, mark.lines))
    place = f"({(f.x0 + f.x1) / 2:.3f},{f.y0 + 0.06:.3f})"
    return rf"  \draw[rounded corners=2mm, gray!50] ({f.x0:.3f},{f.y0:.3f}) rectangle ({f.x1:.3f},{f.y1:.3f});" + (
        rf" \node[anchor=north, align=center, font=\tiny] at {place} {{{text}}};" if text else ""
    )


def _node(mark: NodeMark, ids: Mapping[str, str]) -> str:
    s = mark.shape
    form = "ellipse" if s.kind == "latent" else "rectangle"
    parts = [tex_escaped(line) for line in mark.lines]
    parts += [rf"{{\tiny {tex_escaped(mark.meta)}}}"] if mark.meta else []
    size = f"minimum width={2 * s.half_width:.3f}in, minimum height={2 * s.half_height:.3f}in"
    style = f"draw, {form}, align=center, inner sep=0pt, {size}, font=" + r"\scriptsize"
    words = _BREAK.join(parts)
    return rf"  \node[{style}] ({ids[s.name]}) at ({s.x:.3f},{s.y:.3f}) {{{words}}};"


def _arrow(mark: ArrowMark) -> str:
    style = line_style(mark.bundle, mark.doubtful)
    heads = "<->" if style.both else "->"
    colour = next((name for name, code in _COLOURS.items() if code == style.color), "wxsatline")
    form = f"{heads}, draw={colour}, line width={style.width:.2f}pt" + (", dashed" if style.dashes else "")
    curve = _point(mark.points[0])
    for i in range(1, len(mark.points), 3):
        first, second, end = mark.points[i : i + 3]
        curve += f" .. controls {_point(first)} and {_point(second)} .. {_point(end)}"
    drawn = rf"  \draw[{form}] {curve};"
    if mark.label is None or not mark.text:
        return drawn
    words = _BREAK.join(map(tex_escaped, mark.text.split("\n")))
    label = rf"\node[fill=white, inner sep=1pt, align=center, font=\tiny, text={colour}]"
    return rf"{drawn} {label} at ({mark.label.x:.3f},{mark.label.y:.3f}) {{{words}}};"


def _point(point: Point) -> str:
    return f"({point[0]:.3f},{point[1]:.3f})"


def _refusal(data: PathData) -> str:
    words = tex_escaped(" / ".join(data.refused or ()))
    place = f"({data.width / 2:.3f},{data.height / 2:.3f})"
    return rf"  \node[rotate=20, text=red, opacity=.4, font=\LARGE] at {place} {{{words}}};"


def tex_escaped(text: str) -> str:
    r"""
    Return text as LaTeX sets it, whatever it holds.

    Examples
    --------
    >>> tex_escaped("50 %_a")
    '50 \\%\\_a'
    """
    return "".join(_ESCAPED.get(character, character) for character in drawable_text(text))
