r"""Maximum likelihood under normality, complete data: :math:`F = \log|\Sigma| + tr(S\Sigma^{-1}) - \log|S| - p`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.implied import Implied

if TYPE_CHECKING:
    from numpy.typing import NDArray


def ml_value(sigma: NDArray[np.float64], sample: NDArray[np.float64]) -> float:
    """Return F at an implied matrix, infinity where it is not positive definite."""
    try:
        factor = np.linalg.cholesky(sigma)
    except np.linalg.LinAlgError:
        return float("inf")
    log_det = 2.0 * float(np.log(np.diag(factor)).sum())
    # The order of the terms keeps the differences small near a perfect fit.
    trace = float(np.trace(np.linalg.solve(sigma, sample)))
    return (log_det - float(np.linalg.slogdet(sample)[1])) + (trace - len(sample))


def ml_gradient(implied: Implied, sample: NDArray[np.float64]) -> NDArray[np.float64]:
    r"""Return :math:`\partial F/\partial\theta_k = 2 u_k' \Sigma^{-1}(\Sigma - S)\Sigma^{-1} w_k`, shape (n_free,)."""
    inverse = np.linalg.inv(implied.sigma)
    weight = inverse @ (implied.sigma - sample) @ inverse
    return np.asarray(2.0 * np.einsum("ik,ik->k", implied.u, weight @ implied.w))


def ml_information(implied: Implied) -> NDArray[np.float64]:
    r"""
    Return the expected information of one observation, shape (n_free, n_free).

    :math:`\frac12 tr(\Sigma^{-1}\dot\Sigma_a\Sigma^{-1}\dot\Sigma_b)` for rank-two derivatives is a sum of products of
    small Gram matrices; the :math:`p^* \times p^*` weight is never formed.
    """
    inverse = np.linalg.inv(implied.sigma)
    vu, vw = inverse @ implied.u, inverse @ implied.w
    uu, ww, uw = implied.u.T @ vu, implied.w.T @ vw, implied.u.T @ vw
    information = uu * ww + uw * uw.T
    return np.asarray((information + information.T) / 2)
