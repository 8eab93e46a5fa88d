"""Velicer's minimum average partial: how many components leave the smallest partial correlations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
# A residual variance below this is rounding: nothing is left to correlate.
NO_VARIANCE = 1e-10


@dataclass(frozen=True, slots=True)
class AveragePartial:
    """
    Average partial correlations after 0, 1, 2 ... components.

    Attributes
    ----------
    squared, fourth : ndarray, shape (n_items - 1,)
        Mean squared (1976) and mean fourth-power (2000) partial correlation after as many components as the
        position says; NaN where nothing is left.
    n_squared, n_fourth : int
        Components at the minimum.
    """

    squared: Array
    fourth: Array
    n_squared: int
    n_fourth: int


def minimum_average_partial(correlation: Array) -> AveragePartial:
    """
    Velicer's test, original and revised.

    Parameters
    ----------
    correlation : ndarray, shape (n_items, n_items)
        Three items or more.

    Returns
    -------
    AveragePartial

    Notes
    -----
    Principal components are partialled out one by one. The row of zero components is the mean squared (fourth
    power of the) correlation itself, as in Velicer, Eaton & Fava (2000); ``psych::vss`` leaves it out. Checked
    against ``psych::vss`` 2.2.9 (``map``).

    References
    ----------
    .. [1] Velicer, W. F. (1976). Psychometrika, 41, 321-327.
    .. [2] Velicer, W. F., Eaton, C. A., & Fava, J. L. (2000). In Problems and solutions in human assessment, 41-71.

    Examples
    --------
    >>> minimum_average_partial(np.full((4, 4), 0.5) + 0.5 * np.eye(4)).n_squared
    1
    """
    size = len(correlation)
    values, vectors = np.linalg.eigh(correlation)
    loadings = vectors[:, ::-1] * np.sqrt(np.maximum(values[::-1], 0.0))
    squared, fourth = np.full(size - 1, np.nan), np.full(size - 1, np.nan)
    pairs = ~np.eye(size, dtype=bool)
    for count in range(size - 1):
        left = correlation - loadings[:, :count] @ loadings[:, :count].T
        variance = np.diag(left)
        if (variance < NO_VARIANCE).any():
            break
        partial = (left / np.sqrt(np.outer(variance, variance)))[pairs]
        squared[count], fourth[count] = np.mean(partial**2), np.mean(partial**4)
    return AveragePartial(squared, fourth, int(np.nanargmin(squared)), int(np.nanargmin(fourth)))
