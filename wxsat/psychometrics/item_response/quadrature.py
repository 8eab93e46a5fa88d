"""Nodes and weights that stand for a normal population."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
NODES = 61
RANGE = 6.0


def normal_nodes(count: int = NODES, kind: str = "hermite") -> tuple[Array, Array]:
    """
    Nodes and weights of a standard normal variable; the weights sum to one.

    Parameters
    ----------
    count : int
    kind : {"hermite", "uniform"}
        Gauss-Hermite, or equally spaced over -6 to 6 with weights in proportion to the density.

    Examples
    --------
    >>> nodes, weights = normal_nodes(21)
    >>> round(float(weights @ nodes**2), 10)
    1.0
    """
    if kind == "hermite":
        nodes, weights = np.polynomial.hermite_e.hermegauss(count)
        return nodes, weights / weights.sum()
    nodes = np.linspace(-RANGE, RANGE, count)
    weights = np.exp(-(nodes**2) / 2)
    return nodes, weights / weights.sum()
