"""How strong an unseen common cause would have to be for an association to vanish."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

GRID = (0.0, 0.1, 0.2, 0.3, 0.4)


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
