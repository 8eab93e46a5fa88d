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
