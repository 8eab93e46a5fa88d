"""Form -> JSON Lines for 问卷星's own command line: the questionnaire first, then one question a line."""

from __future__ import annotations

import json
from typing import Any

from wxsat.instrument.fielded import FieldedForm, Prompt, in_one_line
from wxsat.instrument.questionnaire import printed_word
from wxsat.instrument.targets.wjx_text import answer_line

KINDS = {"single": "单选", "multiple": "多选", "integer": "单项填空", "number": "单项填空", "text": "简答题"}
SURVEY = 1


def wjx_jsonl(form: FieldedForm) -> bytes:
    """
    Return the lines, UTF-8.

    Examples
    --------
    >>> from wxsat.instrument.fielded import fielded_form
    >>> from wxsat.instrument.load import load_instrument
    >>> lines = wjx_jsonl(fielded_form(load_instrument("gov-wechat-public"), "brief")).decode().splitlines()
    >>> json.loads(lines[1])["qtype"]
    '单选'
    """
    said = "\n".join(in_one_line(label, form.languages) for label in (*form.intro, form.consent))
    lines: list[dict[str, Any]] = [
        {
            "qtype": "问卷基础信息",
            "title": in_one_line(form.title, form.languages),
            "introduction": said,
            "endpageinformation": in_one_line(printed_word("thanks"), form.languages),
            "language": form.languages[0],
            "atype": SURVEY,
        }
    ]
    for number, page in enumerate(form.pages):
        if number:
            lines.append({"qtype": "分页栏", "title": ""})
        lines += [_question(form, prompt) for prompt in page.prompts]
    return ("\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\n").encode("utf-8")


def _question(form: FieldedForm, prompt: Prompt) -> dict[str, Any]:
    title = in_one_line(prompt.text, form.languages)
    line: dict[str, Any] = {"qtype": KINDS[prompt.kind], "title": title, "requir": prompt.required}
    if prompt.answers:
        line["select"] = [answer_line(form, prompt, answer) for answer in prompt.answers]
    return line
