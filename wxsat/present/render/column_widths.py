"""How wide the columns of a printed table must be, and in what size its letters then stand."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wxsat.present.render.decimals import is_decimal, split_at_point
from wxsat.present.render.printed import PrintedTable
from wxsat.present.render.text import display_width

SIZES = (9.0, 8.5, 8.0, 7.5, 7.0, 6.5)
SMALLEST_UPRIGHT = 7.0
EASY_SIZE = 7.5
# Space left and right in a cell, in points; tighter where there are many columns.
PADDING, TIGHT_PADDING, MANY_COLUMNS = 3.5, 2.0, 11
# A text column asks for so many em at most and is not squeezed below so many where its text needs them; a
# heading lets its column grow by so many to take fewer lines.
WIDEST_TEXT, NARROWEST_TEXT, HEADING_GROWTH = 22.0, 6.0, 3.0
# An exact fit breaks for a rounding error.
SLACK = 0.25
# Widths in em of the widest face that a program without the named font falls back to: what fits there fits.
_EM = {
    **dict.fromkeys("0123456789", 0.64),
    **dict.fromkeys(".,:;'|!()[]ijlItf /", 0.42),
    **dict.fromkeys("−+<>=±≥≤×→", 0.84),
    **dict.fromkeys("mwMW%", 1.04),
}
UPPER, LOWER, WIDE = 0.85, 0.62, 1.0
# Where a line may break: after a space or a dash, and around Chinese characters, but neither after an opening
# nor before a closing mark.
_BREAKS = re.compile(
    r"(?<=[\s\-–—/])|(?<=[\u2e80-\u9fff\u3001\u3002，；：）])(?![）、，。；：”」%])|(?<=[^（“「])(?=[\u2e80-\u9fff（“「])"
)
# A run of characters without a place to break that no column can be as wide as: it is broken anywhere.
LONGEST_WORD = 24
# Room that is counted for a character of such a run, in em.
EM_A_CHARACTER = 0.72
_ENDLESS = re.compile(r"[^\s\-–—/\u200b\u2e80-\u9fff\u3000-\u303f\uff00-\uffef]+")
_WORDS = re.compile(r"[A-Za-z\u2e80-\u9fff]{2}")


@dataclass(frozen=True, slots=True)
class Layout:
    """Widths, padding and letter size in points, and whether the text fits without breaking a word."""

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
        Figures never wrap; headings and texts wrap between words, and the letters shrink to `EASY_SIZE` where a
        text would get less than half of the width it wishes for. ``fits`` is false where even that needs
        letters smaller than 7 points: a wider page is then better.
    """
    needs = [_needs(printed, place) for place in range(len(printed.columns))]
    padding = PADDING if len(needs) < MANY_COLUMNS else TIGHT_PADDING
    room = available - 2 * padding * len(needs)
    sizes = [points for points in SIZES if sum(minimum for minimum, _ in needs) * points <= room]
    if sizes:
        # Smaller letters rather than names over many lines, as far as they are still read with ease.
        eased = [points for points in sizes if points >= EASY_SIZE and not _squeezed(needs, points, room)]
        points = (eased or sizes)[0]
        widths = _share([m * points for m, _ in needs], [w * points for _, w in needs], room)
        return Layout(tuple(w + 2 * padding for w in widths), points, padding, points >= SMALLEST_UPRIGHT)
    points = SIZES[-1]
    least = [minimum * points for minimum, _ in needs]
    scale = room / sum(least)
    return Layout(tuple(width * scale + 2 * padding for width in least), points, padding, False)


def _squeezed(needs: list[tuple[float, float]], points: float, room: float) -> bool:
    """Return whether a column gets so little of what it wishes that its texts take three lines or more."""
    given = _share([least * points for least, _ in needs], [wish * points for _, wish in needs], room)
    return any(width < wish * points / 2 for width, (_, wish) in zip(given, needs, strict=True))


def em_width(text: str) -> float:
    """
    Return how wide a text is at most, in em of its letter size.

    Examples
    --------
    >>> round(em_width("−.93"), 2), em_width("信度")
    (2.54, 2.0)
    """
    return sum(_char_width(char) for char in text)


def break_endless(text: str, longest: int = LONGEST_WORD) -> str:
    """
    Return a text in which a word of more than so many characters may be broken, by zero-width spaces.

    Capitals take more room: of them fewer stay together.

    Examples
    --------
    >>> break_endless("a short word"), break_endless("x" * 5, 2).replace(chr(0x200B), "|")
    ('a short word', 'xx|xx|x')
    """
    widest = longest * EM_A_CHARACTER

    def broken(found: re.Match[str]) -> str:
        word = found.group()
        if len(word) <= longest and em_width(word) <= widest:
            return word
        parts = [""]
        for character in word:
            if len(parts[-1]) >= longest or (parts[-1] and em_width(parts[-1] + character) > widest):
                parts.append("")
            parts[-1] += character
        return "\u200b".join(parts)

    return _ENDLESS.sub(broken, text)


def _char_width(char: str) -> float:
    known = _EM.get(char)
    if known is not None:
        return known
    wide = display_width(char)
    return WIDE if wide == 2 else wide * (UPPER if char.isupper() else LOWER)


def _needs(printed: PrintedTable, place: int) -> tuple[float, float]:
    """Return the least and the wished width of one column, in em."""
    column = printed.columns[place]
    cells = [row[place].text for row in printed.rows]
    # Words may wrap, figures and intervals may not.
    whole = max([em_width(text) for text in cells if not _WORDS.search(text)] or [0.0])
    pieces = max([_longest_piece(text) for text in cells if _WORDS.search(text)] or [0.0])
    widest = max([em_width(text) for text in cells] or [0.0])
    if is_decimal(printed, place):
        # Under their decimal points, the figures need room for the longest part on either side.
        parts = [split_at_point(text) for text in cells if not _WORDS.search(text)]
        whole = max(whole, sum(max((em_width(part[side]) for part in parts), default=0.0) for side in (0, 1)))
        widest = max(widest, whole)
    kept = min(widest, NARROWEST_TEXT) if column.kind == "text" else 0.0
    least = max(whole, pieces, kept, _longest_piece(column.heading), 1.0)
    heading = min(em_width(column.heading), least + HEADING_GROWTH)
    return least + SLACK, max(least, min(widest, WIDEST_TEXT), heading) + SLACK


def _longest_piece(text: str) -> float:
    pieces = (part for piece in _BREAKS.split(text) for part in break_endless(piece).split("\u200b"))
    return max((em_width(piece.strip()) for piece in pieces if piece), default=0.0)


def _share(least: list[float], wished: list[float], room: float) -> list[float]:
    """Give every column its least width, and what remains to those that wish for more, in proportion."""
    spare = room - sum(least)
    wanting = [max(0.0, wish - minimum) for wish, minimum in zip(wished, least, strict=True)]
    total = sum(wanting)
    part = min(1.0, spare / total) if total else 0.0
    return [minimum + want * part for minimum, want in zip(least, wanting, strict=True)]
