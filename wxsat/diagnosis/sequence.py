"""In which order to take the measures: the order that gains most soonest, and how often the draws agree with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wxsat.diagnosis.hierarchy import ResolvedHierarchy
from wxsat.diagnosis.levers import excess_over, gross_gain
from wxsat.diagnosis.resampling import Draws, percentile_interval, smoothed_share
from wxsat.errors import Fault, UsageError, nearest

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
STABLE_FROM = 0.80
SEQUENCE_COLUMNS = (
    "step", "lever", "dilemma", "marginal", "ci_lower", "ci_upper", "cumulative", "greedy", "p_order", "stable",
    "cost", "gain_per_cost",
)  # fmt: skip


@dataclass(frozen=True)
class Orders:
    """
    The best order of each draw.

    Attributes
    ----------
    exact : ndarray of int, shape (draws, n)
        Order with the largest sum of cumulative gains, of all n! orders.
    greedy : ndarray of int, shape (draws, n)
        The next measure is always the one with the largest marginal gain.
    """

    exact: NDArray[np.intp]
    greedy: NDArray[np.intp]


def best_orders(worth: Floats) -> Orders:
    """
    Return the best order of measures by exact enumeration and greedily, draw by draw.

    Parameters
    ----------
    worth : ndarray, shape (draws, 2 ** n)
        Gain of every set of measures; bit i stands for measure i.

    Notes
    -----
    The exact order maximises the sum of the cumulative gains after each step: what is gained earlier counts longer.
    Ties go to the first order in the order of the measures.

    Examples
    --------
    >>> best_orders(np.array([[0.0, 1.0, 2.0, 3.0]])).exact.tolist()
    [[1, 0]]
    """
    n = int(worth.shape[1]).bit_length() - 1
    orders = list(permutations(range(n)))
    masks = np.array([np.cumsum([1 << i for i in order]) for order in orders])
    exact = np.array(orders)[np.argmax(worth[:, masks].sum(axis=2), axis=1)]
    greedy = np.empty((len(worth), n), dtype=np.intp)
    rows, done = np.arange(len(worth)), np.zeros(len(worth), dtype=np.intp)
    for step in range(n):
        options = np.stack([np.where(done >> i & 1, -np.inf, worth[rows, done | 1 << i]) for i in range(n)], axis=1)
        greedy[:, step] = options.argmax(axis=1)
        done = done | 1 << greedy[:, step]
    return Orders(exact, greedy)


def _worth(draws: Draws, positions: NDArray[np.intp], hierarchy: ResolvedHierarchy, target: float) -> Floats:
    """Return the gain of every set of levers, shape (draws, 2 ** n_levers)."""
    excess = {
        node: excess_over(target, draws.means[:, positions[hierarchy.nodes.index(node)]])
        for node in hierarchy.dilemma_nodes
    }
    worth = np.zeros((len(draws.means), 2 ** len(hierarchy.levers)))
    for mask in range(1, worth.shape[1]):
        moved = [
            p for i, lever in enumerate(hierarchy.levers) if mask >> i & 1 for p in hierarchy.parts_of(lever.dilemma)
        ]
        worth[:, mask] = gross_gain(draws.paths.matrix, hierarchy, {part: excess[part] for part in moved})
    return worth


def order_measures(
    estimate: Draws,
    draws: Draws,
    positions: NDArray[np.intp],
    hierarchy: ResolvedHierarchy,
    target: float,
) -> pd.DataFrame:
    """
    Return the best order of the measures, step by step, with its stability over the draws.

    Parameters
    ----------
    estimate, draws : Draws
    positions : ndarray of int, shape (n_nodes,)
    hierarchy : ResolvedHierarchy
    target : float
        Severity each dilemma is brought to, 0-100.

    Returns
    -------
    DataFrame
        `SEQUENCE_COLUMNS`: ``marginal`` is what the step adds after those before it (its interval keeps the order
        fixed), ``greedy`` the lever of this step in the greedy order, ``p_order`` the share of draws with this very
        order, ``stable`` from .80 on. The steps sum to the gain of all; ``cost`` and ``gain_per_cost`` are empty until
        :func:`price_measures`.
    """
    import pandas as pd

    if not hierarchy.levers or hierarchy.outcome not in hierarchy.nodes:
        return pd.DataFrame(columns=list(SEQUENCE_COLUMNS))
    now, many = (_worth(d, positions, hierarchy, target) for d in (estimate, draws))
    many = many[np.isfinite(many).all(axis=1)]
    if not np.isfinite(now).all() or not len(many):
        return pd.DataFrame(columns=list(SEQUENCE_COLUMNS))
    chosen, drawn = best_orders(now), best_orders(many)
    agreement = smoothed_share((drawn.exact == chosen.exact[0]).all(axis=1))
    rows: list[dict[str, Any]] = []
    done = 0
    for step, (place, quick) in enumerate(zip(chosen.exact[0], chosen.greedy[0], strict=True), start=1):
        lever, then = hierarchy.levers[place], done | 1 << int(place)
        lower, upper = percentile_interval(many[:, then] - many[:, done], df=draws.df)
        marginal = float(now[0, then] - now[0, done])
        rows.append(
            {
                "step": step, "lever": lever.id, "dilemma": lever.dilemma, "marginal": marginal,
                "ci_lower": lower, "ci_upper": upper, "cumulative": float(now[0, then]),
                "greedy": hierarchy.levers[quick].id, "p_order": agreement, "stable": agreement >= STABLE_FROM,
                "cost": np.nan, "gain_per_cost": np.nan,
            }
        )  # fmt: skip
        done = then
    return pd.DataFrame(rows, columns=list(SEQUENCE_COLUMNS))


def price_measures(sequence: pd.DataFrame, costs: Mapping[str, float] | None) -> pd.DataFrame:
    """
    Return the steps with their costs and the points that each adds per 10,000 yuan.

    Parameters
    ----------
    sequence : DataFrame
        From :func:`order_measures`.
    costs : mapping of str to float, optional
        Yuan that a measure costs, by its dilemma or lever (``D2`` or ``R2``).

    Raises
    ------
    UsageError
        DIAG-028 for a name that is neither, or a cost that is no positive number.

    Examples
    --------
    >>> import pandas as pd
    >>> steps = pd.DataFrame({"lever": ["R2"], "dilemma": ["D2"], "marginal": [3.0]})
    >>> float(price_measures(steps, {"D2": 150_000})["gain_per_cost"][0])
    0.2
    """
    if not costs:
        return sequence
    known = [*sequence["dilemma"].astype(str), *sequence["lever"].astype(str)]
    faults = [
        Fault("DIAG-028", f"no measure has the name {name!r}.{nearest(name, known)}", "costs", "Use D1, D2, D3 or D4.")
        for name in costs
        if len(sequence) and name not in known
    ]
    faults += [
        Fault("DIAG-028", f"the cost of {name} is {cost!r}; a positive number of yuan was expected.", "costs")
        for name, cost in costs.items()
        if not (np.isfinite(cost) and cost > 0)
    ]
    if faults:
        raise UsageError.from_faults(faults)
    cost = [
        costs.get(d, costs.get(lever, np.nan)) for d, lever in zip(sequence["dilemma"], sequence["lever"], strict=True)
    ]
    yuan = np.asarray(cost, dtype=np.float64)
    return sequence.assign(cost=yuan, gain_per_cost=sequence["marginal"].to_numpy(np.float64) / (yuan / 10_000))
