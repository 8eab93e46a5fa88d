"""Columns of raw cells -> codes, with the reason of every empty cell, and every fault of the file at once."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wxsat.errors import Fault
from wxsat.responses.answer_key import (
    DK_WORDS,
    FILLED_IN,
    NO_ANSWER,
    NOT_SHOWN_WORDS,
    AnswerKey,
    Cell,
    Refusal,
    answer_key,
    code_cell,
    refusal_words,
)
from wxsat.responses.match import Asked
from wxsat.responses.raw_table import RawTable, fold, masked
from wxsat.responses.responses import MissingReason

SHOWN_ROWS = 5
SPREADSHEET_SIGNS = ("=", "#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#ERROR")
SPREADSHEET_HINT = "Mend the formula in the spreadsheet and save it there, or empty the cell if no answer was given."
# Stata's extended missing values by custom: .d don't know, .i and .n not asked; all others count as refused.
STATA_REASONS: dict[str, MissingReason] = {"d": "dont_know", "i": "not_shown", "n": "not_shown"}
_SEPARATORS = ("┋", "|", ";", "\n", "→", ",", "、", " ")
_YES = frozenset(["1", "1.0", "是", "选中", "已选", "yes", "y", "true", "checked", "selected", "√", "✓"])
_NO = frozenset(["0", "0.0", "否", "未选中", "未选", "no", "n", "false", "unchecked", "notselected", "notchecked"])


@dataclass(frozen=True)
class CodedColumn:
    """
    One coded column.

    Attributes
    ----------
    codes : ndarray of float64, shape (n_rows,)
        NaN where there is no answer.
    reasons : ndarray of str, shape (n_rows,)
        ``""`` where there is an answer, else why not.
    faults : tuple of Fault
        Cells that are no answer, one fault a distinct value.
    """

    codes: NDArray[np.float64]
    reasons: NDArray[np.object_]
    faults: tuple[Fault, ...] = ()


@dataclass
class _Refused:
    """The rows in which one value was refused."""

    refusal: Refusal
    rows: list[int] = field(default_factory=list)


def code_column(
    table: RawTable,
    column: str,
    asked: Asked,
    recode: Mapping[Any, Any] | None = None,
    *,
    reverse: bool = False,
) -> CodedColumn:
    """
    Code one column of a closed or numeric question.

    Parameters
    ----------
    table : RawTable
    column : str
    asked : Asked
    recode : mapping, optional
        Declared replacements of cells before coding; a replacement by None is a skipped answer.
    reverse : bool
        The column was recoded before it was written, so that its declared labels run the other way.
    """
    key = answer_key(asked)
    replace = _replacements(recode)
    contradictions = _label_faults(table, column, key, replace, reverse)
    read = _cell_reader(table, column, key, replace)
    places, cells = _distinct(table.frame[column].to_numpy(dtype=object))
    results = [read(cell) for cell in cells]
    coded = [(math.nan, "system") if isinstance(r, Refusal) else r for r in results]
    codes = np.array([code for code, _ in coded], dtype=float)[places]
    reasons = np.array([reason for _, reason in coded], dtype=object)[places]
    refused: dict[str, _Refused] = {}
    bad = np.array([isinstance(r, Refusal) for r in results])[places]
    for position in np.flatnonzero(bad).tolist():
        result = results[places[position]]
        if isinstance(result, Refusal):
            refused.setdefault(masked(result.found), _Refused(result)).rows.append(table.row_numbers[position])
    faults = tuple(_cell_fault(table, column, key, group) for group in refused.values())
    return CodedColumn(codes, reasons, (*contradictions, *faults))


def _distinct(cells: NDArray[np.object_]) -> tuple[NDArray[np.intp], list[Any]]:
    """Return which distinct cell stands in each place, and the distinct cells; 5, 5.0 and "5" differ."""
    import pandas as pd

    kinds = {type(cell) for cell in cells}
    if kinds <= {str, type(None)}:
        places, distinct = pd.factorize(cells, use_na_sentinel=False)
        return places, [None if cell is None or cell != cell else cell for cell in distinct]
    seen: dict[tuple[type, Any], int] = {}
    places = np.fromiter((seen.setdefault((type(c), c), len(seen)) for c in cells), np.intp, len(cells))
    return places, [cell for _, cell in seen]


def _cell_fault(table: RawTable, column: str, key: AnswerKey, group: _Refused) -> Fault:
    rows = ", ".join(map(str, group.rows[:SHOWN_ROWS])) + (", …" if len(group.rows) > SHOWN_ROWS else "")
    count = f"{len(group.rows)} cell" + ("s" if len(group.rows) > 1 else "")
    return Fault(
        group.refusal.code,
        f"{refusal_words(group.refusal)} ({count}; data row {rows}). {key.expected()}",
        f"{table.file}, column '{masked(column)}'",
        SPREADSHEET_HINT if group.refusal.found.startswith(SPREADSHEET_SIGNS) else group.refusal.hint,
    )


def _replacements(recode: Mapping[Any, Any] | None) -> dict[str, Any]:
    return {_token(old): new for old, new in (recode or {}).items()}


def _token(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = fold(cell)
    return text[:-2] if re.fullmatch(r"[+-]?\d+\.0", text) else text


def _cell_reader(
    table: RawTable, column: str, key: AnswerKey, replace: Mapping[str, Any]
) -> Callable[[Any], Cell | Refusal]:
    """Return the function that reads one cell: declared missing first, then recoding, codes and labels."""
    labels = table.value_labels.get(column, {})
    ranges = table.missing.get(column, ())

    def read(cell: Any) -> Cell | Refusal:
        blank: MissingReason = "skipped" if table.kind in ("text", "workbook") else "system"
        if cell is None:
            return math.nan, blank
        if replace and _token(cell) in replace:
            return code_cell(replace[_token(cell)], key, "skipped")
        if any(declared.holds(cell) for declared in ranges):
            return math.nan, _declared_reason(cell, labels.get(cell, ""), key)
        result = code_cell(cell, key, blank)
        if isinstance(result, Refusal) and cell in labels:
            by_label = code_cell(labels[cell], key, blank)
            return result if isinstance(by_label, Refusal) or not by_label[1] else by_label
        return result

    return read


def _declared_reason(cell: Any, label: str, key: AnswerKey) -> MissingReason:
    folded = fold(label)
    if cell == key.dk or folded in DK_WORDS or (key.words or {}).get(folded, math.nan) == key.dk:
        return "dont_know"
    if isinstance(cell, str) and not label:
        return STATA_REASONS.get(cell, "refused")
    return "not_shown" if folded in NOT_SHOWN_WORDS else "refused"


def _label_faults(
    table: RawTable, column: str, key: AnswerKey, replace: Mapping[str, Any], reverse: bool
) -> list[Fault]:
    """The file's own value labels against the instrument's: a scale that runs the other way is a fault."""
    if key.kind != "codes" or not key.codes:
        return []
    ends = key.codes[0] + key.codes[-1]
    wrong: list[tuple[float, str, float]] = []
    n_checked = 0
    for value, label in table.value_labels.get(column, {}).items():
        meant = code_cell(replace.get(_token(value), value), key)
        named = code_cell(label, key)
        if isinstance(meant, Refusal) or isinstance(named, Refusal) or meant[1] or named[1]:
            continue
        n_checked += 1
        expected = ends - named[0] if reverse else named[0]
        if meant[0] != expected:
            wrong.append((meant[0], label, expected))
    if not wrong:
        return []
    turned = n_checked > 1 and all(found + expected == ends for found, _, expected in wrong)
    pairs = "; ".join(f"{found:g} = '{masked(label)}', there {expected:g}" for found, label, expected in wrong[:4])
    what = "run in the other direction" if turned else "contradict the instrument"
    return [
        Fault(
            "RESP-033",
            f"the file's value labels {what}: {pairs}.",
            f"{table.file}, column '{masked(column)}'",
            "If the labels are right, declare `recode: {column: {from: to}}` in the study; else mend them.",
        )
    ]


def code_multiple(table: RawTable, column: str, asked: Asked) -> tuple[dict[int, NDArray[np.float64]], list[Fault]]:
    """
    Code a question with several answers in one cell (``运动┋影视``) as one 0/1 column a choice.

    Returns
    -------
    dict of choice code to ndarray, shape (n_rows,), and faults
        NaN in every choice where nothing was answered.
    """
    key = answer_key(asked)
    coded = {choice.code: np.full(table.n_rows, np.nan) for choice in asked.choices}
    refused: dict[str, _Refused] = {}
    for position, cell in enumerate(table.frame[column].to_numpy(dtype=object)):
        chosen, refusals = _chosen(cell, key)
        for refusal in refusals:
            refused.setdefault(refusal.found, _Refused(refusal)).rows.append(table.row_numbers[position])
        if chosen is not None:
            for code, values in coded.items():
                values[position] = float(code in chosen)
    return coded, [_cell_fault(table, column, key, group) for group in refused.values()]


def _chosen(cell: Any, key: AnswerKey) -> tuple[set[float] | None, list[Refusal]]:
    whole = code_cell(cell, key)
    if not isinstance(whole, Refusal):
        return (None if whole[1] else {whole[0]}), []
    cell = FILLED_IN.sub("", str(cell))
    best: list[Refusal] | None = None
    for separator in _SEPARATORS:
        tokens = [part for part in str(cell).split(separator) if part.strip()]
        if len(tokens) < 2:
            continue
        results = [code_cell(token, key) for token in tokens]
        refusals = [r for r in results if isinstance(r, Refusal)]
        if not refusals:
            return {r[0] for r in results if not isinstance(r, Refusal) and not r[1]}, []
        best = refusals if best is None or len(refusals) < len(best) else best
    peeled = _peeled(cell, key)
    return (peeled, []) if peeled else (None, best or [whole])


def _peeled(cell: str, key: AnswerKey) -> set[float] | None:
    """Take known labels off a list joined by commas, longest first: a label may hold a comma of its own."""
    left = fold(cell)
    chosen: set[float] = set()
    for label in sorted(key.words or {}, key=len, reverse=True):
        for edge in (f"{label},", f",{label}", f"{label};", f";{label}"):
            if edge in left:
                left = left.replace(edge, "", 1)
                chosen.add(float((key.words or {})[label]))
                break
        else:
            if left == label:
                left = ""
                chosen.add(float((key.words or {})[label]))
    return chosen if not left.strip(",;") and chosen else None


def code_choice_columns(
    table: RawTable, parts: Mapping[int, str], asked: Asked
) -> tuple[dict[int, NDArray[np.float64]], list[Fault]]:
    """Code a question whose choices stand in one column each: 1/0, 是/否, or the choice's own label."""
    key = answer_key(asked)
    coded: dict[int, NDArray[np.float64]] = {}
    faults: list[Fault] = []
    for code, column in parts.items():
        by_content = column in table.choice_columns and table.choice_columns[column].by_content
        refused: dict[str, _Refused] = {}
        coded[code] = np.full(table.n_rows, np.nan)
        for position, cell in enumerate(table.frame[column].to_numpy(dtype=object)):
            ticked = _ticked(cell, code, key, by_content=by_content)
            if ticked is None:
                shown = Refusal("RESP-030", str(cell), "A choice column holds 1 or 0, 是 or 否, or the choice's label.")
                refused.setdefault(shown.found, _Refused(shown)).rows.append(table.row_numbers[position])
            else:
                coded[code][position] = ticked
        faults += [_cell_fault(table, column, key, group) for group in refused.values()]
    answered = np.any([np.isfinite(values) for values in coded.values()], axis=0)
    for values in coded.values():
        values[answered & np.isnan(values)] = 0.0
    return coded, faults


def _ticked(cell: Any, code: int, key: AnswerKey, *, by_content: bool = False) -> float | None:
    if cell is None:
        return math.nan
    token = _token(cell)
    own = (key.words or {}).get(token) == code
    if token in NO_ANSWER and not own:
        return math.nan
    if token in _YES or own:
        return 1.0
    if token in _NO:
        return 0.0
    coded = code_cell(cell, key) if by_content else None
    return 1.0 if isinstance(coded, tuple) and coded[0] == code else None


def mark_not_shown(
    questions: Iterable[Asked],
    codes: Mapping[str, NDArray[np.float64]],
    reasons: Mapping[str, NDArray[np.object_]],
) -> dict[str, int]:
    """
    Turn ``skipped`` and ``system`` into ``not_shown`` where the routing says that a question was not asked.

    Changes `reasons` in place, in questionnaire order, so that a question behind a hidden one is hidden too.

    Returns
    -------
    dict of question id to int
        Answers given although the routing hides the question; they are kept.
    """
    against: dict[str, int] = {}
    for asked in questions:
        if asked.ask_if is None or asked.id not in reasons:
            continue
        hidden = _hidden(asked, codes, reasons)
        if hidden is None:
            continue
        own = reasons[asked.id]
        own[hidden & np.isin(own, ["skipped", "system"])] = "not_shown"
        answered = int((hidden & (own == "")).sum())
        if answered:
            against[asked.id] = answered
    return against


def _hidden(
    asked: Asked, codes: Mapping[str, NDArray[np.float64]], reasons: Mapping[str, NDArray[np.object_]]
) -> NDArray[np.bool_] | None:
    if asked.ask_if is None:
        return None
    gate, wanted = asked.ask_if.question, asked.ask_if.is_any_of
    if gate in codes:
        answered = np.isfinite(codes[gate])
        hidden = answered & ~np.isin(codes[gate], wanted)
        return hidden | (reasons[gate] == "not_shown") if gate in reasons else hidden
    choices = [codes[name] for code in wanted if (name := f"{gate}_{code}") in codes]
    if not choices:
        return None
    answered = np.all([np.isfinite(c) for c in choices], axis=0)
    return np.asarray(answered & ~np.any([c == 1.0 for c in choices], axis=0))
