"""Texts that a picture can carry: what people typed, without the characters that have no shape or turn a line round.

Tables and pages keep such characters, where they do no harm; letters drawn one by one cannot.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

# They join letters of Arabic, Persian and Indic scripts, and the parts of an emoji.
_JOINERS = "\u200c\u200d"


def drawable_text(text: str) -> str:
    r"""
    Return a text without control characters, marks of direction and other characters without a shape.

    Examples
    --------
    >>> drawable_text("\ufeffTrust\u202e in\tit")
    'Trust in it'
    """
    if text.isascii() and text.isprintable():
        return text
    drawn = "".join(_drawable(character) for character in text)
    return text if drawn == text else drawn


def _drawable(character: str) -> str:
    if character == "\n" or character in _JOINERS:
        return character
    kind = unicodedata.category(character)
    if kind in ("Zl", "Zp") or character == "\t":
        return " "
    return {"Cc": "", "Cf": "", "Cs": "\ufffd"}.get(kind, character)


def drawable_data(data: Any) -> Any:
    r"""
    Return the data of a figure with every text in its fields, tuples, lists and mappings made drawable.

    What holds no such text comes back as it is, the same object.

    Examples
    --------
    >>> drawable_data(("a\u202e", 1.5))
    ('a', 1.5)
    """
    if isinstance(data, str):
        return drawable_text(data)
    if is_dataclass(data) and not isinstance(data, type):
        old = {field.name: getattr(data, field.name) for field in fields(data) if field.init}
        new = {name: drawable_data(value) for name, value in old.items()}
        return replace(data, **new) if any(new[name] is not old[name] for name in old) else data
    if isinstance(data, Mapping):
        pairs = {drawable_data(key): drawable_data(value) for key, value in data.items()}
        changed = any(a is not c or b is not d for (a, b), (c, d) in zip(data.items(), pairs.items(), strict=False))
        return pairs if changed and len(pairs) == len(data) else data
    if isinstance(data, tuple | list):
        parts = [drawable_data(part) for part in data]
        if all(new is old for new, old in zip(parts, data, strict=True)):
            return data
        return type(data)(*parts) if hasattr(data, "_fields") else type(data)(parts)
    return data
