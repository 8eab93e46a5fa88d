"""Raking and calibration: weights that meet known totals and stay as near to the base weights as the method asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from wxsat.errors import EstimationError

Array = NDArray[np.float64]
Distance = Literal["linear", "raking", "logit"]
Bounds = tuple[float, float]

UNBOUNDED: Bounds = (-np.inf, np.inf)
RAKING_TOLERANCE = 1e-12
MOST_RAKING_CYCLES = 2_000
MISFIT_TOLERANCE = 1e-10
MOST_NEWTON_STEPS = 200
LARGEST_EXPONENT = 700.0


@dataclass(frozen=True)
class Solution:
    """
    Weights that meet their totals.

    Attributes
    ----------
    weights : ndarray, shape (n,)
    iterations : int
        Cycles of raking, or Newton steps.
    limits : (float, float) or None
        Where weights were trimmed.
    """

    weights: Array
    iterations: int
    limits: Bounds | None = None


def rake(base: Array, codes: Sequence[NDArray[np.int64]], targets: Sequence[Array]) -> Solution:
    r"""
    Rake weights to margins by iterative proportional fitting.

    Parameters
    ----------
    base : ndarray, shape (n,)
        Base weights, not negative.
    codes : sequence of ndarray of int, shape (n,)
        Cell of each respondent in each margin.
    targets : sequence of ndarray
        Totals of the cells of each margin, all of one sum.

    Returns
    -------
    Solution

    Raises
    ------
    EstimationError
        SAMP-020 when the cycles do not settle: the margins contradict each other in this sample.

    Notes
    -----
    A cycle multiplies the weights of each margin's cells by target over achieved. It ends when no cell of any margin
    is further from its target than 1e-12 of the whole. Checked against ``survey::rake`` 4.1 (api data).

    References
    ----------
    .. [1] Deming, W. E., & Stephan, F. F. (1940). On a least squares adjustment of a sampled frequency table when the
       expected marginal totals are known. Annals of Mathematical Statistics, 11(4), 427-444.

    Examples
    --------
    >>> rake(np.ones(4), [np.array([0, 0, 0, 1])], [np.array([2.0, 2.0])]).weights.round(4).tolist()
    [0.6667, 0.6667, 0.6667, 2.0]
    """
    weights = np.array(base, dtype=np.float64)
    whole = float(targets[0].sum())
    worst = np.inf
    for cycle in range(1, MOST_RAKING_CYCLES + 1):
        worst = 0.0
        for cell, target in zip(codes, targets, strict=True):
            achieved = np.bincount(cell, weights, minlength=len(target))
            worst = max(worst, float(np.abs(achieved - target).max()) / whole)
            factor = np.divide(target, achieved, out=np.zeros_like(target), where=achieved > 0)
            weights *= factor[cell]
        if worst <= RAKING_TOLERANCE:
            return Solution(weights, cycle)
    raise EstimationError(
        "SAMP-020",
        f"raking did not settle in {MOST_RAKING_CYCLES} cycles; the furthest cell is off by {worst:.3g} of the whole.",
        hint="Margins that no weights of this sample can meet together: merge thin levels that occur only together.",
    )


def calibrate(
    base: Array, design: Array, totals: Array, distance: Distance = "linear", bounds: Bounds = UNBOUNDED
) -> Solution:
    r"""
    Calibrate weights to totals of auxiliary variables (generalised raking).

    Parameters
    ----------
    base : ndarray, shape (n,)
        Base weights d.
    design : ndarray, shape (n, p)
        Auxiliary variables X; may be of deficient rank.
    totals : ndarray, shape (p,)
        Their population totals t.
    distance : {"linear", "raking", "logit"}
        Linear is GREG and, with bounds, truncated linear; logit needs finite bounds around one.
    bounds : (float, float)
        Of w / d.

    Returns
    -------
    Solution

    Raises
    ------
    EstimationError
        SAMP-021 when no weights within the bounds meet the totals.

    Notes
    -----
    Solves :math:`\sum_i d_i F(x_i'\lambda) x_i = t` by Newton's method, with F of Deville and Särndal. Misfit below
    1e-10 of each total. Checked against ``survey::calibrate`` 4.1 (api data).

    References
    ----------
    .. [1] Deville, J.-C., & Särndal, C.-E. (1992). Calibration estimators in survey sampling. Journal of the American
       Statistical Association, 87(418), 376-382.
    """
    ratio, slope = _distances(distance, bounds)
    beta = np.zeros(design.shape[1])
    g = ratio(np.zeros(len(base)))
    for step in range(1, MOST_NEWTON_STEPS + 1):
        misfit = totals - design.T @ (base * g)
        if np.all(np.abs(misfit) <= MISFIT_TOLERANCE * (1 + np.abs(totals))):
            return Solution(base * g, step - 1)
        curvature = design.T @ (design * (base * slope(design @ beta))[:, None])
        move = np.linalg.pinv(curvature, rcond=1e-13, hermitian=True) @ misfit
        beta, g = _damped(beta, move, misfit, base, design, totals, ratio)
        if not np.isfinite(g).all():
            break
    if np.isfinite(bounds).any():
        message = f"no weights within the bounds {bounds[0]:g} to {bounds[1]:g} of their base weights meet the margins."
    else:
        message = "calibration did not converge: no weights of this sample meet all the totals."
    hint = "Widen the bounds, merge thin levels, or leave a margin out."
    raise EstimationError("SAMP-021", message, hint=hint)


def _damped(
    beta: Array, move: Array, misfit: Array, base: Array, design: Array, totals: Array, ratio: Callable[[Array], Array]
) -> tuple[Array, Array]:
    """Take the step, halved while it makes the misfit infinite or much larger."""
    before = float(np.abs(misfit / (1 + np.abs(totals))).max())
    for _ in range(30):
        g = ratio(design @ (beta + move))
        after = np.abs((totals - design.T @ (base * g)) / (1 + np.abs(totals))).max()
        if np.isfinite(after) and after <= 2 * before:
            break
        move = move / 2
    return beta + move, ratio(design @ (beta + move))


def _distances(distance: Distance, bounds: Bounds) -> tuple[Callable[[Array], Array], Callable[[Array], Array]]:
    low, high = bounds
    if distance == "logit":
        a = (high - low) / ((high - 1) * (1 - low))

        def logit(u: Array) -> Array:
            e = np.exp(np.clip(a * u, -LARGEST_EXPONENT, LARGEST_EXPONENT))
            return (low * (high - 1) + high * (1 - low) * e) / (high - 1 + (1 - low) * e)

        def logit_slope(u: Array) -> Array:
            g = logit(u)
            return (g - low) * (high - g) / ((1 - low) * (high - 1))

        return logit, logit_slope
    if distance == "raking":

        def raking(u: Array) -> Array:
            return np.clip(np.exp(np.clip(u, -LARGEST_EXPONENT, LARGEST_EXPONENT)), max(low, 0.0), high)

        def raking_slope(u: Array) -> Array:
            g = np.exp(np.clip(u, -LARGEST_EXPONENT, LARGEST_EXPONENT))
            return np.where((g > low) & (g < high), g, 0.0)

        return raking, raking_slope
    return (
        lambda u: np.clip(1 + u, low, high),
        lambda u: ((1 + u > low) & (1 + u < high)).astype(np.float64),
    )


def post_stratify(base: Array, codes: NDArray[np.int64], targets: Array) -> Solution:
    """
    Scale the weights of every cell to its target.

    Examples
    --------
    >>> post_stratify(np.ones(3), np.array([0, 0, 1]), np.array([4.0, 1.0])).weights.tolist()
    [2.0, 2.0, 1.0]
    """
    achieved = np.bincount(codes, base, minlength=len(targets))
    factor = np.divide(targets, achieved, out=np.zeros_like(targets), where=achieved > 0)
    return Solution(base * factor[codes], 1)
