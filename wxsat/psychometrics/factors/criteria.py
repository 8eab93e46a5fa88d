"""Rotation criteria: value and gradient with respect to the rotated loadings. All are minimised.

Bernaards & Jennrich (2005, Educational and Psychological Measurement, 65, 676-696) give them together.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Criterion = Callable[[Array], tuple[float, Array]]

# Browne's (2001) small number that keeps geomin smooth; GPArotation's default.
GEOMIN_DELTA = 0.01


def varimax_criterion(loadings: Array) -> tuple[float, Array]:
    """Minus the variance of the squared loadings within columns (Kaiser 1958)."""
    centred = loadings**2 - (loadings**2).mean(axis=0)
    return -float((centred**2).sum()) / 4, -loadings * centred


def oblimin_criterion(gamma: float = 0.0) -> Criterion:
    """Products of squared loadings between columns; gamma 0 is quartimin, GPArotation's and psych's default."""

    def criterion(loadings: Array) -> tuple[float, Array]:
        square = loadings**2
        others = square.sum(axis=1, keepdims=True) - square
        if gamma:
            others = others - gamma * others.mean(axis=0)
        return float((square * others).sum()) / 4, loadings * others

    return criterion


def geomin_criterion(delta: float = GEOMIN_DELTA) -> Criterion:
    """Geometric means of the squared loadings of each row (Yates 1987; Browne 2001)."""

    def criterion(loadings: Array) -> tuple[float, Array]:
        square = loadings**2 + delta
        product = np.exp(np.log(square).mean(axis=1))
        return float(product.sum()), 2 / loadings.shape[1] * loadings / square * product[:, None]

    return criterion


def target_criterion(target: Array) -> Criterion:
    """Squared distance to a target; where it is NaN the loading is free (Browne 1972)."""
    wanted = np.where(np.isnan(target), 0.0, target)
    fixed = ~np.isnan(target)

    def criterion(loadings: Array) -> tuple[float, Array]:
        apart = np.where(fixed, loadings - wanted, 0.0)
        return float((apart**2).sum()), 2 * apart

    return criterion
