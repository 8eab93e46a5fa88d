"""How strong an unseen common cause would have to be for an association to vanish."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wxsat.diagnosis.hierarchy import ResolvedHierarchy
from wxsat.diagnosis.resampling import Draws, percentile_interval
from wxsat.diagnosis.structure import predictor_map

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
GRID = (0.0, 0.1, 0.2, 0.3, 0.4)
CONFOUNDER_COLUMNS = (
    "dilemma", "outcome", "adjusted_for", "correlation", "ci_lower", "ci_upper", "vanishing", "vanishing_ci",
    "left_02", "left_03", "left_04",
)  # fmt: skip
GRID_COLUMNS = ("dilemma", "with_cause", "with_outcome", "partial")


def confounded(correlation: float, with_cause: float, with_outcome: float) -> float:
    r"""
    Return the partial correlation left once a confounder of given correlations is held constant.

    NaN where the three correlations cannot go together.

    Notes
    -----
    .. math:: r_{xy \cdot u} = \frac{r_{xy} - r_{xu} r_{yu}}{\sqrt{(1 - r_{xu}^2)(1 - r_{yu}^2)}}

    Signs are those that shrink the association.

    Examples
    --------
    >>> round(confounded(0.25, 0.5, 0.5), 6)
    0.0
    """
    x, y = abs(with_cause), abs(with_outcome)
    if x >= 1 or y >= 1:
        return float("nan")
    left = (abs(correlation) - x * y) / np.sqrt((1 - x * x) * (1 - y * y))
    return float(np.copysign(1.0, correlation) * left) if abs(left) <= 1 else float("nan")


def vanishing_strength(correlation: float) -> float:
    """
    Return the correlation with both, cause and outcome, at which a confounder explains an association away.

    Examples
    --------
    >>> vanishing_strength(-0.36)
    0.6
    """
    return float(np.sqrt(abs(correlation)))


def confounder_grid(correlation: float, grid: tuple[float, ...] = GRID) -> pd.DataFrame:
    """Return ``with_cause with_outcome partial``: what a grid of confounders leaves of a correlation."""
    import pandas as pd

    rows = [{"with_cause": x, "with_outcome": y, "partial": confounded(correlation, x, y)} for x in grid for y in grid]
    return pd.DataFrame(rows, columns=["with_cause", "with_outcome", "partial"])


def partial_correlations(covariance: Floats, at: int, outcome: int, held: list[int]) -> Floats:
    """
    Return the correlation of two variables with others held constant, shape (draws,).

    Parameters
    ----------
    covariance : ndarray, shape (draws, k, k)
    at, outcome : int
        Their positions.
    held : list of int
        Positions of what is held constant.

    Examples
    --------
    >>> c = np.array([[[1.0, 0.5, 0.5], [0.5, 1.0, 0.25], [0.5, 0.25, 1.0]]])
    >>> partial_correlations(c, 1, 2, [0]).round(6).tolist()
    [0.0]
    """
    pair = [at, outcome]
    left = covariance[:, pair][:, :, pair]
    if held:
        across = covariance[:, pair][:, :, held]
        block = covariance[:, held][:, :, held]
        usable = np.isfinite(block).all(axis=(1, 2))
        block[~usable] = np.eye(len(held))
        left = left - across @ np.linalg.pinv(block, hermitian=True) @ np.swapaxes(across, 1, 2)
        left[~usable] = np.nan
    with np.errstate(invalid="ignore", divide="ignore"):
        found = left[:, 0, 1] / np.sqrt(left[:, 0, 0] * left[:, 1, 1])
    return np.where(np.abs(found) <= 1, found, np.nan)


def weigh_confounders(estimate: Draws, drawn: Draws, hierarchy: ResolvedHierarchy) -> pd.DataFrame:
    """
    Return how strong a confounder would have to be, dilemma by dilemma.

    Parameters
    ----------
    estimate, drawn : Draws
        With their true-score covariances.
    hierarchy : ResolvedHierarchy

    Returns
    -------
    DataFrame
        `CONFOUNDER_COLUMNS`. `correlation` is that of the dilemma with the outcome, free of measurement error, the
        dilemmas that come before it held constant (``adjusted_for``): what its total effect rests on. `vanishing` is
        the correlation with both, again given these, at which it is explained away; `vanishing_ci` the one at which its
        interval reaches zero (0 where it does already). ``left_02`` to ``left_04``: what confounders of .2, .3 and .4
        with both leave.

    Notes
    -----
    The smallest such confounder has the same correlation with both, the root of the association (as Frank's 2000
    impact threshold). Signs are the worst ones.

    References
    ----------
    .. [1] Frank, K. A. (2000). Impact of a confounding variable on a regression coefficient. Sociological Methods &
       Research, 29(2), 147-194.
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    dilemmas = [d for d in hierarchy.composites if hierarchy.outcome not in hierarchy.composites[d]]
    names = (*dilemmas, hierarchy.outcome)
    select = predictor_map(names, hierarchy)
    now, spread = (select @ d.covariance @ select.T for d in (estimate, drawn))
    before = causes_of_dilemmas(hierarchy)
    for dilemma in dilemmas:
        held = [names.index(d) for d in dilemmas if d in before[dilemma]]
        at, outcome = names.index(dilemma), len(names) - 1
        r = float(partial_correlations(now, at, outcome, held)[0])
        lower, upper = percentile_interval(partial_correlations(spread, at, outcome, held), df=drawn.df)
        nearest = 0.0 if lower <= 0 <= upper else min(abs(lower), abs(upper))
        rows.append(
            {
                "dilemma": dilemma, "outcome": hierarchy.outcome, "adjusted_for": ", ".join(names[k] for k in held),
                "correlation": r, "ci_lower": lower, "ci_upper": upper, "vanishing": vanishing_strength(r),
                "vanishing_ci": vanishing_strength(nearest),
                **{f"left_0{round(10 * s)}": confounded(r, s, s) for s in (0.2, 0.3, 0.4)},
            }
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(CONFOUNDER_COLUMNS))


def causes_of_dilemmas(hierarchy: ResolvedHierarchy) -> dict[str, frozenset[str]]:
    """Return the dilemmas that come before each dilemma: with a directed way to any of its parts."""
    from wxsat.diagnosis.structure import ancestors_of

    found = {}
    for dilemma, parts in hierarchy.composites.items():
        upstream = {node for part in parts for node in ancestors_of(hierarchy, part)}
        found[dilemma] = frozenset(d for d, own in hierarchy.composites.items() if d != dilemma and upstream & set(own))
    return found


def grid_of_confounders(confounders: pd.DataFrame) -> pd.DataFrame:
    """Return `GRID_COLUMNS`: the whole grid of every dilemma, one row a pair of strengths."""
    import pandas as pd

    grids = [
        confounder_grid(float(row["correlation"])).assign(dilemma=row["dilemma"])
        for row in confounders.to_dict("records")
    ]
    return (
        pd.concat(grids, ignore_index=True)[list(GRID_COLUMNS)] if grids else pd.DataFrame(columns=list(GRID_COLUMNS))
    )
