"""Form -> REDCap data dictionary: 18 columns, one field a row, routing as branching logic.

Field names there are lower case; the codebook's ids are kept in the field annotation.
"""

from __future__ import annotations

import csv
import io
import re

from wxsat.instrument.fielded import FieldedForm, Page, Prompt, in_one_line
from wxsat.instrument.questionnaire import printed_word

COLUMNS = (
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
)
LONGEST_NAME = 100


def redcap_csv(form: FieldedForm) -> bytes:
    """
    Return the dictionary as CSV, UTF-8.

    Examples
    --------
    >>> from wxsat.instrument.fielded import fielded_form
    >>> from wxsat.instrument.load import load_instrument
    >>> redcap_csv(fielded_form(load_instrument("gov-wechat-public"), "brief")).decode().splitlines()[1][:9]
    'record_id'
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n", restval="")
    writer.writeheader()
    name = field_name(form.instrument.id)
    writer.writerow(_row("record_id", name, "text", "Record ID"))
    consent = _row("consent", name, "radio", in_one_line(form.consent, form.languages))
    agree, decline = printed_word("agree"), printed_word("decline")
    said = "\n".join(in_one_line(label, form.languages) for label in form.intro)
    choices = f"1, {in_one_line(agree, form.languages)} | 0, {in_one_line(decline, form.languages)}"
    writer.writerow(consent | {COLUMNS[2]: said, COLUMNS[5]: choices, COLUMNS[12]: "y"})
    for number, page in enumerate(form.pages, start=1):
        for place, prompt in enumerate(page.prompts):
            row = _field(form, page, prompt, name)
            if place == 0 and page.stem is not None:
                row[COLUMNS[2]] = in_one_line(page.stem, form.languages)
            if page.grid:
                row[COLUMNS[15]] = f"page{number}"
            writer.writerow(row)
    return text.getvalue().encode("utf-8")


def field_name(name: str) -> str:
    """Return a name as the platform wants it: small letters, digits and _, beginning with a letter."""
    return re.sub(r"[^a-z0-9_]", "_", name.lower())[:LONGEST_NAME]


def _row(name: str, form_name: str, kind: str, label: str) -> dict[str, str]:
    return {COLUMNS[0]: name, COLUMNS[1]: form_name, COLUMNS[3]: kind, COLUMNS[4]: label}


def _field(form: FieldedForm, page: Page, prompt: Prompt, form_name: str) -> dict[str, str]:
    row = _row(field_name(prompt.id), form_name, _kind(prompt), in_one_line(prompt.text, form.languages))
    if prompt.answers:
        row[COLUMNS[5]] = " | ".join(
            f"{a.code}, {_unpiped(in_one_line(a.text, form.languages)) or a.code}" for a in prompt.answers
        )
    if prompt.kind in ("integer", "number"):
        row[COLUMNS[7]] = prompt.kind
        row[COLUMNS[8]], row[COLUMNS[9]] = (f"{b:.10g}" if b is not None else "" for b in (prompt.low, prompt.high))
    row[COLUMNS[11]] = _branching(form, prompt)
    row[COLUMNS[12]] = "y" if prompt.required else ""
    row[COLUMNS[14]] = str(prompt.number)
    row[COLUMNS[17]] = prompt.id
    return row


def _unpiped(text: str) -> str:
    """Return a wording without the mark that separates choices."""
    return text.replace("|", "/")


def _kind(prompt: Prompt) -> str:
    if prompt.answers:
        return "checkbox" if prompt.kind == "multiple" else "radio"
    return "notes" if prompt.kind == "text" else "text"


def _branching(form: FieldedForm, prompt: Prompt) -> str:
    agreed = "[consent] = '1'"
    if prompt.condition is None:
        return agreed
    opener = form.prompt(prompt.condition.question)
    field = field_name(prompt.condition.question)
    many = opener is not None and opener.kind == "multiple"
    pattern = f"[{field}({{0}})] = '1'" if many else f"[{field}] = '{{0}}'"
    rules = " or ".join(pattern.format(code) for code in prompt.condition.is_any_of)
    return f"{agreed} and ({rules})"
