"""The second step of structural after measurement: the regressions, the measurement part being known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.errors import EstimationError
from wxsat.sem.discrepancy.objectives import MaximumLikelihood
from wxsat.sem.implied import implied_groups
from wxsat.sem.matrices import lay_out_groups
from wxsat.sem.moments import Moments, Sample
from wxsat.sem.parameter_table import ParameterTable
from wxsat.sem.restrictions import Restrictions, linear_restrictions
from wxsat.sem.robust.hessian import group_shares
from wxsat.sem.sam_part_fit import FittedPart, estimate_part, information_at
from wxsat.sem.sam_parts import Part
from wxsat.sem.scoring import search
from wxsat.sem.start_values import good_starts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

NO_ERROR = 1e-6  # a residual variance below this is that of an item without error


@dataclass(frozen=True)
class SecondStep:
    """
    The structural part at its optimum.

    Attributes
    ----------
    theta : ndarray
        Of the structural part's own parameters.
    latent, reliability : tuple of ndarray
        Covariances of the latents and reliabilities of their scores, a group each; global SAM has no scores.
    shrunk : tuple of float
        The share of the measurement error that was taken off, a group each.
    chisq, df : float, int
    """

    theta: Array
    latent: tuple[Array, ...]
    reliability: tuple[Array, ...]
    shrunk: tuple[float, ...]
    chisq: float
    df: int


def solve_locally(table: ParameterTable, sample: Sample, theta: Array, structural: Part, mapping: str) -> SecondStep:
    """Fit the regressions to the covariance of the mapped items less that of their errors."""
    names = structural.table.observed_names
    size = float(sum(m.weight_sum for m in sample))
    cells = lay_out_groups(table, sample)
    latent, reliability, shrunk, moments = [], [], [], []
    for layout, group in zip(cells, sample, strict=True):
        a, s, _ = layout.fill(theta)
        at = [layout.names.index(name) for name in names]
        seen = layout.n_observed
        loadings = a[:seen][:, at].copy()
        residual = s[:seen, :seen].copy()
        for column, name in enumerate(names):
            if name in table.observed_names:
                i = layout.names.index(name)
                loadings[i] = 0.0
                loadings[i, column] = 1.0
                residual[i] = residual[:, i] = 0.0
        mapped = _mapping(loadings, residual, group.covariance, mapping)
        scores = mapped @ group.covariance @ mapped.T
        noise = mapped @ residual @ mapped.T
        share = _largest_share(scores, noise)
        step = 1.0 / (size - 1.0)
        factor = share - step if share < 1.0 + step else 1.0
        covariance = scores - factor * noise
        if table.std_lv:
            sd = np.sqrt(np.diag(covariance))
            scale = np.where([name in table.latent_names for name in names], sd, 1.0)
            covariance = covariance / np.outer(scale, scale)
        latent.append((covariance + covariance.T) / 2)
        reliability.append(np.diag(scores - factor * noise) / np.diag(scores))
        shrunk.append(factor)
        moments.append(Moments(names, latent[-1], np.zeros(len(names)), group.n_obs, group.n_read,
                               weights=group.weights, group=group.group))  # fmt: skip
    fitted = estimate_part(structural, Sample(moments), "structural part")
    return SecondStep(fitted.theta, tuple(latent), tuple(reliability), tuple(shrunk), fitted.chisq, fitted.df)


def _mapping(loadings: Array, residual: Array, covariance: Array, kind: str) -> Array:
    if np.linalg.matrix_rank(loadings) < loadings.shape[1]:
        raise EstimationError("SEM-052", "the loadings do not tell the latents apart.", where="measurement part",
                              hint='Use method="global".')  # fmt: skip
    weight: Array
    if kind == "ULS":
        weight = np.eye(len(loadings))
    elif kind == "GLS":
        weight = np.asarray(np.linalg.inv(covariance), dtype=np.float64)
    else:
        # An item without error speaks for itself: unit weight, no ties to the others.
        exact = np.abs(np.diag(residual)) < NO_ERROR
        weight = np.zeros_like(residual)
        rest = np.flatnonzero(~exact)
        weight[np.ix_(rest, rest)] = np.linalg.inv(residual[np.ix_(rest, rest)])
        weight[exact, exact] = 1.0
    return np.asarray(np.linalg.solve(loadings.T @ weight @ loadings, loadings.T @ weight))


def _largest_share(scores: Array, noise: Array) -> float:
    """Return the smallest root of |scores - root noise|: how much noise can be taken off (Fuller 1987)."""
    factor = np.linalg.cholesky(scores)
    inner = np.linalg.solve(factor, np.linalg.solve(factor, noise).T)
    largest = float(np.linalg.eigvalsh((inner + inner.T) / 2)[-1])
    return 1.0 / largest if largest > 0 else float("inf")


def solve_globally(table: ParameterTable, sample: Sample, theta: Array, structural: Part) -> SecondStep:
    """Fit the regressions to the items' covariance, the measurement part held where it is."""
    cells = lay_out_groups(table, sample)
    shares = group_shares(sample)
    restrictions = _held(table, theta, structural)
    objective = MaximumLikelihood(cells, [m.covariance for m in sample], [m.mean for m in sample], shares)
    start = good_starts(table, sample)
    known = structural.origin[structural.origin >= 0]
    begin = theta.copy()
    begin[known] = start[known]
    found = search(objective, restrictions, begin)
    if not found.converged:
        raise EstimationError("SEM-053", f"the structural part did not converge: {found.reason}.", where=table.name)
    size = float(sum(m.weight_sum for m in sample))
    whole = implied_groups(cells, found.theta)
    at = [cells[0].names.index(name) for name in structural.table.observed_names]
    latent = tuple(x.all_covariance[np.ix_(at, at)] for x in whole)
    second = np.zeros(len(structural.origin))
    second[structural.origin >= 0] = found.theta[known]
    p, x = len(sample.names), len(table.covariates)
    df = len(sample) * (p * (p + 1) // 2 - x * (x + 1) // 2) - restrictions.n_unique
    return SecondStep(second, latent, (), (), size * max(found.value, 0.0), df)


def _held(table: ParameterTable, theta: Array, structural: Part) -> Restrictions:
    """Return the restrictions that hold the measurement part where it is."""
    inner = linear_restrictions(structural.table)
    known = structural.origin >= 0
    rows = structural.origin[known]
    used = np.abs(inner.basis[known]).max(axis=0) > 0
    basis = np.zeros((table.n_free, int(used.sum())))
    basis[rows] = inner.basis[np.ix_(known, used)]
    offset = theta.copy()
    offset[rows] = inner.offset[known]
    return Restrictions(basis, offset)


def two_step_covariance(
    table: ParameterTable, sample: Sample, theta: Array, fitted: Sequence[FittedPart], structural: Part
) -> Array:
    """Return the covariance of all estimates; those of the second step carry the uncertainty of the first."""
    size = float(sum(m.weight_sum for m in sample))
    information = information_at(table, sample, theta)
    first = np.zeros_like(information)
    for block in fitted:
        known = np.flatnonzero(block.part.origin >= 0)
        at = block.part.origin[known]
        first[np.ix_(at, at)] += block.vcov[np.ix_(known, known)]
    second = structural.origin[structural.origin >= 0]
    first[second] = 0.0
    first[:, second] = 0.0
    basis = _held(table, theta, structural).basis
    bread = basis @ np.linalg.inv(basis.T @ information @ basis) @ basis.T
    spread = bread @ information @ first @ information @ bread
    return np.asarray(first + bread / size + spread)
