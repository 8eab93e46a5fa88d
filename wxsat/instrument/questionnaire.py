"""Instrument + form + language -> what a respondent reads, as data, in order.

Construct names, ids, reverse keys and the rules of attention checks are not in it: whoever fills in the
questionnaire must not see them. Question numbers are those of the codebook of the same form.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import Literal

from wxsat.errors import UsageError
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

PrintLanguage = Literal["zh", "en", "both"]
Text = tuple[str, ...]
EntryKind = Literal["rating", "single", "multiple", "number", "text"]

# A longer grid loses its header from sight and tires the eye.
ROWS_IN_A_GRID = 10


@dataclass(frozen=True)
class Option:
    """One answer: its code, its wording (empty where the scale has none) and whether it is a missing code."""

    code: int
    text: Text
    missing: bool = False


@dataclass(frozen=True)
class Entry:
    """
    One thing to answer.

    Attributes
    ----------
    number : int
        Printed number, from 1.
    id : str
        Id in the instrument; for the codebook, never printed.
    kind : {"rating", "single", "multiple", "number", "text"}
        How it is answered.
    text : tuple of str
        Wording, one line a language.
    options : tuple of Option
        Answers to choose from; those of a rating are the block's.
    note : tuple of str
        Range of a number, or how many may be chosen.
    condition : tuple of str
        When it is to be answered; empty when always.
    """

    number: int
    id: str
    kind: EntryKind
    text: Text
    options: tuple[Option, ...] = ()
    note: Text = ()
    condition: Text = ()


@dataclass(frozen=True)
class Block:
    """Entries printed together: a grid of ratings on one scale, or a run of questions."""

    kind: Literal["rating", "questions"]
    entries: tuple[Entry, ...]
    stem: Text = ()
    condition: Text = ()
    options: tuple[Option, ...] = ()


@dataclass(frozen=True)
class Questionnaire:
    """
    A questionnaire in one form and one or both languages.

    Attributes
    ----------
    instrument_id, version, form, languages
        What it was made from.
    title, stem, consent, scale_note : tuple of str
        First page, one line a language; empty where the instrument has none.
    blocks : tuple of Block
        In the order in which they are asked.
    """

    instrument_id: str
    version: str
    form: FormName
    languages: tuple[Language, ...]
    title: Text
    stem: Text
    consent: Text
    scale_note: Text
    blocks: tuple[Block, ...]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries, in order."""
        return tuple(entry for block in self.blocks for entry in block.entries)


def make_questionnaire(
    instrument: Instrument, form: FormName = "full", language: PrintLanguage = "zh"
) -> Questionnaire:
    """
    Put an instrument into the order and words of one form.

    Parameters
    ----------
    instrument : Instrument
        The instrument.
    form : {"full", "standard", "brief"}
        Questionnaire length.
    language : {"zh", "en", "both"}
        Printed language; ``both`` prints Chinese over English.

    Returns
    -------
    Questionnaire
        Blocks in the order of :func:`wxsat.instrument.order.asking_order`.

    Raises
    ------
    UsageError
        ``OUT-011`` if the instrument has no such language, ``OUT-012`` if the form asks nothing.

    Examples
    --------
    >>> from wxsat.instrument.load import load_instrument
    >>> make_questionnaire(load_instrument("gov-wechat-public"), "brief").entries[0].id
    'PU1'
    """
    languages = printed_languages(instrument, language)
    order = asking_order(instrument, form)
    if not any(isinstance(entry, Item) for entry in order):
        raise UsageError(
            "OUT-012", f"the {form} form of '{instrument.id}' asks nothing.", hint="Choose another --form."
        )
    header = instrument.header
    return Questionnaire(
        instrument_id=instrument.id,
        version=header.version,
        form=form,
        languages=languages,
        title=wording(header.title, languages) or (instrument.id,),
        stem=wording(header.stem, languages),
        consent=wording(header.consent or printed_word("consent"), languages),
        scale_note=wording(header.scale_note, languages),
        blocks=tuple(_blocks(instrument, order, languages)),
    )


def printed_languages(instrument: Instrument, language: PrintLanguage) -> tuple[Language, ...]:
    """Return the languages to print; UsageError ``OUT-011`` for one that the instrument does not declare."""
    wanted: tuple[Language, ...] = ("zh", "en") if language == "both" else (language,)
    absent = [each for each in wanted if each not in instrument.header.languages]
    if absent:
        declared = ", ".join(instrument.header.languages)
        message = f"'{instrument.id}' has no wording in {absent[0]}."
        raise UsageError("OUT-011", message, hint=f"It has: {declared}.")
    return wanted


def wording(label: Label | None, languages: tuple[Language, ...]) -> Text:
    """Return the wording of a label in each language, without repeating equal ones; empty for None."""
    if label is None:
        return ()
    lines = (" ".join(label.text(language).split()) for language in languages)
    return tuple(dict.fromkeys(line for line in lines if line))


@cache
def _words() -> dict[str, Label]:
    import yaml

    text = (files("wxsat.instrument") / "printed_words.yaml").read_text(encoding="utf-8")
    return {key: Label(**wordings) for key, wordings in yaml.safe_load(text).items()}


def printed_word(key: str) -> Label:
    """Return one of the words that print adds to the instrument's own (``printed_words.yaml``)."""
    return _words()[key]


def _blocks(instrument: Instrument, order: list[Asked], languages: tuple[Language, ...]) -> Iterator[Block]:
    """Gather entries that follow one another and look alike into blocks."""
    numbers = {entry.id: number for number, entry in enumerate(order, start=1)}
    looks = [_look(instrument, asked) for asked in order]
    for i, asked in enumerate(order):
        # A question alone on its scale reads better as a line of answers than as a grid of one row.
        if isinstance(asked, Question) and looks[i] not in (*looks[max(i - 1, 0) : i], *looks[i + 1 : i + 2]):
            looks[i] = (None, None)
    for (scale_id, construct_id, *_), group in groupby(zip(looks, order, strict=True), key=lambda pair: pair[0]):
        members = [asked for _, asked in group]
        entries = [_entry(instrument, asked, numbers, languages, grid=scale_id is not None) for asked in members]
        if scale_id is None:
            yield Block("questions", tuple(entries))
            continue
        scale = instrument.scales[str(scale_id)]
        stem = wording(instrument.construct(str(construct_id)).stem, languages) if construct_id else ()
        for part in _parts(entries):
            yield Block("rating", tuple(part), stem, part[0].condition, scale_options(scale, languages))


def _look(instrument: Instrument, asked: Asked) -> tuple[object, ...]:
    """Return what must be equal for two neighbours to share a block: scale, a own stem, condition."""
    condition = None if isinstance(asked, AttentionCheck) else asked.ask_if
    if isinstance(asked, Item):
        construct = instrument.construct(asked.construct_id)
        own = construct.id if construct.stem else None
        return instrument.scale_of(asked).id, own, repr(condition)
    if isinstance(asked, AttentionCheck) and not asked.choices:
        return asked.scale or instrument.header.default_scale, None, repr(None)
    if isinstance(asked, Question) and asked.scale:
        return asked.scale, None, repr(condition)
    return None, None


def _parts(entries: list[Entry]) -> Iterator[list[Entry]]:
    """Cut a long run into grids of nearly equal length."""
    n_parts = -(-len(entries) // ROWS_IN_A_GRID)
    size = -(-len(entries) // n_parts)
    for start in range(0, len(entries), size):
        yield entries[start : start + size]


def scale_options(scale: Scale, languages: tuple[Language, ...]) -> tuple[Option, ...]:
    """Return the answers of a scale, its missing codes last; none for a continuous scale."""
    options = [Option(code, _code_wording(scale, code, languages)) for code in scale.codes]
    for code, label, word in (
        (scale.dk, scale.dk_label, "dk"),
        (scale.refused, scale.refused_label, "refused"),
    ):
        if code is not None and options:
            options.append(Option(code, wording(label or printed_word(word), languages), missing=True))
    return tuple(options)


def _code_wording(scale: Scale, code: int, languages: tuple[Language, ...]) -> Text:
    lines = (scale.label_of(code, language) for language in languages)
    return tuple(dict.fromkeys(line for line in lines if line != str(code)))


def _entry(
    instrument: Instrument,
    asked: Asked,
    numbers: dict[str, int],
    languages: tuple[Language, ...],
    *,
    grid: bool,
) -> Entry:
    text = wording(asked.text, languages)
    condition = () if isinstance(asked, AttentionCheck) else asked.ask_if
    when = _condition_text(instrument, condition or None, numbers, languages)
    number = numbers[asked.id]
    if grid or isinstance(asked, Item):
        return Entry(number, asked.id, "rating", text, condition=when)
    options = tuple(Option(c.code, wording(c.text, languages)) for c in asked.choices)
    if isinstance(asked, Question) and asked.scale:
        options = scale_options(instrument.scales[asked.scale], languages)
    if options:
        kind: EntryKind = "multiple" if asked.kind == "multiple" else "single"
        note = wording(printed_word("several"), languages) if kind == "multiple" else ()
        return Entry(number, asked.id, kind, text, options, note, when)
    if isinstance(asked, Question) and asked.kind in ("integer", "number"):
        return Entry(number, asked.id, "number", text, (), _range_note(asked, languages), when)
    return Entry(number, asked.id, "text", text, condition=when)


def _range_note(question: Question, languages: tuple[Language, ...]) -> Text:
    key = {(True, True): "range", (True, False): "at_least", (False, True): "at_most"}.get(
        (question.min is not None, question.max is not None)
    )
    if key is None:
        return ()
    low, high = (f"{bound:.10g}" if bound is not None else "" for bound in (question.min, question.max))
    return tuple(line.format(low=low, high=high) for line in wording(printed_word(key), languages))


def _condition_text(
    instrument: Instrument,
    condition: Condition | None,
    numbers: dict[str, int],
    languages: tuple[Language, ...],
) -> Text:
    if condition is None or condition.question not in numbers:
        return ()
    lines = []
    for language in languages:
        answers = [answer_wording(instrument, condition.question, code, language) for code in condition.is_any_of]
        joined = printed_word("or").text(language).join(answers)
        template = printed_word("only_if").text(language)
        lines.append(template.format(number=numbers[condition.question], answers=joined))
    return tuple(lines)


def answer_wording(instrument: Instrument, asked_id: str, code: int, language: Language) -> str:
    """Return the wording of one answer of a question or an item, or the code itself where it has none."""
    for question in instrument.background:
        if question.id == asked_id:
            for choice in question.choices:
                if choice.code == code:
                    return choice.text.text(language)
            return instrument.scales[question.scale].label_of(code, language) if question.scale else str(code)
    return instrument.scale_of(instrument.item(asked_id)).label_of(code, language)
