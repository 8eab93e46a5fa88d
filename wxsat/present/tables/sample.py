"""Who answered: the background questions, with small cells withheld."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.present.numbers import Language
from wxsat.present.table import SUPPRESSED, Cell, Table
from wxsat.present.tables.building import TableBuilder
from wxsat.present.tables.suppression import SMALLEST_SHOWN, suppressed_positions

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.instrument.instrument import Instrument, Question
    from wxsat.responses.responses import Responses

ROLES = ("background",)
MISSING_KEY = "missing"
BLANK = ""


def tabulate_sample(responses: Responses, instrument: Instrument | None, language: Language) -> Table:
    """
    Return n and percent of every answer to the closed background questions, mean and SD of the numeric ones.

    The base of the percentages is every respondent who was shown the question, non-response being an answer of
    its own. Counts below 5 are withheld, and with them whatever would give them away.
    """
    build = TableBuilder("sample", instrument, language)
    build.add_column("question", collapse=True)
    build.add_column("category")
    build.add_column("n", "integer")
    build.add_column("percent", "percent", 1)
    questions = [q for q in _questions(instrument) if q.id in responses.frame.columns]
    numeric = [q for q in questions if not q.choices]
    if numeric:
        build.add_column("mean", "number", 1)
        build.add_column("sd", "number", 1)
    for question in questions:
        answers = _asked(responses, question)
        if not len(answers):
            continue
        if question.choices:
            _add_closed(build, question, answers, bool(numeric))
        else:
            _add_numeric(build, question, answers)
    build.add_note("base", n=responses.n)
    if any(SUPPRESSED in row for row in build.rows):
        build.add_note("suppressed", smallest=SMALLEST_SHOWN)
    return build.build()


def _questions(instrument: Instrument | None) -> list[Question]:
    if instrument is None:
        return []
    return [
        q
        for q in instrument.background
        if q.role in ROLES and ((q.kind == "single" and q.choices) or q.kind in ("integer", "number"))
    ]


def _asked(responses: Responses, question: Question) -> pd.Series:
    """Return the answers of those who were shown the question."""
    import pandas as pd

    answers = pd.to_numeric(responses.frame[question.id], errors="coerce")
    if question.id in responses.reasons.columns:
        return answers[responses.reasons[question.id] != "not_shown"]
    if question.ask_if is None:
        return answers
    # Without a record of who was asked, the condition says it; without its question, only the answers do.
    gate = question.ask_if.question
    if gate not in responses.frame.columns:
        return answers.dropna()
    opened = pd.to_numeric(responses.frame[gate], errors="coerce").isin(question.ask_if.is_any_of)
    return answers[opened | answers.notna()]


def _add_closed(build: TableBuilder, question: Question, answers: pd.Series, has_numeric: bool) -> None:
    counts = [int((answers == choice.code).sum()) for choice in question.choices]
    labels = [choice.text.text(build.language) for choice in question.choices]
    keys = [str(choice.code) for choice in question.choices]
    unanswered = len(answers) - sum(counts)
    if unanswered:
        counts.append(unanswered)
        labels.append(build.words.get("tables.sample.unanswered"))
        keys.append(MISSING_KEY)
    withheld = suppressed_positions(counts)
    for position, (key, label, count) in enumerate(zip(keys, labels, counts, strict=True)):
        figures: list[Cell] = [SUPPRESSED, SUPPRESSED] if position in withheld else [count, count / len(answers)]
        blank = [BLANK, BLANK] if has_numeric else []
        build.add_row(f"{question.id}.{key}", (question.text.text(build.language), label, *figures, *blank))


def _add_numeric(build: TableBuilder, question: Question, answers: pd.Series) -> None:
    given = answers.dropna()
    label = build.words.get("tables.sample.numeric")
    figures: list[Cell]
    if len(given) < SMALLEST_SHOWN:
        figures = [SUPPRESSED] * 4
    else:
        figures = [len(given), len(given) / len(answers), float(given.mean()), float(given.std())]
    build.add_row(f"{question.id}.answered", (question.text.text(build.language), label, *figures))
