"""SAV, ZSAV and DTA through pyreadstat: values, labels and user-missing codes as declared."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wxsat.errors import DataError
from wxsat.responses.raw_table import MissingRange, RawTable, require_names

if TYPE_CHECKING:
    import pandas as pd

ENCRYPTED_SAV = b"ENCRYPTEDSAV"


def read_statistics_file(path: Path, kind: str, file: str, sha256: str, encoding: str | None = None) -> RawTable:
    """
    Read one SPSS or Stata file, nothing turned into missing on the way.

    Raises
    ------
    DataError
        RESP-004 no rows, RESP-009 encrypted, RESP-012 damaged.
    """
    with path.open("rb") as stream:
        if ENCRYPTED_SAV in stream.read(64):
            raise DataError(
                "RESP-009",
                "the file is protected by a password.",
                where=file,
                hint="Save a copy without the password.",
            )
    frame, meta, notes = _read(path, kind, file, encoding)
    require_names([str(c) for c in frame.columns], [], file)
    if not len(frame):
        raise DataError("RESP-004", f"the file has {frame.shape[1]} variable(s) and no row of answers.", where=file)
    return RawTable(
        frame=_raw_cells(frame),
        row_numbers=tuple(range(1, len(frame) + 1)),
        kind=kind,
        file=file,
        sha256=sha256,
        encoding=meta.file_encoding,
        column_labels={k: v for k, v in meta.column_names_to_labels.items() if v},
        value_labels={k: dict(v) for k, v in meta.variable_value_labels.items()},
        missing=_declared_missing(meta),
        notes=notes,
    )


def _read(path: Path, kind: str, file: str, encoding: str | None) -> tuple[pd.DataFrame, Any, tuple[str, ...]]:
    import pyreadstat

    reader = pyreadstat.read_dta if kind == "dta" else pyreadstat.read_sav
    attempts: list[tuple[dict[str, Any], tuple[str, ...]]] = [
        ({"encoding": encoding}, ()),
        ({"encoding": encoding, "disable_datetime_conversion": True}, ("Dates were left as numbers.",)),
    ]
    if encoding is None:
        attempts.append(({"encoding": "GB18030"}, ("Text was read as GB18030.",)))
    message = ""
    for options, notes in attempts:
        try:
            frame, meta = reader(str(path), user_missing=True, apply_value_formats=False, **options)
        except Exception as error:  # pyreadstat raises its own, ValueError, OverflowError and UnicodeDecodeError
            message = message or f"{type(error).__name__}: {str(error)[:100]}"
        else:
            return frame, meta, notes
    raise DataError(
        "RESP-012",
        f"the file cannot be read ({message}).",
        where=file,
        hint="Open it in the program that wrote it and save it again, or export CSV.",
    )


def _raw_cells(frame: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    # Built from lists: a mapped object column of numbers would turn back into floats, and None into NaN.
    columns = {str(c): [_cell(value) for value in frame[c].astype(object)] for c in frame.columns}
    return pd.DataFrame({c: pd.Series(cells, dtype=object) for c, cells in columns.items()})


def _cell(value: Any) -> Any:
    # String variables have no missing value of their own: an empty one is an empty cell.
    return None if value is None or value != value or (isinstance(value, str) and not value.strip()) else value


def _declared_missing(meta: Any) -> Mapping[str, tuple[MissingRange, ...]]:
    declared = {
        column: tuple(MissingRange(r["lo"], r["hi"]) for r in ranges) for column, ranges in meta.missing_ranges.items()
    }
    for column, letters in meta.missing_user_values.items():
        declared[column] = tuple(MissingRange(letter, letter) for letter in letters)
    return declared
