r"""Many fits of one model at once: all draws of a block take their Newton steps together.

From the full-sample solution the first step is the influence function, one matrix product for all draws. Then exact
Newton steps (Fisher's information where the Hessian is not positive definite), and once the steps are small chord
steps, which keep the factored Hessian. A draw is done when a step is shorter than `STEP_TOLERANCE` standard errors in
every parameter; the error that remains is smaller by the rate of convergence. What does not get there, or whose
implied matrix is not positive definite on the way, is left to be fitted alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.bootstrap.batched_implied import Batch, GivenCells, Layout, batched_moments, layout_of
from wxsat.sem.bootstrap.derivatives import Pairs, gradient_of, hessian_of, pairs_of, point_of
from wxsat.sem.bootstrap.draws import DrawnMoments
from wxsat.sem.matrices import cell_of, lay_out
from wxsat.sem.moments import COLLINEAR_TOLERANCE, Moments
from wxsat.sem.parameter_table import ParameterTable
from wxsat.sem.restrictions import Restrictions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

STEP_TOLERANCE = 1e-6  # of a full-sample standard error: 1e-7 relative error where |estimate| > SE
MAX_STEPS = 25
CHORD_BELOW = 0.05  # steps shorter than this many standard errors keep the Hessian of the step before
CHORD_RATE = 0.25  # ... as long as each is at most this share of the one before
LONG_STEP = 20.0  # standard errors; a longer step is cut
FAR = 2.0  # standard errors; after a longer step the next one follows the expected information, which never misleads
DRAWS_AT_ONCE = 16  # the arrays of a block stay in the cache


@dataclass(frozen=True)
class BatchModel:
    """
    A model laid out for many fits.

    Attributes
    ----------
    layouts : tuple of Layout
        One a group.
    pairs : tuple of Pairs
    basis : ndarray, shape (n_free, n_unique), optional
        K of the linear restrictions; None without any.
    """

    layouts: tuple[Layout, ...]
    pairs: tuple[Pairs, ...]
    basis: Array | None

    @property
    def n_free(self) -> int:
        """Length of theta."""
        return self.layouts[0].cells.n_free


@dataclass(frozen=True)
class BatchStart:
    """
    The full-sample solution, from which every draw begins.

    Attributes
    ----------
    theta : ndarray, shape (n_free,)
    error : ndarray, shape (n_free,)
        Standard errors, the unit in which steps are measured.
    step : ndarray, shape (n_free, n_free)
        Inverse of the observed information of one row, restrictions applied.
    """

    theta: Array
    error: Array
    step: Array


@dataclass(frozen=True)
class BatchFit:
    """
    Attributes
    ----------
    theta : ndarray, shape (n_draws, n_free)
    converged : ndarray of bool, shape (n_draws,)
    value : ndarray, shape (n_draws,)
        F, of which N times is chi-square; NaN where the draw did not converge.
    """

    theta: Array
    converged: NDArray[np.bool_]
    value: Array


def lay_out_batch(table: ParameterTable, sample: Sequence[Moments], restrictions: Restrictions) -> BatchModel:
    """Lay a table out for many fits."""
    layouts = []
    for group, moments in enumerate(sample, start=1):
        cells = lay_out(table, moments.covariance, moments.mean, group=group)
        layouts.append(layout_of(cells, _given_cells(table, cells.names, group)))
    whole = restrictions.n_unique == table.n_free
    return BatchModel(tuple(layouts), tuple(pairs_of(x) for x in layouts), None if whole else restrictions.basis)


def _given_cells(table: ParameterTable, names: Sequence[str], group: int) -> GivenCells:
    place = {name: i for i, name in enumerate(names)}
    rows = [r for r in table.parameters if r.group == group and r.exo and not r.free and r.ustart is None]
    found = [cell_of(row, place) for row in rows]
    s = np.array([c[1:] for c in found if c[0] == "undirected"], dtype=np.intp).reshape(-1, 2)
    mean = np.array([c[1] for c in found if c[0] == "intercept"], dtype=np.intp)
    return GivenCells(s[:, 0], s[:, 1], mean)


def start_of(model: BatchModel, theta: Array, sample: Sequence[DrawnMoments], n_obs: float) -> BatchStart:
    """Return what all draws begin with, from the moments of the full sample (blocks of one draw)."""
    at = _derivatives(model, theta[None], sample, hessian=True)
    q = model.n_free
    steps = []
    for parts in (at.hessian, at.expected):
        information = _mirrored(at.full(parts)[0].reshape(q, q))
        inner = information if model.basis is None else model.basis.T @ information @ model.basis
        inverse = np.asarray(np.linalg.inv(inner), dtype=np.float64)
        whole = inverse if model.basis is None else model.basis @ inverse @ model.basis.T
        steps.append(whole)
    observed, by_model = steps
    usable = bool(np.all(np.diag(observed) >= 0))
    error = np.sqrt(np.maximum(np.diag(by_model), 1e-300) / n_obs)
    return BatchStart(theta, error, observed if usable else by_model)


def fit_draws(model: BatchModel, start: BatchStart, sample: Sequence[DrawnMoments]) -> BatchFit:
    """
    Fit the model to every draw.

    Parameters
    ----------
    model, start
        From :func:`lay_out_batch` and :func:`start_of`.
    sample : sequence of DrawnMoments
        One a group.

    Returns
    -------
    BatchFit
        Draws that are not ``converged`` are to be fitted alone.
    """
    count = len(sample[0].mean)
    first = _first_step(model, start, sample)
    blocks = []
    for begin in range(0, count, DRAWS_AT_ONCE):
        keep = np.arange(begin, min(begin + DRAWS_AT_ONCE, count))
        blocks.append(_fit_block(model, start, [drawn.part(keep) for drawn in sample], first[keep]))
    return BatchFit(
        np.concatenate([b.theta for b in blocks]),
        np.concatenate([b.converged for b in blocks]),
        np.concatenate([b.value for b in blocks]),
    )


def _first_step(model: BatchModel, start: BatchStart, sample: Sequence[DrawnMoments]) -> Array:
    """Return the one-step estimates: the gradient at the full-sample solution is linear in the draw's moments."""
    count = len(sample[0].mean)
    shares = _shares(sample)
    gradient = np.zeros((count, model.n_free))
    for g, (layout, drawn) in enumerate(zip(model.layouts, sample, strict=True)):
        covariates = len(layout.given.row) + len(layout.given.mean)
        if covariates:
            # Sigma itself moves with the covariates of a draw: nothing is shared.
            at = batched_moments(layout, np.repeat(start.theta[None], count, axis=0), drawn)
            own = gradient_of(layout, point_of(layout, at, drawn, hessian=False))
        else:
            own = _shared_gradient(layout, start.theta, drawn)
        gradient[:, layout.cells.index] += shares[:, g, None] * own
    return np.asarray(start.theta - gradient @ start.step)


def _shared_gradient(layout: Layout, theta: Array, drawn: DrawnMoments) -> Array:
    at = batched_moments(layout, theta[None], drawn.part(np.zeros(1, dtype=np.intp)))
    inverse, cells, p = at.inverse[0], layout.cells, layout.cells.n_observed
    e = inverse @ at.total[0][:p]
    vu = e[:, cells.row]
    vw = np.where(cells.directed, inverse @ at.all_covariance[0][:p][:, cells.column], e[:, cells.column]) * layout.half
    rows, columns = np.tril_indices(p)
    weight = vu[rows] * vw[columns] + vu[columns] * vw[rows]
    weight[rows == columns] *= 0.5
    difference = drawn.covariance - at.sigma[0]
    if cells.has_means:
        residual = drawn.mean - at.mu[0]
        difference = difference + residual[:, :, None] * residual[:, None, :]
    gradient = -(difference[:, rows, columns] @ weight)
    if cells.has_means:
        mean = at.all_mean[0][cells.column]
        moved = np.where(cells.directed, mean, np.where(cells.intercept, 1.0, 0.0))
        gradient -= residual @ (vu * moved)
    return np.asarray(gradient)


def _shares(sample: Sequence[DrawnMoments]) -> Array:
    sizes = np.stack([drawn.size for drawn in sample], axis=1)
    return np.asarray(sizes / sizes.sum(axis=1, keepdims=True))


@dataclass(frozen=True)
class _Derivatives:
    """Gradient of F/2, and the lower triangles of expected information and of the Hessian, shape (n, q * q)."""

    gradient: Array
    model: BatchModel
    expected: list[Array]
    hessian: list[Array]

    def full(self, parts: list[Array]) -> Array:
        """Return flat q-by-q matrices of which the lower triangle alone means anything."""
        q = self.model.n_free
        shape = len(self.gradient), q * q
        if len(parts) == 1:
            whole = np.empty(shape)
            whole[:, self.model.pairs[0].place] = parts[0]
            return whole
        whole = np.zeros(shape)
        for pairs, part in zip(self.model.pairs, parts, strict=True):
            whole[:, pairs.place] += part
        return whole


def _derivatives(model: BatchModel, theta: Array, sample: Sequence[DrawnMoments], *, hessian: bool) -> _Derivatives:
    shares = _shares(sample)
    found = _Derivatives(np.zeros(theta.shape), model, [], [])
    for g, (layout, pairs, drawn) in enumerate(zip(model.layouts, model.pairs, sample, strict=True)):
        batch = batched_moments(layout, theta, drawn)
        point = point_of(layout, batch, drawn, hessian=hessian)
        share = shares[:, g, None]
        found.gradient[:, layout.cells.index] += share * gradient_of(layout, point)
        if hessian:
            expected, curved = hessian_of(layout, pairs, point)
            curved += expected
            several = len(model.layouts) > 1
            found.expected.append(expected * share if several else expected)
            found.hessian.append(curved * share if several else curved)
    return found


def _fit_block(model: BatchModel, start: BatchStart, sample: Sequence[DrawnMoments], theta: Array) -> BatchFit:
    count = len(theta)
    state = _Progress(theta.copy(), np.repeat(start.theta[None], count, axis=0), [None] * count, count)
    active = np.arange(count)
    for _ in range(MAX_STEPS):
        steps = np.full((len(active), model.n_free), np.nan)
        for renew in (True, False):
            mine = np.flatnonzero(state.chord[active] != renew)
            if mine.size:
                rows = active[mine]
                parts = [drawn.part(rows) for drawn in sample]
                far = state.size[rows] > FAR
                steps[mine] = _steps(model, state.theta[rows], parts, state.factors, rows, renew, far)
        active = state.advance(active, steps, np.max(np.abs(steps) / start.error, axis=1))
        if not active.size:
            break
    value = np.full(count, np.nan)
    keep = np.flatnonzero(state.done)
    if keep.size:
        value[keep] = discrepancy(model, state.theta[keep], [drawn.part(keep) for drawn in sample])
    return BatchFit(state.theta, state.done & np.isfinite(value), value)


class _Progress:
    """Where each draw of a block is, where it was, and whether it still renews its Hessian."""

    def __init__(self, theta: Array, before: Array, factors: list[Array | None], count: int) -> None:
        self.theta, self.before, self.factors = theta, before, factors
        self.size = np.zeros(count)
        self.done = np.zeros(count, dtype=bool)
        self.chord = np.zeros(count, dtype=bool)

    def advance(self, active: NDArray[np.intp], steps: Array, size: Array) -> NDArray[np.intp]:
        """Take the steps, go half the way back where there was none to take, and return who goes on."""
        finite = np.isfinite(size)
        lost = active[~finite]
        self.theta[lost] = (self.theta[lost] + self.before[lost]) / 2
        self.chord[lost] = False
        here, own = active[finite], size[finite]
        self.before[here] = self.theta[here]
        self.theta[here] -= steps[finite] * np.minimum(1.0, LONG_STEP / np.maximum(own, 1e-300))[:, None]
        self.done[here[own < STEP_TOLERANCE]] = True
        self.chord[here] = (own < CHORD_BELOW) & (~self.chord[here] | (own < CHORD_RATE * self.size[here]))
        self.size[here] = own
        return active[~finite | (size >= STEP_TOLERANCE)]


def _steps(
    model: BatchModel,
    theta: Array,
    sample: Sequence[DrawnMoments],
    factors: list[Array | None],
    rows: NDArray[np.intp],
    renew: bool,
    far: NDArray[np.bool_],
) -> Array:
    """
    Return the Newton steps of some draws, renewing their factored Hessians in `factors` when told to.

    Draws that are `far` take the expected information instead of the Hessian.
    """
    from scipy.linalg.lapack import dpotrf, dpotrs

    at = _derivatives(model, theta, sample, hessian=renew)
    inner = at.gradient if model.basis is None else at.gradient @ model.basis
    found = np.full(inner.shape, np.nan)
    if renew:
        whole, expected = at.full(at.hessian), None
        for k, row in enumerate(rows.tolist()):
            factors[row] = None
            if not np.isfinite(inner[k]).all():
                continue
            factor, fault = (
                (None, 1) if far[k] else dpotrf(_inner_hessian(model, whole[k]).T, lower=0, clean=0, overwrite_a=1)
            )
            if fault:
                expected = at.full(at.expected) if expected is None else expected
                factor, fault = dpotrf(_inner_hessian(model, expected[k]).T, lower=0, clean=0, overwrite_a=1)
            factors[row] = None if fault else factor
    for k, row in enumerate(rows.tolist()):
        factor = factors[row]
        if factor is not None:
            found[k] = dpotrs(factor, inner[k], lower=0)[0]
    return found if model.basis is None else found @ model.basis.T


def _inner_hessian(model: BatchModel, packed: Array) -> Array:
    q = model.n_free
    lower = packed.reshape(q, q)
    if model.basis is None:
        return lower
    return np.asarray(model.basis.T @ _mirrored(lower) @ model.basis)


def _mirrored(lower: Array) -> Array:
    """Return the symmetric matrix of a lower triangle."""
    return np.asarray(np.tril(lower) + np.tril(lower, -1).T)


def discrepancy(model: BatchModel, theta: Array, sample: Sequence[DrawnMoments]) -> Array:
    """Return F of every draw at its own point, NaN where the implied matrix is not positive definite."""
    shares = _shares(sample)
    total = np.zeros(len(theta))
    for g, (layout, drawn) in enumerate(zip(model.layouts, sample, strict=True)):
        total += shares[:, g] * _group_discrepancy(layout, batched_moments(layout, theta, drawn), drawn)
    return total


def _group_discrepancy(layout: Layout, batch: Batch, drawn: DrawnMoments) -> Array:
    p = layout.cells.n_observed
    trace = np.einsum("nij,nij->n", batch.inverse, drawn.covariance)
    value = log_determinants(batch.sigma, 0.0) - log_determinants(drawn.covariance) + (trace - p)
    if layout.cells.has_means:
        residual = drawn.mean - batch.mu
        value = value + np.einsum("ni,nij,nj->n", residual, batch.inverse, residual)
    return np.asarray(value)


def log_determinants(matrices: Array, least: float = COLLINEAR_TOLERANCE) -> Array:
    """Return log determinants, NaN where some variable has at most a share `least` of its own beyond those before."""
    from scipy.linalg.lapack import dpotrf

    found = np.full(len(matrices), np.nan)
    for k, matrix in enumerate(matrices):
        factor, fault = dpotrf(matrix.T, lower=0, clean=0)
        left = np.diagonal(factor) ** 2
        if fault == 0 and (left > least * np.diagonal(matrix)).all():
            found[k] = np.log(left).sum()
    return found


__all__ = [
    "BatchFit",
    "BatchModel",
    "BatchStart",
    "discrepancy",
    "fit_draws",
    "lay_out_batch",
    "log_determinants",
    "start_of",
]
