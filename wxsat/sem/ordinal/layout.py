r"""
Where thresholds, scales and statistics of ordinal variables stand, one layout a group.

The statistics of a group are, in lavaan's order: thresholds of ordinal variables and means of numeric ones (with the
sign turned), variable by variable; slopes on given covariates; variances of numeric variables; covariances (of latent
responses: correlations) below the diagonal, column by column.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.matrices import Cells, cell_of, lay_out
from wxsat.sem.parameter_table import ParameterTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Places = NDArray[np.intp]

NOWHERE = -1  # place in theta of a parameter that is fixed


@dataclass(frozen=True)
class Margins:
    """
    Thresholds of ordinal variables and turned means of numeric ones, one entry a statistic.

    Attributes
    ----------
    variable : ndarray of int, shape (n_margins,)
        Position among the endogenous variables.
    is_threshold : ndarray of bool, shape (n_margins,)
    value : ndarray, shape (n_margins,)
        Of fixed thresholds, else 0.
    place : ndarray of int, shape (n_margins,)
        In theta; -1 for fixed thresholds and means.
    """

    variable: Places
    is_threshold: NDArray[np.bool_]
    value: Array
    place: Places


@dataclass(frozen=True)
class OrdinalLayout:
    """
    One group of an ordinal model.

    Attributes
    ----------
    cells : Cells
        A, S and alpha, covariates with variances and means of zero: everything is given them.
    own, given : ndarray of int
        Positions of the endogenous and of the given observed variables among the observed ones.
    ordinal : ndarray of bool, shape (n_own,)
    margins : Margins
    scale_value : ndarray, shape (n_own,)
        Fixed scales; 1 for numeric variables.
    scale_place : ndarray of int, shape (n_own,)
        Free scales in theta, -1 for the others.
    theta_scaled : bool
        Whether residual variances give the scale (the theta parameterisation).
    sources : ndarray of bool, shape (n_own,)
        Covariates that are not given: their covariances stay in the baseline.
    following : ndarray of int, shape (n_ordinal,)
        Whose variance follows under delta, so that each latent response has its own: the item's residual variance, or
        that of the latent which the item alone measures. Positions among all variables.
    """

    cells: Cells
    own: Places
    given: Places
    ordinal: NDArray[np.bool_]
    margins: Margins
    scale_value: Array
    scale_place: Places
    theta_scaled: bool
    sources: NDArray[np.bool_]
    following: Places

    @cached_property
    def below(self) -> tuple[Places, Places]:
        """Rows and columns of the covariances below the diagonal, column by column."""
        columns, rows = np.triu_indices(len(self.own), 1)
        return rows.astype(np.intp), columns.astype(np.intp)

    @cached_property
    def numeric(self) -> Places:
        """Positions of the numeric variables among the endogenous ones."""
        return np.flatnonzero(~self.ordinal)

    @cached_property
    def ordinal_all(self) -> Places:
        """Positions of the ordinal variables among all variables."""
        return self.own[self.ordinal]

    @property
    def n_statistics(self) -> int:
        """Number of statistics of the group."""
        p = len(self.own)
        return len(self.margins.variable) + p * len(self.given) + len(self.numeric) + p * (p - 1) // 2

    @cached_property
    def first_covariance(self) -> int:
        """Where the covariances below the diagonal begin among the statistics."""
        return self.n_statistics - len(self.below[0])

    @cached_property
    def plain_scales(self) -> bool:
        """Whether every scale is 1, so that the latent responses are correlations as they are."""
        fixed = bool((self.scale_place == NOWHERE).all() and (self.scale_value == 1.0).all())
        return fixed and not self.theta_scaled

    @cached_property
    def only_outcomes(self) -> bool:
        """Whether no variable whose variance follows acts on another: that variance is then its own affair."""
        acting = set(self.cells.column[self.cells.directed].tolist())
        acting |= set(np.flatnonzero(self.cells.fixed_a.any(axis=0)).tolist())
        return not acting & {*self.ordinal_all.tolist(), *self.following.tolist()}

    def scales(self, theta: Array) -> Array:
        """Return the scales of the delta parameterisation."""
        free = self.scale_place != NOWHERE
        values = self.scale_value.copy()
        values[free] = theta[self.scale_place[free]]
        return values

    def thresholds(self, theta: Array) -> Array:
        """Return the thresholds of every margin, 0 for numeric variables."""
        m = self.margins
        return np.where(m.place == NOWHERE, m.value, theta[m.place])


def lay_out_ordinal(table: ParameterTable, group: int = 1) -> OrdinalLayout:
    """Return the layout of one group (from 1) of a table with ordinal variables."""
    size = len(table.observed_names)
    cells = lay_out(table, np.zeros((size, size)), np.zeros(size), group=group)
    cuts, covariates = table.ordered, set(table.covariates)
    own = [i for i, name in enumerate(table.observed_names) if name not in covariates]
    ordinal = np.array([table.observed_names[i] in cuts for i in own], dtype=bool)
    theta_scaled = table.options.parameterization == "theta"
    following = _following(table, group, cells.names)
    if not theta_scaled:
        variances = cells.fixed_s.copy()
        variances[following, following] = 0.0
        cells = replace(cells, fixed_s=variances)
    known = _thresholds_and_scales(table, group)
    parts: list[tuple[int, bool, float, int]] = []
    for position, i in enumerate(own):
        name = table.observed_names[i]
        if name not in cuts:
            parts.append((position, False, 0.0, NOWHERE))
        parts += [(position, True, *known["threshold", i, k]) for k in range(cuts.get(name, 0))]
    margins = Margins(
        np.array([p[0] for p in parts], dtype=np.intp),
        np.array([p[1] for p in parts], dtype=bool),
        np.array([p[2] for p in parts]),
        np.array([p[3] for p in parts], dtype=np.intp),
    )
    scales = [known.get(("scale", i, i), (1.0, NOWHERE)) for i in own]
    given = np.array([i for i in range(size) if i not in set(own)], dtype=np.intp)
    return OrdinalLayout(
        cells,
        np.array(own, dtype=np.intp),
        given,
        ordinal,
        margins,
        np.array([s[0] for s in scales]),
        np.array([s[1] for s in scales], dtype=np.intp),
        theta_scaled,
        np.array([table.observed_names[i] in table.roles.covariates for i in own], dtype=bool),
        following,
    )


def _following(table: ParameterTable, group: int, names: tuple[str, ...]) -> Places:
    """Return whose variance gives each ordinal variable its own: itself, or the latent that it alone measures."""
    rows = {row.key: row for row in table.parameters if row.group == group}
    measured = {items[0]: latent for latent, items in table.indicators_of().items() if len(items) == 1}
    found = []
    for item in table.ordered:
        own = rows.get((item, "~~", item))
        whole = own is not None and not own.free and own.ustart == 0.0 and item in measured
        found.append(names.index(measured[item] if whole else item))
    return np.array(found, dtype=np.intp)


def _thresholds_and_scales(table: ParameterTable, group: int) -> dict[tuple[str, int, int], tuple[float, int]]:
    """Return fixed value and place in theta of every threshold and scale, by its cell."""
    place = {name: i for i, name in enumerate(table.observed_names)}
    known: dict[tuple[str, int, int], tuple[float, int]] = {}
    for row in table.parameters:
        if row.group == group and row.op in ("|", "~*~"):
            value = 0.0 if row.free else float(row.ustart or 0.0)
            known[cell_of(row, place)] = value, row.free - 1 if row.free else NOWHERE
    return known
