"""The solution as moments of latent responses and covariates: what estimates, R2 and effects are read from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.implied import Implied
from wxsat.sem.matrices import cell_of
from wxsat.sem.ordinal.implied import OrdinalPoint
from wxsat.sem.ordinal.sample import OrdinalGroup, covariate_spread
from wxsat.sem.parameter_table import ParameterTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(frozen=True)
class OrdinalImplied(Implied):
    """
    Implied moments of latent responses, numeric variables and covariates, with what else an ordinal model has.

    Attributes
    ----------
    ordinal_values : mapping of (kind, int, int) to float
        Thresholds and scales, by their cells.
    ordinal_places : mapping of (kind, int, int) to int
        Free thresholds and scales in theta.
    residual_slopes : ndarray, shape (n_variables, n_free)
        Derivatives of the diagonal of S that come from no free cell of it (delta).
    """

    ordinal_values: dict[tuple[str, int, int], float]
    ordinal_places: dict[tuple[str, int, int], int]
    residual_slopes: Array


def response_model(point: OrdinalPoint, group: OrdinalGroup, table: ParameterTable, number: int) -> OrdinalImplied:
    """Return a group's solution with the moments of its covariates in place."""
    base, layout = point.base, point.layout
    given = layout.given
    s, alpha = base.s.copy(), base.alpha.copy()
    if given.size:
        s[np.ix_(given, given)] = covariate_spread(group.known)
        alpha[given] = np.asarray(group.known.exogenous_mean)
    e, seen = base.total, base.cells.n_observed
    whole, mean = e @ s @ e.T, e @ alpha
    whole = (whole + whole.T) / 2
    slopes = np.zeros((len(s), base.u.shape[1]))
    slopes[layout.following] = point.residual_slopes
    cells = replace(base.cells, fixed_s=_filled(base.cells.fixed_s, s, layout.following, given, layout.theta_scaled),
                    fixed_alpha=_with_means(base.cells.fixed_alpha, alpha, given))  # fmt: skip
    return OrdinalImplied(
        sigma=whole[:seen, :seen], mu=mean[:seen], u=base.u, w=_moved(base, whole), m=base.m,
        has_means=True, cells=cells, total=e, all_covariance=whole, all_mean=mean, a=base.a, s=s, alpha=alpha,
        ordinal_values=_values(point, table, number), ordinal_places=_places(table, number),
        residual_slopes=slopes,
    )  # fmt: skip


def _filled(fixed: Array, s: Array, ordinal: NDArray[np.intp], given: NDArray[np.intp], theta_scaled: bool) -> Array:
    """Return the fixed part of S with residual variances that follow, and with the covariates' moments."""
    found = fixed.copy()
    found[np.ix_(given, given)] = s[np.ix_(given, given)]
    if not theta_scaled:
        found[ordinal, ordinal] = s[ordinal, ordinal]
    return found


def _with_means(fixed: Array, alpha: Array, given: NDArray[np.intp]) -> Array:
    found = fixed.copy()
    found[given] = alpha[given]
    return found


def _moved(base: Implied, whole: Array) -> Array:
    """Return w with the covariances of all variables where a directed effect asks for them."""
    cells = base.cells
    w = base.w.copy()
    at = cells.directed
    w[:, cells.index[at]] = whole[: cells.n_observed, cells.column[at]]
    return w


def _places(table: ParameterTable, number: int) -> dict[tuple[str, int, int], int]:
    place = {name: i for i, name in enumerate(table.observed_names)}
    rows = (row for row in table.parameters if row.group == number and row.free and row.op in ("|", "~*~"))
    return {cell_of(row, place): row.free - 1 for row in rows}


def _values(point: OrdinalPoint, table: ParameterTable, number: int) -> dict[tuple[str, int, int], float]:
    place = {name: i for i, name in enumerate(table.observed_names)}
    layout = point.layout
    at = {int(i): k for k, i in enumerate(layout.own.tolist())}
    values: dict[tuple[str, int, int], float] = {}
    m = layout.margins
    distance = np.divide(point.statistics[: len(m.variable)], point.scales[m.variable])
    raw = distance + point.base.mu[layout.own][m.variable]
    counts: dict[int, int] = {}
    for variable, is_threshold, value in zip(m.variable.tolist(), m.is_threshold.tolist(), raw.tolist(), strict=True):
        if is_threshold:
            i = int(layout.own[variable])
            values["threshold", i, counts.get(i, 0)] = value
            counts[i] = counts.get(i, 0) + 1
    for row in table.parameters:
        if row.op == "~*~" and row.group == number:
            cell = cell_of(row, place)
            values[cell] = float(point.scales[at[cell[1]]])
    return values
