"""The table of estimates: value, standard error, z, p, interval and standardised values, one row a parameter."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from wxsat.sem.definitions import defined_parameters, defined_values, delta_variance
from wxsat.sem.implied import Implied
from wxsat.sem.parameter_table import ParameterTable
from wxsat.sem.row_places import place_rows
from wxsat.sem.standardise import standardised_estimates

if TYPE_CHECKING:
    from numpy.typing import NDArray

CONFIDENCE_Z = 1.959963984540054  # 97.5 % quantile of the standard normal


def wald(estimate: float, variance: float) -> dict[str, float]:
    """
    Return standard error, z, two-sided p and 95 % interval of an estimate; NaN where the variance is not positive.

    A fixed parameter (variance 0) has standard error 0 and no z.
    """
    if not math.isfinite(variance) or variance < 0:
        nan = math.nan
        return {"std_error": nan, "z": nan, "p_value": nan, "ci_lower": nan, "ci_upper": nan}
    error = math.sqrt(variance)
    z = estimate / error if error > 0 else math.nan
    p = math.erfc(abs(z) / math.sqrt(2.0)) if error > 0 else math.nan
    reach = CONFIDENCE_Z * error
    return {
        "std_error": error,
        "z": z,
        "p_value": p,
        "ci_lower": estimate - reach,
        "ci_upper": estimate + reach,
    }


def estimates_columns(
    table: ParameterTable,
    implied: Sequence[Implied],
    theta: NDArray[np.float64],
    vcov: NDArray[np.float64],
) -> dict[str, Any]:
    """
    Return the columns of one row per parameter and per ``:=`` line, in table order; constraints have no row.

    Two-level models have a column ``level`` too.
    """
    rows = (*table.parameters, *table.definitions)
    places = place_rows(table, implied)
    std_lv = standardised_estimates(places, implied, observed=False)
    std_all = standardised_estimates(places, implied, observed=True)
    count = len(table.parameters)
    values, variances = np.empty(len(rows)), np.zeros(len(rows))
    for block, at in zip(places, implied, strict=True):
        values[block.rows] = block.raw_values(at)
        free = block.free >= 0
        variances[block.rows[free]] = np.diag(vcov)[block.free[free]]
    for k, (value, gradient) in enumerate(defined_parameters(table, theta), start=count):
        values[k], variances[k] = value, delta_variance(gradient, vcov)
    named = [row.op != ":=" for row in rows]
    columns: dict[str, Any] = {
        "lhs": [row.lhs for row in rows],
        "op": [row.op for row in rows],
        "rhs": [row.rhs for row in rows],
        "group": np.array([row.group for row in rows]),
        "level": np.array([row.level for row in rows]),
        "label": [_own(row.label) if own else row.label for row, own in zip(rows, named, strict=True)],
        "free": np.array([row.free for row in rows]),
        "estimate": values,
    }
    columns |= wald_columns(values, variances)
    for name, known in (("std_lv", std_lv), ("std_all", std_all)):
        columns[name] = np.concatenate([known, defined_values(table, known)]) if table.definitions else known
    if table.n_levels == 1:
        del columns["level"]
    return columns


def wald_columns(values: NDArray[np.float64], variances: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Return the columns of :func:`wald` for many estimates."""
    from scipy.special import erfc

    known = np.isfinite(variances) & (variances >= 0)
    errors = np.sqrt(np.where(known, variances, np.nan))
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(errors > 0, values / errors, np.nan)
    reach = CONFIDENCE_Z * errors
    return {
        "std_error": errors,
        "z": z,
        "p_value": np.asarray(erfc(np.abs(z) / math.sqrt(2.0))),
        "ci_lower": values - reach,
        "ci_upper": values + reach,
    }


def _own(label: str) -> str:
    # equal() leaves the other parameter's row name as a label; nobody wrote it.
    return "" if label.startswith(".p") or "~" in label else label
