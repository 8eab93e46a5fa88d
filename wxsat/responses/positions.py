"""Numbers that are positions of options on the page, turned into the instrument's codes.

问卷星 exports by text, by score or by option number. By number, "Yes = 1, No = 0" comes back as 1 and 2, a scale
from 0 to 10 as 1 to 11, and don't-know as one more than the last code. Where the file does not say which it is,
the answers decide, and where they cannot, the reader asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from wxsat.errors import DataError
from wxsat.instrument.instrument import Label
from wxsat.responses.answer_key import NO_ANSWER, AnswerKey, Refusal, answer_key, code_cell
from wxsat.responses.match import Asked, ColumnMatch
from wxsat.responses.platforms.limesurvey import is_answer_codes, position_of
from wxsat.responses.platforms.platform import replace_cells
from wxsat.responses.raw_table import Numbering, RawTable, fold

_WHOLE = re.compile(r"\d+(?:\.0+)?")


def options_of(asked: Asked) -> tuple[int, ...]:
    """Return the codes of a question's options in the order on the page: don't-know and refusal last."""
    if asked.scale is not None:
        last = [c for c in (asked.scale.dk, asked.scale.refused) if c is not None]
        return (*asked.scale.codes, *last) if asked.scale.codes else ()
    return tuple(choice.code for choice in asked.choices) if asked.kind == "single" else ()


def with_codes(table: RawTable, match: ColumnMatch, questions: Mapping[str, Asked]) -> RawTable:
    """
    Return the table with positions turned into codes.

    Raises
    ------
    DataError
        RESP-070 when the answers fit both readings and these differ.
    """
    if table.platform == "limesurvey":
        return _without_answer_codes(table, match, questions)
    if table.numbering == "codes":
        return table
    shifted = {q: c for q, c in match.columns.items() if _differs(options_of(questions[q]))}
    labelled = {q: c for q, c in shifted.items() if table.value_labels.get(c)}
    for question, column in labelled.items():
        table = _by_labels(table, column, answer_key(questions[question]))
    bare = {q: c for q, c in shifted.items() if q not in labelled}
    if table.numbering == "positions" or (bare and _are_positions(table, match, bare, questions)):
        for question, column in bare.items():
            codes = options_of(questions[question])
            table = replace_cells(table, [column], lambda cell, codes=codes: _code_at(cell, codes))  # type: ignore[misc]
        if bare:
            note = f"Numbers read as positions of options and turned into codes in {len(bare)} column(s)."
            table = replace(table, notes=(*table.notes, note))
    return table


def numbering_of(table: RawTable, match: ColumnMatch, questions: Mapping[str, Asked]) -> Numbering:
    """Return what a table's numbers are, from its answers where the file does not say; RESP-070 if they cannot tell."""
    if table.numbering != "unknown":
        return table.numbering
    bare = {
        q: c for q, c in match.columns.items() if _differs(options_of(questions[q])) and c not in table.value_labels
    }
    return "positions" if bare and _are_positions(table, match, bare, questions) else "codes"


def _without_answer_codes(table: RawTable, match: ColumnMatch, questions: Mapping[str, Asked]) -> RawTable:
    """LimeSurvey numbers options A1, A2, ... where nobody gave them codes: the first, the second, ..."""
    turned = 0
    for question, column in match.columns.items():
        codes = options_of(questions[question])
        if codes and is_answer_codes(table.frame[column]):
            table = replace_cells(table, [column], lambda cell, codes=codes: _code_at(position_of(cell), codes))  # type: ignore[misc]
            turned += 1
    note = f"Answer codes A1, A2, ... read as the first, second, ... option in {turned} column(s)."
    return replace(table, notes=(*table.notes, note)) if turned else table


def _differs(codes: tuple[int, ...]) -> bool:
    return bool(codes) and codes != tuple(range(1, len(codes) + 1))


def _number(cell: Any) -> int | None:
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, (int, float)):
        return int(cell) if float(cell).is_integer() else None
    return int(float(cell)) if isinstance(cell, str) and _WHOLE.fullmatch(cell.strip()) else None


def _code_at(cell: Any, codes: tuple[int, ...]) -> Any:
    position = _number(cell)
    if position is None:
        return cell
    # A number that is no position must not pass for a code: 0 of a scale from 0 to 10, say.
    return codes[position - 1] if 1 <= position <= len(codes) else f"option {position} of {len(codes)}"


def _by_text(table: RawTable, columns: Mapping[str, str], questions: Mapping[str, Asked]) -> bool:
    """Whether a closed question is answered in words: then the whole file is an export by text."""
    for question, column in columns.items():
        if options_of(questions[question]) or questions[question].kind == "multiple":
            words = {fold(c) for c in table.frame[column] if isinstance(c, str) and _number(c) is None}
            if words - set(NO_ANSWER):
                return True
    return False


def _are_positions(
    table: RawTable, match: ColumnMatch, columns: Mapping[str, str], questions: Mapping[str, Asked]
) -> bool:
    """Say from the answers whether numbers are positions; RESP-070 when they fit both and it matters."""
    if _by_text(table, match.columns, questions):
        return False
    against_codes: list[str] = []
    against_positions: list[str] = []
    matters: list[str] = []
    for question, column in columns.items():
        codes = options_of(questions[question])
        seen = {n for cell in table.frame[column] if (n := _number(cell)) is not None}
        if seen - set(codes):
            against_codes.append(column)
        if any(not 1 <= n <= len(codes) for n in seen):
            against_positions.append(column)
        if any(_code_at(n, codes) != n for n in seen):
            matters.append(column)
    if not matters or against_positions:
        return False
    if against_codes:
        return True
    raise DataError(
        "RESP-070",
        f"the numbers of {_listed(matters)} may be codes (scores) or positions of options, and mean different answers.",
        where=table.file,
        hint="Say how it was exported: --platform wjx-score or --platform wjx-index (按分数 or 按序号).",
    )


def _listed(columns: Iterable[str]) -> str:
    from wxsat.responses.raw_table import masked

    names = [f"'{masked(c, 24)}'" for c in columns]
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def _by_labels(table: RawTable, column: str, key: AnswerKey) -> RawTable:
    """Turn numbers into codes by the labels that the file declares for them; others stay for coding to judge."""
    known: dict[float, float] = {}
    for value, label in table.value_labels[column].items():
        coded = code_cell(label, key)
        if isinstance(coded, Refusal) or not isinstance(value, (int, float)):
            continue
        unsaid = key.dk if coded[1] == "dont_know" else key.refused if coded[1] == "refused" else None
        code = unsaid if coded[1] else coded[0]
        if code is not None:
            known[float(value)] = float(code)
    turned = replace_cells(table, [column], lambda cell: known.get(cell, cell) if isinstance(cell, float) else cell)
    labels = {
        known.get(float(v), v) if isinstance(v, (int, float)) else v: t for v, t in table.value_labels[column].items()
    }
    return replace(turned, value_labels={**turned.value_labels, column: labels})


def option_texts(asked: Asked) -> tuple[Label, ...]:
    """Return the wordings of a question's options in the order of :func:`options_of`."""
    if asked.scale is None:
        return tuple(choice.text for choice in asked.choices)
    scale = asked.scale
    labels = [Label(zh=scale.label_of(code, "zh"), en=scale.label_of(code, "en")) for code in scale.codes]
    last = [(scale.dk, scale.dk_label), (scale.refused, scale.refused_label)]
    return (*labels, *(label or Label() for code, label in last if code is not None))
