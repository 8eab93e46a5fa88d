"""Coded answers -> CSV, XLSX, SAV, DTA: codes, labels and missing codes, never free text or an identifier.

A recoded item is written as ``<id>_r`` with its labels turned round, so that nobody recodes it a second time;
reading such a file back keeps it recoded. Everything is written beside the target and moved into place at the
end.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from wxsat.errors import DataError, UsageError, nearest
from wxsat.instrument.instrument import Instrument, Label, Language
from wxsat.responses.match import REVERSED_SUFFIX, Asked, asked_questions
from wxsat.responses.responses import CleanResponses, MissingReason, Responses

# Stata's custom: .d don't know, .r refused. Its letters carry no label that the writer could keep.
STATA_LETTERS: dict[MissingReason, str] = {"dont_know": "d", "refused": "r", "not_shown": "i"}
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
WRITTEN_SUFFIXES = (".csv", ".xlsx", ".sav", ".zsav", ".dta")


@dataclass
class Sheet:
    """
    A table ready to be written.

    Attributes
    ----------
    frame : DataFrame
        ``row``, one column a question, the study's own columns, ``seconds`` where known.
    column_labels, value_labels : mapping
        Wordings in one language.
    missing : mapping of column to {code: reason}
        Codes that mean no answer.
    measures : mapping of column to {"nominal", "ordinal", "scale"}
        Measurement level, where the column is a question's.
    """

    frame: pd.DataFrame
    column_labels: dict[str, str] = field(default_factory=dict)
    value_labels: dict[str, dict[int, str]] = field(default_factory=dict)
    missing: dict[str, dict[int, MissingReason]] = field(default_factory=dict)
    measures: dict[str, str] = field(default_factory=dict)


def defused(cell: Any) -> Any:
    """
    Return a text cell so that no spreadsheet program runs it as a formula.

    Examples
    --------
    >>> defused("=1+1"), defused("同意")
    ("'=1+1", '同意')
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell


def sheet_of(responses: Responses, language: Language = "zh") -> Sheet:
    """Lay coded answers out as one table with labels, without free text; fingerprints only with a key."""
    questions = {q.id: q for q in asked_questions(responses.instrument)} if responses.instrument else {}
    sheet = Sheet(pd.DataFrame({"row": np.asarray(responses.rows, dtype=np.int64)}))
    columns: dict[str, Any] = {}
    for name in map(str, responses.frame.columns):
        asked = questions.get(name)
        if asked is None:
            columns[name] = responses.frame[name]
            _label_choice(sheet, name, questions, language)
        elif asked.role == "account":
            # What is rated, not who rates: without it the saved answers would lose their clusters.
            columns[name] = responses.frame[name]
            sheet.column_labels[name] = asked.text.text(language)[:250]
        elif asked.kind != "text":
            turned = name in responses.reversed_items
            written = name + REVERSED_SUFFIX if turned else name
            columns[written] = _with_missing_codes(responses, name, asked)
            _label(sheet, written, asked, language, turned=turned)
    if responses.provenance.get("keyed") and "fingerprint" in responses.paradata:
        columns = {"person": responses.paradata["fingerprint"], **columns}
        sheet.column_labels["person"] = "keyed hash of an identifier"
    if "seconds" in responses.paradata:
        columns["seconds"] = responses.paradata["seconds"].to_numpy(dtype=float)
    for name, values in columns.items():
        sheet.frame[name] = np.asarray(values)
    return sheet


def _with_missing_codes(responses: Responses, name: str, asked: Asked) -> Any:
    values = responses.frame[name].to_numpy(dtype=float).copy()
    if asked.scale is None or name not in responses.reasons.columns:
        return values
    reasons = responses.reasons[name].to_numpy(dtype=object)
    for reason, code in (("dont_know", asked.scale.dk), ("refused", asked.scale.refused)):
        if code is not None:
            values[reasons == reason] = code
    return values


def _label(sheet: Sheet, column: str, asked: Asked, language: Language, *, turned: bool) -> None:
    sheet.column_labels[column] = asked.text.text(language)[:250]
    closed = asked.scale is not None and bool(asked.scale.codes)
    sheet.measures[column] = "ordinal" if closed else "nominal" if asked.choices else "scale"
    labels = {c.code: c.text.text(language) for c in asked.choices}
    scale = asked.scale
    if scale is not None:
        ends = int((scale.min or 0) + (scale.max or 0))
        for code in scale.codes:
            wording = scale.label_of(code, language)
            if wording != str(code):
                labels[ends - code if turned else code] = wording
        no_answers: tuple[tuple[int | None, Label | None, MissingReason], ...] = (
            (scale.dk, scale.dk_label, "dont_know"),
            (scale.refused, scale.refused_label, "refused"),
        )
        for missing_code, label, reason in no_answers:
            if missing_code is not None:
                labels[missing_code] = label.text(language) if label else reason
                sheet.missing.setdefault(column, {})[missing_code] = reason
    sheet.value_labels[column] = {code: wording for code, wording in sorted(labels.items()) if wording}


def _label_choice(sheet: Sheet, name: str, questions: Mapping[str, Asked], language: Language) -> None:
    question_id, _, code = name.rpartition("_")
    asked = questions.get(question_id)
    if asked is not None and asked.kind == "multiple":
        wording = next((c.text.text(language) for c in asked.choices if str(c.code) == code), code)
        sheet.column_labels[name] = f"{asked.text.text(language)[:200]} [{wording}]"


def write_responses(
    responses: Responses, path: str | Path, *, force: bool = False, language: Language = "zh"
) -> tuple[Path, ...]:
    """
    Write coded answers; cleaned ones with ``.ledger.csv`` and ``.flow.csv`` beside them.

    Parameters
    ----------
    responses : Responses or CleanResponses
    path : path
        The suffix decides: .csv, .xlsx, .sav, .zsav or .dta.
    force : bool
        Replace files that are there.
    language : {"zh", "en"}
        Of the labels in SAV and DTA.

    Returns
    -------
    tuple of Path
        The files written.

    Raises
    ------
    UsageError
        RESP-060 a file is there and `force` is not given, RESP-061 a suffix that is not written, RESP-062 no
        such folder.
    DataError
        RESP-063 the format cannot hold a column.
    """
    target = Path(path)
    suffix = _require_suffix(target)
    sheet = sheet_of(responses, language)
    writers: dict[Path, Callable[[Path], None]] = {target: _WRITERS[suffix](sheet)}
    if isinstance(responses, CleanResponses):
        writers[beside(target, "ledger")] = _csv_writer(responses.ledger)
        writers[beside(target, "flow")] = _csv_writer(responses.flow)
    return write_together(writers, force=force)


def beside(target: Path, what: str) -> Path:
    """Return the name of a companion: ``clean.sav`` -> ``clean.ledger.csv``."""
    return target.with_name(f"{target.stem}.{what}.csv")


def write_together(writers: Mapping[Path, Callable[[Path], None]], *, force: bool) -> tuple[Path, ...]:
    """Write files under passing names and move them into place together; on any fault none is left."""
    there = [p for p in writers if p.exists()]
    if there and not force:
        names, folder = ", ".join(p.name for p in there), there[0].parent
        where = "" if folder == Path() else str(folder)
        raise UsageError("RESP-060", f"already there: {names}.", where=where, hint="Use --force to replace.")
    for folder in {p.parent for p in writers}:
        if not folder.is_dir():
            raise UsageError("RESP-062", "there is no such folder.", where=str(folder), hint="Make it first.")
    passing = {p: p.with_name(f".{p.stem}.writing{p.suffix}") for p in writers}
    try:
        for final, write in writers.items():
            write(passing[final])
        for final, temporary in passing.items():
            temporary.replace(final)
    except OSError as error:
        raise DataError(
            "RESP-063", f"cannot be written ({error.strerror or error}).", where=str(error.filename)
        ) from None
    finally:
        for temporary in passing.values():
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
    return tuple(writers)


def _require_suffix(target: Path) -> str:
    suffix = target.suffix.casefold()
    if suffix not in WRITTEN_SUFFIXES:
        raise UsageError(
            "RESP-061",
            f"files named '*{suffix}' are not written. Written are: {', '.join(WRITTEN_SUFFIXES)}.",
            where=target.name,
            hint=nearest(suffix, WRITTEN_SUFFIXES).strip(),
        )
    return suffix


def _tidy(frame: pd.DataFrame) -> pd.DataFrame:
    """Text defused; whole numbers without a decimal point."""
    tidy = pd.DataFrame(index=frame.index)
    for column in frame.columns:
        values = frame[column]
        if values.dtype.kind == "f":
            given = values.dropna()
            whole = bool(np.all(given == np.round(given)))
            tidy[column] = values.astype("Int64") if whole else values
        elif values.dtype.kind in "iu" or str(values.dtype) == "Int64":
            tidy[column] = values
        else:
            tidy[column] = pd.Series([defused(cell) for cell in values], index=frame.index, dtype=object)
    tidy.columns = pd.Index([defused(str(c)) for c in frame.columns], dtype=object)
    return tidy


def _csv_writer(frame: pd.DataFrame) -> Callable[[Path], None]:
    return lambda path: _tidy(frame).to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")


def csv_text(frame: pd.DataFrame, *, header: bool) -> str:
    """Return rows as CSV text, formulas defused; for files that are written piece by piece."""
    return str(_tidy(frame).to_csv(index=False, header=header, lineterminator="\n"))


def _xlsx_writer(sheet: Sheet) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        import xlsxwriter

        options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        tidy = _tidy(sheet.frame)
        with xlsxwriter.Workbook(str(path), options) as book:
            page = book.add_worksheet("answers")
            page.write_row(0, 0, list(tidy.columns), book.add_format({"bold": True}))
            for i, row in enumerate(tidy.itertuples(index=False, name=None), start=1):
                page.write_row(i, 0, [None if pd.isna(cell) else cell for cell in row])
            page.freeze_panes(1, 1)

    return write


def _sav_writer(sheet: Sheet) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        import pyreadstat

        frame, names = _ascii_safe(sheet)
        _statistics_write(
            pyreadstat.write_sav,
            frame,
            path,
            column_labels=_labels_for(names, sheet),
            variable_value_labels={names[c]: v for c, v in sheet.value_labels.items() if v},
            missing_ranges={names[c]: list(codes) for c, codes in sheet.missing.items()},
            variable_measure={
                name: sheet.measures.get(c, "scale" if frame[name].dtype.kind in "fiu" else "nominal")
                for c, name in names.items()
            },
            compress=path.suffix.casefold() == ".zsav",
        )

    return write


def _dta_writer(sheet: Sheet) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        import pyreadstat

        frame, names = _ascii_safe(sheet)
        labels = {names[c]: dict(v) for c, v in sheet.value_labels.items() if v}
        letters: dict[str, list[str]] = {}
        for column, codes in sheet.missing.items():
            name = names[column]
            cells = frame[name].astype(object)
            for code, reason in codes.items():
                labels.get(name, {}).pop(code, None)
                given = (frame[name] == code).to_numpy()
                if given.any():
                    letters.setdefault(name, []).append(STATA_LETTERS[reason])
                    cells = cells.mask(given, STATA_LETTERS[reason])
            frame[name] = cells if name in letters else frame[name]
        _statistics_write(
            pyreadstat.write_dta,
            frame,
            path,
            column_labels=_labels_for(names, sheet),
            variable_value_labels={name: pairs for name, pairs in labels.items() if pairs},
            missing_user_values=letters,
            version=15,
        )

    return write


def _statistics_write(writer: Callable[..., None], frame: pd.DataFrame, path: Path, **options: Any) -> None:
    try:
        writer(frame, str(path), **options)
    except Exception as error:  # pyreadstat raises its own class and ValueError
        raise DataError(
            "RESP-063", f"the format cannot hold these answers ({str(error)[:120]}).", where=path.suffix
        ) from None


def _ascii_safe(sheet: Sheet) -> tuple[pd.DataFrame, dict[str, str]]:
    """Names that statistics programs take; text None as an empty string."""
    names: dict[str, str] = {}
    for column in map(str, sheet.frame.columns):
        name = re.sub(r"\W", "_", column)[:60]
        name = name if re.match(r"[^\W\d_]", name) else f"v_{name}"
        while name in names.values():
            name += "_"
        names[column] = name
    frame = sheet.frame.rename(columns=names)
    for column in frame.columns:
        if frame[column].dtype.kind not in "fiu":
            frame[column] = pd.Series(["" if pd.isna(c) else str(c) for c in frame[column]], dtype=object)
    return frame, names


def _labels_for(names: Mapping[str, str], sheet: Sheet) -> list[str]:
    return [sheet.column_labels.get(c, "" if names[c] == c else c) for c in names]


_WRITERS: dict[str, Callable[[Sheet], Callable[[Path], None]]] = {
    ".csv": lambda sheet: _csv_writer(sheet.frame),
    ".xlsx": _xlsx_writer,
    ".sav": _sav_writer,
    ".zsav": _sav_writer,
    ".dta": _dta_writer,
}


def write_table(frame: pd.DataFrame, path: str | Path, *, force: bool = False) -> tuple[Path, ...]:
    """Write a plain table (a screening record, say) as CSV or XLSX; lists become ``a;b``."""
    target = Path(path)
    suffix = target.suffix.casefold()
    if suffix not in (".csv", ".xlsx"):
        raise UsageError("RESP-061", f"a table is written as .csv or .xlsx, not '*{suffix}'.", where=target.name)
    flat = frame.copy()
    for column in flat.columns:
        if flat[column].map(lambda cell: isinstance(cell, (tuple, list))).any():
            flat[column] = flat[column].map(lambda cell: ";".join(map(str, cell)))
    writer = _csv_writer(flat) if suffix == ".csv" else _xlsx_writer(Sheet(flat))
    return write_together({target: writer}, force=force)


def unwritten(responses: Responses, instrument: Instrument) -> Sequence[str]:
    """Return the free-text questions that stay in memory and are not written."""
    kinds = {q.id: q.kind for q in asked_questions(instrument)}
    return [str(c) for c in responses.frame.columns if kinds.get(str(c)) == "text"]
