r"""The table as matrices: directed effects A, undirected ones S and intercepts alpha over all variables (RAM).

Every model has one form: :math:`\Sigma = F (I - A)^{-1} S (I - A)^{-T} F'`, :math:`\mu = F (I - A)^{-1} \alpha`, with
observed variables first and F picking them. Loadings and regressions are cells of A, variances and covariances cells
of S, intercepts and latent means cells of alpha; every parameter touches one cell (and its mirror in S), so the
derivative of :math:`\Sigma` is of rank two. Several groups are several such layouts that share one vector theta.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, cast

import numpy as np

from wxsat.sem.gathers import Gathers, gathers_of
from wxsat.sem.parameter_table import Parameter, ParameterTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wxsat.sem.implied import Implied
    from wxsat.sem.moments import Moments

Kind = Literal["directed", "undirected", "intercept", "threshold", "scale"]
ORDINAL_KINDS = ("threshold", "scale")  # not cells of A, S or alpha: wxsat.sem.ordinal has them


@dataclass(frozen=True)
class Cells:
    """
    Where each parameter of one group stands.

    Attributes
    ----------
    names : tuple of str
        All variables, observed first.
    n_observed : int
    n_free : int
        Length of theta, over all groups.
    index : ndarray of int, shape (k,)
        Which elements of theta this group has; the next four arrays describe them one by one.
    directed, intercept : ndarray of bool, shape (k,)
        Whether the free parameter is a cell of A, or of alpha (else of S).
    row, column : ndarray of int, shape (k,)
        Its cell: ``A[row, column]`` is the effect of `column` on `row`; an intercept has its variable in both.
    fixed_a, fixed_s : ndarray, shape (n_variables, n_variables)
        A and S with the fixed values in place and zeros elsewhere.
    fixed_alpha : ndarray, shape (n_variables,)
    has_means : bool
        Whether the model explains the means.
    """

    names: tuple[str, ...]
    n_observed: int
    n_free: int
    index: NDArray[np.intp]
    directed: NDArray[np.bool_]
    intercept: NDArray[np.bool_]
    row: NDArray[np.intp]
    column: NDArray[np.intp]
    fixed_a: NDArray[np.float64]
    fixed_s: NDArray[np.float64]
    fixed_alpha: NDArray[np.float64]
    has_means: bool

    @property
    def undirected(self) -> NDArray[np.bool_]:
        """Whether the free parameter is a cell of S."""
        return ~(self.directed | self.intercept)

    @cached_property
    def gathers(self) -> Gathers:
        """Where the derivatives come from, worked out once."""
        return gathers_of(self)

    def fill(self, theta: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return A, S and alpha at the free parameters `theta`."""
        a, s, alpha = self.fixed_a.copy(), self.fixed_s.copy(), self.fixed_alpha.copy()
        own, row, column = theta[self.index], self.row, self.column
        at, st, mt = self.gathers.directed, self.gathers.undirected, self.gathers.intercept
        a[row[at], column[at]] = own[at]
        s[row[st], column[st]] = s[column[st], row[st]] = own[st]
        if mt.size:
            alpha[row[mt]] = own[mt]
        return a, s, alpha


class GroupedCells(tuple[Cells, ...]):
    """The layouts of all groups, in the order of the groups."""

    __slots__ = ()

    @property
    def n_free(self) -> int:
        """Length of theta."""
        return self[0].n_free


def cell_of(row: Parameter, place: dict[str, int]) -> tuple[Kind, int, int]:
    """Return (kind, row, column) of a parameter."""
    if row.op == "=~":
        return "directed", place[row.rhs], place[row.lhs]
    if row.op == "~1":
        return "intercept", place[row.lhs], place[row.lhs]
    if row.op == "|":
        return "threshold", place[row.lhs], int(row.rhs[1:]) - 1
    if row.op == "~*~":
        return "scale", place[row.lhs], place[row.lhs]
    return "directed" if row.op == "~" else "undirected", place[row.lhs], place[row.rhs]


def cell_value(
    cell: tuple[Kind, int, int], a: NDArray[np.float64], s: NDArray[np.float64], alpha: NDArray[np.float64]
) -> float:
    """Return what stands in a cell."""
    kind, i, j = cell
    return float(alpha[i] if kind == "intercept" else (a if kind == "directed" else s)[i, j])


def implied_value(cell: tuple[Kind, int, int], at: Implied) -> float:
    """Return what stands in a cell of a solution, thresholds and scales of ordinal variables too."""
    if cell[0] in ORDINAL_KINDS:
        values: dict[tuple[str, int, int], float] = getattr(at, "ordinal_values")  # noqa: B009 - ordinal models alone
        return values[cell]
    return cell_value(cell, at.a, at.s, at.alpha)


def lay_out_groups(table: ParameterTable, sample: Sequence[Moments] | None = None) -> GroupedCells:
    """
    Give every parameter of every group its cell.

    Parameters
    ----------
    table : ParameterTable
    sample : sequence of Moments, optional
        One a group; covariates take their moments from it.
    """
    if sample is None:
        return GroupedCells(lay_out(table, group=g) for g in range(1, table.n_groups + 1))
    return GroupedCells(
        lay_out(table, moments.covariance, moments.mean, group=g) for g, moments in enumerate(sample, start=1)
    )


def lay_out(
    table: ParameterTable,
    covariance: NDArray[np.float64] | None = None,
    mean: NDArray[np.float64] | None = None,
    *,
    group: int = 1,
) -> Cells:
    """
    Give every parameter of one group its cell.

    Parameters
    ----------
    table : ParameterTable
    covariance : ndarray, shape (n_observed, n_observed), optional
        Sample moments in the order of the table's observed names; covariates take their moments from it.
    mean : ndarray, shape (n_observed,), optional
    group : int
        From 1.
    """
    known = table.known.get(("cells", group))
    if known is not None:
        return cast("Cells", known)
    names = (*table.observed_names, *table.latent_names)
    place = {name: i for i, name in enumerate(names)}
    given = False
    fixed: list[tuple[float, Kind, int, int]] = []
    cells: list[tuple[int, Kind, int, int]] = []
    for row in table.parameters:
        if row.group != group:
            continue
        kind, i, j = cell_of(row, place)
        if kind in ORDINAL_KINDS:
            continue
        if row.free:
            cells.append((row.free - 1, kind, i, j))
            continue
        value = row.ustart
        if row.exo and value is None:
            value, given = _given(kind, i, j, covariance, mean), True
        fixed.append((value or 0.0, kind, i, j))
    found = Cells(
        names,
        len(table.observed_names),
        table.n_free,
        np.array([c[0] for c in cells], dtype=np.intp),
        np.array([c[1] == "directed" for c in cells], dtype=bool),
        np.array([c[1] == "intercept" for c in cells], dtype=bool),
        np.array([c[2] for c in cells], dtype=np.intp),
        np.array([c[3] for c in cells], dtype=np.intp),
        *_fixed_matrices(fixed, len(names)),
        table.has_mean_structure,
    )
    if not given:
        # Nothing depends on a sample: the same cells serve every one.
        table.known["cells", group] = found
    return found


def _fixed_matrices(
    fixed: Sequence[tuple[float, Kind, int, int]], size: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return directed effects, symmetric moments and intercepts that are fixed, zero elsewhere."""
    directed, symmetric, intercepts = np.zeros((size, size)), np.zeros((size, size)), np.zeros(size)
    for value, kind, i, j in fixed:
        if kind == "directed":
            directed[i, j] = value
        elif kind == "intercept":
            intercepts[i] = value
        else:
            symmetric[i, j] = symmetric[j, i] = value
    return directed, symmetric, intercepts


def _given(
    kind: Kind, i: int, j: int, covariance: NDArray[np.float64] | None, mean: NDArray[np.float64] | None
) -> float:
    """Return the sample moment that a covariate's cell is given."""
    if kind == "intercept":
        return float(mean[i]) if mean is not None else 0.0
    return float(covariance[i, j]) if covariance is not None else float(i == j)
