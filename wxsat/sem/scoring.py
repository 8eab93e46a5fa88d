"""Fisher scoring: from a point in the right basin to the maximum of the likelihood, with step halving."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.discrepancy.ml import ml_gradient, ml_information, ml_value
from wxsat.sem.implied import Implied, implied_moments
from wxsat.sem.matrices import Cells
from wxsat.sem.restrictions import Restrictions

if TYPE_CHECKING:
    from numpy.typing import NDArray

GRADIENT_TOLERANCE = (
    1e-9  # largest gradient in units of sqrt(information): about 1e-9 sqrt(N) standard errors from the top
)
ACCEPTED_GRADIENT = 1e-6  # where rounding stops the search before the tolerance, this is still a solution
MAX_ITERATIONS = 400
PATIENCE = 100  # scoring steps before the exact Hessian takes over (needed near a flat, Heywood-like top)
MAX_HALVINGS = 30


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
        Largest absolute gradient in units of the square root of the information.
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


def fisher_scoring(
    cells: Cells, restrictions: Restrictions, sample: NDArray[np.float64], start: NDArray[np.float64]
) -> Optimum:
    """
    Maximise the normal likelihood from `start` by Fisher scoring in the restricted parameters.

    Parameters
    ----------
    start : ndarray, shape (n_free,)
        A point whose implied covariance matrix is positive definite; it is first projected onto the restrictions.
    """
    basis = restrictions.basis
    theta = restrictions.project(start)
    value, implied = _at(cells, theta, sample)
    norm, stalls = np.inf, 0
    for iteration in range(MAX_ITERATIONS):
        if implied is None:
            return Optimum(
                theta,
                value,
                np.inf,
                iteration,
                False,
                "the implied matrix is not positive definite at the start",
            )
        gradient = basis.T @ ml_gradient(implied, sample)
        hessian = 2.0 * (basis.T @ ml_information(implied) @ basis)
        scale = np.sqrt(np.maximum(np.diag(hessian), 1e-300))
        norm = float(np.max(np.abs(gradient) / scale, initial=0.0))
        if norm < GRADIENT_TOLERANCE:
            return Optimum(theta, value, norm, iteration, True, "the gradient is zero")
        if iteration >= PATIENCE:
            hessian = _exact_hessian(cells, restrictions, theta, sample)
        step = basis @ _direction(gradient, hessian, scale)
        theta, new_value, implied, moved = _line_search(cells, theta, step, value, sample, implied)
        stalls = stalls + 1 if not moved or value - new_value < 1e-15 * (1 + abs(value)) else 0
        value = new_value
        if not moved or stalls > 5:
            done = norm < ACCEPTED_GRADIENT
            return Optimum(
                theta,
                value,
                norm,
                iteration,
                done,
                "no step improves the fit" + ("" if done else "; the gradient is not zero"),
            )
    return Optimum(
        theta,
        value,
        norm,
        MAX_ITERATIONS,
        norm < ACCEPTED_GRADIENT,
        f"stopped after {MAX_ITERATIONS} iterations",
    )


def _at(cells: Cells, theta: NDArray[np.float64], sample: NDArray[np.float64]) -> tuple[float, Implied | None]:
    try:
        implied = implied_moments(cells, theta)
    except np.linalg.LinAlgError:
        return float("inf"), None
    value = ml_value(implied.sigma, sample)
    return value, implied if np.isfinite(value) else None


def _direction(
    gradient: NDArray[np.float64], hessian: NDArray[np.float64], scale: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the Newton direction; negative or vanishing curvature is turned and lifted so that it descends."""
    curvature, axes = np.linalg.eigh(hessian / np.outer(scale, scale))
    floor = 1e-9 * max(float(np.abs(curvature).max()), 1e-300)
    lifted = np.maximum(np.abs(curvature), floor)
    return np.asarray(-(axes @ ((axes.T @ (gradient / scale)) / lifted)) / scale)


def _exact_hessian(
    cells: Cells, restrictions: Restrictions, theta: NDArray[np.float64], sample: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the Hessian of F by central differences of the analytic gradient, in the restricted parameters."""
    basis = restrictions.basis
    columns = []
    for k in range(basis.shape[1]):
        reach = 1e-5 * (1.0 + float(np.abs(theta @ basis[:, k])))
        ahead, behind = (ml_gradient(implied_moments(cells, theta + s * reach * basis[:, k]), sample) for s in (1, -1))
        columns.append(basis.T @ (ahead - behind) / (2.0 * reach))
    hessian = np.column_stack(columns)
    return np.asarray((hessian + hessian.T) / 2)


def _line_search(
    cells: Cells,
    theta: NDArray[np.float64],
    step: NDArray[np.float64],
    value: float,
    sample: NDArray[np.float64],
    implied: Implied | None,
) -> tuple[NDArray[np.float64], float, Implied | None, bool]:
    slack = 1e-13 * (1.0 + abs(value))
    length = 1.0
    for _ in range(MAX_HALVINGS):
        candidate = theta + length * step
        new_value, new_implied = _at(cells, candidate, sample)
        if new_value <= value + slack:
            return candidate, new_value, new_implied, True
        length /= 2.0
    return theta, value, implied, False
