"""The words in a path diagram: names of variables, their lines, and the ellipse that holds them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from wxsat.present.figures.wording import em_width, names_in, wrap_text

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument, Language
    from wxsat.present.figures.path_graph import PathGraph

WIDEST_LATIN, WIDEST_CHINESE = 8.2, 6.0
LINE_HEIGHT = 1.28
FLATTEST, TALLEST = 0.42, 0.7


def variable_names(
    graph: PathGraph, instrument: Instrument | None, language: Language, names: Mapping[str, str] | None
) -> dict[str, str]:
    """Return the printed name of every variable: the instrument's, else its id; an item has its construct's name."""
    known = names_in(instrument, language, names)
    if instrument is not None:
        for construct in instrument.constructs:
            for item in construct.items:
                known.setdefault(item.id, construct.name.text(language) or item.id)
    return {
        v.name: (names or {}).get(v.name, v.name) if v.kind == "indicator" else known.get(v.name, v.name)
        for v in graph.variables
    }


def with_id(id: str, name: str) -> str:
    """Return the name with its id in front, unless it begins with it."""
    return name if name.startswith(id) else f"{id} {name}"


def short_lines(name: str) -> tuple[str, ...]:
    """
    Return a name in few lines of about equal length; English words break at their hyphens.

    Examples
    --------
    >>> short_lines("Perceived ease of use")
    ('Perceived', 'ease of use')
    """
    chinese = any(ord(character) >= 0x2E80 for character in name)
    text = name if chinese else name.replace("-", "-\N{ZERO WIDTH SPACE} ")
    width = WIDEST_CHINESE if chinese else WIDEST_LATIN
    if chinese and em_width(text) > width and "（" in text[1:]:
        before, _, after = text.partition("（")
        return (*short_lines(before), "（" + after)
    lines = _lines(text, width)
    while width > 2:
        narrower = _lines(text, width - 0.25)
        if len(narrower) > len(lines) or max(map(em_width, narrower)) > max(map(em_width, lines)):
            break
        width, lines = width - 0.25, narrower
    return tuple(line.replace("-\N{ZERO WIDTH SPACE} ", "-").replace("\N{ZERO WIDTH SPACE}", "") for line in lines)


def _lines(text: str, width: float) -> list[str]:
    return wrap_text(text, width).split("\n")


def fit_ellipse(texts: Sequence[tuple[Sequence[str], str]], points: float, meta_points: float) -> tuple[float, float]:
    """
    Return half width and half height, in inches, of the smallest ellipse that holds any of the texts.

    Parameters
    ----------
    texts : sequence of (lines, meta)
        Lines at size `points`, under them one line at size `meta_points` (may be empty).
    """
    best = (math.inf, 0.0, 0.0)
    for step in range(25):
        ratio = FLATTEST + (TALLEST - FLATTEST) * step / 24
        half_width = max(0.3, *(_half_width_at(text, points, meta_points, ratio) for text in texts))
        # Width is dear (every layer needs it), height less so.
        cost = half_width * (1 + 0.45 * ratio)
        best = min(best, (cost, half_width, half_width * ratio))
    return best[1] + 0.015, best[2] + 0.015


def _half_width_at(text: tuple[Sequence[str], str], points: float, meta_points: float, ratio: float) -> float:
    """Return the half width at which every line's corners lie within an ellipse of a given height to width."""
    lines, meta = text
    rows = [(line, points) for line in lines] + ([(meta, meta_points)] if meta else [])
    heights = [size * LINE_HEIGHT / 72 for _, size in rows]
    edge, needed = -sum(heights) / 2, 0.0
    for (line, size), height in zip(rows, heights, strict=True):
        half = em_width(line) * size / 72 / 2 + 0.02
        # Letters fill about three quarters of their line.
        far = max(abs(edge + 0.13 * height), abs(edge + 0.87 * height))
        needed = max(needed, math.hypot(half, far / ratio))
        edge += height
    return needed
