r"""Newton's search for likelihoods that are sums over patterns or clusters.

A rough positive definite Hessian far from the top, the exact one near it when the rough one does not serve; a Hessian
is kept while the gradient falls fast enough, because it costs several times what value and gradient cost. Steps are
halved until the value falls; curvature of the wrong sign is turned.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from wxsat.sem.restrictions import Restrictions
from wxsat.sem.scoring import Optimum

if TYPE_CHECKING:
    from numpy.typing import NDArray

GRADIENT_TOLERANCE = 1e-9  # largest gradient in units of sqrt(curvature), as in wxsat.sem.scoring
ACCEPTED_GRADIENT = 1e-6  # where rounding stops the search before the tolerance, this is still a solution
NEAR = 0.03  # scaled gradient below which the exact Hessian takes over
KEEP = 0.15  # a kept Hessian must bring the gradient down by this factor
CREEP = 15  # rough steps after which the exact Hessian is tried, wherever the search is
MAX_ITERATIONS = 300
MAX_HALVINGS = 30


@dataclass(frozen=True)
class Point:
    """Value and gradient of an objective at theta."""

    theta: NDArray[np.float64]
    value: float
    gradient: NDArray[np.float64]


class Objective(Protocol):
    """Anything to be made small."""

    def at(self, theta: NDArray[np.float64]) -> Point | None:
        """Return value and gradient, None outside the domain."""
        ...

    def hessian(self, theta: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the exact Hessian."""
        ...

    def rough_hessian(self, theta: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return a positive definite stand-in that costs little."""
        ...


def climb(
    objective: Objective,
    restrictions: Restrictions,
    start: NDArray[np.float64],
    tolerance: float = GRADIENT_TOLERANCE,
) -> Optimum:
    """Return the lowest point of an objective under linear restrictions, converged or not."""
    basis = restrictions.basis
    theta = restrictions.project(start)
    point = objective.at(theta)
    if point is None:
        return Optimum(theta, np.inf, np.inf, 0, False, "the implied matrix is not positive definite at the start")
    axes, scale, curvature = _curvature(objective.rough_hessian(theta), basis)
    norm = _norm(basis, point, scale)
    stalls = 0
    for iteration in range(MAX_ITERATIONS):
        if norm < tolerance:
            return Optimum(point.theta, point.value, norm, iteration, True, "the gradient is zero")
        step = -(axes @ ((axes.T @ (basis.T @ point.gradient / scale)) / curvature)) / scale
        found = _halved(objective, point, basis @ step)
        fell = found is not None and point.value - found.value > 1e-15 * (1.0 + abs(point.value))
        stalls = 0 if fell else stalls + 1
        point = found if found is not None else point
        last, norm = norm, _norm(basis, point, scale)
        if norm < tolerance:
            continue
        if stalls > 3:
            done = norm < ACCEPTED_GRADIENT
            reason = "no step improves the fit" + ("" if done else "; the gradient is not zero")
            return Optimum(point.theta, point.value, norm, iteration + 1, done, reason)
        if norm > KEEP * last or found is None:
            exact = norm < NEAR or iteration > CREEP or found is None
            hessian = (objective.hessian if exact else objective.rough_hessian)(point.theta)
            axes, scale, curvature = _curvature(hessian, basis)
            norm = _norm(basis, point, scale)
    return Optimum(
        point.theta, point.value, norm, MAX_ITERATIONS, norm < ACCEPTED_GRADIENT,
        f"stopped after {MAX_ITERATIONS} iterations",
    )  # fmt: skip


def _norm(basis: NDArray[np.float64], point: Point, scale: NDArray[np.float64]) -> float:
    return float(np.max(np.abs(basis.T @ point.gradient) / scale, initial=0.0))


def _curvature(
    hessian: NDArray[np.float64], basis: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return axes, scale and lifted curvature of the Hessian in the restricted parameters."""
    hessian = basis.T @ hessian @ basis
    diagonal = np.abs(np.diag(hessian))
    scale = np.sqrt(np.maximum(diagonal, 1e-12 * max(float(diagonal.max(initial=0.0)), 1e-300)))
    curvature, axes = np.linalg.eigh(hessian / np.outer(scale, scale))
    floor = 1e-9 * max(float(np.abs(curvature).max(initial=0.0)), 1e-300)
    return axes, scale, np.maximum(np.abs(curvature), floor)


def _halved(objective: Objective, point: Point, step: NDArray[np.float64]) -> Point | None:
    slack = 1e-13 * (1.0 + abs(point.value))
    length = 1.0
    for _ in range(MAX_HALVINGS):
        candidate = objective.at(point.theta + length * step)
        if candidate is not None and candidate.value <= point.value + slack:
            return candidate
        length /= 2.0
    return None
