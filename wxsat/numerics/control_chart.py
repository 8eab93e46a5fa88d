"""Exponentially weighted moving averages of a monthly figure, and the limits that chance alone keeps to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

WEIGHT = 0.2
FALSE_ALARM = 0.05
FEWEST_POINTS = 6
SIMULATED, SEED = 20_000, 20140713
# Mean absolute difference of two normal figures with standard deviation 1: d2 of samples of two.
MOVING_RANGE = 1.128379167095513


@dataclass(frozen=True, eq=False)
class EwmaChart:
    """
    A control chart.

    Attributes
    ----------
    values, averages, lower, upper : ndarray, shape (n,)
        Figures, moving averages and their limits, in the order of time.
    center, sigma : float
        Level and standard deviation of one figure.
    weight : float
        Of the newest figure.
    width : float
        Of the limits, in standard deviations of the average.
    """

    values: Floats
    averages: Floats
    lower: Floats
    upper: Floats
    center: float
    sigma: float
    weight: float
    width: float

    @property
    def outside(self) -> NDArray[np.bool_]:
        """Where the average lies beyond its limits."""
        return (self.averages < self.lower) | (self.averages > self.upper)


def ewma_chart(
    values: Floats,
    *,
    weight: float = WEIGHT,
    center: float | None = None,
    sigma: float | None = None,
    width: float | None = None,
) -> EwmaChart:
    r"""
    Return the chart of a series.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Complete, in the order of time, at least six.
    weight : float
        Of the newest figure, in (0, 1].
    center, sigma : float, optional
        Known level and standard deviation; otherwise the mean, and the mean moving range over 1.128.
    width : float, optional
        Of the limits; otherwise such that five in a hundred unchanged series of this length leave them at any point,
        found by simulation (:func:`simulated_width`).

    Raises
    ------
    ValueError
        For fewer than six figures, a missing one, or a weight outside (0, 1].

    Notes
    -----
    :math:`z_t = \lambda x_t + (1 - \lambda) z_{t-1}` with :math:`z_0` the centre; limits
    :math:`\mu \pm L \sigma \sqrt{\lambda / (2 - \lambda) \, [1 - (1 - \lambda)^{2t}]}`. Checked against the worked
    example of Montgomery, whose averages and limits it gives to the printed digits.

    References
    ----------
    .. [1] Roberts, S. W. (1959). Control chart tests based on geometric moving averages. Technometrics, 1(3), 239-250.
    .. [2] Montgomery, D. C. (2013). Introduction to statistical quality control (7th ed.), chapter 9. Wiley.

    Examples
    --------
    >>> weeks = np.array([9.45, 7.99, 9.29, 11.66, 12.16, 10.18])
    >>> float(ewma_chart(weeks, weight=0.1, center=10, sigma=1).averages[1])
    9.7495
    """
    x = np.asarray(values, dtype=np.float64)
    if len(x) < FEWEST_POINTS or not np.isfinite(x).all():
        raise ValueError(f"a control chart needs at least {FEWEST_POINTS} figures without gaps")
    if not 0 < weight <= 1:
        raise ValueError("the weight lies in (0, 1]")
    middle = float(x.mean()) if center is None else center
    spread = float(np.abs(np.diff(x)).mean() / MOVING_RANGE) if sigma is None else sigma
    known = center is not None and sigma is not None
    reach = simulated_width(len(x), weight, known) if width is None else width
    half = reach * spread * _relative_error(len(x), weight)
    return EwmaChart(
        x, _averages(x[None], weight, middle)[0], middle - half, middle + half, middle, spread, weight, reach
    )


def _averages(x: Floats, weight: float, center: float | Floats) -> Floats:
    """Return the moving averages along the last axis."""
    out = np.empty_like(x)
    last = np.broadcast_to(np.asarray(center, dtype=np.float64), x.shape[:-1])
    for t in range(x.shape[-1]):
        last = weight * x[..., t] + (1 - weight) * last
        out[..., t] = last
    return out


def _relative_error(n: int, weight: float) -> Floats:
    """Standard deviation of the average at each point, for figures with standard deviation 1."""
    t = np.arange(1, n + 1)
    found: Floats = np.sqrt(weight / (2 - weight) * (1 - (1 - weight) ** (2 * t)))
    return found


@lru_cache(maxsize=64)
def simulated_width(n: int, weight: float = WEIGHT, known: bool = False, false_alarm: float = FALSE_ALARM) -> float:
    """
    Return how wide limits must be so that few unchanged series of `n` figures ever leave them.

    Parameters
    ----------
    n : int
        Length of the series.
    weight : float
    known : bool
        Whether level and spread are known; otherwise every simulated series has them estimated as the chart does.
    false_alarm : float
        Share of unchanged series that leave the limits at any point.

    Returns
    -------
    float
        In standard deviations of the average; 20,000 series of normal figures, always the same ones.
    """
    x = np.random.default_rng(SEED).standard_normal((SIMULATED, n))
    center: Floats | float = 0.0 if known else x.mean(axis=1)
    spread = np.ones(SIMULATED) if known else np.abs(np.diff(x, axis=1)).mean(axis=1) / MOVING_RANGE
    away = np.abs(_averages(x, weight, center) - np.reshape(center, (-1, 1) if not known else ()))
    farthest = (away / _relative_error(n, weight)).max(axis=1) / spread
    return float(np.quantile(farthest, 1 - false_alarm))
