r"""Least squares on ordinal statistics: :math:`F = \sum_g w_g (s_g-\sigma_g)'V_g(s_g-\sigma_g)`, N - 1 the weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.ordinal.columns import SplitColumns
from wxsat.sem.ordinal.implied import OrdinalPoint, ordinal_point
from wxsat.sem.ordinal.layout import OrdinalLayout
from wxsat.sem.ordinal.weights import Root
from wxsat.sem.robust.hessian import second_order
from wxsat.sem.scoring import Point

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


class OrdinalLeastSquares:
    """
    The discrepancy over all groups, with gradient and Hessian.

    Parameters
    ----------
    layouts : sequence of OrdinalLayout
    observed : sequence of ndarray
        Statistics of each group.
    roots : sequence of Root
    shares : ndarray, shape (n_groups,)
    """

    def __init__(
        self, layouts: Sequence[OrdinalLayout], observed: Sequence[Array], roots: Sequence[Root], shares: Array
    ) -> None:
        self.layouts, self.roots, self.shares = layouts, roots, shares
        self.observed = observed
        self._targets = [root.turn(s) for root, s in zip(roots, observed, strict=True)]
        self._last: tuple[bytes, list[tuple[OrdinalPoint, Array, Array, float]]] | None = None
        self.diagonal = all(root.whole is None for root in roots)
        self._curved = all(layout.plain_scales and layout.only_outcomes for layout in layouts) and not any(
            layout.given.size for layout in layouts
        )

    def at(self, theta: Array) -> Point | None:
        """Return value and gradient, None where the model has no implied statistics."""
        try:
            pieces = self._pieces(theta)
        except np.linalg.LinAlgError:
            return None
        value, gradient = 0.0, np.zeros(len(theta))
        for _, residual, jacobian, share in pieces:
            value += share * float(residual @ residual)
            gradient -= 2.0 * share * (residual @ jacobian)
        return Point(theta, value, gradient) if np.isfinite(value) else None

    def rough_hessian(self, theta: Array, kept: NDArray[np.intp] | None = None) -> Array:
        """Return the Gauss-Newton Hessian, of some parameters alone where these are given."""
        if kept is not None:
            blocks = [(j.take(kept, axis=1), share) for _, _, j, share in self._pieces(theta)]
            return np.asarray(sum(2.0 * share * (j.T @ j) for j, share in blocks))
        return np.asarray(sum(2.0 * share * SplitColumns.of(j).gram() for _, _, j, share in self._pieces(theta)))

    def hessian(self, theta: Array, kept: NDArray[np.intp] | None = None) -> Array:
        """Return the exact Hessian; that of Gauss and Newton where scales or covariates curve the statistics more."""
        total = self.rough_hessian(theta, kept)
        if not self._curved:
            return total
        for (point, residual, _, share), root in zip(self._pieces(theta), self.roots, strict=True):
            own = point.base.cells.index if kept is None else np.searchsorted(kept, point.base.cells.index)
            weight, pull = _pulled(point, root.back(residual))
            total[np.ix_(own, own)] += 2.0 * share * second_order(point.base, -2.0 * weight, -pull)
        return total

    def _pieces(self, theta: Array) -> list[tuple[OrdinalPoint, Array, Array, float]]:
        """Return for each group its point, turned residual, turned Jacobian and share; those of the last are kept."""
        key = theta.tobytes()
        if self._last is None or self._last[0] != key:
            found = []
            for layout, root, target, share in zip(self.layouts, self.roots, self._targets, self.shares, strict=True):
                point = ordinal_point(layout, theta)
                residual = target - root.turn(point.statistics)
                found.append((point, residual, root.turn(point.jacobian), float(share)))
            self._last = key, found
        return self._last[1]


def _pulled(point: OrdinalPoint, residual: Array) -> tuple[Array, Array]:
    """Return the weighted residual as a symmetric matrix and a vector: what pulls at covariances and at means."""
    layout, m = point.layout, point.layout.margins
    p = len(point.base.sigma)
    count = len(m.variable)
    pull = np.zeros(p)
    np.subtract.at(pull, layout.own[m.variable], residual[:count])
    weight = np.zeros((p, p))
    i, j = layout.below
    a, b = layout.own[i], layout.own[j]
    weight[a, b] = weight[b, a] = 0.5 * residual[layout.first_covariance :]
    at = layout.own[layout.numeric]
    weight[at, at] = residual[count : count + len(at)]
    return weight, pull
