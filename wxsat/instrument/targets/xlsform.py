"""Form -> XLSForm workbook for ODK, KoBo and SurveyCTO: survey, choices, settings, both languages side by side."""

from __future__ import annotations

import io
from datetime import datetime

from wxsat.instrument.fielded import FieldedForm, Page, Prompt
from wxsat.instrument.instrument import Label, Language
from wxsat.instrument.questionnaire import printed_word

LANGUAGE_NAMES: dict[Language, str] = {"zh": "中文 (zh)", "en": "English (en)"}
CONSENT = "consent"
# Office files carry a date of making; a fixed one keeps the bytes equal.
FIXED_DATE = datetime(2000, 1, 1)
Row = dict[str, str]


def xlsform(form: FieldedForm) -> bytes:
    """
    Return the workbook.

    Answers are stored by code, columns carry the item ids; `consent` must be 1 for anything else to be shown.

    Examples
    --------
    >>> from wxsat.instrument.fielded import fielded_form
    >>> from wxsat.instrument.load import load_instrument
    >>> xlsform(fielded_form(load_instrument("gov-wechat-public"), "brief"))[:2]
    b'PK'
    """
    sheets = {"survey": survey_rows(form), "choices": choice_rows(form), "settings": [_settings(form)]}
    return _workbook(sheets)


def survey_rows(form: FieldedForm) -> list[Row]:
    """Return the rows of the survey sheet."""
    rows: list[Row] = [{"type": "start", "name": "start"}, {"type": "end", "name": "end"}]
    for number, label in enumerate(form.intro, start=1):
        rows.append({"type": "note", "name": f"intro{number}", **_labels(form, label)})
    rows.append(
        {"type": "select_one consent_answers", "name": CONSENT, "required": "yes"} | _labels(form, form.consent)
    )
    for number, page in enumerate(form.pages, start=1):
        rows += _page(form, page, number)
    return rows


def _page(form: FieldedForm, page: Page, number: int) -> list[Row]:
    name = f"page{number}"
    opened = {"type": "begin_group", "name": name, "relevant": f"${{{CONSENT}}} = 1", "appearance": "field-list"}
    stem = _labels(form, page.stem) if page.stem else dict.fromkeys(_labels(form, form.title), str(number))
    return [opened | stem, *(_question(form, prompt) for prompt in page.prompts), {"type": "end_group", "name": name}]


def _question(form: FieldedForm, prompt: Prompt) -> Row:
    row = {"type": _type(prompt), "name": prompt.id} | _labels(form, prompt.text)
    if prompt.assigned:
        return {"type": "calculate", "name": prompt.id, "calculation": _draw(prompt)}
    if prompt.required:
        row["required"] = "yes"
    if prompt.condition is not None:
        row["relevant"] = _relevant(form, prompt)
    row |= _constraint(prompt)
    return row


def _type(prompt: Prompt) -> str:
    if prompt.answers:
        return f"{'select_multiple' if prompt.kind == 'multiple' else 'select_one'} {prompt.list_id}"
    return {"integer": "integer", "number": "decimal"}.get(prompt.kind, "text")


def _draw(prompt: Prompt) -> str:
    """Draw one of the codes, once a form; codes need not follow one another."""
    codes = [answer.code for answer in prompt.answers]
    spoken = " ".join(map(str, codes))
    return f"once(number(selected-at('{spoken}', int(random() * {len(codes)}))))"


def _relevant(form: FieldedForm, prompt: Prompt) -> str:
    condition = prompt.condition
    if condition is None:
        return ""
    opener = form.prompt(condition.question)
    many = opener is not None and opener.kind == "multiple"
    pattern = "selected(${{{0}}}, '{1}')" if many else "${{{0}}} = {1}"
    return " or ".join(pattern.format(condition.question, code) for code in condition.is_any_of)


def _constraint(prompt: Prompt) -> Row:
    if prompt.kind not in ("integer", "number"):
        return {}
    bounds = [f". >= {prompt.low:.10g}"] if prompt.low is not None else []
    bounds += [f". <= {prompt.high:.10g}"] if prompt.high is not None else []
    return {"constraint": " and ".join(bounds)} if bounds else {}


def choice_rows(form: FieldedForm) -> list[Row]:
    """Return the rows of the choices sheet, each list once."""
    rows = [
        {"list_name": "consent_answers", "name": str(code), **_labels(form, printed_word(word))}
        for code, word in ((1, "agree"), (0, "decline"))
    ]
    done: set[str] = set()
    for prompt in form.prompts:
        if prompt.list_id and prompt.list_id not in done and not prompt.assigned:
            done.add(prompt.list_id)
            for answer in prompt.answers:
                worded = _labels(form, answer.text) if answer.text else _labels(form, Label(zh=str(answer.code)))
                rows.append({"list_name": prompt.list_id, "name": str(answer.code)} | worded)
    return rows


def _settings(form: FieldedForm) -> Row:
    first = form.languages[0]
    return {
        "form_title": form.title.text(first),
        "form_id": f"{form.instrument.id}-{form.form}",
        "version": form.instrument.header.version,
        "default_language": LANGUAGE_NAMES[first],
        "style": "pages",
    }


def _labels(form: FieldedForm, label: Label) -> Row:
    return {f"label::{LANGUAGE_NAMES[each]}": " ".join(label.text(each).split()) for each in form.languages}


def _workbook(sheets: dict[str, list[Row]]) -> bytes:
    import xlsxwriter

    memory = io.BytesIO()
    book = xlsxwriter.Workbook(memory, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"author": "wxsat", "created": FIXED_DATE})
    bold = book.add_format({"bold": True})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        columns = list(dict.fromkeys(key for row in rows for key in row))
        for place, column in enumerate(columns):
            sheet.write_string(0, place, column, bold)
            sheet.set_column(place, place, 40 if column.startswith("label") else 18)
        for line, row in enumerate(rows, start=1):
            for place, column in enumerate(columns):
                if row.get(column):
                    sheet.write_string(line, place, row[column])
        sheet.freeze_panes(1, 0)
    book.close()
    return memory.getvalue()
