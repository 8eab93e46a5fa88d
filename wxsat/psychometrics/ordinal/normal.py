"""The standard normal distribution, without waiting for scipy before a number is asked for."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def normal_cdf(points: ArrayLike) -> Array:
    """Probability below each point."""
    from scipy.special import ndtr

    return np.asarray(ndtr(points))


def normal_quantile(probabilities: ArrayLike) -> Array:
    """Point below which each probability lies; infinite at 0 and 1."""
    from scipy.special import ndtri

    return np.asarray(ndtri(probabilities))


def normal_density(points: Array) -> Array:
    """Density at each point."""
    return np.asarray(np.exp(-(points**2) / 2) / np.sqrt(2 * np.pi))


def owens_t(h: Array, a: Array) -> Array:
    """Owen's T function."""
    from scipy.special import owens_t as compute

    return np.asarray(compute(h, a))
