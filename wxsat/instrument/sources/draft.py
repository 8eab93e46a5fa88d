"""Questions of a source -> a draft instrument in YAML that passes the check, and what is left to a person.

Questions that follow one another on the same list of answers become a construct; all others are background. Names,
directions and keys cannot be seen from outside and are asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from itertools import groupby
from pathlib import Path
from typing import Any

from wxsat.errors import InstrumentError, UsageError, nearest
from wxsat.finding import Finding
from wxsat.instrument.check_names import RESERVED
from wxsat.instrument.instrument import Language
from wxsat.instrument.sources.draft_yaml import draft_yaml
from wxsat.instrument.sources.found import Found, FoundQuestion
from wxsat.instrument.sources.rating import scale_codes

SOURCES = ("wjx-text", "xlsform", "qsf", "redcap-csv", "sav")
FEWEST_ITEMS = 3


@dataclass(frozen=True)
class Draft:
    """
    A draft of an instrument.

    Attributes
    ----------
    yaml : str
        The file's text.
    n_questions : int
        Questions taken over.
    findings : tuple of Finding
        What a person must fill in or look at: ``INST-119`` to ``INST-125``.
    """

    yaml: str
    n_questions: int
    findings: tuple[Finding, ...]


def import_instrument(path: str | Path, source: str, name: str = "") -> Draft:
    r"""
    Draft an instrument from what people already have.

    Parameters
    ----------
    path : str or Path
        The file.
    source : {"wjx-text", "xlsform", "qsf", "redcap-csv", "sav"}
        What it is.
    name : str
        Id of the instrument; the file's name when left out.

    Returns
    -------
    Draft
        Its YAML passes ``wxsat instrument check``.

    Raises
    ------
    UsageError
        ``INST-049`` for an unknown source.
    InstrumentError
        ``INST-001`` no such file; ``INST-045`` no text, ``INST-046`` another format, ``INST-048`` unreadable;
        ``INST-047`` if it has no closed or numeric question to make an instrument of.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "colours.txt"
    >>> _ = file.write_text("颜色\n\n1. 我喜欢蓝色[量表题]\n1~5\n\n2. 我喜欢红色[量表题]\n1~5\n", encoding="utf-8")
    >>> import_instrument(file, "wjx-text").n_questions
    2
    """
    if source not in SOURCES:
        hint = f"Allowed: {', '.join(SOURCES)}.{nearest(source, SOURCES)}"
        raise UsageError("INST-049", f"there is no source '{source}'.", where="--from", hint=hint)
    file = Path(path)
    if not file.is_file():
        raise InstrumentError("INST-001", "there is no such file.", where=str(file))
    module = source.replace("-", "_")
    read: Callable[[Path], Found] = getattr(import_module(f"wxsat.instrument.sources.{module}"), f"read_{module}")
    found = read(file)
    if not any(question.kind not in ("text", "multiple") for question in found.questions):
        message = f"{len(found.questions)} questions were found and none with one answer to choose or a number."
        raise InstrumentError("INST-047", message, where=str(file), hint="There is nothing to make an instrument of.")
    return _draft(found, name or file.stem)


@dataclass(frozen=True)
class _Named:
    id: str
    question: FoundQuestion


def _draft(found: Found, name: str) -> Draft:
    named = _named(found.questions)
    languages = draft_languages(found)
    runs = _runs(named)
    text, kept_conditions = draft_yaml(name, found, named_pairs(named), [named_pairs(run) for run in runs], languages)
    lost = [*found.unrouted, *kept_conditions]
    findings = _findings(found, named, runs, languages, lost)
    return Draft(text, len(named), findings)


def named_pairs(named: list[_Named]) -> list[tuple[str, FoundQuestion]]:
    """Return ids with their questions."""
    return [(each.id, each.question) for each in named]


def _named(questions: list[FoundQuestion]) -> list[_Named]:
    """Give every question an id that data and model text can hold, and no other question has."""
    taken: set[str] = set()
    named = []
    for number, question in enumerate(questions, start=1):
        bare = re.sub(r"[^A-Za-z0-9_]+", "_", question.name).strip("_")
        bare = bare if re.search(r"[A-Za-z0-9]", bare) else f"Q{number}"
        bare = bare if bare[0].isalpha() else f"Q{bare}"
        bare = f"{bare}_q" if bare.lower() in RESERVED else bare
        chosen, copy = bare, 2
        while chosen.lower() in taken:
            chosen, copy = f"{bare}_{copy}", copy + 1
        taken.add(chosen.lower())
        named.append(_Named(chosen, question))
    return named


def draft_languages(found: Found) -> list[Language]:
    """Return the languages that every wording has; the commoner one when none has all."""
    texts = [question.text for question in found.questions]
    texts += [answer.text for question in found.questions for answer in question.answers if answer.text.any]
    zh, en = sum(bool(text.zh) for text in texts), sum(bool(text.en) for text in texts)
    if zh == en == len(texts):
        return ["zh", "en"]
    return ["zh"] if zh >= en else ["en"]


def _runs(named: list[_Named]) -> list[list[_Named]]:
    """Gather questions that follow one another on one scale; the first usable question when there is no run."""

    def look(each: _Named) -> tuple[Any, ...] | None:
        return (each.question.group, each.question.answers) if scale_codes(each.question) else None

    runs = []
    for key, members in groupby(named, key=look):
        run = list(members)
        if key is not None and (len(run) >= FEWEST_ITEMS or (run[0].question.group and len(run) > 1)):
            runs.append(run)
    if runs:
        return runs
    usable = [each for each in named if scale_codes(each.question)]
    usable = usable or [each for each in named if each.question.kind in ("integer", "number")]
    usable = usable or [each for each in named if each.question.kind == "single"]
    return [[usable[0]]]


def _findings(
    found: Found, named: list[_Named], runs: list[list[_Named]], languages: list[Language], lost: list[str]
) -> tuple[Finding, ...]:
    renamed = [f"{each.question.name} -> {each.id}" for each in named if each.question.name != each.id]
    keyed = [each.id for run in runs for each in run if not each.question.reverse]
    said = (
        ("INST-119", [f"C{i}" for i in range(1, len(runs) + 1)], "constructs are runs of questions on one scale: name "
         "them, join or split them, and say what a high score means"),
        ("INST-120", keyed, "items are keyed '+': write key: \"R\" where a high answer means less"),
        ("INST-121", [each for each in ("zh", "en") if each not in languages], "has no complete wording: add it, and "
         "name the language under `languages`"),
        ("INST-122", renamed, "names were changed to be names of columns"),
        ("INST-123", found.skipped, "were not taken over"),
        ("INST-124", lost, "conditions were not taken over: write `ask_if`"),
        ("INST-125", found.counted, "had no codes: their answers were counted from 1, look at the direction"),
    )  # fmt: skip
    findings = []
    for code, subjects, words in said:
        if subjects:
            more = f" and {len(subjects) - 12} more" if len(subjects) > 12 else ""
            listed = ", ".join(subjects[:12]) + more
            evidence = {"items": ", ".join(subjects), "count": len(subjects)}
            findings.append(Finding(code, "note", listed, f"{listed}: {words}.", evidence))
    return tuple(findings)
