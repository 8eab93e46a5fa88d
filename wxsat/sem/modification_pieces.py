"""What modification indices are made of, whichever way the model was fitted: score, information, and N."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np

from wxsat.sem.discrepancy.ml import ml_gradient, ml_information
from wxsat.sem.implied import Implied
from wxsat.sem.missing.fiml import fiml_gradient, fiml_information
from wxsat.sem.missing.patterns import MissingPatterns
from wxsat.sem.moments import Moments
from wxsat.sem.robust.gamma import turned_jacobian
from wxsat.sem.robust.hessian import group_shares
from wxsat.sem.robust.weights import (
    estimator_metrics,
    expected_information,
    normal_theory_meat,
    turned_residual,
    unbiased,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]


class Pieces(Protocol):
    """What turns implied moments and their derivatives into score and information of one observation, and N."""

    @property
    def size(self) -> float:
        """What chi-square is a multiple of."""
        ...

    def __call__(self, implied: Sequence[Implied]) -> tuple[Matrix, Matrix]:
        """Return the derivative of the log-likelihood and the expected information, before restrictions."""
        ...

    def meat(self, implied: Sequence[Implied]) -> Matrix | None:
        """Return the variance of that derivative where it is not the information; None where it is."""
        ...


class _Likelihood:
    """The derivative of a likelihood varies as its information says."""

    def meat(self, implied: Sequence[Implied]) -> Matrix | None:
        """Return nothing: the information is the variance."""
        del implied
        return None


@dataclass(frozen=True)
class CompleteData(_Likelihood):
    """Maximum likelihood on complete rows, or on a covariance matrix; N - 1 under Wishart."""

    sample: Sequence[Moments]
    wishart: bool = False

    @property
    def size(self) -> float:
        """N, or N minus the number of groups."""
        whole = float(sum(moments.weight_sum for moments in self.sample))
        return whole - len(self.sample) if self.wishart else whole

    def __call__(self, implied: Sequence[Implied]) -> tuple[Matrix, Matrix]:
        """Return score and information."""
        length = implied[0].u.shape[1]
        score, information = np.zeros(length), np.zeros((length, length))
        for share, at, moments in zip(group_shares(self.sample), implied, self.sample, strict=True):
            distance = moments.mean - at.mu if at.has_means else None
            covariance = unbiased(moments) if self.wishart else moments.covariance
            score -= share / 2.0 * ml_gradient(at, covariance, distance)
            information += share * ml_information(at)
        return score, information


@dataclass(frozen=True)
class LeastSquares:
    """GLS and WLS, whose discrepancy is chi-square, and ULS and DWLS, whose is none; N minus the number of groups."""

    sample: Sequence[Moments]
    estimator: str
    given: NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, dtype=np.intp))

    @property
    def size(self) -> float:
        """N minus the number of groups."""
        return float(sum(moments.weight_sum for moments in self.sample)) - len(self.sample)

    def __call__(self, implied: Sequence[Implied]) -> tuple[Matrix, Matrix]:
        """Return score and information."""
        metrics = estimator_metrics(self.estimator, implied, self.sample, self.given)
        score = np.zeros(implied[0].u.shape[1])
        for share, at, moments, metric in zip(group_shares(self.sample), implied, self.sample, metrics, strict=True):
            residual = turned_residual(at, unbiased(moments), moments.mean, metric)
            score += share * (turned_jacobian(at, metric).T @ residual)
        return score, expected_information(implied, self.sample, metrics)

    def meat(self, implied: Sequence[Implied]) -> Matrix | None:
        """Return what normal data would make the score vary, for ULS and DWLS."""
        if self.estimator not in ("ULS", "DWLS"):
            return None
        metrics = estimator_metrics(self.estimator, implied, self.sample, self.given)
        return normal_theory_meat(implied, self.sample, metrics, [unbiased(m) for m in self.sample])


@dataclass(frozen=True)
class IncompleteData(_Likelihood):
    """Full-information maximum likelihood, by missing pattern; the information is expected over the patterns."""

    patterns: Sequence[MissingPatterns]

    @property
    def size(self) -> float:
        """N."""
        return float(sum(rows.total for rows in self.patterns))

    def __call__(self, implied: Sequence[Implied]) -> tuple[Matrix, Matrix]:
        """Return score and information."""
        size = self.size
        return fiml_gradient(implied, self.patterns) / size, fiml_information(implied, self.patterns, "expected") / size
