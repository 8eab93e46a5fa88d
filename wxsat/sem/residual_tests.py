"""Residuals in units of their sampling errors: which misfit is more than chance?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.discrepancy.ml import ml_information, normal_information
from wxsat.sem.implied import Implied
from wxsat.sem.moments import Moments
from wxsat.sem.robust.hessian import group_shares
from wxsat.sem.robust.inverse import symmetric_inverse

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wxsat.sem.restrictions import Restrictions


@dataclass(frozen=True)
class ResidualTests:
    r"""
    Residuals of one group in units of their sampling errors.

    Attributes
    ----------
    normalised : ndarray, shape (p, p)
        Over the error of the sample covariance alone, :math:`\sqrt{(s_{ii}s_{jj}+s_{ij}^2)/n}`: conservative.
    standardised : ndarray, shape (p, p)
        Over the error of the residual itself: standard normal when the model holds. NaN where the model reproduces a
        moment whatever the data, so that its residual has no error.
    normalised_means, standardised_means : ndarray, shape (p,)
        NaN without a mean structure.
    """

    normalised: NDArray[np.float64]
    standardised: NDArray[np.float64]
    normalised_means: NDArray[np.float64]
    standardised_means: NDArray[np.float64]


# A residual whose variance is less than this share of the moment's own is a constant of the model, not a residual.
REPRODUCED = 1e-9


def residual_tests(
    implied: Sequence[Implied], sample: Sequence[Moments], restrictions: Restrictions
) -> tuple[ResidualTests, ...]:
    r"""
    Return normalised and standardised residuals of an ML solution on complete data, one a group.

    The residuals' covariance is :math:`Q\Gamma Q'/n`, :math:`Q = I - \Delta(\Delta'V\Delta)^{-1}\Delta'V`, with
    :math:`\Gamma` that of normal data at the sample's moments; its diagonal needs only products with :math:`\Delta`.

    Notes
    -----
    Checked against lavaan 0.6-14's ``residuals(type = "normalized" / "standardized")``. Where a residual has no error
    lavaan prints the residual itself; NaN here.
    """
    shares = group_shares(sample)
    information = sum(f * ml_information(at) for f, at in zip(shares, implied, strict=True))
    inverse = restrictions.covariance(np.asarray(information))
    found = []
    for share, at, moments in zip(shares, implied, sample, strict=True):
        found.append(_group_tests(at, moments, share * inverse))
    return tuple(found)


def _group_tests(at: Implied, moments: Moments, inverse: NDArray[np.float64]) -> ResidualTests:
    s, p = moments.covariance, len(moments.mean)
    weight = symmetric_inverse(at.sigma)
    turn = s @ weight
    rows, columns = np.tril_indices(p)
    jacobian = at.u[rows] * at.w[columns] + at.w[rows] * at.u[columns]
    tu, tw = turn @ at.u, turn @ at.w
    carried = tu[rows] * tw[columns] + tw[rows] * tu[columns]
    # Delta'V Gamma V Delta at the sample's moments: the expected information with W S W in place of W.
    meat = normal_information(at, weight @ s @ weight)
    sandwich = inverse @ meat @ inverse
    own = s[rows, rows] * s[columns, columns] + s[rows, columns] ** 2
    variance = own - 2.0 * np.einsum("ij,ij->i", jacobian @ inverse, carried)
    variance += np.einsum("ij,ij->i", jacobian @ sandwich, jacobian)
    n = moments.weight_sum
    residual = (s - at.sigma)[rows, columns]
    mean_own, mean_left = np.full(p, np.nan), np.full(p, np.nan)
    if at.has_means:
        mean_own = np.diag(s).copy()
        mean_left = mean_own - 2.0 * np.einsum("ij,ij->i", at.m @ inverse, turn @ at.m)
        mean_left += np.einsum("ij,ij->i", at.m @ sandwich, at.m)
    gap = moments.mean - at.mu
    return ResidualTests(
        _square(residual / np.sqrt(own / n), p),
        _square(_over_error(residual, variance, own, n), p),
        gap / np.sqrt(mean_own / n),
        _over_error(gap, mean_left, mean_own, n),
    )


def _over_error(
    residual: NDArray[np.float64], variance: NDArray[np.float64], own: NDArray[np.float64], n: float
) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(variance > REPRODUCED * own, residual / np.sqrt(variance / n), np.nan)


def _square(lower: NDArray[np.float64], p: int) -> NDArray[np.float64]:
    whole = np.zeros((p, p))
    rows, columns = np.tril_indices(p)
    whole[rows, columns] = whole[columns, rows] = lower
    return whole
