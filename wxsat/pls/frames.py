"""Estimates to frames, one row a path, a weight, a construct; errors and intervals where there are draws."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from wxsat.pls.estimates import Estimates, outer_rows
from wxsat.pls.quality import effect_sizes, inflation_factors, inner_adjacency

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wxsat.pls.bootstrap import Bootstrap
    from wxsat.pls.plan import Plan

    Array = NDArray[np.float64]

ERRORS = ("std_error", "p_value", "ci_lower", "ci_upper")


def errors_of(bootstrap: Bootstrap | None, name: str, place: Any, estimate: float) -> dict[str, float]:
    """Return standard error, two-sided p (normal) and interval of one quantity; NaN without draws."""
    if bootstrap is None:
        return dict.fromkeys(ERRORS, math.nan)
    error = float(bootstrap.errors[name][place])
    p = math.erfc(abs(estimate) / error / math.sqrt(2)) if error > 0 else math.nan
    ends = (float(bootstrap.lower[name][place]), float(bootstrap.upper[name][place]))
    return dict(zip(ERRORS, (error, p, *ends), strict=True))


def frame_paths(plan: Plan, found: Estimates, bootstrap: Bootstrap | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the paths, and the VIF of the predictors of every construct."""
    nodes, adjacency = plan.nodes, inner_adjacency(plan)
    moments = found.moments[0]
    sizes = effect_sizes(adjacency, moments, found.r2[0])
    scale = np.sqrt(np.diag(moments))
    correlation = moments / np.outer(scale, scale)
    rows, shared = [], []
    for target in np.flatnonzero(adjacency.any(axis=1)):
        causes = np.flatnonzero(adjacency[target])
        factors = inflation_factors(correlation[np.ix_(causes, causes)])
        for cause, vif in zip(causes, factors, strict=True):
            value = float(found.paths[0, target, cause])
            rows.append(
                {"from": nodes[cause], "to": nodes[target], "estimate": value}
                | errors_of(bootstrap, "paths", (target, cause), value)
                | {"f2": float(sizes[target, cause]), "vif": float(vif), "total": float(found.total[0, target, cause])}
            )
            if len(causes) > 1:
                shared.append({"construct": nodes[target], "predictor": nodes[cause], "vif": float(vif)})
    order = {pair: k for k, pair in enumerate((*plan.final.paths, *plan.final.products))}
    rows.sort(key=lambda row: order[(str(row["from"]), str(row["to"]))])
    return pd.DataFrame(rows), pd.DataFrame(shared, columns=["construct", "predictor", "vif"])


def frame_totals(plan: Plan, found: Estimates, bootstrap: Bootstrap | None) -> pd.DataFrame:
    """Return total and indirect effects of every pair that paths join, one step or more."""
    nodes, adjacency = plan.nodes, inner_adjacency(plan)
    reach = adjacency.copy()
    for _ in nodes:
        reach = reach | ((reach.astype(int) @ adjacency.astype(int)) > 0)
    rows = []
    for target, source in zip(*np.nonzero(reach), strict=True):
        value = float(found.total[0, target, source])
        rows.append(
            {"from": nodes[source], "to": nodes[target], "estimate": value}
            | errors_of(bootstrap, "total", (target, source), value)
            | {"indirect": value - float(found.paths[0, target, source])}
        )
    return pd.DataFrame(rows)


def frame_outer(plan: Plan, found: Estimates, bootstrap: Bootstrap | None, name: str) -> pd.DataFrame:
    """Return ``outer_weights`` or ``outer_loadings``."""
    rows = []
    for k, (construct, item, mode) in enumerate(outer_rows(plan)):
        value = float(getattr(found, name)[0, k])
        rows.append(
            {"construct": construct, "item": item, "mode": mode, "estimate": value}
            | errors_of(bootstrap, name, (k,), value)
        )
    return pd.DataFrame(rows)


def frame_formative_vif(plan: Plan, item_correlation: Array, weights: pd.DataFrame) -> pd.DataFrame:
    """Add the VIF of the items of formative blocks to the weights."""
    factors: dict[tuple[str, str], float] = {}
    for block, rows in zip(plan.final.blocks, plan.final.places, strict=True):
        if block.mode == "B" and len(rows) > 1:
            values = inflation_factors(item_correlation[rows[:, None], rows])
            factors |= {(block.name, item): float(v) for item, v in zip(block.items, values, strict=True)}
    keys = zip(weights["construct"], weights["item"], strict=True)
    return weights.assign(vif=[factors.get(key, math.nan) for key in keys])


def frame_r2(plan: Plan, found: Estimates, bootstrap: Bootstrap | None, n_obs: int) -> pd.DataFrame:
    """Return R2 and adjusted R2 of every construct that a path leads to."""
    adjacency = inner_adjacency(plan)
    rows = []
    for target in np.flatnonzero(adjacency.any(axis=1)):
        value, k = float(found.r2[0, target]), int(adjacency[target].sum())
        adjusted = 1 - (1 - value) * (n_obs - 1) / (n_obs - k - 1) if n_obs > k + 1 else math.nan
        row = {"construct": plan.nodes[target], "r2": value, "r2_adjusted": adjusted}
        errors = errors_of(bootstrap, "r2", (target,), value)
        rows.append(row | {name: errors[name] for name in ("std_error", "ci_lower", "ci_upper")})
    return pd.DataFrame(rows)
