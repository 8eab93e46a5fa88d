"""The path diagram in words: its alternative text, what a pointer is told, and the caption with its numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping

from wxsat.instrument.instrument import Language
from wxsat.present.figures.path_drawing import PathData, bundle_gid, node_gid
from wxsat.present.figures.path_graph import Arrow, Variable
from wxsat.present.figures.path_words import with_id
from wxsat.present.figures.wording import fixed, listing, phrase
from wxsat.present.numbers import format_p_statement, join_interval

# Kinds of covariances that a crowded picture leaves out, and the phrase that counts them.
HIDDEN = {"covariance": "covariances_hidden", "residual": "residuals_hidden"}


def describe_path_diagram(data: PathData, language: Language) -> str:
    """Return the figure in words, with every structural coefficient (or, without one, every loading)."""
    graph, known = data.graph, data.names
    measurement = graph.is_measurement_model
    rows = [_said(a, data, language) for a in graph.of_kind("loading" if measurement else "path")]
    separate = phrase(language, "path_diagram.separator")
    words = [phrase(language, "path_diagram.refused_caption") + separate] if data.refused else []
    words.append(
        phrase(
            language, f"path_diagram.alt{'_measurement' if measurement else ''}{_raw(data)}",
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
            value=_shown(a.value, data),
        )
        for a in graph.of_kind("covariance")
    ]  # fmt: skip
    if covariances:
        words.append(phrase(language, "path_diagram.alt_covariances", rows=listing(covariances, language)))
    return "".join(words)


def _shown(value: float, data: PathData) -> str:
    return fixed(value, 2, no_zero=data.standardised)


def _ranged(arrow: Arrow, data: PathData) -> str:
    """Return the coefficient, with its interval in brackets where it has one."""
    if not (math.isfinite(arrow.lower) and math.isfinite(arrow.upper)):
        return _shown(arrow.value, data)
    return f"{_shown(arrow.value, data)} {join_interval(_shown(arrow.lower, data), _shown(arrow.upper, data))}"


def _raw(data: PathData) -> str:
    return "" if data.standardised else "_raw"


def _said(arrow: Arrow, data: PathData, language: Language) -> str:
    return phrase(
        language, "path_diagram.alt_doubtful" if arrow.doubtful else "path_diagram.alt_row",
        source=data.names[arrow.source], target=data.names[arrow.target], value=_ranged(arrow, data),
    )  # fmt: skip


def hint_path_diagram(data: PathData, language: Language) -> tuple[tuple[str, str], ...]:
    """Return what is said of each variable and arrow when a reader points at it, by the part's id in the drawing."""
    named = {mark.shape.name for mark in data.nodes}
    variables = [
        (node_gid(v.name), _node_hint(v, data.names, language)) for v in data.graph.variables if v.name in named
    ]
    arrows = [
        (bundle_gid(mark.bundle), "\n".join(_arrow_hint(a, data, language) for a in mark.bundle.arrows))
        for mark in data.arrows
    ]
    return (*variables, *arrows)


def _node_hint(variable: Variable, known: Mapping[str, str], language: Language) -> str:
    name = with_id(variable.name, known.get(variable.name, variable.name))
    if not math.isfinite(variable.r2):
        return name
    return phrase(language, "path_diagram.hint_r2", name=name, value=fixed(variable.r2, 2, no_zero=True))


def _arrow_hint(arrow: Arrow, data: PathData, language: Language) -> str:
    known = data.names
    tested = math.isfinite(arrow.p_value)
    p = f"{phrase(language, 'path_diagram.hint_comma')}{format_p_statement(arrow.p_value)}" if tested else ""
    return phrase(
        language, f"path_diagram.hint{_raw(data)}_{arrow.kind}", source=known.get(arrow.source, arrow.source),
        target=known.get(arrow.target, arrow.target), value=_ranged(arrow, data), p=p,
    )  # fmt: skip


def caption_path_diagram(data: PathData, language: Language) -> str:
    """Return how to read the figure, and what it does not draw or print."""
    tested = any(math.isfinite(a.p_value) for a in data.graph.of_kind("path", "loading"))
    drawn = [mark.bundle for mark in data.arrows]
    inner = {v.name for v in data.graph.structural}
    notes = {
        ("caption" if tested else "no_p") + _raw(data): True,
        "intervals": any("\n" in mark.text for mark in data.arrows),
        "composites": bool(data.frames),
        "loadings": any(b.kind == "loading" and b.target in inner for b in drawn),
        "feedback": any(b.feedback for b in drawn),
        "few_labels": data.sparse,
    }
    words = [phrase(language, f"path_diagram.{key}") for key, holds in notes.items() if holds]
    for kind, key in HIDDEN.items():
        values = hidden_values(data, kind)
        if values:
            low, high = (_shown(v, data) for v in (min(values), max(values)))
            words.append(phrase(language, f"path_diagram.{key}", n=len(values), low=low, high=high))
    n = _indicator_residuals(data)
    if n:
        words.append(phrase(language, "path_diagram.indicator_residuals_hidden", n=n))
    if data.refused:
        words.insert(0, phrase(language, "path_diagram.refused_caption"))
    return phrase(language, "path_diagram.separator").join(words)


def hidden_values(data: PathData, kind: str) -> list[float]:
    """Return the covariances of a kind that the picture leaves out, indicators' residuals apart."""
    return [a.value for a in data.hidden if a.kind == kind and a not in data.graph.indicator_covariances]


def _indicator_residuals(data: PathData) -> int:
    return sum(a in data.graph.indicator_covariances for a in data.hidden)


def caption_numbers(data: PathData) -> tuple[tuple[str, float], ...]:
    """Return the computed numbers that the caption prints, by name."""
    found: list[tuple[str, float]] = []
    for kind, key in HIDDEN.items():
        values = hidden_values(data, kind)
        if values:
            found += [(f"{key}.n", len(values)), (f"{key}.low", min(values)), (f"{key}.high", max(values))]
    n = _indicator_residuals(data)
    return (*found, ("indicator_residuals_hidden.n", n)) if n else tuple(found)
