"""Correlations within a person, over the positions or the pairs of items where both answers are there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wxsat.numerics.row_blocks import row_slices

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]

FEWEST = 3


def row_correlation(x: Matrix, y: Matrix) -> Vector:
    """Return the correlation of `x` and `y` within each row, over the positions where both are there."""
    both = np.isfinite(x) & np.isfinite(y)
    n = both.sum(axis=1)
    xs, ys = np.where(both, x, 0.0), np.where(both, y, 0.0)
    count = np.maximum(n, 1)[:, None]
    dx = np.where(both, xs - xs.sum(axis=1, keepdims=True) / count, 0.0)
    dy = np.where(both, ys - ys.sum(axis=1, keepdims=True) / count, 0.0)
    spread = np.sqrt((dx**2).sum(axis=1) * (dy**2).sum(axis=1))
    usable = (n >= FEWEST) & (spread > 1e-12)
    return np.where(usable, (dx * dy).sum(axis=1) / np.where(usable, spread, 1.0), np.nan)


def pair_correlation(answers: Matrix, first: NDArray[np.intp], second: NDArray[np.intp]) -> Vector:
    r"""
    Return the within-person correlation over pairs of items, however many pairs there are.

    Parameters
    ----------
    answers : ndarray, shape (n_respondents, n_items)
    first, second : ndarray of int, shape (n_pairs,)
        Columns of the two sides of every pair.

    Returns
    -------
    ndarray, shape (n_respondents,)
        NaN with fewer than three answered pairs, or where one side does not vary.

    Notes
    -----
    All sums over pairs are forms in the incidence matrix L of the pairs, as in
    :math:`\sum_{(i,j)} x_i x_j = x'Lx`; the cost does not depend on the number of pairs. Answers are taken about
    a whole number, so that sums of whole answers are exact and a side without variance is recognised as such.
    """
    p = answers.shape[1]
    link = np.zeros((p, p))
    np.add.at(link, (first, second), 1.0)
    result = np.full(len(answers), np.nan)
    if not len(first):
        return result
    some = answers[: 1 + (1 << 16)]
    centre = np.round(some[np.isfinite(some)].mean()) if np.isfinite(some).any() else 0.0
    for rows in row_slices(len(answers), p):
        seen = np.isfinite(answers[rows])
        o, x = seen.astype(float), np.where(seen, answers[rows] - centre, 0.0)
        result[rows] = _from_sums(o, x, link)
    return result


def _from_sums(o: Matrix, x: Matrix, link: Matrix) -> Vector:
    squares = x * x
    right_o, right_x = o @ link.T, x @ link.T
    n = np.einsum("ij,ij->i", o, right_o)
    sum_x = np.einsum("ij,ij->i", x, right_o)
    sum_y = np.einsum("ij,ij->i", o, right_x)
    cross = np.einsum("ij,ij->i", x, right_x)
    square_x = np.einsum("ij,ij->i", squares, right_o)
    square_y = np.einsum("ij,ij->i", o, squares @ link.T)
    spread_x, spread_y = n * square_x - sum_x**2, n * square_y - sum_y**2
    floor = 1e-9 * np.maximum(n * (square_x + square_y), 1e-300)
    usable = (n >= FEWEST) & (spread_x > floor) & (spread_y > floor)
    spread = np.sqrt(np.where(usable, spread_x * spread_y, 1.0))
    return np.where(usable, np.clip((n * cross - sum_x * sum_y) / spread, -1.0, 1.0), np.nan)
