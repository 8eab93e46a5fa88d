"""Omega of the observed sum of ordered answers (Green and Yang)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wxsat.psychometrics.ordinal.bivariate_normal import bivariate_cdf
from wxsat.psychometrics.ordinal.normal import normal_cdf

Array = NDArray[np.float64]


def ordinal_omega(loadings: Array, thresholds: Sequence[Array], correlation: Array) -> float:
    r"""
    Share of the variance of the observed sum of ordered items that the factor explains.

    Unlike ordinal alpha it speaks of the sum score that people use, categories and all.

    Parameters
    ----------
    loadings : ndarray, shape (n_items,)
        Of the latent responses (standardised).
    thresholds : sequence of ndarray
        Of every item, standard normal scale; categories count as consecutive whole numbers.
    correlation : ndarray, shape (n_items, n_items)
        Polychoric, observed or implied by the model.

    Returns
    -------
    float

    Notes
    -----
    .. math::
        \omega = \frac{\sum_{ij} \sum_{kl} [\Phi_2(\tau_{ik}, \tau_{jl}, \lambda_i\lambda_j)
        - \Phi(\tau_{ik})\Phi(\tau_{jl})]}
        {\sum_{ij} \sum_{kl} [\Phi_2(\tau_{ik}, \tau_{jl}, \rho_{ij}) - \Phi(\tau_{ik})\Phi(\tau_{jl})]}

    the sums over i = j included, where :math:`\rho_{ii} = 1`. As ``semTools::compRelSEM`` 0.5-6 with
    ``obs.var = TRUE``, against which it is checked.

    References
    ----------
    .. [1] Green, S. B., & Yang, Y. (2009). Psychometrika, 74, 155-167 (formula 21).

    Examples
    --------
    >>> cut = [np.array([0.0])] * 2
    >>> round(ordinal_omega(np.sqrt([0.5, 0.5]), cut, np.array([[1.0, 0.5], [0.5, 1.0]])), 4)
    0.5
    """
    explained = whole = 0.0
    for i, first in enumerate(thresholds):
        for j, second in enumerate(thresholds):
            explained += _shared_covariance(first, second, float(loadings[i] * loadings[j]))
            whole += _own_variance(first) if i == j else _shared_covariance(first, second, float(correlation[i, j]))
    return explained / whole


def _own_variance(thresholds: Array) -> float:
    """Variance of the category number: of any two thresholds the lower one decides."""
    below = normal_cdf(thresholds)
    return float((np.minimum.outer(below, below) - np.outer(below, below)).sum())


def _shared_covariance(first: Array, second: Array, rho: float) -> float:
    shape = (len(first), len(second), 1)
    h = np.ascontiguousarray(np.broadcast_to(first[:, None, None], shape))
    k = np.ascontiguousarray(np.broadcast_to(second[None, :, None], shape))
    together = bivariate_cdf(h, k, np.array([np.clip(rho, -0.999999, 0.999999)]))[:, :, 0]
    return float((together - np.outer(normal_cdf(first), normal_cdf(second))).sum())
