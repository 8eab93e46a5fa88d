"""Rotations by name: varimax, promax, oblimin, geomin, target; factors in a settled order and direction."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from wxsat.psychometrics.factors.criteria import (
    geomin_criterion,
    oblimin_criterion,
    target_criterion,
    varimax_criterion,
)
from wxsat.psychometrics.factors.gradient_projection import Rotated, rotate_by_gradient

Array = NDArray[np.float64]
Rotation = Literal["none", "varimax", "promax", "oblimin", "geomin", "target"]
ROTATIONS: tuple[Rotation, ...] = ("none", "varimax", "promax", "oblimin", "geomin", "target")

PROMAX_POWER = 4
# stats::varimax, and with it psych and factanal. The optimum itself lies up to 1e-3 further on.
VARIMAX_GROWTH = 1e-5
VARIMAX_ROUNDS = 1000


def rotate_factors(
    loadings: Array,
    rotation: Rotation = "oblimin",
    *,
    target: Array | None = None,
    oblique: bool = True,
    starts: int = 10,
    seed: int = 1,
) -> Rotated:
    """
    Rotate unrotated loadings.

    Parameters
    ----------
    loadings : ndarray, shape (n_items, n_factors)
    rotation : {"none", "varimax", "promax", "oblimin", "geomin", "target"}
        varimax with Kaiser's normalisation, stopped as R stops it; promax of power 4 on normalised rows; oblimin
        with gamma 0 and geomin with delta .01, both without normalisation, as psych and GPArotation rotate by default.
    target : ndarray, shape (n_items, n_factors), optional
        For ``target``; NaN where a loading is free. Without it the largest loading of every row of the varimax
        solution is free and the others aim at zero.
    oblique : bool
        For geomin and target: whether factors may correlate.
    starts, seed : int
        As in :func:`wxsat.psychometrics.factors.gradient_projection.rotate_by_gradient`.

    Returns
    -------
    Rotated
        Factors by falling sum of squares (with their correlations), each with a loading sum that is not negative;
        a target keeps its own order.

    Examples
    --------
    >>> plain = np.array([[0.8, 0.2], [0.6, 0.4], [0.6, -0.4], [0.7, -0.3]])
    >>> abs(rotate_factors(plain, "varimax").loadings[0]).round(3).tolist()
    [0.416, 0.712]
    """
    size = loadings.shape[1]
    if rotation == "none" or size == 1:
        return Rotated(loadings, np.eye(size), float("nan"), True, 1, 1)
    if rotation == "target":
        aim = _own_target(loadings) if target is None else target
        return _directed(rotate_by_gradient(loadings, target_criterion(aim), oblique=oblique, starts=starts, seed=seed))
    if rotation == "varimax":
        return arrange(_varimax(loadings))
    if rotation == "promax":
        return arrange(_promax(loadings))
    criterion = oblimin_criterion() if rotation == "oblimin" else geomin_criterion()
    free = oblique or rotation == "oblimin"
    return arrange(rotate_by_gradient(loadings, criterion, oblique=free, starts=starts, seed=seed))


def arrange(rotated: Rotated) -> Rotated:
    """Order factors by their share of the variance and turn each so that its loadings do not sum below zero."""
    share = np.diag(rotated.phi @ rotated.loadings.T @ rotated.loadings)
    order = np.argsort(-share, kind="stable")
    ordered = replace(rotated, loadings=rotated.loadings[:, order], phi=rotated.phi[np.ix_(order, order)])
    return _directed(ordered)


def _directed(rotated: Rotated) -> Rotated:
    sign = np.where(rotated.loadings.sum(axis=0) < 0, -1.0, 1.0)
    return replace(rotated, loadings=rotated.loadings * sign, phi=rotated.phi * np.outer(sign, sign))


def _row_lengths(loadings: Array) -> Array:
    length = np.sqrt((loadings**2).sum(axis=1, keepdims=True))
    return np.asarray(np.where(length > 0, length, 1.0))


def _varimax(loadings: Array) -> Rotated:
    """R's iteration and its stop, on normalised rows: the criterion grows by less than one part in 100 000."""
    length = _row_lengths(loadings)
    plain = loadings / length
    turn, reached = np.eye(plain.shape[1]), 0.0
    for _ in range(VARIMAX_ROUNDS):
        now = plain @ turn
        u, singular, v = np.linalg.svd(plain.T @ (now**3 - now * (now**2).mean(axis=0)))
        turn, before, reached = u @ v, reached, float(singular.sum())
        if reached < before * (1 + VARIMAX_GROWTH):
            break
    value = varimax_criterion(plain @ turn)[0]
    return Rotated(np.asarray(plain @ turn * length), np.eye(len(turn)), value, True, 1, 1)


def _promax(loadings: Array) -> Rotated:
    length = _row_lengths(loadings)
    turned = _varimax(loadings / length)
    plain = turned.loadings
    powered = plain * np.abs(plain) ** (PROMAX_POWER - 1)
    weights = np.linalg.lstsq(plain, powered, rcond=None)[0]
    weights = weights * np.sqrt(np.diag(np.linalg.inv(weights.T @ weights)))
    inverse = np.linalg.inv(weights)
    return replace(turned, loadings=plain @ weights * length, phi=np.asarray(inverse @ inverse.T))


def _own_target(loadings: Array) -> Array:
    simple = _varimax(loadings).loadings
    target = np.zeros_like(simple)
    target[np.arange(len(simple)), np.abs(simple).argmax(axis=1)] = np.nan
    return target
