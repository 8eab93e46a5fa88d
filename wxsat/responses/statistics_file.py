"""SPSS, Stata and SAS through pyreadstat: values, labels and user-missing codes as declared.

A SAS file keeps its labels in a catalogue beside it: ``name.sas7bcat``, ``formats.sas7bcat`` or the only one there.
"""

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
    Read one SPSS, Stata or SAS file, nothing turned into missing on the way.

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
        measures={k: v for k, v in meta.variable_measure.items() if v and v != "unknown"},
    )


def _read(path: Path, kind: str, file: str, encoding: str | None) -> tuple[pd.DataFrame, Any, tuple[str, ...]]:
    import pyreadstat

    readers = {
        "dta": pyreadstat.read_dta, "por": pyreadstat.read_por, "sas": pyreadstat.read_sas7bdat,
        "xpt": pyreadstat.read_xport,
    }  # fmt: skip
    reader = readers.get(kind, pyreadstat.read_sav)
    options: dict[str, Any] = {} if kind in ("por", "xpt") else {"encoding": encoding}
    if kind in ("sav", "dta", "sas"):
        options["user_missing"] = True
    if kind in ("sav", "dta"):
        options["apply_value_formats"] = False
    notes: tuple[str, ...] = ()
    catalogue = catalogue_beside(path) if kind == "sas" else None
    if catalogue is not None:
        options |= {"catalog_file": str(catalogue), "formats_as_category": False}
        notes = (f"Labels from {catalogue.name}.",)
    attempts: list[tuple[dict[str, Any], tuple[str, ...]]] = [
        (options, notes),
        ({**options, "disable_datetime_conversion": True}, (*notes, "Dates were left as numbers.")),
    ]
    if encoding is None and "encoding" in options:
        attempts.append(({**options, "encoding": "GB18030"}, (*notes, "Text was read as GB18030.")))
    message = ""
    for own, said in attempts:
        try:
            frame, meta = reader(str(path), **own)
        except Exception as error:  # pyreadstat raises its own, ValueError, OverflowError and UnicodeDecodeError
            message = message or f"{type(error).__name__}: {str(error)[:100]}"
        else:
            return frame, meta, said
    raise DataError(
        "RESP-012",
        f"the file cannot be read ({message}).",
        where=file,
        hint="Open it in the program that wrote it and save it again, or export CSV.",
    )


def catalogue_beside(path: Path) -> Path | None:
    """Return the catalogue that belongs to a SAS file, if it is beside it."""
    there = sorted(p for p in path.parent.iterdir() if p.suffix.casefold() == ".sas7bcat")
    named = [p for p in there if p.stem == path.stem] or [p for p in there if p.stem.casefold() == "formats"]
    chosen = named or there
    return chosen[0] if len(chosen) == 1 else None


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
