r"""Implied moments of many parameter vectors at once, and all that derivatives need as small Gram matrices.

Only latents and variables that act on others ("sources") have columns in :math:`E = (I - A)^{-1}` that differ from the
identity, so that the inverse is as small as the structural part. Every :math:`u_k` and :math:`w_k` of
:math:`\partial\Sigma = uw' + wu'` is a column of one dictionary :math:`G = [I\,|\,E_s\,|\,C_s]` (times 1/2 for a
variance): all traces are entries of :math:`G'\Sigma^{-1}G` and :math:`G'QG`, :math:`Q = \Sigma^{-1} -
\Sigma^{-1}(S + dd')\Sigma^{-1}`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.bootstrap.draws import DrawnMoments
from wxsat.sem.matrices import Cells

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Places = NDArray[np.intp]


@dataclass(frozen=True)
class GivenCells:
    """
    Cells that take their value from the sample: the moments of covariates.

    Attributes
    ----------
    row, column : ndarray of int
        Of S, also the places in the sample covariance.
    mean : ndarray of int
        Of alpha.
    """

    row: Places
    column: Places
    mean: Places


@dataclass(frozen=True)
class Layout:
    """
    One group's cells, with the place of every u and w in the dictionary.

    Attributes
    ----------
    cells : Cells
    given : GivenCells
    source : ndarray of int
        Variables with a column of their own in E; the latents are always among them.
    plain : ndarray of int
        Observed variables that are no source: their column is one of the identity.
    u, w : ndarray of int, shape (k,)
        Columns of the dictionary.
    half : ndarray, shape (k,)
        1/2 for variances, 0 for intercepts, else 1.
    depth : int
        Length of the longest path among the sources; -1 where they act on each other in a circle.
    crossed : bool
        Whether a plain variable covaries with a source.
    """

    cells: Cells
    given: GivenCells
    source: Places
    plain: Places
    u: Places
    w: Places
    half: Array
    depth: int
    crossed: bool

    @property
    def width(self) -> int:
        """Columns of the dictionary."""
        return len(self.plain) + 2 * len(self.source)


@dataclass(frozen=True)
class Batch:
    """
    One group at many points.

    Attributes
    ----------
    sigma, inverse : ndarray, shape (n, p, p)
        The inverse is NaN where Sigma is not positive definite.
    mu : ndarray, shape (n, p)
    total, all_covariance : ndarray, shape (n, m, m)
        E and C over all variables.
    all_mean : ndarray, shape (n, m)
    s : ndarray, shape (n, m, m)
    a : ndarray, shape (n, m, m)
    columns : ndarray, shape (n, p, 2 n_source)
        The dictionary without its identity: E_s and C_s.
    """

    sigma: Array
    inverse: Array
    mu: Array
    total: Array
    all_covariance: Array
    all_mean: Array
    a: Array
    s: Array
    columns: Array


def layout_of(cells: Cells, given: GivenCells) -> Layout:
    """Find sources and give every parameter its columns of the dictionary."""
    size, p = len(cells.names), cells.n_observed
    acting = (cells.fixed_a != 0).any(axis=0)
    acting[cells.column[cells.directed]] = True
    acting[p:] = True
    source, plain = np.flatnonzero(acting), np.flatnonzero(~acting[:p])
    # Where the E column and the C column of every variable stand in the dictionary.
    of_e, of_c = np.full(size, -1, dtype=np.intp), np.full(size, -1, dtype=np.intp)
    of_e[plain] = np.arange(len(plain))
    of_e[source] = len(plain) + np.arange(len(source))
    of_c[source] = len(plain) + len(source) + np.arange(len(source))
    half = np.where(cells.undirected & (cells.row == cells.column), 0.5, 1.0)
    half[cells.intercept] = 0.0
    w = np.where(cells.directed, of_c[cells.column], of_e[cells.column])
    among = np.zeros((size, size), dtype=bool)
    among[cells.row[cells.directed], cells.column[cells.directed]] = True
    among |= cells.fixed_a != 0
    tied = np.zeros((size, size), dtype=bool)
    tied[cells.row[cells.undirected], cells.column[cells.undirected]] = True
    tied |= cells.fixed_s != 0
    tied[given.row, given.column] = True
    tied |= tied.T
    return Layout(
        cells, given, source, plain, of_e[cells.row], w, half,
        _depth(among[np.ix_(source, source)]),
        bool(tied[np.ix_(plain, source)].any()),
    )  # fmt: skip


def batched_moments(layout: Layout, theta: Array, sample: DrawnMoments, *, invert: bool = True) -> Batch:
    """
    Return the implied moments at every row of `theta`; covariates take their moments from `sample`.

    Without `invert` the inverses are left empty.
    """
    cells = layout.cells
    p, source, count = cells.n_observed, layout.source, len(theta)
    a, s, alpha = _fill(layout, theta, sample)
    size = a.shape[1]
    whole = np.eye(size)[:, source][None] + np.zeros((count, 1, 1))
    reaching = a[:, :, source]
    if layout.depth:
        reaching = reaching @ _among_sources(a[:, source[:, None], source], layout.depth)
    whole += reaching
    covariance = s.copy()
    covariance[:, source, :] = 0.0
    covariance[:, :, source] = 0.0
    covariance += whole @ s[:, source[:, None], source] @ whole.transpose(0, 2, 1)
    if layout.crossed:
        across = np.zeros_like(s)
        across[:, :, layout.plain] = whole @ s[:, source[:, None], layout.plain]
        covariance += across + across.transpose(0, 2, 1)
    total = np.zeros_like(a)
    total[:, np.arange(size), np.arange(size)] = 1.0
    total[:, :, source] = whole
    mean = np.zeros((count, size))
    if cells.has_means:
        mean = (total @ alpha[:, :, None])[:, :, 0]
    sigma = np.ascontiguousarray(covariance[:, :p, :p])
    columns = np.concatenate([whole[:, :p], covariance[:, :p, source]], axis=2)
    inverse = _inverses(sigma) if invert else np.zeros((count, 0, 0))
    return Batch(sigma, inverse, mean[:, :p], total, covariance, mean, a, s, columns)


def _depth(acts: NDArray[np.bool_]) -> int:
    """Return the length of the longest path, -1 where there is a circle."""
    walks = acts
    for length in range(len(acts)):
        if not walks.any():
            return length
        walks = (walks.astype(np.int64) @ acts.astype(np.int64)) > 0
    return -1


def _among_sources(a: Array, depth: int) -> Array:
    """Return (I - A)^-1: a handful of products where paths end, (I + A)(I + A^2)..., else an inverse."""
    unit = np.eye(a.shape[1])
    if depth < 0:
        return np.asarray(np.linalg.inv(unit - a))
    whole, power, reached = unit + a, a, 1
    while reached < depth:
        power = power @ power
        whole = whole + whole @ power
        reached = 2 * reached + 1
    return np.asarray(whole)


def _fill(layout: Layout, theta: Array, sample: DrawnMoments) -> tuple[Array, Array, Array]:
    cells, given = layout.cells, layout.given
    a = np.repeat(cells.fixed_a[None], len(theta), axis=0)
    s = np.repeat(cells.fixed_s[None], len(theta), axis=0)
    alpha = np.repeat(cells.fixed_alpha[None], len(theta), axis=0)
    if len(given.row):
        s[:, given.row, given.column] = s[:, given.column, given.row] = sample.covariance[:, given.row, given.column]
    if len(given.mean):
        alpha[:, given.mean] = sample.mean[:, given.mean]
    own = theta[:, cells.index]
    at, st, mt = cells.directed, cells.undirected, cells.intercept
    a[:, cells.row[at], cells.column[at]] = own[:, at]
    s[:, cells.row[st], cells.column[st]] = own[:, st]
    s[:, cells.column[st], cells.row[st]] = own[:, st]
    alpha[:, cells.row[mt]] = own[:, mt]
    return a, s, alpha


def _inverses(matrices: Array) -> Array:
    """Return the inverses of symmetric matrices, NaN where one is not positive definite."""
    from scipy.linalg.lapack import dpotrf, dpotri

    found = np.empty_like(matrices)
    for k, matrix in enumerate(matrices):
        # LAPACK reads columns first: the transposed view of a symmetric matrix needs no copy.
        factor, fault = dpotrf(matrix.T, lower=0, clean=0)
        if fault == 0:
            factor, fault = dpotri(factor, lower=0, overwrite_c=1)
        found[k] = factor if fault == 0 else np.nan
    rows, columns = np.tril_indices(matrices.shape[1], -1)
    found[:, rows, columns] = found[:, columns, rows]
    return found


def gram(layout: Layout, columns: Array, weight: Array) -> Array:
    """Return G'XG of the whole dictionary for symmetric X, flat: shape (n, width * width)."""
    plain, width = layout.plain, layout.width
    head = len(plain)
    whole = np.empty((len(weight), width, width))
    if np.array_equal(plain, np.arange(weight.shape[1])):
        moved = weight @ columns
        whole[:, :head, :head] = weight
        whole[:, :head, head:] = moved
    else:
        moved = weight @ columns
        whole[:, :head, :head] = weight[:, plain[:, None], plain]
        whole[:, :head, head:] = moved[:, plain]
    whole[:, head:, :head] = whole[:, :head, head:].transpose(0, 2, 1)
    whole[:, head:, head:] = columns.transpose(0, 2, 1) @ moved
    return whole.reshape(len(weight), width * width)
