"""In which order an instrument is asked, form by form: the one place that decides it.

Blocks marked ``ask: before``, then the constructs as they stand in the file, each preceded by the questions
its routing needs; attention checks spread among the items they look like; background; diligence last.
"""

from __future__ import annotations

from wxsat.instrument.instrument import AttentionCheck, Condition, FormName, Instrument, Item, Question

Asked = Item | AttentionCheck | Question


def asking_order(instrument: Instrument, form: FormName | None = None) -> list[Asked]:
    """
    Return everything a respondent is asked, in order.

    Parameters
    ----------
    instrument : Instrument
        The instrument.
    form : {"full", "standard", "brief"}, optional
        Questionnaire length; everything when left out.

    Returns
    -------
    list of Item, AttentionCheck or Question
        Antonym checks are not asked and therefore not in it.

    Examples
    --------
    >>> from wxsat.instrument.load import load_instrument
    >>> asking_order(load_instrument("gov-wechat-public"), "brief")[0].id
    'PU1'
    """
    order = _items_with_routing(instrument, form)
    checks = [c for c in instrument.attention if c.kind != "antonyms" and _in_form(c.forms, form)]
    for check, place in _places(instrument, checks, order):
        order.insert(place, check)
    asked = {entry.id for entry in order}
    order += [q for q in instrument.background if _in_form(q.forms, form) and q.id not in asked]
    for check in checks:
        if check.id not in asked:
            order.insert(_after(check, order), check)
    return order


def _in_form(forms: list[FormName], form: FormName | None) -> bool:
    return form is None or form in forms


def _items_with_routing(instrument: Instrument, form: FormName | None) -> list[Asked]:
    """Put the items in order, each behind the questions that open it."""
    questions = {q.id: q for q in instrument.background if _in_form(q.forms, form)}
    order: list[Asked] = []
    placed: set[str] = set()

    def place_question(condition: Condition | None) -> None:
        question = questions.get(condition.question) if condition else None
        if question is not None and question.id not in placed:
            placed.add(question.id)
            place_question(question.ask_if)
            order.append(question)

    constructs = sorted(instrument.constructs, key=lambda c: c.ask != "before")
    for construct in constructs:
        items = [i for i in construct.items if _in_form(i.forms, form)]
        for item in items:
            place_question(item.ask_if)
        order += items
    return order


def _places(
    instrument: Instrument, checks: list[AttentionCheck], order: list[Asked]
) -> list[tuple[AttentionCheck, int]]:
    """
    Return where to insert the checks that are hidden among items, last place first.

    Checks without a place of their own are spread evenly; each goes behind an unconditional item on the same
    scale, so that it looks like its neighbours. A paraphrase goes as far from its twin as it can.
    """
    hidden = [c for c in checks if c.kind in ("instructed", "bogus", "paraphrase")]
    spread = [c for c in hidden if c.after is None and c.kind != "paraphrase"]
    places: list[tuple[AttentionCheck, int]] = []
    for check in hidden:
        alike = _alike(instrument, check, order)
        if check.after is not None:
            places += [(check, i + 1) for i, entry in enumerate(order) if entry.id == check.after]
        elif check.kind == "paraphrase":
            places.append((check, alike[-1] + 1 if alike else len(order)))
        else:
            target = len(order) * (spread.index(check) + 1) // (len(spread) + 1)
            places.append((check, min(alike, key=lambda i: (abs(i - target), i)) + 1 if alike else target))
    return sorted(reversed(places), key=lambda pair: -pair[1])


def _alike(instrument: Instrument, check: AttentionCheck, order: list[Asked]) -> list[int]:
    scale = check.scale or instrument.header.default_scale
    constructs = {c.id: c for c in instrument.constructs}
    return [
        i
        for i, entry in enumerate(order)
        if isinstance(entry, Item)
        and entry.ask_if is None
        and (own := constructs[entry.construct_id]).ask != "before"
        and (entry.scale or own.scale or instrument.header.default_scale) == scale
    ]


def _after(check: AttentionCheck, order: list[Asked]) -> int:
    places = [i + 1 for i, entry in enumerate(order) if entry.id == check.after]
    return places[0] if places else len(order)
