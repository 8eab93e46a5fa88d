"""What is in a file, before anything is decided: who wrote it, its columns, and which instrument it seems to be."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from wxsat.errors import DataError
from wxsat.instrument.instrument import Instrument
from wxsat.responses.answer_key import NOT_SHOWN_WORDS, SKIPPED_WORDS
from wxsat.responses.delimited import DELIMITER_NAMES
from wxsat.responses.files import read_table
from wxsat.responses.identifiers import identifier_kind
from wxsat.responses.match import ColumnMatch, match_columns, recognised_items
from wxsat.responses.pair import pair_tables
from wxsat.responses.paradata import paradata_columns
from wxsat.responses.pieces import Progress, is_large, pieces_of, survey_bytes
from wxsat.responses.raw_table import RawTable, fold, masked

# A column with at most this many different answers, each given this often, is shown by them; others never are.
MOST_CATEGORIES = 15
LEAST_SHOWN = 3
FEWEST_ITEMS = 3
SHORTEST_SCALE, LONGEST_SCALE = 3, 11
SHARED_ANSWERS = 0.6


def inspect_file(
    path: str | Path,
    instruments: Sequence[Instrument] = (),
    *,
    sheet: str | int | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    platform: str = "auto",
    pair: str | Path | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """
    Describe a file of answers: who wrote it, and every column by type, categories and role.

    Shown are the categories of closed questions that at least three rows chose, and the labels and missing codes
    that the file declares; never a single value of an open question or of an identifier.

    Parameters
    ----------
    path : path
    instruments : sequence of Instrument
        Candidates; the one with most items recognised is named.
    sheet, encoding, delimiter, platform : optional
        As in :func:`wxsat.responses.files.read_table`.
    pair : path, optional
        The same answers exported by number, for the number of every label.
    progress : callable, optional
        Called with the bytes read and the size after every piece of a large file.

    Returns
    -------
    dict
        Plain data: ``file, sha256, format, platform, platform_because, encoding, delimiter, sheet, rows, columns,
        instrument, form, items_recognised, items_in_form, items_absent, identifiers, likely_scales, notes`` and one
        record a column under ``column_list``.

    Raises
    ------
    DataError
        As :func:`wxsat.responses.files.read_table`.

    Examples
    --------
    >>> inspect_file("answers.csv")["platform"]  # doctest: +SKIP
    'wjx'
    """
    if is_large(Path(path)) and pair is None:
        return _inspect_large(Path(path), instruments, encoding, delimiter, platform, progress)
    table = read_table(path, sheet=sheet, encoding=encoding, delimiter=delimiter, platform=platform)
    if pair is not None:
        table = pair_tables(table, read_table(pair, sheet=sheet, encoding=encoding, delimiter=delimiter))
    return inspect_table(table, instruments)


def _inspect_large(
    path: Path,
    instruments: Sequence[Instrument],
    encoding: str | None,
    delimiter: str | None,
    platform: str,
    progress: Progress | None,
) -> dict[str, Any]:
    """Describe a large text file by its first piece; rows, filled cells and identifiers over all of it."""
    large = survey_bytes(path, encoding, delimiter)
    found: dict[str, Any] = {}
    filled: Counter[str] = Counter()
    hidden: dict[str, str] = {}
    rows = 0
    for table in pieces_of(large, platform, progress):
        found = found or inspect_table(table, instruments)
        rows += table.n_rows
        own = {c["name"] for c in found["column_list"] if c["identifier"] is None and c["question"] is None}
        for column in table.columns:
            cells = table.frame[column]
            filled[masked(column, 60)] += int(cells.notna().sum())
            kind = identifier_kind(column, cells.iloc[:200]) if masked(column, 60) in own else None
            if kind is not None:
                hidden.setdefault(masked(column, 60), kind)
    for record in found["column_list"]:
        record["filled"] = filled[record["name"]]
        if record["name"] in hidden:
            record |= {"identifier": hidden[record["name"]], "role": "identifier", "categories": [], "labels": {}}
    found["identifiers"] += [{"column": name, "kind": kind} for name, kind in hidden.items()]
    note = "A large file, read in pieces: categories and distinct answers are those of its first piece."
    return {**found, "rows": rows, "notes": [*found["notes"], note]}


def inspect_table(table: RawTable, instruments: Sequence[Instrument] = ()) -> dict[str, Any]:
    """Describe a table that is read already; as :func:`inspect_file`."""
    counts = [(len(recognised_items(table, i)), i) for i in instruments]
    count, best = max(counts, key=lambda pair: pair[0], default=(0, None))
    match, why_not = _match(table, best) if best is not None and count else (None, ())
    n_form = len(best.items_in(match.form)) if best is not None and match is not None else None
    records = column_records(table, match)
    return {
        "file": table.file,
        "sha256": table.sha256,
        "format": table.kind,
        "platform": table.platform or "plain",
        "platform_because": list(table.evidence),
        "encoding": table.encoding,
        "delimiter": DELIMITER_NAMES.get(table.delimiter or "", table.delimiter),
        "sheet": table.sheet,
        "rows": table.n_rows,
        "columns": len(table.columns),
        "instrument": best.id if best is not None and match is not None else None,
        "form": match.form if match is not None else None,
        "items_recognised": count,
        "items_in_form": n_form,
        "items_absent": list(match.absent) if match is not None else [],
        "identifiers": [{"column": r["name"], "kind": r["identifier"]} for r in records if r["identifier"] is not None],
        "likely_scales": likely_scales(records),
        "notes": [*table.notes, *why_not],
        "column_list": records,
    }


def _match(table: RawTable, instrument: Instrument) -> tuple[ColumnMatch | None, tuple[str, ...]]:
    try:
        return match_columns(table, instrument), ()
    except DataError as error:
        return None, tuple(f"{instrument.id}: {fault}" for fault in error.faults)


def column_records(table: RawTable, match: ColumnMatch | None) -> list[dict[str, Any]]:
    """Return one record a column."""
    questions = {c: q for q, c in match.columns.items()} if match is not None else {}
    if match is not None:
        questions |= {c: q for q, parts in match.parts.items() for c in parts.values()}
    roles = {c: role for role, c in paradata_columns(table, {}, set()).items()}
    roles = {**dict.fromkeys(table.metadata, "platform"), **roles}
    return [_column_record(table, column, questions.get(column), roles.get(column)) for column in table.columns]


def _column_record(table: RawTable, column: str, question: str | None, role: str | None) -> dict[str, Any]:
    cells = [cell for cell in table.frame[column] if cell is not None]
    kind = None if question is not None else identifier_kind(column, cells)
    label = table.column_labels.get(column)
    labels = table.value_labels.get(column) or table.code_books.get(column) or {}
    ranges = table.missing.get(column, ())
    counted = Counter((type(c).__name__, c) for c in cells)
    return {
        "name": masked(column, 60),
        "label": masked(label, 80) if label else None,
        "question": question,
        "role": "identifier" if kind is not None else role,
        "identifier": kind,
        "kind": _kind(cells),
        "filled": len(cells),
        "distinct": len(counted),
        "categories": [] if kind is not None or role is not None else _categories(counted, len(cells)),
        "labels": {_shown(value): masked(text, 40) for value, text in sorted(labels.items(), key=_by_number)}
        if kind is None
        else {},
        "missing_codes": [_shown(r.low) if r.low == r.high else f"{_shown(r.low)} to {_shown(r.high)}" for r in ranges],
        "measure": table.measures.get(column),
        "labelled": bool(labels),
    }


def _by_number(pair: tuple[float | str, str]) -> tuple[float, str]:
    return (float(pair[0]), "") if isinstance(pair[0], (int, float)) else (float("inf"), str(pair[0]))


def _shown(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _categories(counted: Mapping[tuple[str, Any], int], n: int) -> list[dict[str, Any]]:
    """Return the categories of a closed question with their counts; nothing for an open one."""
    if not counted or len(counted) > MOST_CATEGORIES or len(counted) > max(2, n // 2):
        return []
    shown = [(value, count) for (_, value), count in counted.items() if count >= LEAST_SHOWN]
    texts = [(masked(_shown(value), 40), count) for value, count in shown]
    return [{"value": text, "n": count} for text, count in sorted(texts, key=lambda p: (_as_number(p[0]), p[0]))]


def _as_number(text: str) -> float:
    return float(text) if _is_number(text) else float("inf")


def likely_scales(records: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """
    Return runs of neighbouring columns that look like items of one rating scale.

    At least three columns in a row whose categories are whole numbers from 0 to 10, or largely the same words
    (a rare category need not have been chosen in every one of them).
    """
    runs: list[tuple[list[str], set[str]]] = []
    open_run = False
    for record in records:
        answers = _scale_answers(record)
        if answers and open_run and _go_together(runs[-1][1], answers):
            runs[-1][0].append(record["name"])
            runs[-1][1].update(answers)
        elif answers:
            runs.append(([record["name"]], set(answers)))
        open_run = bool(answers)
    return [
        {"columns": names, "answers": sorted(answers, key=lambda t: (_as_number(t), t))}
        for names, answers in runs
        if len(names) >= FEWEST_ITEMS
    ]


def _scale_answers(record: Mapping[str, Any]) -> set[str]:
    """Return the answers of a column that may be an item: declared labels, or categories; empty if it is none."""
    if record["role"] is not None:
        return set()
    values = set(record["labels"]) or {c["value"] for c in record["categories"]}
    values = {v for v in values if fold(v) not in NOT_SHOWN_WORDS | SKIPPED_WORDS}
    if not values:
        return set()
    if all(_is_number(v) for v in values):
        whole = all(float(v).is_integer() and 0 <= float(v) <= 10 for v in values if not record["labels"])
        return values if whole and len(values) >= SHORTEST_SCALE else set()
    own = {v for v in values if not _is_number(v)}
    return values if SHORTEST_SCALE <= len(values) <= LONGEST_SCALE + 1 and len(own) >= 2 else set()


def _go_together(run: set[str], answers: set[str]) -> bool:
    if all(map(_is_number, run | answers)):
        return True
    return len(run & answers) >= SHARED_ANSWERS * min(len(run), len(answers))


def _kind(cells: Sequence[Any]) -> str:
    if not cells:
        return "empty"
    if all(isinstance(c, (dt.date, dt.time, dt.timedelta)) for c in cells):
        return "date"
    if all(isinstance(c, (int, float)) or _is_number(c) for c in cells):
        return "number"
    return "text"


def _is_number(cell: Any) -> bool:
    try:
        float(cell)
    except (TypeError, ValueError):
        return False
    return True
