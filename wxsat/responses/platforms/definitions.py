"""Files that hold the questions and not the answers: told apart, so that nobody analyses a questionnaire."""

from __future__ import annotations

import re

from wxsat.errors import DataError
from wxsat.responses.platforms.platform import View
from wxsat.responses.raw_table import fold

_BY_HEADER: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset(["variable/fieldname", "formname", "fieldtype"]), "a REDCap data dictionary"),
    (frozenset(["field_name", "form_name", "field_type"]), "a REDCap data dictionary"),
    (frozenset(["related_id", "class", "type/scale"]), "the structure of a LimeSurvey questionnaire (TSV)"),
    (frozenset(["class", "type/scale", "relevance"]), "the structure of a LimeSurvey questionnaire (TSV)"),
    (frozenset(["arm_num", "event_name", "unique_event_name"]), "a list of REDCap events"),
    (frozenset(["arm_num", "name"]), "a list of REDCap arms"),
    (frozenset(["listname", "name", "label"]), "the choices of an XLSForm"),
    (frozenset(["list_name", "name", "label"]), "the choices of an XLSForm"),
    (frozenset(["list_name", "name"]), "the choices of an XLSForm"),
)
_XLSFORM_TYPES = frozenset(
    ["text", "integer", "note", "select_one", "select_multiple", "begingroup", "endgroup", "begin_group", "calculate",
     "start", "end", "today", "geopoint", "decimal", "beginrepeat", "begin_repeat", "date", "deviceid", "image",
     "select", "add"]
)  # fmt: skip


def definition_in(view: View) -> str:
    """Say what definition a table is, or return an empty text."""
    header = view.folded
    for needed, what in _BY_HEADER:
        if needed <= header:
            return what
    first = [fold(cell) for cell in view.row(0)]
    if first[:1] and first[0] in ("survey", "choices") and len([c for c in first if c]) <= 2 and len(view.rows) > 1:
        return "an XLSForm written as CSV"
    if "type" in header and ({"name", "label"} & header or any(name.startswith("label:") for name in header)):
        position = next(j for j, name in enumerate(view.header) if fold(name) == "type")
        kinds = [text.split(" ")[0] for n in range(1, len(view.rows)) if len(view.row(n)) > position
                 and (text := view.row(n)[position].casefold())]  # fmt: skip
        known = sum(fold(kind) in _XLSFORM_TYPES for kind in kinds)
        if known and known >= 0.3 * len(kinds):
            return "an XLSForm"
    return ""


_QUESTION_LINE = re.compile(r"^\s*\d+\s*[.、．]\s*\S")


def questionnaire_in(text: str) -> str:
    """Say whether a text is a questionnaire to be imported (题干 and options, one a line), or return an empty text."""
    lines = [line for line in text.splitlines()[:400] if line.strip()]
    numbered = sum(bool(_QUESTION_LINE.match(line)) for line in lines)
    tabular = sum(line.count(",") >= 3 or "\t" in line or ";" in line for line in lines)
    if numbered >= 3 and len(lines) > 2 * numbered and tabular < 0.2 * len(lines):
        return "the text of a questionnaire (one question or option a line)"
    return ""


def require_answers(view: View) -> None:
    """
    Refuse a file of questions.

    Raises
    ------
    DataError
        RESP-067 naming what the file is.
    """
    what = definition_in(view)
    if what:
        raise definition_error(what, view.file)


def definition_error(what: str, file: str) -> DataError:
    """Return the refusal of a file that holds questions."""
    return DataError(
        "RESP-067",
        f"this is {what}: it holds the questions, not the answers.",
        where=file,
        hint="Export the answers (the data); `wxsat instrument import` reads questionnaires.",
    )
