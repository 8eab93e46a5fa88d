"""The door for answers: files or frame + instrument -> Responses, with provenance, without identifiers."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd

from wxsat.errors import DataError, Fault, UsageError, WxsatError, nearest, require_kind
from wxsat.instrument.instrument import FORMS, FormName, Instrument
from wxsat.responses.answer_key import NOT_SHOWN_WORDS, SKIPPED_WORDS
from wxsat.responses.assemble import CodedFile, assemble
from wxsat.responses.code import code_choice_columns, code_column, code_multiple, mark_not_shown
from wxsat.responses.files import read_table, table_from_frame
from wxsat.responses.identifiers import fingerprints, identifies
from wxsat.responses.key import load_key
from wxsat.responses.match import (
    Asked,
    ColumnMatch,
    MatchRule,
    asked_questions,
    match_columns,
    recognised_items,
)
from wxsat.responses.order import require_rule
from wxsat.responses.pair import pair_tables
from wxsat.responses.paradata import PARADATA_NAMES, paradata_columns, read_times
from wxsat.responses.personal import personal_columns
from wxsat.responses.platforms.registry import require_platform
from wxsat.responses.positions import with_codes
from wxsat.responses.raw_table import RawTable, fold, masked
from wxsat.responses.responses import Responses

Source = str | Path | pd.DataFrame


@dataclass(frozen=True)
class Wishes:
    """What the study says of its files: columns, recodings, times, what to keep, form, account, rule of matching."""

    columns: Mapping[str, str]
    recode: Mapping[str, Mapping[Any, Any]]
    paradata: Mapping[str, str]
    keep: tuple[str, ...]
    form: FormName | None
    account: str | None = None
    rule: MatchRule = "names"

    @property
    def spoken_for(self) -> tuple[str, ...]:
        """Columns that the study uses under their own names."""
        return (*self.paradata.values(), *self.keep)


def read_responses(
    source: Source | Sequence[Source],
    instrument: Instrument,
    *,
    form: FormName | None = None,
    columns: Mapping[str, str] | None = None,
    account: str | None = None,
    sheet: str | int | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    recode: Mapping[str, Mapping[Any, Any]] | None = None,
    paradata: Mapping[str, str] | None = None,
    keep: Sequence[str] = (),
    platform: str = "auto",
    match: str = "names",
    pair: str | Path | None = None,
    key: str | Path | None = None,
) -> Responses:
    """
    Read answers and code them against an instrument.

    Parameters
    ----------
    source : path, DataFrame, or a sequence of them
        Several files are put under each other; row numbers run on, and the provenance says where each file
        begins.
    instrument : Instrument
    form : {"full", "standard", "brief"}, optional
        The form in the field; without it, the one whose items agree best with the file's.
    columns : mapping of column to question id, optional
        For columns that neither an id nor a wording identifies.
    account : str, optional
        Column that names the account answered about; kept under its own name.
    sheet, encoding, delimiter : optional
        As in :func:`wxsat.responses.files.read_table`.
    recode : mapping of column or question id to {from: to}, optional
        Declared replacements before coding; ``to`` is a code, a label, or None for a skipped answer.
    paradata : mapping, optional
        ``{"seconds": column, "started": column, "finished": column}`` where the usual names are not used.
    keep : sequence of str, optional
        Further columns to keep under their own name (weights, strata). Never identifiers.
    platform : str
        Who wrote the files, as in :func:`wxsat.responses.files.read_table`; ``auto`` finds out and says why.
    match : {"names", "order"}
        ``order`` gives columns without a name to the questions as they stand; only where their numbers agree.
    pair : path, optional
        The same answers exported the other way (问卷星: once by text, once by number); the two check each other.
    key : path, optional
        Key file of the study, made when absent. The most trusted identifier of a row becomes a keyed hash, written
        as ``person``, the same in every wave; without a key, identifiers are dropped.

    Returns
    -------
    Responses
        Raw direction. A question with several answers becomes one 0/1 column ``<id>_<code>`` a choice.

    Raises
    ------
    DataError
        RESP-001 to RESP-015 for the file, RESP-020 to RESP-027 for its columns, RESP-030 to RESP-038 for its
        cells: all faults of a stage at once. No cell becomes missing in silence.
    UsageError
        RESP-024 an unknown form, RESP-065 an unknown platform, RESP-072 an unknown rule of matching.

    Examples
    --------
    >>> responses = read_responses("answers.sav", instrument)  # doctest: +SKIP
    """
    _require_form(form)
    require_rule(match)
    require_platform(platform)
    kept = tuple(dict.fromkeys(([account] if account else []) + list(keep)))
    wishes = Wishes(
        dict(columns or {}), dict(recode or {}), dict(paradata or {}), kept, form, account, cast("MatchRule", match)
    )
    require_kind(source, (str, Path, pd.DataFrame, Iterable), "source", "a file, files or a DataFrame")
    sources = [source] if isinstance(source, (str, Path, pd.DataFrame)) else list(source)
    if not sources:
        raise DataError("RESP-001", "no file was named.", hint="Name at least one file of answers.")
    salt = load_key(key) if key is not None else secrets.token_bytes(32)
    tables = [
        table_from_frame(one)
        if isinstance(one, pd.DataFrame)
        else read_table(one, sheet=sheet, encoding=encoding, delimiter=delimiter, platform=platform)
        for one in sources
    ]
    if pair is not None:
        tables = [_paired(tables, read_table(pair, sheet=sheet, encoding=encoding, delimiter=delimiter))]
    parts = [code_table(table, instrument, wishes, salt) for table in tables]
    faults = [fault for part in parts for fault in part.faults]
    if faults:
        raise DataError.from_faults(faults)
    responses = assemble(parts, instrument, form)
    return replace(responses, provenance={**responses.provenance, "account": account, "keyed": key is not None})


def _paired(tables: Sequence[RawTable], other: RawTable) -> RawTable:
    if len(tables) != 1:
        raise UsageError("RESP-069", "a pair is one file and its other half; several files were named.")
    return pair_tables(tables[0], other)


def _require_form(form: str | None) -> None:
    if form is not None and form not in FORMS:
        raise UsageError(
            "RESP-024",
            f"there is no form '{form}'; forms: {', '.join(FORMS)}.",
            hint=nearest(form, FORMS).strip(),
        )


def code_table(table: RawTable, instrument: Instrument, wishes: Wishes, salt: bytes) -> CodedFile:
    """Code one table: answers, reasons, times, fingerprints, and every fault of its cells."""
    _require_columns(table, wishes)
    times = paradata_columns(table, wishes.paradata, {*wishes.columns, *wishes.keep})
    match = _matched(table, instrument, wishes, tuple(times.values()))
    questions = {q.id: q for q in asked_questions(instrument)}
    table = with_codes(table, match, questions)
    frame, reasons, faults = _coded(table, match, questions, _recode_by_column(table, match, wishes))
    against = mark_not_shown(questions.values(), frame, reasons)
    personal = personal_columns(table, match, questions, (*wishes.keep, *times.values()))
    time_columns, time_faults = read_times(table, times)
    for name in personal.questions:
        frame.pop(name, None)
    extras = {n: _plain(table.frame[n], as_text=n == wishes.account) for n in wishes.keep}
    answers = pd.DataFrame({**frame, **extras}, index=range(table.n_rows))
    if personal.keys:
        time_columns["fingerprint"] = np.array(fingerprints(table.frame, personal.keys, salt), dtype=object)
    if personal.addresses:
        time_columns["address"] = np.array(fingerprints(table.frame, personal.addresses, salt), dtype=object)
    items = [q.id for q in questions.values() if q.section != "background" and q.id in reasons]
    log = [
        *table.notes,
        *(f"{n} answer(s) to '{q}' although the routing hides it; kept." for q, n in against.items()),
    ]
    return CodedFile(
        answers,
        pd.DataFrame({q: reasons[q] for q in items}, index=range(table.n_rows), dtype=object),
        pd.DataFrame(time_columns, index=range(table.n_rows)),
        table,
        match,
        personal.all,
        (*faults, *time_faults),
        tuple(log),
    )


def _matched(table: RawTable, instrument: Instrument, wishes: Wishes, times: tuple[str, ...]) -> ColumnMatch:
    spoken_for = (*wishes.spoken_for, *times)
    own = {c: q for c, q in wishes.columns.items()}
    try:
        return match_columns(table, instrument, mapping=own, form=wishes.form, spoken_for=spoken_for, rule=wishes.rule)
    except DataError as error:
        better = _better_instrument(table, instrument) if error.code == "RESP-020" else ""
        if not better:
            raise
        raise DataError(error.code, error.message, where=error.where, hint=f"{better} {error.hint}") from None


def _better_instrument(table: RawTable, instrument: Instrument) -> str:
    """Say which bundled instrument the file's columns fit, if any."""
    best, count, size = "", 0, 0
    for other in _bundled():
        n = len(recognised_items(table, other)) if other.id != instrument.id else 0
        if n > count:
            best, count, size = other.id, n, len(other.items_in())
    return f"It fits '{best}' better ({count} of {size} items)." if count >= 3 else ""


def _bundled() -> Iterator[Instrument]:
    """Yield every bundled instrument that loads."""
    from wxsat.instrument.load import bundled_instruments, load_instrument

    for _, path in bundled_instruments():
        try:
            yield load_instrument(path)
        except WxsatError:
            continue


def _require_columns(table: RawTable, wishes: Wishes) -> None:
    faults = []
    for name in wishes.spoken_for:
        if name not in table.columns:
            faults.append(
                Fault(
                    "RESP-025",
                    f"the study names column '{name}', which the file does not have.",
                    table.file,
                    nearest(name, table.columns).strip(),
                )
            )
        elif name in wishes.keep and _must_not_stay(name, table, wishes):
            faults.append(
                Fault(
                    "RESP-026",
                    f"column '{masked(name)}' is to be kept but identifies people.",
                    table.file,
                    "Leave it out; duplicates are found through its fingerprint anyway.",
                )
            )
    unknown = [role for role in wishes.paradata if role not in PARADATA_NAMES]
    faults += [
        Fault("RESP-027", f"'{role}' is no paradata; there are {', '.join(PARADATA_NAMES)}.", "paradata")
        for role in unknown
    ]
    if faults:
        raise DataError.from_faults(faults)


def _must_not_stay(name: str, table: RawTable, wishes: Wishes) -> bool:
    kind = identifies(name, table.frame[name])
    # The rated account's own WeChat id repeats from row to row: a name, but nobody's.
    return kind == "person" or (kind == "weak" and name != wishes.account)


def _recode_by_column(table: RawTable, match: ColumnMatch, wishes: Wishes) -> dict[str, Mapping[Any, Any]]:
    """Recodings by column name; a study may name the column or the question's id."""
    known = {**{c: c for c in table.columns}, **match.columns}
    faults = [
        Fault(
            "RESP-035",
            f"`recode` names '{name}', which is neither a column nor a question of the file.",
            table.file,
            nearest(name, known).strip(),
        )
        for name in wishes.recode
        if name not in known
    ]
    if faults:
        raise DataError.from_faults(faults)
    return {known[name]: pairs for name, pairs in wishes.recode.items()}


def _coded(
    table: RawTable,
    match: ColumnMatch,
    questions: Mapping[str, Asked],
    recode: Mapping[str, Mapping[Any, Any]],
) -> tuple[dict[str, Any], dict[str, Any], list[Fault]]:
    frame: dict[str, Any] = {}
    reasons: dict[str, Any] = {}
    faults: list[Fault] = []
    for asked in questions.values():
        column = match.columns.get(asked.id)
        if asked.id in match.parts:
            choices, more = code_choice_columns(table, match.parts[asked.id], asked)
        elif column is None:
            continue
        elif asked.kind == "text":
            frame[asked.id] = _plain(_given(table.frame[column]), as_text=True)
            continue
        elif asked.kind == "multiple":
            choices, more = code_multiple(table, column, asked)
        else:
            coded = code_column(table, column, asked, recode.get(column), reverse=asked.id in match.already_reversed)
            frame[asked.id], reasons[asked.id] = coded.codes, coded.reasons
            faults += coded.faults
            continue
        frame.update({f"{asked.id}_{code}": values for code, values in choices.items()})
        faults += more
    return frame, reasons, faults


def _given(cells: pd.Series) -> pd.Series:
    """Free text without what a platform writes for none: （跳过）, (空)."""
    blank = NOT_SHOWN_WORDS | SKIPPED_WORDS
    return pd.Series([None if cell is None or fold(cell) in blank else cell for cell in cells], dtype=object)


def _plain(cells: pd.Series, *, as_text: bool) -> pd.Series:
    """Numbers as numbers unless text is asked for or zeros lead ("007"); else text, empty as None."""
    filled = [cell for cell in cells if cell is not None]
    padded = any(isinstance(cell, str) and re.fullmatch(r"0\d+|\d{16,}", cell.strip()) for cell in filled)
    if filled and not as_text and not padded:
        numbers = pd.to_numeric(cells, errors="coerce")
        if numbers.notna().sum() == len(filled):
            return numbers.astype(float)
    return pd.Series([None if cell is None else _as_text(cell) for cell in cells], dtype=object)


def _as_text(cell: Any) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()
