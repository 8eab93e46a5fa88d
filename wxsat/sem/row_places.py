"""Which cell every row of a parameter table stands in, as arrays: what turns matrices into columns and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.implied import Implied
from wxsat.sem.matrices import ORDINAL_KINDS, Kind, cell_of, implied_value
from wxsat.sem.parameter_table import ParameterTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Places = NDArray[np.intp]


@dataclass(frozen=True)
class BlockPlaces:
    """
    The parameter rows of one block (a group, or a level of one).

    Attributes
    ----------
    rows : ndarray of int, shape (k,)
        Their places among all parameter rows of the table.
    directed, intercept, variance, covariance, ordinal : ndarray of int
        Which of the k rows are cells of A, of alpha, of the diagonal of S, beside it; thresholds and scales.
    i, j : ndarray of int, shape (k,)
        Row and column of the cell.
    free : ndarray of int, shape (k,)
        Which element of theta it is, -1 where it is fixed.
    kinds : tuple of str
    """

    rows: Places
    directed: Places
    intercept: Places
    variance: Places
    covariance: Places
    ordinal: Places
    i: Places
    j: Places
    free: Places
    kinds: tuple[Kind, ...]

    def raw_values(self, at: Implied) -> NDArray[np.float64]:
        """Return what stands in every cell of a solution."""
        found = np.empty(len(self.rows))
        d, m = self.directed, self.intercept
        s = np.concatenate([self.variance, self.covariance])
        found[d] = at.a[self.i[d], self.j[d]]
        found[s] = at.s[self.i[s], self.j[s]]
        found[m] = at.alpha[self.i[m]]
        for k in self.ordinal.tolist():
            found[k] = implied_value((self.kinds[k], int(self.i[k]), int(self.j[k])), at)
        return found


def place_rows(table: ParameterTable, implied: Sequence[Implied]) -> tuple[BlockPlaces, ...]:
    """Return the places of every block's rows, in the order of the blocks."""
    places = [{name: i for i, name in enumerate(at.cells.names)} for at in implied]
    found: list[list[tuple[int, Kind, int, int, int]]] = [[] for _ in implied]
    for number, row in enumerate(table.parameters):
        block = max(row.block, 1) - 1
        found[block].append((number, *cell_of(row, places[block]), row.free - 1))
    return tuple(_block(rows) for rows in found)


def _block(rows: Sequence[tuple[int, Kind, int, int, int]]) -> BlockPlaces:
    kinds = tuple(row[1] for row in rows)
    number, i, j, free = (np.array([row[k] for row in rows], dtype=np.intp) for k in (0, 2, 3, 4))
    named = np.array(kinds)
    undirected = named == "undirected"
    return BlockPlaces(
        number,
        np.flatnonzero(named == "directed"),
        np.flatnonzero(named == "intercept"),
        np.flatnonzero(undirected & (i == j)),
        np.flatnonzero(undirected & (i != j)),
        np.flatnonzero(np.isin(named, ORDINAL_KINDS)),
        i,
        j,
        free,
        kinds,
    )
