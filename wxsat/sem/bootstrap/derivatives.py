r"""Gradient and exact Hessian of the normal likelihood at many points at once, gathered from Gram matrices.

With :math:`K = G'\Sigma^{-1}G` and :math:`D = -G'QG` (see :mod:`wxsat.sem.bootstrap.batched_implied`) the Hessian of
:math:`F/2` is, entry by entry,

.. math:: K_{uu}(K_{ww} + D_{ww}) + K_{uw}K_{wu} + D_{uu}(K_{ww} - C) + K_{uw}D_{wu} + K_{wu}D_{uw}

plus the few second derivatives that a regression among sources brings, and the terms of the means. Without D it is the
expected information. Only the lower triangle is formed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.bootstrap.batched_implied import Batch, Layout, gram
from wxsat.sem.bootstrap.draws import DrawnMoments

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Places = NDArray[np.intp]


@dataclass(frozen=True)
class Pairs:
    """
    Where the entries of one group's Hessian come from.

    Attributes
    ----------
    first, second : ndarray of int
        The two parameters of every pair of the lower triangle, numbered within the group.
    uu, ww, uw, wu : ndarray of int
        Their flat places in a Gram matrix.
    factor : ndarray
        Product of the halves.
    place : ndarray of int
        Flat place in the q-by-q Hessian, lower triangle.
    curved : ndarray of int
        Pairs of directed parameters, whose C enters; `c` holds the flat places in C.
    mixed : tuple of (pair, gram place, E place, factor)
        Second derivatives of Sigma that are products of an entry of -D and one of E.
    chained : tuple of (pair, parameter, E place, variable)
        Second derivatives of the means.
    """

    first: Places
    second: Places
    uu: Places
    ww: Places
    uw: Places
    wu: Places
    factor: Array
    place: Places
    curved: Places
    c: Places
    mixed: tuple[Places, Places, Places, Array]
    chained: tuple[Places, Places, Places, Places]


@dataclass(frozen=True)
class Point:
    """Gram matrices of one group at many points, flat; `pull` is Sigma^-1 (mean residual)."""

    batch: Batch
    k: Array | None
    d: Array
    pull: Array | None


def pairs_of(layout: Layout) -> Pairs:
    """Work out once where every entry of the Hessian comes from."""
    cells, width = layout.cells, layout.width
    first, second = np.tril_indices(len(cells.row))
    u, w = layout.u, layout.w
    size = len(cells.names)
    directed = cells.directed
    curved = np.flatnonzero(directed[first] & directed[second])
    c = cells.column[first[curved]] * size + cells.column[second[curved]]
    low, high = cells.index[first], cells.index[second]
    return Pairs(
        first, second,
        u[first] * width + u[second], w[first] * width + w[second],
        u[first] * width + w[second], w[first] * width + u[second],
        layout.half[first] * layout.half[second],
        np.maximum(low, high) * cells.n_free + np.minimum(low, high),
        curved, c, _mixed(layout, first, second), _chained(layout, first, second),
    )  # fmt: skip


def _reaches(layout: Layout) -> NDArray[np.bool_]:
    """Return which entries of E can differ from zero."""
    cells = layout.cells
    reach = np.eye(len(cells.names), dtype=bool) | (cells.fixed_a != 0)
    reach[cells.row[cells.directed], cells.column[cells.directed]] = True
    for _ in range(len(layout.source).bit_length() + 1):
        reach = (reach.astype(np.int64) @ reach.astype(np.int64)) > 0
    return np.asarray(reach)


def _mixed(layout: Layout, first: Places, second: Places) -> tuple[Places, Places, Places, Array]:
    """List the products kec * e and kee * e of the second derivatives, with the pair each belongs to."""
    cells, width = layout.cells, layout.width
    reach, size = _reaches(layout), len(cells.names)
    row, column, u, w = cells.row, cells.column, layout.u, layout.w
    found: list[tuple[int, int, int, float]] = []
    directed, undirected = cells.directed, cells.undirected
    for pair, (x, y) in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
        if directed[x] and directed[y]:
            for a, b in ((x, y), (y, x)):
                if reach[column[a], row[b]]:
                    found.append((pair, u[a] * width + w[b], column[a] * size + row[b], 1.0))
        elif (directed[x] and undirected[y]) or (directed[y] and undirected[x]):
            a, s = (x, y) if directed[x] else (y, x)
            k, m = int(row[s]), int(column[s])
            half = 0.5 if k == m else 1.0
            for at, there in ((u[s], m), (w[s], k)):
                if reach[column[a], there]:
                    found.append((pair, u[a] * width + at, column[a] * size + there, half))
    table = np.array(found, dtype=np.float64).reshape(-1, 4)
    places = table[:, :3].astype(np.intp)
    return places[:, 0], places[:, 1], places[:, 2], table[:, 3]


def _chained(layout: Layout, first: Places, second: Places) -> tuple[Places, Places, Places, Places]:
    """List the second derivatives of the means: pair, parameter, place in E, variable whose mean counts."""
    cells = layout.cells
    reach, size = _reaches(layout), len(cells.names)
    found: list[tuple[int, int, int, int]] = []
    if cells.has_means:
        row, column, directed, intercept = cells.row, cells.column, cells.directed, cells.intercept
        for pair, (x, y) in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
            for a, b in ((x, y), (y, x)):
                # E[:, i_b] E[j_b, i_a] times the mean of j_a, or 1 for an intercept of i_a.
                if directed[b] and (directed[a] or intercept[a]) and reach[column[b], row[a]]:
                    found.append((pair, b, column[b] * size + row[a], column[a] if directed[a] else size))
    table = np.array(found, dtype=np.intp).reshape(-1, 4)
    return table[:, 0], table[:, 1], table[:, 2], table[:, 3]


def point_of(layout: Layout, batch: Batch, sample: DrawnMoments, *, hessian: bool) -> Point:
    """Return the Gram matrices at every point; K is left out when only the gradient is wanted."""
    target = sample.covariance
    pull = None
    if layout.cells.has_means:
        residual = sample.mean - batch.mu
        target = target + residual[:, :, None] * residual[:, None, :]
        pull = (batch.inverse @ residual[:, :, None])[:, :, 0]
    d = batch.inverse @ target @ batch.inverse - batch.inverse
    d = (d + d.transpose(0, 2, 1)) / 2
    return Point(
        batch,
        gram(layout, batch.columns, batch.inverse) if hessian else None,
        gram(layout, batch.columns, d),
        pull,
    )


def gradient_of(layout: Layout, point: Point) -> Array:
    """Return the gradient of F/2 in the group's own parameters, shape (n, k)."""
    diagonal = layout.u * layout.width + layout.w
    gradient = np.take(point.d, diagonal, axis=1) * -layout.half
    if point.pull is not None:
        reached, moved = _mean_slopes(layout, point)
        gradient -= reached * moved
    return np.asarray(gradient)


def _mean_slopes(layout: Layout, point: Point) -> tuple[Array, Array]:
    """Return the pull on every parameter's column of E, and what multiplies that column in the mean's derivative."""
    cells, p = layout.cells, layout.cells.n_observed
    assert point.pull is not None
    reached = (point.pull[:, None, :] @ point.batch.total[:, :p])[:, 0][:, cells.row]
    mean = point.batch.all_mean[:, cells.column]
    moved = np.where(cells.directed, mean, np.where(cells.intercept, 1.0, 0.0))
    return reached, moved


def hessian_of(layout: Layout, pairs: Pairs, point: Point) -> tuple[Array, Array]:
    """Return the lower triangles of the expected information and of what curvature adds to it, each (n, n_pairs)."""
    assert point.k is not None
    k, d, batch = point.k, point.d, point.batch
    kuu, kww, kuw, kwu = (np.take(k, x, axis=1) for x in (pairs.uu, pairs.ww, pairs.uw, pairs.wu))
    duu, dww, duw, dwu = (np.take(d, x, axis=1) for x in (pairs.uu, pairs.ww, pairs.uw, pairs.wu))
    expected = (kuu * kww + kuw * kwu) * pairs.factor
    curved = kuu * dww
    curved += duu * kww
    curved += kuw * dwu
    curved += kwu * duw
    curved *= pairs.factor
    flat = batch.all_covariance.reshape(len(k), -1)
    curved[:, pairs.curved] -= duu[:, pairs.curved] * np.take(flat, pairs.c, axis=1)
    at, grams, reach, factor = pairs.mixed
    if len(at):
        terms = np.take(d, grams, axis=1) * np.take(batch.total.reshape(len(k), -1), reach, axis=1) * factor
        _add(curved, at, -terms)
    if point.pull is not None:
        _add_means(layout, pairs, point, expected, curved, (kuu, kuw, kwu))
    return expected, curved


def _add_means(
    layout: Layout, pairs: Pairs, point: Point, expected: Array, curved: Array, k: tuple[Array, Array, Array]
) -> None:
    kuu, kuw, kwu = k
    reached, moved = _mean_slopes(layout, point)
    assert point.pull is not None
    one, two = pairs.first, pairs.second
    expected += kuu * moved[:, one] * moved[:, two]
    p, cells = layout.cells.n_observed, layout.cells
    pulled_c = (point.pull[:, None, :] @ point.batch.all_covariance[:, :p])[:, 0][:, cells.column]
    pulled_e = (point.pull[:, None, :] @ point.batch.total[:, :p])[:, 0][:, cells.column]
    pulled = np.where(cells.directed, pulled_c, pulled_e) * layout.half
    half_one, half_two = layout.half[one], layout.half[two]
    curved += moved[:, two] * (reached[:, one] * kwu * half_one + pulled[:, one] * kuu)
    curved += moved[:, one] * (reached[:, two] * kuw * half_two + pulled[:, two] * kuu)
    at, parameter, reach, variable = pairs.chained
    if len(at):
        flat = point.batch.total.reshape(len(kuu), -1)
        mean = np.concatenate([point.batch.all_mean, np.ones((len(kuu), 1))], axis=1)
        _add(curved, at, -reached[:, parameter] * flat[:, reach] * mean[:, variable])


def _add(target: Array, at: Places, terms: Array) -> None:
    """Add columns of `terms` to the columns `at`, which may repeat."""
    order = np.argsort(at, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(at[order]) != 0])
    target[:, at[order][starts]] += np.add.reduceat(terms[:, order], starts, axis=1)
