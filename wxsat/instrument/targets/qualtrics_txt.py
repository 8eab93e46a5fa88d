"""Form -> Qualtrics "Advanced Format" text: questions by id, choices with their codes, page breaks.

Routing, drawing and required answers have no words in this format and are set up in Qualtrics after the import.
"""

from __future__ import annotations

import re

from wxsat.instrument.fielded import Answer, FieldedForm, Page, Prompt, in_one_line


def qualtrics_txt(form: FieldedForm) -> bytes:
    """
    Return the text, UTF-8.

    A grid becomes one matrix whose rows carry the item ids; a single question carries its own.

    Examples
    --------
    >>> from wxsat.instrument.fielded import fielded_form
    >>> from wxsat.instrument.load import load_instrument
    >>> qualtrics_txt(fielded_form(load_instrument("gov-wechat-public"), "brief")).decode().splitlines()[0]
    '[[AdvancedFormat]]'
    """
    lines = ["[[AdvancedFormat]]", "", f"[[Block:{_plain(in_one_line(form.title, form.languages))}]]", ""]
    for label in (*form.intro, form.consent):
        lines += ["[[Question:Text]]", _plain(in_one_line(label, form.languages)), ""]
    for number, page in enumerate(form.pages, start=1):
        lines += ["[[PageBreak]]", ""]
        if page.grid:
            lines += _matrix(form, page, number)
        else:
            lines += [line for prompt in page.prompts for line in _question(form, prompt)]
    return ("\n".join(lines).rstrip("\n") + "\n").encode("utf-8")


def _plain(text: str) -> str:
    """Return a wording in one line without double brackets, which are the format's own marks."""
    return re.sub(r"\]\]", "] ]", re.sub(r"\[\[", "[ [", " ".join(text.split())))


def _matrix(form: FieldedForm, page: Page, number: int) -> list[str]:
    lines = ["[[Question:Matrix]]", f"[[ID:page{number}]]", _plain(in_one_line(page.stem, form.languages))]
    lines.append("[[AdvancedChoices]]")
    for prompt in page.prompts:
        lines += [f"[[Choice:{prompt.id}]]", _plain(in_one_line(prompt.text, form.languages))]
    lines.append("[[AdvancedAnswers]]")
    for answer in page.prompts[0].answers:
        lines += [f"[[Answer:{answer.code}]]", _words(form, answer)]
    return [*lines, ""]


def _question(form: FieldedForm, prompt: Prompt) -> list[str]:
    if not prompt.answers:
        kind = "[[Question:TE:Essay]]" if prompt.kind == "text" else "[[Question:TE:SingleLine]]"
        return [kind, f"[[ID:{prompt.id}]]", _plain(in_one_line(prompt.text, form.languages)), ""]
    selector = "MultipleAnswer" if prompt.kind == "multiple" else "SingleAnswer:Vertical"
    lines = [f"[[Question:MC:{selector}]]", f"[[ID:{prompt.id}]]", _plain(in_one_line(prompt.text, form.languages))]
    lines.append("[[AdvancedChoices]]")
    for answer in prompt.answers:
        lines += [f"[[Choice:{answer.code}]]", _words(form, answer)]
    return [*lines, ""]


def _words(form: FieldedForm, answer: Answer) -> str:
    return _plain(in_one_line(answer.text, form.languages)) or str(answer.code)
