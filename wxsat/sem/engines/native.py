"""Our own engine: closed-form starts, Gauss-Newton and exact Newton steps, constraints of every kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.constrained import search_constrained
from wxsat.sem.discrepancy.objectives import LeastSquares, MaximumLikelihood
from wxsat.sem.engines.engine import Estimate, Task
from wxsat.sem.implied import implied_groups
from wxsat.sem.robust.weights import estimator_metrics, unbiased
from wxsat.sem.scoring import Objective, Optimum, quasi_newton, search
from wxsat.sem.start_values import good_starts, small_latents, start_values

if TYPE_CHECKING:
    from numpy.typing import NDArray


LONG = 50  # steps after which a solution is looked at twice
ENOUGH = 4  # starts tried before a solution of that kind is taken


class NativeEngine:
    """ML (normal, Wishart), GLS, ULS, DWLS and WLS over groups, with or without means."""

    name = "native"

    def estimate(self, task: Task) -> Estimate:
        """
        Return the estimates from the first start that leads to a plain solution.

        A solution that took long, or has a variance below zero, may be the wrong one of several: then the other starts
        are tried as well and the lowest is taken.
        """
        objective = objective_of(task)
        tried: list[tuple[Optimum, NDArray[np.float64]]] = []
        for start in _starts(task):
            tried.append((find(objective, task, start), start))
            if (len(tried) == 1 and _plain(tried[0][0], task)) or (
                len(tried) >= ENOUGH and any(o.converged for o, _ in tried)
            ):
                break
        if not any(optimum.converged for optimum, _ in tried) and task.constraints.only_linear:
            start = small_latents(task.table, task.sample)
            tried.append((find(objective, task, quasi_newton(objective, task.constraints.linear, start)), start))
        best, began = min(tried, key=lambda pair: (not pair[0].converged, round(pair[0].value, 12)))
        iterations = sum(o.iterations for o, _ in tried)
        details = f"{task.discrepancy}, {iterations} steps, scaled gradient {best.gradient_norm:.1e}"
        return Estimate(
            best.theta, best.value, best.converged, iterations, best.reason, best.gradient_norm, details, start=began
        )


def _plain(optimum: Optimum, task: Task) -> bool:
    """Whether nothing about a solution makes one look for another."""
    if not optimum.converged or optimum.iterations > LONG:
        return False
    variances = (cells.fill(optimum.theta)[1].diagonal() for cells in task.cells)
    return all(bool((diagonal >= 0).all()) for diagonal in variances)


def find(objective: Objective, task: Task, start: NDArray[np.float64]) -> Optimum:
    """Search from one start, by the way that the constraints ask for."""
    if task.constraints.only_linear:
        return search(objective, task.constraints.linear, start)
    return search_constrained(objective, task.constraints, start)


def objective_of(task: Task) -> Objective:
    """Return the discrepancy of a task."""
    sizes = np.array([moments.weight_sum for moments in task.sample])
    means = [moments.mean for moments in task.sample]
    if task.discrepancy == "ML" and not task.wishart:
        covariances = [moments.covariance for moments in task.sample]
        return MaximumLikelihood(task.cells, covariances, means, sizes / sizes.sum())
    covariances = [unbiased(moments) for moments in task.sample]
    shares = (sizes - 1.0) / (sizes - 1.0).sum()
    if task.discrepancy == "ML":
        return MaximumLikelihood(task.cells, covariances, means, shares)
    given = np.array([task.sample.names.index(name) for name in task.table.covariates], dtype=np.intp)
    simple = implied_groups(task.cells, start_values(task.table, task.sample[0].covariance))
    metrics = estimator_metrics(task.discrepancy, simple, task.sample, given)
    return LeastSquares(task.cells, covariances, means, shares, metrics)


def _starts(task: Task) -> Iterator[NDArray[np.float64]]:
    """Yield starts, the most promising first: in closed form, simple, with small latents, and mixtures."""
    good = good_starts(task.table, task.sample)
    yield good
    simple = start_values(task.table, task.sample[0].covariance)
    yield simple
    yield small_latents(task.table, task.sample)
    for share in (0.3, 0.7):
        yield share * good + (1.0 - share) * simple
    generator = np.random.default_rng(20240501)
    for _ in range(4):
        yield simple * generator.uniform(0.7, 1.3, size=len(simple))
