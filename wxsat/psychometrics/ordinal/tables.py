"""Answers as category codes, and the contingency tables of all pairs of variables by one matrix product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Codes = NDArray[np.uint8]

# Rows of the one-hot matrix made at a time; counts stay exact in single precision.
CHUNK_ROWS = 8192


@dataclass(frozen=True)
class CrossTable:
    """
    All contingency tables of a set of variables in one matrix.

    Attributes
    ----------
    cells : ndarray, shape (total, total)
        Weighted counts; rows and columns run over the categories of the first variable, then of the second, ...
    starts : ndarray of int, shape (p,)
        Where each variable's categories begin.
    sizes : ndarray of int, shape (p,)
        How many there are.
    """

    cells: Array
    starts: NDArray[np.intp]
    sizes: NDArray[np.intp]

    def margin(self, variable: int) -> Array:
        """Return the counts of one variable's categories."""
        at = self.starts[variable] + np.arange(self.sizes[variable])
        return np.asarray(self.cells[at, at])

    def tables(self, first: NDArray[np.intp], second: NDArray[np.intp]) -> Array:
        """Return the tables of pairs of variables of equal sizes, shape (K first, K second, pairs)."""
        rows = self.starts[first] + np.arange(self.sizes[first[0]])[:, None]
        columns = self.starts[second] + np.arange(self.sizes[second[0]])[:, None]
        return np.asarray(self.cells[rows[:, None, :], columns[None, :, :]])


def cross_table(codes: Codes, sizes: Sequence[int] | NDArray[np.intp], weights: Array | None = None) -> CrossTable:
    """
    Count every pair of categories.

    Parameters
    ----------
    codes : ndarray of uint8, shape (n, p)
        Categories counted from 0; a code at or above the variable's size is counted nowhere.
    sizes : sequence of int
        Number of categories.
    weights : ndarray, shape (n,), optional

    Returns
    -------
    CrossTable
        Counts are exact without weights.
    """
    sizes_array = np.asarray(sizes, dtype=np.intp)
    starts = np.concatenate([[0], np.cumsum(sizes_array)[:-1]]).astype(np.intp)
    total = int(sizes_array.sum())
    kind = np.float32 if weights is None else np.float64
    cells = np.zeros((total, total))
    category = np.concatenate([np.arange(size, dtype=np.uint8) for size in sizes]) if total else np.zeros(0, np.uint8)
    variable = np.repeat(np.arange(len(sizes)), sizes_array)
    for first in range(0, len(codes), CHUNK_ROWS):
        chunk = codes[first : first + CHUNK_ROWS]
        # One line a category: codes stand by columns, so that lines are read as they lie.
        hot = (chunk.T[variable] == category[:, None]).astype(kind)
        if weights is None:
            cells += hot @ hot.T
        else:
            cells += (hot * weights[first : first + CHUNK_ROWS]) @ hot.T
    return CrossTable(cells, starts, sizes_array)
