"""One door for every file: its format, whether its contents agree with its name, and the table inside."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from wxsat.errors import DataError, nearest
from wxsat.responses import delimited, workbook
from wxsat.responses.raw_table import RawTable, table_from_rows
from wxsat.responses.statistics_file import read_statistics_file

READ_SUFFIXES: dict[str, str] = {
    ".csv": "text", ".tsv": "text", ".txt": "text",
    ".xlsx": "workbook", ".xlsm": "workbook", ".xls": "workbook",
    ".sav": "sav", ".zsav": "sav", ".dta": "dta",
}  # fmt: skip
LATER_SUFFIXES: dict[str, str] = {
    ".por": "SPSS portable", ".sas7bdat": "SAS", ".xpt": "SAS transport", ".parquet": "Parquet",
    ".feather": "Feather", ".ods": "OpenDocument", ".rds": "R", ".rdata": "R", ".json": "JSON", ".xlsb": "binary Excel",
    ".sas7bcat": "SAS catalogue",
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
) -> RawTable:
    """
    Read one file of answers as it stands, without knowing the instrument.

    Parameters
    ----------
    path : path
        CSV, TSV, TXT (UTF-8 with or without BOM, GB18030, UTF-16; comma, semicolon, tab or pipe), XLSX, XLSM,
        XLS, SAV, ZSAV or DTA.
    sheet : str or int, optional
        Sheet of a workbook by name or by number from 1; the first one with anything in it by default.
    encoding, delimiter : str, optional
        Of a text file; found when left out.

    Returns
    -------
    RawTable

    Raises
    ------
    DataError
        RESP-001 to RESP-015: see the message, which says what was found and what to try.

    Examples
    --------
    >>> read_table("answers.csv").n_rows  # doctest: +SKIP
    312
    """
    source = Path(path)
    data = _bytes_of(source)
    kind = _kind_of(source)
    _require_contents(data, kind, source)
    file, sha256 = source.name, hashlib.sha256(data).hexdigest()
    if kind in ("sav", "dta"):
        return read_statistics_file(source, kind, file, sha256, encoding)
    if kind == "workbook":
        rows, used_sheet, notes = workbook.read_sheet(data, file, sheet)
        return _from_rows(rows, kind, file, sha256, notes, sheet=used_sheet)
    text, used_encoding = delimited.decode(data, file, encoding)
    rows, used_delimiter = delimited.split(text, file, delimiter)
    return _from_rows(rows, kind, file, sha256, (), encoding=used_encoding, delimiter=used_delimiter)


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


def _from_rows(
    rows: list[list[Any]],
    kind: str,
    file: str,
    sha256: str,
    notes: tuple[str, ...],
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
) -> RawTable:
    frame, numbers, more = table_from_rows(rows, file=file, ragged_is_fault=kind == "text")
    return RawTable(frame, numbers, kind, file, sha256, encoding, delimiter, sheet, notes=(*notes, *more))


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
    what = f"{LATER_SUFFIXES[suffix]} files are" if suffix in LATER_SUFFIXES else f"files named '*{suffix}' are"
    raise DataError(
        "RESP-002",
        f"{what} not read. Read are: {', '.join(READ_SUFFIXES)}.",
        where=source.name,
        hint="Export CSV, XLSX or SAV." + nearest(suffix, READ_SUFFIXES),
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
    if found == kind or (kind in ("dta", "sav") and found == "text"):
        return  # old Stata files start with one unprintable byte; the reader itself judges them
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
