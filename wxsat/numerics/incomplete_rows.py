r"""Rows with holes under one mean and covariance: what is expected in the holes, and how far each row lies.

With :math:`W = \Sigma^{-1}` and a row's deviations d (zero where missing), everything about the hole set m needs the
small matrix :math:`W_{mm}` alone:

.. math::
   E(d_m \mid d_o) = -W_{mm}^{-1}(Wd)_m, \qquad V(d_m \mid d_o) = W_{mm}^{-1}, \qquad
   \log|\Sigma_{oo}| = \log|\Sigma| + \log|W_{mm}|,

and the distance in the observed subspace, :math:`d_o'\Sigma_{oo}^{-1}d_o`, is :math:`d'Wd` of the row so completed.
So a million rows with few holes each cost a few products of the whole matrix instead of a million inverses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wxsat.numerics.row_blocks import row_slices

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RowPatterns:
    """
    Which rows lack what.

    Attributes
    ----------
    observed : ndarray of bool, shape (n_patterns, p)
    member : ndarray of int, shape (n,)
        Pattern of every row.
    count : ndarray of int, shape (n_patterns,)
        Rows of every pattern.
    """

    observed: NDArray[np.bool_]
    member: NDArray[np.int64]
    count: NDArray[np.int64]


def row_patterns(seen: NDArray[np.bool_]) -> RowPatterns:
    """
    Number the distinct rows of a matrix of flags, in the order in which they first appear.

    Examples
    --------
    >>> found = row_patterns(np.array([[True, True], [True, False], [True, True]]))
    >>> found.member.tolist(), found.count.tolist()
    ([0, 1, 0], [2, 1])
    """
    if not seen.size:
        return RowPatterns(
            np.zeros((min(len(seen), 1), seen.shape[1]), bool),
            np.zeros(len(seen), np.int64),
            np.array([len(seen)] if len(seen) else [], dtype=np.int64),
        )
    packed = np.packbits(seen, axis=1)
    words = np.zeros((len(packed), -(-packed.shape[1] // 8) * 8), dtype=np.uint8)
    words[:, : packed.shape[1]] = packed
    keys = words.view(np.uint64)
    # Whole numbers sort many times faster than rows do.
    flat: NDArray[Any] = keys[:, 0] if keys.shape[1] == 1 else keys.view(f"V{8 * keys.shape[1]}").ravel()
    _, first, member, count = np.unique(flat, return_index=True, return_inverse=True, return_counts=True)
    order = np.argsort(first)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return RowPatterns(seen[first[order]], place[member.ravel()], count[order].astype(np.int64))


@dataclass(frozen=True, slots=True)
class HoleBlock:
    """
    Rows that lack the same number of values.

    Attributes
    ----------
    rows : ndarray of int, shape (r,)
    holes : ndarray of int, shape (r, m)
        Columns that each row lacks.
    conditional : ndarray, shape (r, m, m)
        Covariance of the holes given the rest.
    log_det : ndarray, shape (r,)
        Of the conditional covariance.
    """

    rows: NDArray[np.int64]
    holes: NDArray[np.int64]
    conditional: Matrix
    log_det: NDArray[np.float64]


def hole_blocks(seen: NDArray[np.bool_], inverse: Matrix) -> Iterator[HoleBlock]:
    """Yield the rows with holes, by their number of holes, in blocks that fit in memory."""
    lacking = (~seen).sum(axis=1)
    for m in np.unique(lacking[lacking > 0]):
        of_size = np.flatnonzero(lacking == m)
        for part in row_slices(len(of_size), int(m) ** 2):
            rows = of_size[part]
            holes = np.nonzero(~seen[rows])[1].reshape(len(rows), m)
            blocks = inverse[holes[:, :, None], holes[:, None, :]]
            sign, log_det = np.linalg.slogdet(blocks)
            if (sign <= 0).any():
                raise np.linalg.LinAlgError("a block of the inverse covariance is not positive definite")
            inverses = np.asarray(np.linalg.inv(blocks), dtype=np.float64)
            yield HoleBlock(rows, holes, inverses, np.asarray(-log_det, dtype=np.float64))


def complete_rows(deviations: Matrix, seen: NDArray[np.bool_], inverse: Matrix) -> Matrix:
    """
    Return deviations with every hole filled by its expectation given the rest of the row.

    Parameters
    ----------
    deviations : ndarray, shape (n, p)
        From the mean; anything where missing.
    seen : ndarray of bool, shape (n, p)
    inverse : ndarray, shape (p, p)
        Of the covariance matrix.

    Examples
    --------
    >>> inverse = np.linalg.inv(np.array([[1.0, 0.5], [0.5, 1.0]]))
    >>> complete_rows(np.array([[2.0, 0.0]]), np.array([[True, False]]), inverse).round(12).tolist()
    [[2.0, 1.0]]
    """
    filled = np.where(seen, deviations, 0.0)
    pulls = filled @ inverse
    for block in hole_blocks(seen, inverse):
        expected = -np.einsum("rij,rj->ri", block.conditional, pulls[block.rows[:, None], block.holes])
        filled[block.rows[:, None], block.holes] = expected
    return filled


def squared_distances(
    values: Matrix, mean: NDArray[np.float64], seen: NDArray[np.bool_], inverse: Matrix
) -> NDArray[np.float64]:
    """
    Return each row's squared Mahalanobis distance in the subspace of what it has; 0 for a row without anything.

    Parameters
    ----------
    values : ndarray, shape (n, p)
    mean : ndarray, shape (p,)
    seen : ndarray of bool, shape (n, p)
    inverse : ndarray, shape (p, p)
        Of the covariance matrix.
    """
    distances = np.empty(len(values))
    for rows in row_slices(len(values), values.shape[1]):
        full = complete_rows(values[rows] - mean, seen[rows], inverse)
        distances[rows] = np.einsum("ij,ij->i", full @ inverse, full)
    return distances
