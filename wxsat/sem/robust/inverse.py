"""Inverses of symmetric matrices: plain, and a pseudo-inverse that says its rank."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

RANK_TOLERANCE = 1e-10  # eigenvalues below this share of the largest, after scaling to a unit diagonal, count as zero


def symmetric_inverse(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the inverse, symmetric to the last digit; LinAlgError where it is exactly singular."""
    inverse = np.linalg.inv(matrix)
    return np.asarray((inverse + inverse.T) / 2, dtype=np.float64)


def definite_inverse(matrix: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Return inverse, symmetric to the last digit, and log determinant; LinAlgError where not positive definite."""
    from scipy.linalg.lapack import dpotrf, dpotri

    # LAPACK reads columns first: of a symmetric matrix the transposed view needs no copy.
    factor, fault = dpotrf(matrix.T, lower=0, clean=1)
    log_det = 2.0 * float(np.log(factor.diagonal()).sum()) if fault == 0 else np.nan
    if not np.isfinite(log_det):
        raise np.linalg.LinAlgError("not positive definite")
    half, _ = dpotri(factor, lower=0, overwrite_c=1)
    inverse = half + half.T
    inverse.flat[:: len(matrix) + 1] /= 2.0
    return inverse, log_det


def ranked_inverse(matrix: NDArray[np.float64], tolerance: float = RANK_TOLERANCE) -> tuple[NDArray[np.float64], int]:
    """
    Return a generalised inverse of a positive semidefinite matrix and its rank.

    The matrix is scaled to a unit diagonal first, so that the units of the parameters do not decide what counts as
    zero; negative and vanishing eigenvalues are left out.
    """
    scale = np.sqrt(np.maximum(np.diag(matrix), 0.0))
    safe = np.where(scale > 0, scale, 1.0)
    values, axes = np.linalg.eigh(matrix / np.outer(safe, safe))
    kept = values > tolerance * max(float(values.max(initial=0.0)), 1e-300)
    part = axes[:, kept] / safe[:, None]
    return np.asarray(part / values[kept] @ part.T), int(kept.sum())
