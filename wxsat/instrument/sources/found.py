"""What a source holds: questions with their answers, before anything is made of them."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import Literal

FoundKind = Literal["single", "multiple", "integer", "number", "text"]
_TAG = re.compile(r"<[^>]*>")
_CJK = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True)
class FoundText:
    """A wording in one or both languages; empty where there is none."""

    zh: str = ""
    en: str = ""

    @property
    def any(self) -> str:
        """The wording in whichever language there is."""
        return self.zh or self.en


@dataclass(frozen=True)
class FoundAnswer:
    """One answer: its code and wording."""

    code: int
    text: FoundText
    missing: bool = False


@dataclass(frozen=True)
class FoundCondition:
    """Asked only if `name` was answered with one of `codes`."""

    name: str
    codes: tuple[int, ...]


@dataclass(frozen=True)
class FoundQuestion:
    """
    One question of a source.

    Attributes
    ----------
    name : str
        Its name there; may be empty or unfit for an id.
    kind, text, answers, low, high
        What is asked and how it may be answered.
    group : str
        Name of the grid it stands in; empty when alone.
    stem : FoundText
        Sentence above the grid.
    reverse : bool
        Whether the source says that it is reverse-keyed.
    condition : FoundCondition or None
    identifier : bool
        Whether it identifies the respondent.
    """

    name: str
    kind: FoundKind
    text: FoundText
    answers: tuple[FoundAnswer, ...] = ()
    group: str = ""
    stem: FoundText = FoundText()
    low: float | None = None
    high: float | None = None
    reverse: bool = False
    condition: FoundCondition | None = None
    identifier: bool = False


@dataclass
class Found:
    """
    Everything a source holds.

    Attributes
    ----------
    title : FoundText
    questions : list of FoundQuestion
    skipped : list of str
        What was left out, with the reason.
    unrouted : list of str
        Conditions that could not be taken over.
    counted : list of str
        Questions whose answers had no whole-number codes and were counted from 1.
    """

    title: FoundText = FoundText()
    questions: list[FoundQuestion] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    unrouted: list[str] = field(default_factory=list)
    counted: list[str] = field(default_factory=list)


def plain(text: object) -> str:
    r"""
    Return a wording in one line, without markup.

    Examples
    --------
    >>> plain("How <b>are</b>&nbsp;you?\n")
    'How are you?'
    """
    bare = html.unescape(_TAG.sub(" ", str(text if text is not None else "")))
    return " ".join(bare.replace("\u200b", "").split())


def worded(text: object) -> FoundText:
    """Return a wording under the language of its characters."""
    bare = plain(text)
    return FoundText(zh=bare) if _CJK.search(bare) else FoundText(en=bare)


def whole(code: object) -> int | None:
    """Return a code as a whole number, None when it is none."""
    try:
        number = float(str(code).strip())
    except ValueError:
        return None
    return int(number) if number == int(number) and abs(number) < 1e9 else None
