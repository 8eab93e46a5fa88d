"""The table of estimates: value, standard error, z, p, interval and standardised values, one row a parameter."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from wxsat.sem.definitions import defined_parameters, defined_values, delta_variance
from wxsat.sem.implied import Implied
from wxsat.sem.matrices import cell_of, cell_value
from wxsat.sem.parameter_table import ParameterTable
from wxsat.sem.standardise import standardised_estimates

if TYPE_CHECKING:
    import pandas as pd
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


def estimates_frame(
    table: ParameterTable,
    implied: Sequence[Implied],
    theta: NDArray[np.float64],
    vcov: NDArray[np.float64],
) -> pd.DataFrame:
    """
    Return one row per parameter and per ``:=`` line, in table order; constraints have no row.

    Two-level models have a column ``level`` too.
    """
    import pandas as pd

    std_lv = standardised_rows(table, implied, observed=False)
    std_all = standardised_rows(table, implied, observed=True)
    places = [{name: i for i, name in enumerate(at.cells.names)} for at in implied]
    values, variances = [], []
    variance_of = np.diag(vcov)
    for row in table.parameters:
        at = implied[row.block - 1]
        values.append(cell_value(cell_of(row, places[row.block - 1]), at.a, at.s, at.alpha))
        variances.append(float(variance_of[row.free - 1]) if row.free else 0.0)
    for value, gradient in defined_parameters(table, theta):
        values.append(value)
        variances.append(delta_variance(gradient, vcov))
    rows = (*table.parameters, *table.definitions)
    named = [row.op != ":=" for row in rows]
    columns: dict[str, Any] = {
        "lhs": [row.lhs for row in rows],
        "op": [row.op for row in rows],
        "rhs": [row.rhs for row in rows],
        "group": [row.group for row in rows],
        "level": [row.level for row in rows],
        "label": [_own(row.label) if own else row.label for row, own in zip(rows, named, strict=True)],
        "free": [row.free for row in rows],
        "estimate": np.array(values),
    }
    columns |= _wald_columns(np.array(values), np.array(variances))
    columns["std_lv"] = np.concatenate([std_lv, defined_values(table, std_lv)])
    columns["std_all"] = np.concatenate([std_all, defined_values(table, std_all)])
    if table.n_levels == 1:
        del columns["level"]
    return pd.DataFrame(columns)


def _wald_columns(values: NDArray[np.float64], variances: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
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


def standardised_rows(table: ParameterTable, implied: Sequence[Implied], *, observed: bool) -> NDArray[np.float64]:
    """Return the standardised value of every parameter row of all groups, in table order."""
    parts = [
        standardised_estimates(table.in_block(block), at.cells, at, observed=observed)
        for block, at in enumerate(implied, start=1)
    ]
    return np.concatenate(parts)


def _own(label: str) -> str:
    # equal() leaves the other parameter's row name as a label; nobody wrote it.
    return "" if label.startswith(".p") or "~" in label else label
