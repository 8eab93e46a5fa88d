"""How wide the columns of a printed table must be, and in what size its letters then stand."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wxsat.present.render.printed import PrintedTable
from wxsat.present.render.text import display_width

SIZES = (9.0, 8.5, 8.0, 7.5, 7.0, 6.5)
SMALLEST_UPRIGHT = 7.5
# A Latin letter of a text face is about half an em wide, a little more with capitals and figures; a Chinese one is an em.
EM_PER_UNIT = 0.53
PADDING = 3.5
# Text columns may wrap: they ask for this many units at most and yield to this many.
WIDEST_TEXT, NARROWEST_TEXT = 40, 10
_BREAKS = re.compile(r"(?<=[\s\-–—/,;，；、（(])|(?<=[\u2e80-\u9fff\uff00-\uffef])")


@dataclass(frozen=True, slots=True)
class Layout:
    """Widths in points, letter size in points, and whether the text fits without breaking a word."""

    widths: tuple[float, ...]
    points: float
    padding: float
    fits: bool


def lay_out(printed: PrintedTable, available: float) -> Layout:
    """
    Choose the largest letter size in which a table fits a given width.

    Parameters
    ----------
    printed : PrintedTable
    available : float
        Width between the margins, in points.

    Returns
    -------
    Layout
        Figures never wrap; headings and texts wrap between words. ``fits`` is false where even that needs letters
        smaller than 7.5 points: a wider page is then better.
    """
    needs = [_needs(printed, place) for place in range(len(printed.columns))]
    for points in SIZES:
        unit = points * EM_PER_UNIT
        room = available - 2 * PADDING * len(needs)
        least = [minimum * unit for minimum, _ in needs]
        if sum(least) <= room:
            widths = _share(least, [wish * unit for _, wish in needs], room)
            return Layout(tuple(w + 2 * PADDING for w in widths), points, PADDING, points >= SMALLEST_UPRIGHT)
    scale = (available - 2 * PADDING * len(needs)) / sum(least)
    return Layout(tuple(width * scale + 2 * PADDING for width in least), SIZES[-1], PADDING, False)


def _needs(printed: PrintedTable, place: int) -> tuple[float, float]:
    """Return the least and the wished width of one column, in units of half an em."""
    heading = printed.columns[place].heading
    cells = [row[place].text for row in printed.rows]
    longest_word = max([_longest_piece(heading), 1])
    if printed.columns[place].kind != "text":
        figures = max([display_width(text) for text in cells if not _wraps(text)] or [1])
        texts = max([_longest_piece(text) for text in cells if _wraps(text)] or [1])
        least = max(figures, texts, longest_word)
        return least, max(least, min(display_width(heading), least + 6))
    widest = max([display_width(text) for text in cells] + [1])
    longest = max([_longest_piece(text) for text in cells] + [longest_word])
    least = max(longest, min(widest, NARROWEST_TEXT))
    return least, max(least, min(widest, WIDEST_TEXT), min(display_width(heading), 12))


def _wraps(text: str) -> bool:
    """Whether a cell of a numeric column is words: figures, intervals and marks hold no long run of letters."""
    return bool(re.search(r"[A-Za-z\u2e80-\u9fff]{2}", text))


def _longest_piece(text: str) -> int:
    return max((display_width(piece.strip()) for piece in _BREAKS.split(text) if piece), default=0)


def _share(least: list[float], wished: list[float], room: float) -> list[float]:
    """Give every column its least width, and what remains to those that wish for more, in proportion."""
    spare = room - sum(least)
    wanting = [max(0.0, wish - minimum) for wish, minimum in zip(wished, least, strict=True)]
    total = sum(wanting)
    part = min(1.0, spare / total) if total else 0.0
    return [minimum + want * part for minimum, want in zip(least, wanting, strict=True)]
