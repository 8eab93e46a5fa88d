"""What the accounts' own records say of each account, as one score a panel can be held against."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from wxsat.errors import DataError
from wxsat.numerics.labels import plain_labels
from wxsat.panel.sheet_cells import Sheets, read_points
from wxsat.responses.files import read_table


def read_record_scores(path: str | Path) -> pd.Series:
    """
    Read a file with one health score an account.

    Parameters
    ----------
    path : path
        CSV, XLSX, ... with `account` and `score`, 0 to 100, higher is better.

    Returns
    -------
    Series
        Account to score.

    Raises
    ------
    DataError
        PANEL-006 a column is missing or an account stands there twice, PANEL-003 a score that is no number from 0 to
        100.

    Examples
    --------
    >>> read_record_scores("health.csv")["A"]  # doctest: +SKIP
    71.5
    """
    table = read_table(path)
    frame, where = table.frame, Path(path).name
    lacking = [name for name in ("account", "score") if name not in frame.columns]
    if lacking:
        raise DataError(
            "PANEL-006",
            f"there is no column {' and no column '.join(lacking)}.",
            where=where,
            hint=f"Found: {', '.join(map(str, frame.columns[:12]))}.",
        )
    sheets = Sheets(where, [number + 1 for number in table.row_numbers])
    score = read_points(frame["score"], "score", 100.0, sheets)
    account = pd.Series(plain_labels(frame["account"]), index=frame.index)
    sheets.tell(account.isna(), "PANEL-006", "`account` is empty in {rows}.", "Every row names its account.")
    twice = account.duplicated(keep=False) & account.notna()
    sheets.tell(twice, "PANEL-006", "an account stands there more than once in {rows}.", "Keep one score an account.")
    if sheets.faults:
        raise DataError.from_faults(sheets.faults)
    return pd.Series(score.to_numpy(float), index=account.to_numpy())
