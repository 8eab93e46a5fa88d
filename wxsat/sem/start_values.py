"""Where a search begins when nothing better is known: simple values that make the implied matrix positive definite."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.parameter_table import Parameter, ParameterTable

if TYPE_CHECKING:
    from numpy.typing import NDArray


def start_values(table: ParameterTable, covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Return starting values of the free parameters, shape (n_free,).

    Loadings follow the scale of the marker and the sign of its correlation with the item; residual
    variances begin at half of the observed one; regressions and covariances at 0. A start() of the model
    text wins.
    """
    place = {name: i for i, name in enumerate(table.observed_names)}
    markers = {k: v[0] for k, v in table.indicators_of().items() if v}
    scale = np.sqrt(np.diag(covariance))

    def marker_item(latent: str) -> str | None:
        seen = 0
        while latent in markers and seen <= len(markers):
            latent, seen = markers[latent], seen + 1
        return latent if latent in place else None

    def loading(row: Parameter) -> float:
        first = marker_item(row.lhs)
        item = row.rhs if row.rhs in place else marker_item(row.rhs)
        if first is None or item is None:
            return 1.0
        i, j = place[first], place[item]
        sign = -1.0 if covariance[i, j] < 0 else 1.0
        unit = 1.0 if table.std_lv else scale[i]
        share = 0.7 if table.std_lv else 1.0
        return float(sign * share * scale[j] / unit)

    def variance(row: Parameter) -> float:
        if row.lhs in place:
            return float(0.5 * covariance[place[row.lhs], place[row.lhs]])
        item = marker_item(row.lhs)
        return 1.0 if item is None else float(0.5 * covariance[place[item], place[item]])

    starts = []
    for row in table.parameters:
        if not row.free:
            continue
        if row.ustart is not None:
            starts.append(row.ustart)
        elif row.op == "=~":
            starts.append(loading(row))
        elif row.op == "~~" and row.lhs == row.rhs:
            starts.append(variance(row))
        else:
            starts.append(0.0)
    return np.array(starts)
