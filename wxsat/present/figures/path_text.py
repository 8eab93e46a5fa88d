"""A fitted model as text for other programs: Graphviz DOT, Mermaid, TikZ, with the same names and coefficients."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from wxsat.present import theme
from wxsat.present.figures.drawable import drawable_text
from wxsat.present.figures.path_diagram import REFUSAL_WORDS
from wxsat.present.figures.path_drawing import line_width
from wxsat.present.figures.path_graph import Arrow, PathGraph, Variable, group_numbers, read_path_graph
from wxsat.present.figures.path_tikz import to_tikz
from wxsat.present.figures.path_words import variable_names
from wxsat.present.figures.wording import fixed
from wxsat.present.numbers import join_interval

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
    indicators: bool | None = False,
    group: int = 1,
    standardised: bool = True,
    intervals: bool = False,
    refused: bool | None = None,
) -> str:
    """
    Return the model as a Graphviz DOT digraph, left to right.

    Parameters
    ----------
    result : SemResult
    language, instrument, names, group, standardised, intervals, refused
        As in :func:`wxsat.present.figures.path_diagram.plot_path_diagram`; a refusal is written into the text.
    indicators : bool or None
        Whether to include indicators with their loadings; None does where the diagram has them.

    Examples
    --------
    >>> to_dot(fit, language="en").splitlines()[0]
    'digraph model {'
    """
    graph = read_path_graph(result, group=group, standardised=standardised, intervals=intervals)
    indicators = graph.shows_indicators if indicators is None else indicators
    crossed = result.refused if refused is None else refused
    known = variable_names(graph, instrument, language, names)
    lines = ["digraph model {", "  rankdir=LR;", '  node [fontname="sans-serif"];', '  edge [fontname="sans-serif"];']
    if crossed:
        lines.append(f'  label="{" / ".join(REFUSAL_WORDS)}"; fontcolor="{theme.REFUSAL}";')
    for variable in _variables(graph, indicators):
        label = "\\n".join(_dot_escaped(part) for part in _label_parts(variable, known))
        lines.append(f'  "{_dot_escaped(variable.name)}" [label="{label}", shape={_SHAPES[variable.kind]}];')
    for arrow in _arrows(graph, indicators):
        text = _value(arrow, standardised, "\\n")
        style = [f'label="{text}"', f"penwidth={line_width(arrow.strength):.2f}"]
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
    indicators: bool | None = False,
    group: int = 1,
    standardised: bool = True,
    intervals: bool = False,
    refused: bool | None = None,
) -> str:
    """
    Return the model as a Mermaid flowchart, left to right; dotted lines have p of .05 or more.

    Parameters are those of :func:`to_dot`.

    Examples
    --------
    >>> to_mermaid(fit, language="en").splitlines()[0]
    'flowchart LR'
    """
    graph = read_path_graph(result, group=group, standardised=standardised, intervals=intervals)
    indicators = graph.shows_indicators if indicators is None else indicators
    crossed = result.refused if refused is None else refused
    known = variable_names(graph, instrument, language, names)
    # Ids of our own: some names, "end" for one, are words of Mermaid.
    ids = {variable.name: f"v{i}" for i, variable in enumerate(graph.variables)}
    lines = ["flowchart LR", *([f'  refused["{" / ".join(REFUSAL_WORDS)}"]'] if crossed else [])]
    for variable in _variables(graph, indicators):
        label = "<br/>".join(_mermaid_escaped(part) for part in _label_parts(variable, known))
        opening, closing = ("([", "])") if variable.kind == "latent" else ("[", "]")
        lines.append(f'  {ids[variable.name]}{opening}"{label}"{closing}')
    for arrow in _arrows(graph, indicators):
        line = "-.->" if arrow.doubtful else "-->"
        if arrow.kind in ("covariance", "residual"):
            line = "<" + line
        value = _value(arrow, standardised, "<br/>")
        lines.append(f'  {ids[arrow.source]} {line}|"{value}"| {ids[arrow.target]}')
    return "\n".join(lines) + "\n"


def path_texts(result: SemResult, **options: Any) -> dict[str, str]:
    """
    Return the model in every text format by file name: ``path.dot``, ``path.mmd``, ``path.tikz``; ``path-g1.dot`` ...

    Parameters
    ----------
    result : SemResult
    **options
        As :func:`to_dot` takes them, but for `group` and `indicators`.

    Examples
    --------
    >>> sorted(path_texts(fit, language="en"))
    ['path.dot', 'path.mmd', 'path.tikz']
    """
    groups = group_numbers(result)
    found = {}
    for number in groups:
        stem = f"path-g{number}" if len(groups) > 1 else "path"
        for suffix, write in TEXT_WRITERS.items():
            drawn = options if suffix == "tikz" else {"indicators": None, **options}
            found[f"{stem}.{suffix}"] = write(result, group=number, **drawn)
    return found


def _value(arrow: Arrow, standardised: bool, between: str) -> str:
    shown = fixed(arrow.value, 2, no_zero=standardised)
    if not (math.isfinite(arrow.lower) and math.isfinite(arrow.upper)):
        return shown
    ends = (fixed(end, 2, no_zero=standardised) for end in (arrow.lower, arrow.upper))
    return shown + between + join_interval(*ends)


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
    return drawable_text(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")


def _mermaid_escaped(text: str) -> str:
    escaped = (
        drawable_text(text)
        .replace("#", "#35;")
        .replace("&", "#amp;")
        .replace('"', "#quot;")
        .replace("<", "#lt;")
        .replace(">", "#gt;")
    )
    return escaped.replace("\n", " ")


TEXT_WRITERS: dict[str, Callable[..., str]] = {"dot": to_dot, "mmd": to_mermaid, "tikz": to_tikz}
