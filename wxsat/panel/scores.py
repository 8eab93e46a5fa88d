"""Monthly scoring sheets: one row an account, month and supervisor, read and checked whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from wxsat.errors import DataError, Fault, nearest
from wxsat.numerics.labels import plain_labels
from wxsat.panel.scoring_sheet import POINTS
from wxsat.panel.sheet_cells import Sheets, read_flags, read_months, read_points
from wxsat.responses.files import read_table
from wxsat.responses.identifiers import looks_identifying

NAMES: dict[str, tuple[str, ...]] = {
    "account": ("account", "账号", "公众号", "被评账号"),
    "rater": ("rater", "supervisor", "监督员", "评分人", "评分员"),
    "month": ("month", "月份", "年月"),
    "score": ("score", "total", "总分", "得分"),
    "veto": ("veto", "V", "一票否决", "单项否决"),
    "inspection": ("inspection", "检查", "检查期"),
}  # fmt: skip
TOTAL_TOLERANCE = 0.5
"""Points that a total may differ from its items: totals are rounded."""


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
    where : str
        Name of the file, for messages.
    """

    frame: pd.DataFrame
    items: pd.DataFrame | None
    where: str = "scores"

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
        number, PANEL-004 the same sheet twice, PANEL-005 no rows, PANEL-007 a veto that is neither yes nor no,
        PANEL-008 a total that is not the sum of its items. All faults at once.
    """
    table = read_table(path)
    return panel_scores_of(table.frame, where=Path(path).name, numbers=[number + 1 for number in table.row_numbers])


def panel_scores_of(frame: pd.DataFrame, where: str = "scores", numbers: Sequence[int] = ()) -> PanelScores:
    """
    Check a frame of scoring sheets and bring it into one shape; errors as :func:`read_panel_scores`.

    Parameters
    ----------
    frame : DataFrame
    where : str
        Name of the file, for messages.
    numbers : sequence of int
        Row of the file that each row came from, for messages.

    Notes
    -----
    A supervisor who is named by a phone number, an openid or the like is numbered instead: S1, S2, ...

    Examples
    --------
    >>> sheet = pd.DataFrame({"account": ["a"], "rater": ["r"], "month": ["2026-03"], "score": [81]})
    >>> panel_scores_of(sheet).frame["score"].tolist()
    [81.0]
    """
    frame = frame.rename(columns=_item_names(frame))
    columns = _columns(frame, where)
    sheets = Sheets(where, numbers)
    if not len(frame):
        raise DataError(
            "PANEL-005", "no sheet in the file.", where=where, hint="One row an account, month and supervisor."
        )
    names = {key: pd.Series(plain_labels(frame[columns[key]]), index=frame.index) for key in ("account", "rater")}
    for key, column in names.items():
        sheets.tell(column.isna(), "PANEL-003", f"`{columns[key]}` is empty in {{rows}}.", "Every sheet names both.")
    month = read_months(frame[columns["month"]], sheets)
    score, items = _scores(frame, columns, sheets)
    flags = {
        key: read_flags(frame[columns[key]], columns[key], sheets)
        if key in columns
        else pd.Series(pd.NA, index=frame.index, dtype="boolean")
        for key in ("veto", "inspection")
    }
    if sheets.faults:
        raise DataError.from_faults(sheets.faults)
    tidy = pd.DataFrame(
        {
            "account": names["account"].astype(object),
            "rater": _unnamed(names["rater"].astype(object)),
            "month": month,
            "score": score.astype(float),
            **flags,
        }
    )
    _refuse_twice(tidy, where)
    order = tidy.sort_values(["account", "month", "rater"], kind="stable").index
    items = None if items is None else items.loc[order].reset_index(drop=True)
    return PanelScores(tidy.loc[order].reset_index(drop=True), items, where)


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


def _item_names(frame: pd.DataFrame) -> dict[str, str]:
    """Names of items in small letters or with blanks, to the names of the sheet."""
    plain = {str(column): str(column).strip().upper() for column in frame.columns}
    return {column: name for column, name in plain.items() if name in POINTS and name not in frame.columns}


def _scores(frame: pd.DataFrame, columns: dict[str, str], sheets: Sheets) -> tuple[pd.Series, pd.DataFrame | None]:
    """Totals, and the items where the file has all of them; a total beside its items must be their sum."""
    if any(item not in frame.columns for item in POINTS):
        return read_points(frame[columns["score"]], columns["score"], 100.0, sheets), None
    items = pd.DataFrame({i: read_points(frame[i], i, float(top), sheets) for i, top in POINTS.items()})
    summed = items.sum(axis=1, skipna=False)
    if "score" in columns:
        total = read_points(frame[columns["score"]], columns["score"], 100.0, sheets)
        message = f"`{columns['score']}` is not the sum of the items in {{rows}}."
        hint = "Correct the total or the items, or leave the total out."
        sheets.tell((total - summed).abs() > TOTAL_TOLERANCE, "PANEL-008", message, hint)
    return summed, items


def _unnamed(raters: pd.Series) -> pd.Series:
    """Supervisors by number where a label could identify a person."""
    labels = sorted(set(raters.dropna()))
    if not any(looks_identifying(label) for label in labels):
        return raters
    return raters.map({label: f"S{number}" for number, label in enumerate(labels, start=1)})


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
