"""Background, behaviour and link questions, as the truth declares them."""

from __future__ import annotations

import math

import numpy as np

from wxsat.instrument.instrument import FormName, Instrument, Question
from wxsat.simulate.draws import Draws, Floats, normal_quantile
from wxsat.simulate.people import People
from wxsat.simulate.truth import BackgroundAnswer, Truth


def answer_background(
    instrument: Instrument, form: FormName, truth: Truth, people: People, draws: Draws
) -> dict[str, Floats]:
    """
    Return the code or number of every background question of the form that the truth declares, complete.

    A question with several answers gives one column a choice, ``<id>_<code>``, 1 where it is ticked. The
    question with the role ``account`` gives the account's position, from 0.
    """
    answers: dict[str, Floats] = {}
    for question in instrument.background:
        declared = truth.background.get(question.id)
        if form not in question.forms:
            continue
        if question.role == "account":
            answers[question.id] = people.account.astype(np.float64)
        elif declared is not None and declared.ticks:
            for code, share in declared.ticks.items():
                ticked = draws.happens(f"background/{question.id}/{code}", share, people.n)
                answers[f"{question.id}_{code}"] = ticked.astype(np.float64)
        elif declared is not None:
            answers[question.id] = _one_answer(question, declared, people, draws)
    return answers


def left_out(instrument: Instrument, form: FormName, truth: Truth) -> tuple[str, ...]:
    """Return the background questions of the form that the truth does not declare."""
    return tuple(
        q.id for q in instrument.background if form in q.forms and q.role != "account" and q.id not in truth.background
    )


def _one_answer(question: Question, declared: BackgroundAnswer, people: People, draws: Draws) -> Floats:
    if declared.by_account:
        return np.array(declared.by_account, dtype=np.float64)[people.account % len(declared.by_account)]
    leaning = _leaning(question.id, declared, people, draws)
    if declared.shares:
        codes = np.array(list(declared.shares), dtype=np.float64)
        return codes[np.searchsorted(_cuts(list(declared.shares.values())), leaning, side="right")]
    value = _between_quantiles(declared.quantiles, leaning)
    return value if question.kind == "number" and not question.scale and question.max is None else np.rint(value)


def _leaning(question_id: str, declared: BackgroundAnswer, people: People, draws: Draws) -> Floats:
    """A score of variance about one: what the question leans on, and its own chance."""
    own = math.sqrt(1.0 - math.fsum(r * r for r in declared.leans_on.values()))
    score = own * draws.normal(f"background/{question_id}", people.n)
    for name, r in declared.leans_on.items():
        score = score + r * people.latents[name]
    return score


def _cuts(shares: list[float]) -> Floats:
    below = [math.fsum(shares[: i + 1]) for i in range(len(shares) - 1)]
    inside = np.array([min(max(p, 1e-300), 1.0 - 2.0**-53) for p in below])
    cuts = normal_quantile(inside) if len(inside) else inside
    # A first share of nothing or a last one of nothing: no score may fall there.
    return np.where(np.array(below) <= 0.0, -np.inf, np.where(np.array(below) >= 1.0, np.inf, cuts))


def _between_quantiles(quantiles: list[float], score: Floats) -> Floats:
    """Piecewise linear from the score at equally spaced probabilities, the ends at three deviations."""
    inner = np.arange(1, len(quantiles) - 1) / (len(quantiles) - 1)
    knots = np.concatenate([[-3.0], normal_quantile(inner), [3.0]])
    values = np.array(quantiles)
    held = np.clip(score, -3.0, 3.0)
    left = np.clip(np.searchsorted(knots, held, side="right") - 1, 0, len(quantiles) - 2)
    part = (held - knots[left]) / (knots[left + 1] - knots[left])
    return np.asarray(values[left] + part * (values[left + 1] - values[left]))
