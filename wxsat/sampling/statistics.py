"""What is estimated: each statistic as a function of the weights, with its influence on every respondent.

The influence is the derivative of the statistic by a respondent's weight; weight times influence is the linearised
variable whose total has the statistic's variance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from wxsat.sampling.design import SurveyDesign

Array = NDArray[np.float64]


class Statistic(Protocol):
    """A smooth function of the weights."""

    def evaluate(self, weights: Array) -> Array:
        """Return the estimates, shape (k,)."""

    def influence(self, weights: Array) -> Array:
        """Return the derivatives by the weights, shape (n, k)."""


@dataclass(frozen=True)
class Means:
    """Means of columns, shape (n, k), each over its own members, shape (n, k); values outside are zero."""

    values: Array
    members: Array

    def evaluate(self, weights: Array) -> Array:
        """Return the weighted means; NaN where nobody has weight."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray((weights @ self.values) / (weights @ self.members))

    def influence(self, weights: Array) -> Array:
        """Return (y - mean) / sum of weights, zero outside."""
        with np.errstate(invalid="ignore", divide="ignore"):
            centred = self.values - self.evaluate(weights) * self.members
            return np.asarray(centred / (weights @ self.members))


@dataclass(frozen=True)
class Totals:
    """Totals of columns, shape (n, k)."""

    values: Array

    def evaluate(self, weights: Array) -> Array:
        """Return the weighted totals."""
        return np.asarray(weights @ self.values)

    def influence(self, weights: Array) -> Array:
        """Return the values themselves."""
        return self.values


@dataclass(frozen=True)
class Ratios:
    """Ratios of the totals of two sets of columns, shape (n, k) each."""

    numerator: Array
    denominator: Array

    def evaluate(self, weights: Array) -> Array:
        """Return the ratios; NaN where the denominator is zero."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray((weights @ self.numerator) / (weights @ self.denominator))

    def influence(self, weights: Array) -> Array:
        """Return (y - r x) / total of x."""
        with np.errstate(invalid="ignore", divide="ignore"):
            left = self.numerator - self.evaluate(weights) * self.denominator
            return np.asarray(left / (weights @ self.denominator))


@dataclass(frozen=True)
class LeastSquares:
    """Coefficients of a weighted linear regression; rows outside have zeros in `predictors` and `outcome`."""

    predictors: Array
    outcome: Array

    def _cross(self, weights: Array) -> Array:
        return np.asarray(np.linalg.pinv(self.predictors.T @ (self.predictors * weights[:, None]), hermitian=True))

    def evaluate(self, weights: Array) -> Array:
        """Return the coefficients."""
        root = np.sqrt(np.maximum(weights, 0.0))
        solution = np.linalg.lstsq(self.predictors * root[:, None], self.outcome * root, rcond=None)
        return np.asarray(solution[0])

    def influence(self, weights: Array) -> Array:
        """Return inverse cross-products times score."""
        left = self.outcome - self.predictors @ self.evaluate(weights)
        return np.asarray((self.predictors * left[:, None]) @ self._cross(weights))


def covariance_of(statistic: Statistic, design: SurveyDesign) -> Array:
    """Return the covariance of a statistic, from the replicate weights where the design has them, else linearised."""
    weights = design.current_weights
    replicates = design.replicates
    if replicates is None:
        return design.linearised(weights[:, None] * statistic.influence(weights))
    inside = np.ones(len(weights)) if design.inside is None else design.inside.astype(np.float64)
    rows = [statistic.evaluate(replicates.weights[:, r] * inside) for r in range(replicates.weights.shape[1])]
    return replicates.covariance(np.vstack(rows), statistic.evaluate(weights))
