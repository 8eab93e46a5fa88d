"""Form -> the text that 问卷星 takes when a questionnaire is pasted in.

Each statement is a question of its own: a scale question there has no place for "don't know", and a matrix splits
its heads at spaces. The first line is the title, `[分页栏]` a page break, （选填） marks what need not be answered.
"""

from __future__ import annotations

import re

from wxsat.instrument.fielded import Answer, FieldedForm, Prompt, in_one_line

TAGS = {"single": "单选题", "multiple": "多选题", "integer": "填空题", "number": "填空题", "text": "填空题"}
PAGE_BREAK = "[分页栏]"
OPTIONAL = "（选填）"


def wjx_text(form: FieldedForm) -> bytes:
    """
    Return the text, UTF-8.

    Examples
    --------
    >>> from wxsat.instrument.fielded import fielded_form
    >>> from wxsat.instrument.load import load_instrument
    >>> text = wjx_text(fielded_form(load_instrument("gov-wechat-public"), "brief")).decode()
    >>> text.splitlines()[6:8]
    ['1. 用这个政务微信，我办事、查事比以前快。[单选题]', '非常不同意']
    """
    lines = [in_one_line(form.title, form.languages), ""]
    lines += [in_one_line(label, form.languages) for label in (*form.intro, form.consent)]
    lines.append("")
    for number, page in enumerate(form.pages):
        if number:
            lines += [PAGE_BREAK, ""]
        for prompt in page.prompts:
            lines += [*_question(form, prompt), ""]
    return ("\n".join(lines).rstrip("\n") + "\n").encode("utf-8")


def _question(form: FieldedForm, prompt: Prompt) -> list[str]:
    text = plain_title(in_one_line(prompt.text, form.languages))
    head = f"{prompt.number}. {text}[{TAGS[prompt.kind]}]{'' if prompt.required else OPTIONAL}"
    return [head, *(answer_line(form, prompt, answer) for answer in prompt.answers)]


def plain_title(text: str) -> str:
    """Return a wording without square brackets, which would be read as the tag of the kind of question."""
    return re.sub(r"\[", "【", re.sub(r"\]", "】", text))


def answer_line(form: FieldedForm, prompt: Prompt, answer: Answer) -> str:
    """Return an answer's wording; with its number where only some answers of the list have a wording."""
    words = in_one_line(answer.text, form.languages) or str(answer.code)
    partly = any(each.text is None for each in prompt.answers)
    return f"{answer.code} {words}" if partly and answer.text is not None and not answer.missing else words
