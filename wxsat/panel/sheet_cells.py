"""The cells of monthly sheets: months, points, and yes or no, each said in several ways or refused by row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from wxsat.errors import Fault
from wxsat.panel.scoring_sheet import VETO_REASONS, VETO_WORDS_NO, VETO_WORDS_YES
from wxsat.responses.raw_table import masked

SHOWN = 8
EARLIEST_YEAR, LATEST_YEAR = 2000, 2099
_MONTH = re.compile(r"\s*(\d{4})(?:\s*[-/.年]\s*(\d{1,2})(?!\d)|(\d{2})(?:\d{2})?(?:\.0)?(?![\d.]))")
_DENIED = r"^(?:无(?!有效互动)|没有|未(?!提供)|不存在)"
_JANUARY_OR_OCTOBER = re.compile(r"\s*(\d{4})\.1\s*")


@dataclass(frozen=True)
class Sheets:
    """
    A file of sheets while it is read.

    Attributes
    ----------
    where : str
    numbers : sequence of int
        Row of the file that each row came from, the header being row 1; empty when nothing was left out.
    faults : list of Fault
        Extended in place.
    """

    where: str
    numbers: Sequence[int] = ()
    faults: list[Fault] = field(default_factory=list)

    def rows(self, mask: pd.Series) -> str:
        """Return ``row 2, 5, ...``; empty where no row is meant."""
        at = [int(i) for i in np.flatnonzero(mask.to_numpy(dtype=bool))]
        rows = [str(self.numbers[i] if len(self.numbers) > i else i + 2) for i in at]
        more = f" and {len(rows) - SHOWN} more" if len(rows) > SHOWN else ""
        return f"row {', '.join(rows[:SHOWN])}{more}" if rows else ""

    def tell(self, wrong: pd.Series, code: str, message: str, hint: str) -> None:
        """Add a fault if any row is wrong; ``{rows}`` in the message stands for the rows."""
        if rows := self.rows(wrong):
            self.faults.append(Fault(code, message.replace("{rows}", rows), self.where, hint))


def read_months(column: pd.Series, sheets: Sheets) -> pd.Series:
    """
    Return months as periods; PANEL-002 for what is none.

    Notes
    -----
    A spreadsheet keeps 2026.10 as the number 2026.1: that is read as January only where the column also has 2026.10.
    """
    read = column.map(_month)
    sheets.tell(
        read.isna(), "PANEL-002", "the month cannot be read in {rows}.", "Write 2026-03, 202603, 2026年3月 or a date."
    )
    words = column.astype("string").str.strip()
    year = words.str.extract(_JANUARY_OR_OCTOBER.pattern, expand=False)
    unsure = (year.notna() & ~(year + ".10").isin(set(words.dropna()))).fillna(False)
    message = "the month may be January or October in {rows}: a spreadsheet keeps 2026.10 as 2026.1."
    sheets.tell(unsure, "PANEL-002", message, "Write 2026-01 or 2026-10.")
    return pd.Series(pd.PeriodIndex(read.fillna("2000-01"), freq="M"), index=column.index)


def _month(value: object) -> str | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    match = _MONTH.match(str(value))
    if not match:
        return None
    year, month = int(match.group(1)), int(match.group(2) or match.group(3))
    if not (EARLIEST_YEAR <= year <= LATEST_YEAR and 1 <= month <= 12):
        return None
    return f"{year:04d}-{month:02d}"


def read_points(column: pd.Series, name: str, top: float, sheets: Sheets) -> pd.Series:
    """Return points from 0 to `top`; PANEL-003 for what is not."""
    values = pd.to_numeric(column, errors="coerce").astype(float)
    wrong = ~((values >= 0) & (values <= top))
    first = column[wrong & column.notna()].astype(str).str.strip().head(1).to_list()
    found = f" ({masked(first[0], 20)!r})" if first and first[0] else ""
    hint = (
        "Write figures only, without 分 or %; a sheet with a point that could not be given is incomplete: leave it out."
    )
    sheets.tell(wrong, "PANEL-003", f"`{name}` must be a number from 0 to {top:g}; not so in {{rows}}{found}.", hint)
    return values


def read_flags(column: pd.Series, name: str, sheets: Sheets) -> pd.Series:
    """Return yes or no; PANEL-007 for words that say neither, because a veto caps a year."""
    words = column.astype("string").str.strip().str.lower().fillna("").str.removesuffix(".0")
    no = words.isin(VETO_WORDS_NO)
    yes = words.isin(VETO_WORDS_YES) | words.str.fullmatch(r"[1-9]\d?")
    yes |= words.str.contains(VETO_REASONS) & ~words.str.contains(_DENIED)
    unknown = ~(yes | no)
    first = masked(words[unknown].iloc[0], 20) if unknown.any() else ""
    hint = "Write 1 or 0, 是 or 否, or the reason of the veto in the words of the sheet."
    sheets.tell(unknown, "PANEL-007", f"`{name}` says neither yes nor no in {{rows}} ({first!r}).", hint)
    return yes.astype("boolean")
