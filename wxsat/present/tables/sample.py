"""Who answered: the background questions, with small cells withheld."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxsat.present.numbers import Language
from wxsat.present.table import SUPPRESSED, Cell, Table
from wxsat.present.tables.building import TableBuilder
from wxsat.present.tables.disclosure import (
    ANSWERED,
    UNANSWERED,
    CountKey,
    answers_of_asked,
    background_questions,
    question_cells,
    withheld_counts,
)
from wxsat.present.tables.suppression import SMALLEST_SHOWN

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.instrument.instrument import Instrument, Question
    from wxsat.responses.responses import Responses

BLANK = ""


def tabulate_sample(
    responses: Responses,
    instrument: Instrument | None,
    language: Language,
    withheld: frozenset[CountKey] | None = None,
) -> Table:
    """
    Return n and percent of every answer to the closed background questions, mean and SD of the numeric ones.

    The base of the percentages is every respondent who was shown the question, non-response being an answer of
    its own. Counts below 5 are withheld, and with them whatever would give them away: through the total, through a
    question that only some were asked, and, where `withheld` is the plan of the whole run
    (:func:`wxsat.present.tables.disclosure.withheld_counts`), through its other tables.
    """
    build = TableBuilder("sample", instrument, language)
    build.add_column("question", collapse=True)
    build.add_column("category")
    build.add_column("n", "integer")
    build.add_column("percent", "percent", 1)
    questions = [q for q in background_questions(instrument) if q.id in responses.frame.columns]
    numeric = [q for q in questions if not q.choices]
    if numeric:
        build.add_column("mean", "number", 1)
        build.add_column("sd", "number", 1)
    hidden = withheld_counts(responses, instrument) if withheld is None else withheld
    for question in questions:
        answers = answers_of_asked(responses, question)
        if not len(answers):
            continue
        if question.choices:
            _add_closed(build, question, answers, bool(numeric), hidden)
        else:
            _add_numeric(build, question, answers, hidden)
    build.add_note("base", n=responses.n)
    if any(SUPPRESSED in row for row in build.rows):
        build.add_note("suppressed", smallest=SMALLEST_SHOWN)
    return build.build()


def _add_closed(
    build: TableBuilder, question: Question, answers: pd.Series, has_numeric: bool, hidden: frozenset[CountKey]
) -> None:
    labels = {str(choice.code): choice.text.text(build.language) for choice in question.choices}
    labels[UNANSWERED] = build.words.get("tables.sample.unanswered")
    for key, count in question_cells(question, answers):
        if key == UNANSWERED and not count:
            continue
        withheld = (question.id, key) in hidden
        figures: list[Cell] = [SUPPRESSED, SUPPRESSED] if withheld else [count, count / len(answers)]
        blank = [BLANK, BLANK] if has_numeric else []
        build.add_row(f"{question.id}.{key}", (question.text.text(build.language), labels[key], *figures, *blank))


def _add_numeric(build: TableBuilder, question: Question, answers: pd.Series, hidden: frozenset[CountKey]) -> None:
    given = answers.dropna()
    label = build.words.get("tables.sample.numeric")
    figures: list[Cell] = [len(given), len(given) / len(answers)]
    if (question.id, ANSWERED) in hidden:
        figures = [SUPPRESSED, SUPPRESSED]
    moments: list[Cell] = [float(given.mean()), float(given.std())]
    if len(given) < SMALLEST_SHOWN:
        moments = [SUPPRESSED, SUPPRESSED]
    build.add_row(f"{question.id}.{ANSWERED}", (question.text.text(build.language), label, *figures, *moments))
