"""Answers: the Likert bars of an instrument's items, or of plain columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from wxsat.present.exhibits.exhibits import ColumnAnswers, Exhibits
from wxsat.present.locale import wording

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument, Language
    from wxsat.present.figures.figure import FigureSpec
    from wxsat.responses.responses import CleanResponses, Responses

MOST_ITEMS = 15


def of_responses(responses: Responses, instrument: Instrument | None, language: Language) -> Exhibits:
    """Return one figure a dilemma and for the other constructs, as in the report."""
    from wxsat.present.figures.likert import plot_likert
    from wxsat.present.sections.answers import item_blocks
    from wxsat.present.tables.naming import Names

    instrument = instrument or responses.instrument
    if instrument is None:
        return Exhibits()
    # What is drawn are answers and reasons, which raw responses have as well.
    answers = cast("CleanResponses", responses)
    names, words = Names(instrument, language), wording(language)
    between = "、" if language == "zh" else ", "
    figures = []
    for block in item_blocks(instrument, answers):
        title = words.get("report.answers.likert", name=between.join(names.of(subject) for subject in block.subjects))
        figures.append(
            plot_likert(answers, block.items, language=language, id=f"likert-{block.id}", title=title,
                        instrument=instrument)
        )  # fmt: skip
    return Exhibits(figures=tuple(figures))


def of_columns(answers: ColumnAnswers, instrument: Instrument | None, language: Language) -> Exhibits:
    """Return one figure for whole scales of one response scale, up to MOST_ITEMS items each."""
    from wxsat.present.figures.column_answers import plot_column_answers, shared_codes

    blocks: list[tuple[tuple[int, ...], list[str], list[str]]] = []
    for scale, items in answers.scales.items():
        codes = shared_codes(answers.frame, items)
        if not codes:
            continue
        if not blocks or blocks[-1][0] != codes or len(blocks[-1][2]) + len(items) > MOST_ITEMS:
            blocks.append((codes, [], []))
        blocks[-1][1].append(scale)
        blocks[-1][2].extend(items)
    words, between = wording(language), "、" if language == "zh" else ", "
    figures: list[FigureSpec] = []
    for _, scales, members in blocks:
        title = words.get("report.answers.likert", name=between.join(scales))
        figures.append(
            plot_column_answers(answers.frame, members, reverse=answers.reverse, language=language,
                                id=f"likert-{'-'.join(scales)}", title=title)
        )  # fmt: skip
    return Exhibits(figures=tuple(figures))
