"""Made-up monthly sheets of a panel of supervisors: lenient and severe ones, rotating over the accounts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pandas as pd

LEVEL, ACCOUNT_SPREAD = 74.0, 8.0
RATER_SD, MONTH_SD, ACCOUNT_MONTH_SD, NOISE_SD = 3.0, 1.0, 2.0, 3.0
INSPECTION_MONTHS = (6, 12)
MONTHS = 12


def simulate_panel(
    standing: Mapping[str, float],
    *,
    as_of: dt.date,
    vetoed: Mapping[str, int] | None = None,
    raters: int = 8,
    seed: int = 1,
) -> pd.DataFrame:
    """
    Simulate the sheets of the last whole calendar year before the cut-off.

    Parameters
    ----------
    standing : mapping of str to float
        Account to how bad it is, in standard deviations over accounts (0 average, above it worse).
    as_of : date
        Cut-off.
    vetoed : mapping of str to int, optional
        Account to the number of the year's last months in which its supervisors raise a veto.
    raters : int
        Supervisors; each month every account has one, and a second one in one month a quarter.
    seed : int

    Returns
    -------
    DataFrame
        ``account rater month score veto inspection``, as :func:`wxsat.panel.scores.panel_scores_of` reads it.

    Notes
    -----
    Score = 74 - 8 standing + supervisor (sd 3) + month (sd 1) + account in a month (sd 2) + noise (sd 3), within 0 and
    100, in whole points. Nothing is gained by a known inspection.

    Examples
    --------
    >>> len(simulate_panel({"A01": 0.0, "A02": 1.0}, as_of=dt.date(2026, 3, 31))) >= 24
    True
    """
    rng = np.random.default_rng(np.random.SeedSequence([seed, 31]))
    names = list(standing)
    year = as_of.year if as_of.month == MONTHS else as_of.year - 1
    months = [pd.Period(year=year, month=month, freq="M") for month in range(1, MONTHS + 1)]
    leniency = rng.normal(0, RATER_SD, raters)
    leniency -= leniency.mean()
    by_month = rng.normal(0, MONTH_SD, MONTHS)
    rows = []
    for m, month in enumerate(months):
        first = (np.arange(len(names)) + m * 3) % raters
        second = (first + 1 + rng.integers(0, raters - 1, len(names))) % raters
        for a, account in enumerate(names):
            here = LEVEL - ACCOUNT_SPREAD * standing[account] + by_month[m] + rng.normal(0, ACCOUNT_MONTH_SD)
            veto = MONTHS - m <= (vetoed or {}).get(account, 0)
            chosen = (first[a], second[a]) if (a + m) % 3 == 0 else (first[a],)
            for r in chosen:
                score = float(np.clip(np.round(here + leniency[r] + rng.normal(0, NOISE_SD)), 0, 100))
                known = int(month.month in INSPECTION_MONTHS)
                rows.append((account, f"R{r + 1:02d}", str(month), score, int(veto), known))
    return pd.DataFrame(rows, columns=["account", "rater", "month", "score", "veto", "inspection"])
