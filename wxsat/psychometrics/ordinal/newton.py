"""Many correlations at once, each the root of its own score function, by Newton steps inside a bracket."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
# Slope and curvature of the log-likelihood of each correlation; the second argument says which ones.
Derivatives = Callable[[Array, NDArray[np.intp]], tuple[Array, Array]]

# A Newton step this short leaves an error of its square.
LAST_STEP = 1e-8
MOST_STEPS = 100


def solve_correlations(derivatives: Derivatives, start: Array, bound: float) -> Array:
    """
    Maximise the log-likelihood of every correlation on its own, all in step.

    Each Newton step stays inside the interval that the signs of the slopes seen so far leave; where it would not,
    or where the curvature is not negative, the interval is halved on the side that the slope points to.

    Parameters
    ----------
    derivatives : callable
        ``(rho, which)`` to slope and curvature at `rho` of the correlations numbered `which`.
    start : ndarray, shape (m,)
    bound : float
        Solutions lie in [-bound, bound].

    Returns
    -------
    ndarray, shape (m,)
    """
    rho = np.clip(start, -bound, bound)
    lower, upper = np.full(rho.shape, -bound), np.full(rho.shape, bound)
    active = np.arange(len(rho))
    for _ in range(MOST_STEPS):
        now = rho[active]
        slope, curvature = derivatives(now, active)
        low = lower[active] = np.where(slope >= 0, now, lower[active])
        high = upper[active] = np.where(slope <= 0, now, upper[active])
        with np.errstate(divide="ignore", invalid="ignore"):
            proposed = now - slope / curvature
        halved = (now + np.where(slope > 0, high, low)) / 2
        newton = (curvature < 0) & (proposed >= low) & (proposed <= high)
        following = np.where(newton, proposed, np.where(slope == 0, now, halved))
        rho[active] = following
        active = active[np.abs(following - now) > LAST_STEP]
        if not len(active):
            break
    return np.asarray(rho)
