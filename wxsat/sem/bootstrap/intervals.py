r"""Intervals from bootstrap draws: percentile, basic, normal, bias-corrected (BC) and accelerated (BCa).

Quantiles are those of R's ``boot`` and of lavaan: the order statistic of rank :math:`(R + 1)\alpha`, interpolated on
the normal scale between ranks (Davison and Hinkley 1997, section 5.2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from wxsat.errors import UsageError, nearest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

IntervalKind = Literal["percentile", "basic", "normal", "bc", "bca"]
KINDS: tuple[str, ...] = get_args(IntervalKind)


def bootstrap_intervals(
    draws: Array, estimate: Array, kind: str, level: float = 0.95, acceleration: Array | None = None
) -> Array:
    r"""
    Return lower and upper ends, shape (n_quantities, 2); NaN for a quantity that does not vary.

    Parameters
    ----------
    draws : ndarray, shape (n_draws, n_quantities)
        Draws in which a quantity is not defined (NaN) are left out for it.
    estimate : ndarray, shape (n_quantities,)
        Full-sample values.
    kind : {"percentile", "basic", "normal", "bc", "bca"}
    level : float
        Between 0 and 1.
    acceleration : ndarray, shape (n_quantities,), optional
        For BCa, from :func:`jackknife_acceleration`.

    Raises
    ------
    UsageError
        SEM-056 for an unknown kind or a level outside (0, 1).

    Notes
    -----
    Normal: :math:`\hat\theta - bias \pm z\,se`, se with divisor R. BC is lavaan's ``bca.simple``. Checked against
    lavaan 0.6-14's own intervals of the same draws in ``tests/golden/sem_bootstrap``.

    Examples
    --------
    >>> draws = np.arange(1.0, 100.0)[:, None]
    >>> bootstrap_intervals(draws, np.array([50.0]), "percentile", 0.9).tolist()
    [[5.0, 95.0]]
    """
    check_interval(kind, level)
    ends = np.array([(1 - level) / 2, (1 + level) / 2])
    found = np.full((draws.shape[1], 2), np.nan)
    for k in range(draws.shape[1]):
        values = draws[np.isfinite(draws[:, k]), k]
        if len(values) < 2 or np.ptp(values) == 0 or not np.isfinite(estimate[k]):
            continue
        a = 0.0 if acceleration is None or kind != "bca" else float(acceleration[k])
        found[k] = _interval(np.sort(values), float(estimate[k]), kind, ends, a)
    return found


def check_interval(kind: str, level: float) -> None:
    """Refuse an unknown kind of interval or a level outside (0, 1): UsageError SEM-056."""
    if kind not in KINDS:
        known = ", ".join(KINDS)
        raise UsageError("SEM-056", f"unknown kind of interval {kind!r}. Known: {known}.{nearest(kind, KINDS)}",
                         where="kind")  # fmt: skip
    if not 0.0 < level < 1.0:
        raise UsageError("SEM-056", f"a level of {level:g}; a share between 0 and 1 was expected.", where="level",
                         hint="95 % is 0.95.")  # fmt: skip


def _interval(ordered: Array, estimate: float, kind: str, ends: Array, acceleration: float) -> Array:
    from scipy.special import ndtr, ndtri

    if kind == "percentile":
        return _quantiles(ordered, ends)
    if kind == "basic":
        return 2 * estimate - _quantiles(ordered, ends)[::-1]
    z = ndtri(ends)
    if kind == "normal":
        return np.asarray(2 * estimate - ordered.mean() + z * ordered.std())
    below = np.searchsorted(ordered, estimate, side="left") / len(ordered)
    w = ndtri(below)
    if not np.isfinite(w):
        # Every draw on one side of the estimate: the correction is infinite, and the end is the outermost draw.
        return np.asarray([ordered[-1]] * 2 if w > 0 else [ordered[0]] * 2)
    return _quantiles(ordered, ndtr(w + (w + z) / (1 - acceleration * (w + z))))


def _quantiles(ordered: Array, shares: Array) -> Array:
    """Return quantiles by the rank (R + 1) share, interpolated on the normal scale; the extremes beyond."""
    from scipy.special import ndtri

    size = len(ordered)
    rank = (size + 1) * shares
    # (R + 1) times a share that is a whole number but for rounding is that number.
    rank = np.where(np.abs(rank - np.round(rank)) < 1e-9, np.round(rank), rank)
    low = np.floor(rank).astype(int)
    found = []
    for k, r, share in zip(low, rank, shares, strict=True):
        if k <= 0:
            found.append(ordered[0])
        elif k >= size:
            found.append(ordered[-1])
        elif k == r:
            found.append(ordered[k - 1])
        else:
            here, there = ndtri(k / (size + 1)), ndtri((k + 1) / (size + 1))
            found.append(ordered[k - 1] + (ndtri(share) - here) / (there - here) * (ordered[k] - ordered[k - 1]))
    return np.array(found)


def jackknife_acceleration(left_out: Array) -> Array:
    r"""
    Return the acceleration of BCa from leave-one-out values (Efron 1987), shape (n_quantities,).

    :math:`\sum d^3 / (6 (\sum d^2)^{3/2})`, :math:`d = \bar\theta_{(\cdot)} - \theta_{(i)}`; zero where nothing varies.

    Examples
    --------
    >>> jackknife_acceleration(np.array([[1.0], [2.0], [6.0]])).round(4).tolist()
    [-0.0573]
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        distance = np.nanmean(left_out, axis=0) - left_out
        ratio = np.nansum(distance**3, axis=0) / (6.0 * np.nansum(distance**2, axis=0) ** 1.5)
    return np.asarray(np.nan_to_num(ratio, nan=0.0, posinf=0.0, neginf=0.0))
