"""Signs that scores are given, not earned: near-perfect sheets, no spread, known inspections, unlike the records."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from wxsat.panel import scoring_sheet as limits

COLLAPSED_RATIO = 0.5
FEWEST_WITH_RECORDS = 4


@dataclass(frozen=True, eq=False)
class GamingChecks:
    """
    Checks of a panel against gaming.

    Attributes
    ----------
    top_share : float
        Share of sheets with 95 points or more.
    raters : DataFrame
        ``rater n sd pooled_sd ratio p_value collapsed``: spread of the supervisor's scores about account and month,
        against all others' (F test, one-sided); collapsed at a ratio below .5 with Holm-adjusted p below .05.
    announcement : float or None
        Points more in months with a known inspection, same accounts (NaN-free mean difference); None if unknown.
    announcement_se : float or None
    log_correlation : float or None
        Spearman correlation of fair scores with the records' scores; None without records.
    log_n : int
        Accounts in it.
    """

    top_share: float
    raters: pd.DataFrame
    announcement: float | None
    announcement_se: float | None
    log_correlation: float | None
    log_n: int


def check_gaming(frame: pd.DataFrame, accounts: pd.DataFrame, records: pd.Series | None = None) -> GamingChecks:
    """
    Check a panel for signs of gaming.

    Parameters
    ----------
    frame : DataFrame
        ``account rater month score inspection``.
    accounts : DataFrame
        ``account fair``.
    records : Series, optional
        Account to a health score from the account's own records, higher = better.

    Returns
    -------
    GamingChecks
    """
    announcement, error = announcement_effect(frame)
    correlation, n = _against_records(accounts, records)
    top = float((frame["score"] >= limits.TOP_SCORE).mean())
    return GamingChecks(top, rater_spread(frame), announcement, error, correlation, n)


def rater_spread(frame: pd.DataFrame) -> pd.DataFrame:
    """Return each supervisor's spread about the supervisor's own mean beside the pooled spread of the others."""
    from scipy.stats import f as f_distribution
    from statsmodels.stats.multitest import multipletests

    groups = frame.groupby("rater", sort=True)["score"]
    n = groups.size()
    squares = groups.var(ddof=1).fillna(0.0) * (n - 1)
    rows = []
    for position, rater in enumerate(n.index):
        count = int(n.iloc[position])
        own_squares = float(squares.iloc[position])
        df, others_df = count - 1, int((n - 1).sum() - (count - 1))
        usable = df >= 2 and others_df >= 2
        own = own_squares / df if df > 0 else float("nan")
        others = (float(squares.sum()) - own_squares) / others_df if others_df > 0 else float("nan")
        p = float(f_distribution.cdf(own / others, df, others_df)) if usable and others > 0 else float("nan")
        rows.append(
            (
                str(rater),
                int(count),
                own**0.5,
                others**0.5,
                (own / others) ** 0.5 if usable and others else float("nan"),
                p,
            )
        )
    table = pd.DataFrame(rows, columns=["rater", "n", "sd", "pooled_sd", "ratio", "p_value"])
    tested = table["p_value"].notna().to_numpy()
    adjusted = np.full(len(table), np.nan)
    if tested.any():
        adjusted[tested] = multipletests(table["p_value"][tested], method="holm")[1]
    table["collapsed"] = (table["ratio"] < COLLAPSED_RATIO) & (adjusted < 0.05)
    return table


def announcement_effect(frame: pd.DataFrame) -> tuple[float | None, float | None]:
    """
    Return how many points more a known inspection brings, within accounts, with its standard error.

    Notes
    -----
    Mean over accounts of (mean in inspection months - mean in others); the error from the spread over accounts.
    """
    known = frame[frame["inspection"].notna()]
    if known.empty:
        return None, None
    means = known.groupby(["account", known["inspection"].astype(bool)])["score"].mean().unstack()
    if means.shape[1] < 2:
        return None, None
    difference = (means[True] - means[False]).dropna().to_numpy(float)
    if len(difference) < 2:
        return None, None
    return float(difference.mean()), float(difference.std(ddof=1) / np.sqrt(len(difference)))


def _against_records(accounts: pd.DataFrame, records: pd.Series | None) -> tuple[float | None, int]:
    if records is None:
        return None, 0
    from scipy.stats import spearmanr

    both = pd.concat([accounts.set_index("account")["fair"], records.rename("records")], axis=1, join="inner").dropna()
    if len(both) < FEWEST_WITH_RECORDS or both["fair"].nunique() < 2 or both["records"].nunique() < 2:
        return None, len(both)
    return float(spearmanr(both["fair"], both["records"]).statistic), len(both)
