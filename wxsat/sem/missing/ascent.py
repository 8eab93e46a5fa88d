r"""The search for likelihoods that are sums over patterns or clusters, whose Hessian costs more than their value.

A rough positive definite Hessian far from the solution, the exact one near it when the rough one does not serve; a
Hessian is kept while the gradient falls fast enough. The rest is that of :mod:`wxsat.sem.scoring`; other constraints
than linear equalities go to :mod:`wxsat.sem.constrained`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.constrained import search_constrained
from wxsat.sem.restrictions import Constraints, Restrictions
from wxsat.sem.scoring import (
    ACCEPTED_GRADIENT,
    GRADIENT_TOLERANCE,
    Located,
    Objective,
    Optimum,
    curvature_scale,
    halved,
    lifted,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEAR = 0.03  # scaled gradient below which the exact Hessian takes over
KEEP = 0.15  # a kept Hessian must bring the gradient down by this factor
CREEP = 15  # rough steps after which the exact Hessian is tried, wherever the search is
MAX_ITERATIONS = 300


def minimise(objective: Objective, constraints: Constraints, start: NDArray[np.float64]) -> Optimum:
    """Return the lowest point of an objective under all constraints of a table, converged or not."""
    if constraints.only_linear:
        return climb(objective, constraints.linear, start)
    return search_constrained(objective, constraints, start)


def climb(
    objective: Objective,
    restrictions: Restrictions,
    start: NDArray[np.float64],
    tolerance: float = GRADIENT_TOLERANCE,
) -> Optimum:
    """Return the lowest point of an objective under linear restrictions, converged or not."""
    theta = restrictions.project(start)
    point = objective.at(theta)
    if point is None:
        return Optimum(theta, np.inf, np.inf, 0, False, "the implied matrix is not positive definite at the start")
    curved, scale = _curvature(objective.rough_hessian(theta), restrictions)
    norm = _norm(restrictions, point, scale)
    stalls = 0
    for iteration in range(MAX_ITERATIONS):
        if norm < tolerance:
            return Optimum(point.theta, point.value, norm, iteration, True, "the gradient is zero")
        step = -np.linalg.solve(curved, restrictions.reduce(point.gradient) / scale) / scale
        found = halved(objective, point, restrictions.expand(step))
        fell = found is not None and point.value - found.value > 1e-15 * (1.0 + abs(point.value))
        stalls = 0 if fell else stalls + 1
        point = found if found is not None else point
        last, norm = norm, _norm(restrictions, point, scale)
        if stalls > 3 and norm >= tolerance:
            done = norm < ACCEPTED_GRADIENT
            reason = "no step improves the fit" + ("" if done else "; the gradient is not zero")
            return Optimum(point.theta, point.value, norm, iteration + 1, done, reason)
        if norm >= tolerance and (norm > KEEP * last or found is None):
            exact = norm < NEAR or iteration > CREEP or found is None
            with np.errstate(over="ignore", invalid="ignore"):
                hessian = (objective.hessian if exact else objective.rough_hessian)(point.theta)
            if not np.isfinite(hessian).all():
                reason = "the search left for infinity, where the curvature is no number"
                return Optimum(point.theta, point.value, norm, iteration + 1, False, reason)
            curved, scale = _curvature(hessian, restrictions)
            norm = _norm(restrictions, point, scale)
    reason = f"stopped after {MAX_ITERATIONS} iterations"
    return Optimum(point.theta, point.value, norm, MAX_ITERATIONS, norm < ACCEPTED_GRADIENT, reason)


def _norm(restrictions: Restrictions, point: Located, scale: NDArray[np.float64]) -> float:
    return float(np.max(np.abs(restrictions.reduce(point.gradient)) / scale, initial=0.0))


def _curvature(
    hessian: NDArray[np.float64], restrictions: Restrictions
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the Hessian of the restricted parameters, scaled and made positive definite, and its scale."""
    reduced = restrictions.reduce_matrix(hessian)
    scale = curvature_scale(reduced)
    return lifted(reduced, scale), scale
