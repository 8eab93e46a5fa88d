"""Polychoric correlations of many pairs of variables of equal numbers of categories, from their tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wxsat.psychometrics.ordinal.bivariate_normal import (
    BEYOND,
    MOST_NODES,
    STEEP,
    bivariate_cdf,
    bivariate_density,
    continue_cdf,
    density_slope,
    nodes_needed,
)
from wxsat.psychometrics.ordinal.newton import solve_correlations
from wxsat.psychometrics.ordinal.normal import normal_cdf, normal_density

Array = NDArray[np.float64]

# lavaan's bound; at it the correlation is as good as one.
BOUND = 0.999
# Below this a probability is rounding error: it must not decide a correlation.
FLOOR = 1e-13
# What lavaan and Mplus add to an empty cell of a 2 x 2 table, the margins kept.
EMPTY_CELL_SHARE = 0.5


@dataclass(frozen=True)
class PairScores:
    """
    What the log-likelihood of a pair says in every cell of its table.

    Attributes
    ----------
    rho : ndarray, shape (K1, K2, m)
        Derivative of the log-probability with respect to the correlation.
    share : ndarray, shape (K1, K2, m)
        Probability of the cell.
    first : ndarray, shape (K1 - 1, K2, m)
        What a threshold of the first variable adds to the cells below it and takes from those above.
    second : ndarray, shape (K1, K2 - 1, m)
        The same for the second.
    """

    rho: Array
    share: Array
    first: Array
    second: Array

    def crossed(self, weights: Array) -> tuple[Array, Array]:
        """Return the sums over cells of `weights` times the scores by the thresholds of each variable."""
        per = weights / self.share
        by_first = (self.first * (per[:-1] - per[1:])).sum(axis=1)
        return by_first, (self.second * (per[:, :-1] - per[:, 1:])).sum(axis=0)


def _differences(corners: Array) -> Array:
    """Cell values from values at the corners, which are zero at minus infinity."""
    inner = corners.copy()
    inner[1:] -= corners[:-1]
    cells = inner.copy()
    cells[:, 1:] -= inner[:, :-1]
    return cells


def _with_infinity(thresholds: Array) -> Array:
    return np.concatenate([thresholds, np.full((1, thresholds.shape[1]), BEYOND)])


def _with_margins(corners: Array, first: Array, second: Array) -> Array:
    """Join the probabilities at the finite corners to those at infinity: the margins, and one."""
    result = np.ones((len(first) + 1, len(second) + 1, corners.shape[2]))
    result[:-1, :-1], result[:-1, -1], result[-1, :-1] = corners, first, second
    return result


def correct_two_by_two(tables: Array) -> Array:
    """
    Return 2 x 2 tables with one empty cell moved half a person inwards, the margins kept.

    A table whose diagonal or whose other diagonal is empty stays: its correlation is plus or minus one.
    """
    if tables.shape[:2] != (2, 2):
        return tables
    empty = tables == 0
    alone = empty.sum(axis=(0, 1)) == 1
    diagonal = empty[0, 0] | empty[1, 1]
    share = np.where(alone, np.where(diagonal, EMPTY_CELL_SHARE, -EMPTY_CELL_SHARE), 0.0)
    sign = np.array([[1.0, -1.0], [-1.0, 1.0]])
    return np.asarray(tables + sign[:, :, None] * share)


def start_correlations(tables: Array, first: Array, second: Array) -> Array:
    """Pearson correlation of the category numbers, each divided by how much coarse categories weaken it."""
    total = tables.sum(axis=(0, 1))
    a, b = np.arange(len(tables))[:, None], np.arange(tables.shape[1])[:, None]
    rows, columns = tables.sum(axis=1), tables.sum(axis=0)
    mean_a, mean_b = (a * rows).sum(0) / total, (b * columns).sum(0) / total
    cross = np.einsum("i,j,ijm->m", a[:, 0].astype(float), b[:, 0].astype(float), tables) / total - mean_a * mean_b
    slope_a = np.exp(-(first**2) / 2).sum(0) / np.sqrt(2 * np.pi)
    slope_b = np.exp(-(second**2) / 2).sum(0) / np.sqrt(2 * np.pi)
    with np.errstate(divide="ignore", invalid="ignore"):
        start = cross / (slope_a * slope_b)
    return np.asarray(np.clip(np.nan_to_num(start), -0.85, 0.85))


class _Likelihood:
    """The corner probabilities of all pairs, carried along as the correlations move."""

    def __init__(self, tables: Array, first: Array, second: Array) -> None:
        self.tables = tables
        shape = (len(first), len(second), tables.shape[2])
        self.h = np.ascontiguousarray(np.broadcast_to(first[:, None, :], shape))
        self.k = np.ascontiguousarray(np.broadcast_to(second[None, :, :], shape))
        self.below_first, self.below_second = normal_cdf(first), normal_cdf(second)
        self.angle: Array | None = None
        self.corners = np.empty(shape)

    def move(self, rho: Array, which: NDArray[np.intp]) -> Array:
        """Bring the corners of the pairs numbered `which` to `rho`; return their cell probabilities."""
        target = np.arcsin(rho)
        every = len(which) == self.h.shape[2]
        h, k = (self.h, self.k) if every else (self.h[:, :, which], self.k[:, :, which])
        if self.angle is None or np.abs(rho).max(initial=0) > STEEP:
            corners = bivariate_cdf(h, k, rho)
        else:
            angle = self.angle[which]
            nodes = nodes_needed(angle, target)
            if nodes > MOST_NODES:
                corners = bivariate_cdf(h, k, rho)
            else:
                corners = continue_cdf(self.corners[:, :, which], h, k, angle, target, nodes)
        if self.angle is None:
            self.angle = np.zeros(self.h.shape[2])
        self.corners[:, :, which], self.angle[which] = corners, target
        return _differences(_with_margins(corners, self.below_first[:, which], self.below_second[:, which]))

    def density(self, rho: Array, which: NDArray[np.intp]) -> tuple[Array, Array]:
        """Density at the finite corners and its derivative by rho."""
        every = len(which) == self.h.shape[2]
        h, k = (self.h, self.k) if every else (self.h[:, :, which], self.k[:, :, which])
        height = bivariate_density(h, k, rho)
        return height, density_slope(h, k, rho, height)

    def derivatives(self, rho: Array, which: NDArray[np.intp]) -> tuple[Array, Array]:
        """Slope and curvature of the log-likelihoods."""
        share = self.move(rho, which)
        height, slope = self.density(rho, which)
        first, second = _cells_of(height), _cells_of(slope)
        counts = self.tables if len(which) == self.h.shape[2] else self.tables[:, :, which]
        sound = share > FLOOR
        ratio = np.divide(first, share, out=np.zeros_like(first), where=sound)
        bend = np.divide(second, share, out=np.zeros_like(first), where=sound)
        return (counts * ratio).sum((0, 1)), (counts * (bend - ratio**2)).sum((0, 1))


def _cells_of(corners: Array) -> Array:
    """Cell values from values at the finite corners, zero at every infinite one."""
    whole = np.zeros((len(corners) + 1, corners.shape[1] + 1, corners.shape[2]))
    whole[:-1, :-1] = corners
    return _differences(whole)


def polychoric_from_tables(tables: Array, first: Array, second: Array) -> Array:
    """
    Polychoric correlations given thresholds, by maximum likelihood, all pairs at once.

    Parameters
    ----------
    tables : ndarray, shape (K1, K2, m)
        Counts, weighted or not.
    first, second : ndarray, shape (K1 - 1, m) and (K2 - 1, m)
        Thresholds of the two variables of each pair.

    Returns
    -------
    ndarray, shape (m,)
        In [-0.999, 0.999]; exactly plus or minus one for a 2 x 2 table with an empty diagonal; NaN for an empty
        table.

    Notes
    -----
    The second step of Olsson's two-step estimator. Checked against ``lavaan::lavCor`` 0.6-14, which stops at about
    1e-8.

    References
    ----------
    .. [1] Olsson, U. (1979). Psychometrika, 44(4), 443-460.
    """
    adjusted = correct_two_by_two(tables)
    start = start_correlations(np.maximum(adjusted, 1e-300), first, second)
    rho = solve_correlations(_Likelihood(adjusted, first, second).derivatives, start, BOUND)
    if tables.shape[:2] == (2, 2):
        empty = tables == 0
        rho = np.where(empty[0, 1] & empty[1, 0], 1.0, np.where(empty[0, 0] & empty[1, 1], -1.0, rho))
    return np.where(tables.sum(axis=(0, 1)) > 0, rho, np.nan)


def pair_scores(rho: Array, first: Array, second: Array) -> PairScores:
    """
    Derivatives of the log-probability of every cell, for the asymptotic covariance matrix.

    Parameters
    ----------
    rho : ndarray, shape (m,)
        ``|rho| < 1``.
    first, second : ndarray, shape (K1 - 1, m) and (K2 - 1, m)
        Thresholds.
    """
    h, k = _with_infinity(first)[:, None, :], _with_infinity(second)[None, :, :]
    corners = bivariate_cdf(h[:-1], k[:, :-1], rho)
    share = np.maximum(_differences(_with_margins(corners, normal_cdf(first), normal_cdf(second))), FLOOR)
    score = _cells_of(bivariate_density(h[:-1], k[:, :-1], rho)) / share
    root = np.sqrt(1 - rho**2)
    given_first = np.diff(normal_cdf((k - rho * h[:-1]) / root), axis=1, prepend=0.0) * normal_density(h[:-1])
    given_second = np.diff(normal_cdf((h - rho * k[:, :-1]) / root), axis=0, prepend=0.0) * normal_density(k[:, :-1])
    return PairScores(score, share, given_first, given_second)
