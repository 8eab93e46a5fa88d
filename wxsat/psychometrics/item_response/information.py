"""Where on the trait items and scale measure well: information, standard error, marginal reliability."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wxsat.psychometrics.item_response.graded import GradedItems, category_probabilities
from wxsat.psychometrics.item_response.quadrature import normal_nodes

Array = NDArray[np.float64]


def item_information(items: GradedItems, theta: Array) -> Array:
    r"""
    Fisher information of each item about the trait.

    Parameters
    ----------
    items : GradedItems
    theta : ndarray, shape (n_points,)

    Returns
    -------
    ndarray, shape (n_points, n_items)

    Notes
    -----
    .. math:: I(\theta) = \sum_k P_k'(\theta)^2 / P_k(\theta)

    Test information is the sum over items; its inverse root is the standard error of a trait estimate. With two
    categories it is ``a^2 P (1 - P)``.

    Examples
    --------
    >>> item_information(GradedItems(np.array([2.0]), (np.array([0.0]),)), np.array([0.0])).tolist()
    [[1.0]]
    """
    columns = []
    for slope, intercepts in zip(items.slopes, items.intercepts, strict=True):
        from scipy.special import expit

        inner = expit(slope * theta[:, None] + intercepts)
        height = np.pad(inner * (1 - inner), ((0, 0), (1, 1)))
        change = -slope * np.diff(height, axis=1)
        columns.append((change**2 / category_probabilities(theta, float(slope), intercepts)).sum(axis=1))
    return np.column_stack(columns)


def marginal_reliability(items: GradedItems) -> float:
    """Mean over a standard normal population of ``I / (I + 1)``, the reliability of EAP scores it implies."""
    points, weights = normal_nodes(61)
    information = item_information(items, points).sum(axis=1)
    return float(weights @ (information / (information + 1)))
