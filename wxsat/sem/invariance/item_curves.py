"""What a fitted step says about every item in every block: loadings, intercept, thresholds, residual variance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.invariance.step_models import Design

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wxsat.sem.result import SemResult

    Array = NDArray[np.float64]


@dataclass(frozen=True)
class ItemCurve:
    """
    One item in one block.

    Attributes
    ----------
    loadings : ndarray, shape (n_factors,)
        Zero for factors it does not belong to.
    intercept, residual : float
        Of the (latent) response.
    thresholds : ndarray
        Empty for a numeric item.
    """

    loadings: Array
    intercept: float
    residual: float
    thresholds: Array

    def expected(self, factor: Array) -> Array:
        """Return the expected answer at factor values, shape (n, n_factors); ordered categories count from 0."""
        linear = self.intercept + factor @ self.loadings
        if not len(self.thresholds):
            return np.asarray(linear)
        from scipy.special import ndtr

        return np.asarray(ndtr((linear[:, None] - self.thresholds) / np.sqrt(self.residual)).sum(axis=1))


@dataclass(frozen=True)
class BlockCurves:
    """
    All items of one block, and the distribution of its factors.

    Attributes
    ----------
    items : mapping of str to ItemCurve
    mean, covariance : ndarray
        Of the factors.
    """

    items: Mapping[str, ItemCurve]
    mean: Array
    covariance: Array


def item_curves(design: Design, result: SemResult) -> tuple[BlockCurves, ...]:
    """Return the curves of every block."""
    known = {
        (str(lhs), str(op), str(rhs), int(group)): float(estimate)
        for lhs, op, rhs, group, estimate in result.parameters[["lhs", "op", "rhs", "group", "estimate"]].to_numpy()
    }
    return tuple(_block(design, known, k) for k in range(len(design.blocks)))


def _block(design: Design, known: Mapping[tuple[str, str, str, int], float], block: int) -> BlockCurves:
    group = 1 if design.over_time else block + 1
    model = design.model

    def value(lhs: str, op: str, rhs: str, default: float = 0.0) -> float:
        return known.get((lhs, op, rhs, group), known.get((rhs, op, lhs, group), default))

    factors = [design.name(factor, block) for factor in model.factors]
    mean = np.array([value(f, "~1", "") for f in factors])
    covariance = np.array([[value(a, "~~", b) for b in factors] for a in factors])
    items = {}
    for item in model.items:
        name = design.name(item, block)
        loadings = np.array([
            value(f, "=~", name) if (g, item) in model.loadings else 0.0
            for g, f in zip(model.factors, factors, strict=True)
        ])  # fmt: skip
        cuts = np.array([value(name, "|", f"t{k}") for k in range(1, design.cuts.get(item, 0) + 1)])
        residual = value(name, "~~", name, np.nan)
        scale = value(name, "~*~", name, np.nan)
        if len(cuts) and (not np.isfinite(residual) or (np.isfinite(scale) and scale != 1.0)):
            residual = (1.0 if not np.isfinite(scale) else scale**-2) - float(loadings @ covariance @ loadings)
        items[item] = ItemCurve(loadings, value(name, "~1", ""), residual, cuts)
    return BlockCurves(items, mean, covariance)
