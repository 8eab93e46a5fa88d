"""Bootstrap draws as weights of rows, and the moments of many draws by one matrix product.

Draw number i of seed s has a generator of its own, ``SeedSequence(s, spawn_key=(i,))``: whatever the number of workers,
blocks or shards, draw i is the same. A draw is a row of weights (how often each row came, times its sampling weight),
so that all covariances of a block are the product of weights and of the rows' own products.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from wxsat.errors import UsageError
from wxsat.sem.moments import Moments

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Products of rows held at once: 20 million doubles are 160 MB; longer data are gone through in pieces.
PRODUCTS_AT_ONCE = 20_000_000


@dataclass(frozen=True)
class DrawnMoments:
    """
    Sample moments of a block of draws in one group.

    Attributes
    ----------
    covariance : ndarray, shape (n_draws, n_observed, n_observed)
        Divided by the sum of the weights.
    mean : ndarray, shape (n_draws, n_observed)
    size : ndarray, shape (n_draws,)
        Sum of the weights: what the group counts in the likelihood.
    """

    covariance: NDArray[np.float64]
    mean: NDArray[np.float64]
    size: NDArray[np.float64]

    def part(self, keep: NDArray[np.intp]) -> DrawnMoments:
        """Return the moments of some of the draws."""
        return DrawnMoments(self.covariance[keep], self.mean[keep], self.size[keep])


@dataclass(frozen=True)
class Resampled:
    """
    The rows of one group, ready to be resampled.

    Attributes
    ----------
    centred : ndarray, shape (n_rows, n_observed)
        Rows minus `origin`, which keeps the differences small.
    origin : ndarray, shape (n_observed,)
    weights : ndarray, shape (n_rows,), optional
    unit : ndarray of int, shape (n_rows,), optional
        Cluster of every row, counted from 0 over all groups.
    """

    centred: NDArray[np.float64]
    origin: NDArray[np.float64]
    weights: NDArray[np.float64] | None
    unit: NDArray[np.intp] | None

    @property
    def n_rows(self) -> int:
        """Rows of the group."""
        return len(self.centred)

    @cached_property
    def products(self) -> NDArray[np.float64]:
        """Products of every row's variables, lower triangle, shape (n_rows, p(p+1)/2)."""
        return _products(self.centred)


def rows_to_resample(sample: Sequence[Moments]) -> tuple[Resampled, ...]:
    """
    Return the rows of every group with their weights and clusters.

    Raises
    ------
    UsageError
        SEM-054 when only moments are known, SEM-055 when rows have missing values.
    """
    codes = [moments.clusters for moments in sample]
    units: list[NDArray[np.intp] | None] = [None] * len(codes)
    known = [c for c in codes if c is not None]
    if len(known) == len(codes):
        _, whole = np.unique(np.concatenate(known), return_inverse=True)
        edges = np.cumsum([0, *map(len, known)])
        units = [whole[a:b] for a, b in pairwise(edges)]
    found = []
    for moments, unit in zip(sample, units, strict=True):
        where = f"group {moments.group!r}" if moments.group else "data"
        if moments.values is None:
            raise UsageError("SEM-054", "the bootstrap draws rows; only a covariance matrix was given.", where=where,
                             hint="Give the data themselves.")  # fmt: skip
        if np.isnan(moments.values).any():
            raise UsageError("SEM-055", "the bootstrap needs complete rows; some values are missing.", where=where,
                             hint='Fit with missing="listwise" first.')  # fmt: skip
        origin = moments.values.mean(axis=0)
        found.append(Resampled(moments.values - origin, origin, moments.weights, unit))
    return tuple(found)


def generator_of(seed: int, number: int) -> np.random.Generator:
    """Return the generator of draw `number` (from 0) of `seed`."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(number,))))


def draw_weights(groups: Sequence[Resampled], seed: int, numbers: Sequence[int]) -> list[NDArray[np.float64]]:
    """
    Return the weights of the rows in every draw, one array a group.

    Rows are drawn within their group; with clusters whole clusters are, within the group that holds them. A cluster
    that has rows in several groups brings all of them.

    Parameters
    ----------
    groups : sequence of Resampled
    seed : int
    numbers : sequence of int
        Which draws, from 0.

    Returns
    -------
    list of ndarray, shape (len(numbers), n_rows)

    Examples
    --------
    >>> rows = Resampled(np.zeros((5, 1)), np.zeros(1), None, None)
    >>> draw_weights([rows], 1, [0, 1])[0].sum(axis=1).tolist()
    [5.0, 5.0]
    """
    blocks = [np.empty((len(numbers), rows.n_rows)) for rows in groups]
    strata = _strata(groups)
    for k, number in enumerate(numbers):
        generator = generator_of(seed, number)
        for units, places in strata:
            counts = np.bincount(generator.integers(units, size=units), minlength=units)
            for g, unit in places:
                blocks[g][k] = counts if unit is None else counts[unit]
    return [block if rows.weights is None else block * rows.weights for block, rows in zip(blocks, groups, strict=True)]


Places = list[tuple[int, "NDArray[np.intp] | None"]]


def _strata(groups: Sequence[Resampled]) -> list[tuple[int, Places]]:
    """Return what is drawn together: the number of units, and for every group the unit of each of its rows."""
    units = [rows.unit for rows in groups]
    if any(unit is None for unit in units):
        return [(rows.n_rows, [(g, None)]) for g, rows in enumerate(groups)]
    known = [unit for unit in units if unit is not None]
    distinct = [np.unique(unit) for unit in known]
    if len(np.unique(np.concatenate(distinct))) < sum(map(len, distinct)):
        return [(int(max(u.max() for u in known)) + 1, list(enumerate(known)))]
    return [
        (len(own), [(g, np.searchsorted(own, unit))]) for g, (own, unit) in enumerate(zip(distinct, known, strict=True))
    ]


def weighted_moments(rows: Resampled, weights: NDArray[np.float64]) -> DrawnMoments:
    """
    Return the moments of one group under every row of `weights`, by matrix products alone.

    Examples
    --------
    >>> rows = Resampled(np.array([[-1.0], [0.0], [1.0]]), np.array([5.0]), None, None)
    >>> drawn = weighted_moments(rows, np.array([[1.0, 1.0, 1.0], [0.0, 0.0, 3.0]]))
    >>> drawn.mean.ravel().tolist(), drawn.covariance.ravel().round(3).tolist()
    ([5.0, 6.0], [0.667, 0.0])
    """
    n, p = rows.centred.shape
    step = max(1, PRODUCTS_AT_ONCE // (p * (p + 1) // 2))
    if step >= n:
        total = weights @ rows.products
    else:
        total = np.zeros((len(weights), p * (p + 1) // 2))
        for start in range(0, n, step):
            total += weights[:, start : start + step] @ _products(rows.centred[start : start + step])
    size = weights.sum(axis=1)
    return _moments(total / size[:, None], (weights @ rows.centred) / size[:, None], size, rows.origin)


def _products(centred: NDArray[np.float64]) -> NDArray[np.float64]:
    lower, upper = np.tril_indices(centred.shape[1])
    return np.asarray(centred[:, lower] * centred[:, upper])


def _moments(
    second: NDArray[np.float64], first: NDArray[np.float64], size: NDArray[np.float64], origin: NDArray[np.float64]
) -> DrawnMoments:
    p = first.shape[1]
    lower, upper = np.tril_indices(p)
    packed = second - first[:, lower] * first[:, upper]
    covariance = np.empty((len(first), p, p))
    covariance[:, lower, upper] = packed
    covariance[:, upper, lower] = packed
    return DrawnMoments(covariance, first + origin, size)


def left_out_units(groups: Sequence[Resampled]) -> list[list[tuple[int, NDArray[np.intp]]]]:
    """Return what the jackknife leaves out, one list a unit: pairs of a group and of its rows (a row, or a cluster)."""
    found: list[list[tuple[int, NDArray[np.intp]]]] = []
    for units, places in _strata(groups):
        own: list[list[tuple[int, NDArray[np.intp]]]] = [[] for _ in range(units)]
        for g, unit in places:
            codes = np.arange(units) if unit is None else unit
            order = np.argsort(codes, kind="stable")
            for rows in np.split(order, np.flatnonzero(np.diff(codes[order])) + 1):
                own[int(codes[rows[0]])].append((g, rows))
        found += own
    return found


def left_out_moments(
    groups: Sequence[Resampled], units: Sequence[Sequence[tuple[int, NDArray[np.intp]]]]
) -> list[DrawnMoments]:
    """
    Return the moments of the sample without each unit: what it contributed is taken off the sums, in closed form.

    Returns
    -------
    list of DrawnMoments
        One a group, every one with as many draws as there are units.
    """
    found = []
    for g, rows in enumerate(groups):
        lower, upper = np.tril_indices(rows.centred.shape[1])
        weights = np.ones(rows.n_rows) if rows.weights is None else rows.weights
        products = rows.centred.T @ (rows.centred * weights[:, None])
        second = np.repeat(products[lower, upper][None], len(units), axis=0)
        first = np.repeat((weights @ rows.centred)[None], len(units), axis=0)
        size = np.full(len(units), weights.sum())
        for k, unit in enumerate(units):
            for group, places in unit:
                if group == g:
                    gone, w = rows.centred[places], weights[places]
                    second[k] -= w @ (gone[:, lower] * gone[:, upper])
                    first[k] -= w @ gone
                    size[k] -= w.sum()
        found.append(_moments(second / size[:, None], first / size[:, None], size, rows.origin))
    return found
