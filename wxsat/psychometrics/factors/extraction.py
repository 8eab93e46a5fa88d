"""Unrotated factors of a correlation matrix: minimum residuals, maximum likelihood, principal axes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Extraction = Literal["minres", "ml", "pa"]

# factanal's and psych's border: a smaller uniqueness is a Heywood case and stays here.
LEAST_UNIQUENESS = 0.005
MAX_ITERATIONS = 2000
GRADIENT_TOLERANCE = 1e-9
# psych's rule for principal axes: the sum of the communalities moves by less, or so many rounds have passed.
AXIS_CHANGE = 1e-3
AXIS_ROUNDS = 50


@dataclass(frozen=True, slots=True)
class Extracted:
    """
    An unrotated solution.

    Attributes
    ----------
    loadings : ndarray, shape (n_items, n_factors)
        Columns by falling sum of squares, each with a sum that is not negative.
    uniquenesses : ndarray, shape (n_items,)
    converged : bool
    iterations : int
    heywood : tuple of int
        Items whose uniqueness lies on the border of .005 (principal axes: below it).
    """

    loadings: Array
    uniquenesses: Array
    converged: bool
    iterations: int
    heywood: tuple[int, ...]


def squared_multiple_correlations(correlation: Array) -> Array:
    """Share of each item's variance that the other items predict: ``1 - 1/diag(R^-1)``."""
    return np.asarray(1 - 1 / np.diag(np.linalg.inv(correlation)))


def degrees_of_freedom(n_items: int, n_factors: int) -> int:
    """Correlations less free loadings, rotation taken off: ``((p - m)^2 - (p + m)) / 2``."""
    return ((n_items - n_factors) ** 2 - (n_items + n_factors)) // 2


def extract_factors(correlation: Array, n_factors: int, method: Extraction = "minres") -> Extracted:
    r"""
    Extract common factors.

    Parameters
    ----------
    correlation : ndarray, shape (n_items, n_items)
        Positive definite (ml needs it; minres and pa need its inverse for a start).
    n_factors : int
        Fewer than items.
    method : {"minres", "ml", "pa"}
        Minimum residuals (least squares of the correlations off the diagonal), maximum likelihood, or principal
        axes iterated by psych's rule: at most 50 rounds, stopped when the sum of the communalities moves by .001 or
        less. Iterated without end principal axes reach the minres solution.

    Returns
    -------
    Extracted

    Notes
    -----
    minres and ml minimise over the uniquenesses, bounded below by .005, the loadings being the leading
    eigenvectors given them (Joreskog 1967; Harman & Jones 1966). Checked against ``psych::fa`` 2.2.9 and
    ``factanal`` (1e-4, which is how closely these two stop).

    Examples
    --------
    >>> lam = np.array([0.9, 0.8, 0.7, 0.6])
    >>> found = extract_factors(np.outer(lam, lam) + np.diag(1 - lam**2), 1, "ml")
    >>> found.loadings[:, 0].round(4).tolist()
    [0.9, 0.8, 0.7, 0.6]
    """
    if method == "pa":
        return _principal_axes(correlation, n_factors)
    pieces = _ml_pieces if method == "ml" else _minres_pieces
    smc = squared_multiple_correlations(correlation)
    start = (1 - smc) * (1 - 0.5 * n_factors / len(correlation)) if method == "ml" else 1 - smc
    psi, converged, iterations = _descend(pieces, correlation, n_factors, np.clip(start, 0.01, 0.995))
    loadings = pieces(psi, correlation, n_factors)[2]
    heywood = tuple(int(i) for i in np.flatnonzero(psi <= LEAST_UNIQUENESS * (1 + 1e-6)))
    return Extracted(_signed(loadings), psi, converged, iterations, heywood)


Pieces = Callable[[Array, Array, int], tuple[float, Array, Array]]


def _descend(pieces: Pieces, correlation: Array, n_factors: int, start: Array) -> tuple[Array, bool, int]:
    from scipy.optimize import minimize

    found = minimize(
        lambda psi: pieces(psi, correlation, n_factors)[:2],
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[(LEAST_UNIQUENESS, 1.0)] * len(start),
        options={"maxiter": MAX_ITERATIONS, "maxfun": 5 * MAX_ITERATIONS, "ftol": 1e-16, "gtol": GRADIENT_TOLERANCE},
    )
    psi = np.asarray(found.x, dtype=np.float64)
    slope = pieces(psi, correlation, n_factors)[1]
    inside = (psi > LEAST_UNIQUENESS) & (psi < 1.0)
    # A line search that finds no lower point stops at rounding error, which is convergence.
    flat = not inside.any() or float(np.abs(slope[inside]).max()) < 1e-5
    return psi, bool(found.success or flat), int(found.nit)


def _leading(matrix: Array, n_factors: int) -> tuple[Array, Array]:
    values, vectors = np.linalg.eigh(matrix)
    return values[::-1], vectors[:, ::-1][:, :n_factors]


def _minres_pieces(psi: Array, correlation: Array, n_factors: int) -> tuple[float, Array, Array]:
    values, vectors = _leading(correlation - np.diag(psi), n_factors)
    loadings = vectors * np.sqrt(np.maximum(values[:n_factors], 0.0))
    residual = correlation - np.diag(psi) - loadings @ loadings.T
    return 0.5 * float((residual**2).sum()), -np.diag(residual), loadings


def _ml_pieces(psi: Array, correlation: Array, n_factors: int) -> tuple[float, Array, Array]:
    root = np.sqrt(psi)
    values, vectors = _leading(correlation / np.outer(root, root), n_factors)
    loadings = root[:, None] * vectors * np.sqrt(np.maximum(values[:n_factors] - 1, 0.0))
    tail = np.maximum(values[n_factors:], 1e-300)
    slope = np.diag(loadings @ loadings.T + np.diag(psi) - correlation) / psi**2
    return float((tail - np.log(tail) - 1).sum()), slope, loadings


def _principal_axes(correlation: Array, n_factors: int) -> Extracted:
    reduced = correlation.copy()
    communality = squared_multiple_correlations(correlation)
    loadings, rounds, change = np.zeros((len(correlation), n_factors)), 0, np.inf
    while change > AXIS_CHANGE and rounds < AXIS_ROUNDS:
        np.fill_diagonal(reduced, communality)
        values, vectors = _leading(reduced, n_factors)
        loadings = vectors * np.sqrt(np.maximum(values[:n_factors], 0.0))
        updated = (loadings**2).sum(axis=1)
        change, communality, rounds = abs(float(updated.sum() - communality.sum())), updated, rounds + 1
    unique = 1 - communality
    heywood = tuple(int(i) for i in np.flatnonzero(unique < LEAST_UNIQUENESS))
    return Extracted(_signed(loadings), unique, change <= AXIS_CHANGE, rounds, heywood)


def _signed(loadings: Array) -> Array:
    return np.asarray(loadings * np.where(loadings.sum(axis=0) < 0, -1.0, 1.0))
