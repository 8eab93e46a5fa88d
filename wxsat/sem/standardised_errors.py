r"""
Standardised solutions with standard errors: exact derivatives of every standardised value, then the delta method.

A standardised loading or path is :math:`a_{ij}\sigma_j/\sigma_i`, an intercept :math:`\alpha_i/\sigma_i`, a variance
:math:`s_{ii}/\sigma_i^2`, a covariance :math:`s_{ij}/\sqrt{s_{ii}s_{jj}}`; the implied variances
:math:`\sigma_i^2 = C_{ii}` have derivatives of rank two as everything else in a RAM model, so that the whole Jacobian
is a handful of gathers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from wxsat.sem.estimates import wald
from wxsat.sem.expressions import Dual
from wxsat.sem.implied import Implied
from wxsat.sem.matrices import cell_of
from wxsat.sem.parameter_table import ParameterTable
from wxsat.sem.reparse import expression_of

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

Standard = Literal["std_lv", "std_all", "std_nox"]
# A variance below this is rounding: the value is a constant (a standardised variance of an exogenous latent, say).
CONSTANT = 1e-18


@dataclass(frozen=True)
class Scales:
    """
    Standard deviations of one group's variables, with their derivatives.

    Attributes
    ----------
    total, residual : ndarray, shape (n_variables,)
        Implied standard deviations, and square roots of the diagonal of S; 1 where a variable is not standardised.
    d_total, d_residual : ndarray, shape (n_variables, n_free)
    """

    total: Matrix
    residual: Matrix
    d_total: Matrix
    d_residual: Matrix


def standardised_solution(
    table: ParameterTable, implied: Sequence[Implied], vcov: Matrix, standard: Standard = "std_all"
) -> pd.DataFrame:
    """
    Return every parameter and every ``:=`` standardised, with error, z, p and 95 % interval.

    Parameters
    ----------
    table : ParameterTable
    implied : sequence of Implied
        One a group, at the estimates.
    vcov : ndarray, shape (n_free, n_free)
        Covariance of the estimates, of whatever kind: the errors are of that kind.
    standard : {"std_lv", "std_all", "std_nox"}
        Latents alone; all variables; all but exogenous covariates (right for binary ones).

    Returns
    -------
    DataFrame
        ``lhs op rhs group label estimate std_error z p_value ci_lower ci_upper`` in table order. NaN where a variance
        is negative; error 0 and no z for values that are constants.

    Notes
    -----
    ``:=`` is computed anew from the standardised pieces, as lavaan does. Checked against lavaan 0.6-14's
    ``standardizedSolution()``, all three kinds, groups, equality, means, covariates.
    """
    import pandas as pd

    values, jacobian = standardised_jacobian(table, implied, standard)
    records: list[dict[str, Any]] = []
    for row, value, gradient in zip(table.parameters, values, jacobian, strict=True):
        head = {"lhs": row.lhs, "op": row.op, "rhs": row.rhs, "group": row.group, "label": row.label}
        records.append(head | {"estimate": float(value)} | wald(float(value), _variance(gradient, vcov)))
    for row, (value, gradient) in zip(
        table.definitions, standardised_definitions(table, values, jacobian), strict=True
    ):
        head = {"lhs": row.lhs, "op": row.op, "rhs": row.rhs, "group": 0, "label": row.label}
        records.append(head | {"estimate": float(value)} | wald(float(value), _variance(gradient, vcov)))
    return pd.DataFrame(records)


def _variance(gradient: Matrix, vcov: Matrix) -> float:
    # Fixed parameters have no gradient; 0 times the NaN of a singular covariance must stay 0.
    moved = np.flatnonzero(gradient)
    variance = float(gradient[moved] @ vcov[np.ix_(moved, moved)] @ gradient[moved]) if moved.size else 0.0
    return 0.0 if abs(variance) < CONSTANT else variance


def standardised_definitions(table: ParameterTable, values: Matrix, jacobian: Matrix) -> list[Dual]:
    """Return value and gradient of every ``:=`` row made of standardised parameters."""
    known: dict[str, Dual] = {}
    for row, value, gradient in zip(table.parameters, values, jacobian, strict=True):
        known[row.plabel] = float(value), gradient
        if row.label:
            known.setdefault(row.label, (float(value), gradient))
    found = []
    for row in table.definitions:
        dual = expression_of(row.rhs).evaluate(known)
        known[row.lhs] = dual
        found.append(dual)
    return found


def standardised_jacobian(
    table: ParameterTable, implied: Sequence[Implied], standard: Standard = "std_all"
) -> tuple[Matrix, Matrix]:
    """Return the standardised value of every parameter row and its derivative, shapes (n_rows,), (n_rows, n_free)."""
    unscaled = _unscaled(table, implied[0], standard)
    scales = [variable_scales(at, unscaled) for at in implied]
    cells = [_parameter_places(at) for at in implied]
    place = {name: i for i, name in enumerate(implied[0].cells.names)}
    values, jacobian = [], []
    with np.errstate(invalid="ignore", divide="ignore"):
        for row in table.parameters:
            g = max(row.block, 1) - 1
            value, gradient = _standardised(cell_of(row, place), implied[g], scales[g], cells[g])
            values.append(value if np.isfinite(value) else np.nan)
            jacobian.append(gradient)
    return np.array(values), np.array(jacobian)


def _unscaled(table: ParameterTable, at: Implied, standard: Standard) -> NDArray[np.bool_]:
    """Return which variables keep their own units."""
    if standard == "std_lv":
        return np.arange(len(at.cells.names)) < at.cells.n_observed
    kept = set(table.roles.covariates) if standard == "std_nox" else set()
    return np.array([name in kept for name in at.cells.names])


def variable_scales(at: Implied, unscaled: NDArray[np.bool_]) -> Scales:
    """Return the standard deviations of all variables of a group and their derivatives."""
    cells, e, c = at.cells, at.total, at.all_covariance
    size = len(c)
    own = np.zeros((size, len(cells.index)))
    a, s = cells.directed, cells.undirected
    own[:, a] = 2.0 * e[:, cells.row[a]] * c[:, cells.column[a]]
    own[:, s] = 2.0 * e[:, cells.row[s]] * e[:, cells.column[s]]
    own[:, s & (cells.row == cells.column)] *= 0.5
    of_residual = np.zeros_like(own)
    diagonal = np.flatnonzero(s & (cells.row == cells.column))
    of_residual[cells.row[diagonal], diagonal] = 1.0
    with np.errstate(invalid="ignore", divide="ignore"):
        total, residual = np.sqrt(np.diag(c)), np.sqrt(np.diag(at.s))
        d_total, d_residual = own / (2.0 * total[:, None]), of_residual / (2.0 * residual[:, None])
    d_total[unscaled], d_residual[unscaled] = 0.0, 0.0
    total, residual = np.where(unscaled, 1.0, total), np.where(unscaled, 1.0, residual)
    return Scales(total, residual, _spread(d_total, at), _spread(d_residual, at))


def _spread(own: Matrix, at: Implied) -> Matrix:
    whole = np.zeros((len(own), at.cells.n_free))
    whole[:, at.cells.index] = own
    return whole


def _parameter_places(at: Implied) -> dict[tuple[str, int, int], int]:
    """Return which element of theta stands in a cell."""
    cells = at.cells
    kinds = np.where(cells.directed, "directed", np.where(cells.intercept, "intercept", "undirected"))
    places: dict[tuple[str, int, int], int] = {}
    for kind, i, j, k in zip(
        kinds.tolist(), cells.row.tolist(), cells.column.tolist(), cells.index.tolist(), strict=True
    ):
        places[kind, i, j] = k
        if kind == "undirected":
            places[kind, j, i] = k
    return places


def _standardised(
    cell: tuple[str, int, int], at: Implied, scales: Scales, places: dict[tuple[str, int, int], int]
) -> tuple[float, Matrix]:
    kind, i, j = cell
    t, r = scales.total, scales.residual
    if kind == "intercept":
        raw, factor = at.alpha[i], 1.0 / t[i]
        slope = -scales.d_total[i] / t[i]
    elif kind == "directed":
        raw, factor = at.a[i, j], t[j] / t[i]
        slope = scales.d_total[j] / t[j] - scales.d_total[i] / t[i]
    elif i == j:
        raw, factor = at.s[i, i], 1.0 / t[i] ** 2
        slope = -2.0 * scales.d_total[i] / t[i]
    else:
        raw, factor = at.s[i, j], 1.0 / (r[i] * r[j])
        # A fixed covariance of 0 stays 0 whatever the residual variances are, a zero one too.
        slope = -(scales.d_residual[i] / r[i] + scales.d_residual[j] / r[j]) if raw != 0.0 else 0.0 * r[i]
        factor = factor if raw != 0.0 or (kind, i, j) in places else 0.0
    gradient = np.zeros(scales.d_total.shape[1]) + raw * factor * slope
    if cell in places:
        gradient[places[cell]] += factor
    return float(raw * factor), gradient
