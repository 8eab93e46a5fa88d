"""Gradient projection: the rotation that minimises a criterion, orthogonal or oblique, from several starts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wxsat.psychometrics.factors.criteria import Criterion

Array = NDArray[np.float64]

MAX_STEPS = 5000
PROJECTED_GRADIENT = 1e-8
HALVINGS = 25


@dataclass(frozen=True, slots=True)
class Rotated:
    """
    A rotated solution.

    Attributes
    ----------
    loadings : ndarray, shape (n_items, n_factors)
        The pattern.
    phi : ndarray, shape (n_factors, n_factors)
        Correlations of the factors; the identity when orthogonal.
    value : float
        Criterion at the solution.
    converged : bool
    starts_agreeing, starts : int
        How many of the starts ended at the same value: few mean a criterion with rival solutions.
    """

    loadings: Array
    phi: Array
    value: float
    converged: bool
    starts_agreeing: int
    starts: int


def rotate_by_gradient(
    loadings: Array, criterion: Criterion, *, oblique: bool, starts: int = 10, seed: int = 1
) -> Rotated:
    """
    Rotate loadings to the smallest value of a criterion.

    Parameters
    ----------
    loadings : ndarray, shape (n_items, n_factors)
        Unrotated, orthogonal.
    criterion : callable
        Rotated loadings to value and gradient, see :mod:`wxsat.psychometrics.factors.criteria`.
    oblique : bool
        Whether factors may correlate.
    starts : int
        The first is the unrotated solution, as in GPArotation; the others are random rotations.
    seed : int

    Returns
    -------
    Rotated

    Notes
    -----
    Jennrich (2001, 2002). Checked against GPArotation 2022.10-2 and ``psych::fa`` 2.2.9 (1e-4).
    """
    generator = np.random.default_rng(seed)
    size = loadings.shape[1]
    runs = []
    for start in range(max(1, starts)):
        turn = np.eye(size) if start == 0 else _random_rotation(generator, size)
        runs.append(_project(loadings, criterion, turn, oblique))
    values = np.array([value for _, value, _ in runs])
    best = int(np.argmin(values))
    # Starts that reach the same minimum differ by rounding; the first of them is GPArotation's.
    same = values <= values[best] + 1e-7 * max(1.0, abs(float(values[best])))
    turn, value, converged = runs[int(np.argmax(same))]
    rotated = loadings @ np.linalg.inv(turn).T if oblique else loadings @ turn
    phi = turn.T @ turn if oblique else np.eye(size)
    return Rotated(np.asarray(rotated), np.asarray(phi), value, converged, int(same.sum()), len(runs))


def _random_rotation(generator: np.random.Generator, size: int) -> Array:
    q, r = np.linalg.qr(generator.normal(size=(size, size)))
    return np.asarray(q * np.sign(np.diag(r)))


def _project(loadings: Array, criterion: Criterion, turn: Array, oblique: bool) -> tuple[Array, float, bool]:
    step = 1.0
    value, slope = _at(loadings, criterion, turn, oblique)
    for _ in range(MAX_STEPS):
        direction = _onto_tangent(slope, turn, oblique)
        size = float(np.sqrt((direction**2).sum()))
        if size < PROJECTED_GRADIENT:
            return turn, value, True
        step *= 2
        for _ in range(HALVINGS):
            trial = _back(turn - step * direction, oblique)
            trial_value, trial_slope = _at(loadings, criterion, trial, oblique)
            if value - trial_value > 0.5 * size**2 * step:
                break
            step /= 2
        else:
            # No step lowers the criterion beyond rounding.
            return turn, value, size < 1e-4
        turn, value, slope = trial, trial_value, trial_slope
    return turn, value, False


def _at(loadings: Array, criterion: Criterion, turn: Array, oblique: bool) -> tuple[float, Array]:
    if not oblique:
        value, gradient = criterion(loadings @ turn)
        return value, loadings.T @ gradient
    inverse = np.linalg.inv(turn)
    rotated = loadings @ inverse.T
    value, gradient = criterion(rotated)
    return value, -(rotated.T @ gradient @ inverse).T


def _onto_tangent(slope: Array, turn: Array, oblique: bool) -> Array:
    if oblique:
        return np.asarray(slope - turn * (turn * slope).sum(axis=0))
    cross = turn.T @ slope
    return np.asarray(slope - turn @ (cross + cross.T) / 2)


def _back(matrix: Array, oblique: bool) -> Array:
    if oblique:
        return np.asarray(matrix / np.sqrt((matrix**2).sum(axis=0)))
    u, _, v = np.linalg.svd(matrix)
    return np.asarray(u @ v)
