"""Uncorrelated factors with a pattern of loadings: the maximum likelihood solution of ``R = LL' + T``.

A bifactor model is one: a general column that is free everywhere, and group columns that are free where an item
belongs. Fisher scoring with a halved step where the discrepancy would rise; a negative error variance (Heywood case)
is returned as it is and named.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

GRADIENT_TOLERANCE = 1e-9
MAX_ITERATIONS = 500
HALVINGS = 30
# As in one_factor: a standardised loading this large belongs to a path without a finite optimum.
RUNAWAY_LOADING = 6.0


@dataclass(frozen=True, slots=True)
class PatternedFactors:
    """
    A solution in the standardised metric.

    Attributes
    ----------
    loadings : ndarray, shape (n_items, n_factors)
        Zero where the pattern is; NaN everywhere without a solution.
    error_variances : ndarray, shape (n_items,)
    discrepancy : float
        ``log|S| + tr(R S^-1) - log|R| - k`` at the optimum; times N it is chi-square.
    df : int
        Correlations less loadings.
    converged : bool
    iterations : int
    heywood : tuple of int
        Items with an error variance that is not positive.
    """

    loadings: Array
    error_variances: Array
    discrepancy: float
    df: int
    converged: bool
    iterations: int
    heywood: tuple[int, ...]


def fit_patterned_factors(correlation: Array, pattern: NDArray[np.bool_], start: Array) -> PatternedFactors:
    """
    Fit uncorrelated factors with free loadings where a pattern is true.

    Parameters
    ----------
    correlation : ndarray, shape (n_items, n_items)
        Positive definite.
    pattern : ndarray of bool, shape (n_items, n_factors)
    start : ndarray, shape (n_items, n_factors)
        Loadings to begin with.

    Returns
    -------
    PatternedFactors

    Notes
    -----
    Checked against ``lavaan::cfa(orthogonal = TRUE, std.lv = TRUE)`` 0.6-14.

    Examples
    --------
    >>> lam = np.array([[0.8], [0.7], [0.6], [0.5]])
    >>> r = lam @ lam.T + np.diag(1 - lam[:, 0] ** 2)
    >>> fit_patterned_factors(r, np.ones((4, 1), bool), 0.9 * lam).loadings[:, 0].round(6).tolist()
    [0.8, 0.7, 0.6, 0.5]
    """
    size = len(correlation)
    loadings = np.where(pattern, start, 0.0)
    errors = np.maximum(1 - (loadings**2).sum(axis=1), 0.1)
    value = _discrepancy(correlation, loadings, errors)
    converged, rounds = False, 0
    while rounds < MAX_ITERATIONS:
        rounds += 1
        slope, information = _scores(correlation, loadings, errors, pattern)
        if np.abs(slope).max() < GRADIENT_TOLERANCE:
            converged = True
            break
        change = np.linalg.lstsq(information, slope, rcond=None)[0]
        length = 1.0
        for _ in range(HALVINGS):
            trial = loadings.copy()
            trial[pattern] -= length * change[:-size]
            trial_errors = errors - length * change[-size:]
            trial_value = _discrepancy(correlation, trial, trial_errors)
            if trial_value <= value + 1e-14:
                break
            length /= 2
        else:
            converged = bool(np.abs(slope).max() < 1e-6)
            break
        loadings, errors, value = trial, trial_errors, trial_value
        if np.abs(loadings).max() > RUNAWAY_LOADING:
            break
    df = size * (size - 1) // 2 - int(pattern.sum())
    if not converged:
        nothing = np.full(size, np.nan)
        return PatternedFactors(np.full(pattern.shape, np.nan), nothing, float("nan"), df, False, rounds, ())
    return PatternedFactors(loadings, errors, value, df, True, rounds, tuple(np.flatnonzero(errors <= 0).tolist()))


def _discrepancy(correlation: Array, loadings: Array, errors: Array) -> float:
    implied = loadings @ loadings.T + np.diag(errors)
    sign, size = np.linalg.slogdet(implied)
    if sign <= 0 or np.linalg.eigvalsh(implied)[0] <= 0:
        return float("inf")
    own = np.linalg.slogdet(correlation)[1]
    return float(size + np.trace(np.linalg.solve(implied, correlation)) - own - len(correlation))


def _scores(correlation: Array, loadings: Array, errors: Array, pattern: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Gradient of the discrepancy, loadings first, and its expected second derivatives."""
    inverse = np.linalg.inv(loadings @ loadings.T + np.diag(errors))
    away = inverse - inverse @ correlation @ inverse
    slope = np.concatenate([2 * (away @ loadings)[pattern], np.diag(away)])
    size = len(errors)
    items, factors = np.nonzero(pattern)
    moved = np.zeros((len(items) + size, size, size))
    for k, (item, factor) in enumerate(zip(items, factors, strict=True)):
        moved[k, item, :] += loadings[:, factor]
        moved[k, :, item] += loadings[:, factor]
    moved[len(items) + np.arange(size), np.arange(size), np.arange(size)] = 1.0
    weighed = (inverse @ moved @ inverse).reshape(len(moved), -1)
    return slope, np.asarray(weighed @ moved.reshape(len(moved), -1).T)
