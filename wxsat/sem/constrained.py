r"""The search under every kind of constraint: sequential quadratic programming with a small active-set solver.

At each step the conditions are linearised and

.. math:: \min_d\; g'd + \tfrac12 d'Hd \quad\text{with}\quad J_E d = -h_E,\; J_I d \ge -h_I

is solved by the dual method of Goldfarb and Idnani; the step is shortened until the fit with a penalty for what is
violated becomes better. Bounds are inequalities. Where it does not settle, scipy's SLSQP is asked as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.restrictions import Constraints
from wxsat.sem.scoring import (
    ACCEPTED_GRADIENT,
    GRADIENT_TOLERANCE,
    MAX_HALVINGS,
    Located,
    Objective,
    Optimum,
    curvature_scale,
    lifted,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

MAX_ITERATIONS = 300
FEASIBLE = 1e-9  # largest violation of a condition at a solution
SLOW = 15  # rough steps after which the exact Hessian is tried


@dataclass(frozen=True)
class _State:
    """Values and slopes of all conditions at a point: equalities first, then inequalities and bounds."""

    values: Matrix
    slopes: Matrix
    n_equal: int

    @property
    def violation(self) -> Matrix:
        """How far each condition is from holding."""
        broken = np.maximum(-self.values, 0.0)
        broken[: self.n_equal] = np.abs(self.values[: self.n_equal])
        return broken


def search_constrained(objective: Objective, constraints: Constraints, start: NDArray[np.float64]) -> Optimum:
    """
    Return the lowest point of an objective under equalities, inequalities and bounds, converged or not.

    Parameters
    ----------
    start : ndarray, shape (n_free,)
        A point inside the objective's domain; it need not satisfy the constraints.
    """
    begin = np.clip(constraints.linear.project(start), constraints.lower, constraints.upper)
    best = _sequential(objective, constraints, constraints.linear.project(begin))
    if best.converged:
        return best
    other = _slsqp(objective, constraints, begin)
    if other is None:
        return best
    again = _sequential(objective, constraints, other)
    return again if again.converged or again.value < best.value else best


def _sequential(objective: Objective, constraints: Constraints, start: Matrix) -> Optimum:
    linear = constraints.linear
    point = objective.at(start)
    if point is None:
        return Optimum(start, np.inf, np.inf, 0, False, "the implied matrix is not positive definite at the start")
    state = _state(constraints, point.theta)
    penalty, norm, multipliers = 1.0, np.inf, np.zeros(len(state.values))
    exact = False
    for iteration in range(MAX_ITERATIONS):
        gradient = linear.reduce(point.gradient)
        hessian = linear.reduce_matrix((objective.hessian if exact else objective.rough_hessian)(point.theta))
        scale = curvature_scale(hessian)
        curved = lifted(hessian, scale)
        solved = quadratic_program(curved, gradient / scale, state.slopes / scale, -state.values, state.n_equal)
        if solved is None:
            return Optimum(point.theta, point.value, norm, iteration, False, "the constraints contradict each other")
        step, multipliers = solved
        pull = (gradient - multipliers @ state.slopes) / scale
        norm = float(np.max(np.abs(pull), initial=0.0))
        # The step itself must be nothing: then gradient and multipliers are those of the same point.
        still = float(np.max(np.abs(curved @ step), initial=0.0)) < GRADIENT_TOLERANCE
        if still and float(state.violation.max(initial=0.0)) < FEASIBLE:
            norm = float(np.max(np.abs(curved @ step), initial=0.0))
            return Optimum(point.theta, point.value, norm, iteration, True, "the gradient is zero on the constraints")
        penalty = max(penalty, 2.0 * float(np.abs(multipliers).max(initial=0.0)))
        gain = -float(gradient @ (step / scale))
        exact = iteration >= SLOW or (gain < 0.02 and iteration > 2)
        moved = _shortened(objective, constraints, point, state, linear.expand(step / scale), penalty)
        if moved is None:
            norm = float(np.max(np.abs(curved @ step), initial=0.0))
            done = norm < ACCEPTED_GRADIENT and float(state.violation.max(initial=0.0)) < FEASIBLE
            reason = "no step improves the fit" + ("" if done else "; the gradient is not zero")
            return Optimum(point.theta, point.value, norm, iteration, done, reason)
        point, state = moved
    return Optimum(point.theta, point.value, norm, MAX_ITERATIONS, False, f"stopped after {MAX_ITERATIONS} iterations")


def _state(constraints: Constraints, theta: Matrix) -> _State:
    duals = [c.function(theta) for c in (*constraints.equalities, *constraints.inequalities)]
    low, high = np.isfinite(constraints.lower), np.isfinite(constraints.upper)
    unit = np.eye(len(theta))
    values = np.concatenate(
        [
            np.array([value for value, _ in duals]),
            (theta - constraints.lower)[low],
            (constraints.upper - theta)[high],
        ]
    )
    slopes = np.vstack([*(slope for _, slope in duals), unit[low], -unit[high]])
    return _State(values, constraints.linear.reduce_columns(slopes), len(constraints.equalities))


def _shortened(
    objective: Objective,
    constraints: Constraints,
    point: Located,
    state: _State,
    step: Matrix,
    penalty: float,
) -> tuple[Located, _State] | None:
    """Return the first of ever shorter steps that lowers fit plus penalty; None when there is none."""
    merit = point.value + penalty * float(state.violation.sum())
    slack = 1e-13 * (1.0 + abs(merit))
    length = 1.0
    for _ in range(MAX_HALVINGS):
        candidate = objective.at(point.theta + length * step)
        if candidate is not None:
            reached = _state(constraints, candidate.theta)
            if candidate.value + penalty * float(reached.violation.sum()) <= merit + slack:
                return candidate, reached
            repaired = _repaired(objective, constraints, candidate, reached)
            if repaired is not None:
                mended, after = repaired
                if mended.value + penalty * float(after.violation.sum()) <= merit + slack:
                    return mended, after
        length /= 2.0
    return None


def _repaired(
    objective: Objective, constraints: Constraints, candidate: Located, reached: _State
) -> tuple[Located, _State] | None:
    """Go back to the curved equalities by the shortest way, so that full steps are not refused near the solution."""
    if not reached.n_equal:
        return None
    slopes = reached.slopes[: reached.n_equal]
    back = np.asarray(np.linalg.lstsq(slopes, -reached.values[: reached.n_equal], rcond=None)[0], dtype=np.float64)
    mended = objective.at(candidate.theta + constraints.linear.expand(back))
    return None if mended is None else (mended, _state(constraints, mended.theta))


def quadratic_program(
    hessian: Matrix, gradient: Matrix, slopes: Matrix, targets: Matrix, n_equal: int
) -> tuple[Matrix, Matrix] | None:
    r"""
    Minimise :math:`g'd + \frac12 d'Hd` with ``slopes @ d`` equal to (first `n_equal`) or at least `targets`.

    The dual method of Goldfarb and Idnani (1983): begin at the free minimum, add the most violated condition, drop
    those whose multiplier turns negative.

    Returns
    -------
    (d, multipliers) or None
        None when the conditions contradict each other.
    """
    inverse = np.asarray(np.linalg.inv(hessian), dtype=np.float64)
    d = -inverse @ gradient
    active: list[int] = []
    signs = np.ones(len(targets))
    u = np.zeros(0)
    for _ in range(50 * (len(targets) + 1)):
        gap = slopes @ d - targets
        broken = np.where(np.arange(len(targets)) < n_equal, -np.abs(gap), gap)
        broken[active] = 0.0
        if broken.min(initial=0.0) >= -1e-12 * (1.0 + np.abs(targets).max(initial=0.0)):
            multipliers = np.zeros(len(targets))
            multipliers[active] = u * signs[active]
            return d, multipliers
        # Equalities first, so that none of them is ever dropped.
        waiting = [k for k in range(n_equal) if k not in active and broken[k] < 0.0]
        k = waiting[0] if waiting else int(broken.argmin())
        signs[k] = -1.0 if k < n_equal and gap[k] > 0 else 1.0
        found = _add(inverse, slopes, targets, signs, active, u, d, k, n_equal)
        if found is None:
            return None
        active, u, d = found
    return None


def _add(
    inverse: Matrix,
    slopes: Matrix,
    targets: Matrix,
    signs: Matrix,
    active: list[int],
    u: Matrix,
    d: Matrix,
    k: int,
    n_equal: int,
) -> tuple[list[int], Matrix, Matrix] | None:
    """Make condition `k` hold, dropping active inequalities whose multipliers would turn negative."""
    normal = signs[k] * slopes[k]
    active, u, own = list(active), u.copy(), 0.0
    for _ in range(len(targets) + 2):
        n = (signs[active][:, None] * slopes[active]).T
        if active:
            pulled = inverse @ n
            r = np.linalg.lstsq(n.T @ pulled, pulled.T @ normal, rcond=None)[0]
            z = inverse @ normal - pulled @ r
        else:
            r, z = np.zeros(0), inverse @ normal
        ratios = [(u[i] / r[i], i) for i, a in enumerate(active) if a >= n_equal and r[i] > 1e-14]
        partial, blocking = min(ratios, default=(np.inf, -1))
        reach = float(z @ normal)
        full = (signs[k] * targets[k] - float(normal @ d)) / reach if reach > 1e-13 * float(normal @ normal) else np.inf
        length = min(partial, full)
        if not np.isfinite(length):
            return None
        if np.isfinite(full):
            d = d + length * z
        u = u - length * r
        own += length
        if length == full:
            return [*active, k], np.append(u, own), d
        del active[blocking]
        u = np.delete(u, blocking)
    return None


def _slsqp(objective: Objective, constraints: Constraints, start: Matrix) -> Matrix | None:
    """Return where scipy's general solver ends, in case it finds the right neighbourhood."""
    from scipy.optimize import minimize

    linear = constraints.linear
    last = objective.at(start)
    worst = 1e10 if last is None else abs(last.value) * 1e3 + 1e3

    def value(alpha: Matrix) -> tuple[float, Matrix]:
        point = objective.at(linear.offset + linear.basis @ alpha)
        return (worst, np.zeros(len(alpha))) if point is None else (point.value, linear.reduce(point.gradient))

    def states(part: Callable[[_State], Matrix]) -> Callable[[Matrix], Matrix]:
        return lambda alpha: part(_state(constraints, linear.offset + linear.basis @ alpha))

    n = len(constraints.equalities)
    conditions = [
        {"type": "eq", "fun": states(lambda s: s.values[:n]), "jac": states(lambda s: s.slopes[:n])},
        {"type": "ineq", "fun": states(lambda s: s.values[n:]), "jac": states(lambda s: s.slopes[n:])},
    ]
    alpha = linear.basis.T @ (start - linear.offset)
    try:
        found = minimize(
            value, alpha, jac=True, method="SLSQP", constraints=conditions, options={"maxiter": 500, "ftol": 1e-12}
        )
    except (ValueError, np.linalg.LinAlgError):
        return None
    return np.asarray(linear.offset + linear.basis @ found.x)
