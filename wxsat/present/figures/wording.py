"""The words and figures that a picture prints: sentences from the locale files, numbers rounded here."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument, Language

MINUS = "\N{MINUS SIGN}"
_NO_LINE_START = "，。、；：？！）》」』”’%,.;:?!)"
_NO_LINE_END = "（《「『“‘("


@lru_cache(maxsize=4)
def figure_wording(language: Language) -> Mapping[str, Any]:
    """Return every word that figures use, in one language."""
    text = files("wxsat.present").joinpath("locale", language, "figures.yml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def phrase(language: Language, key: str, **values: object) -> str:
    """
    Return one sentence or word, filled in; KeyError for an unknown key.

    Examples
    --------
    >>> phrase("en", "severity.axis")
    'Severity (0–100)'
    """
    node: Any = figure_wording(language)
    for part in key.split("."):
        node = node[part]
    return str(node).format(**values) if values else str(node)


def phrase_or(language: Language, group: str, key: object, default: str) -> str:
    """Return the word of a code in one group of the locale file, or `default` for a code it does not know."""
    return str(figure_wording(language)[group].get(str(key), default))


def fixed(value: float, digits: int = 2, *, no_zero: bool = False) -> str:
    """
    Return a number with fixed decimals and a real minus sign; ``–`` when it is missing.

    Examples
    --------
    >>> fixed(-0.456, 2, no_zero=True)
    '−.46'
    """
    if value is None or not math.isfinite(value):
        return "–"
    text = f"{abs(value):.{digits}f}"
    sign = MINUS if value < 0 and float(text) != 0 else ""
    if no_zero and text.startswith("0."):
        text = text[1:]
    return sign + text


def interval_text(lower: float, upper: float, digits: int = 2, *, no_zero: bool = False) -> str:
    """Return ``lower–upper`` (with ``, `` instead of the dash when a bound is negative), or ``–`` when missing."""
    if not (math.isfinite(lower) and math.isfinite(upper)):
        return "–"
    separator = ", " if lower < 0 or upper < 0 else "–"
    return fixed(lower, digits, no_zero=no_zero) + separator + fixed(upper, digits, no_zero=no_zero)


def names_in(
    instrument: Instrument | None, language: Language, names: Mapping[str, str] | None = None
) -> dict[str, str]:
    """
    Return the printed name of every construct and composite; `names` adds to the instrument's or overrules it.

    An id that is in neither prints as itself: use ``names.get(id, id)``.
    """
    found: dict[str, str] = {}
    if instrument is not None:
        for part in (*instrument.constructs, *instrument.composites):
            found[part.id] = part.name.text(language) or part.id
    found.update(names or {})
    return found


def em_width(text: str) -> float:
    """
    Return the approximate width of one line of text in em: a Chinese character is 1, others as in DejaVu Sans.

    Examples
    --------
    >>> em_width("信任")
    2.0
    """
    return sum(_character_em(character) for character in text)


def _character_em(character: str) -> float:
    if ord(character) >= 0x2E80:
        return 1.0
    if character in " .,:;'|!()[]ijlIft·":
        return 0.36
    if character in "mwMW%—":
        return 0.95
    return 0.66 if character.isupper() else 0.62


def wrap_text(text: str, width: float) -> str:
    """
    Break text into lines of at most `width` em: Chinese anywhere but around punctuation, other text at spaces.

    A single word longer than the line stays whole.

    Examples
    --------
    >>> wrap_text("信息质量", 2)
    '信息\\n质量'
    """
    return "\n".join(line for paragraph in text.split("\n") for line in _wrapped(paragraph, width))


def _wrapped(text: str, width: float) -> list[str]:
    lines, line = [], ""
    for piece in _pieces(text):
        if line and em_width(line + piece.rstrip()) > width + 1e-9:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    lines.append(line.rstrip())
    return lines


def _pieces(text: str) -> list[str]:
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
    return pieces


def _is_latin(character: str) -> bool:
    return ord(character) < 0x2E80


def listing(parts: list[str], language: Language) -> str:
    """Join parts of an alt text with the language's separator."""
    return ("；" if language == "zh" else "; ").join(parts)
