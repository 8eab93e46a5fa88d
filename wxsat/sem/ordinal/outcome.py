"""From table and ordinal sample to a solution with its inference, in the shape of every other outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from wxsat.sem.constrained import search_constrained
from wxsat.sem.engines.engine import Estimate
from wxsat.sem.fit_options import FitOptions
from wxsat.sem.implied import Implied
from wxsat.sem.moments import Sample
from wxsat.sem.ordinal.baseline import ordinal_baseline
from wxsat.sem.ordinal.concentrated import search_linear
from wxsat.sem.ordinal.findings import ordinal_findings
from wxsat.sem.ordinal.fit_measures import ordinal_measures
from wxsat.sem.ordinal.implied import OrdinalPoint, ordinal_point
from wxsat.sem.ordinal.inference import (
    OrdinalPieces,
    bread_of,
    estimates_covariance,
    ordinal_pieces,
    ordinal_tests,
    traces_of,
    turned_gammas,
)
from wxsat.sem.ordinal.layout import OrdinalLayout, lay_out_ordinal
from wxsat.sem.ordinal.objective import OrdinalLeastSquares
from wxsat.sem.ordinal.responses import response_model
from wxsat.sem.ordinal.robust_indices import robust_quantities, why_not_robust
from wxsat.sem.ordinal.sample import OrdinalGroup
from wxsat.sem.ordinal.start import ordinal_starts
from wxsat.sem.ordinal.weights import Root, nacov_of, sizes_of, weight_roots
from wxsat.sem.outcome import Outcome, unknown_at_constraints
from wxsat.sem.parameter_table import ParameterTable
from wxsat.sem.restrictions import Constraints
from wxsat.sem.scoring import Optimum, quasi_newton, search

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

ENOUGH = 4  # starts tried before a doubtful solution is taken
LONG = 120  # steps after which a solution is looked at twice


@dataclass(frozen=True)
class OrdinalWork:
    """
    The pieces of an ordinal fit, for what is computed from it later.

    Attributes
    ----------
    layouts : tuple of OrdinalLayout
    points : tuple of OrdinalPoint
        At the estimates.
    roots : tuple of Root
    turned : tuple of ndarray
        Gamma in the metric of the weights; empty where it was not needed.
    pieces : OrdinalPieces
    sizes : ndarray, shape (n_groups,)
    bread : ndarray, shape (n_free, n_free)
        Inverse of the information under the restrictions.
    """

    layouts: tuple[OrdinalLayout, ...]
    points: tuple[OrdinalPoint, ...]
    roots: tuple[Root, ...]
    turned: tuple[Array, ...]
    pieces: OrdinalPieces
    sizes: Array
    bread: Array


@dataclass(frozen=True)
class OrdinalOutcome(Outcome):
    """An outcome with the pieces that only ordinal models have."""

    work: OrdinalWork | None = None

    @property
    def ordinal_groups(self) -> tuple[OrdinalGroup, ...]:
        """The groups of the sample, each with its ordinal moments."""
        return cast("tuple[OrdinalGroup, ...]", tuple(self.sample))

    def small_condition(self, limit: float) -> float | None:
        """Return the condition where it may be below `limit`; the inverse, which is known here, bounds it."""
        if self.work is not None and self.restrictions.trivial:
            trace = float(np.diag(self.work.bread) @ np.diag(self.information))
            if 0.0 < trace < 1e-2 / (limit * len(self.vcov)):
                return None
        return self.condition


def reach_ordinal(
    table: ParameterTable, constraints: Constraints, sample: Sample, options: FitOptions, df: int
) -> OrdinalOutcome:
    """Return the solution of a model with ordinal variables, converged or not."""
    groups = cast("tuple[OrdinalGroup, ...]", tuple(sample))
    recipe = options.recipe
    layouts = tuple(lay_out_ordinal(table, g) for g in range(1, table.n_groups + 1))
    roots = weight_roots(recipe.estimator, groups)
    sizes = sizes_of(groups)
    observed = [np.asarray(group.known.statistics) for group in groups]
    objective = OrdinalLeastSquares(layouts, observed, roots, (sizes - 1.0) / (sizes - 1.0).sum())
    optimum, start = find_solution(objective, table, constraints, groups)
    points = tuple(ordinal_point(layout, optimum.theta) for layout in layouts)
    restrictions = constraints.at_solution(optimum.theta)
    turned = turned_gammas(roots, [nacov_of(group) for group in groups])
    jacobians = [root.turn(point.jacobian) for root, point in zip(roots, points, strict=True)]
    pieces = ordinal_pieces(jacobians, turned, sizes)
    bread = bread_of(pieces, restrictions)
    product = bread @ pieces.meat
    vcov = estimates_covariance(bread, product, recipe, sizes)
    statistic = max(optimum.value, 0.0) * float((sizes - 1.0).sum())
    tests = ordinal_tests(statistic, df, traces_of(pieces, bread, product), recipe)
    baseline = ordinal_baseline(layouts, observed, roots, turned, sizes, recipe)
    reason = why_not_robust(points, groups) if recipe.tests else None
    population = None
    if recipe.tests and reason is None and df > 0:
        population = robust_quantities(points, groups, roots, bread, df)
    fit = ordinal_measures(
        points, groups, roots, tests=tests, baseline=baseline.tests, population=population,
        n_parameters=constraints.n_unique,
    )  # fmt: skip
    implied = tuple(response_model(point, group, table, g) for g, (point, group) in
                    enumerate(zip(points, groups, strict=True), start=1))  # fmt: skip
    return OrdinalOutcome(
        Estimate(
            optimum.theta, optimum.value, optimum.converged, optimum.iterations, optimum.reason, optimum.gradient_norm,
            f"{recipe.estimator} on ordinal statistics, {optimum.iterations} steps, "
            f"scaled gradient {optimum.gradient_norm:.1e}", start=start,
        ),
        cast("tuple[Implied, ...]", implied),
        sample,
        unknown_at_constraints(vcov, restrictions, constraints),
        pieces.information,
        restrictions,
        df,
        constraints.n_unique,
        tests,
        fit,
        recipe,
        ordinal_findings(table, groups, options, reason, population is not None),
        work=OrdinalWork(layouts, points, roots, tuple(turned), pieces, sizes, bread),
    )  # fmt: skip


def find_solution(
    objective: OrdinalLeastSquares, table: ParameterTable, constraints: Constraints, sample: Sequence[OrdinalGroup]
) -> tuple[Optimum, Array]:
    """Return the lowest solution from the first starts that lead to one, and where it began."""
    tried: list[tuple[Optimum, Array]] = []
    for start in ordinal_starts(table, sample):
        if constraints.only_linear:
            found = search_linear(objective, constraints, start)
        else:
            found = search_constrained(objective, constraints, start)
        tried.append((found, start))
        if len(tried) == 1 and found.converged and found.iterations <= LONG:
            break
        if len(tried) >= ENOUGH and any(o.converged for o, _ in tried):
            break
    if not any(o.converged for o, _ in tried) and constraints.only_linear:
        start = quasi_newton(objective, constraints.linear, tried[0][1])
        tried.append((search(objective, constraints.linear, start), tried[0][1]))
    return min(tried, key=lambda pair: (not pair[0].converged, round(pair[0].value, 12)))
