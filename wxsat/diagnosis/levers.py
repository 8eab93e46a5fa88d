"""What satisfaction would be expected to gain if a dilemma were brought to the target, remedy by remedy.

Expected under the model from associations between people's answers; not a promise about an intervention. The
gains of single remedies overlap. Their own parts do not: each is what a dilemma adds beyond what it inherits,
and the own parts sum to the gain of all remedies together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wxsat.diagnosis.hierarchy import ResolvedHierarchy
from wxsat.diagnosis.priorities import composite_draws
from wxsat.diagnosis.resampling import Draws, percentile_interval
from wxsat.diagnosis.sampling import Units, unit_sums
from wxsat.diagnosis.structure import propagate
from wxsat.diagnosis.verdict import SUPPRESS_BELOW

if TYPE_CHECKING:
    import pandas as pd

LEVER_COLUMNS = [
    "lever",
    "dilemma",
    "severity",
    "target",
    "shift",
    "gain",
    "ci_lower",
    "ci_upper",
    "own",
    "own_ci_lower",
    "own_ci_upper",
    "own_share",
    "extrapolation",
]
ALL = "all"


def excess_over(target: float, severities: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Return how far severities lie above the target; zero for those already there, which stay as they are.

    Examples
    --------
    >>> excess_over(20.0, np.array([57.0, 12.0])).tolist()
    [37.0, 0.0]
    """
    return np.maximum(severities - target, 0.0)


def gross_gain(
    matrix: NDArray[np.float64], hierarchy: ResolvedHierarchy, excess: Mapping[str, NDArray[np.float64]]
) -> NDArray[np.float64]:
    """
    Return the outcome's expected shift if the named nodes lost their excess and all that follows followed.

    With one excess for all parts of a dilemma this is its total effect times (target - severity).

    Parameters
    ----------
    matrix : ndarray, shape (draws, k, k)
    hierarchy : ResolvedHierarchy
    excess : mapping of str to ndarray, shape (draws,)
        Points above the target, node by node.

    Returns
    -------
    ndarray, shape (draws,)
    """
    shifted = propagate(matrix, hierarchy.nodes, {node: -points for node, points in excess.items()})
    return shifted[:, hierarchy.nodes.index(hierarchy.outcome)]


def own_gains(
    matrix: NDArray[np.float64], hierarchy: ResolvedHierarchy, excess: Mapping[str, NDArray[np.float64]]
) -> dict[str, NDArray[np.float64]]:
    r"""
    Split the gain of bringing every dilemma node to the target into what each node adds of its own.

    Parameters
    ----------
    matrix : ndarray, shape (draws, k, k)
    hierarchy : ResolvedHierarchy
    excess : mapping of str to ndarray, shape (draws,)
        Points above the target of *every* dilemma node.

    Returns
    -------
    dict of str to ndarray, shape (draws,)
        Points of the outcome gained, node by node; they sum to ``gross_gain`` of all nodes together.

    Notes
    -----
    .. math:: \delta_j = e_j - \sum_{k \in D} B_{jk} e_k, \qquad O_j = -T_{Yj} \delta_j, \qquad
              \sum_j O_j = \Delta Y_{do(D = \tau)}

    with e the excess over the target and T the total effects. The identity holds in every draw.
    """
    own = {}
    for node, points in excess.items():
        row = matrix[:, hierarchy.nodes.index(node)]
        inherited = sum(row[:, hierarchy.nodes.index(cause)] * value for cause, value in excess.items())
        effect = propagate(matrix, hierarchy.nodes, {node: 1.0})[:, hierarchy.nodes.index(hierarchy.outcome)]
        own[node] = -effect * (points - inherited)
    return own


def _gains(
    drawn: Draws, positions: NDArray[np.intp], hierarchy: ResolvedHierarchy, target: float
) -> dict[str, dict[str, NDArray[np.float64]]]:
    """Return gain, own gain and shift of each lever and of all together, shape (draws,) each."""
    excess = {
        node: excess_over(target, drawn.means[:, positions[hierarchy.nodes.index(node)]])
        for node in hierarchy.dilemma_nodes
    }
    own = own_gains(drawn.paths.matrix, hierarchy, excess)
    gains = {}
    for lever in hierarchy.levers:
        weights = hierarchy.composites[lever.dilemma]
        gains[lever.id] = {
            "gain": gross_gain(drawn.paths.matrix, hierarchy, {part: excess[part] for part in weights}),
            "own": np.sum([own[part] for part in weights], axis=0),
            "shift": -np.sum([weight * excess[part] for part, weight in weights.items()], axis=0),
        }
    gains[ALL] = {
        "gain": gross_gain(drawn.paths.matrix, hierarchy, excess),
        "own": np.sum(list(own.values()), axis=0),
        "shift": np.full(len(drawn.means), np.nan),
    }
    return gains


def weigh_levers(
    estimate: Draws,
    draws: Draws,
    positions: NDArray[np.intp],
    hierarchy: ResolvedHierarchy,
    target: float,
    lowest_observed: Mapping[str, float],
) -> pd.DataFrame:
    """
    Return the expected gain of each remedy and of all four.

    Parameters
    ----------
    estimate, draws : Draws
    positions : ndarray of int, shape (n_nodes,)
    hierarchy : ResolvedHierarchy
    target : float
        Severity each dilemma is brought to, 0-100.
    lowest_observed : mapping of str to float
        Lowest severity of each dilemma seen anywhere (account mean, or respondent without accounts); a target
        below it is an extrapolation.

    Returns
    -------
    DataFrame
        `LEVER_COLUMNS`: severity, target and shift in severity points; gain and own in points of the outcome
        (0-100), positive is better; own_share of the sum of own gains. The last row is ``all``.
    """
    import pandas as pd

    if not hierarchy.levers or hierarchy.outcome not in hierarchy.nodes:
        return pd.DataFrame(columns=LEVER_COLUMNS)
    now, drawn = (_gains(d, positions, hierarchy, target) for d in (estimate, draws))
    total = float(now[ALL]["own"][0])
    rows: list[dict[str, Any]] = []
    for lever in hierarchy.levers:
        severity = float(composite_draws(estimate.means, positions, hierarchy, lever.dilemma)[0])
        row: dict[str, Any] = {
            "lever": lever.id,
            "dilemma": lever.dilemma,
            "severity": severity,
            "target": target,
        }
        row |= _figures(now[lever.id], drawn[lever.id], total, draws.df)
        row["extrapolation"] = bool(row["shift"] < 0 and target < lowest_observed[lever.dilemma])
        rows.append(row)
    row = {
        "lever": ALL,
        "dilemma": None,
        "severity": np.nan,
        "target": target,
        **_figures(now[ALL], drawn[ALL], total, draws.df),
    }
    rows.append(row | {"extrapolation": any(r["extrapolation"] for r in rows)})
    return pd.DataFrame(rows, columns=LEVER_COLUMNS)


def _figures(
    now: Mapping[str, NDArray[np.float64]], drawn: Mapping[str, NDArray[np.float64]], total: float, df: float
) -> dict[str, Any]:
    figures: dict[str, Any] = {name: float(now[name][0]) for name in ("shift", "gain", "own")}
    figures["ci_lower"], figures["ci_upper"] = percentile_interval(drawn["gain"], df=df)
    figures["own_ci_lower"], figures["own_ci_upper"] = percentile_interval(drawn["own"], df=df)
    figures["own_share"] = figures["own"] / total if total else np.nan
    return figures


def lowest_observed(
    values: NDArray[np.float64], positions: NDArray[np.intp], hierarchy: ResolvedHierarchy, units: Units
) -> tuple[dict[str, float], str]:
    """
    Return the lowest severity of each dilemma that any account shows, and what it was seen on.

    Accounts with fewer answers than the suppression limit do not count; where none is larger, or there are none,
    respondents do.

    Parameters
    ----------
    values : ndarray, shape (n_respondents, n_scores)
        Scores, dilemma nodes as severities.
    positions : ndarray of int, shape (n_nodes,)
    hierarchy : ResolvedHierarchy
    units : Units
    """
    answered = ~np.isnan(values)
    counts = unit_sums(answered.astype(np.float64), units)
    large = counts[:, positions].min(axis=1, initial=np.inf) >= SUPPRESS_BELOW
    on_accounts = units.clustered and bool(large.any())
    means = unit_sums(np.where(answered, values, 0.0), units)[large] / counts[large] if on_accounts else values
    lowest = {}
    for dilemma, weights in hierarchy.composites.items():
        columns = positions[[hierarchy.nodes.index(part) for part in weights]]
        composite = means[:, columns] @ np.array(list(weights.values()))
        lowest[dilemma] = float(np.nanmin(composite, initial=np.inf))
    return lowest, "account" if on_accounts else "respondent"
