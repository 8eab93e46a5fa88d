"""Explained variance of everything that the model explains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.implied import Implied
from wxsat.sem.parameter_table import ParameterTable

if TYPE_CHECKING:
    import pandas as pd


def r2_frame(table: ParameterTable, implied: Sequence[Implied]) -> pd.DataFrame:
    """
    Return ``variable group value``: one minus residual over implied variance, for every indicator and outcome.

    NaN where a residual variance is negative: no share of variance is meant then.
    """
    import pandas as pd

    records = []
    for block, at in enumerate(implied, start=1):
        rows = [row for row in table.rows if row.op in ("=~", "~") and row.block == block]
        explained = {row.rhs if row.op == "=~" else row.lhs for row in rows}
        for i, name in enumerate(at.cells.names):
            if name in explained:
                residual, total = at.s[i, i], at.all_covariance[i, i]
                value = float(1.0 - residual / total) if residual >= 0 and total > 0 else np.nan
                records.append({"variable": name, "group": table.group_of(block), "value": value})
    return pd.DataFrame(records, columns=["variable", "group", "value"]).astype({"value": "float64"})
