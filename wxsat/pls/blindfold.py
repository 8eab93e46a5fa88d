"""Stone and Geisser's Q2 by blindfolding: every D-th cell of a block is left out, filled by its mean, and predicted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wxsat.pls.estimates import estimate
from wxsat.pls.plan import Plan

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


def blindfold(plan: Plan, values: Array, distance: int) -> pd.DataFrame:
    r"""
    Return Q2 (cross-validated redundancy) of every endogenous mode A construct.

    Parameters
    ----------
    plan : Plan
    values : ndarray, shape (rows, columns)
    distance : int
        Omission distance.

    Notes
    -----
    Cells of the standardised block are counted down its columns; in round d the cells d, d + D, ... are left out,
    replaced by the column's mean of the others, the model is estimated again, and they are predicted by
    loading times the
    construct's prediction from its causes. :math:`Q^2 = 1 - \sum SSE/\sum SSO`, SSO by that mean.
    """
    import pandas as pd

    z = (values - values.mean(axis=0)) / values.std(axis=0, ddof=1)
    rows = []
    for j, (block, places) in enumerate(zip(plan.final.blocks, plan.final.places, strict=True)):
        causes = np.flatnonzero(plan.final.adjacency[j])
        if not len(causes) or block.mode == "B":
            continue
        sse, sso = _errors(plan, z, j, plan.picked[places], places, causes, distance)
        rows.append((block.name, 1 - sse / sso, sse, sso))
    return pd.DataFrame(rows, columns=["construct", "q2", "sse", "sso"])


def _errors(
    plan: Plan,
    z: Array,
    j: int,
    columns: NDArray[np.intp],
    places: NDArray[np.intp],
    causes: NDArray[np.intp],
    distance: int,
) -> tuple[float, float]:
    cell = np.arange(len(z) * len(columns)).reshape(len(columns), len(z)).T
    sse = sso = 0.0
    for offset in range(distance):
        out = cell % distance == offset
        kept = np.where(out, np.nan, z[:, columns])
        filled = z.copy()
        mean = np.nanmean(kept, axis=0)
        filled[:, columns] = np.where(out, mean, z[:, columns])
        centre, spread = np.asarray(filled.mean(axis=0)), np.asarray(filled.std(axis=0, ddof=1))
        found = estimate(plan, np.asarray(np.corrcoef(filled, rowvar=False))[None])
        if not found.converged[0]:
            return float("nan"), float("nan")
        scores = ((filled - centre) / spread) @ found.column_weights[0]
        reached = scores[:, causes] @ found.paths[0, j, causes]
        predicted = reached[:, None] * found.outer_loadings[0, places] * spread[columns] + centre[columns]
        sse += float(((z[:, columns] - predicted)[out] ** 2).sum())
        sso += float(((z[:, columns] - mean)[out] ** 2).sum())
    return sse, sso
