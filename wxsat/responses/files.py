"""One door for every file: its format, whether its contents agree with its name, and the table inside."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from wxsat.errors import DataError, nearest, require_path
from wxsat.responses import delimited, workbook
from wxsat.responses.json_file import rows_of_json
from wxsat.responses.parquet_file import read_parquet
from wxsat.responses.platforms import wjx
from wxsat.responses.platforms.definitions import definition_error, questionnaire_in, require_answers
from wxsat.responses.platforms.platform import View
from wxsat.responses.platforms.registry import (
    BY_CONTENTS,
    KIND_PLATFORMS,
    SHOWN_ROWS,
    describe,
    lay_out,
    require_platform,
)
from wxsat.responses.raw_table import RawTable, fold, table_from_rows
from wxsat.responses.statistics_file import read_statistics_file

READ_SUFFIXES: dict[str, str] = {
    ".csv": "text", ".tsv": "text", ".txt": "text",
    ".xlsx": "workbook", ".xlsm": "workbook", ".xls": "workbook",
    ".sav": "sav", ".zsav": "sav", ".por": "por", ".dta": "dta", ".sas7bdat": "sas", ".xpt": "xpt",
    ".parquet": "parquet", ".json": "json", ".jsonl": "json", ".ndjson": "json",
}  # fmt: skip
NOT_READ: dict[str, str] = {
    ".feather": "Feather files are not read", ".ods": "OpenDocument files are not read", ".rds": "R files are not read",
    ".rdata": "R files are not read", ".rda": "R files are not read", ".xlsb": "binary Excel files are not read",
    ".sas7bcat": "this is a SAS catalogue, without answers; read the .sas7bdat beside it and the labels come along",
    ".qsf": "this is a Qualtrics questionnaire: it holds the questions, not the answers",
    ".lss": "this is a LimeSurvey questionnaire: it holds the questions, not the answers",
    ".lsg": "this is a group of LimeSurvey questions: it holds the questions, not the answers",
    ".lsq": "this is a LimeSurvey question: it holds the question, not the answers",
    ".zip": "this is an archive; unpack it and name the file of answers inside",
    ".md": "this is a page of text, not a table of answers",
    ".pdf": "this is a page to look at, not a table of answers",
    ".docx": "this is a Word document, not a table of answers",
}  # fmt: skip
_HTML_STARTS = (
    b"<html",
    b"<!doctype html",
    b"<table",
    b"<meta",
    b"<head",
    b"<body",
    b"<div",
    b"<?xml",
    b"<style",
)


def read_table(
    path: str | Path,
    *,
    sheet: str | int | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    platform: str = "auto",
) -> RawTable:
    """
    Read one file of answers as it stands, without knowing the instrument.

    Parameters
    ----------
    path : path
        CSV, TSV, TXT (UTF-8 with or without BOM, GB18030, UTF-16; comma, semicolon, tab or pipe), XLSX, XLSM,
        XLS, SAV, ZSAV, POR, DTA, SAS7BDAT (with the catalogue beside it), XPT, Parquet, or JSON records.
    sheet : str or int, optional
        Sheet of a workbook by name or by number from 1; the first one with anything in it by default.
    encoding, delimiter : str, optional
        Of a text file; found when left out.
    platform : str
        Who wrote the file (``wjx``, ``qualtrics``, ...: `wxsat.responses.platforms.registry.NAMES`); ``auto`` finds
        out, and says why under ``evidence``; ``plain`` takes the first row as names and no more.

    Returns
    -------
    RawTable

    Raises
    ------
    DataError
        RESP-001 to RESP-015 and RESP-066 to RESP-077: see the message, which says what was found and what to try.
    UsageError
        RESP-065 an unknown platform.

    Examples
    --------
    >>> read_table("answers.csv").n_rows  # doctest: +SKIP
    312
    """
    require_platform(platform)
    require_path(path, "path", "the name of a file of answers")
    source = Path(path)
    data = _bytes_of(source)
    kind = _kind_of(source)
    _require_contents(data, kind, source)
    file, sha256 = source.name, hashlib.sha256(data).hexdigest()
    _require_kind(platform, kind, source)
    if kind == "parquet":
        return _with_platform(read_parquet(source, file, sha256))
    if kind in KIND_PLATFORMS and kind != "json":
        return _with_platform(read_statistics_file(source, kind, file, sha256, encoding))
    if kind == "workbook":
        rows, used_sheet, notes = workbook.read_sheet(data, file, sheet)
        return _from_rows(rows, RawOrigin(kind, file, sha256, sheet=used_sheet), notes, platform)
    text, used_encoding = delimited.decode(data, file, encoding)
    if kind == "json":
        records, notes = rows_of_json(text, file)
        return _from_rows(records, RawOrigin(kind, file, sha256, used_encoding), notes, platform)
    questionnaire = questionnaire_in(text) if delimiter is None else ""
    if questionnaire:
        raise definition_error(questionnaire, file)
    split, used_delimiter = delimited.split(text, file, delimiter)
    origin = RawOrigin(kind, file, sha256, used_encoding, used_delimiter)
    return _from_rows(split, origin, delimited.encoding_notes(text, used_encoding), platform)


def table_from_frame(frame: Any, name: str = "DataFrame") -> RawTable:
    """Return a DataFrame as a raw table; its cells are coded like those of a file."""
    import pandas as pd

    from wxsat.responses.raw_table import require_names

    names = [str(c) for c in frame.columns]
    require_names(names, [], name)
    if not len(frame):
        raise DataError("RESP-004", f"the frame has {len(names)} column(s) and no row of answers.", where=name)
    there = frame.notna()
    columns = [
        pd.Series(
            [v if ok else None for v, ok in zip(frame.iloc[:, j], there.iloc[:, j], strict=True)],
            dtype=object,
        )
        for j in range(len(names))
    ]
    cells = pd.DataFrame(dict(zip(names, columns, strict=True)))
    digest = hashlib.sha256(pd.util.hash_pandas_object(frame.astype(str), index=False).to_numpy().tobytes())
    return RawTable(
        frame=cells,
        row_numbers=tuple(range(1, len(frame) + 1)),
        kind="frame",
        file=name,
        sha256=digest.hexdigest(),
    )


@dataclass(frozen=True)
class RawOrigin:
    """Where rows come from."""

    kind: str
    file: str
    sha256: str
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None


def _from_rows(rows: list[list[Any]], origin: RawOrigin, notes: tuple[str, ...], platform: str) -> RawTable:
    require_answers(View(rows[:SHOWN_ROWS], origin.file))
    own, evidence, layout = lay_out(rows, origin.file, platform)
    is_text = origin.kind == "text"
    frame, numbers, more = table_from_rows(layout.rows, file=origin.file, ragged_is_fault=is_text)
    table = RawTable(
        frame,
        numbers,
        origin.kind,
        origin.file,
        origin.sha256,
        origin.encoding,
        origin.delimiter,
        origin.sheet,
        notes=(*notes, *more),
    )
    table = describe(table, own, evidence, layout)
    if own is not None:
        return own.tidy(table)
    return _with_platform(table)


def _with_platform(table: RawTable) -> RawTable:
    """Name the program of a file that shows it by its contents; a .sav of 问卷星 is told from others."""
    name = KIND_PLATFORMS.get(table.kind, "")
    said = (f"the contents are {BY_CONTENTS[name]}",) if name else ()
    own = wjx.recognise_sav(table) if table.kind == "sav" else ()
    if not own:
        return replace(table, platform=name, evidence=said) if name else table
    aliases, choices = wjx.describe_sav(table)
    meta = tuple(c for c in table.columns if fold(table.column_labels.get(c, "")) in wjx.META)
    described = replace(
        table,
        platform="wjx",
        evidence=(*said, *own),
        aliases=aliases,
        choice_columns=choices,
        metadata=meta,
        numbering="unknown",
    )
    return wjx.tidy(described)


def _bytes_of(source: Path) -> bytes:
    if source.is_dir():
        raise DataError("RESP-015", "this is a folder, not a file.", where=source.name, hint="Name a file in it.")
    try:
        data = source.read_bytes()
    except FileNotFoundError:
        folder = source.parent
        there = sorted(p.name for p in folder.iterdir() if p.is_file()) if folder.is_dir() else []
        hint = nearest(source.name, there).strip() if folder.is_dir() else "The folder does not exist either."
        raise DataError("RESP-001", "there is no such file.", where=str(source), hint=hint) from None
    except OSError as error:
        raise DataError(
            "RESP-015", f"the file cannot be opened ({error.strerror or error}).", where=source.name
        ) from None
    if not data.strip(b"\0\r\n\t \xef\xbb\xbf\xff\xfe"):
        raise DataError("RESP-003", "the file is empty.", where=source.name, hint="Export the answers again.")
    return data


def _kind_of(source: Path) -> str:
    suffix = source.suffix.casefold()
    if suffix in READ_SUFFIXES:
        return READ_SUFFIXES[suffix]
    what = NOT_READ.get(suffix, f"files named '*{suffix}' are not read")
    raise DataError(
        "RESP-002",
        f"{what}. Read are: {', '.join(READ_SUFFIXES)}.",
        where=source.name,
        hint="Export the answers as CSV, XLSX or SAV." + nearest(suffix, READ_SUFFIXES),
    )


def _require_kind(platform: str, kind: str, source: Path) -> None:
    if platform in KIND_PLATFORMS.values() and KIND_PLATFORMS.get(kind) != platform:
        raise DataError(
            "RESP-066",
            f"this is no file of {BY_CONTENTS[platform]}.",
            where=source.name,
            hint="Leave --platform out.",
        )


def contents_of(data: bytes) -> str:
    """Say by its first bytes what a file is: sav, dta, workbook, html, parquet, pdf or text."""
    head = data[:4096].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if data.startswith((b"$FL2", b"$FL3")):
        return "sav"
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return "workbook"
    if data.startswith(b"<stata_dta>"):
        return "dta"
    if head.startswith(_HTML_STARTS):
        return "html"
    if data.startswith(b"PAR1"):
        return "parquet"
    return "pdf" if data.startswith(b"%PDF") else "text"


def _require_contents(data: bytes, kind: str, source: Path) -> None:
    found = contents_of(data)
    if found == kind or (kind in ("dta", "sav", "por", "sas", "xpt", "json") and found == "text"):
        return  # these show themselves less plainly; the reader itself judges them
    if kind == "workbook" and found == "text" and data[:2] in (b"\x09\x00", b"\x09\x02", b"\x09\x04", b"\x09\x08"):
        return  # BIFF streams of very old Excel, outside an OLE container
    names = {
        "sav": "an SPSS file", "workbook": "a workbook", "html": "an HTML or XML page", "dta": "a Stata file",
        "parquet": "a Parquet file", "pdf": "a PDF file", "text": "a text table",
    }  # fmt: skip
    hints = {
        "html": "Open it in a spreadsheet program and save it as .xlsx.",
        "workbook": "Rename it to .xlsx or .xls, or save it as CSV.",
        "text": "Rename it to .csv.",
        "sav": "Rename it to .sav.",
        "dta": "Rename it to .dta.",
    }
    raise DataError(
        "RESP-008",
        f"the name ends in '{source.suffix}', but the contents are {names[found]}.",
        where=source.name,
        hint=hints.get(found, "Export CSV, XLSX or SAV."),
    )
