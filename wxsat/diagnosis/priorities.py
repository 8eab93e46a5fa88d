"""Importance and performance: what satisfaction depends on, and how well that stands.

Importance is the total effect on satisfaction, performance the mean on 0-100; both turned so that more is
better.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wxsat.diagnosis.hierarchy import ResolvedHierarchy
from wxsat.diagnosis.resampling import Draws, percentile_interval, smoothed_share
from wxsat.diagnosis.structure import ancestors_of, total_effect

if TYPE_CHECKING:
    import pandas as pd

PRIORITY_COLUMNS = [
    "driver",
    "kind",
    "importance",
    "importance_ci_lower",
    "importance_ci_upper",
    "performance",
    "performance_ci_lower",
    "performance_ci_upper",
    "quadrant",
    "p_act_first",
]


def quadrant_of(importance: NDArray[np.float64], performance: NDArray[np.float64]) -> NDArray[np.str_]:
    """
    Return each driver's quadrant, cut at the mean importance and the mean performance of the drivers.

    ``act_first`` matters more than average and stands below average; ``keep_up`` matters and stands well;
    ``low_priority`` and ``possible_overkill`` matter less.

    Parameters
    ----------
    importance, performance : ndarray, shape (..., n_drivers)

    References
    ----------
    .. [1] Martilla, J. A., & James, J. C. (1977). Importance-performance analysis. Journal of Marketing,
    41(1), 77-79.
    .. [2] Ringle, C. M., & Sarstedt, M. (2016). Gain more insight from your PLS-SEM results: The
    importance-performance
       map analysis. Industrial Management & Data Systems, 116(9), 1865-1886.

    Examples
    --------
    >>> quadrant_of(np.array([0.4, 0.1]), np.array([30.0, 60.0])).tolist()
    ['act_first', 'possible_overkill']
    """
    matters = importance >= importance.mean(axis=-1, keepdims=True)
    stands = performance >= performance.mean(axis=-1, keepdims=True)
    return np.select(
        [matters & ~stands, matters & stands, ~matters & ~stands],
        ["act_first", "keep_up", "low_priority"],
        "possible_overkill",
    )


def rank_priorities(
    estimate: Draws, draws: Draws, positions: NDArray[np.intp], hierarchy: ResolvedHierarchy
) -> pd.DataFrame:
    """
    Return the importance-performance table of everything upstream of the outcome.

    Parameters
    ----------
    estimate, draws : Draws
        The estimate (one draw) and its bootstrap.
    positions : ndarray of int, shape (n_nodes,)
        Column of each node among the means.
    hierarchy : ResolvedHierarchy

    Returns
    -------
    DataFrame
        `PRIORITY_COLUMNS`, most important first. ``kind`` is ``driver`` (adoption model) or ``dilemma``. An
        outcome dilemma stands for the parts it acts through, not for its whole composite. ``importance`` is
        in points of the outcome per point of improvement.
    """
    import pandas as pd

    upstream = ancestors_of(hierarchy, hierarchy.outcome)
    kinds = {d: "driver" for d in hierarchy.drivers if d in upstream}
    kinds |= {d: "dilemma" for d in hierarchy.composites if upstream & set(hierarchy.parts_of(d))}
    if not kinds:
        return pd.DataFrame(columns=PRIORITY_COLUMNS)
    importance, performance = _map(estimate, positions, hierarchy, kinds)
    drawn_importance, drawn_performance = _map(draws, positions, hierarchy, kinds)
    usable = np.isfinite(drawn_importance).all(axis=1) & np.isfinite(drawn_performance).all(axis=1)
    drawn_quadrants = quadrant_of(drawn_importance[usable], drawn_performance[usable])
    quadrants = quadrant_of(importance, performance)[0]
    rows: list[dict[str, Any]] = []
    for column, (driver, kind) in enumerate(kinds.items()):
        known = bool(np.isfinite(importance[0]).all())
        row = {"driver": driver, "kind": kind, "importance": importance[0, column]}
        row["performance"] = performance[0, column]
        for name, many in (("importance", drawn_importance), ("performance", drawn_performance)):
            lower, upper = percentile_interval(many[:, column], df=draws.df)
            row[f"{name}_ci_lower"], row[f"{name}_ci_upper"] = lower, upper
        row["quadrant"] = str(quadrants[column]) if known else None
        row["p_act_first"] = smoothed_share(drawn_quadrants[:, column] == "act_first") if known else np.nan
        rows.append(row)
    frame = pd.DataFrame(rows, columns=PRIORITY_COLUMNS)
    return frame.sort_values("importance", ascending=False, kind="stable").reset_index(drop=True)


def _map(
    drawn: Draws, positions: NDArray[np.intp], hierarchy: ResolvedHierarchy, kinds: dict[str, str]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    importance, performance = [], []
    for driver, kind in kinds.items():
        effect = total_effect(drawn.paths.matrix, hierarchy, driver, hierarchy.outcome)
        mean = composite_draws(drawn.means, positions, hierarchy, driver)
        importance.append(-effect if kind == "dilemma" else effect)
        performance.append(100.0 - mean if kind == "dilemma" else mean)
    return np.column_stack(importance), np.column_stack(performance)


def composite_draws(
    means: NDArray[np.float64], positions: NDArray[np.intp], hierarchy: ResolvedHierarchy, source: str
) -> NDArray[np.float64]:
    """Return the draws of a node's mean, or of a dilemma's weighted mean over the parts it acts through."""
    weights = hierarchy.composites.get(source, {source: 1.0})
    columns = positions[[hierarchy.nodes.index(part) for part in weights]]
    composite: NDArray[np.float64] = means[:, columns] @ np.array(list(weights.values()))
    return composite
