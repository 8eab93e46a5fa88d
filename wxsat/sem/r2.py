"""Explained variance of everything that the model explains."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.implied import Implied
from wxsat.sem.matrices import Cells
from wxsat.sem.parameter_table import ParameterTable

if TYPE_CHECKING:
    import pandas as pd


def r2_frame(table: ParameterTable, cells: Cells, implied: Implied) -> pd.DataFrame:
    """
    Return ``variable group value``: one minus residual over implied variance, for every indicator and outcome.

    NaN where a residual variance is negative: no share of variance is meant then.
    """
    import pandas as pd

    explained = [row.rhs if row.op == "=~" else row.lhs for row in table.rows if row.op in ("=~", "~")]
    place = {name: i for i, name in enumerate(cells.names)}
    ordered = [name for name in cells.names if name in set(explained)]
    values = []
    for name in ordered:
        i = place[name]
        residual, total = implied.s[i, i], implied.all_covariance[i, i]
        values.append(float(1.0 - residual / total) if residual >= 0 and total > 0 else np.nan)
    return pd.DataFrame({"variable": ordered, "group": 1, "value": values})
