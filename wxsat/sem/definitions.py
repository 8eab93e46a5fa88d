"""Defined parameters (``:=``): value and gradient, and their errors by the delta method with the full covariance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.expressions import Dual
from wxsat.sem.parameter_table import ParameterTable
from wxsat.sem.reparse import expression_of
from wxsat.sem.restrictions import label_values

if TYPE_CHECKING:
    from numpy.typing import NDArray


def defined_parameters(table: ParameterTable, theta: NDArray[np.float64]) -> list[Dual]:
    """Return (value, gradient) of every ``:=`` row, in order; later ones may use earlier ones."""
    if not table.definitions:
        return []
    known = label_values(table, theta)
    found = []
    for row in table.definitions:
        dual = expression_of(row.rhs).evaluate(known)
        known[row.lhs] = dual
        found.append(dual)
    return found


def defined_values(table: ParameterTable, by_row: NDArray[np.float64]) -> list[float]:
    """Return every ``:=`` row's value when the parameter rows have the (standardised) values `by_row`."""
    empty = np.zeros(0)
    known: dict[str, Dual] = {}
    for row, value in zip(table.parameters, by_row, strict=True):
        known[row.plabel] = float(value), empty
        if row.label:
            known.setdefault(row.label, (float(value), empty))
    found = []
    for row in table.definitions:
        value, _ = expression_of(row.rhs).evaluate(known)
        known[row.lhs] = value, empty
        found.append(value)
    return found


def delta_variance(gradient: NDArray[np.float64], vcov: NDArray[np.float64]) -> float:
    """Return the variance g'Vg of a function of the parameters; what is rounding of zero is zero."""
    variance = float(gradient @ vcov @ gradient)
    size = float(np.abs(gradient) @ np.abs(vcov) @ np.abs(gradient))
    return 0.0 if abs(variance) < 1e-13 * size else variance
