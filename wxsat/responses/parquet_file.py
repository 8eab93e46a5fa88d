"""Parquet through fastparquet, or pyarrow where that is what is installed: an optional extra, asked for by name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wxsat.errors import DataError
from wxsat.responses.raw_table import RawTable

if TYPE_CHECKING:
    import pandas as pd


def read_parquet(path: Path, file: str, sha256: str) -> RawTable:
    """
    Read one Parquet file.

    Raises
    ------
    DataError
        RESP-077 no reader is installed, RESP-012 damaged, RESP-004 no rows, RESP-007 duplicate names.
    """
    from dataclasses import replace

    from wxsat.responses.files import table_from_frame

    table = table_from_frame(_frame(path, file), file)
    return replace(table, kind="parquet", sha256=sha256)


def _frame(path: Path, file: str) -> pd.DataFrame:
    try:
        try:
            from fastparquet import ParquetFile

            frame: pd.DataFrame = ParquetFile(str(path)).to_pandas()
        except ImportError:
            import pyarrow.parquet

            frame = pyarrow.parquet.read_table(str(path)).to_pandas()
    except ImportError:
        raise DataError(
            "RESP-077",
            "Parquet needs a reader that is not installed.",
            where=file,
            hint='pip install "wxsat[parquet]", or export CSV.',
        ) from None
    except Exception as error:  # each reader raises its own classes for a damaged file
        raise DataError(
            "RESP-012", f"the file cannot be read ({type(error).__name__}: {str(error)[:80]}).", where=file
        ) from None
    return frame
