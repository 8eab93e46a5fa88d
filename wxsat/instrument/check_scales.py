"""Scales and closed questions: codes that exist once, a wording for each, don't-know outside the range."""

from __future__ import annotations

import math
from collections.abc import Iterator

from wxsat.instrument.crossref import Index, Problem, each_item
from wxsat.instrument.instrument import Choice, Question, Scale
from wxsat.instrument.label_example import labels_hint
from wxsat.instrument.yaml_tree import Steps

MOST_CODES = 101


def check_scales(index: Index) -> Iterator[Problem]:
    """Yield scales that are not defined, or whose codes and wordings do not fit together."""
    instrument = index.instrument
    known = instrument.scales
    path: Steps = ("instrument", "default_scale")
    yield from index.unknown(path, "`default_scale`", "scale", instrument.header.default_scale, known)
    for scale_id, scale in known.items():
        yield from _check_scale(scale, ("scales", scale_id), f"scale '{scale_id}'")
    for i, construct in enumerate(instrument.constructs):
        if construct.scale is not None:
            path = ("constructs", i, "scale")
            yield from index.unknown(path, f"construct '{construct.id}'", "scale", construct.scale, known)
    for item, steps in each_item(instrument):
        if item.scale is not None:
            yield from index.unknown((*steps, "scale"), f"item '{item.id}'", "scale", item.scale, known)
    for name, (check, steps) in index.checks.items():
        if check.scale is not None:
            yield from index.unknown((*steps, "scale"), f"check '{name}'", "scale", check.scale, known)


def _check_scale(scale: Scale, path: Steps, name: str) -> Iterator[Problem]:
    bounds = [b for b in (scale.min, scale.max) if b is not None]
    if scale.kind == "ordinal" and len(bounds) < 2:
        hint = "Give both, or write `kind: continuous`."
        bound = "max" if scale.min is not None else "min"
        yield Problem(path, "INST-023", f"{name} has no {bound}.", hint, (scale.id,))
        return
    if any(not math.isfinite(b) or (scale.kind == "ordinal" and b != int(b)) for b in bounds):
        yield Problem(path, "INST-023", f"{name} has bounds {scale.min} and {scale.max}; codes are whole numbers.")
        return
    if len(bounds) == 2 and bounds[0] >= bounds[1]:
        message = f"{name} has min {_figure(bounds[0])} and max {_figure(bounds[1])}; min must be below max."
        yield Problem((*path, "max"), "INST-023", message)
        return
    if len(scale.codes) > MOST_CODES or (scale.kind == "ordinal" and bounds[1] - bounds[0] >= MOST_CODES):
        message = f"{name} runs from {_figure(bounds[0])} to {_figure(bounds[1])}, more than {MOST_CODES} codes."
        yield Problem((*path, "max"), "INST-023", message, "Write `kind: continuous`.")
        return
    yield from _check_wordings(scale, path, name)
    yield from _check_missing_codes(scale, path, name)


def _check_wordings(scale: Scale, path: Steps, name: str) -> Iterator[Problem]:
    n_codes = len(scale.codes)
    for language, wordings in scale.labels.items():
        here = (*path, "labels", language)
        if scale.kind == "continuous":
            yield Problem(here, "INST-022", f"{name} is continuous and can have no labels.", "Use `anchors`.")
        elif len(wordings) != n_codes:
            codes = f"{n_codes} codes ({_figure(scale.min)} to {_figure(scale.max)})"
            yield Problem(
                here,
                "INST-022",
                f"{name} has {len(wordings)} labels in {language} for {codes}.",
                labels_hint(scale.model_dump(include={"min", "max"})),
                about=(scale.id,),
            )
        repeated = sorted({w for w in wordings if wordings.count(w) > 1})
        if repeated:
            message = f"{name} has the label {repeated[0]!r} for two codes in {language}."
            yield Problem(here, "INST-022", message, "Answers in words could not be told apart.")
        if any(not w.strip() for w in wordings):
            yield Problem(here, "INST-022", f"{name} has an empty label in {language}.")
    for code in scale.anchors:
        if not _inside(scale, code):
            message = f"{name} has an anchor for code {code}, outside {_figure(scale.min)} to {_figure(scale.max)}."
            yield Problem((*path, "anchors", str(code)), "INST-025", message)


def _check_missing_codes(scale: Scale, path: Steps, name: str) -> Iterator[Problem]:
    for role, code in (("dk", scale.dk), ("refused", scale.refused)):
        if code is not None and scale.min is not None and scale.max is not None and _inside(scale, code):
            message = f"{name} has {role}: {code}, inside {_figure(scale.min)} to {_figure(scale.max)}."
            yield Problem((*path, role), "INST-024", message, "A missing code lies outside the range, such as 98.")
    if scale.dk is not None and scale.dk == scale.refused:
        yield Problem((*path, "refused"), "INST-024", f"{name} has the same code {scale.dk} for dk and refused.")
    for role, code, label in (
        ("dk", scale.dk, scale.dk_label),
        ("refused", scale.refused, scale.refused_label),
    ):
        if code is None and label is not None:
            message = f"{name} has a {role}_label and no code `{role}`."
            yield Problem((*path, f"{role}_label"), "INST-024", message, about=(scale.id,))


def _inside(scale: Scale, code: int) -> bool:
    low = -math.inf if scale.min is None else scale.min
    high = math.inf if scale.max is None else scale.max
    return low <= code <= high


def _figure(number: float | None) -> str:
    return "" if number is None else f"{number:g}"


def check_questions(index: Index) -> Iterator[Problem]:
    """Yield questions whose answers cannot be coded."""
    for i, question in enumerate(index.instrument.background):
        yield from _check_question(index, question, ("background", i))
    for i, check in enumerate(index.instrument.attention):
        yield from check_choices(check.choices, ("attention", i), f"check '{check.id}'")


def _check_question(index: Index, question: Question, path: Steps) -> Iterator[Problem]:
    name = f"question '{question.id}'"
    closed = question.kind in ("single", "multiple")
    if question.scale is not None:
        yield from index.unknown((*path, "scale"), name, "scale", question.scale, index.instrument.scales)
    if closed and not question.choices and question.scale is None:
        yield Problem(
            path,
            "INST-090",
            f"{name} is `{question.kind}` and has neither choices nor a scale.",
            about=(question.id,),
        )
    if question.choices and question.scale is not None:
        yield Problem((*path, "scale"), "INST-090", f"{name} has both choices and a scale.", "Keep one of the two.")
    if question.choices and not closed:
        message = f"{name} is `{question.kind}` and has choices."
        yield Problem((*path, "kind"), "INST-090", message, "Closed questions are `single` or `multiple`.")
    if question.min is not None and question.max is not None and question.min > question.max:
        message = f"{name} has min {_figure(question.min)} above max {_figure(question.max)}."
        yield Problem((*path, "max"), "INST-023", message)
    yield from check_choices(question.choices, path, name)


def check_choices(choices: list[Choice], path: Steps, name: str) -> Iterator[Problem]:
    """Yield codes or wordings given to two choices."""
    codes: set[int] = set()
    texts: set[tuple[str | None, str | None]] = set()
    for i, choice in enumerate(choices):
        if choice.code in codes:
            yield Problem((*path, "choices", i), "INST-090", f"{name} gives the code {choice.code} to two choices.")
        wording = (choice.text.zh, choice.text.en)
        if wording in texts:
            yield Problem((*path, "choices", i), "INST-090", f"{name} has two choices with the same wording.")
        codes.add(choice.code)
        texts.add(wording)
