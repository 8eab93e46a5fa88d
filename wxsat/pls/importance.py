"""The importance-performance map: what moves the target most, how well it does, and how sure its quadrant is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from wxsat.numerics.covariance import standardise_columns
from wxsat.numerics.resampling import DRAWS_AT_ONCE, bootstrap_counts
from wxsat.pls.bootstrap import estimate_counts
from wxsat.pls.estimates import Estimates
from wxsat.pls.index import rescale_composites, unstandardised_total
from wxsat.pls.plan import Plan
from wxsat.pls.sample import PlsSample

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

QUADRANTS = ("low_priority", "act_first", "possible_overkill", "keep_up")


def quadrants(importance: Array, performance: Array) -> NDArray[np.int64]:
    """
    Return the place in ``QUADRANTS`` of every construct, cut at the means of importance and performance.

    Examples
    --------
    >>> [QUADRANTS[k] for k in quadrants(np.array([[0.1, 0.5]]), np.array([[80.0, 60.0]]))[0]]
    ['possible_overkill', 'act_first']
    """
    important = importance > importance.mean(axis=1, keepdims=True)
    good = performance > performance.mean(axis=1, keepdims=True)
    return np.asarray(2 * good.astype(np.int64) + important.astype(np.int64))


def map_importance(
    plan: Plan, sample: PlsSample, found: Estimates, target: str, ends: tuple[Array, Array], settings: dict[str, Any]
) -> pd.DataFrame:
    """
    Return one row a construct with a path, direct or not, to `target`; intervals are percentiles of the draws.

    ``p_quadrant`` is the share of the draws in which the construct lies in its quadrant.
    """
    import pandas as pd

    place = plan.final.constructs.index(target)
    reach = plan.final.adjacency[place].copy()
    for _ in plan.final.constructs:
        reach |= plan.final.adjacency[reach].any(axis=0)
    chosen = np.flatnonzero(reach)

    def read(estimates: Estimates, counts: Array) -> tuple[Array, Array]:
        points = rescale_composites(estimates.column_weights, sample.values, counts, *ends)
        importance = unstandardised_total(estimates.total, points.spread, place)
        kept = estimates.converged
        return importance[kept][:, chosen], points.mean[kept][:, chosen]

    importance, performance = read(found, np.ones((1, sample.n_obs)))
    own = quadrants(importance, performance)[0]
    names = [plan.final.constructs[j] for j in chosen]
    frame = pd.DataFrame(
        {
            "construct": names,
            "target": target,
            "importance": importance[0],
            "performance": performance[0],
            "quadrant": [QUADRANTS[k] for k in own],
        }
    )
    drawn = [read(*pair) for pair in _draws(plan, sample, found, settings)]
    share = (1 - settings["level"]) / 2
    for k, name in enumerate(("importance", "performance")):
        values = np.concatenate([pair[k] for pair in drawn]) if drawn else np.full((1, len(chosen)), np.nan)
        frame[f"{name}_ci_lower"], frame[f"{name}_ci_upper"] = (
            np.nanquantile(values, [share, 1 - share], axis=0) if drawn else (np.nan, np.nan)
        )
    frame["p_quadrant"] = np.nan
    if drawn:
        cells = quadrants(*(np.concatenate([pair[k] for pair in drawn]) for k in (0, 1)))
        frame["p_quadrant"] = (cells == own).mean(axis=0)
    return frame


def _draws(plan: Plan, sample: PlsSample, found: Estimates, settings: dict[str, Any]) -> Any:
    """Yield the same draws as the bootstrap of the same seed."""
    generator = np.random.default_rng(settings["seed"])
    filled = standardise_columns(sample.values)
    for start in range(0, settings["draws"], DRAWS_AT_ONCE):
        counts = bootstrap_counts(generator, min(DRAWS_AT_ONCE, settings["draws"] - start), sample.n_obs)
        estimates, _ = estimate_counts(plan, sample.values, filled, counts, found, settings["sign_change"])
        yield estimates, counts
