"""What happens in the field: routing, don't-knows, skipped answers, second submissions, the clock."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wxsat.instrument.instrument import Condition, FormName, Instrument
from wxsat.simulate.draws import Draws, Floats, Ints, normal_quantile
from wxsat.simulate.people import MANNERS, People
from wxsat.simulate.truth import Truth

Reasons = NDArray[np.str_]

FIELD_START = dt.datetime(2024, 3, 4, 8, 0, 0)
FIELD_DAYS = 21
OPEN_SECONDS = 14 * 3600
# Seconds a question: the middle, and how far one goes up and down from it.
SECONDS_A_QUESTION = {
    "careful": (7.0, 2.2),
    "random": (3.4, 1.4),
    "straight_line": (2.2, 1.2),
    "fast": (1.2, 0.5),
}
LEFT_OPEN = 0.01
NOT_USED, USED = 1.8, 0.55


@dataclass(frozen=True)
class Question:
    """One column of the questionnaire, in the order asked; the ticks of one question are skipped together."""

    id: str
    asked_as: str
    construct_id: str = ""
    ask_if: Condition | None = None
    can_dont_know: bool = False
    always_there: bool = False


def questions_of(instrument: Instrument, form: FormName, columns: Mapping[str, Floats]) -> tuple[Question, ...]:
    """Return the questions of a form that have a column, in the order in which people meet them."""
    gates = {item.ask_if.question for item in instrument.items_in(form) if item.ask_if is not None}
    known = ("account", "region", "identifier")
    first = [q for q in instrument.background if q.role in known]
    routing = [q for q in instrument.background if q.id in gates]
    last = [q for q in instrument.background if q not in first and q not in routing]
    asked = [
        *(Question(q.id, q.id, always_there=True) for q in first),
        *(Question(q.id, q.id, ask_if=q.ask_if) for q in routing),
        *(
            Question(i.id, i.id, i.construct_id, i.ask_if, can_dont_know=instrument.scale_of(i).dk is not None)
            for i in instrument.items_in(form)
        ),
        *(Question(check.id, check.id) for check in instrument.attention),
    ]
    for q in last:
        dk = q.scale is not None and instrument.scales[q.scale].dk is not None
        own = [q.id] if q.kind != "multiple" else [f"{q.id}_{choice.code}" for choice in q.choices]
        asked += [Question(column, q.id, ask_if=q.ask_if, can_dont_know=dk) for column in own]
    return tuple(q for q in asked if q.id in columns)


def reasons_for(
    questions: tuple[Question, ...], columns: Mapping[str, Floats], truth: Truth, people: People, draws: Draws
) -> dict[str, Reasons]:
    """Return, for every question, why each cell is empty; ``""`` where it was answered."""
    nuisance, n = truth.nuisance, people.n
    stops = draws.happens("break_off", nuisance.break_off, n)
    stop_at = 0.15 + 0.8 * draws.uniform("break_off/where", n)
    careful = people.answering("careful")
    asked = list(dict.fromkeys(question.asked_as for question in questions))
    reasons: dict[str, Reasons] = {}
    for question in questions:
        own = np.full(n, "", dtype="<U10")
        if not question.always_there:
            if question.can_dont_know:
                share = nuisance.dont_know_share(question.id, question.construct_id)
                own[careful & _says_dont_know(question.id, share, truth, columns, n, draws)] = "dont_know"
            own[draws.happens(f"skipped/{question.asked_as}", nuisance.skipped, n)] = "skipped"
            own[stops & (asked.index(question.asked_as) >= stop_at * len(asked))] = "skipped"
        reasons[question.id] = own
    return _routed(questions, columns, reasons)


def _says_dont_know(
    question_id: str, share: float, truth: Truth, columns: Mapping[str, Floats], n: int, draws: Draws
) -> NDArray[np.bool_]:
    """Who does not know here is likely not to know elsewhere; who has not used the account knows less."""
    if share <= 0.0:
        return np.zeros(n, dtype=bool)
    together = truth.nuisance.dont_know_together
    person = math.sqrt(together) * draws.normal("dont_know/person", n)
    inclination = person + math.sqrt(1.0 - together) * draws.normal(f"dont_know/{question_id}", n)
    used = columns.get("used")
    leaning = np.ones(n) if used is None else np.where(used == 0.0, NOT_USED, USED)
    return np.asarray(inclination > normal_quantile(1.0 - np.minimum(share * leaning, 1.0 - 2.0**-52)))


def _routed(
    questions: tuple[Question, ...], columns: Mapping[str, Floats], reasons: dict[str, Reasons]
) -> dict[str, Reasons]:
    """Mark what was not shown; a gate stands before its questions, or its own routing is settled first."""
    by_id = {question.id: question for question in questions}
    settled: set[str] = set()

    def settle(question: Question) -> None:
        condition = question.ask_if
        if question.id in settled or condition is None or condition.question not in by_id:
            settled.add(question.id)
            return
        settle(by_id[condition.question])
        gate = reasons[condition.question]
        fits = np.isin(columns[condition.question], condition.is_any_of)
        reasons[question.id][(gate == "not_shown") | ((gate == "") & ~fits)] = "not_shown"
        reasons[question.id][(gate == "skipped") | (gate == "dont_know")] = "skipped"
        settled.add(question.id)

    for question in questions:
        settle(question)
    return reasons


def second_submissions(share: float, n: int, draws: Draws) -> Ints:
    """Return the row whose answers each row holds: its own, or an earlier one for a second submission."""
    source = np.arange(n, dtype=np.int64)
    count = min(round(share * n), n // 2)
    if count:
        order = np.argsort(draws.uniform("duplicates", n), kind="stable")[: 2 * count]
        pairs = np.sort(order.reshape(count, 2), axis=1)
        source[pairs[:, 1]] = pairs[:, 0]
    return source


def devices(seed: int, source: Ints) -> list[str]:
    """Return a made-up device mark a row; a second submission comes from the same device."""
    return [hashlib.sha256(f"{seed}/{person}".encode()).hexdigest()[:20] for person in source.tolist()]


def answering_seconds(people: People, n_questions: int, draws: Draws) -> Floats:
    """Return whole seconds from opening to sending; a few leave the page open."""
    middle = np.array([SECONDS_A_QUESTION[manner][0] for manner in MANNERS])[people.manner]
    reach = np.array([SECONDS_A_QUESTION[manner][1] for manner in MANNERS])[people.manner]
    z = draws.normal("seconds", people.n)
    pace = np.maximum(middle + reach * z + 0.15 * reach * (z * z - 1.0), 0.4)
    left_open = draws.happens("seconds/left_open", LEFT_OPEN, people.n) & people.answering("careful")
    return np.asarray(np.rint(np.where(left_open, 8.0, 1.0) * pace * n_questions))


def starting_times(n: int, draws: Draws) -> list[dt.datetime]:
    """Return ascending starting times within the opening hours of the field period."""
    offsets = np.sort(draws.below("started", n, FIELD_DAYS * OPEN_SECONDS)).tolist()
    return [FIELD_START + dt.timedelta(days=o // OPEN_SECONDS, seconds=o % OPEN_SECONDS) for o in offsets]
