"""Instrument + form -> pages of prompts with codes, wordings in every language, bounds and routing.

The printed questionnaire knows lines of text; a platform needs codes and conditions as well. Pages, grids and numbers
are those of the printed questionnaire, so that a question has the same number everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from wxsat.instrument.instrument import (
    AttentionCheck,
    Condition,
    FormName,
    Instrument,
    Item,
    Label,
    Language,
    Question,
    Scale,
)
from wxsat.instrument.order import Asked, asking_order
from wxsat.instrument.questionnaire import (
    ROWS_IN_A_GRID,
    PrintLanguage,
    make_questionnaire,
    printed_languages,
    printed_word,
    wording,
)

PromptKind = Literal["single", "multiple", "integer", "number", "text"]


@dataclass(frozen=True)
class Answer:
    """One answer of a closed question: code, wording (None for a bare number), whether it is a missing code."""

    code: int
    text: Label | None
    missing: bool = False

    def words(self, language: Language) -> str:
        """Return the wording in one language, or the code as text."""
        return " ".join(self.text.text(language).split()) if self.text else str(self.code)


@dataclass(frozen=True)
class Prompt:
    """
    One thing to answer.

    Attributes
    ----------
    number : int
        Printed number, that of the codebook of the same form.
    id : str
        Column name of the answer.
    kind : {"single", "multiple", "integer", "number", "text"}
    text : Label
    answers : tuple of Answer
        Empty for written answers.
    list_id : str
        Name of the list of answers: the scale's id, or one of the question's own.
    low, high : float or None
        Bounds of a number.
    required : bool
        Text need not be written; everything else is to be answered.
    condition : Condition or None
        Ask only if.
    rating : bool
        Whether it rates on a scale that neighbours share.
    assigned : bool
        Drawn at random, not asked.
    """

    number: int
    id: str
    kind: PromptKind
    text: Label
    answers: tuple[Answer, ...] = ()
    list_id: str = ""
    low: float | None = None
    high: float | None = None
    required: bool = True
    condition: Condition | None = None
    rating: bool = False
    assigned: bool = False


@dataclass(frozen=True)
class Page:
    """Prompts shown together; a grid shares one list of answers."""

    prompts: tuple[Prompt, ...]
    stem: Label | None
    grid: bool


@dataclass(frozen=True)
class FieldedForm:
    """One form of an instrument, ready to be written for a platform."""

    instrument: Instrument
    form: FormName
    languages: tuple[Language, ...]
    title: Label
    intro: tuple[Label, ...]
    consent: Label
    pages: tuple[Page, ...]

    @property
    def prompts(self) -> tuple[Prompt, ...]:
        """All prompts, in order."""
        return tuple(prompt for page in self.pages for prompt in page.prompts)

    def prompt(self, prompt_id: str) -> Prompt | None:
        """Return a prompt by id; None when the form does not ask it."""
        return next((prompt for prompt in self.prompts if prompt.id == prompt_id), None)


def fielded_form(instrument: Instrument, form: FormName = "full", language: PrintLanguage = "zh") -> FieldedForm:
    """
    Put an instrument into pages of prompts.

    Parameters
    ----------
    instrument : Instrument
    form : {"full", "standard", "brief"}
    language : {"zh", "en", "both"}
        The first of the languages is the one shown first.

    Raises
    ------
    UsageError
        ``OUT-011`` no such language, ``OUT-012`` the form asks nothing.

    Examples
    --------
    >>> from wxsat.instrument.load import load_instrument
    >>> fielded_form(load_instrument("gov-wechat-public"), "brief").prompts[0].answers[-1].code
    98
    """
    languages = printed_languages(instrument, language)
    printed = make_questionnaire(instrument, form, language)
    asked = {entry.id: entry for entry in asking_order(instrument, form)}
    pages = []
    for block in printed.blocks:
        prompts = tuple(_prompt(instrument, asked[entry.id], entry.number) for entry in block.entries)
        stem = _stem(instrument, asked[block.entries[0].id]) if block.stem else None
        grid = block.kind == "rating" and bool(block.options)
        shown = stem or (printed_word("rate") if grid else None)
        pages += [Page(part, shown, grid) for part in _parts(prompts)]
    header = instrument.header
    known = {prompt.id for page in pages for prompt in page.prompts}
    return FieldedForm(
        instrument,
        form,
        languages,
        header.title if header.title.zh or header.title.en else Label(zh=instrument.id, en=instrument.id),
        tuple(label for label in (header.stem, header.scale_note) if label is not None),
        header.consent or printed_word("consent"),
        tuple(_without_unasked(page, known) for page in pages),
    )


def _parts(prompts: tuple[Prompt, ...]) -> list[tuple[Prompt, ...]]:
    """Cut a long run of questions into pages of nearly equal length; grids are cut already."""
    size = -(-len(prompts) // -(-len(prompts) // ROWS_IN_A_GRID))
    return [prompts[start : start + size] for start in range(0, len(prompts), size)]


def _without_unasked(page: Page, known: set[str]) -> Page:
    """Drop conditions on questions that the form does not ask, as the printed questionnaire does."""
    prompts = tuple(
        replace(p, condition=None) if p.condition is not None and p.condition.question not in known else p
        for p in page.prompts
    )
    return replace(page, prompts=prompts)


def _stem(instrument: Instrument, asked: Asked) -> Label | None:
    return instrument.construct(asked.construct_id).stem if isinstance(asked, Item) else None


def _prompt(instrument: Instrument, asked: Asked, number: int) -> Prompt:
    if isinstance(asked, Question):
        return _question_prompt(instrument, asked, number)
    if isinstance(asked, Item):
        return _scaled(instrument.scale_of(asked), asked.id, asked.text, number, asked.ask_if)
    text = asked.text or Label()
    if asked.choices:
        answers = tuple(Answer(choice.code, choice.text) for choice in asked.choices)
        return Prompt(number, asked.id, "single", text, answers, f"{asked.id}_answers")
    return _scaled(_scale_of_check(instrument, asked), asked.id, text, number, None)


def _scale_of_check(instrument: Instrument, check: AttentionCheck) -> Scale:
    return instrument.scales[check.scale or instrument.header.default_scale]


def _scaled(scale: Scale, prompt_id: str, text: Label, number: int, condition: Condition | None) -> Prompt:
    if not scale.codes:
        return Prompt(
            number, prompt_id, "number", text, low=scale.min, high=scale.max, condition=condition, rating=True
        )
    return Prompt(number, prompt_id, "single", text, scale_answers(scale), scale.id, condition=condition, rating=True)


def scale_answers(scale: Scale) -> tuple[Answer, ...]:
    """Return the answers of a scale with their wordings, missing codes last."""
    answers = [Answer(code, _wording_of(scale, code)) for code in scale.codes]
    for code, label, word in (
        (scale.dk, scale.dk_label, "dk"),
        (scale.refused, scale.refused_label, "refused"),
    ):
        if code is not None:
            answers.append(Answer(code, label or printed_word(word), missing=True))
    return tuple(answers)


def _wording_of(scale: Scale, code: int) -> Label | None:
    zh, en = scale.label_of(code, "zh"), scale.label_of(code, "en")
    return None if zh == str(code) and en == str(code) else Label(zh=zh, en=en)


def _question_prompt(instrument: Instrument, question: Question, number: int) -> Prompt:
    if question.scale:
        scaled = _scaled(instrument.scales[question.scale], question.id, question.text, number, question.ask_if)
        return scaled
    return Prompt(
        number,
        question.id,
        question.kind,
        question.text,
        tuple(Answer(choice.code, choice.text) for choice in question.choices),
        f"{question.id}_answers" if question.choices else "",
        question.min,
        question.max,
        required=question.kind != "text",
        condition=question.ask_if,
        assigned=question.assigned,
    )


def in_one_line(label: Label | None, languages: tuple[Language, ...]) -> str:
    """Return a wording for files that hold only one: the languages one after the other."""
    return " / ".join(wording(label, languages))
