r"""Standardised root mean square residual (Bentler): residuals over :math:`\sqrt{s_{ii}s_{jj}}`, diagonal included."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def srmr(sample: NDArray[np.float64], sigma: NDArray[np.float64]) -> float:
    """Return SRMR, divisor p(p+1)/2."""
    scale = np.sqrt(np.diag(sample))
    residual = (sample - sigma) / np.outer(scale, scale)
    lower = residual[np.tril_indices(len(residual))]
    return float(np.sqrt(np.mean(lower**2)))


def crmr(sample: NDArray[np.float64], sigma: NDArray[np.float64]) -> float:
    """Return the root mean square residual of the correlations, off-diagonal cells only; 0 with one variable."""
    residual = correlation(sample) - correlation(sigma)
    lower = residual[np.tril_indices(len(residual), -1)]
    return float(np.sqrt(np.mean(lower**2))) if lower.size else 0.0


def correlation(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the correlation matrix of a covariance matrix."""
    scale = np.sqrt(np.diag(covariance))
    return np.asarray(covariance / np.outer(scale, scale))
