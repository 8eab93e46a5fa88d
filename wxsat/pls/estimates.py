r"""From weights to everything that depends on correlations alone, for many samples at once.

Paths are regressions of composites on their causes; with consistent estimates (PLSc) the correlations of mode A
constructs are divided by :math:`\sqrt{\rho_{A,i}\rho_{A,j}}` first and their loadings become
:math:`\hat w\sqrt{\rho_A}/\hat w'\hat w`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from wxsat.pls.algorithm import Solution, regress, search_weights
from wxsat.pls.model import PathModel
from wxsat.pls.plan import Plan
from wxsat.psychometrics.coefficients.rho_a import rho_a_of_weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(frozen=True)
class Estimates:
    """
    Estimates of `n` samples; what belongs to a sample without a solution is NaN.

    Attributes
    ----------
    paths, total : ndarray, shape (n, nodes, nodes)
        ``[target, source]``, nodes as in ``plan.nodes``; total effects leave the identity out.
    r2 : ndarray, shape (n, nodes)
        NaN for a node that no path leads to.
    moments : ndarray, shape (n, nodes, nodes)
        Covariances of the nodes, corrected for attenuation with PLSc; composites have variance one.
    outer_weights, outer_loadings : ndarray, shape (n, rows)
        One a row of :func:`outer_rows`.
    rho_a : ndarray, shape (n, constructs)
        NaN for single items and mode B.
    column_weights : ndarray, shape (n, columns, constructs)
        Weights of the composites on the standardised columns of the data.
    iterations, converged : ndarray, shape (n,)
    """

    paths: Array
    total: Array
    r2: Array
    moments: Array
    outer_weights: Array
    outer_loadings: Array
    rho_a: Array
    column_weights: Array
    iterations: NDArray[np.int64]
    converged: NDArray[np.bool_]
    loadings: Array


def outer_rows(plan: Plan) -> list[tuple[str, str, str]]:
    """Return (construct, item, mode) of every weight: the last model's, then those of the first stage."""
    rows: list[tuple[str, str, str]] = [
        (block.name, item, block.mode) for block in plan.final.blocks for item in block.items
    ]
    if plan.staged:
        kept = _kept(plan)
        rows += [(b.name, i, b.mode) for j, b in enumerate(plan.first.blocks) if j in kept for i in b.items]
    return rows


def _kept(plan: Plan) -> list[int]:
    parts = {item for block in plan.final.blocks for item in block.items} & set(plan.first.constructs)
    return [j for j, block in enumerate(plan.first.blocks) if block.name in parts]


def estimate(plan: Plan, correlation: Array, start: Array | None = None) -> Estimates:
    r"""
    Estimate a model without its products from correlation matrices of ``plan.columns``, shape (n, p, p).

    Examples
    --------
    >>> from wxsat.pls.plan import plan_estimation
    >>> from wxsat.pls.read_model import read_path_model
    >>> plan = plan_estimation(read_path_model("A =~ a1 + a2\nB =~ b1 + b2\nB ~ A"), consistent=True)
    >>> lam = np.array([.8, .6, .7, .9])
    >>> block = np.kron([[1, .5], [.5, 1]], np.ones((2, 2)))
    >>> r = np.outer(lam, lam) * block
    >>> np.fill_diagonal(r, 1.0)
    >>> found = estimate(plan, r[None])
    >>> found.paths[0, 1, 0].round(6).item(), found.outer_loadings[0].round(6).tolist()
    (0.5, [0.8, 0.6, 0.7, 0.9])
    """
    picked = plan.picked
    r = correlation[:, picked[:, None], picked]
    first = search_weights(plan.first, r, plan.how, start if not plan.staged else None)
    spread = np.zeros((len(plan.columns), len(picked)))
    spread[picked, np.arange(len(picked))] = 1.0
    base = spread @ first.weights
    if not plan.staged:
        return _assemble(plan, first, base)
    transform = _stage_items(plan, base)
    second = search_weights(plan.final, np.swapaxes(transform, 1, 2) @ correlation @ transform, plan.how, start)
    found = _assemble(plan, second, transform @ second.weights)
    left = [own_rows(plan.first, first.weights), own_rows(plan.first, first.loadings)]
    rows = np.concatenate([plan.first.places[j] for j in _kept(plan)])
    return replace(
        found,
        outer_weights=np.hstack([found.outer_weights, left[0][:, rows]]),
        outer_loadings=np.hstack([found.outer_loadings, left[1][:, rows]]),
        iterations=first.iterations + second.iterations,
    )


def stage_transform(plan: Plan, correlation: Array) -> Array:
    """Return the items of the last model of a two-stage plan as weights on the columns, shape (n, columns, items)."""
    picked = plan.picked
    first = search_weights(plan.first, correlation[:, picked[:, None], picked], plan.how)
    spread = np.zeros((len(plan.columns), len(picked)))
    spread[picked, np.arange(len(picked))] = 1.0
    return _stage_items(plan, spread @ first.weights)


def _stage_items(plan: Plan, base: Array) -> Array:
    """Return the items of the last model as weights on the columns, shape (n, columns, items)."""
    found = np.zeros((len(base), len(plan.columns), len(plan.final.items)))
    for k, item in enumerate(plan.final.items):
        if item in plan.first.constructs and item not in plan.columns:
            found[:, :, k] = base[:, :, plan.first.constructs.index(item)]
        else:
            found[:, plan.columns.index(item), k] = 1.0
    return found


def own_rows(model: PathModel, matrix: Array) -> Array:
    """Return the entries of an items x constructs matrix that lie in the items' own block, shape (n, items)."""
    construct = np.concatenate([np.full(len(rows), j) for j, rows in enumerate(model.places)])
    return np.asarray(matrix[:, np.arange(len(construct)), construct])


def _assemble(plan: Plan, solution: Solution, column_weights: Array) -> Estimates:
    model = plan.final
    weights, loadings = own_rows(model, solution.weights), own_rows(model, solution.loadings)
    rho = rho_of(model, solution.weights)
    moments = solution.correlations
    if plan.consistent:
        correction = np.sqrt(np.where(np.isnan(rho), 1.0, np.where(rho > 0, rho, np.nan)))
        moments = moments / (correction[:, :, None] * correction[:, None, :])
        diagonal = np.arange(moments.shape[1])
        moments[:, diagonal, diagonal] = np.where(np.isnan(correction), np.nan, 1.0)
        for j, rows in enumerate(model.places):
            if model.blocks[j].mode == "A" and len(rows) > 1:
                own = weights[:, rows]
                loadings[:, rows] = own * (correction[:, j] / (own**2).sum(axis=1))[:, None]
    # A solution without consistent correlations is none.
    converged = solution.converged & np.isfinite(moments).all(axis=(1, 2))
    paths, total, r2 = inner_estimates(moments, model.adjacency)
    return Estimates(
        paths,
        total,
        r2,
        moments,
        weights,
        loadings,
        rho,
        column_weights,
        solution.iterations,
        converged,
        solution.loadings,
    )


def rho_of(model: PathModel, weights: Array) -> Array:
    """Return rho_A of every mode A block of two or more items, shape (n, constructs)."""
    found = np.full((len(weights), len(model.blocks)), np.nan)
    for j, (block, rows) in enumerate(zip(model.blocks, model.places, strict=True)):
        if block.mode == "A" and len(rows) > 1:
            found[:, j] = rho_a_of_weights(weights[:, rows, j])
    return found


def inner_estimates(moments: Array, adjacency: NDArray[np.bool_]) -> tuple[Array, Array, Array]:
    """Return paths, total effects and R2 from the covariances of the nodes."""
    n, size = moments.shape[:2]
    paths, r2 = np.zeros((n, size, size)), np.full((n, size), np.nan)
    for target, row in enumerate(adjacency):
        causes = np.flatnonzero(row)
        if len(causes):
            paths[:, target, causes] = regress(moments, causes, target)
            explained = (paths[:, target, causes] * moments[:, causes, target]).sum(axis=1)
            r2[:, target] = explained / moments[:, target, target]
    # The sum of the powers of an acyclic path matrix is finite; products of more than size - 1 paths are none.
    total, power = paths.copy(), paths
    for _ in range(size - 2):
        power = power @ paths
        total = total + power
    return paths, total, r2
