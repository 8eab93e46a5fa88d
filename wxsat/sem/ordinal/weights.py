r"""
The weight of each group's statistics: identity (ULS), reciprocal variances (DWLS), inverse covariance matrix (WLS).

Everything is done with statistics multiplied by a root R of the weight, :math:`V = R'R`, so that the weight itself is
the identity: a vector for diagonal weights, a triangle for WLS.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.errors import EstimationError
from wxsat.sem.ordinal.sample import OrdinalGroup

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(frozen=True)
class Root:
    """
    A root of a weight matrix.

    Attributes
    ----------
    diagonal : ndarray, shape (k,), optional
    whole : ndarray, shape (k, k), optional
        Instead of `diagonal`.
    """

    diagonal: Array | None = None
    whole: Array | None = None

    def turn(self, values: Array) -> Array:
        """Return R times a vector or a matrix of columns."""
        if self.whole is not None:
            return np.asarray(self.whole @ values)
        assert self.diagonal is not None
        return values * self.diagonal if values.ndim == 1 else values * self.diagonal[:, None]

    def back(self, values: Array) -> Array:
        """Return R' times a vector."""
        return np.asarray(self.whole.T @ values) if self.whole is not None else self.turn(values)

    def around(self, matrix: Array) -> Array:
        """Return R M R'."""
        if self.whole is not None:
            return np.asarray(self.whole @ matrix @ self.whole.T)
        assert self.diagonal is not None
        return np.asarray(matrix * np.outer(self.diagonal, self.diagonal))


def weight_roots(estimator: str, sample: Sequence[OrdinalGroup]) -> tuple[Root, ...]:
    """
    Return the root of each group's weight.

    Raises
    ------
    EstimationError
        SEM-027 when the asymptotic covariance matrix has no inverse (WLS).
    """
    return tuple(_root(estimator, group) for group in sample)


def _root(estimator: str, group: OrdinalGroup) -> Root:
    moments = group.known
    if estimator == "ULS":
        return Root(np.ones(len(moments.statistics)))
    if estimator == "DWLS":
        return Root(1.0 / np.sqrt(np.asarray(moments.nacov_diagonal)))
    gamma = nacov_of(group)
    k = len(gamma)
    try:
        factor = np.linalg.cholesky(gamma)
        if np.diag(factor).min() ** 2 < 1e-10 * np.diag(gamma).max():
            raise np.linalg.LinAlgError("nearly singular")
    except np.linalg.LinAlgError:
        raise EstimationError(
            "SEM-027",
            f"WLS needs the inverse of the {k} by {k} covariance matrix of the statistics; "
            f"{group.n_obs} rows are too few for it.",
            where=f"group {group.group!r}" if group.group else "data",
            hint='Use estimator="WLSMV": it needs no such inverse.',
        ) from None
    return Root(whole=np.linalg.inv(factor))


def nacov_of(group: OrdinalGroup) -> Array:
    """Return the whole asymptotic covariance matrix of a group's statistics, times N."""
    found = group.known.nacov
    if found is None:
        raise ValueError("the sample was made with the diagonal of the covariance matrix alone")
    return np.asarray(found)


def sizes_of(sample: Sequence[OrdinalGroup]) -> Array:
    """Return the rows of each group, or the sum of their weights."""
    return np.array([group.weight_sum for group in sample])
