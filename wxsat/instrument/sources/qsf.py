"""Qualtrics survey file (QSF, JSON) -> questions: choices with their recoded values, grids row by row."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wxsat.errors import InstrumentError
from wxsat.instrument.sources.found import (
    Found,
    FoundAnswer,
    FoundKind,
    FoundQuestion,
    FoundText,
    plain,
    whole,
    worded,
)
from wxsat.instrument.yaml_tree import decode

_SINGLE = frozenset({"SAVR", "SAHR", "SACOL", "DL", "SB", "NPS"})
_MULTIPLE = frozenset({"MAVR", "MAHR", "MACOL", "MSB"})
_SILENT = frozenset({"DB", "Timing", "Captcha", "Meta"})


def read_qsf(path: Path) -> Found:
    """
    Read a survey file.

    Raises
    ------
    InstrumentError
        ``INST-045`` if it is no JSON text, ``INST-046`` if it is no survey file.
    """
    text, _, faults = decode(path.read_bytes(), str(path))
    try:
        document = json.loads(text) if not faults else None
    except ValueError:
        document = None
    if document is None:
        raise InstrumentError("INST-045", "this is no JSON text.", where=str(path), hint="Expected a .qsf export.")
    elements = document.get("SurveyElements") if isinstance(document, dict) else None
    if not isinstance(elements, list):
        raise InstrumentError("INST-046", "this is no QSF: `SurveyElements` is missing.", where=str(path))
    entry = document.get("SurveyEntry")
    found = Found(title=worded(entry.get("SurveyName") if isinstance(entry, dict) else path.stem))
    payloads = {
        str(each.get("PrimaryAttribute")): each["Payload"]
        for each in elements
        if isinstance(each, dict) and each.get("Element") == "SQ" and isinstance(each.get("Payload"), dict)
    }
    for question_id in _in_order(elements, payloads):
        _take(payloads[question_id], found)
    return found


def _in_order(elements: list[Any], payloads: dict[str, Any]) -> list[str]:
    """Return the questions in the order of the blocks, those in the trash left out."""
    blocks = next((e.get("Payload") for e in elements if isinstance(e, dict) and e.get("Element") == "BL"), None)
    listed = list(blocks.values()) if isinstance(blocks, dict) else blocks
    if not isinstance(listed, list):
        return list(payloads)
    order = [
        str(part.get("QuestionID"))
        for block in listed
        if isinstance(block, dict) and block.get("Type") != "Trash"
        for part in block.get("BlockElements") or []
        if isinstance(part, dict) and part.get("Type") == "Question"
    ]
    return [each for each in dict.fromkeys(order) if each in payloads]


def _take(payload: dict[str, Any], found: Found) -> None:
    kind, selector = str(payload.get("QuestionType")), str(payload.get("Selector"))
    name = str(payload.get("DataExportTag") or payload.get("QuestionID"))
    if kind in _SILENT:
        return
    if payload.get("DisplayLogic"):
        found.unrouted.append(f"{name}: display logic")
    if payload.get("SkipLogic"):
        found.unrouted.append(f"{name}: skip logic")
    text = worded(payload.get("QuestionText"))
    if kind == "MC" and selector in _SINGLE | _MULTIPLE:
        answers = _answers(payload, "Choices", "ChoiceOrder", "RecodeValues")
        asked: FoundKind = "single" if selector in _SINGLE else "multiple"
        _add(found, FoundQuestion(name, asked, text, answers))
    elif kind == "TE" and selector != "FORM":
        numeric = "number" in json.dumps(payload.get("Validation") or {}).lower()
        _add(found, FoundQuestion(name, "number" if numeric else "text", text))
    elif kind == "Matrix" and str(payload.get("SubSelector")) in ("SingleAnswer", "DL") and payload.get("Answers"):
        for row in _grid_rows(payload, name, text):
            _add(found, row)
    else:
        found.skipped.append(f"{name} ({kind} {selector} {payload.get('SubSelector') or ''}".rstrip() + ")")


def _add(found: Found, question: FoundQuestion) -> None:
    if question.kind in ("single", "multiple") and not question.answers:
        found.skipped.append(f"{question.name} (no choices)")
    else:
        found.questions.append(question)


def _grid_rows(payload: dict[str, Any], name: str, text: FoundText) -> Iterator[FoundQuestion]:
    answers = _answers(payload, "Answers", "AnswerOrder", "RecodeValues")
    tags = payload.get("ChoiceDataExportTags")
    for key, row in _ordered(payload, "Choices", "ChoiceOrder"):
        tag = tags.get(key) if isinstance(tags, dict) else None
        label = worded(row.get("Display"))
        yield FoundQuestion(str(tag or f"{name}_{key}"), "single", label, answers, group=name, stem=text)


def _ordered(payload: dict[str, Any], what: str, order: str) -> list[tuple[str, dict[str, Any]]]:
    entries = payload.get(what) or {}
    pairs = list(entries.items()) if isinstance(entries, dict) else list(enumerate(entries, start=1))
    known = {str(key): entry for key, entry in pairs if isinstance(entry, dict)}
    listed = [str(key) for key in payload.get(order) or []]
    return [(key, known[key]) for key in dict.fromkeys([*listed, *known]) if key in known]


def _answers(payload: dict[str, Any], what: str, order: str, values: str) -> tuple[FoundAnswer, ...]:
    recoded = payload.get(values)
    codes: dict[str, Any] = recoded if isinstance(recoded, dict) else {}
    entries = _ordered(payload, what, order)
    numbers = [whole(codes.get(key, key)) for key, _ in entries]
    if None in numbers or len(set(numbers)) < len(numbers):
        numbers = list(range(1, len(entries) + 1))
    return tuple(
        FoundAnswer(number, worded(entry.get("Display") or key), missing=number < 0 and len(entries) > 2)
        for (key, entry), number in zip(entries, (n for n in numbers if n is not None), strict=True)
        if plain(entry.get("Display") or key)
    )
