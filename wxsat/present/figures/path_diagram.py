"""The path diagram of a fitted model: layers from cause to outcome, standardised coefficients on the arrows.

Sign is written (minus) and drawn (hollow head, second colour), doubt is drawn (dashed grey), size is the line's width:
the picture is legible in grey and without colour vision. Places come from a layered layout of our own, so that no
program besides Python is needed and the same result gives the same picture.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

from wxsat.present.figures.figure import FigureSpec
from wxsat.present.figures.path_drawing import (
    LEGEND_INCHES,
    ArrowMark,
    FrameMark,
    NodeMark,
    PathData,
    draw_path_diagram,
    legend_width,
)
from wxsat.present.figures.path_graph import Arrow, PathGraph, Variable, read_path_graph
from wxsat.present.figures.path_labels import Box, place_labels
from wxsat.present.figures.path_layout import Sizes, plan_path_diagram
from wxsat.present.figures.path_plan import Bundle, PathPlan
from wxsat.present.figures.path_words import fit_ellipse, short_lines, variable_names, with_id
from wxsat.present.figures.wording import em_width, fixed, interval_text, listing, phrase, wrap_text

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument, Language
    from wxsat.sem.result import SemResult

REFUSAL_WORDS = ("不作解释", "not to be interpreted")
LEGEND_KEYS = ("positive", "negative", "doubtful", "feedback", "loading", "covariance")
MANY_ARROWS = 30
LEAST_PRINTED = 0.10
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
) -> PathData:
    """Read the graph, place it and word it; `refused` prints the refusal across the picture."""
    graph = read_path_graph(result)
    known = variable_names(graph, instrument, language, names)
    points = SMALL_NAME_POINTS if len(graph.structural) > MANY_LAYERS else NAME_POINTS
    lines = {v.name: _node_lines(v, known, points) for v in graph.variables}
    half = _half_sizes(graph, lines, points)
    frames = _frame_names(graph, instrument, language, max(w for w, _ in half.values()))
    plan = plan_path_diagram(graph, Sizes(half, {name: len(text) for name, text in frames.items()}))
    sparse = len(plan.routes) > MANY_ARROWS and not graph.shows_indicators
    texts = [_label(route.bundle, sparse) for route in plan.routes]
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
        refused=REFUSAL_WORDS if refused else None,
        legend=legend,
        width=max(plan.width, legend_width(arrows, legend)),
        height=plan.height + LEGEND_INCHES,
    )


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


def _label(bundle: Bundle, sparse: bool) -> str:
    """Return the printed coefficient: of a composite, the lowest and the highest where two decimals tell them apart."""
    values = [a.value for a in bundle.arrows]
    if sparse and max(abs(v) for v in values) < LEAST_PRINTED:
        return ""
    low, high = min(values), max(values)
    first = fixed(low, 2, no_zero=True)
    return first if first == fixed(high, 2, no_zero=True) else interval_text(low, high, 2, no_zero=True)


def _label_boxes(plan: PathPlan, frames: Mapping[str, tuple[str, ...]], texts: Sequence[str]) -> list[Box | None]:
    obstacles = [Box(s.x, s.y, s.half_width, s.half_height) for s in plan.shapes]
    # The name of a composite, and its border on both sides.
    obstacles += [Box((f.x0 + f.x1) / 2, f.y0 + f.head / 2, (f.x1 - f.x0) / 2, f.head / 2 + 0.02) for f in plan.frames]
    obstacles += [Box(x, (f.y0 + f.y1) / 2, 0.03, (f.y1 - f.y0) / 2) for f in plan.frames for x in (f.x0, f.x1)]
    sizes = [(_label_width(text) / 2, LABEL_POINTS * 0.58 / INCH + 0.008) if text else None for text in texts]
    return place_labels([r.points for r in plan.routes], sizes, obstacles, (plan.width, plan.height))


def _label_width(text: str) -> float:
    # The minus sign is wider than a digit, and must not be taken for a dash of its own line.
    return (em_width(text) + 0.2 * text.count("\N{MINUS SIGN}")) * LABEL_POINTS / INCH + 0.06


def describe_path_diagram(data: PathData, language: Language) -> str:
    """Return the figure in words, with every structural coefficient (or, without one, every loading)."""
    graph, known = data.graph, data.names
    measurement = graph.is_measurement_model
    rows = [_said(a, known, language) for a in graph.of_kind("loading" if measurement else "path")]
    separate = phrase(language, "path_diagram.separator")
    words = [phrase(language, "path_diagram.refused_caption") + separate] if data.refused else []
    words.append(
        phrase(
            language, "path_diagram.alt_measurement" if measurement else "path_diagram.alt",
            n_variables=len(graph.structural), rows=listing(rows, language),
        )
    )  # fmt: skip
    r2 = [
        phrase(language, "path_diagram.alt_r2_row", name=known[v.name], value=fixed(v.r2, 2, no_zero=True))
        for v in graph.structural
        if math.isfinite(v.r2)
    ]
    if r2:
        words.append(phrase(language, "path_diagram.alt_r2", rows=listing(r2, language)))
    covariances = [
        phrase(
            language, "path_diagram.alt_covariance", source=known[a.source], target=known[a.target],
            value=fixed(a.value, 2, no_zero=True),
        )
        for a in graph.of_kind("covariance")
    ]  # fmt: skip
    if covariances:
        words.append(phrase(language, "path_diagram.alt_covariances", rows=listing(covariances, language)))
    return "".join(words)


def _said(arrow: Arrow, known: Mapping[str, str], language: Language) -> str:
    return phrase(
        language, "path_diagram.alt_doubtful" if arrow.doubtful else "path_diagram.alt_row",
        source=known[arrow.source], target=known[arrow.target], value=fixed(arrow.value, 2, no_zero=True),
    )  # fmt: skip


def caption_path_diagram(data: PathData, language: Language) -> str:
    """Return how to read the figure, and what it does not draw or print."""
    tested = any(math.isfinite(a.p_value) for a in data.graph.of_kind("path", "loading"))
    drawn = [mark.bundle for mark in data.arrows]
    inner = {v.name for v in data.graph.structural}
    notes = {
        "caption" if tested else "no_p": True,
        "composites": bool(data.frames),
        "loadings": any(b.kind == "loading" and b.target in inner for b in drawn),
        "feedback": any(b.feedback for b in drawn),
        "few_labels": data.sparse,
    }
    words = [phrase(language, f"path_diagram.{key}") for key, holds in notes.items() if holds]
    for kind, key in (("covariance", "covariances_hidden"), ("residual", "residuals_hidden")):
        values = [a.value for a in data.hidden if a.kind == kind and a not in data.graph.indicator_covariances]
        if values:
            low, high = (fixed(v, 2, no_zero=True) for v in (min(values), max(values)))
            words.append(phrase(language, f"path_diagram.{key}", n=len(values), low=low, high=high))
    n = sum(a in data.graph.indicator_covariances for a in data.hidden)
    if n:
        words.append(phrase(language, "path_diagram.indicator_residuals_hidden", n=n))
    if data.refused:
        words.insert(0, phrase(language, "path_diagram.refused_caption"))
    return phrase(language, "path_diagram.separator").join(words)


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

    Returns
    -------
    FigureSpec
        Width and height follow from the model; at most about 13 inches wide unless the model has more than 8 layers.

    Examples
    --------
    >>> svg = render_figure(plot_path_diagram(fit, language="en", instrument=instrument))
    """
    crossed = (result.refused if refused is None else refused) or any(word in (stamp or "") for word in REFUSAL_WORDS)
    data = choose_path_diagram(result, language=language, instrument=instrument, names=names, refused=crossed)
    key = "title_measurement" if data.graph.is_measurement_model else "title"
    return FigureSpec(
        id=id,
        title=title or phrase(language, f"path_diagram.{key}", model=PurePath(result.model).stem),
        caption=caption_path_diagram(data, language),
        alt=describe_path_diagram(data, language),
        language=language,
        data=data,
        draw=draw_path_diagram,
        width=data.width,
        height=data.height,
        stamp=stamp,
    )
