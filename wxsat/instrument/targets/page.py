"""Form -> one HTML page that works by itself: consent, progress, routing, two languages, a draft, and the record.

The page is opened inside WeChat, so the script is that of old web views and nothing is fetched from anywhere. Its
record has one column a question under the question's id, and is posted, saved as CSV or JSON, or copied as text.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from wxsat.errors import UsageError
from wxsat.instrument.fielded import FieldedForm, Page, Prompt
from wxsat.instrument.instrument import Label
from wxsat.instrument.questionnaire import printed_word

FOLDER = "wxsat.instrument.targets"
# One row of numbers with its two ends says enough up to here; a longer legend is no help.
FEWEST_WORDED_FOR_LEGEND = 3


def page(form: FieldedForm, post: str = "") -> bytes:
    """
    Return the page, UTF-8.

    Parameters
    ----------
    form : FieldedForm
    post : str
        Address that takes the record as JSON (an array of one record); the record is saved as a file when empty.

    Raises
    ------
    UsageError
        ``INST-043`` if `post` is no web address.

    Examples
    --------
    >>> from wxsat.instrument.fielded import fielded_form
    >>> from wxsat.instrument.load import load_instrument
    >>> page(fielded_form(load_instrument("gov-wechat-public"), "brief", "both"))[:15]
    b'<!DOCTYPE html>'
    """
    _require_address(post)
    # No text of the instrument can end the script: "<" is written as an escape.
    data = json.dumps(_document(form, post), ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    data = data.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    language = "zh-CN" if form.languages[0] == "zh" else "en"
    script = _file("page.js")
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        '<meta name="format-detection" content="telephone=no">\n'
        f"<title>{_escaped(form.title.text(form.languages[0]))}</title>\n<style>\n{_file('page.css')}</style>\n"
        f'</head>\n<body>\n<div id="app"></div>\n<script>\nvar FORM = {data};\n{script}</script>\n</body>\n</html>\n'
    ).encode()


def _require_address(post: str) -> None:
    if not post:
        return
    parts = urlsplit(post)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        hint = "Write it whole, as in https://example.org/answers."
        raise UsageError("INST-043", f"{post!r} is no address to post to.", where="--post", hint=hint)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _file(name: str) -> str:
    return (files(FOLDER) / name).read_text(encoding="utf-8")


@cache
def _words() -> dict[str, Any]:
    import yaml

    words: dict[str, Any] = yaml.safe_load(_file("page_words.yaml"))
    return words | {key: printed_word(key).model_dump() for key in ("thanks", "several")}


def _document(form: FieldedForm, post: str) -> dict[str, Any]:
    openers = {prompt.condition.question for prompt in form.prompts if prompt.condition is not None}
    return {
        "instrument": form.instrument.id,
        "version": form.instrument.header.version,
        "form": form.form,
        "languages": list(form.languages),
        "post": post,
        "title": _said(form, form.title),
        "intro": [_said(form, label) for label in form.intro],
        "consent": _said(form, form.consent),
        "words": {key: {each: said[each] for each in form.languages} for key, said in _words().items()},
        "pages": [_page(form, each, openers) for each in form.pages],
    }


def _said(form: FieldedForm, label: Label | None) -> dict[str, str] | None:
    if label is None:
        return None
    return {each: " ".join(label.text(each).split()) for each in form.languages}


def _page(form: FieldedForm, one: Page, openers: set[str]) -> dict[str, Any]:
    first = one.prompts[0]
    worded = sum(answer.text is not None and not answer.missing for answer in first.answers)
    return {
        "stem": _said(form, one.stem),
        "grid": one.grid,
        "legend": one.grid and worded >= FEWEST_WORDED_FOR_LEGEND,
        "prompts": [_prompt(form, prompt, openers) for prompt in one.prompts],
    }


def _prompt(form: FieldedForm, prompt: Prompt, openers: set[str]) -> dict[str, Any]:
    condition = prompt.condition
    made: dict[str, Any] = {
        "id": prompt.id,
        "kind": prompt.kind,
        "text": _said(form, prompt.text),
        "answers": [
            {"code": each.code, "text": _said(form, each.text)} | ({"missing": True} if each.missing else {})
            for each in prompt.answers
        ],
        "required": prompt.required,
        "rating": prompt.rating,
    }
    if condition is not None:
        made["only_if"] = {"question": condition.question, "codes": condition.is_any_of}
    if prompt.id in openers:
        made["opens"] = True
    if prompt.assigned:
        made["drawn"] = True
    if prompt.kind in ("integer", "number") and (prompt.low is not None or prompt.high is not None):
        made |= {"low": prompt.low, "high": prompt.high, "range": _range(form, prompt)}
    return made


def _range(form: FieldedForm, prompt: Prompt) -> dict[str, str]:
    key = {(True, True): "range", (True, False): "at_least", (False, True): "at_most"}[
        (prompt.low is not None, prompt.high is not None)
    ]
    low, high = (f"{bound:.10g}" if bound is not None else "" for bound in (prompt.low, prompt.high))
    return {each: printed_word(key).text(each).format(low=low, high=high) for each in form.languages}
