"""Coded files put under each other: row ids, provenance and log of the whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wxsat.errors import DataError, Fault
from wxsat.instrument.instrument import FormName, Instrument
from wxsat.responses.match import ColumnMatch, asked_questions
from wxsat.responses.raw_table import RawTable, masked
from wxsat.responses.responses import Responses


@dataclass(frozen=True)
class CodedFile:
    """One file, coded."""

    frame: pd.DataFrame
    reasons: pd.DataFrame
    paradata: pd.DataFrame
    table: RawTable
    match: ColumnMatch
    identifying: tuple[str, ...]
    faults: tuple[Fault, ...]
    log: tuple[str, ...]


def assemble(parts: Sequence[CodedFile], instrument: Instrument, form: FormName | None) -> Responses:
    """
    Put coded files under each other.

    Raises
    ------
    DataError
        RESP-028 when one file holds an item recoded and another holds it raw.
    """
    _require_one_direction(parts)
    used_form = form or parts[0].match.form
    order = [q.id for q in asked_questions(instrument)]
    frame = pd.concat([p.frame for p in parts], ignore_index=True)
    reasons = pd.concat([p.reasons for p in parts], ignore_index=True).fillna("not_shown")
    rows, files = _row_ids(parts)
    frame = _in_questionnaire_order(frame, order)
    reasons = reasons[[q for q in order if q in reasons.columns]]
    absent = tuple(i.id for i in instrument.items_in(used_form) if i.id not in frame.columns)
    asked = [q.id for q in instrument.background if used_form in q.forms]
    asked += [c.id for c in instrument.attention if c.kind != "antonyms" and used_form in c.forms]
    provenance = _provenance(parts, files, used_form, absent, form is None, asked)
    reversed_items = tuple(dict.fromkeys(q for p in parts for q in p.match.already_reversed))
    return Responses(
        frame=frame,
        reasons=reasons,
        paradata=pd.concat([p.paradata for p in parts], ignore_index=True),
        rows=rows,
        instrument=instrument,
        form=used_form,
        reversed_items=reversed_items,
        provenance=provenance,
        log=_log(parts, frame, reasons, used_form, absent, form is None),
    )


def _require_one_direction(parts: Sequence[CodedFile]) -> None:
    reversed_in = [set(p.match.already_reversed) for p in parts]
    faults = [
        Fault(
            "RESP-028",
            f"item '{item}' is recoded in this file ('{item}_r') and raw in another.",
            part.table.file,
            "Read files of one kind together.",
        )
        for part, own in zip(parts, reversed_in, strict=True)
        for item in sorted(own)
        if any(item in p.match.columns and item not in other for p, other in zip(parts, reversed_in, strict=True))
    ]
    if faults:
        raise DataError.from_faults(faults)


def _in_questionnaire_order(frame: pd.DataFrame, order: Sequence[str]) -> pd.DataFrame:
    rank = {question: i for i, question in enumerate(order)}

    def place(column: str) -> int:
        base = column if column in rank else column.rpartition("_")[0]
        return rank.get(base, len(rank))

    ordered: list[str] = sorted(map(str, frame.columns), key=place)
    return frame[ordered]


def _row_ids(parts: Sequence[CodedFile]) -> tuple[NDArray[np.int64], list[dict[str, Any]]]:
    rows: list[int] = []
    files: list[dict[str, Any]] = []
    offset = 0
    for part in parts:
        own = [offset + number for number in part.table.row_numbers]
        rows += own
        table = part.table
        files.append(
            {
                "file": table.file,
                "sha256": table.sha256,
                "rows": table.n_rows,
                "first_row": own[0],
                "last_row": own[-1],
            }
        )
        offset = own[-1]
    return np.array(rows, dtype=np.int64), files


def _provenance(
    parts: Sequence[CodedFile],
    files: list[dict[str, Any]],
    form: FormName,
    absent: tuple[str, ...],
    inferred: bool,
    questions: Sequence[str],
) -> dict[str, Any]:
    first = parts[0].table

    def once(names: Iterable[str]) -> list[str]:
        return list(dict.fromkeys(names))

    return {
        "file": " + ".join(p.table.file for p in parts),
        "sha256": first.sha256 if len(parts) == 1 else [p.table.sha256 for p in parts],
        "files": files,
        "reader": first.kind,
        "platform": first.platform or "plain",
        "platform_because": list(first.evidence),
        "encoding": first.encoding,
        "delimiter": first.delimiter,
        "sheet": first.sheet,
        "rows_read": sum(p.table.n_rows for p in parts),
        "form": form,
        "form_inferred": inferred,
        "columns_matched": {q: masked(c) for p in parts for q, c in p.match.columns.items()},
        "matched_by": {q: how for p in parts for q, how in p.match.how.items()},
        "columns_unused": once(masked(c) for p in parts for c in p.match.unused if c not in p.identifying),
        "columns_of_platform": once(masked(c) for p in parts for c in p.table.metadata if c not in p.identifying),
        "columns_identifying": once(masked(c) for p in parts for c in p.identifying),
        "items_absent": list(absent),
        "questions_absent": [
            q for q in questions if not any(q in p.match.columns or q in p.match.parts for p in parts)
        ],
    }


def _log(
    parts: Sequence[CodedFile],
    frame: pd.DataFrame,
    reasons: pd.DataFrame,
    form: FormName,
    absent: tuple[str, ...],
    inferred: bool,
) -> tuple[str, ...]:
    lines = [f"Read {p.table.n_rows} rows and {len(p.table.columns)} columns from {p.table.file}." for p in parts]
    lines += [
        f"{p.table.file}: recognised as {p.table.platform} ({'; '.join(p.table.evidence)})."
        for p in parts
        if p.table.platform
    ]
    lines += [f"{p.table.file}: {note}" for p in parts for note in p.log]
    lines.append(f"Form: {form}" + (" (inferred from the items present)." if inferred else " (declared)."))
    if absent:
        lines.append(f"{len(absent)} item(s) of the form are not in the file: {', '.join(absent)}.")
    dropped = sorted({masked(c) for p in parts for c in p.identifying})
    if dropped:
        lines.append(f"Identifying columns dropped: {', '.join(dropped)}.")
    unused = sorted({masked(c) for p in parts for c in p.match.unused if c not in p.identifying})
    if unused:
        lines.append(f"{len(unused)} column(s) answer no question and are not used: {', '.join(unused)}.")
    counts = pd.Series(reasons.to_numpy(dtype=object).ravel()).value_counts()
    empty = ", ".join(f"{n} {reason}" for reason, n in counts.items() if reason)
    lines.append(f"Coded {frame.shape[1]} columns; empty cells: {empty or 'none'}.")
    return tuple(lines)
