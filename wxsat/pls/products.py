"""Interactions by two stages: the product of two composites' standardised scores joins the inner model.

Composites are estimated without the product; the coefficient of ``A:B`` is the change of A's path when B is one
standard deviation higher. The product itself is not standardised.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from wxsat.pls.estimates import Estimates, inner_estimates
from wxsat.pls.plan import Plan

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


def add_products(plan: Plan, found: Estimates, values: Array, counts: Array) -> Estimates:
    """
    Add the model's products to estimates.

    Parameters
    ----------
    plan : Plan
    found : Estimates
        Of `n` samples, without products.
    values : ndarray, shape (n_rows, n_columns)
        Complete answers.
    counts : ndarray, shape (n, n_rows)
        How often every row is in every sample.

    Returns
    -------
    Estimates
        With the products as last nodes of ``paths``, ``total``, ``r2`` and ``moments``.
    """
    if not plan.final.products:
        return found
    names = plan.final.constructs
    nodes = plan.nodes
    scores = composite_scores(found.column_weights, values, counts)
    size = counts.sum(axis=1)[:, None]
    pairs = [tuple(names.index(part) for part in node.split(":")) for node in nodes[len(names) :]]
    products = np.stack([scores[:, :, a] * scores[:, :, b] for a, b in pairs], axis=2)
    products -= (np.einsum("dn,dnk->dk", counts, products) / size)[:, None, :]
    everything = np.concatenate([scores, products], axis=2)
    moments = np.swapaxes(everything * counts[:, :, None], 1, 2) @ everything / size[:, :, None]
    adjacency = np.zeros((len(nodes), len(nodes)), dtype=bool)
    adjacency[: len(names), : len(names)] = plan.final.adjacency
    for source, target in plan.final.products:
        adjacency[nodes.index(target), nodes.index(source)] = True
    paths, total, r2 = inner_estimates(moments, adjacency)
    return replace(found, paths=paths, total=total, r2=r2, moments=moments)


def composite_scores(column_weights: Array, values: Array, counts: Array) -> Array:
    """Return standardised composites (mean 0, variance 1 by divisor N), shape (n, rows, constructs)."""
    size = counts.sum(axis=1)[:, None]
    mean = counts @ values / size
    spread = np.sqrt(np.maximum(counts @ values**2 / size - mean**2, 0.0))
    with np.errstate(invalid="ignore", divide="ignore"):
        scaled = column_weights / spread[:, :, None]
    return np.asarray(values[None] @ scaled - np.einsum("dp,dpj->dj", mean, scaled)[:, None, :])
