"""How a table looks on paper: the three-line table of CY/T 170-2019, or the table of APA's seventh edition."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, get_args

from wxsat.errors import UsageError, nearest
from wxsat.present.numbers import Language

TableStyle = Literal["cyt", "apa"]
# Short words that APA's title case leaves small unless they open the title or follow a colon; four letters are long.
_SMALL = frozenset(
    {
        "a",
        "an",
        "and",
        "as",
        "at",
        "but",
        "by",
        "for",
        "if",
        "in",
        "nor",
        "of",
        "off",
        "on",
        "or",
        "per",
        "so",
        "the",
        "to",
        "up",
        "via",
        "vs",
        "yet",
    }
)
_LONGEST_SMALL = 3


@dataclass(frozen=True, slots=True)
class TableLook:
    """
    What a style fixes.

    Attributes
    ----------
    top, middle, bottom : int
        Thickness of the three lines in eighths of a point.
    one_line : bool
        Number and title in one centred line; else the number in bold and under it the title in italics.
    caption_font : str
        East-Asian font of the caption.
    """

    top: int
    middle: int
    bottom: int
    one_line: bool
    caption_font: str


LOOKS: dict[TableStyle, TableLook] = {
    "cyt": TableLook(top=12, middle=6, bottom=12, one_line=True, caption_font="黑体"),
    "apa": TableLook(top=6, middle=6, bottom=6, one_line=False, caption_font="宋体"),
}


def choose_style(style: str | None, language: Language) -> TableStyle:
    """
    Return the style that was asked for, or the one that the language is used to.

    Parameters
    ----------
    style : {"cyt", "apa"} or None
    language : {"zh", "en"}

    Returns
    -------
    str

    Raises
    ------
    UsageError
        OUT-024 for another style.

    Examples
    --------
    >>> choose_style(None, "zh"), choose_style(None, "en"), choose_style("apa", "zh")
    ('cyt', 'apa', 'apa')
    """
    if not style:
        return "cyt" if language == "zh" else "apa"
    for known in get_args(TableStyle):
        if style == known:
            return known  # type: ignore[no-any-return]
    raise UsageError(
        "OUT-024",
        f"there is no table style '{style}'.",
        hint=f"Known: cyt (CY/T 170-2019), apa (APA 7).{nearest(style, get_args(TableStyle))}",
    )


def title_case(title: str) -> str:
    """
    Return an English title with its major words capitalised, as APA prints titles of tables.

    Words that hold a capital or a digit already stay as they are.

    Examples
    --------
    >>> title_case("Reliability and convergent validity of the scales: an overview")
    'Reliability and Convergent Validity of the Scales: An Overview'
    >>> title_case("Fit of the models (CFI, p)")
    'Fit of the Models (CFI, p)'
    """
    pieces = re.split(r"(\s+)", title)
    raised, opening = [], True
    for piece in pieces:
        word = re.sub(r"[^A-Za-z]", "", piece)
        small = word.lower() in _SMALL and not opening
        raised.append(piece if small or len(word) < 2 or word != word.lower() else _capital(piece))
        if piece.strip():
            opening = piece.rstrip().endswith((":", "?", "."))
    return "".join(raised)


def _capital(piece: str) -> str:
    """Raise the first letter, and that after a hyphen in a compound of long words."""
    parts = piece.split("-")
    raised = [
        re.sub(r"[A-Za-z]", lambda m: m[0].upper(), part, count=1)
        if position == 0 or len(part) > _LONGEST_SMALL
        else part
        for position, part in enumerate(parts)
    ]
    return "-".join(raised)
