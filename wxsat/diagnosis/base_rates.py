"""What official inspections found elsewhere, beside the shares found here; proportions with Wilson intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wxsat.records.shares import wilson_interval

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.records.audit import AuditResult

# Measure, place, period, failed, inspected.
INSPECTIONS: tuple[tuple[str, str, str, int, int], ...] = (
    ("no_update", "Beijing", "2019Q4", 185, 1716),
    ("no_update", "Xianyang", "2021", 25, 252),
    ("no_update", "Guizhou, Toutiao", "2025Q2", 16, 53),
    ("no_channel", "Baoji", "2020Q4", 8, 100),
    ("no_channel", "Qinghai", "2020Q3", 54, 381),
    ("veto", "China, sampled", "2020", 59, 728),
    ("veto", "Gansu", "2021Q2", 25, 591),
    ("veto", "Guizhou", "2025Q2", 43, 471),
    ("veto", "Zhuzhou", "2022Q4", 3, 212),
    ("veto", "Zhejiang", "2021Q4", 28, 5717),
)
"""Counts of published rates are the rate times the number inspected, rounded, where only the rate was printed."""

STALE_DAYS = 14


def compare_with_inspections(audit: AuditResult) -> pd.DataFrame:
    """
    Return the shares of accounts that fail here, each over what inspections found elsewhere.

    Parameters
    ----------
    audit : AuditResult

    Returns
    -------
    DataFrame
        ``measure place period failed inspected share ci_lower ci_upper here``. Measures: no post for more than two
        weeks (``no_update``), no channel for messages (``no_channel``), any veto (``veto``). Places differ in how
        strictly and for how long they inspected: the rates check whether a share is plausible, nothing more.
    """
    import pandas as pd

    wide = audit.indicators.pivot(index="account", columns="indicator", values="value")
    vetoed = audit.indicators.groupby("account")["veto"].any()
    found = {
        "no_update": (wide["L02"].dropna() > STALE_DAYS),
        "no_channel": (wide["L03"].dropna() == 0),
        "veto": vetoed,
    }
    rows: list[dict[str, Any]] = []
    for measure, marks in found.items():
        rows.append(_row(measure, "", "", int(marks.sum()), len(marks), here=True))
        rows += [
            _row(measure, place, period, failed, inspected, here=False)
            for of, place, period, failed, inspected in INSPECTIONS
            if of == measure
        ]
    return pd.DataFrame(rows)


def _row(measure: str, place: str, period: str, failed: int, inspected: int, here: bool) -> dict[str, Any]:
    low, high = wilson_interval(float(failed), float(inspected)) if inspected else (float("nan"),) * 2
    return {
        "measure": measure, "place": place, "period": period, "failed": failed, "inspected": inspected,
        "share": failed / inspected if inspected else float("nan"), "ci_lower": low, "ci_upper": high, "here": here,
    }  # fmt: skip
