"""Names: one meaning each, writable in model text; every text in every declared language."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import BaseModel

from wxsat.instrument.crossref import Index, Problem, each_item
from wxsat.instrument.instrument import NAME_PATTERN, Instrument, Label
from wxsat.instrument.label_example import labels_hint
from wxsat.instrument.yaml_tree import Steps

# Read as missing, as a truth value or as infinity by R, pandas or Excel.
RESERVED = frozenset({"na", "nan", "null", "none", "true", "false", "inf", "nil"})
_MAY_LACK_A_LANGUAGE = ("definition", "remedy", "cite", "scale_note")


def check_names(index: Index) -> Iterator[Problem]:
    """Yield ids that clash, that model text cannot hold or that other software reads as something else."""
    yield from _clashes(list(_named(index.instrument)))
    yield from _clashes([(m.id, "model", ("models", i)) for i, m in enumerate(index.instrument.models)])
    for scale_id in index.instrument.scales:
        if not re.fullmatch(NAME_PATTERN, scale_id):
            rule = "starts with a letter and has only letters, digits and _ (ASCII)"
            message = f"the scale id '{scale_id}' cannot be used; an id {rule}."
            yield Problem(("scales", scale_id), "INST-020", message)


def _named(instrument: Instrument) -> Iterator[tuple[str, str, Steps]]:
    for i, construct in enumerate(instrument.constructs):
        yield construct.id, "construct", ("constructs", i)
        for j, item in enumerate(construct.items):
            yield item.id, "item", ("constructs", i, "items", j)
    for i, check in enumerate(instrument.attention):
        yield check.id, "attention check", ("attention", i)
    for i, question in enumerate(instrument.background):
        yield question.id, "question", ("background", i)
    for i, composite in enumerate(instrument.composites):
        yield composite.id, "composite", ("composites", i)


def _clashes(named: list[tuple[str, str, Steps]]) -> Iterator[Problem]:
    first: dict[str, tuple[str, str]] = {}
    for name, kind, path in named:
        if name.lower() in RESERVED:
            message = f"the id '{name}' of this {kind} is read as a missing or truth value by other software."
            yield Problem((*path, "id"), "INST-020", message, "Choose another id.")
        if name.lower() in first:
            other, other_kind = first[name.lower()]
            same = "is used twice" if other == name else f"differs from '{other}' only in capitals"
            message = f"the id '{name}' of this {kind} {same}; first by {_article(other_kind)} {other_kind}."
            yield Problem(
                (*path, "id"),
                "INST-021",
                message,
                "Ids of all items, questions, checks, constructs and composites differ.",
            )
        first.setdefault(name.lower(), (name, kind))


def _article(noun: str) -> str:
    return "an" if noun[0] in "aeiou" else "a"


def check_languages(index: Index) -> Iterator[Problem]:
    """Yield texts that respondents or tables need and that lack a declared language."""
    for path, missing in _missing_wordings(index.instrument):
        if path[-1] not in _MAY_LACK_A_LANGUAGE:
            owner = _owner_id(index.instrument, path)
            whose = f"`{path[-1]}` of '{owner}'" if owner else f"`{path[-1]}`"
            message = f"{whose} has no wording in {missing}, a declared language."
            hint = "Add it, or take the language out of `languages`."
            yield Problem(path, "INST-070", message, hint, (owner,))
    for scale_id, scale in index.instrument.scales.items():
        for language in index.instrument.header.languages:
            if scale.labels and language not in scale.labels:
                message = f"the labels of scale '{scale_id}' have no list for {language}, a declared language."
                yield Problem(
                    ("scales", scale_id, "labels"),
                    "INST-070",
                    message,
                    labels_hint(scale.model_dump(include={"min", "max"})),
                    (scale_id,),
                )


def languages_missing_in_notes(instrument: Instrument) -> Iterator[tuple[Steps, str]]:
    """Walk explanatory texts that lack a declared language; a warning, since the other language stands in."""
    yield from ((p, m) for p, m in _missing_wordings(instrument) if p[-1] in _MAY_LACK_A_LANGUAGE)


def _missing_wordings(instrument: Instrument) -> Iterator[tuple[Steps, str]]:
    for path, label in _labels(instrument, ()):
        wordings = {"zh": label.zh, "en": label.en}
        if path == ("instrument", "title") and not any(wordings.values()):
            continue
        missing = [language for language in instrument.header.languages if not (wordings[language] or "").strip()]
        if missing:
            yield path, " and ".join(missing)


def _labels(value: object, path: Steps) -> Iterator[tuple[Steps, Label]]:
    if isinstance(value, Label):
        yield path, value
    elif isinstance(value, BaseModel):
        for name, info in type(value).model_fields.items():
            yield from _labels(getattr(value, name), (*path, info.alias or name))
    elif isinstance(value, list):
        for i, entry in enumerate(value):
            yield from _labels(entry, (*path, i))
    elif isinstance(value, dict):
        for key, entry in value.items():
            yield from _labels(entry, (*path, str(key)))


def _owner_id(instrument: Instrument, path: Steps) -> str:
    """Return the id of the entry whose text it is; empty when it has none."""
    value: object = instrument
    name = ""
    for step in path[:-1]:
        if isinstance(value, dict):
            value = value.get(step) or value.get(int(step))
        elif isinstance(value, list):
            value = value[int(step)]
        else:
            value = getattr(value, "header" if step == "instrument" else str(step))
        name = str(getattr(value, "id", "") or name)
    return name


def repeated_texts(instrument: Instrument) -> Iterator[tuple[Steps, str, str]]:
    """Walk items whose wording is that of an earlier item: path, id, the earlier id."""
    first: dict[str, str] = {}
    for item, path in each_item(instrument):
        for language in instrument.header.languages:
            wording = " ".join(item.text.text(language).split())
            if wording and first.get(wording, item.id) != item.id:
                yield (*path, "text"), item.id, first[wording]
                break
            first.setdefault(wording, item.id)
