"""Form -> LimeSurvey tab-separated survey structure: one row a setting, group, question, subquestion or answer.

The whole structure is repeated once a language, in the same order; parents are known by order. Question codes there
have letters and digits only, so an underscore is left out.
"""

from __future__ import annotations

import csv
import io
import re

from wxsat.instrument.fielded import FieldedForm, Prompt
from wxsat.instrument.instrument import Label, Language
from wxsat.instrument.questionnaire import printed_word

COLUMNS = (
    "id", "related_id", "class", "type/scale", "name", "relevance", "text", "help", "language", "validation",
    "mandatory", "other", "default", "same_default", "hidden",
    "min_num_value_n", "max_num_value_n", "num_value_int_only",
)  # fmt: skip
LANGUAGES: dict[Language, str] = {"zh": "zh-Hans", "en": "en"}
CONSENT = "consent"
Row = dict[str, str]


def limesurvey_tsv(form: FieldedForm) -> bytes:
    """
    Return the structure, UTF-8 with the byte order mark that the import wants.

    Examples
    --------
    >>> from wxsat.instrument.fielded import fielded_form
    >>> from wxsat.instrument.load import load_instrument
    >>> limesurvey_tsv(fielded_form(load_instrument("gov-wechat-public"), "brief"))[3:5]
    b'id'
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, delimiter="\t", lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(_settings(form))
    for language in form.languages:
        writer.writerows(_structure(form, language))
    return text.getvalue().encode("utf-8-sig")


def question_code(name: str) -> str:
    """Return an id as the platform wants it: letters and digits."""
    return re.sub(r"[^A-Za-z0-9]", "", name)


def _settings(form: FieldedForm) -> list[Row]:
    first, *others = (LANGUAGES[language] for language in form.languages)
    values = {"language": first, "additional_languages": " ".join(others), "format": "G", "datestamp": "Y"}
    values |= {"savetimings": "Y", "anonymized": "Y", "ipaddr": "N", "showprogress": "Y"}
    rows = [{"class": "S", "name": name, "text": value} for name, value in values.items()]
    for language in form.languages:
        code = LANGUAGES[language]
        said = "<br>".join(_text(label, language) for label in form.intro)
        for name, value in (
            ("surveyls_title", _text(form.title, language)),
            ("surveyls_welcometext", said),
            ("surveyls_endtext", _text(printed_word("thanks"), language)),
        ):
            rows.append({"class": "SL", "name": name, "text": value, "language": code})
    return rows


def _structure(form: FieldedForm, language: Language) -> list[Row]:
    rows = _group(1, _text(form.title, language), "1", "")
    rows += _consent(form, language)
    for number, page in enumerate(form.pages, start=2):
        stem = _text(page.stem, language) if page.stem else ""
        rows += _group(number, str(number - 1), f'{CONSENT}.NAOK == "1"', stem)
        for prompt in page.prompts:
            rows += _question(form, prompt, language)
    return [row | {"language": LANGUAGES[language]} for row in rows]


def _group(number: int, name: str, relevance: str, stem: str) -> list[Row]:
    return [{"class": "G", "type/scale": str(number - 1), "name": name, "relevance": relevance, "text": stem}]


def _consent(form: FieldedForm, language: Language) -> list[Row]:
    text = _text(form.consent, language)
    head = {"class": "Q", "type/scale": "L", "name": CONSENT, "relevance": "1", "text": text, "mandatory": "Y"}
    rows = [head | {"other": "N"}]
    for code, word in (("1", "agree"), ("0", "decline")):
        said = _text(printed_word(word), language)
        rows.append({"class": "A", "type/scale": "0", "name": code, "text": said})
    return rows


def _question(form: FieldedForm, prompt: Prompt, language: Language) -> list[Row]:
    head = {
        "class": "Q",
        "type/scale": _type(prompt),
        "name": question_code(prompt.id),
        "relevance": _relevance(form, prompt),
        "text": _text(prompt.text, language),
        "mandatory": "Y" if prompt.required else "N",
        "other": "N",
    }
    if prompt.assigned:
        return [head | {"text": _draw(prompt), "hidden": "1", "mandatory": "N"}]
    if prompt.kind in ("integer", "number"):
        low, high = (f"{bound:.10g}" if bound is not None else "" for bound in (prompt.low, prompt.high))
        whole = "1" if prompt.kind == "integer" else "0"
        return [head | {"min_num_value_n": low, "max_num_value_n": high, "num_value_int_only": whole}]
    kind = "SQ" if prompt.kind == "multiple" else "A"
    scale = {} if prompt.kind == "multiple" else {"type/scale": "0"}
    return [head, *({"class": kind, **scale, "name": str(a.code), "text": a.words(language)} for a in prompt.answers)]


def _type(prompt: Prompt) -> str:
    if prompt.assigned:
        return "*"
    return {"single": "L", "multiple": "M", "integer": "N", "number": "N", "text": "T"}[prompt.kind]


def _draw(prompt: Prompt) -> str:
    """Draw a code once, as an equation."""
    code = question_code(prompt.id)
    codes = [str(answer.code) for answer in prompt.answers]
    drawn = f"rand(1,{len(codes)})"
    if codes != [str(place) for place in range(1, len(codes) + 1)]:
        drawn = f"{codes[0]}+{drawn}-1"
    return f"{{if(is_empty({code}.NAOK), {drawn}, {code}.NAOK)}}"


def _relevance(form: FieldedForm, prompt: Prompt) -> str:
    if prompt.condition is None:
        return "1"
    opener = form.prompt(prompt.condition.question)
    code = question_code(prompt.condition.question)
    many = opener is not None and opener.kind == "multiple"
    pattern = f'{code}_{{0}}.NAOK == "Y"' if many else f'{code}.NAOK == "{{0}}"'
    return " or ".join(pattern.format(each) for each in prompt.condition.is_any_of)


def _text(label: Label, language: Language) -> str:
    return " ".join(label.text(language).split())
