"""Which cell every row of a parameter table stands in, as arrays: what turns matrices into columns and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from wxsat.sem.implied import Implied
from wxsat.sem.matrices import Kind, cell_of, implied_value
from wxsat.sem.parameter_table import ParameterTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Places = NDArray[np.intp]

_KINDS: tuple[Kind, ...] = ("directed", "undirected", "intercept", "threshold", "scale")
_NUMBERS = {kind: number for number, kind in enumerate(_KINDS)}


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
    key = ("places", *(at.cells.names for at in implied))
    if key in table.known:
        return cast("tuple[BlockPlaces, ...]", table.known[key])
    places = [{name: i for i, name in enumerate(at.cells.names)} for at in implied]
    found: list[list[tuple[int, int, int, int, int]]] = [[] for _ in implied]
    for number, row in enumerate(table.parameters):
        block = max(row.block, 1) - 1
        kind, i, j = cell_of(row, places[block])
        found[block].append((number, _NUMBERS[kind], i, j, row.free - 1))
    table.known[key] = blocks = tuple(_block(rows) for rows in found)
    return blocks


def _block(rows: Sequence[tuple[int, int, int, int, int]]) -> BlockPlaces:
    number, kind, i, j, free = np.array(rows, dtype=np.intp).reshape(-1, 5).T
    undirected = kind == _NUMBERS["undirected"]
    return BlockPlaces(
        number,
        np.flatnonzero(kind == _NUMBERS["directed"]),
        np.flatnonzero(kind == _NUMBERS["intercept"]),
        np.flatnonzero(undirected & (i == j)),
        np.flatnonzero(undirected & (i != j)),
        np.flatnonzero(kind > _NUMBERS["intercept"]),
        i,
        j,
        free,
        tuple(_KINDS[k] for k in kind.tolist()),
    )
