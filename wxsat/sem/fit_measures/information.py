r"""Log-likelihood with the full normal constant, and the criteria made from it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def log_likelihood(sample: NDArray[np.float64], sigma: NDArray[np.float64], n_obs: int) -> float:
    r"""
    Return :math:`-\frac N2 (p\log 2\pi + \log|\Sigma| + tr(S\Sigma^{-1}))`, means at their estimates.

    Zero-dimensional matrices give 0.
    """
    p = len(sample)
    if p == 0:
        return 0.0
    log_det = float(np.linalg.slogdet(sigma)[1])
    return -n_obs / 2.0 * (p * math.log(2.0 * math.pi) + log_det + float(np.trace(np.linalg.solve(sigma, sample))))


def aic(logl: float, n_parameters: int) -> float:
    """Return Akaike's criterion."""
    return -2.0 * logl + 2.0 * n_parameters


def bic(logl: float, n_parameters: int, n_obs: int) -> float:
    """Return Schwarz's criterion."""
    return -2.0 * logl + math.log(n_obs) * n_parameters


def sabic(logl: float, n_parameters: int, n_obs: int) -> float:
    """Return the sample-size adjusted criterion, N replaced by (N + 2)/24; lavaan's ``bic2``."""
    return -2.0 * logl + math.log((n_obs + 2.0) / 24.0) * n_parameters
