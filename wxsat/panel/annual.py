"""The annual score of an account: shrunk by what a year can tell, capped by a veto, refused on thin evidence."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wxsat.panel import scoring_sheet as limits
from wxsat.panel.generalisability import VarianceComponents

COLUMNS = [
    "account", "year", "months", "sheets", "raters_per_month", "quarters_single", "mean", "phi", "annual",
    "vetoed_months", "points", "verdict",
]  # fmt: skip


def annual_scores(
    frame: pd.DataFrame, adjusted: np.ndarray, components: VarianceComponents, *, weight: float = 1.0
) -> pd.DataFrame:
    r"""
    Return one row an account and year.

    Parameters
    ----------
    frame : DataFrame
        ``account rater month score veto``.
    adjusted : ndarray
        Scores with the supervisor's leniency taken out, same rows.
    components : VarianceComponents
    weight : float
        Weight of the panel within the annual evaluation.

    Returns
    -------
    DataFrame
        ``account year months sheets raters_per_month quarters_single mean phi annual vetoed_months points verdict``;
        `verdict` is ``pass``, ``good``, ``fail``, ``vetoed`` or ``insufficient`` (then `annual` and `points` are NaN).

    Notes
    -----
    :math:`A_a = \bar y_{..} + \Phi_a(\bar y_{a.} - \bar y_{..})` with the account's own numbers of months and of
    supervisors a month. Nine of twelve months are needed and at most one quarter without a month scored twice. Points
    (a convention): 0 below 60, the score itself from 60 on; a vetoed month caps it at 59.
    """
    sheets = frame.assign(adjusted=adjusted, year=frame["month"].dt.year, quarter=frame["month"].dt.quarter)
    rows = []
    for year in sorted({int(year) for year in sheets["year"]}):
        of_year = sheets[sheets["year"] == year]
        monthly = of_year.groupby(["account", "month"], sort=True).agg(
            score=("adjusted", "mean"), raters=("rater", "size"), quarter=("quarter", "first"), veto=("veto", "any")
        )
        grand = float(monthly["score"].groupby("account").mean().mean())
        for account, months in monthly.groupby("account", sort=True):
            rows.append(_row(str(account), year, months, grand, components, weight))
    return pd.DataFrame(rows, columns=COLUMNS)


def _row(
    account: str, year: int, months: pd.DataFrame, grand: float, components: VarianceComponents, weight: float
) -> dict[str, object]:
    n_months = len(months)
    raters = float(months["raters"].mean())
    double = months.groupby("quarter")["raters"].max() > 1
    single = int(4 - int(double.sum()))
    mean = float(months["score"].mean())
    phi = components.phi(raters, n_months)
    enough = n_months >= limits.MIN_MONTHS and single <= limits.MAX_QUARTERS_SINGLE
    annual = grand + phi * (mean - grand) if enough else float("nan")
    vetoed = int(months["veto"].fillna(False).sum())
    points = annual_points(annual, vetoed=vetoed > 0) * weight
    return dict(
        zip(
            COLUMNS,
            (
                account, year, n_months, int(months["raters"].sum()), raters, single, mean, phi, annual, vetoed, points,
                _verdict(annual, vetoed),
            ),
            strict=True,
        )
    )  # fmt: skip


def annual_points(score: float, *, vetoed: bool = False) -> float:
    """
    Return the points of an annual score: nothing below 60, the score from there on, at most 59 with a veto.

    Examples
    --------
    >>> annual_points(72.5), annual_points(58.0), annual_points(91.0, vetoed=True)
    (72.5, 0.0, 59.0)
    """
    if np.isnan(score):
        return float("nan")
    points = 0.0 if score < limits.FAIL_BELOW else float(score)
    return min(points, limits.VETO_CAP) if vetoed else points


def _verdict(annual: float, vetoed: int) -> str:
    if np.isnan(annual):
        return "insufficient"
    if vetoed:
        return "vetoed"
    if annual < limits.FAIL_BELOW:
        return "fail"
    return "good" if annual >= limits.BONUS_FROM else "pass"
