r"""
Where the derivatives of a group come from: every parameter by its columns of a small dictionary.

With :math:`\partial\Sigma/\partial\theta_k = h_k(u_kw_k' + w_ku_k')` every :math:`u_k` and :math:`w_k` is a column of
:math:`E = (I-A)^{-1}` or of :math:`C = ESE'`, and many parameters share one. A quadratic form in all of them is
therefore a gather from the Gram matrix of the distinct columns. What does not change with theta is worked out once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wxsat.sem.matrices import Cells

    Matrix = NDArray[np.float64]
    Places = NDArray[np.intp]


@dataclass(frozen=True)
class Gathers:
    """
    The places of one group's parameters; the numbering is that of the group's own parameters.

    Attributes
    ----------
    directed, undirected, intercept, variance : ndarray of int
        The parameters by kind; `variance` has those on the diagonal of S.
    source : ndarray of int
        Variables that act on others: only their columns of E differ from the identity.
    unsorted : ndarray of int, shape (k,)
        Puts the directed, then the undirected, then the intercepts back into their order.
    whole : bool
        Whether the group has all elements of theta, in order.
    e_columns, c_columns : ndarray of int
        Distinct columns of E and of C that the dictionary has, in this order.
    u, w : ndarray of int, shape (k,)
        Columns of the dictionary.
    half : ndarray, shape (k,)
        1/2 for variances, 0 for intercepts, else 1.
    """

    directed: Places
    undirected: Places
    intercept: Places
    variance: Places
    source: Places
    unsorted: Places
    whole: bool
    e_columns: Places
    c_columns: Places
    u: Places
    w: Places
    half: Matrix

    def dictionary(self, total: Matrix, covariance: Matrix, seen: int) -> Matrix:
        """Return the distinct columns of E and C, observed rows alone, shape (seen, width)."""
        return np.concatenate(
            [total[:seen].take(self.e_columns, axis=1), covariance[:seen].take(self.c_columns, axis=1)], axis=1
        )

    def forms(self, gram: Matrix) -> tuple[Matrix, Matrix, Matrix]:
        """Return u'Xu, w'Xw and u'Xw of all pairs, without their halves, from the Gram matrix of the dictionary."""
        rows = gram.take(self.u, axis=0)
        return rows.take(self.u, axis=1), gram.take(self.w, axis=0).take(self.w, axis=1), rows.take(self.w, axis=1)


def gathers_of(cells: Cells) -> Gathers:
    """Work out the gathers of a layout."""
    row, column, directed, intercept = cells.row, cells.column, cells.directed, cells.intercept
    undirected = ~(directed | intercept)
    size = len(cells.names)
    acting = (cells.fixed_a != 0).any(axis=0)
    acting[column[directed]] = True
    # Columns of C are numbered after those of E.
    u, w = row, np.where(directed, column + size, column)
    used = np.zeros(2 * size, dtype=bool)
    used[u] = used[w] = True
    position = np.cumsum(used) - 1
    variance = undirected & (row == column)
    half = np.where(variance, 0.5, np.where(intercept, 0.0, 1.0))
    kinds = [np.flatnonzero(mask) for mask in (directed, undirected, intercept)]
    return Gathers(
        directed=kinds[0],
        undirected=kinds[1],
        intercept=kinds[2],
        variance=np.flatnonzero(variance),
        source=np.flatnonzero(acting),
        unsorted=np.argsort(np.concatenate(kinds)),
        whole=len(cells.index) == cells.n_free and bool((cells.index == np.arange(cells.n_free)).all()),
        e_columns=np.flatnonzero(used[:size]),
        c_columns=np.flatnonzero(used[size:]),
        u=position[u],
        w=position[w],
        half=half,
    )
