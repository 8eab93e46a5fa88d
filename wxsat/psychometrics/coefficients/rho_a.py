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
    w = weights / np.sqrt(weights @ correlation @ weights)
    off = correlation - np.diag(np.diag(correlation))
    outer = np.outer(w, w)
    below = float(w @ (outer - np.diag(np.diag(outer))) @ w)
    return float((w @ w) ** 2 * (w @ off @ w) / below) if below else float("nan")
