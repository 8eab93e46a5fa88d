r"""How good the measurement and the inner model are: reliabilities, AVE, collinearity, effect sizes.

:math:`f^2 = (R^2 - R^2_{without})/(1 - R^2)`; VIF is the diagonal of the inverse correlation matrix of the predictors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.pls.algorithm import regress
from wxsat.pls.estimates import Estimates
from wxsat.pls.plan import Plan

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(frozen=True)
class Reliability:
    """Of one construct; NaN for single items and formative blocks, for which they say nothing."""

    construct: str
    n_items: int
    alpha: float
    rho_a: float
    cr: float
    ave: float


def reliabilities(plan: Plan, found: Estimates, item_correlation: Array) -> list[Reliability]:
    """
    Return standardised alpha, rho_A, composite reliability rho_C and AVE of the last model's constructs.

    Parameters
    ----------
    plan : Plan
    found : Estimates
        Of one sample.
    item_correlation : ndarray
        Of ``plan.final.items``.
    """
    rows = []
    for j, (block, places) in enumerate(zip(plan.final.blocks, plan.final.places, strict=True)):
        nan = float("nan")
        alpha = rho = cr = ave = nan
        if block.mode == "A" and len(places) > 1:
            k = len(places)
            inner = item_correlation[places[:, None], places]
            alpha = k / (k - 1) * (1 - k / float(inner.sum()))
            loading = found.outer_loadings[0, places]
            common, own = float(loading.sum()) ** 2, float((1 - loading**2).sum())
            cr, ave, rho = common / (common + own), float((loading**2).mean()), float(found.rho_a[0, j])
        rows.append(Reliability(block.name, len(places), alpha, rho, cr, ave))
    return rows


def inflation_factors(correlation: Array) -> Array:
    """
    Return the variance inflation factor of every variable; infinite where a variable is a sum of the others.

    Examples
    --------
    >>> inflation_factors(np.array([[1.0, 0.6], [0.6, 1.0]])).tolist()
    [1.5625, 1.5625]
    """
    if len(correlation) == 1:
        return np.ones(1)
    if np.linalg.matrix_rank(correlation) < len(correlation):
        return np.full(len(correlation), np.inf)
    return np.asarray(np.diag(np.linalg.inv(correlation)))


def inner_adjacency(plan: Plan) -> NDArray[np.bool_]:
    """Return ``[target, source]`` over the nodes, products included."""
    nodes = plan.nodes
    found = np.zeros((len(nodes), len(nodes)), dtype=bool)
    for source, target in (*plan.final.paths, *plan.final.products):
        found[nodes.index(target), nodes.index(source)] = True
    return found


def effect_sizes(adjacency: NDArray[np.bool_], moments: Array, r2: Array) -> Array:
    """
    Return f2 of every path, ``[target, source]``, NaN elsewhere.

    (R2 - R2 without the cause) / (1 - R2) of one regression of composites that stay as they are; seminr estimates the
    whole model again without the path, so that its weights change too.
    """
    found = np.full(adjacency.shape, np.nan)
    for target, row in enumerate(adjacency):
        causes = np.flatnonzero(row)
        for cause in causes:
            others = causes[causes != cause]
            without = 0.0
            if len(others):
                slopes = regress(moments[None], others, target)[0]
                without = float(slopes @ moments[others, target]) / moments[target, target]
            with np.errstate(divide="ignore", invalid="ignore"):
                # R2 of one or more (a Heywood case of PLSc) has no effect size.
                found[target, cause] = (r2[target] - without) / (1 - r2[target]) if r2[target] < 1 else np.nan
    return found
