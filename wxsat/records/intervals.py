"""Intervals of one account's figures, by the kind of figure: shares, reply rates, median times, means and ratios.

Percentiles of the bootstrap alone are too short for an account's few cases (a rate of 1 in every draw has none at all).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from wxsat.records.resampled import ROUNDING, replied_within, survival

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Z95 = 1.959963984540054
NOT_KNOWN = (math.nan, math.nan)


def effective_cases(times: Floats, happened: Flags) -> tuple[Floats, Floats, Floats]:
    r"""
    Return times, the Kaplan-Meier curve right after each, and how many uncensored cases the curve is worth there.

    Notes
    -----
    :math:`n' = S(1 - S)/\widehat{var}(S)` with Greenwood's variance, which is n without censoring. Where Greenwood has
    none (S is 1 or 0) the cases still at risk, or the cases behind the last figure.
    """
    n = len(times)
    at, curve = survival(np.ones((1, n)), times, happened)
    left, s = np.arange(n, 0, -1.0), curve[0]
    ended = happened[np.lexsort((~happened, times))]
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(np.where(ended, 1.0 / (left * (left - 1.0)), 0.0))
        worth = (1.0 - s) / (s * greenwood)
    untouched = np.maximum(left - 1.0, 1.0)
    worth = np.where(s >= 1.0 - ROUNDING, untouched, worth)
    return at, s, _carried(np.where(s <= ROUNDING, np.nan, worth), n)


def _carried(worth: Floats, n: int) -> Floats:
    """Fill the end of the curve, where nobody is left, with the last figure before it."""
    known = np.flatnonzero(np.isfinite(worth))
    return np.where(np.isfinite(worth), worth, worth[known[-1]] if len(known) else float(n))


def wilson_bounds(share: float, cases: float, z: float = Z95) -> tuple[float, float]:
    """Return Wilson's bounds of a share of `cases` cases, which need not be whole."""
    middle = (share + z * z / (2 * cases)) / (1 + z * z / cases)
    half = z / (1 + z * z / cases) * math.sqrt(share * (1 - share) / cases + z * z / (4 * cases * cases))
    return max(0.0, middle - half), min(1.0, middle + half)


def reply_rate_interval(times: Floats, happened: Flags, limit: float) -> tuple[float, float]:
    """
    Return the interval of a reply rate by Kaplan-Meier: Wilson's with the number of cases that the curve is worth.

    Notes
    -----
    Without censoring before the limit it is Wilson's interval itself.

    References
    ----------
    .. [1] Rothman, K. J. (1978). Estimation of confidence limits for the cumulative probability of survival in life
       table analysis. Journal of Chronic Diseases, 31(8), 557-560.
    """
    rate = float(replied_within(np.ones((1, len(times))), times, happened, limit)[0])
    if math.isnan(rate):
        return NOT_KNOWN
    at, _, worth = effective_cases(times, happened)
    index = int(np.searchsorted(at, limit, side="right")) - 1
    return wilson_bounds(rate, float(worth[index]) if index >= 0 else float(len(times)))


def median_time_interval(times: Floats, happened: Flags) -> tuple[float, float]:
    """
    Return the interval of a Kaplan-Meier median: the times at which a curve of one half is not contradicted.

    Notes
    -----
    Brookmeyer and Crowley's set of times, each judged by the interval of :func:`reply_rate_interval`. The upper end is
    infinity where the curve never falls far enough.

    References
    ----------
    .. [1] Brookmeyer, R., & Crowley, J. (1982). A confidence interval for the median survival time. Biometrics, 38(1),
       29-41.
    """
    if not len(times):
        return NOT_KNOWN
    at, s, worth = effective_cases(times, happened)
    distance = np.abs(s - 0.5) > Z95 * 0.5 / np.sqrt(worth)
    above, below = distance & (s > 0.5), distance & (s < 0.5)
    passed = np.flatnonzero(above)
    first = int(passed[-1]) + 1 if len(passed) else 0
    low = float(at[first]) if first < len(at) else float(at[-1])
    under = np.flatnonzero(below)
    return low, float(at[under[0]]) if len(under) else math.inf


def mean_interval(draws: Floats, cases: int) -> tuple[float, float]:
    r"""
    Return percentiles of bootstrap draws, taken further out by what percentiles of few cases lack.

    Parameters
    ----------
    draws : ndarray
    cases : int
        Units that were resampled.

    Notes
    -----
    Percentiles stand where normal quantiles would, and few cases ask for those of t: the level is
    :math:`\Phi(t_{\alpha/2, n - 1})` instead of :math:`\alpha/2`. The factor :math:`\sqrt{n/(n - 1)}` that belongs to
    it is in the draws, which are of n - 1 cases.

    References
    ----------
    .. [1] Hesterberg, T. C. (2015). What teachers should know about the bootstrap. The American Statistician, 69(4),
       371-386.
    """
    from scipy.special import ndtr, stdtrit

    known = draws[np.isfinite(draws)]
    if cases < 2 or not len(known):
        return NOT_KNOWN
    level = float(ndtr(stdtrit(cases - 1, 0.025)))
    return float(np.quantile(known, level)), float(np.quantile(known, 1.0 - level))
