r"""Root mean square error of approximation: :math:`\sqrt{\max(0, (\chi^2-c\,df)/(N df))}` times the root of G groups.

N, not N - 1, for maximum likelihood. The interval inverts the noncentral chi-square (Browne and Cudeck 1993); with a
scaling factor c it is that of the scaled statistic, its ends multiplied by the root of c (Li and Bentler 2006).
"""

from __future__ import annotations

import math

CLOSE, NOT_CLOSE = 0.05, 0.08
MOST_STEPS = 200
FAR = 1e5  # statistic or noncentrality beyond which the exact distribution is not summed


def rmsea(statistic: float, df: float, size: float, n_groups: int = 1, scaling: float = 1.0) -> float:
    """Return RMSEA; 0 for a saturated model."""
    if not df > 0:
        return 0.0 if df == 0 else math.nan
    return math.sqrt(max(statistic / size / df - scaling / size, 0.0) * n_groups)


def rmsea_interval(
    statistic: float,
    df: float,
    size: float,
    level: float = 0.90,
    *,
    n_groups: int = 1,
    scaling: float = 1.0,
) -> tuple[float, float]:
    """Return the lower and upper end of the interval; zeros for a saturated model, NaN without a statistic."""
    if not math.isfinite(statistic) or math.isnan(df):
        return math.nan, math.nan
    if df < 1:
        return 0.0, 0.0
    tail = (1.0 - level) / 2.0
    ends = (_noncentrality(statistic, df, p) for p in (1.0 - tail, tail))
    lower, upper = (math.sqrt(scaling * end * n_groups / (size * df)) for end in ends)
    return lower, upper


def _noncentrality(statistic: float, df: float, probability: float) -> float:
    """Return the noncentrality at which `statistic` is the quantile of `probability`; 0 when there is none."""
    from scipy.special import chdtr

    if chdtr(df, statistic) <= probability:
        return 0.0
    low, high = 0.0, max(statistic, 1.0)
    while _noncentral(statistic, df, high) > probability:
        low, high = high, 2.0 * high
    end = min(max(statistic - df, low), high)
    for _ in range(MOST_STEPS):
        value = _noncentral(statistic, df, end)
        low, high = (end, high) if value > probability else (low, end)
        # Two more degrees of freedom give the derivative; a step out of the bracket gives way to halving it.
        slope = (_noncentral(statistic, df + 2.0, end) - value) / 2.0
        closer = end - (value - probability) / slope if slope < 0 else math.inf
        inside = low < closer < high
        closer = closer if inside else (low + high) / 2.0
        # A Newton step this short leaves an error of its square; what is left is the rounding of the distribution.
        if abs(closer - end) <= (1e-9 if inside else 1e-13) * (1.0 + end):
            return closer
        end = closer
    return end


def _noncentral(statistic: float, df: float, noncentrality: float) -> float:
    """
    Return the distribution function of the noncentral chi-square.

    Far out, where no series for it ends (a discrepancy of ULS in the items' own units reaches 1e10), Sankaran's power
    of it is normal to better than 1e-8.
    """
    from scipy.special import chndtr, ndtr

    if statistic < FAR and noncentrality < FAR:
        return float(chndtr(statistic, df, noncentrality))
    mean = df + noncentrality
    h = 1.0 - 2.0 * mean * (df + 3.0 * noncentrality) / (3.0 * (df + 2.0 * noncentrality) ** 2)
    p = (df + 2.0 * noncentrality) / mean**2
    m = (h - 1.0) * (1.0 - 3.0 * h)
    centre = 1.0 + h * p * (h - 1.0 - 0.5 * (2.0 - h) * m * p)
    return float(ndtr(((statistic / mean) ** h - centre) / (h * math.sqrt(2.0 * p) * (1.0 + 0.5 * m * p))))


def rmsea_close_pvalue(
    statistic: float, df: float, size: float, close: float = CLOSE, *, n_groups: int = 1, scaling: float = 1.0
) -> float:
    """Return the p-value of close fit, H0: RMSEA <= `close`; NaN for a saturated model."""
    below = rmsea_notclose_pvalue(statistic, df, size, close, n_groups=n_groups, scaling=scaling)
    return 1.0 - below


def rmsea_notclose_pvalue(
    statistic: float, df: float, size: float, bound: float = NOT_CLOSE, *, n_groups: int = 1, scaling: float = 1.0
) -> float:
    """Return the p-value of H0: RMSEA >= `bound`; NaN for a saturated model."""
    if not df > 0 or not math.isfinite(statistic):
        return math.nan
    return _noncentral(statistic, df, size * df * bound**2 / scaling / n_groups)
