r"""
How large a difference in measurement is: dMACS of Nye and Drasgow (2011).

.. math:: d_{MACS} = \frac{1}{SD_P}\sqrt{\int (\hat Y_R(\eta) - \hat Y_F(\eta))^2 f_F(\eta)\,d\eta},\qquad
          SD_P = \frac{(N_R-1)SD_R + (N_F-1)SD_F}{N_R+N_F-2}

with :math:`\hat Y(\eta)` the expected answer of a person at :math:`\eta` in the reference (R) and the focal block (F).
For a numeric item the integral is :math:`(\Delta\nu + \Delta\lambda'\kappa_F)^2 + \Delta\lambda'\Phi_F\Delta\lambda`;
for an ordered one it is taken by Gauss-Hermite quadrature over the expected category.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.invariance.item_curves import ItemCurve

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

NODES = 61


def pooled_deviation(reference: Array, focal: Array) -> float:
    """Return the pooled standard deviation of Nye and Drasgow: deviations, not variances, are averaged."""
    a, b = reference[~np.isnan(reference)], focal[~np.isnan(focal)]
    return float(((len(a) - 1) * a.std(ddof=1) + (len(b) - 1) * b.std(ddof=1)) / (len(a) + len(b) - 2))


def dmacs(
    reference: ItemCurve, focal: ItemCurve, mean: Array, covariance: Array, deviation: float
) -> tuple[float, float]:
    """
    Return dMACS and the mean difference (focal minus reference) of an item, both in pooled standard deviations.

    Parameters
    ----------
    reference, focal : ItemCurve
    mean, covariance : ndarray
        Of the factors in the focal block.
    deviation : float
        The pooled standard deviation of the answers.

    Notes
    -----
    NaN for an ordered item of more than one factor. Checked against direct integration.

    References
    ----------
    .. [1] Nye, C. D., & Drasgow, F. (2011). Effect size indices for analyses of measurement equivalence. Journal of
       Applied Psychology, 96(5), 966-980.
    """
    if not len(reference.thresholds):
        slope = focal.loadings - reference.loadings
        shift = focal.intercept - reference.intercept + float(slope @ mean)
        return float(np.sqrt(shift**2 + slope @ covariance @ slope)) / deviation, shift / deviation
    used = np.flatnonzero((reference.loadings != 0) | (focal.loadings != 0))
    if len(used) != 1:
        return float("nan"), float("nan")
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    weights = weights / weights.sum()
    factor = np.zeros((NODES, len(mean)))
    factor[:, used[0]] = mean[used[0]] + np.sqrt(covariance[used[0], used[0]]) * nodes
    gap = focal.expected(factor) - reference.expected(factor)
    return float(np.sqrt(weights @ gap**2)) / deviation, float(weights @ gap) / deviation
