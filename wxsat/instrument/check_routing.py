"""Routing: every condition names something asked earlier, in the same forms, and an answer it can have."""

from __future__ import annotations

from collections.abc import Iterator

from wxsat.instrument.crossref import Index, Problem, each_item
from wxsat.instrument.instrument import FormName, Item, Question
from wxsat.instrument.order import asking_order
from wxsat.instrument.yaml_tree import Steps


def check_routing(index: Index) -> Iterator[Problem]:
    """Yield conditions that can never be decided."""
    entries: list[tuple[Item | Question, Steps]] = list(each_item(index.instrument))
    entries += [(q, ("background", i)) for i, q in enumerate(index.instrument.background)]
    place = {entry.id: i for i, entry in enumerate(asking_order(index.instrument))}
    for entry, path in entries:
        if entry.ask_if is not None:
            yield from _check_condition(index, entry, (*path, "ask_if"), place)


def _check_condition(index: Index, entry: Item | Question, path: Steps, place: dict[str, int]) -> Iterator[Problem]:
    condition = entry.ask_if
    if condition is None:
        return
    name = condition.question
    here = (*path, "question")
    yield from index.unknown(here, f"`ask_if` of '{entry.id}'", "question", name, [*index.questions, *index.items])
    opener = index.questions.get(name, (None,))[0] or index.items.get(name, (None,))[0]
    if opener is None:
        return
    if place.get(name, -1) >= place.get(entry.id, len(place)):
        message = f"`ask_if` of '{entry.id}' depends on '{name}', which is not asked earlier."
        yield Problem(here, "INST-040", message, "Move the question up, or ask on something asked before.")
    absent: list[FormName] = [form for form in entry.forms if form not in opener.forms]
    if absent:
        forms = " and ".join(absent)
        message = f"'{entry.id}' is asked in the {forms} form, where '{name}', which opens it, is not."
        yield Problem(here, "INST-042", message, about=(entry.id, name))
    yield from _check_codes(index, entry, opener, (*path, "is_any_of"), condition.is_any_of)


def _check_codes(
    index: Index, entry: Item | Question, opener: Item | Question, path: Steps, codes: list[int]
) -> Iterator[Problem]:
    possible = _possible_answers(index, opener)
    for code in codes:
        if possible is not None and code not in possible:
            message = f"`ask_if` of '{entry.id}' waits for {code}, which is no answer of '{opener.id}'."
            yield Problem(path, "INST-041", message, f"Answers: {', '.join(map(str, possible))}.", (opener.id,))
    if isinstance(opener, Question) and opener.kind in ("text", "number"):
        message = f"`ask_if` of '{entry.id}' depends on '{opener.id}', a {opener.kind} question without codes."
        yield Problem(path, "INST-041", message)
    if isinstance(opener, Question) and opener.kind == "integer":
        low, high = opener.min, opener.max
        outside = [c for c in codes if (low is not None and c < low) or (high is not None and c > high)]
        if outside:
            message = f"`ask_if` of '{entry.id}' waits for {outside[0]}, outside the range of '{opener.id}'."
            yield Problem(path, "INST-041", message)


def _possible_answers(index: Index, opener: Item | Question) -> list[int] | None:
    """Return the codes an answer can have; None when they cannot be listed."""
    if isinstance(opener, Question) and opener.kind not in ("single", "multiple"):
        return None
    if isinstance(opener, Question) and opener.choices:
        return [choice.code for choice in opener.choices]
    scale = index.scale_of_item(opener.id) if isinstance(opener, Item) else index.scale(opener.scale)
    if scale is None or not scale.codes:
        return None
    return [*scale.codes, *(code for code in (scale.dk, scale.refused) if code is not None)]
