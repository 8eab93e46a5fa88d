"""Simulated answers as files: CSV, Excel or SPSS, the same bytes for the same answers.

What these formats stamp with the clock is stamped with the simulated field period instead.
"""

from __future__ import annotations

import csv
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wxsat.errors import UsageError, nearest
from wxsat.instrument.instrument import Instrument, Language
from wxsat.simulate.exports import GRIDS, records_of, sheets_of
from wxsat.simulate.field import FIELD_START
from wxsat.simulate.labels import answer_list, value_labels

if TYPE_CHECKING:
    import pandas as pd

# The SPSS file header holds the date at byte 92 (nine characters) and the time at byte 101 (eight).
SAV_CLOCK = slice(92, 109)
SAV_FIELD_START = b"04 Mar 2408:00:00"


def write_export(
    frame: pd.DataFrame,
    instrument: Instrument,
    path: str | Path,
    *,
    language: Language = "zh",
    force: bool = False,
    platform: str | None = None,
) -> Path:
    """
    Write a simulated export by the suffix of its path, plain or as a platform would write it.

    Parameters
    ----------
    frame : DataFrame
        From :func:`~wxsat.simulate.respondents.simulate_export`.
    instrument : Instrument
        For variable and value labels in an SPSS file.
    path : str or Path
        ``.csv`` (UTF-8 with byte order mark), ``.xlsx`` (a second sheet says that it is simulated), ``.sav`` or
        ``.json``.
    language : {"zh", "en"}
        Language of the labels in an SPSS file.
    force : bool
        Replace a file that exists.
    platform : str, optional
        One of `PLATFORM_NAMES`: header rows, labels and marks as this platform writes them, from a frame of codes.

    Returns
    -------
    Path
        Where the file stands. It is written beside and moved into place.

    Raises
    ------
    UsageError
        SIM-010 an unknown suffix or platform, SIM-011 the file exists or its folder does not.
    """
    target = Path(path)
    writers: dict[str, Callable[[pd.DataFrame, Instrument, Path, Language], None]] = {
        ".csv": _write_csv,
        ".xlsx": _write_xlsx,
        ".sav": _write_sav,
    }
    suffix = target.suffix.lower()
    if platform is not None:
        writers = _platform_writers(platform)
    if suffix not in writers:
        raise UsageError(
            "SIM-010",
            f"simulated answers are written as {', '.join(writers)}; '{target.name}' is none of these.",
            hint=nearest(suffix, writers).strip(),
        )
    if target.exists() and not force:
        raise UsageError("SIM-011", "the file exists.", where=str(target), hint="Use --force to replace it.")
    if not target.parent.is_dir():
        raise UsageError("SIM-011", "the folder does not exist.", where=str(target.parent))
    handle, beside = tempfile.mkstemp(suffix=suffix, prefix=".simulated-", dir=target.parent)
    os.close(handle)
    try:
        writers[suffix](frame, instrument, Path(beside), language)
        # mkstemp makes private files; the result has the rights of any new file.
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(beside, 0o666 & ~mask)
        os.replace(beside, target)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    return target


Writer = Callable[["pd.DataFrame", Instrument, Path, Language], None]
PLATFORM_NAMES = (*GRIDS, "page")


def _platform_writers(platform: str) -> dict[str, Writer]:
    if platform not in PLATFORM_NAMES:
        raise UsageError(
            "SIM-010",
            f"no export of '{platform}' is simulated; there are {', '.join(PLATFORM_NAMES)}.",
            hint=nearest(platform, PLATFORM_NAMES).strip(),
        )
    if platform == "page":
        return {".json": _write_json}

    def grid_csv(frame: pd.DataFrame, instrument: Instrument, path: Path, language: Language) -> None:
        grid = GRIDS[platform](sheets_of(frame, instrument, language))
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows(grid)

    def grid_xlsx(frame: pd.DataFrame, instrument: Instrument, path: Path, language: Language) -> None:
        _write_grid_xlsx(GRIDS[platform](sheets_of(frame, instrument, language)), frame, path)

    return {".csv": grid_csv, ".xlsx": grid_xlsx}


def _write_json(frame: pd.DataFrame, instrument: Instrument, path: Path, language: Language) -> None:
    records = records_of(
        sheets_of(frame, instrument, language),
        instrument,
        str(frame.attrs.get("provenance", {}).get("form", "")),
        language,
    )
    path.write_text(json.dumps(records, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


def _write_csv(frame: pd.DataFrame, instrument: Instrument, path: Path, language: Language) -> None:
    frame.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")


def _write_xlsx(frame: pd.DataFrame, instrument: Instrument, path: Path, language: Language) -> None:
    columns = [_plain(frame[name]) for name in frame.columns]
    grid = [[str(name) for name in frame.columns], *(list(row) for row in zip(*columns, strict=True))]
    _write_grid_xlsx(grid, frame, path)


def _write_grid_xlsx(grid: list[list[Any]], frame: pd.DataFrame, path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"created": FIELD_START, "comments": "Simulated data."})
        sheet = book.add_worksheet("answers")
        for row, cells in enumerate(grid):
            for column, cell in enumerate(cells):
                if isinstance(cell, str) and cell:
                    sheet.write_string(row, column, cell)
                elif cell is not None and cell == cell and cell != "":
                    sheet.write_number(row, column, float(cell))
        about = book.add_worksheet("simulated")
        about.write_string(0, 0, "These answers are simulated; nobody gave them.")
        for row, (key, value) in enumerate(frame.attrs.get("provenance", {}).items(), start=1):
            about.write_string(row, 0, str(key))
            about.write_string(row, 1, str(value))


def _plain(column: pd.Series) -> list[Any]:
    values: list[Any] = column.astype(object).where(column.notna(), None).tolist()
    return values


def _write_sav(frame: pd.DataFrame, instrument: Instrument, path: Path, language: Language) -> None:
    import pyreadstat

    numeric = {name: frame[name].astype("float64") for name in frame.columns if frame[name].dtype.kind in "iuf"}
    texts = {item.id: item.text.text(language) for item in instrument.items_in()}
    texts |= {question.id: question.text.text(language) for question in instrument.background}
    texts |= {check.id: check.text.text(language) for check in instrument.attention if check.text}
    named = {name: value_labels(instrument, name, language) for name in numeric}
    whole = {name: "F8.0" for name, column in numeric.items() if (column.dropna() % 1 == 0).all()}
    pyreadstat.write_sav(
        frame.assign(**numeric),
        str(path),
        file_label="SIMULATED DATA",
        column_labels={name: texts[name] for name in frame.columns if name in texts},
        variable_value_labels={name: labels for name, labels in named.items() if labels},
        missing_ranges={name: [code] for name in numeric if (code := _dont_know_code(instrument, name)) is not None},
        variable_format=whole,
    )
    content = bytearray(path.read_bytes())
    content[SAV_CLOCK] = SAV_FIELD_START
    path.write_bytes(content)


def _dont_know_code(instrument: Instrument, column: str) -> int | None:
    scale, _ = answer_list(instrument, column)
    return None if scale is None else scale.dk
