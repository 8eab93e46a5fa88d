"""Wording: every heading and sentence of a report in one language, by key; both languages have the same keys.

The texts lie in ``locale/{zh,en}/<topic>.yml``; the first part of a key names the topic. A field in a text
takes a format of :mod:`wxsat.present.numbers`: ``{cfi:share3}``, ``{n:integer}``, ``{gain:number1}``,
``{p:p}``, ``{missing:percent1}``.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from wxsat.errors import WxsatError, nearest
from wxsat.finding import Finding
from wxsat.present import numbers
from wxsat.present.numbers import Language

FOLDER = Path(__file__).with_suffix("")
_SPEC = re.compile(r"(number|share|percent|integer|p)(\d?)")


class _Formatter(string.Formatter):
    """``str.format`` with this package's number formats instead of Python's."""

    def __init__(self, language: Language) -> None:
        self.separator = "、" if language == "zh" else ", "

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, (list, tuple)):
            return self.separator.join(str(part) for part in value)
        match = _SPEC.fullmatch(format_spec)
        if match is None:
            return str(super().format_field(value, format_spec))
        if isinstance(value, bool) or not (value is None or isinstance(value, (int, float))):
            return str(value)
        return _format_figure(value, match[1], match[2])


def _format_figure(value: float | None, kind: str, digits: str) -> str:
    match kind:
        case "integer":
            return numbers.format_integer(value)
        case "p":
            return numbers.format_p_value(value)
        case "percent":
            return numbers.format_percent(value, int(digits or 1))
        case _:
            return numbers.format_number(value, int(digits or 2), no_zero=kind == "share")


class Wording:
    """
    The texts of one language.

    Examples
    --------
    >>> wording("en").get("tables.reliability.title")
    'Reliability and convergent validity of the scales'
    """

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self._formatter = _Formatter(language)

    def get(self, key: str, /, **fields: Any) -> str:
        """
        Return one text with its fields filled in.

        Raises
        ------
        WxsatError
            OUT-001 when there is no such key, OUT-002 when a field of the text was not given.
        """
        text = self.find(key, **fields)
        if text is None:
            hint = nearest(key, self.keys(key.split(".")[0]))
            raise WxsatError("OUT-001", f"there is no wording {key!r} in language {self.language!r}.{hint}")
        return text

    def find(self, key: str, /, **fields: Any) -> str | None:
        """Return one text, or None where the key is unknown (a code of the data that has no wording)."""
        template = _texts(self.language, key.split(".")[0]).get(key)
        if template is None:
            return None
        try:
            return self._formatter.vformat(template, (), fields)
        except (KeyError, IndexError) as error:
            raise WxsatError(
                "OUT-002",
                f"the wording {key!r} needs the field {error}; given: {', '.join(fields) or 'none'}.",
            ) from error

    def keys(self, topic: str) -> tuple[str, ...]:
        """Return every key of a topic, in the order of its file."""
        return tuple(_texts(self.language, topic))

    def finding(self, finding: Finding, subject: str | None = None) -> str:
        """
        Return a finding in this language, filled from its evidence.

        Falls back to the finding's own English message where the code has no wording or its evidence lacks a
        field: a report must not lose a finding over its wording.

        Parameters
        ----------
        finding : Finding
        subject : str, optional
            The name to print for the finding's subject; its id by default.
        """
        fields = {name: self.term(value) for name, value in finding.evidence.items()}
        fields["subject"] = subject or finding.subject
        try:
            return self.find(f"findings.{finding.code}", **fields) or finding.message
        except WxsatError:
            return finding.message

    def term(self, value: Any) -> Any:
        """Return a code of the evidence in words, everything else as it is."""
        if isinstance(value, (list, tuple)):
            return [self.term(part) for part in value]
        return (self.find(f"findings.terms.{value}") or value) if isinstance(value, str) else value


@lru_cache(maxsize=2)
def wording(language: Language) -> Wording:
    """Return the texts of one language."""
    return Wording(language)


def topics(language: Language) -> tuple[str, ...]:
    """Return the topics that have a file in one language, sorted."""
    return tuple(sorted(path.stem for path in (FOLDER / language).glob("*.yml")))


@lru_cache(maxsize=64)
def _texts(language: Language, topic: str) -> Mapping[str, str]:
    import yaml

    path = FOLDER / language / f"{topic}.yml"
    if not path.is_file():
        return {}
    return _flat(yaml.safe_load(path.read_text(encoding="utf-8")) or {}, topic)


def _flat(tree: Mapping[Any, Any], prefix: str) -> dict[str, str]:
    texts: dict[str, str] = {}
    for key, value in tree.items():
        name = f"{prefix}.{key}"
        if isinstance(value, Mapping):
            texts |= _flat(value, name)
        else:
            texts[name] = str(value).rstrip("\n")
    return texts
