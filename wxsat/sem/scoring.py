"""The search: from a start to a point where the gradient is zero, with step halving, under linear restrictions.

Far from the solution the steps follow the expected (Gauss-Newton) Hessian, which is always positive definite; near it,
or where it creeps, the exact one, which makes the last steps quadratic. Six to nine steps are usual.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wxsat.sem.restrictions import Restrictions

# Largest gradient in units of sqrt(curvature): about 1e-9 sqrt(N) standard errors from the top.
GRADIENT_TOLERANCE = 1e-9
ACCEPTED_GRADIENT = 1e-6  # where rounding stops the search before the tolerance, this is still a solution
MAX_ITERATIONS = 250
NEAR = 0.02  # predicted gain below which the exact Hessian takes over
CREEP = 25  # steps after which the exact Hessian is tried wherever the search is
MAX_HALVINGS = 30
FIRM = 1e-5  # least pivot of a Hessian in units of its diagonal that is taken as it is


@dataclass(frozen=True)
class Optimum:
    """
    Where a search ended.

    Attributes
    ----------
    theta : ndarray, shape (n_free,)
    value : float
        Discrepancy F.
    gradient_norm : float
        Largest absolute gradient in units of the square root of the curvature.
    iterations : int
    converged : bool
    reason : str
        Why it stopped, in words.
    """

    theta: NDArray[np.float64]
    value: float
    gradient_norm: float
    iterations: int
    converged: bool
    reason: str


@dataclass(frozen=True)
class Point:
    """Value and gradient of an objective at theta."""

    theta: NDArray[np.float64]
    value: float
    gradient: NDArray[np.float64]


class Located(Protocol):
    """What a search must know of a point."""

    @property
    def theta(self) -> NDArray[np.float64]: ...  # noqa: D102
    @property
    def value(self) -> float: ...  # noqa: D102
    @property
    def gradient(self) -> NDArray[np.float64]: ...  # noqa: D102


class Objective(Protocol):
    """Anything to be made small."""

    def at(self, theta: NDArray[np.float64]) -> Located | None:
        """Return value and gradient, None outside the domain."""
        ...

    def hessian(self, theta: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the exact Hessian."""
        ...

    def rough_hessian(self, theta: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return a positive (semi)definite stand-in that is safe far from the solution."""
        ...


def search(objective: Objective, restrictions: Restrictions, start: NDArray[np.float64]) -> Optimum:
    """
    Return the lowest point of an objective under linear restrictions, converged or not.

    Parameters
    ----------
    start : ndarray, shape (n_free,)
        A point inside the domain; it is first projected onto the restrictions.
    """
    theta = restrictions.project(start)
    point = objective.at(theta)
    if point is None:
        return Optimum(theta, np.inf, np.inf, 0, False, "the implied matrix is not positive definite at the start")
    norm, stalls, exact = np.inf, 0, False
    scale: NDArray[np.float64] | None = None
    for iteration in range(MAX_ITERATIONS):
        gradient = restrictions.reduce(point.gradient)
        if exact and scale is not None and (norm := _largest(gradient, scale)) < GRADIENT_TOLERANCE:
            # The curvature of the step before, hardly a step away, spares a last Hessian.
            return Optimum(point.theta, point.value, norm, iteration, True, "the gradient is zero")
        exact = exact or iteration >= CREEP
        hessian = restrictions.reduce_matrix((objective.hessian if exact else objective.rough_hessian)(point.theta))
        scale = curvature_scale(hessian)
        norm = _largest(gradient, scale)
        if norm < GRADIENT_TOLERANCE:
            return Optimum(point.theta, point.value, norm, iteration, True, "the gradient is zero")
        step = newton_direction(gradient, hessian, scale)
        exact = -float(gradient @ step) < NEAR * (1.0 + abs(point.value))
        found = halved(objective, point, restrictions.expand(step))
        stalls = stalls + 1 if found is None or point.value - found.value < 1e-15 * (1 + abs(point.value)) else 0
        point = point if found is None else found
        if found is None or stalls > 5:
            done = norm < ACCEPTED_GRADIENT
            reason = "no step improves the fit" + ("" if done else "; the gradient is not zero")
            return Optimum(point.theta, point.value, norm, iteration, done, reason)
    # Whoever still walks after so many steps is on a ridge that has no end, however small the gradient is there.
    reason = f"stopped after {MAX_ITERATIONS} iterations"
    return Optimum(point.theta, point.value, norm, MAX_ITERATIONS, False, reason)


def _largest(gradient: NDArray[np.float64], scale: NDArray[np.float64]) -> float:
    return float(np.max(np.abs(gradient) / scale, initial=0.0))


def quasi_newton(objective: Objective, restrictions: Restrictions, start: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Return where a quasi-Newton search ends, for models whose information is singular along the way.

    It builds its own curvature and so does not follow a ridge to infinity; :func:`search` has the last steps.
    """
    from scipy.optimize import minimize

    origin = restrictions.project(start)
    first = objective.at(origin)
    if first is None:
        return origin
    scale = 1.0 / curvature_scale(restrictions.reduce_matrix(objective.rough_hessian(origin)))
    worst = 1e3 * (1.0 + abs(first.value))

    def value(alpha: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        point = objective.at(origin + restrictions.expand(alpha * scale))
        if point is None:
            return worst, np.zeros_like(alpha)
        return point.value, restrictions.reduce(point.gradient) * scale

    found = minimize(value, np.zeros(len(scale)), jac=True, method="BFGS", options={"maxiter": 2000, "gtol": 1e-8})
    return np.asarray(origin + restrictions.expand(found.x * scale))


def curvature_scale(hessian: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Return the square roots of the curvature along each axis, 1 where there is none.

    No axis is measured against another: their units differ by whatever the variables' units differ.
    """
    diagonal = np.abs(np.diag(hessian))
    return np.asarray(np.sqrt(np.where(diagonal > 1e-290, diagonal, 1.0)))


def newton_direction(
    gradient: NDArray[np.float64], hessian: NDArray[np.float64], scale: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the Newton direction; negative or vanishing curvature is turned and lifted so that it descends."""
    from scipy.linalg.lapack import dpotrf, dpotrs

    unit = 1.0 / scale
    scaled = hessian * unit[:, None] * unit
    # LAPACK reads columns first: of a symmetric matrix the transposed view needs no copy.
    factor, fault = dpotrf(scaled.T, lower=0, clean=0)
    if fault == 0 and factor.diagonal().min(initial=1.0) > FIRM:
        return np.asarray(dpotrs(factor, -gradient * unit, lower=0)[0] * unit)
    return np.asarray(-np.linalg.solve(lifted(hessian, scale), gradient * unit) * unit)


def lifted(hessian: NDArray[np.float64], scale: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the Hessian in units of its diagonal, made positive definite where it is not."""
    scaled = hessian / np.outer(scale, scale)
    try:
        if np.diag(np.linalg.cholesky(scaled)).min(initial=1.0) > FIRM:
            return scaled
    except np.linalg.LinAlgError:
        pass
    curvature, axes = np.linalg.eigh(scaled)
    floor = 1e-9 * max(float(np.abs(curvature).max()), 1e-300)
    return np.asarray((axes * np.maximum(np.abs(curvature), floor)) @ axes.T)


def halved(objective: Objective, point: Located, step: NDArray[np.float64]) -> Located | None:
    """Return the first of ever shorter steps that does not make the value larger, None when there is none."""
    slack = 1e-13 * (1.0 + abs(point.value))
    length = 1.0
    for _ in range(MAX_HALVINGS):
        candidate = objective.at(point.theta + length * step)
        if candidate is not None and candidate.value <= point.value + slack:
            return candidate
        length /= 2.0
    return None
