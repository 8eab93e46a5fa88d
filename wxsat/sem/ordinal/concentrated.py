"""
The search without thresholds where these are as observed and stay so.

With a diagonal weight, scales of 1 and no intercepts, thresholds and correlations have nothing in common: from
thresholds as observed no step moves them, and most parameters need no search at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.ordinal.layout import NOWHERE, OrdinalLayout
from wxsat.sem.ordinal.objective import OrdinalLeastSquares
from wxsat.sem.restrictions import Constraints, unrestricted
from wxsat.sem.scoring import Optimum, Point, search

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


class WithoutThresholds:
    """
    An objective in the other parameters alone.

    Parameters
    ----------
    objective : OrdinalLeastSquares
    theta : ndarray, shape (n_free,)
        With the thresholds as observed.
    kept : ndarray of int
        Places of the other parameters.
    """

    def __init__(self, objective: OrdinalLeastSquares, theta: Array, kept: NDArray[np.intp]) -> None:
        self.objective, self.kept, self._theta = objective, kept, theta

    def whole(self, own: Array) -> Array:
        """Return all parameters."""
        theta = self._theta.copy()
        theta[self.kept] = own
        return theta

    def at(self, theta: Array) -> Point | None:
        """Return value and gradient, None where the model has no implied statistics."""
        found = self.objective.at(self.whole(theta))
        return None if found is None else Point(theta, found.value, found.gradient[self.kept])

    def rough_hessian(self, theta: Array) -> Array:
        """Return the Gauss-Newton Hessian."""
        return self.objective.rough_hessian(self.whole(theta), self.kept)

    def hessian(self, theta: Array) -> Array:
        """Return the exact Hessian."""
        return self.objective.hessian(self.whole(theta), self.kept)


def search_linear(objective: OrdinalLeastSquares, constraints: Constraints, start: Array) -> Optimum:
    """Return the lowest point under the linear restrictions, thresholds left out of the search where they may be."""
    fixed = thresholds_apart(objective.layouts) if constraints.linear.trivial and objective.diagonal else None
    point = None if fixed is None or not fixed.size else objective.at(start)
    if fixed is None or point is None or point.gradient[fixed].any():
        return search(objective, constraints.linear, start)
    kept = np.setdiff1d(np.arange(len(start)), fixed)
    if not kept.size:
        return search(objective, constraints.linear, start)
    alone = WithoutThresholds(objective, start, kept)
    found = search(alone, unrestricted(len(kept)), start[kept])
    return replace(found, theta=alone.whole(found.theta))


def thresholds_apart(layouts: Sequence[OrdinalLayout]) -> NDArray[np.intp] | None:
    """Return the places of all free thresholds; None where anything else moves what thresholds explain."""
    if not all(layout.plain_scales and not layout.cells.intercept.any() for layout in layouts):
        return None
    return np.concatenate([layout.margins.place[layout.margins.place != NOWHERE] for layout in layouts])
