"""The path diagram of a fitted model: layers from cause to outcome, standardised coefficients on the arrows.

Sign is written (minus) and drawn (hollow head, second colour), doubt is drawn (dashed grey), size is the line's width:
the picture is legible in grey and without colour vision. Places come from a layered layout of our own, so that no
program besides Python is needed and the same result gives the same picture.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from wxsat.present.figures.figure import FigureSpec
from wxsat.present.figures.path_description import (
    caption_numbers,
    caption_path_diagram,
    describe_path_diagram,
    hint_path_diagram,
)
from wxsat.present.figures.path_drawing import (
    LEGEND_INCHES,
    ArrowMark,
    FrameMark,
    NodeMark,
    PathData,
    draw_path_diagram,
    legend_width,
)
from wxsat.present.figures.path_graph import PathGraph, Variable, find_group, group_numbers, read_path_graph
from wxsat.present.figures.path_labels import Box, place_labels
from wxsat.present.figures.path_layout import Sizes, plan_path_diagram
from wxsat.present.figures.path_plan import Bundle, PathPlan
from wxsat.present.figures.path_words import fit_ellipse, short_lines, variable_names, with_id
from wxsat.present.figures.wording import em_width, fixed, interval_text, phrase, wrap_text
from wxsat.present.numbers import join_interval

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument, Language
    from wxsat.sem.result import SemResult

REFUSAL_WORDS = ("不作解释", "not to be interpreted")
LEGEND_KEYS = ("positive", "negative", "doubtful", "feedback", "loading", "covariance")
MANY_ARROWS = 30
LEAST_PRINTED = 0.10
INTERVAL_ROOM = (15.0, 0.95)  # widest page and narrowest gap, inches: an interval lies between two layers
NAME_POINTS, SMALL_NAME_POINTS, META_POINTS, LABEL_POINTS = 8.5, 7.6, 6.4, 7.2
MANY_LAYERS = 14  # variables; beyond it names are set smaller
BOX_ID_POINTS = 7.0
INCH = 72.0


def choose_path_diagram(
    result: SemResult,
    *,
    language: Language = "zh",
    instrument: Instrument | None = None,
    names: Mapping[str, str] | None = None,
    refused: bool = False,
    group: int = 1,
    standardised: bool = True,
    intervals: bool = False,
) -> PathData:
    """Read the graph, place it and word it; `refused` prints the refusal across the picture."""
    graph = read_path_graph(result, group=group, standardised=standardised, intervals=intervals)
    known = variable_names(graph, instrument, language, names)
    points = SMALL_NAME_POINTS if len(graph.structural) > MANY_LAYERS else NAME_POINTS
    lines = {v.name: _node_lines(v, known, points) for v in graph.variables}
    half = _half_sizes(graph, lines, points)
    frames = _frame_names(graph, instrument, language, max(w for w, _ in half.values()))
    plan = plan_path_diagram(graph, _sizes(half, frames, intervals))
    sparse = len(plan.routes) > MANY_ARROWS and not graph.shows_indicators
    fans = graph.shows_indicators and not graph.is_measurement_model
    texts = [_label(route.bundle, sparse, standardised, fans) for route in plan.routes]
    boxes = _label_boxes(plan, frames, texts)
    arrows = tuple(
        ArrowMark(r.bundle, r.points, text, box) for r, text, box in zip(plan.routes, texts, boxes, strict=True)
    )
    legend = {key: phrase(language, f"path_diagram.legend.{key}") for key in LEGEND_KEYS}
    return PathData(
        nodes=tuple(NodeMark(s, lines[s.name][0], lines[s.name][1], points) for s in plan.shapes),
        frames=tuple(FrameMark(f, frames[f.name]) for f in plan.frames),
        arrows=arrows,
        graph=graph,
        names=known,
        hidden=plan.hidden,
        sparse=sparse,
        standardised=standardised,
        refused=REFUSAL_WORDS if refused else None,
        legend=legend,
        width=max(plan.width, legend_width(arrows, legend)),
        height=plan.height + LEGEND_INCHES,
    )


def _sizes(half: dict[str, tuple[float, float]], frames: Mapping[str, tuple[str, ...]], intervals: bool) -> Sizes:
    heads = {name: len(text) for name, text in frames.items()}
    return Sizes(half, heads, *INTERVAL_ROOM) if intervals else Sizes(half, heads)


def _node_lines(variable: Variable, known: Mapping[str, str], points: float) -> tuple[tuple[str, ...], str]:
    """Return the lines of the name and, small, the id and R²."""
    if variable.kind == "indicator":
        return (variable.name,), ""
    name = known[variable.name]
    r2 = f"R² {fixed(variable.r2, 2, no_zero=True)}" if math.isfinite(variable.r2) else ""
    meta = [variable.name] if name != variable.name else []
    return short_lines(name), " · ".join([*meta, *([r2] if r2 else [])])


def _half_sizes(
    graph: PathGraph, lines: Mapping[str, tuple[tuple[str, ...], str]], points: float
) -> dict[str, tuple[float, float]]:
    """Return half sizes in inches: one for all ellipses, so that columns align, one for all indicator boxes."""
    structural = [v.name for v in graph.structural]
    ellipse = fit_ellipse([lines[name] for name in structural], points, META_POINTS)
    box = max((em_width(v.name) * BOX_ID_POINTS / INCH for v in graph.indicators), default=0.0)
    return {name: ellipse for name in structural} | {v.name: (max(0.2, box / 2 + 0.05), 0.12) for v in graph.indicators}


def _frame_names(
    graph: PathGraph, instrument: Instrument | None, language: Language, half_width: float
) -> dict[str, tuple[str, ...]]:
    """Return the name of every composite, in lines: the instrument's where all parts belong to one, else none."""
    if instrument is None:
        return {name: () for name in graph.composites}
    belongs = {c.id: c.dilemma for c in instrument.constructs}
    titles = {c.id: c.name.text(language) for c in instrument.composites}
    found = {}
    for name, members in graph.composites.items():
        wholes = {belongs.get(m) for m in members}
        whole = wholes.pop() if len(wholes) == 1 else None
        text = with_id(whole, titles[whole]) if whole in titles and whole else ""
        width = (2 * half_width + 0.12) * INCH / META_POINTS
        found[name] = tuple(wrap_text(text, width).split("\n")) if text else ()
    return found


def _label(bundle: Bundle, sparse: bool, standardised: bool, fans: bool) -> str:
    """
    Return the printed coefficient, with its interval on a second line where it has one.

    Of a composite: the lowest and the highest, where two decimals tell them apart.
    """
    values = [a.value for a in bundle.arrows]
    if sparse and max(a.strength for a in bundle.arrows) < LEAST_PRINTED:
        return ""
    low, high = min(values), max(values)
    first = fixed(low, 2, no_zero=standardised)
    if first != fixed(high, 2, no_zero=standardised):
        return interval_text(low, high, 2, no_zero=standardised)
    arrow = bundle.arrows[0]
    # Where indicators hang in a fan, there is no room under a loading.
    if bundle.kind == "loading" and fans:
        return first
    if not (math.isfinite(arrow.lower) and math.isfinite(arrow.upper)):
        return first
    ends = (fixed(end, 2, no_zero=standardised) for end in (arrow.lower, arrow.upper))
    return f"{first}\n{join_interval(*ends)}"


def _label_boxes(plan: PathPlan, frames: Mapping[str, tuple[str, ...]], texts: Sequence[str]) -> list[Box | None]:
    obstacles = [Box(s.x, s.y, s.half_width, s.half_height) for s in plan.shapes]
    # The name of a composite, and its border on both sides.
    obstacles += [Box((f.x0 + f.x1) / 2, f.y0 + f.head / 2, (f.x1 - f.x0) / 2, f.head / 2 + 0.02) for f in plan.frames]
    obstacles += [Box(x, (f.y0 + f.y1) / 2, 0.03, (f.y1 - f.y0) / 2) for f in plan.frames for x in (f.x0, f.x1)]
    sizes = [
        (_label_width(text) / 2, (1 + text.count("\n")) * LABEL_POINTS * 0.58 / INCH + 0.008) if text else None
        for text in texts
    ]
    return place_labels([r.points for r in plan.routes], sizes, obstacles, (plan.width, plan.height))


def _label_width(text: str) -> float:
    # The minus sign is wider than a digit, and must not be taken for a dash of its own line.
    lines = text.split("\n")
    return max(em_width(line) + 0.2 * line.count("\N{MINUS SIGN}") for line in lines) * LABEL_POINTS / INCH + 0.06


def plot_path_diagram(
    result: SemResult,
    *,
    language: Language = "zh",
    instrument: Instrument | None = None,
    names: Mapping[str, str] | None = None,
    id: str = "path",
    title: str | None = None,
    stamp: str | None = None,
    refused: bool | None = None,
    group: int | str | None = None,
    standardised: bool = True,
    intervals: bool = False,
) -> FigureSpec:
    """
    Return the path diagram of a fitted model.

    Parameters
    ----------
    result : SemResult
    language : {"zh", "en"}
    instrument : Instrument, optional
        Gives the names of constructs and composites.
    names : mapping of str to str, optional
        More names by id; they overrule the instrument's.
    id : str
        Of the figure.
    title : str, optional
        Otherwise made from the model's name.
    stamp : str, optional
        Small print under the picture, such as ``模拟数据 / simulated data``; if it says that the model is not to be
        interpreted, the refusal is also printed across the picture.
    refused : bool, optional
        Whether to print the refusal across the picture; ``result.refused`` when left out. Pass True where findings
        outside of the result forbid the reading.
    group : int or str, optional
        Number (from 1) or name of the group to draw; the first one when left out. :func:`plot_path_diagrams` gives
        all of them.
    standardised : bool
        Print std_all (default) or the estimates as they are; widths follow the standardised ones either way.
    intervals : bool
        Print the 95 % interval under each coefficient.

    Returns
    -------
    FigureSpec
        Width and height follow from the model; at most about 13 inches wide unless the model has more than 8 layers.

    Raises
    ------
    UsageError
        ``OUT-043`` for a group that the fit does not have.

    Examples
    --------
    >>> svg = render_figure(plot_path_diagram(fit, language="en", instrument=instrument))
    """
    crossed = (result.refused if refused is None else refused) or any(word in (stamp or "") for word in REFUSAL_WORDS)
    groups = group_numbers(result)
    number = find_group(groups, group)
    data = choose_path_diagram(
        result, language=language, instrument=instrument, names=names, refused=crossed, group=number,
        standardised=standardised, intervals=intervals,
    )  # fmt: skip
    key = "title_measurement" if data.graph.is_measurement_model else "title"
    shown = title or phrase(language, f"path_diagram.{key}", model=PurePath(result.model).stem)
    if len(groups) > 1:
        shown = phrase(language, "path_diagram.of_group", title=shown, group=groups[number] or number)
    return FigureSpec(
        id=id,
        title=shown,
        caption=caption_path_diagram(data, language),
        alt=describe_path_diagram(data, language),
        language=language,
        data=data,
        draw=draw_path_diagram,
        width=data.width,
        height=data.height,
        stamp=stamp,
        hints=hint_path_diagram(data, language),
        numbers=caption_numbers(data),
    )


def plot_path_diagrams(result: SemResult, *, id: str = "path", **options: Any) -> tuple[FigureSpec, ...]:
    """
    Return a path diagram for every group of a fit, one for a fit without groups.

    Parameters
    ----------
    result : SemResult
    id : str
        Of the figure; those of several groups have ``-g1``, ``-g2`` ... after it.
    **options
        As :func:`plot_path_diagram` takes them, but for `group`.

    Examples
    --------
    >>> [figure.id for figure in plot_path_diagrams(fit, language="en")]
    ['path']
    """
    groups = group_numbers(result)
    if len(groups) == 1:
        return (plot_path_diagram(result, id=id, **options),)
    return tuple(plot_path_diagram(result, id=f"{id}-g{number}", group=number, **options) for number in groups)
