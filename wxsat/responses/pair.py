"""Two exports of the same answers, one by text and one by number, put together: each checks the other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from wxsat.errors import DataError, Fault
from wxsat.responses.platforms.wjx import LEFT_EMPTY, NUMBERED, SKIPPED_BY_ROUTING
from wxsat.responses.raw_table import RawTable, fold, masked

_FILLED_IN = re.compile(r"〖.*〗")


def pair_tables(one: RawTable, other: RawTable) -> RawTable:
    """
    Return the text export with the number of every label, as the export by number tells it.

    Parameters
    ----------
    one, other : RawTable
        Exports of 问卷星, in either order: one by text, one by option number.

    Returns
    -------
    RawTable
        The answers as text; ``code_books`` holds {number: label} of every closed question.

    Raises
    ------
    DataError
        RESP-069 when rows or answers of the two do not agree, or both are of one kind.
    """
    text, numbers = (one, other) if _numeric_share(one) < _numeric_share(other) else (other, one)
    questions = [c for c in text.columns if NUMBERED.match(c) and c in numbers.columns]
    if text.n_rows != numbers.n_rows or _serials(text) != _serials(numbers):
        raise _disagree(text, numbers, f"one has {text.n_rows} rows and the other {numbers.n_rows}, or other 序号")
    if not questions:
        raise _disagree(text, numbers, "no question stands in both under one name")
    books: dict[str, Mapping[float | str, str]] = {}
    faults: list[Fault] = []
    for column in questions:
        book, clash = _code_book(text, numbers, column)
        if clash:
            faults.append(Fault("RESP-069", f"the two exports differ: {clash}.", f"column '{masked(column)}'"))
        elif book:
            books[column] = book
    if faults:
        raise DataError.from_faults(faults)
    note = f"Paired with {numbers.file}: the numbers of {len(books)} question(s) agree with their labels in every row."
    return replace(text, code_books=books, notes=(*text.notes, note), numbering="codes")


def _numeric_share(table: RawTable) -> float:
    cells = [cell for c in table.columns if c not in table.metadata for cell in table.frame[c].head(50)]
    return sum(isinstance(cell, (int, float)) or str(cell).lstrip("-").isdigit() for cell in cells) / max(1, len(cells))


def _serials(table: RawTable) -> list[str]:
    column = next((c for c in table.columns if fold(c) == "序号"), None)
    return [] if column is None else [str(_whole(cell)) for cell in table.frame[column]]


def _whole(cell: Any) -> Any:
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return int(cell) if isinstance(cell, str) and cell.strip().lstrip("-").isdigit() else cell


def _code_book(text: RawTable, numbers: RawTable, column: str) -> tuple[dict[float | str, str], str]:
    """Return {number: label} of a closed question, or what contradicts it; empty for open questions."""
    book: dict[float | str, str] = {}
    for label, number in zip(text.frame[column], numbers.frame[column], strict=True):
        said = None if label is None else _FILLED_IN.sub("", str(label)).strip()
        if said in (SKIPPED_BY_ROUTING, LEFT_EMPTY, "（跳过）", "（空）", None) or number is None or not said:
            continue
        value = _whole(number)
        if not isinstance(value, int) or str(value) == said:
            return {}, ""
        if book.setdefault(float(value), said) != said:
            return {}, f"{value} stands for '{masked(book[float(value)], 16)}' and for '{masked(said, 16)}'"
    return (book, "") if len(set(book.values())) == len(book) else ({}, "two numbers stand for one label")


def _disagree(one: RawTable, other: RawTable, why: str) -> DataError:
    return DataError(
        "RESP-069",
        f"these are not two exports of the same answers: {why}.",
        where=f"{one.file} and {other.file}",
        hint="Export both from one list of answer sheets, once 按文本 and once 按序号.",
    )
