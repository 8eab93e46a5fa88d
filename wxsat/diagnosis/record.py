"""The record of a diagnosis, one row a unit and dilemma: as a table, and as files that others read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wxsat.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.diagnosis.result import Diagnosis

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


def write_record(diagnosis: Diagnosis, path: str | Path) -> Path:
    """
    Write the record as CSV, XLSX or JSON, by the ending of the name, at full precision.

    Raises
    ------
    UsageError
        DIAG-027 for another ending or a file that exists.

    Examples
    --------
    >>> write_record(diagnosis, "diagnosis.csv")  # doctest: +SKIP
    """
    from wxsat.responses.save import defused

    target = Path(path)
    if target.suffix.lower() not in (".csv", ".xlsx", ".json"):
        raise UsageError(
            "DIAG-027", f"a record cannot be written as '{target.suffix or target.name}'.", where=str(target),
            hint="End the name in .csv, .xlsx or .json.",
        )  # fmt: skip
    if target.exists():
        raise UsageError("DIAG-027", "the file exists already.", where=str(target), hint="Choose another name.")
    beside = target.with_name(f".{target.stem}.part{target.suffix}")
    if target.suffix.lower() == ".json":
        beside.write_text(json.dumps(diagnosis.to_dict()["dilemmas"], ensure_ascii=False, indent=1) + "\n", "utf-8")
    else:
        table = record_table(diagnosis).map(defused)
        if target.suffix.lower() == ".csv":
            table.to_csv(beside, index=False, encoding="utf-8-sig")
        else:
            table.to_excel(beside, index=False, engine="xlsxwriter")
    beside.replace(target)
    return target
