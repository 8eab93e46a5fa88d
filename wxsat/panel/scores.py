"""Monthly scoring sheets: one row an account, month and supervisor, read and checked whole."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from wxsat.errors import DataError, Fault, nearest
from wxsat.numerics.labels import plain_labels
from wxsat.panel.scoring_sheet import POINTS, VETO_WORDS_NO
from wxsat.responses.files import read_table

NAMES: dict[str, tuple[str, ...]] = {
    "account": ("account", "账号", "公众号", "被评账号"),
    "rater": ("rater", "supervisor", "监督员", "评分人", "评分员"),
    "month": ("month", "月份", "年月"),
    "score": ("score", "total", "总分", "得分"),
    "veto": ("veto", "V", "一票否决", "单项否决"),
    "inspection": ("inspection", "检查", "检查期"),
}  # fmt: skip
SHOWN = 8


@dataclass(frozen=True, eq=False)
class PanelScores:
    """
    Scores of a panel of supervisors.

    Attributes
    ----------
    frame : DataFrame
        One row a sheet: ``account rater month score veto inspection``, sorted; `month` is a monthly period, `score`
        0 to 100, `veto` whether a veto was raised, `inspection` whether an inspection was known (or missing).
    items : DataFrame or None
        Points of the sheet's items, same rows; None when the file has only totals.
    """

    frame: pd.DataFrame
    items: pd.DataFrame | None

    @property
    def n_sheets(self) -> int:
        """Number of sheets."""
        return len(self.frame)


def read_panel_scores(path: str | Path) -> PanelScores:
    """
    Read a file of monthly scoring sheets.

    Parameters
    ----------
    path : path
        CSV, XLSX or what else :func:`wxsat.responses.files.read_table` reads, with columns ``account``, ``rater``,
        ``month`` (2026-03, 2026年3月, a date) and either ``score`` or the items ``A1`` to ``E2``; ``veto`` and
        ``inspection`` if there are any. Chinese column names are known.

    Returns
    -------
    PanelScores

    Raises
    ------
    DataError
        PANEL-001 columns missing, PANEL-002 a month that cannot be read, PANEL-003 points outside their range or no
        number, PANEL-004 the same sheet twice, PANEL-005 no rows. All faults at once.
    """
    table = read_table(path)
    return panel_scores_of(table.frame, where=Path(path).name)


def panel_scores_of(frame: pd.DataFrame, where: str = "scores") -> PanelScores:
    """
    Check a frame of scoring sheets and bring it into one shape; errors as :func:`read_panel_scores`.

    Examples
    --------
    >>> sheet = pd.DataFrame({"account": ["a"], "rater": ["r"], "month": ["2026-03"], "score": [81]})
    >>> panel_scores_of(sheet).frame["score"].tolist()
    [81.0]
    """
    columns = _columns(frame, where)
    faults: list[Fault] = []
    if not len(frame):
        raise DataError(
            "PANEL-005", "no sheet in the file.", where=where, hint="One row an account, month and supervisor."
        )
    names = {key: pd.Series(plain_labels(frame[columns[key]]), index=frame.index) for key in ("account", "rater")}
    for key, column in names.items():
        rows = _rows(column.isna())
        if rows:
            faults.append(Fault("PANEL-003", f"`{columns[key]}` is empty in {rows}.", where, "Every sheet names both."))
    month = _months(frame[columns["month"]], where, faults)
    items = _points(frame, where, faults)
    score = (
        items.sum(axis=1, skipna=False) if items is not None else _number(frame, columns["score"], 100.0, where, faults)
    )
    if faults:
        raise DataError.from_faults(faults)
    tidy = pd.DataFrame(
        {
            "account": names["account"].astype(object),
            "rater": names["rater"].astype(object),
            "month": month,
            "score": score.astype(float),
            "veto": _flag(frame, columns.get("veto")),
            "inspection": _flag(frame, columns.get("inspection")),
        }
    )
    _refuse_twice(tidy, where)
    order = tidy.sort_values(["account", "month", "rater"], kind="stable").index
    items = None if items is None else items.loc[order].reset_index(drop=True)
    return PanelScores(tidy.loc[order].reset_index(drop=True), items)


def _columns(frame: pd.DataFrame, where: str) -> dict[str, str]:
    found: dict[str, str] = {}
    lowered = {str(column).strip().lower(): str(column) for column in frame.columns}
    for key, spellings in NAMES.items():
        for spelling in spellings:
            if spelling.lower() in lowered:
                found[key] = lowered[spelling.lower()]
                break
    faults = [
        Fault(
            "PANEL-001",
            f"there is no column `{key}`.",
            where,
            f"Known names: {', '.join(NAMES[key])}.{nearest(key, lowered)}",
        )
        for key in ("account", "rater", "month")
        if key not in found
    ]
    lacking = [item for item in POINTS if item not in frame.columns]
    if "score" not in found and lacking:
        some = ", ".join(lacking) if len(lacking) < len(POINTS) else "A1 to E2"
        hint = "Give the total in `score`, or the points of every item."
        faults.append(Fault("PANEL-001", f"there is neither a column `score` nor the items {some}.", where, hint))
    if faults:
        raise DataError.from_faults(faults)
    return found


def _rows(mask: pd.Series) -> str:
    rows = [str(i + 2) for i in np.flatnonzero(mask.to_numpy(dtype=bool))]
    more = f" and {len(rows) - SHOWN} more" if len(rows) > SHOWN else ""
    return f"row {', '.join(rows[:SHOWN])}{more}" if rows else ""


def _months(column: pd.Series, where: str, faults: list[Fault]) -> pd.Series:
    read = column.map(_month)
    rows = _rows(read.isna())
    if rows:
        hint = "Write 2026-03, 202603, 2026年3月 or a date."
        faults.append(Fault("PANEL-002", f"the month cannot be read in {rows}.", where, hint))
    return pd.Series(pd.PeriodIndex(read.fillna("1970-01"), freq="M"), index=column.index)


def _month(value: object) -> str | None:
    if isinstance(value, pd.Timestamp):
        return f"{value.year:04d}-{value.month:02d}"
    match = re.match(r"\s*(\d{4})\s*[-/.年]?\s*(\d{1,2})(?!\d)", str(value))
    if not match or not 1 <= int(match.group(2)) <= 12:
        return None
    return f"{match.group(1)}-{int(match.group(2)):02d}"


def _points(frame: pd.DataFrame, where: str, faults: list[Fault]) -> pd.DataFrame | None:
    if any(item not in frame.columns for item in POINTS):
        return None
    return pd.DataFrame({item: _number(frame, item, float(top), where, faults) for item, top in POINTS.items()})


def _number(frame: pd.DataFrame, column: str, top: float, where: str, faults: list[Fault]) -> pd.Series:
    values = pd.to_numeric(frame[column], errors="coerce").astype(float)
    rows = _rows(values.isna() | (values < 0) | (values > top))
    if rows:
        hint = "An item that could not be scored makes the sheet incomplete: leave the row out."
        faults.append(
            Fault("PANEL-003", f"`{column}` must be a number from 0 to {top:g}; not so in {rows}.", where, hint)
        )
    return values


def _flag(frame: pd.DataFrame, column: str | None) -> pd.Series:
    if column is None:
        return pd.Series(pd.NA, index=frame.index, dtype="boolean")
    words = frame[column].astype("string").str.strip().str.lower().fillna("").str.removesuffix(".0")
    return (~words.isin(VETO_WORDS_NO)).astype("boolean")


def _refuse_twice(tidy: pd.DataFrame, where: str) -> None:
    double = tidy.duplicated(["account", "month", "rater"], keep=False)
    if double.any():
        first = tidy[double].iloc[0]
        raise DataError(
            "PANEL-004",
            f"the sheet of {first['rater']} for {first['account']} in {first['month']} is there more than once "
            f"({int(double.sum())} rows in all are not unique).",
            where=where,
            hint="Keep one row for each account, month and supervisor.",
        )
