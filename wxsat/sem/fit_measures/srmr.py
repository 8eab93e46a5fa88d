r"""Root mean square residuals: raw (RMR), standardised (SRMR, of Bentler and of Mplus), of correlations (CRMR).

Bentler's standardises by the observed standard deviations, diagonal included, divisor p(p+1)/2; Bollen's takes
residuals of correlations, off-diagonal alone; Mplus' takes correlations and relative residuals of variances. With a
mean structure the means count with p more residuals; the ``_nomean`` versions leave them out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

NAMES = ("rmr", "srmr_bentler", "crmr", "srmr_mplus")


def residual_measures(
    samples: Sequence[Matrix],
    sigmas: Sequence[Matrix],
    shares: Sequence[float],
    means: Sequence[tuple[Matrix, Matrix]] | None = None,
) -> dict[str, float]:
    """
    Return the whole family over all groups, averaged by the groups' shares of N.

    Parameters
    ----------
    samples, sigmas : sequence of ndarray, shape (p, p)
        Observed and implied covariances.
    shares : sequence of float
        Sum to one.
    means : sequence of (observed, implied), optional
        With a mean structure.

    Returns
    -------
    dict
        ``rmr rmr_nomean srmr srmr_bentler srmr_bentler_nomean crmr crmr_nomean srmr_mplus srmr_mplus_nomean``.
    """
    found = dict.fromkeys([*NAMES, *(f"{name}_nomean" for name in NAMES)], 0.0)
    for g, share in enumerate(shares):
        sample, sigma = samples[g], sigmas[g]
        p = len(sample)
        squares = _squares(sample, sigma)
        of_means = _mean_squares(sample, sigma, *means[g]) if means is not None else None
        for name in NAMES:
            count = p * (p - 1) // 2 if name == "crmr" else p * (p + 1) // 2
            alone = _root(squares[name], count)
            found[f"{name}_nomean"] += share * alone
            whole = alone if of_means is None else _root(squares[name] + of_means[name], count + p)
            found[name] += share * whole
    found["srmr"] = found["srmr_bentler"]
    return found


def _squares(sample: Matrix, sigma: Matrix) -> dict[str, float]:
    scale = np.sqrt(np.diag(sample))
    residual = sample - sigma
    standardised = residual / np.multiply.outer(scale, scale)
    beside, _ = _triangle_squares(correlation(sample) - correlation(sigma))
    return {
        "rmr": sum(_triangle_squares(residual)),
        "srmr_bentler": sum(_triangle_squares(standardised)),
        "crmr": beside,
        "srmr_mplus": beside + _triangle_squares(standardised)[1],
    }


def _triangle_squares(matrix: Matrix) -> tuple[float, float]:
    """Return the sums of squares below the diagonal of a symmetric matrix, and on it."""
    squares = matrix**2
    diagonal = float(squares.trace())
    return max((float(squares.sum()) - diagonal) / 2.0, 0.0), diagonal


def _mean_squares(sample: Matrix, sigma: Matrix, observed: Matrix, implied: Matrix) -> dict[str, float]:
    scale, model = np.sqrt(np.diag(sample)), np.sqrt(np.diag(sigma))
    standardised = float((((observed - implied) / scale) ** 2).sum())
    return {
        "rmr": float(((observed - implied) ** 2).sum()),
        "srmr_bentler": standardised,
        "crmr": standardised,
        "srmr_mplus": float(((observed / scale - implied / model) ** 2).sum()),
    }


def _root(total: float, count: int) -> float:
    return float(np.sqrt(total / count)) if count else 0.0


def correlation(covariance: Matrix) -> Matrix:
    """Return the correlation matrix of a covariance matrix."""
    scale = np.sqrt(np.diag(covariance))
    return np.asarray(covariance / np.multiply.outer(scale, scale))
