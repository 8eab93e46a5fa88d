r"""Log-likelihood with the full normal constant, and the criteria made from it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def log_likelihood(
    sample: NDArray[np.float64],
    sigma: NDArray[np.float64],
    n_obs: float,
    distance: NDArray[np.float64] | None = None,
) -> float:
    r"""
    Return :math:`-\frac N2 (p\log 2\pi + \log|\Sigma| + tr(S\Sigma^{-1}) + d'\Sigma^{-1}d)`.

    `distance` d is observed minus implied mean; nothing without it, as where means are at their estimates.
    Zero-dimensional matrices give 0.
    """
    p = len(sample)
    if p == 0:
        return 0.0
    log_det = float(np.linalg.slogdet(sigma)[1])
    trace = float(p) if sigma is sample else float(np.trace(np.linalg.solve(sigma, sample)))
    pull = 0.0 if distance is None else float(distance @ np.linalg.solve(sigma, distance))
    return -n_obs / 2.0 * (p * math.log(2.0 * math.pi) + log_det + trace + pull)


def aic(logl: float, n_parameters: int) -> float:
    """Return Akaike's criterion."""
    return -2.0 * logl + 2.0 * n_parameters


def bic(logl: float, n_parameters: int, n_obs: int) -> float:
    """Return Schwarz's criterion."""
    return -2.0 * logl + math.log(n_obs) * n_parameters


def sabic(logl: float, n_parameters: int, n_obs: int) -> float:
    """Return the sample-size adjusted criterion, N replaced by (N + 2)/24; lavaan's ``bic2``."""
    return -2.0 * logl + math.log((n_obs + 2.0) / 24.0) * n_parameters


def aic_corrected(logl: float, n_parameters: int, n_obs: int) -> float:
    """Return AIC corrected for small samples (``aic.smallN`` of semTools); NaN where N leaves no room."""
    room = n_obs - n_parameters - 1
    return aic(logl, n_parameters) + 2.0 * n_parameters * (n_parameters + 1) / room if room > 0 else math.nan


def hannan_quinn(logl: float, n_parameters: int, n_obs: int) -> float:
    """Return the criterion of Hannan and Quinn, 2 q log log N."""
    return -2.0 * logl + 2.0 * math.log(math.log(n_obs)) * n_parameters


def bic_prior(logl: float, n_parameters: int, n_obs: int, n_prior: float = 1.0) -> float:
    """Return BIC for a prior worth `n_prior` observations, log(1 + N / n_prior) in place of log N."""
    return -2.0 * logl + math.log(1.0 + n_obs / n_prior) * n_parameters


def haughton(logl: float, n_parameters: int) -> float:
    r"""Return :math:`-2\log L - q\log 2\pi`, ``hbic`` as semTools 0.5-6 prints it."""
    return -2.0 * logl - n_parameters * math.log(2.0 * math.pi)


def information_bic(logl: float, n_parameters: int, log_det_covariance: float) -> tuple[float, float]:
    r"""
    Return (IBIC, SIC), whose penalty is the information itself: :math:`-\log|V|`, V the estimates' covariance.

    IBIC also has :math:`-q\log 2\pi` (Bollen, Harden, Ray and Zavisca 2014).
    """
    sic = -2.0 * logl - log_det_covariance
    return sic - n_parameters * math.log(2.0 * math.pi), sic


def scaled_unit_bic(logl: float, n_parameters: int, distance: float) -> float:
    r"""
    Return SPBIC (Bollen and others 2014); `distance` is :math:`\hat\theta' I \hat\theta`, I the observed information.

    semTools takes I of one observation; so does ``wxsat``, to print the same figure.
    """
    if n_parameters < distance:
        return -2.0 * logl + n_parameters * (1.0 - math.log(n_parameters / distance))
    return -2.0 * logl + distance
