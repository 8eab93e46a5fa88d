r"""The implied moments :math:`\Sigma(\theta)` and :math:`\mu(\theta)`, and their derivatives as rank-two pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.matrices import Cells

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Implied:
    r"""
    One group of the model at one point.

    Attributes
    ----------
    sigma : ndarray, shape (n_observed, n_observed)
    mu : ndarray, shape (n_observed,)
        Zeros without a mean structure.
    u, w : ndarray, shape (n_observed, n_free)
        :math:`\partial\Sigma/\partial\theta_k = u_k w_k' + w_k u_k'`; columns of zeros for intercepts and for
        parameters of other groups.
    m : ndarray, shape (n_observed, n_free)
        :math:`\partial\mu/\partial\theta_k = m_k`; zeros without a mean structure.
    has_means : bool
    cells : Cells
        The layout that it was made from.
    total : ndarray, shape (n_variables, n_variables)
        :math:`(I - A)^{-1}`.
    all_covariance : ndarray, shape (n_variables, n_variables)
        Implied covariance of observed and latent variables.
    all_mean : ndarray, shape (n_variables,)
    a, s : ndarray, shape (n_variables, n_variables)
    alpha : ndarray, shape (n_variables,)
    """

    sigma: NDArray[np.float64]
    mu: NDArray[np.float64]
    u: NDArray[np.float64]
    w: NDArray[np.float64]
    m: NDArray[np.float64]
    has_means: bool
    cells: Cells
    total: NDArray[np.float64]
    all_covariance: NDArray[np.float64]
    all_mean: NDArray[np.float64]
    a: NDArray[np.float64]
    s: NDArray[np.float64]
    alpha: NDArray[np.float64]


def implied_moments(cells: Cells, theta: NDArray[np.float64]) -> Implied:
    """Return the implied moments of one group at `theta`; LinAlgError when I - A is singular."""
    a, s, alpha = cells.fill(theta)
    g, seen = cells.gathers, cells.n_observed
    total = reach_of(a, g.source)
    covariance = total @ s @ total.T
    mean = total @ alpha
    reach = total[:seen].take(cells.row, axis=1)
    w = total[:seen].take(cells.column, axis=1)
    w[:, g.directed] = covariance[:seen].take(cells.column[g.directed], axis=1)
    w *= g.half
    u = reach
    if g.intercept.size:
        u = reach.copy()
        u[:, g.intercept] = 0.0
    if cells.has_means:
        m = reach * np.where(cells.directed, mean[cells.column], np.where(cells.intercept, 1.0, 0.0))
    else:
        m = np.zeros_like(u)
    sigma = covariance[:seen, :seen]
    return Implied(
        (sigma + sigma.T) / 2,
        mean[:seen] if cells.has_means else np.zeros(seen),
        _spread(u, cells),
        _spread(w, cells),
        _spread(m, cells),
        cells.has_means,
        cells,
        total,
        covariance,
        mean,
        a,
        s,
        alpha,
    )


def reach_of(a: NDArray[np.float64], source: NDArray[np.intp]) -> NDArray[np.float64]:
    """
    Return :math:`(I - A)^{-1}`, given the columns of A that are not zero; LinAlgError when it does not exist.

    As :math:`E = I + AE`, only the block among those variables has to be inverted.
    """
    total = np.eye(len(a))
    if source.size:
        columns = a.take(source, axis=1)
        reached = columns @ np.linalg.inv(np.eye(len(source)) - columns.take(source, axis=0))
        reached[source, np.arange(len(source))] += 1.0
        total[:, source] = reached
    return total


def implied_groups(groups: Sequence[Cells], theta: NDArray[np.float64]) -> tuple[Implied, ...]:
    """Return the implied moments of every group at `theta`."""
    return tuple(implied_moments(cells, theta) for cells in groups)


def _spread(own: NDArray[np.float64], cells: Cells) -> NDArray[np.float64]:
    """Put the columns of a group's parameters at their places in theta."""
    if cells.gathers.whole:
        return own
    whole = np.zeros((len(own), cells.n_free))
    whole[:, cells.index] = own
    return whole


def implied_jacobian(implied: Implied) -> NDArray[np.float64]:
    """Return the derivative of vech(Sigma), lower triangle row by row; shape (p(p+1)/2, n_free)."""
    rows, columns = np.tril_indices(len(implied.sigma))
    u, w = implied.u, implied.w
    return u[rows] * w[columns] + w[rows] * u[columns]


def moments_jacobian(implied: Implied) -> NDArray[np.float64]:
    """Return the derivative of (mu, vech(Sigma)), means first when the model has them."""
    sigma = implied_jacobian(implied)
    return np.vstack([implied.m, sigma]) if implied.has_means else sigma
