"""Dijkstra and Henseler's rho_A: the reliability of a weighted composite of reflective items."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def rho_a(weights: Array, correlation: Array) -> float:
    r"""
    Reliability of a composite with weights in proportion to the loadings, as PLS mode A estimates them.

    Parameters
    ----------
    weights : ndarray, shape (n_items,)
        Any scale; rescaled so that the composite has variance one.
    correlation : ndarray, shape (n_items, n_items)

    Returns
    -------
    float
        NaN for a single item.

    Notes
    -----
    .. math:: \rho_A = (w'w)^2 \frac{w'(R - \operatorname{diag} R) w}{w'(ww' - \operatorname{diag}(ww')) w}

    References
    ----------
    .. [1] Dijkstra, T. K., & Henseler, J. (2015). MIS Quarterly, 39, 297-316.

    Examples
    --------
    >>> lam = np.array([0.8, 0.7, 0.6])
    >>> r = np.outer(lam, lam) + np.diag(1 - lam**2)
    >>> w = lam / np.sqrt(lam @ r @ lam)
    >>> bool(abs(rho_a(w, r) - (w @ lam) ** 2) < 1e-12)
    True
    """
    return float(rho_a_of_weights(weights / np.sqrt(weights @ correlation @ weights)))


def rho_a_of_weights(weights: Array) -> Array:
    r"""
    rho_A of composites whose weights are scaled to variance one, along the last axis; NaN for a single item.

    With :math:`w'Rw = 1` and unit variances :math:`w'(R - I)w = 1 - w'w`: the correlations are not needed again.

    Examples
    --------
    >>> rho_a_of_weights(np.array([[0.5, 0.6], [1.0, 0.0]])).round(4).tolist()
    [0.8062, nan]
    """
    squares = np.asarray(weights) ** 2
    total = squares.sum(axis=-1)
    below = total**2 - (squares**2).sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = total**2 * (1.0 - total) / below
    return np.asarray(np.where(below > 1e-15, found, np.nan))
