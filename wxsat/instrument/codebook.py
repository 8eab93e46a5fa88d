"""Instrument -> one flat row a variable: wording, codes, key, construct, rule, hash of what was asked."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from wxsat.instrument.instrument import (
    AttentionCheck,
    Condition,
    Construct,
    FormName,
    Instrument,
    Item,
    Language,
    Question,
    Scale,
)
from wxsat.instrument.order import Asked, asking_order
from wxsat.instrument.questionnaire import PrintLanguage, printed_languages

HASH_LENGTH = 16
_RULES = {
    "instructed": "fails unless {expect}",
    "bogus": "fails if {fail_at_least} or more",
    "paraphrase": "fails if it differs from {pair} by {tolerance} or more",
    "diligence": "respondent is removed if {exclude_code}",
}


def codebook_rows(
    instrument: Instrument, form: FormName | None = None, language: PrintLanguage = "both"
) -> list[dict[str, Any]]:
    """
    Return the codebook: one record a variable, in the order asked.

    Parameters
    ----------
    instrument : Instrument
        The instrument.
    form : {"full", "standard", "brief"}, optional
        Only what this form asks, numbered as in its questionnaire; everything when left out.
    language : {"zh", "en", "both"}
        Languages of the wording columns (``text_zh``, ``text_en``, ...).

    Returns
    -------
    list of dict
        Keys ``number, id, kind, construct, construct_name_*, dilemma, text_*, scale, min, max, labels_*,
        dk_code, refused_code, key, direction, forms, ask_if, rule, role, lineage, sha256``; None where a
        column does not apply. ``key`` is ``+`` or ``R`` (recode as min+max-x). ``sha256`` is the head of the
        hash of wording, key and scale: it changes when what was asked changes, and only then. Antonym checks,
        which are computed and not asked, come last and have no number.

    Raises
    ------
    UsageError
        ``OUT-011`` if the instrument has no such language.

    Examples
    --------
    >>> from wxsat.instrument.load import load_instrument
    >>> codebook_rows(load_instrument("gov-wechat-public"), "brief", "en")[0]["id"]
    'PU1'
    """
    languages = printed_languages(instrument, language)
    asked: list[Asked] = asking_order(instrument, form)
    rows = [_row(instrument, entry, languages, number) for number, entry in enumerate(asked, start=1)]
    computed = [c for c in instrument.attention if c.kind == "antonyms" and (form is None or form in c.forms)]
    return rows + [_row(instrument, check, languages, None) for check in computed]


def _row(instrument: Instrument, asked: Asked, languages: tuple[Language, ...], number: int | None) -> dict[str, Any]:
    construct = instrument.construct(asked.construct_id) if isinstance(asked, Item) else None
    scale = _scale_of(instrument, asked)
    row: dict[str, Any] = {"number": number, "id": asked.id, "kind": _kind(asked)}
    row["construct"] = construct.id if construct else None
    for language in languages:
        row[f"construct_name_{language}"] = construct.name.text(language) if construct else None
    row["dilemma"] = construct.dilemma if construct else None
    for language in languages:
        row[f"text_{language}"] = asked.text.text(language) if asked.text else None
    row["scale"] = scale.id if scale else None
    low, high = _range(asked, scale)
    row |= {"min": _whole(low), "max": _whole(high)}
    for language in languages:
        row[f"labels_{language}"] = _labels(asked, scale, language)
    row["dk_code"] = scale.dk if scale else None
    row["refused_code"] = scale.refused if scale else None
    row["key"] = asked.key if isinstance(asked, Item) else None
    row["direction"] = construct.direction if construct else None
    row["forms"] = ", ".join(asked.forms)
    row["ask_if"] = None if isinstance(asked, AttentionCheck) else _condition(asked.ask_if)
    row["rule"] = _rule(asked) if isinstance(asked, AttentionCheck) else None
    row["role"] = asked.role if isinstance(asked, Question) else None
    row["lineage"] = _lineage(asked, construct)
    row["sha256"] = content_hash(instrument, asked)
    return row


def _lineage(asked: Asked, construct: Construct | None) -> str | None:
    if not isinstance(asked, Item) or construct is None:
        return None
    return "; ".join(asked.lineage or construct.lineage) or None


def _kind(asked: Asked) -> str:
    if isinstance(asked, Item):
        return "item"
    return f"attention: {asked.kind}" if isinstance(asked, AttentionCheck) else f"question: {asked.kind}"


def _scale_of(instrument: Instrument, asked: Asked) -> Scale | None:
    if isinstance(asked, Item):
        return instrument.scale_of(asked)
    if isinstance(asked, AttentionCheck):
        if asked.choices or asked.kind == "antonyms":
            return None
        return instrument.scales[asked.scale or instrument.header.default_scale]
    return instrument.scales[asked.scale] if asked.scale else None


def _range(asked: Asked, scale: Scale | None) -> tuple[float | None, float | None]:
    if scale is not None:
        return scale.min, scale.max
    if isinstance(asked, Question) and not asked.choices:
        return asked.min, asked.max
    return None, None


def _whole(number: float | None) -> int | float | None:
    return int(number) if number is not None and number == int(number) else number


def _labels(asked: Asked, scale: Scale | None, language: Language) -> str | None:
    """Write the wordings of the codes as ``1=...; 2=...``; codes without a wording are left out."""
    if isinstance(asked, (Question, AttentionCheck)) and asked.choices:
        return "; ".join(f"{choice.code}={choice.text.text(language)}" for choice in asked.choices)
    if scale is None:
        return None
    codes = [*scale.codes, *(code for code in (scale.dk, scale.refused) if code is not None)]
    worded = [(code, scale.label_of(code, language)) for code in codes]
    return "; ".join(f"{code}={label}" for code, label in worded if label != str(code)) or None


def _condition(condition: Condition | None) -> str | None:
    if condition is None:
        return None
    return f"{condition.question} in ({', '.join(map(str, condition.is_any_of))})"


def _rule(check: AttentionCheck) -> str:
    if check.kind == "antonyms":
        pairs = ", ".join(f"{a}/{b}" for a, b in check.pairs)
        return f"raw answers should oppose each other: {pairs}"
    return _RULES[check.kind].format(**check.model_dump())


def content_hash(instrument: Instrument, asked: Asked) -> str:
    """
    Return the head of the SHA-256 of what was asked: wording in every language, key, answers and rule.

    Ids, forms, order, routing and lineage are not in it: they may change without changing the question. The sentence
    above a construct's items, points and the demand for a document are in it where there are any.
    """
    scale = _scale_of(instrument, asked)
    content: dict[str, Any] = {"text": asked.text.model_dump() if asked.text else None}
    content["scale"] = scale.model_dump(exclude={"id"}) if scale else None
    if isinstance(asked, Item):
        content["key"] = asked.key
    else:
        content["kind"] = asked.kind
        content["choices"] = [choice.model_dump() for choice in asked.choices]
    if isinstance(asked, Question):
        content["range"] = [asked.min, asked.max]
    if isinstance(asked, AttentionCheck):
        content["rule"] = _rule(asked)
    content |= _where_there_are_any(instrument, asked)
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()[:HASH_LENGTH]


def _where_there_are_any(instrument: Instrument, asked: Asked) -> dict[str, Any]:
    """Return what only some questions have, so that the hash of all others does not know of it."""
    more: dict[str, Any] = {}
    if isinstance(asked, Item):
        stem = instrument.construct(asked.construct_id).stem
        more = {"stem": stem.model_dump() if stem else None, "points": asked.points}
    elif isinstance(asked, Question):
        more = {"evidence": asked.evidence or None, "assigned": asked.assigned or None}
    return {key: value for key, value in more.items() if value is not None}
