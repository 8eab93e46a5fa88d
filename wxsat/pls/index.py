r"""Scores on 0-100: the satisfaction index of ACSI and ECSI, and the importance-performance map.

A composite's weights on its raw answers, :math:`\tilde w_k = (w_k/s_k)/\sum(w_l/s_l)`, sum to one, so that the
composite keeps the answers' range and :math:`100 (\bar x - min)/(max - min)` has a meaning. Importance is the
total effect on the
target in these units: points of the target for one point of the construct.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(frozen=True)
class Rescaled:
    """
    Composites on 0-100 of `n` samples.

    Attributes
    ----------
    mean, spread : ndarray, shape (n, constructs)
        NaN for a composite whose weights do not sum to a positive number.
    equal : ndarray, shape (n, constructs)
        Mean with equal weights.
    negative : ndarray of bool, shape (constructs,)
        Whether the first sample has a negative weight: such a composite can leave 0-100.
    """

    mean: Array
    spread: Array
    equal: Array
    negative: NDArray[np.bool_]


def rescale_composites(column_weights: Array, values: Array, counts: Array, lowest: Array, highest: Array) -> Rescaled:
    """
    Return means and standard deviations of composites on 0-100.

    Parameters
    ----------
    column_weights : ndarray, shape (n, columns, constructs)
        On standardised columns.
    values : ndarray, shape (rows, columns)
    counts : ndarray, shape (n, rows)
    lowest, highest : ndarray, shape (columns,)
        Ends of the answer scales.
    """
    points = 100.0 * (values - lowest) / (highest - lowest)
    size = counts.sum(axis=1)[:, None]
    mean = counts @ points / size
    centred = np.sqrt(np.maximum(counts @ points**2 / size - mean**2, 0.0))
    with np.errstate(invalid="ignore", divide="ignore"):
        raw = column_weights / centred[:, :, None]
        total = raw.sum(axis=1)
        share = raw / np.where(total > 0, total, np.nan)[:, None, :]
    composite = points[None] @ share
    average = np.einsum("dn,dnj->dj", counts, composite) / size
    variance = np.einsum("dn,dnj->dj", counts, composite**2) / size - average**2
    inside = column_weights[0] != 0
    equal = mean @ (inside / np.maximum(inside.sum(axis=0), 1))
    unbiased = np.sqrt(np.maximum(variance, 0.0) * size / (size - 1))
    return Rescaled(average, unbiased, equal, (column_weights[0] < 0).any(axis=0))


def unstandardised_total(total: Array, spread: Array, target: int) -> Array:
    """
    Return total effects on `target` in points of 0-100, shape (n, constructs).

    Examples
    --------
    >>> unstandardised_total(np.array([[[0, 0], [0.5, 0]]]), np.array([[10.0, 20.0]]), 1).tolist()
    [[1.0, 0.0]]
    """
    size = spread.shape[1]
    return np.asarray(total[:, target, :size] * spread[:, [target]] / spread)
