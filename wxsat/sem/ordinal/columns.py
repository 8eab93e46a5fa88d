"""A Jacobian whose thresholds are its parameters: most columns have one entry, and products need not multiply zeros."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Places = NDArray[np.intp]


@dataclass(frozen=True)
class SplitColumns:
    """
    A matrix J, the columns with a single entry apart from the others.

    Attributes
    ----------
    width : int
        Number of columns.
    rows, lone : ndarray of int
        Where the entry of each lone column stands, and which columns these are.
    values : ndarray
        The entries.
    rest : ndarray of int
        The other columns.
    block : ndarray, shape (k, n_rest)
        What they hold.
    """

    width: int
    rows: Places
    lone: Places
    values: Array
    rest: Places
    block: Array

    @classmethod
    def of(cls, jacobian: Array) -> SplitColumns:
        """Split a matrix."""
        filled = jacobian != 0.0
        alone = filled.sum(axis=0) == 1
        lone, rest = np.flatnonzero(alone), np.flatnonzero(~alone)
        rows = filled.argmax(axis=0)[lone]
        return cls(
            jacobian.shape[1], rows, lone, jacobian[rows, lone], rest, np.ascontiguousarray(jacobian.take(rest, axis=1))
        )

    def gram(self) -> Array:
        """Return J'J."""
        found = np.zeros((self.width, self.width))
        found[np.ix_(self.rest, self.rest)] = self.block.T @ self.block
        crossed = self.values[:, None] * self.block[self.rows]
        found[np.ix_(self.lone, self.rest)] = crossed
        found[np.ix_(self.rest, self.lone)] = crossed.T
        # Two lone columns meet where their entries stand in one row.
        met = self.rows[:, None] == self.rows
        found[np.ix_(self.lone, self.lone)] = np.where(met, np.multiply.outer(self.values, self.values), 0.0)
        return found

    def before(self, symmetric: Array) -> Array:
        """Return M J of a symmetric matrix M."""
        found = np.empty((len(symmetric), self.width))
        found[:, self.lone] = symmetric.take(self.rows, axis=1) * self.values
        found[:, self.rest] = symmetric @ self.block
        return found

    def across(self, matrix: Array) -> Array:
        """Return J'M."""
        found = np.empty((self.width, matrix.shape[1]))
        found[self.lone] = self.values[:, None] * matrix[self.rows]
        found[self.rest] = self.block.T @ matrix
        return found
