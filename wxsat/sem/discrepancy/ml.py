r"""Maximum likelihood under normality, complete data, one group.

:math:`F = \log|\Sigma| + tr(S\Sigma^{-1}) - \log|S| - p + (m - \mu)'\Sigma^{-1}(m - \mu)`, the last term with a mean
structure alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.implied import Implied
from wxsat.sem.robust.inverse import symmetric_inverse

if TYPE_CHECKING:
    from numpy.typing import NDArray


def ml_value(
    sigma: NDArray[np.float64], sample: NDArray[np.float64], distance: NDArray[np.float64] | None = None
) -> float:
    """
    Return F at an implied matrix, infinity where it is not positive definite.

    `distance` is observed minus implied mean, with a mean structure.
    """
    try:
        factor = np.linalg.cholesky(sigma)
    except np.linalg.LinAlgError:
        return float("inf")
    log_det = 2.0 * float(np.log(np.diag(factor)).sum())
    # The order of the terms keeps the differences small near a perfect fit.
    trace = float(np.trace(np.linalg.solve(sigma, sample)))
    value = (log_det - float(np.linalg.slogdet(sample)[1])) + (trace - len(sample))
    return value if distance is None else value + float(distance @ np.linalg.solve(sigma, distance))


def ml_gradient(
    implied: Implied, sample: NDArray[np.float64], distance: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    r"""
    Return the derivative of F, shape (n_free,).

    :math:`2 u_k'\Sigma^{-1}(\Sigma - S - dd')\Sigma^{-1} w_k - 2 d'\Sigma^{-1}m_k` with d observed minus implied mean.
    """
    inverse = np.linalg.inv(implied.sigma)
    weight = inverse @ (implied.sigma - sample) @ inverse
    gradient = 2.0 * np.einsum("ik,ik->k", implied.u, weight @ implied.w)
    if distance is not None:
        pull = inverse @ distance
        gradient -= 2.0 * ((pull @ implied.u) * (pull @ implied.w) + pull @ implied.m)
    return np.asarray(gradient)


def ml_information(implied: Implied) -> NDArray[np.float64]:
    r"""
    Return the expected information of one observation, shape (n_free, n_free).

    :math:`\frac12 tr(\Sigma^{-1}\dot\Sigma_a\Sigma^{-1}\dot\Sigma_b) + \dot\mu_a'\Sigma^{-1}\dot\mu_b` for rank-two
    derivatives is a sum of products of small Gram matrices; the :math:`p^* \times p^*` weight is never formed.
    """
    return normal_information(implied, symmetric_inverse(implied.sigma))


def normal_information(implied: Implied, inverse: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the same form with any weight `inverse` in place of the inverse of Sigma, shape (n_free, n_free)."""
    g, cells = implied.cells.gathers, implied.cells
    columns = g.dictionary(implied.total, implied.all_covariance, cells.n_observed)
    uu, ww, uw = g.forms(columns.T @ inverse @ columns)
    information = uu * ww + uw * uw.T
    information *= np.multiply.outer(g.half, g.half)
    if not g.whole:
        own, information = information, np.zeros((cells.n_free,) * 2)
        information[np.ix_(cells.index, cells.index)] = own
    if implied.has_means:
        information = information + implied.m.T @ inverse @ implied.m
    return np.asarray((information + information.T) / 2)
