r"""Goodness-of-fit index for ML: :math:`1 - tr[(\Sigma^{-1}S - I)^2] / tr[(\Sigma^{-1}S)^2]` (Jöreskog and Sörbom).

lavaan 0.7 defines the index anew; this is the classical one, as in lavaan 0.6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def gfi(sample: NDArray[np.float64], sigma: NDArray[np.float64], given: NDArray[np.intp]) -> float:
    """Return GFI, at most 1; moments among the `given` variables are not explained and do not count."""
    residual = np.linalg.solve(sigma, sample) - np.eye(len(sample))
    explained = sample.copy()
    explained[np.ix_(given, given)] = 0.0
    ratio = np.linalg.solve(sigma, explained)
    return float(1.0 - np.trace(residual @ residual) / np.trace(ratio @ ratio))


def agfi(value: float, df: int, n_moments: int) -> float:
    """Return GFI adjusted for degrees of freedom; NaN for a saturated model."""
    return 1.0 - (n_moments / df) * (1.0 - value) if df > 0 else float("nan")
