"""The table of estimates: value, standard error, z, p, interval and standardised values, one row a parameter."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from wxsat.sem.definitions import defined_parameters, defined_values, delta_variance
from wxsat.sem.implied import Implied
from wxsat.sem.matrices import Cells, cell_of, cell_value
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
    cells: Cells,
    implied: Implied,
    theta: NDArray[np.float64],
    vcov: NDArray[np.float64],
) -> pd.DataFrame:
    """Return one row per parameter and per ``:=`` line, in table order; constraints have no row."""
    import pandas as pd

    place = {name: i for i, name in enumerate(cells.names)}
    std_lv = standardised_estimates(table, cells, implied, observed=False)
    std_all = standardised_estimates(table, cells, implied, observed=True)
    records: list[dict[str, Any]] = []
    for position, row in enumerate(table.parameters):
        estimate = cell_value(cell_of(row, place), implied.a, implied.s, implied.alpha)
        variance = float(vcov[row.free - 1, row.free - 1]) if row.free else 0.0
        records.append(
            {
                "lhs": row.lhs,
                "op": row.op,
                "rhs": row.rhs,
                "group": row.group,
                "label": _own(row.label),
                "free": row.free,
            }
            | {"estimate": estimate}
            | wald(estimate, variance)
            | {"std_lv": std_lv[position], "std_all": std_all[position]}
        )
    with_lv, with_all = defined_values(table, std_lv), defined_values(table, std_all)
    duals = defined_parameters(table, theta)
    for row, (value, gradient), lv, full in zip(table.definitions, duals, with_lv, with_all, strict=True):
        records.append(
            {"lhs": row.lhs, "op": row.op, "rhs": row.rhs, "group": 0, "label": row.label, "free": 0}
            | {"estimate": value}
            | wald(value, delta_variance(gradient, vcov))
            | {"std_lv": lv, "std_all": full}
        )
    return pd.DataFrame(records)


def _own(label: str) -> str:
    # equal() leaves the other parameter's row name as a label; nobody wrote it.
    return "" if label.startswith(".p") or "~" in label else label
