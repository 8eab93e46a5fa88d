"""The correlation of one pair of variables row by row: with a numeric variable, or given exogenous variables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wxsat.psychometrics.ordinal.bivariate_normal import (
    MOST_NODES,
    STEEP,
    bivariate_cdf,
    bivariate_density,
    continue_cdf,
    density_slope,
    nodes_needed,
)
from wxsat.psychometrics.ordinal.margins import (
    Column,
    Margin,
    interval_probability,
    threshold_pattern,
)
from wxsat.psychometrics.ordinal.newton import Derivatives, solve_correlations
from wxsat.psychometrics.ordinal.normal import normal_cdf, normal_density

Array = NDArray[np.float64]

ORDERED_BOUND, MIXED_BOUND, NUMERIC_BOUND = 0.999, 0.995, 0.9999999
FLOOR = 1e-13


@dataclass(frozen=True)
class RowScores:
    """
    Derivatives of each row's bivariate log-likelihood, zero where either variable is missing.

    Attributes
    ----------
    rho : ndarray, shape (n,)
    first, second : ndarray, shape (n, parameters of the margin)
    """

    rho: Array
    first: Array
    second: Array


@dataclass(frozen=True)
class Patterns:
    """
    Which rows share the values of all exogenous variables: such rows with equal answers are computed once.

    Attributes
    ----------
    number : int
        How many patterns there are.
    of_row : ndarray of int, shape (n,)
    """

    number: int
    of_row: NDArray[np.intp]


def find_patterns(exogenous: Array) -> Patterns | None:
    """Return the patterns of the exogenous variables, or None if too few rows share one."""
    if not exogenous.shape[1]:
        return None
    values, which = np.unique(exogenous, axis=0, return_inverse=True)
    return Patterns(len(values), which.reshape(-1).astype(np.intp)) if 4 * len(values) <= len(exogenous) else None


@dataclass(frozen=True)
class _Cells:
    """Rows that stand for all equal ones, and which of them each row is."""

    rows: NDArray[np.intp]
    which: NDArray[np.intp]


def _cells(a: Margin, b: Margin, column_a: Column, column_b: Column, patterns: Patterns | None) -> _Cells:
    size_a, size_b = len(a.location) + 1, len(b.location) + 1
    every = np.arange(len(column_a.codes))
    if patterns is None or patterns.number * size_a * size_b > 4 * len(every):
        return _Cells(every, every)
    key = (patterns.of_row * size_a + column_a.codes) * size_b + column_b.codes
    any_row = np.full(patterns.number * size_a * size_b, -1)
    any_row[key] = every
    used = any_row >= 0
    return _Cells(any_row[used], (np.cumsum(used) - 1)[key])


def fit_pair(
    a: Margin, b: Margin, column_a: Column, column_b: Column, weights: Array, patterns: Patterns | None = None
) -> float:
    """
    Maximum-likelihood correlation of the residuals of one pair, given both margins.

    Parameters
    ----------
    a, b : Margin
    column_a, column_b : Column
        Their rows.
    weights : ndarray, shape (n,)
        Rows that lack either variable do not count.
    patterns : Patterns, optional
        Of the exogenous variables, to compute equal rows once.

    Returns
    -------
    float
        NaN if no row has both.
    """
    both = column_a.observed & column_b.observed & (weights > 0)
    if not both.any():
        return float("nan")
    w = weights[both]
    if a.ordered and b.ordered:
        corners = _Corners(column_a, column_b, weights * both, _cells(a, b, column_a, column_b, patterns))
        return _solve(corners.derivatives, corners.start(), ORDERED_BOUND)
    if not a.ordered and not b.ordered:
        return _solve_numeric(column_a.residual[both], column_b.residual[both], w)
    numeric, ordered = (column_a, column_b) if b.ordered else (column_b, column_a)
    serial = _Serial(numeric.residual[both], ordered.lower[both], ordered.upper[both], w)
    return _solve(serial.derivatives, serial.start(), MIXED_BOUND)


def _solve(derivatives: Derivatives, start: float, bound: float) -> float:
    return float(solve_correlations(derivatives, np.array([start]), bound)[0])


def _solve_numeric(first: Array, second: Array, weights: Array) -> float:
    total = weights.sum()
    own = float(weights @ (first**2 + second**2) / total)
    cross = float(weights @ (first * second) / total)

    def derivatives(rho: Array, which: NDArray[np.intp]) -> tuple[Array, Array]:
        spread = 1 - rho**2
        slope = rho / spread + cross * (1 + rho**2) / spread**2 - own * rho / spread**2
        bend = (
            (1 + rho**2) / spread**2 + cross * (6 * rho + 2 * rho**3) / spread**3 - own * (1 + 3 * rho**2) / spread**3
        )
        return slope, bend

    # The slope of many digits: the exact solution when both variables are complete is their correlation.
    if abs(own - 2) < 1e-10:
        return float(np.clip(cross, -NUMERIC_BOUND, NUMERIC_BOUND))
    return _solve(derivatives, float(np.clip(2 * cross / own, -0.95, 0.95)), NUMERIC_BOUND)


class _Corners:
    """Rectangle probabilities of an ordered pair given exogenous variables, equal rows counted once."""

    def __init__(self, a: Column, b: Column, weights: Array, cells: _Cells) -> None:
        summed = np.bincount(cells.which, weights=weights, minlength=len(cells.rows))
        rows = cells.rows[summed > 0]
        self.weights = summed[summed > 0]
        shape = (2, 2, len(rows))
        self.h = np.ascontiguousarray(np.broadcast_to(np.stack([a.lower[rows], a.upper[rows]])[:, None], shape))
        self.k = np.ascontiguousarray(np.broadcast_to(np.stack([b.lower[rows], b.upper[rows]])[None], shape))
        self.angle: float | None = None
        self.corners = np.empty(self.h.shape)

    def start(self) -> float:
        """Correlation of the rows' midpoints, on the safe side."""
        x = np.clip(self.h, -2.5, 2.5).mean(axis=(0, 1))
        y = np.clip(self.k, -2.5, 2.5).mean(axis=(0, 1))
        total = self.weights.sum()
        x, y = x - self.weights @ x / total, y - self.weights @ y / total
        size = np.sqrt((self.weights @ x**2) * (self.weights @ y**2))
        return float(np.clip(self.weights @ (x * y) / size, -0.8, 0.8)) if size > 0 else 0.0

    def derivatives(self, rho: Array, which: NDArray[np.intp]) -> tuple[Array, Array]:
        """Slope and curvature of the log-likelihood."""
        target = np.arcsin(rho)
        nodes = MOST_NODES + 1 if self.angle is None else nodes_needed(np.array([self.angle]), target)
        if nodes > MOST_NODES or abs(rho[0]) > STEEP or self.angle is None:
            self.corners = bivariate_cdf(self.h, self.k, rho)
        else:
            self.corners = continue_cdf(self.corners, self.h, self.k, np.array([self.angle]), target, nodes)
        self.angle = float(target[0])
        share = _rectangle(self.corners)
        height = bivariate_density(self.h, self.k, rho)
        first, second = _rectangle(height), _rectangle(density_slope(self.h, self.k, rho, height))
        sound = share > FLOOR
        ratio = np.divide(first, share, out=np.zeros_like(first), where=sound)
        bend = np.divide(second, share, out=np.zeros_like(first), where=sound)
        return np.array([self.weights @ ratio]), np.array([self.weights @ (bend - ratio**2)])


def _rectangle(corners: Array) -> Array:
    return np.asarray(corners[1, 1] - corners[0, 1] - corners[1, 0] + corners[0, 0])


class _Serial:
    """Log-likelihood of a polyserial correlation."""

    def __init__(self, residual: Array, lower: Array, upper: Array, weights: Array) -> None:
        self.residual, self.lower, self.upper, self.weights = residual, lower, upper, weights

    def start(self) -> float:
        """Correlation of the numeric variable with the rows' midpoints, on the safe side."""
        middle = (np.clip(self.lower, -2.5, 2.5) + np.clip(self.upper, -2.5, 2.5)) / 2
        middle = middle - self.weights @ middle / self.weights.sum()
        size = np.sqrt((self.weights @ middle**2) * (self.weights @ self.residual**2))
        return float(np.clip(self.weights @ (middle * self.residual) / size, -0.8, 0.8)) if size > 0 else 0.0

    def derivatives(self, rho: Array, which: NDArray[np.intp]) -> tuple[Array, Array]:
        """Slope and curvature of the log-likelihood."""
        r = float(rho[0])
        root = np.sqrt(1 - r * r)
        first, second = np.zeros_like(self.residual), np.zeros_like(self.residual)
        limits = []
        for limit, sign in ((self.upper, 1.0), (self.lower, -1.0)):
            point = np.clip((limit - r * self.residual) / root, -1e3, 1e3)
            speed = (r * limit - self.residual) / root**3
            change = (limit * root**2 + 3 * r * (r * limit - self.residual)) / root**5
            height = sign * normal_density(point)
            first += height * speed
            second += height * (change - point * speed**2)
            limits.append(point)
        share = np.maximum(interval_probability(limits[1], limits[0]), 1e-300)
        ratio = first / share
        return np.array([self.weights @ ratio]), np.array([self.weights @ (second / share - ratio**2)])


def row_scores(
    a: Margin,
    b: Margin,
    column_a: Column,
    column_b: Column,
    rho: float,
    exogenous: Array,
    patterns: Patterns | None = None,
) -> RowScores:
    """
    Derivatives of each row's bivariate log-likelihood by the correlation and by the parameters of both margins.

    Parameters
    ----------
    a, b : Margin
    column_a, column_b : Column
    rho : float
    exogenous : ndarray, shape (n, m)
    patterns : Patterns, optional
        Of the exogenous variables, to compute equal rows once.
    """
    both = (column_a.observed & column_b.observed).astype(float)
    if a.ordered and b.ordered:
        cells = _cells(a, b, column_a, column_b, patterns)
        found = _ordered_scores(a, b, column_a.rows(cells.rows), column_b.rows(cells.rows), rho, exogenous[cells.rows])
        score, first, second = (part[cells.which] for part in found)
    elif not a.ordered and not b.ordered:
        score, first, second = _numeric_scores(a, b, column_a, column_b, rho, exogenous)
    elif b.ordered:
        score, first, second = _mixed_scores(a, b, column_a, column_b, rho, exogenous)
    else:
        score, second, first = _mixed_scores(b, a, column_b, column_a, rho, exogenous)
    return RowScores(score * both, first * both[:, None], second * both[:, None])


def _ordered_scores(
    a: Margin, b: Margin, column_a: Column, column_b: Column, rho: float, exogenous: Array
) -> tuple[Array, Array, Array]:
    h = np.stack([column_a.lower, column_a.upper])
    k = np.stack([column_b.lower, column_b.upper])
    grid_h, grid_k, r = h[:, None, :], k[None, :, :], np.array(rho)
    share = np.maximum(_rectangle(bivariate_cdf(grid_h, grid_k, r)), FLOOR)
    score = _rectangle(bivariate_density(grid_h, grid_k, r)) / share
    root = np.sqrt(1 - rho**2)
    side_a = normal_density(h) * (normal_cdf((k[1] - rho * h) / root) - normal_cdf((k[0] - rho * h) / root)) / share
    side_b = normal_density(k) * (normal_cdf((h[1] - rho * k) / root) - normal_cdf((h[0] - rho * k) / root)) / share
    return score, _limit_scores(a, column_a, side_a, exogenous), _limit_scores(b, column_b, side_b, exogenous)


def _limit_scores(margin: Margin, column: Column, sides: Array, exogenous: Array) -> Array:
    """Scores by thresholds and slopes from the scores by each row's own two limits (lower, upper)."""
    is_upper, is_lower = threshold_pattern(column.codes, len(margin.location) + 1)
    location = is_upper * sides[1][:, None] - is_lower * sides[0][:, None]
    return np.column_stack([location, exogenous * (sides[0] - sides[1])[:, None]])


def _mixed_scores(
    numeric: Margin, ordered: Margin, column: Column, limits: Column, rho: float, exogenous: Array
) -> tuple[Array, Array, Array]:
    root, deviation, z = np.sqrt(1 - rho**2), np.sqrt(numeric.variance), column.residual
    upper, lower = (limits.upper - rho * z) / root, (limits.lower - rho * z) / root
    share = np.maximum(interval_probability(lower, upper), 1e-300)
    above, below = normal_density(upper) / share, normal_density(lower) / share
    score = (above * (limits.upper * rho - z) - below * (limits.lower * rho - z)) / root**3
    by_mean = (z + rho / root * (above - below)) / deviation
    by_variance = (z**2 - 1 + rho * z / root * (above - below)) / (2 * numeric.variance)
    first = np.column_stack([by_mean, exogenous * by_mean[:, None], by_variance])
    return score, first, _limit_scores(ordered, limits, np.stack([below, above]) / root, exogenous)


def _numeric_scores(
    a: Margin, b: Margin, column_a: Column, column_b: Column, rho: float, exogenous: Array
) -> tuple[Array, Array, Array]:
    x, y, spread = column_a.residual, column_b.residual, 1 - rho**2
    score = rho / spread + x * y / spread - rho * (x**2 - 2 * rho * x * y + y**2) / spread**2
    scores = []
    for own, other, margin in ((x, y, a), (y, x, b)):
        by_mean = (own - rho * other) / (spread * np.sqrt(margin.variance))
        by_variance = ((own**2 - rho * own * other) / spread - 1) / (2 * margin.variance)
        scores.append(np.column_stack([by_mean, exogenous * by_mean[:, None], by_variance]))
    return score, scores[0], scores[1]
