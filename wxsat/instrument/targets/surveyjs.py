"""Form -> SurveyJS JSON: pages, codes as values, wordings of both languages, routing as visibleIf."""

from __future__ import annotations

import json
from typing import Any

from wxsat.instrument.fielded import FieldedForm, Page, Prompt
from wxsat.instrument.instrument import Label
from wxsat.instrument.questionnaire import printed_word

LOCALES = {"zh": "zh-cn", "en": "en"}
CONSENT = "consent"


def surveyjs(form: FieldedForm) -> bytes:
    """
    Return the JSON, UTF-8.

    Results are keyed by item id and hold codes; `consent` must be true for the pages to be shown.

    Examples
    --------
    >>> from wxsat.instrument.fielded import fielded_form
    >>> from wxsat.instrument.load import load_instrument
    >>> document = json.loads(surveyjs(fielded_form(load_instrument("gov-wechat-public"), "brief")))
    >>> document["pages"][1]["elements"][0]["name"]
    'PU1'
    """
    document: dict[str, Any] = {
        "locale": LOCALES[form.languages[0]],
        "title": _text(form, form.title),
        "completedHtml": _text(form, printed_word("thanks")),
        "showProgressBar": True,
        "showQuestionNumbers": "off",
        "checkErrorsMode": "onNextPage",
        # What was hidden when the form was sent is no answer.
        "clearInvisibleValues": "onHidden",
    }
    document["pages"] = [_consent(form), *(page for n, p in enumerate(form.pages, 1) if (page := _page(form, p, n)))]
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _text(form: FieldedForm, label: Label) -> Any:
    """Return the wording; a mapping of locales where there are two, the first also as the default."""
    said = {LOCALES[each]: " ".join(label.text(each).split()) for each in form.languages}
    if len(said) == 1:
        return next(iter(said.values()))
    return {"default": next(iter(said.values())), **said}


def _consent(form: FieldedForm) -> dict[str, Any]:
    notes = [
        {"type": "html", "name": f"intro{number}", "html": _text(form, label)}
        for number, label in enumerate(form.intro, start=1)
    ]
    box = {"type": "boolean", "name": CONSENT, "title": _text(form, form.consent), "isRequired": True}
    agree = {"labelTrue": _text(form, printed_word("agree"))}
    decline = {"labelFalse": _text(form, printed_word("decline"))}
    return {"name": "start", "elements": [*notes, box | agree | decline]}


def _page(form: FieldedForm, page: Page, number: int) -> dict[str, Any]:
    # A drawn arm is set by the page that shows the survey: survey.setValue("ARM", ...); conditions read it.
    elements = [_question(form, prompt) for prompt in page.prompts if not prompt.assigned]
    if not elements:
        return {}
    made: dict[str, Any] = {"name": f"page{number}", "visibleIf": f"{{{CONSENT}}} = true"}
    if page.stem is not None:
        made["title"] = _text(form, page.stem)
    return made | {"elements": elements}


def _question(form: FieldedForm, prompt: Prompt) -> dict[str, Any]:
    made: dict[str, Any] = {"type": _type(prompt), "name": prompt.id, "title": _text(form, prompt.text)}
    if prompt.answers:
        made["choices"] = [
            {"value": answer.code, "text": _text(form, answer.text) if answer.text else str(answer.code)}
            for answer in prompt.answers
        ]
    if prompt.kind in ("integer", "number"):
        made["inputType"] = "number"
        made |= {key: bound for key, bound in (("min", prompt.low), ("max", prompt.high)) if bound is not None}
        made["step"] = 1 if prompt.kind == "integer" else "any"
    made["isRequired"] = prompt.required
    if prompt.condition is not None:
        made["visibleIf"] = _visible(form, prompt)
    return made


def _type(prompt: Prompt) -> str:
    if prompt.answers:
        return "checkbox" if prompt.kind == "multiple" else "radiogroup"
    return "comment" if prompt.kind == "text" else "text"


def _visible(form: FieldedForm, prompt: Prompt) -> str:
    if prompt.condition is None:
        return ""
    opener = form.prompt(prompt.condition.question)
    sign = "contains" if opener is not None and opener.kind == "multiple" else "="
    return " or ".join(f"{{{prompt.condition.question}}} {sign} {code}" for code in prompt.condition.is_any_of)
