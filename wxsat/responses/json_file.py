"""JSON answers: a list of records, one record a line, KoBo submissions, SurveyMonkey responses -> rows of cells."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from wxsat.errors import DataError
from wxsat.responses.platforms.definitions import definition_error

LISTS = ("responses", "submissions", "subissions", "answers", "results", "records", "data", "value")
# A record may carry its answers in an envelope beside what is about the answer sheet.
ENVELOPES = ("answers", "data", "values", "response")
DEFINITIONS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset(["SurveyEntry", "SurveyElements"]), "a Qualtrics questionnaire (QSF)"),
    (frozenset(["pages", "title", "question_count"]), "a SurveyMonkey questionnaire"),
    (frozenset(["content"]), "a KoBo form without submissions"),
    (frozenset(["survey", "choices"]), "a KoBo form without submissions"),
)
SEVERAL = "┋"
Record = Mapping[str, Any]


def rows_of_json(text: str, file: str) -> tuple[list[list[Any]], tuple[str, ...]]:
    """
    Return a header row and one row a record, and notes.

    Nested groups become ``group/name``; a list of answers becomes one cell joined by ┋.

    Raises
    ------
    DataError
        RESP-068 not JSON or no records, RESP-067 a questionnaire, RESP-004 no record.
    """
    document = _parse(text, file)
    records, notes = _records(document, file)
    flat = [_flatten(record) for record in records]
    names = list(dict.fromkeys(name for record in flat for name in record))
    if not flat or not names:
        raise DataError("RESP-004", "the file has no record of answers.", where=file)
    return [list(names), *([record.get(name) for name in names] for record in flat)], notes


def _parse(text: str, file: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as whole:
        lines = [line for line in text.splitlines() if line.strip()]
        try:
            if len(lines) > 1:
                return [json.loads(line) for line in lines]
        except (ValueError, RecursionError):
            pass
        raise DataError(
            "RESP-068", f"the file is no JSON ({str(whole)[:90]}).", where=file, hint="Was it cut off?"
        ) from None


def _records(document: Any, file: str) -> tuple[list[Record], tuple[str, ...]]:
    if isinstance(document, Mapping):
        for name in LISTS:
            inner = document.get(name)
            if isinstance(inner, list) and inner and all(isinstance(r, Mapping) for r in inner):
                return _of_platform(inner, name, file)
        for keys, what in DEFINITIONS:
            if keys <= set(document):
                raise definition_error(what, file)
        if any(name in document and document[name] == [] for name in LISTS):
            raise DataError("RESP-004", "the file has no record of answers.", where=file)
        return [document], ("The file holds one record.",)
    if isinstance(document, list) and all(isinstance(record, Mapping) for record in document):
        return list(document), ()
    raise DataError(
        "RESP-068",
        "the JSON holds no records; expected a list of objects, one a respondent.",
        where=file,
        hint='Expected [{"PU1": 5, ...}, ...].',
    )


def _of_platform(records: list[Any], name: str, file: str) -> tuple[list[Record], tuple[str, ...]]:
    if all("href" in r and "pages" not in r for r in records):
        raise definition_error("a list of SurveyMonkey surveys or collectors", file)
    if all(isinstance(r.get("pages"), list) for r in records):
        return [_surveymonkey(r) for r in records], ("SurveyMonkey responses: questions and choices by their ids.",)
    return records, (f"Records under '{name}'.",)


def _surveymonkey(record: Record) -> Record:
    """Return one response of SurveyMonkey's API: ids of questions, and of choices or the text given."""
    meta = ("id", "collector_id", "date_created", "date_modified", "total_time", "ip_address", "response_status")
    flat: dict[str, Any] = {name: record.get(name) for name in meta}
    for page in record.get("pages", ()):
        for question in page.get("questions", ()):
            own: dict[str, list[str]] = {}
            for answer in question.get("answers", ()):
                place = "/".join(str(p) for p in (question.get("id"), answer.get("row_id")) if p)
                given = answer.get("choice_id") or answer.get("text")
                own.setdefault(place, []).append(str(given))
            flat.update({place: SEVERAL.join(given) for place, given in own.items()})
    return flat


def _flatten(record: Record, prefix: str = "", depth: int = 0) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in record.items():
        path = f"{prefix}{name}"
        if isinstance(value, Mapping) and depth < 8:
            inside = "" if not prefix and name in ENVELOPES else f"{path}/"
            flat.update(_flatten(value, inside, depth + 1))
        elif isinstance(value, Sequence) and not isinstance(value, str):
            flat[path] = SEVERAL.join(_plain(v) for v in value) or None
        else:
            flat[path] = int(value) if isinstance(value, bool) else value
    return flat


def _plain(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (Mapping, list)) else str(value)
