"""A fitted model as text for other programs: Graphviz DOT and Mermaid, with the same names and coefficients."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from wxsat.present import theme
from wxsat.present.figures.path_drawing import line_width
from wxsat.present.figures.path_graph import Arrow, PathGraph, Variable, read_path_graph
from wxsat.present.figures.path_words import variable_names
from wxsat.present.figures.wording import fixed

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument, Language
    from wxsat.sem.result import SemResult

_SHAPES = {"latent": "ellipse", "observed": "box", "indicator": "box"}


def to_dot(
    result: SemResult,
    *,
    language: Language = "zh",
    instrument: Instrument | None = None,
    names: Mapping[str, str] | None = None,
    indicators: bool = False,
) -> str:
    """
    Return the model as a Graphviz DOT digraph, left to right.

    Parameters
    ----------
    result : SemResult
    language, instrument, names
        As in :func:`wxsat.present.figures.path_diagram.plot_path_diagram`.
    indicators : bool
        Whether to include indicators with their loadings.

    Examples
    --------
    >>> to_dot(fit, language="en").splitlines()[0]
    'digraph model {'
    """
    graph = read_path_graph(result)
    known = variable_names(graph, instrument, language, names)
    lines = ["digraph model {", "  rankdir=LR;", '  node [fontname="sans-serif"];', '  edge [fontname="sans-serif"];']
    for variable in _variables(graph, indicators):
        label = "\\n".join(_dot_escaped(part) for part in _label_parts(variable, known))
        lines.append(f'  "{_dot_escaped(variable.name)}" [label="{label}", shape={_SHAPES[variable.kind]}];')
    for arrow in _arrows(graph, indicators):
        style = [f'label="{fixed(arrow.value, 2, no_zero=True)}"', f"penwidth={line_width(abs(arrow.value)):.2f}"]
        style += ["style=dashed", 'color="gray45"'] if arrow.doubtful else [f'color="{_colour(arrow)}"']
        style += ["dir=both", "constraint=false"] if arrow.kind in ("covariance", "residual") else []
        lines.append(f'  "{_dot_escaped(arrow.source)}" -> "{_dot_escaped(arrow.target)}" [{", ".join(style)}];')
    return "\n".join([*lines, "}"]) + "\n"


def to_mermaid(
    result: SemResult,
    *,
    language: Language = "zh",
    instrument: Instrument | None = None,
    names: Mapping[str, str] | None = None,
    indicators: bool = False,
) -> str:
    """
    Return the model as a Mermaid flowchart, left to right; dotted lines have p of .05 or more.

    Parameters are those of :func:`to_dot`.

    Examples
    --------
    >>> to_mermaid(fit, language="en").splitlines()[0]
    'flowchart LR'
    """
    graph = read_path_graph(result)
    known = variable_names(graph, instrument, language, names)
    # Ids of our own: some names, "end" for one, are words of Mermaid.
    ids = {variable.name: f"v{i}" for i, variable in enumerate(graph.variables)}
    lines = ["flowchart LR"]
    for variable in _variables(graph, indicators):
        label = "<br/>".join(_mermaid_escaped(part) for part in _label_parts(variable, known))
        opening, closing = ("([", "])") if variable.kind == "latent" else ("[", "]")
        lines.append(f'  {ids[variable.name]}{opening}"{label}"{closing}')
    for arrow in _arrows(graph, indicators):
        line = "-.->" if arrow.doubtful else "-->"
        if arrow.kind in ("covariance", "residual"):
            line = "<" + line
        value = fixed(arrow.value, 2, no_zero=True)
        lines.append(f'  {ids[arrow.source]} {line}|"{value}"| {ids[arrow.target]}')
    return "\n".join(lines) + "\n"


def _variables(graph: PathGraph, indicators: bool) -> tuple[Variable, ...]:
    return graph.variables if indicators else graph.structural


def _arrows(graph: PathGraph, indicators: bool) -> tuple[Arrow, ...]:
    known = {v.name for v in _variables(graph, indicators)}
    return tuple(
        a
        for a in (*graph.arrows, *(graph.indicator_covariances if indicators else ()))
        if {a.source, a.target} <= known
    )


def _label_parts(variable: Variable, known: Mapping[str, str]) -> list[str]:
    name = known[variable.name]
    r2 = f"R² {fixed(variable.r2, 2, no_zero=True)}" if math.isfinite(variable.r2) else ""
    return [name, *([variable.name] if name != variable.name else []), *([r2] if r2 else [])]


def _colour(arrow: Arrow) -> str:
    if arrow.kind != "path":
        return theme.MUTED
    return theme.NEGATIVE if arrow.value < 0 else theme.POSITIVE


def _dot_escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")


def _mermaid_escaped(text: str) -> str:
    escaped = text.replace("#", "#35;").replace('"', "#quot;").replace("<", "#lt;").replace(">", "#gt;")
    return escaped.replace("\n", " ")
