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
from typing import TYPE_CHECKING, Literal

import numpy as np

from wxsat.sem.estimates import wald_columns
from wxsat.sem.expressions import Dual
from wxsat.sem.implied import Implied
from wxsat.sem.ordinal.responses import OrdinalImplied
from wxsat.sem.parameter_table import ParameterTable
from wxsat.sem.reparse import expression_of
from wxsat.sem.row_places import BlockPlaces, place_rows
from wxsat.sem.standardise import standardised_values

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
    rows = (*table.parameters, *table.definitions)
    if table.definitions:
        defined = standardised_definitions(table, values, jacobian)
        values = np.concatenate([values, [value for value, _ in defined]])
        jacobian = np.vstack([jacobian, [gradient for _, gradient in defined]])
    return pd.DataFrame(
        {
            "lhs": [row.lhs for row in rows],
            "op": [row.op for row in rows],
            "rhs": [row.rhs for row in rows],
            "group": np.array([row.group for row in rows]),
            "label": [row.label for row in rows],
            "estimate": values,
        }
        | wald_columns(values, _variances(jacobian, vcov))
    )


def _variances(jacobian: Matrix, vcov: Matrix) -> Matrix:
    """Return the variance of every row; what is rounding of zero is zero."""
    if np.isfinite(vcov).all():
        found = np.einsum("ij,ij->i", jacobian @ vcov, jacobian)
    else:
        # Fixed parameters have no gradient; 0 times the NaN of a singular covariance must stay 0.
        moved = [np.flatnonzero(gradient) for gradient in jacobian]
        found = np.array([g[m] @ vcov[np.ix_(m, m)] @ g[m] for g, m in zip(jacobian, moved, strict=True)])
    found[np.abs(found) < CONSTANT] = 0.0
    return np.asarray(found)


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
    count = len(table.parameters)
    values, jacobian = np.empty(count), np.zeros((count, implied[0].cells.n_free))
    for block, at in zip(place_rows(table, implied), implied, strict=True):
        scales = variable_scales(at, _unscaled(table, at, standard))
        values[block.rows], jacobian[block.rows] = _standardised(block, at, scales)
    return values, jacobian


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
    follows = at.residual_slopes if isinstance(at, OrdinalImplied) else None
    of_residual = np.zeros_like(own)
    diagonal = np.flatnonzero(s & (cells.row == cells.column))
    of_residual[cells.row[diagonal], diagonal] = 1.0
    with np.errstate(invalid="ignore", divide="ignore"):
        total, residual = np.sqrt(np.diag(c)), np.sqrt(np.diag(at.s))
        d_total, d_residual = own / (2.0 * total[:, None]), of_residual / (2.0 * residual[:, None])
        whole_total, whole_residual = _spread(d_total, at), _spread(d_residual, at)
        if follows is not None:
            # Residual variances of ordinal variables follow from the other parameters.
            whole_total += (e**2) @ follows / (2.0 * total[:, None])
            whole_residual += follows / (2.0 * residual[:, None])
    whole_total[unscaled], whole_residual[unscaled] = 0.0, 0.0
    total, residual = np.where(unscaled, 1.0, total), np.where(unscaled, 1.0, residual)
    return Scales(total, residual, whole_total, whole_residual)


def _spread(own: Matrix, at: Implied) -> Matrix:
    whole = np.zeros((len(own), at.cells.n_free))
    whole[:, at.cells.index] = own
    return whole


def _standardised(block: BlockPlaces, at: Implied, scales: Scales) -> tuple[Matrix, Matrix]:
    """Return the standardised values of a block's rows and their derivatives."""
    raw, i, j = block.raw_values(at), block.i, block.j
    values, factor = standardised_values(block, raw, scales.total, scales.residual)
    d, v, c = block.directed, block.variance, block.covariance
    located = np.concatenate([block.intercept, block.ordinal])
    slope = np.empty((len(raw), scales.d_total.shape[1]))
    with np.errstate(invalid="ignore", divide="ignore"):
        total, residual = scales.d_total / scales.total[:, None], scales.d_residual / scales.residual[:, None]
        slope[located] = -total[i[located]]
        slope[d] = total[j[d]] - total[i[d]]
        slope[v] = -2.0 * total[i[v]]
        # A fixed covariance of 0 stays 0 whatever the residual variances are, a zero one too.
        zero = raw[c] == 0.0
        slope[c] = np.where(zero[:, None], 0.0 * scales.residual[i[c], None], -(residual[i[c]] + residual[j[c]]))
        factor[c[zero & (block.free[c] < 0)]] = 0.0
        gradient = (raw * factor)[:, None] * slope
        if isinstance(at, OrdinalImplied):
            gradient[v] += factor[v, None] * at.residual_slopes[i[v]]
    own = np.flatnonzero((block.free >= 0) & (factor != 0.0))
    gradient[own, block.free[own]] += factor[own]
    return values, gradient
