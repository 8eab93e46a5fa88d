"""Which column answers which question: by declared mapping, by id, or by exact wording in either language.

A column name, and the variable label where the file has one, is read in several ways ("PU1", "1、wording",
"Q1 wording", "PU1. wording"); the first reading that is a question's id or wording decides. Nothing is
guessed beyond that: what is not recognised is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from wxsat.errors import DataError, Fault, nearest
from wxsat.instrument.instrument import (
    FORMS,
    AttentionCheck,
    Choice,
    Condition,
    FormName,
    Instrument,
    Item,
    Label,
    Question,
    Scale,
)
from wxsat.responses.order import columns_by_order
from wxsat.responses.raw_table import RawTable, fold, masked

MatchRule = Literal["names", "order"]
QuestionKind = Literal["scale", "single", "multiple", "integer", "number", "text"]
LEADING_NUMBER = re.compile(r"^(?:q|第)?\d+(?:题)?[、.:)_-]?(?=.)")
REVERSED_SUFFIX = "_r"
FEWEST_RECOGNISED = 3


@dataclass(frozen=True)
class Asked:
    """One question of the instrument, whatever its section: what coding a column needs to know."""

    id: str
    text: Label
    kind: QuestionKind
    scale: Scale | None = None
    choices: tuple[Choice, ...] = ()
    low: float | None = None
    high: float | None = None
    ask_if: Condition | None = None
    section: Literal["item", "check", "background"] = "item"
    role: str = ""
    reverse_keyed: bool = False


@dataclass(frozen=True)
class ColumnMatch:
    """
    The columns of a file against the questions of an instrument.

    Attributes
    ----------
    columns : mapping of question id to column
    parts : mapping of question id to {choice code: column}
        Questions with several answers that stand in one column a choice.
    how : mapping of question id to str
        ``mapping``, ``id``, ``wording`` or ``choices``.
    already_reversed : tuple of str
        Items found under ``<id>_r``: recoded before they were written.
    unused : tuple of str
        Columns that answer no question.
    absent : tuple of str
        Ids of the form's items that the file does not have.
    form : {"full", "standard", "brief"}
    """

    columns: Mapping[str, str]
    parts: Mapping[str, Mapping[int, str]]
    how: Mapping[str, str]
    already_reversed: tuple[str, ...]
    unused: tuple[str, ...]
    absent: tuple[str, ...]
    form: FormName


def asked_questions(instrument: Instrument) -> tuple[Asked, ...]:
    """Return every question of an instrument that a respondent answers, in questionnaire order."""
    return (
        *(_asked_item(instrument, item) for item in instrument.items_in()),
        *(_asked_check(instrument, check) for check in instrument.attention if check.kind != "antonyms"),
        *(_asked_background(instrument, question) for question in instrument.background),
    )


def _asked_item(instrument: Instrument, item: Item) -> Asked:
    scale = instrument.scale_of(item)
    return Asked(item.id, item.text, "scale", scale, ask_if=item.ask_if, reverse_keyed=item.reversed)


def _asked_check(instrument: Instrument, check: AttentionCheck) -> Asked:
    text = check.text or Label()
    if check.choices:
        return Asked(check.id, text, "single", choices=tuple(check.choices), section="check")
    scale = instrument.scales[check.scale or instrument.header.default_scale]
    return Asked(check.id, text, "scale", scale, section="check")


def _asked_background(instrument: Instrument, question: Question) -> Asked:
    scale = instrument.scales[question.scale] if question.scale else None
    return Asked(
        question.id,
        question.text,
        "scale" if scale is not None else question.kind,
        scale,
        tuple(question.choices),
        question.min,
        question.max,
        question.ask_if,
        "background",
        question.role,
    )


def match_columns(
    table: RawTable,
    instrument: Instrument,
    *,
    mapping: Mapping[str, str] | None = None,
    form: FormName | None = None,
    spoken_for: Sequence[str] = (),
    rule: MatchRule = "names",
) -> ColumnMatch:
    """
    Find the column of every question.

    Parameters
    ----------
    table : RawTable
    instrument : Instrument
    mapping : mapping of column to question id, optional
        Declared pairs; they win over everything recognised.
    form : {"full", "standard", "brief"}, optional
        The form in the field; without it, the form whose items agree best with the file's.
    spoken_for : sequence of str
        Columns that the study uses otherwise (account, weight, duration).
    rule : {"names", "order"}
        ``order`` gives the columns that no name decides to the questions that no column was found for, one by
        one as they stand; only where their numbers agree.

    Raises
    ------
    DataError
        RESP-020 a file of another survey, RESP-021 two columns for one question, RESP-022 a mapped column
        that the file does not have, RESP-023 a mapped id that the instrument does not have, RESP-071 a match by
        order of unequal numbers.
    """
    questions = {q.id: q for q in asked_questions(instrument)}
    declared = _declared(table, questions, mapping or {})
    found: dict[str, list[tuple[str, str]]] = {}
    reversed_ids: list[str] = []
    names = _names_of(questions)
    for column in table.columns:
        hit = _recognise(column, table, names, declared, spoken_for)
        if hit is not None:
            question_id, how = hit
            found.setdefault(question_id, []).append((column, how))
            if how == "reversed id":
                reversed_ids.append(question_id)
    _require_one_column_each(found, table)
    if rule == "order":
        named = [pairs[0][0] for pairs in found.values()]
        by_order = columns_by_order(table, instrument, found, form, spoken_for, named)
        found.update({question_id: [(column, "order")] for question_id, column in by_order.items()})
    columns = {question_id: pairs[0][0] for question_id, pairs in found.items()}
    parts = _choice_columns(table, questions, set(columns.values()) | set(spoken_for), set(columns))
    taken = set(columns.values()) | {c for p in parts.values() for c in p.values()} | set(spoken_for)
    used_form = form or closest_form(instrument, columns)
    require_this_survey(table, instrument, columns, used_form)
    return ColumnMatch(
        columns={q: columns[q] for q in questions if q in columns},
        parts=parts,
        how={q: pairs[0][1] for q, pairs in found.items()} | {q: "choices" for q in parts},
        already_reversed=tuple(reversed_ids),
        unused=tuple(c for c in table.columns if c not in taken),
        absent=tuple(i.id for i in instrument.items_in(used_form) if i.id not in columns),
        form=used_form,
    )


def _names_of(questions: Mapping[str, Asked]) -> dict[str, tuple[str, str]]:
    """Map every folded name to (question id, how); an ambiguous wording is left out."""
    names: dict[str, tuple[str, str]] = {}
    clashing: set[str] = set()
    for question in questions.values():
        for wording in (question.text.zh, question.text.en):
            key = wording_key(wording) if wording else ""
            if key and names.setdefault(key, (question.id, "wording"))[0] != question.id:
                clashing.add(key)
    for key in clashing:
        del names[key]
    squeezed = [re.sub(r"[\W_]", "", fold(question.id)) for question in questions.values()]
    for key, question in zip(squeezed, questions.values(), strict=True):
        if squeezed.count(key) == 1:  # LimeSurvey takes letters and digits only: why_not stands there as whynot
            names.setdefault(key, (question.id, "id"))
    for question in questions.values():
        names[fold(question.id)] = (question.id, "id")
        if question.reverse_keyed:
            names.setdefault(fold(question.id + REVERSED_SUFFIX), (question.id, "reversed id"))
    return names


def wording_key(text: str) -> str:
    """Return a question's wording without case, width, spaces and closing punctuation."""
    return fold(text).rstrip("。.?!:;*")


def readings(name: str) -> Iterator[str]:
    """
    Yield the ways a column name may be read, most literal first.

    Examples
    --------
    >>> list(readings("1、很好用。"))
    ['1、很好用。', '1、很好用', '很好用']
    """
    key = fold(name)
    yield key
    bare = wording_key(name)
    yield bare
    if LEADING_NUMBER.match(bare):
        yield LEADING_NUMBER.sub("", bare, count=1)
    head = re.match(r"^([a-z]+\d*[a-z]?)[、.:)\]-]", bare.lstrip("["))
    if head:
        yield head.group(1)
        yield bare[head.end() :]


def _recognise(
    column: str,
    table: RawTable,
    names: Mapping[str, tuple[str, str]],
    declared: Mapping[str, str],
    spoken_for: Sequence[str],
) -> tuple[str, str] | None:
    if column in declared:
        return declared[column], "mapping"
    if column in spoken_for:
        return None
    label = table.column_labels.get(column, "")
    texts = (column, *table.aliases.get(column, ()), *((label,) if label else ()))
    for reading in (reading for text in texts for reading in readings(text)):
        hit = names.get(reading)
        if hit is not None and hit[0] not in declared.values():
            return hit
    return None


def _declared(table: RawTable, questions: Mapping[str, Asked], mapping: Mapping[str, str]) -> dict[str, str]:
    faults = []
    for column, question_id in mapping.items():
        if column not in table.columns:
            faults.append(
                Fault(
                    "RESP-022",
                    f"the mapping names column '{column}', which the file does not have.",
                    table.file,
                    nearest(column, table.columns).strip(),
                )
            )
        if question_id not in questions:
            faults.append(
                Fault(
                    "RESP-023",
                    f"column '{column}' is mapped to '{question_id}', which the instrument does not ask.",
                    table.file,
                    nearest(question_id, questions).strip(),
                )
            )
    if faults:
        raise DataError.from_faults(faults)
    return dict(mapping)


def _require_one_column_each(found: Mapping[str, list[tuple[str, str]]], table: RawTable) -> None:
    faults = [
        Fault(
            "RESP-021",
            f"{len(pairs)} columns answer '{question_id}': {', '.join(masked(c) for c, _ in pairs)}.",
            table.file,
            "Delete or rename all but one, or map the right one under `columns:`.",
        )
        for question_id, pairs in found.items()
        if len(pairs) > 1
    ]
    if faults:
        raise DataError.from_faults(faults)


def _choice_columns(
    table: RawTable, questions: Mapping[str, Asked], taken: set[str], matched: set[str]
) -> dict[str, dict[int, str]]:
    """Columns named ``<id>_<code>``, one a choice of a question that takes several answers."""
    folded = {fold(c): c for c in table.columns if c not in taken}
    parts: dict[str, dict[int, str]] = {}
    for question in questions.values():
        if question.kind != "multiple" or question.id in matched:
            continue
        hits = {c.code: folded.get(fold(f"{question.id}_{c.code}")) for c in question.choices}
        own = {code: column for code, column in hits.items() if column is not None}
        if own:
            parts[question.id] = own
    return parts | _declared_choices(table, questions, taken, matched | set(parts))


def _declared_choices(
    table: RawTable, questions: Mapping[str, Asked], taken: set[str], matched: set[str]
) -> dict[str, dict[int, str]]:
    """Columns that the platform says are choices, by the name of their question, or else by all their wordings."""
    multiple = {q.id: q for q in questions.values() if q.kind == "multiple" and q.id not in matched}
    names = {key: hit[0] for key, hit in _names_of(multiple).items()}
    groups: dict[str, list[str]] = {}
    for column, part in table.choice_columns.items():
        if column not in taken:
            groups.setdefault(part.group, []).append(column)
    parts: dict[str, dict[int, str]] = {}
    for columns in groups.values():
        texts = table.choice_columns[columns[0]].questions
        named = next((names[r] for text in texts for r in readings(text) if r in names), None)
        candidates = [multiple[named]] if named else ([] if texts else list(multiple.values()))
        found = [(q, own) for q in candidates if (own := _choices_among(table, columns, q, whole=named is None))]
        if len(found) == 1:
            parts.setdefault(found[0][0].id, found[0][1])
    return parts


def _choices_among(table: RawTable, columns: Sequence[str], asked: Asked, *, whole: bool) -> dict[int, str]:
    """Return {code: column} of the columns whose choice is one of the question's; nothing if `whole` and any is not."""
    codes = {str(choice.code): choice.code for choice in asked.choices}
    for choice in asked.choices:
        codes |= {wording_key(text): choice.code for text in (choice.text.zh, choice.text.en) if text}
    hits = {column: codes.get(wording_key(table.choice_columns[column].choice)) for column in columns}
    if whole and any(code is None for code in hits.values()):
        return {}
    own: dict[int, str] = {}
    for column, code in hits.items():
        if code is not None:
            own.setdefault(code, column)
    return own


_WEIGHT_OF_ABSENT = 0.2


def closest_form(instrument: Instrument, present: Mapping[str, str]) -> FormName:
    """
    Return the form whose items agree best with those present.

    Items that a form does not ask speak against it in full; items that it asks and the file lacks, a fifth as
    much, since a study may leave constructs out (Tversky's ratio of shared to distinctive features).
    """

    def agreement(form: FormName) -> float:
        asked = {i.id for i in instrument.items_in(form) if not i.optional or i.id in present}
        here = {i.id for i in instrument.items_in() if i.id in present}
        shared = len(asked & here)
        return shared / max(1.0, shared + len(here - asked) + _WEIGHT_OF_ABSENT * len(asked - here))

    return max(FORMS, key=agreement)


def recognised_items(table: RawTable, instrument: Instrument) -> tuple[str, ...]:
    """Return the ids of an instrument's items that the file's columns name, without any mapping."""
    questions = {q.id: q for q in asked_questions(instrument)}
    names = _names_of(questions)
    hits = {hit[0] for c in table.columns if (hit := _recognise(c, table, names, {}, ())) is not None}
    return tuple(i.id for i in instrument.items_in() if i.id in hits)


def require_this_survey(table: RawTable, instrument: Instrument, present: Mapping[str, str], form: FormName) -> None:
    """Raise RESP-020 when too few of the form's items are there for this to be its data."""
    items = instrument.items_in(form)
    here = [i.id for i in items if i.id in present]
    if len(here) >= min(FEWEST_RECOGNISED, len(items)):
        return
    columns = ", ".join(masked(c, 24) for c in table.columns[:8])
    more = f" and {len(table.columns) - 8} more" if len(table.columns) > 8 else ""
    raise DataError(
        "RESP-020",
        f"{len(here)} of the {len(items)} items of '{instrument.id}' ({form} form) were recognised;"
        f" the file has {len(table.columns)} columns: {columns}{more}. This looks like another survey.",
        where=table.file,
        hint="Name the right instrument, or map the columns: `columns: {their name: item id}`.",
    )
