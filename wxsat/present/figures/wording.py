"""The words that a picture prints: sentences of ``locale/*/figures.yml``, codes in the tables' words, line breaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from wxsat.present.locale import wording
from wxsat.present.numbers import MINUS, MISSING, format_number, join_interval

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Composite, Construct, Instrument, Language

_NO_LINE_START = "，。、；：？！）》」』”’%,.;:?!)"
_NO_LINE_END = "（《「『“‘("
# A longer name leaves no room for what a picture shows; the tables print it whole.
LONGEST_NAME = 32.0
# A longer word is broken where a line is narrower than it.
LONGEST_WORD = 12.0


def phrase(language: Language, key: str, /, **values: object) -> str:
    """
    Return one sentence or word of the figures, filled in.

    Examples
    --------
    >>> phrase("en", "severity.axis")
    'Severity (0–100)'
    """
    return wording(language).get(f"figures.{key}", **values)


def table_word(language: Language, group: str, code: object, default: str | None = None) -> str:
    """
    Return the word that the tables print for a code, or `default` (the code itself) where they have none.

    Examples
    --------
    >>> table_word("en", "verdict", "severe")
    'severe'
    """
    found = wording(language).find(f"tables.{group}.{code}")
    return found if found is not None else (str(code) if default is None else default)


def names_in(
    instrument: Instrument | None, language: Language, names: Mapping[str, str] | None = None
) -> dict[str, str]:
    """
    Return the printed name of every construct and composite; `names` adds to the instrument's or overrules it.

    An id that is in neither prints as itself: use ``names.get(id, id)``. Names stand on one line and are shortened to
    ``LONGEST_NAME`` em.
    """
    found: dict[str, str] = {}
    if instrument is not None:
        parts: tuple[Construct | Composite, ...] = (*instrument.constructs, *instrument.composites)
        found = {part.id: part.name.text(language) or part.id for part in parts}
    return {key: shorten(one_line(name), LONGEST_NAME) for key, name in (found | dict(names or {})).items()}


def one_line(text: str) -> str:
    r"""
    Return a text without the line breaks that somebody typed into it.

    Examples
    --------
    >>> one_line("Perceived\n  usefulness ")
    'Perceived usefulness'
    """
    return " ".join(text.split())


def shorten(text: str, width: float) -> str:
    """
    Return a text of at most so many em, its end replaced by an ellipsis where it is longer.

    Examples
    --------
    >>> shorten("信息质量", 3), shorten("信任", 3)
    ('信息…', '信任')
    """
    if em_width(text) <= width:
        return text
    kept, room = "", width - 1
    for character in text:
        room -= _character_em(character)
        if room < 0:
            break
        kept += character
    return kept.rstrip() + "…"


def em_width(text: str) -> float:
    """
    Return the approximate width of one line of text in em: a Chinese character is 1, others as in DejaVu Sans.

    Examples
    --------
    >>> em_width("信任")
    2.0
    """
    return sum(_character_em(character) for character in text)


def widest(labels: Sequence[str], points: float) -> float:
    """Return the approximate width in inches of the widest line of some labels at a type size."""
    return max((em_width(line) for label in labels for line in label.split("\n")), default=0.0) * points / 72


def _character_em(character: str) -> float:
    if ord(character) >= 0x2E80:
        return 1.0
    if character in " .,:;'|!()[]ijlIft·":
        return 0.36
    if character in "mwMW%—":
        return 0.95
    return 0.66 if character.isupper() else 0.62


def wrap_text(text: str, width: float, *, most_lines: int = 0, longest_word: float = LONGEST_WORD) -> str:
    r"""
    Break text into lines of at most `width` em: Chinese anywhere but around punctuation, other text at spaces.

    As few lines as fit, about equally long. A single word longer than the line stays whole, and is broken where it is
    longer than `longest_word` too. With `most_lines` the end gives way to an ellipsis where there would be more lines.

    Examples
    --------
    >>> wrap_text("信息质量", 2)
    '信息\n质量'
    >>> wrap_text("信息质量与公众信任", 4, most_lines=2)
    '信息质量\n与公众…'
    """
    limit = max(width, longest_word)
    lines = _paragraphs(text, width, limit)
    room = most_lines * width
    while most_lines and len(lines) > most_lines and room > 1:
        lines = _paragraphs(shorten(text, room), width, limit)
        room -= 0.5
    return "\n".join(lines)


def _paragraphs(text: str, width: float, limit: float) -> list[str]:
    return [line for paragraph in text.split("\n") for line in _balanced(paragraph, width, limit)]


def _balanced(text: str, width: float, limit: float) -> list[str]:
    lines = _wrapped(text, width, limit)
    narrower = width
    while len(lines) > 1 and narrower > 1:
        narrower -= 0.5
        tried = _wrapped(text, narrower, limit)
        if len(tried) > len(lines) or max(map(em_width, tried)) > width:
            break
        lines = tried
    return lines


def _wrapped(text: str, width: float, limit: float) -> list[str]:
    lines, line = [], ""
    for piece in _pieces(text, width, limit):
        if line and em_width(line + piece.rstrip()) > width + 1e-9:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    lines.append(line.rstrip())
    return lines


def _pieces(text: str, width: float, limit: float) -> list[str]:
    """Split into the smallest runs that may not be broken."""
    pieces: list[str] = []
    for character in text:
        glued = bool(pieces) and (
            character in _NO_LINE_START
            or pieces[-1][-1] in _NO_LINE_END
            or (character == " " or (_is_latin(character) and pieces[-1][-1] != " " and _is_latin(pieces[-1][-1])))
        )
        if glued:
            pieces[-1] += character
        else:
            pieces.append(character)
    return [part for piece in pieces for part in _parts_of(piece, width, limit)]


def _parts_of(word: str, width: float, limit: float) -> list[str]:
    """Break a word that is longer than the limit into parts of a line's width."""
    if em_width(word.rstrip()) <= limit:
        return [word]
    parts = [""]
    for character in word:
        if parts[-1] and em_width(parts[-1] + character) > width and character not in " " + _NO_LINE_START:
            parts.append("")
        parts[-1] += character
    return parts


def _is_latin(character: str) -> bool:
    return ord(character) < 0x2E80


def listing(parts: Sequence[str], language: Language) -> str:
    """Join parts of an alt text with the language's separator."""
    return ("；" if language == "zh" else "; ").join(parts)


# The short name by which drawings call the one place that formats numbers.
fixed = format_number


def interval_text(lower: float, upper: float, digits: int = 2, *, no_zero: bool = False) -> str:
    """
    Return a range for a place too narrow for words: ``.37–.49``, or ``−.37, .29`` where an end is negative.

    Examples
    --------
    >>> interval_text(-0.37, 0.29, no_zero=True)
    '−.37, .29'
    """
    low, high = (format_number(end, digits, no_zero=no_zero) for end in (lower, upper))
    if low == high == MISSING:
        return MISSING
    return low + (", " if MINUS in low + high else "–") + high


def with_interval(value: float, lower: float, upper: float, digits: int = 2, *, no_zero: bool = False) -> str:
    """
    Return an estimate with its interval for the column beside a plot; one dash where both are missing.

    Examples
    --------
    >>> with_interval(57.0, 55.1, 58.9, 1)
    '57.0  [55.1, 58.9]'
    """
    ends = (format_number(end, digits, no_zero=no_zero) for end in (lower, upper))
    texts = (format_number(value, digits, no_zero=no_zero), join_interval(*ends))
    return "  ".join(text for text in texts if text != MISSING) or MISSING
