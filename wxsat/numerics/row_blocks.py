"""A function of rows over a long matrix, some rows at a time, so that memory does not grow with the number of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

# Numbers that one block of rows may hold: 32 MB an array.
BLOCK_NUMBERS = 1 << 22


def row_slices(n_rows: int, numbers_per_row: int, budget: int = BLOCK_NUMBERS) -> Iterator[slice]:
    """
    Yield slices of rows that hold at most `budget` numbers each, at least one row.

    Examples
    --------
    >>> [(s.start, s.stop) for s in row_slices(5, 2, budget=4)]
    [(0, 2), (2, 4), (4, 5)]
    """
    step = max(1, budget // max(numbers_per_row, 1))
    for start in range(0, n_rows, step):
        yield slice(start, min(start + step, n_rows))


def by_row_blocks(
    function: Callable[[NDArray[np.float64]], NDArray[np.float64]], values: NDArray[np.float64]
) -> NDArray[np.float64]:
    """
    Return ``function(values)`` for a function that treats every row alone and gives one number a row.

    Examples
    --------
    >>> by_row_blocks(lambda rows: rows.sum(axis=1), np.ones((3, 2))).tolist()
    [2.0, 2.0, 2.0]
    """
    result = np.empty(len(values))
    for rows in row_slices(len(values), values.shape[1]):
        result[rows] = function(values[rows])
    return result
