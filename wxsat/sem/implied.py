r"""The implied covariance matrix :math:`\Sigma(\theta)` and its derivatives, as rank-two pieces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.matrices import Cells

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Implied:
    r"""
    The model at one point.

    Attributes
    ----------
    sigma : ndarray, shape (n_observed, n_observed)
    total : ndarray, shape (n_variables, n_variables)
        :math:`(I - A)^{-1}`.
    all_covariance : ndarray, shape (n_variables, n_variables)
        Implied covariance of observed and latent variables.
    a, s : ndarray, shape (n_variables, n_variables)
    u, w : ndarray, shape (n_observed, n_free)
        :math:`\partial\Sigma/\partial\theta_k = u_k w_k' + w_k u_k'`.
    """

    sigma: NDArray[np.float64]
    total: NDArray[np.float64]
    all_covariance: NDArray[np.float64]
    a: NDArray[np.float64]
    s: NDArray[np.float64]
    u: NDArray[np.float64]
    w: NDArray[np.float64]


def implied_moments(cells: Cells, theta: NDArray[np.float64]) -> Implied:
    """Return the implied moments at `theta`; LinAlgError when I - A is singular."""
    a, s = cells.fill(theta)
    total: NDArray[np.float64] = np.linalg.inv(np.eye(len(a)) - a).astype(np.float64)
    covariance = total @ s @ total.T
    seen = cells.n_observed
    u = total[:seen, cells.row]
    w = np.where(cells.directed, covariance[:seen, cells.column], total[:seen, cells.column])
    variance = ~cells.directed & (cells.row == cells.column)
    w[:, variance] *= 0.5
    sigma = covariance[:seen, :seen]
    return Implied((sigma + sigma.T) / 2, total, covariance, a, s, u, w)


def implied_jacobian(implied: Implied) -> NDArray[np.float64]:
    """Return the derivative of vech(Sigma), lower triangle row by row; shape (p(p+1)/2, n_free)."""
    rows, columns = np.tril_indices(len(implied.sigma))
    u, w = implied.u, implied.w
    return u[rows] * w[columns] + w[rows] * u[columns]
