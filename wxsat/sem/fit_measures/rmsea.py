r"""Root mean square error of approximation: :math:`\sqrt{\max(0, (\chi^2-df)/(N df))}`, with N, not N - 1.

Its interval inverts the noncentral chi-square (Browne and Cudeck 1993).
"""

from __future__ import annotations

import math


def rmsea(statistic: float, df: int, n_obs: int) -> float:
    """Return RMSEA; 0 for a saturated model."""
    return math.sqrt(max(statistic - df, 0.0) / (n_obs * df)) if df > 0 else 0.0


def rmsea_interval(statistic: float, df: int, n_obs: int, level: float = 0.90) -> tuple[float, float]:
    """Return the lower and upper end of the interval; zeros for a saturated model."""
    if df == 0:
        return 0.0, 0.0
    tail = (1.0 - level) / 2.0
    lower, upper = (_noncentrality(statistic, df, p) for p in (1.0 - tail, tail))
    return math.sqrt(lower / (n_obs * df)), math.sqrt(upper / (n_obs * df))


def _noncentrality(statistic: float, df: int, probability: float) -> float:
    """Return the noncentrality at which `statistic` is the quantile of `probability`; 0 when there is none."""
    from scipy.optimize import brentq
    from scipy.special import chdtr, chndtr

    if chdtr(df, statistic) <= probability:
        return 0.0
    upper = max(statistic, 1.0)
    while chndtr(statistic, df, upper) > probability:
        upper *= 2.0
    return float(brentq(lambda nc: chndtr(statistic, df, nc) - probability, 0.0, upper, xtol=1e-12, rtol=1e-13))


def rmsea_close_pvalue(statistic: float, df: int, n_obs: int, close: float = 0.05) -> float:
    """Return the p-value of close fit, H0: RMSEA <= `close`; NaN for a saturated model."""
    from scipy.special import chndtr

    return float(1.0 - chndtr(statistic, df, n_obs * df * close**2)) if df > 0 else math.nan
