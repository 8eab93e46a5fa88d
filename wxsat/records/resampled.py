"""Shares, ratios, reply rates and median times of one account under many weightings at once.

Every function takes weights of shape (draws, units); a row of ones gives the estimate itself, multinomial rows give
bootstrap draws, so that an indicator is written once.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
ROUNDING = 1e-9


def share(weights: Floats, marked: Floats) -> Floats:
    """
    Return the weighted mean of `marked` over the units where it is known; NaN where none is.

    Examples
    --------
    >>> share(np.array([[1.0, 1, 1], [2.0, 0, 1]]), np.array([1.0, 0, np.nan])).tolist()
    [0.5, 1.0]
    """
    known = np.isfinite(marked)
    total = weights @ known.astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        out: Floats = np.where(total > 0, (weights @ np.where(known, marked, 0.0)) / total, np.nan)
    return out


def ratio(weights: Floats, numerator: Floats, denominator: Floats) -> Floats:
    """Return the ratio of weighted totals over the units where both are known; NaN where nothing is below."""
    known = np.isfinite(numerator) & np.isfinite(denominator)
    below = weights @ np.where(known, denominator, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        out: Floats = np.where(below > 0, (weights @ np.where(known, numerator, 0.0)) / below, np.nan)
    return out


def survival(weights: Floats, times: Floats, happened: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    r"""
    Return the Kaplan-Meier curve of each weighting.

    Parameters
    ----------
    weights : ndarray, shape (draws, n)
    times : ndarray, shape (n,)
        Time until the reply, or until the observation ends.
    happened : ndarray of bool, shape (n,)
        Whether the reply came; False is censored.

    Returns
    -------
    times : ndarray, shape (n,)
        Sorted, replies before censored messages at the same time.
    curve : ndarray, shape (draws, n)
        :math:`S(t) = \prod (1 - d_i / r_i)` right after each of them.

    Notes
    -----
    Checked against ``statsmodels.duration.survfunc`` and R ``survival::survfit``.
    """
    order = np.lexsort((~happened, times))
    w = weights[:, order]
    at_risk = np.cumsum(w[:, ::-1], axis=1)[:, ::-1]
    with np.errstate(invalid="ignore", divide="ignore"):
        stays = np.where(happened[order] & (at_risk > 0), (at_risk - w) / at_risk, 1.0)
    return times[order], np.cumprod(stays, axis=1).astype(float)


def replied_within(weights: Floats, times: Floats, happened: NDArray[np.bool_], limit: float) -> Floats:
    """Return ``1 - S(limit)``; NaN where nobody was observed that long and not everybody replied."""
    if not len(times):
        return np.full(len(weights), np.nan)
    at, curve = survival(weights, times, happened)
    index = int(np.searchsorted(at, limit, side="right")) - 1
    rate = 1 - curve[:, index] if index >= 0 else np.zeros(len(weights))
    seen = (weights[:, times >= limit].sum(axis=1) > 0) | (curve[:, -1] <= 0)
    return np.where((weights.sum(axis=1) > 0) & seen, rate, np.nan)


def median_time(weights: Floats, times: Floats, happened: NDArray[np.bool_], beyond: float = 0.0) -> Floats:
    """
    Return the Kaplan-Meier median.

    Parameters
    ----------
    weights, times, happened
        As for :func:`survival`.
    beyond : float
        Follow-up that must have been reached before a median that was not reached counts as long.

    Returns
    -------
    ndarray, shape (draws,)
        First time with ``S < 1/2``, or the middle of the stretch on which S is one half exactly. Where the curve never
        falls that low: infinity if somebody was observed for `beyond`, NaN (not known) if nobody was.

    Notes
    -----
    The middle of the stretch is what the median of uncensored figures is, and what R ``survival::survfit`` prints.
    """
    if not len(times):
        return np.full(len(weights), np.nan)
    at, curve = survival(weights, times, happened)
    reached, below = curve <= 0.5 + ROUNDING, curve < 0.5 - ROUNDING
    first = at[np.argmax(reached, axis=1)]
    last = np.where(below.any(axis=1), at[np.argmax(below, axis=1)], first)
    never = np.inf if times.max() >= beyond else np.nan
    out = np.where(reached.any(axis=1), (first + last) / 2, never)
    return np.where(weights.sum(axis=1) > 0, out, np.nan)


def restricted_mean(weights: Floats, times: Floats, happened: NDArray[np.bool_], limit: float) -> Floats:
    """Return the mean time to the reply, counted up to `limit`: the area below the curve."""
    if not len(times):
        return np.full(len(weights), np.nan)
    at, curve = survival(weights, times, happened)
    clipped = np.minimum(at, limit)
    steps = np.diff(np.concatenate([[0.0], clipped, [limit]]))
    level = np.column_stack([np.ones(len(weights)), curve])
    return np.where(weights.sum(axis=1) > 0, level @ steps, np.nan)


def resampling_weights(blocks: NDArray[np.int64], draws: int, rng: np.random.Generator) -> Floats:
    """
    Return bootstrap weights that resample whole blocks (weeks of posts, single messages), one less than there are.

    One less of n makes the variance of a mean unbiased, which n of n leaves low by (n - 1)/n (Rao & Wu 1988).

    Parameters
    ----------
    blocks : ndarray of int, shape (n,)
        Block of each unit.
    draws : int
    rng : Generator

    Returns
    -------
    ndarray, shape (draws, n)
    """
    if not len(blocks):
        return np.zeros((draws, 0))
    _, code = np.unique(blocks, return_inverse=True)
    n_blocks = int(code.max()) + 1
    counts = rng.multinomial(max(n_blocks - 1, 1), np.full(n_blocks, 1 / n_blocks), size=draws)
    return counts[:, code].astype(float)
