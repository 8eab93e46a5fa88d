"""A confirmatory model from exploratory loadings: which item goes to which factor."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
SALIENT = 0.30
"""Absolute loading from which an item is taken to measure a factor (Hair et al., 2019, for samples above 350)."""


def write_factor_model(
    pattern: Array, items: Sequence[str], factors: Sequence[str], *, cut_off: float = SALIENT, cross: bool = False
) -> tuple[str, tuple[str, ...]]:
    """
    Write the model text that :func:`wxsat.fit_sem` reads.

    Parameters
    ----------
    pattern : ndarray, shape (n_items, n_factors)
        Rotated loadings.
    items, factors : sequence of str
    cut_off : float
        Every item goes to the factor of its largest absolute loading if that is `cut_off` or more.
    cross : bool
        Whether an item also goes to every other factor on which it reaches the cut-off.

    Returns
    -------
    text : str
        One line a factor that has items.
    left_out : tuple of str
        Items that reach the cut-off nowhere.

    Examples
    --------
    >>> write_factor_model(np.array([[0.8, 0.1], [0.7, 0.0], [0.1, 0.2]]), ["a", "b", "c"], ["F1", "F2"])
    ('F1 =~ a + b', ('c',))
    """
    size = np.abs(pattern)
    strong = size >= cut_off
    chosen = strong if cross else strong & (size == size.max(axis=1, keepdims=True))
    lines = [
        f"{factor} =~ " + " + ".join(item for item, taken in zip(items, column, strict=True) if taken)
        for factor, column in zip(factors, chosen.T, strict=True)
        if column.any()
    ]
    return "\n".join(lines), tuple(item for item, row in zip(items, strong, strict=True) if not row.any())
