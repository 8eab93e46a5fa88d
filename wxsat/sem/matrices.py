r"""The table as matrices: directed effects A and undirected ones S over all variables (RAM).

Every model has one form: :math:`\Sigma = F (I - A)^{-1} S (I - A)^{-T} F'`, with observed variables first and F
picking them. Loadings and regressions are cells of A, variances and covariances cells of S; every parameter touches
one cell (and its mirror in S), so the derivative of :math:`\Sigma` is of rank two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.parameter_table import Parameter, ParameterTable

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Cells:
    """
    Where each parameter stands.

    Attributes
    ----------
    names : tuple of str
        All variables, observed first.
    n_observed : int
    directed : ndarray of bool, shape (n_free,)
        Whether the free parameter is a cell of A (else of S).
    row, column : ndarray of int, shape (n_free,)
        Its cell: ``A[row, column]`` is the effect of `column` on `row`.
    fixed_a, fixed_s : ndarray, shape (n_variables, n_variables)
        A and S with the fixed values in place and zeros elsewhere.
    """

    names: tuple[str, ...]
    n_observed: int
    directed: NDArray[np.bool_]
    row: NDArray[np.intp]
    column: NDArray[np.intp]
    fixed_a: NDArray[np.float64]
    fixed_s: NDArray[np.float64]

    @property
    def n_free(self) -> int:
        """Number of free parameters."""
        return len(self.row)

    def fill(self, theta: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return A and S at the free parameters `theta`."""
        a, s = self.fixed_a.copy(), self.fixed_s.copy()
        at, st = self.directed, ~self.directed
        a[self.row[at], self.column[at]] = theta[at]
        s[self.row[st], self.column[st]] = theta[st]
        s[self.column[st], self.row[st]] = theta[st]
        return a, s


def cell_of(row: Parameter, place: dict[str, int]) -> tuple[bool, int, int]:
    """Return (directed, row, column) of a parameter."""
    if row.op == "=~":
        return True, place[row.rhs], place[row.lhs]
    return row.op == "~", place[row.lhs], place[row.rhs]


def lay_out(table: ParameterTable, covariance: NDArray[np.float64] | None = None) -> Cells:
    """
    Give every parameter its cell.

    Parameters
    ----------
    table : ParameterTable
        Without intercepts.
    covariance : ndarray, shape (n_observed, n_observed), optional
        Sample moments in the order of the table's observed names; covariates take their moments from it.
    """
    names = (*table.observed_names, *table.latent_names)
    place = {name: i for i, name in enumerate(names)}
    size = len(names)
    fixed_a, fixed_s = np.zeros((size, size)), np.zeros((size, size))
    cells: list[tuple[bool, int, int]] = []
    for row in table.parameters:
        directed, i, j = cell_of(row, place)
        if row.free:
            cells.append((directed, i, j))
            continue
        value = row.ustart
        if row.exo:
            value = float(covariance[i, j]) if covariance is not None else float(i == j)
        if directed:
            fixed_a[i, j] = value or 0.0
        else:
            fixed_s[i, j] = fixed_s[j, i] = value or 0.0
    return Cells(
        names,
        len(table.observed_names),
        np.array([c[0] for c in cells], dtype=bool),
        np.array([c[1] for c in cells], dtype=np.intp),
        np.array([c[2] for c in cells], dtype=np.intp),
        fixed_a,
        fixed_s,
    )
