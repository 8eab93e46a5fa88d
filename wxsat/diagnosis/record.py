"""The record of a diagnosis, one row a unit and dilemma: as a table, and as files that others read."""

from __future__ import annotations

import datetime as dt
import io
import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wxsat.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.diagnosis.result import Diagnosis

ENDINGS = (".csv", ".xlsx", ".json")
WORKBOOK_DATE = dt.datetime(2000, 1, 1)
"""A workbook carries a date; a fixed one, so that the same figures are the same file."""

RECORD_COLUMNS = (
    "unit", "dilemma", "S", "ci_lo", "ci_hi", "method_lo", "method_hi", "P20", "P40", "P60", "band", "verdict", "veto",
    "S_pub", "S_ops", "S_log", "n_pub", "n_ops", "n_msg", "pattern", "grade", "T_SAT", "gross_loss", "own_loss",
    "own_share", "lmg", "causal_shapley", "lever_best", "dSAT", "flags", "config_hash",
)  # fmt: skip


def record_table(diagnosis: Diagnosis) -> pd.DataFrame:
    """
    Return the record as a table; lists (``veto``, ``flags``) joined by ``; ``.

    Examples
    --------
    >>> record_table(wx.diagnose(clean)).columns[:3].tolist()  # doctest: +SKIP
    ['unit', 'dilemma', 'S']
    """
    import pandas as pd

    rows = [_flat(record) for record in diagnosis.to_dict()["dilemmas"]]
    return pd.DataFrame(rows, columns=list(RECORD_COLUMNS))


def _flat(record: dict[str, Any]) -> dict[str, Any]:
    return {name: "; ".join(map(str, value)) if isinstance(value, list) else value for name, value in record.items()}


def require_record_path(path: str | Path) -> Path:
    """
    Return where a record is to be written, or refuse the place before anything is computed.

    Raises
    ------
    UsageError
        DIAG-027 for another ending than .csv, .xlsx and .json, or a file that exists.
    """
    target = Path(path)
    if target.suffix.lower() not in ENDINGS:
        raise UsageError(
            "DIAG-027", f"a record cannot be written as '{target.suffix or target.name}'.", where=str(target),
            hint="End the name in .csv, .xlsx or .json.",
        )  # fmt: skip
    if target.exists():
        raise UsageError("DIAG-027", "the file exists already.", where=str(target), hint="Choose another name.")
    return target


def write_record(diagnosis: Diagnosis, path: str | Path) -> Path:
    """
    Write the record as CSV, XLSX or JSON, by the ending of the name, at full precision.

    The same diagnosis gives the same bytes; the file is written beside its place and moved into it.

    Raises
    ------
    UsageError
        DIAG-027 for another ending, a file that exists, or a folder that cannot be written to.

    Examples
    --------
    >>> write_record(diagnosis, "diagnosis.csv")  # doctest: +SKIP
    """
    target = require_record_path(path)
    beside = target.with_name(f".{target.stem}.part{target.suffix}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(_bytes(diagnosis, target.suffix.lower()))
        beside.replace(target)
    except OSError as problem:
        raise UsageError(
            "DIAG-027", f"the file cannot be written: {problem.strerror}.", where=str(target),
            hint="May you write to that folder?",
        ) from None  # fmt: skip
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
    return target


def _bytes(diagnosis: Diagnosis, ending: str) -> bytes:
    import pandas as pd

    from wxsat.responses.save import defused

    if ending == ".json":
        return (json.dumps(diagnosis.to_dict()["dilemmas"], ensure_ascii=False, indent=1) + "\n").encode()
    table = record_table(diagnosis).map(defused)
    if ending == ".csv":
        return table.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")
    held = io.BytesIO()
    with pd.ExcelWriter(held, engine="xlsxwriter") as writer:
        writer.book.set_properties({"created": WORKBOOK_DATE})
        table.to_excel(writer, index=False)
    return held.getvalue()
