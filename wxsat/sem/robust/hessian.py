r"""
The observed information of the normal likelihood in closed form: exact second derivatives of a RAM model.

With :math:`W = \Sigma^{-1}`, :math:`T = S + dd'`, :math:`d = \bar y - \mu` and :math:`R = WTW`, the Hessian of
:math:`F/2` in one group is

.. math::

   H_{ab} = \mu_a' W \mu_b + d'W\Sigma_aW\mu_b + d'W\Sigma_bW\mu_a + tr(\Sigma_aW\Sigma_bR)
            - \tfrac12 tr(W\Sigma_aW\Sigma_b) + \tfrac12 tr(Q\Sigma_{ab}) - d'W\mu_{ab},\quad Q = W - R.

All first derivatives are of rank two, so that every trace is a product of small Gram matrices; the second
derivatives :math:`\Sigma_{ab}` of a RAM model are picked from :math:`E = (I-A)^{-1}` and :math:`C = ESE'`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.implied import Implied
from wxsat.sem.moments import Moments
from wxsat.sem.robust.inverse import symmetric_inverse

if TYPE_CHECKING:
    from numpy.typing import NDArray


def group_shares(sample: Sequence[Moments]) -> NDArray[np.float64]:
    """Return what share of the likelihood each group has: its rows, or its weights, over all."""
    sizes = np.array([moments.weight_sum for moments in sample])
    return np.asarray(sizes / sizes.sum())


def observed_information(
    implied: Sequence[Implied], sample: Sequence[Moments], *, curved: bool = True
) -> NDArray[np.float64]:
    r"""
    Return the observed information of one observation, :math:`-N^{-1}\partial^2\log L/\partial\theta\partial\theta'`.

    Parameters
    ----------
    implied : sequence of Implied
        One a group, at the estimates.
    sample : sequence of Moments
        Covariances divided by N.
    curved : bool
        Whether the second derivatives of the moments count. Without them it is the observed information of the
        saturated model at the implied moments, carried over by the Jacobian (lavaan's ``observed.information = "h1"``).

    Returns
    -------
    ndarray, shape (n_free, n_free)
        Before any restriction. Not positive definite away from a maximum.

    Notes
    -----
    Checked against central differences of the analytic gradient and against lavaan 0.6-14's ``vcov()`` with
    ``information = "observed"``.
    """
    total = np.zeros((implied[0].u.shape[1],) * 2)
    for share, at, moments in zip(group_shares(sample), implied, sample, strict=True):
        difference = moments.mean - at.mu if at.has_means else np.zeros(len(at.sigma))
        total += share * group_hessian(at, moments.covariance, difference, curved=curved)
    return total


def group_hessian(
    implied: Implied, covariance: NDArray[np.float64], difference: NDArray[np.float64], *, curved: bool = True
) -> NDArray[np.float64]:
    """Return the Hessian of F/2 of one group, given S (divided by N) and the mean residual, shape (n_free, n_free)."""
    own = implied.cells.index
    u, w, m = (x if len(own) == x.shape[1] else x[:, own] for x in (implied.u, implied.w, implied.m))
    inverse = symmetric_inverse(implied.sigma)
    middle = inverse @ (covariance + np.outer(difference, difference)) @ inverse
    vu, vw, ru, rw = inverse @ u, inverse @ w, middle @ u, middle @ w
    uu, ww, uw = u.T @ vu, w.T @ vw, u.T @ vw
    ruu, rww, ruw = u.T @ ru, w.T @ rw, u.T @ rw
    # tr(A W B R) of rank-two A, B is a sum of four products of Grams; its symmetric part is what counts.
    product = uu * rww + ww * ruu + uw * ruw.T + ruw * uw.T
    hessian = (product + product.T) / 2 - (uu * ww + uw * uw.T)
    pull = inverse @ difference
    if implied.has_means:
        vm = inverse @ m
        turned = (pull @ u)[:, None] * (w.T @ vm) + (pull @ w)[:, None] * (u.T @ vm)
        hessian += m.T @ vm + turned + turned.T
    if curved:
        hessian += second_order(implied, inverse - middle, -pull)
    if len(own) == implied.u.shape[1]:
        return np.asarray(hessian)
    whole = np.zeros((implied.u.shape[1],) * 2)
    whole[np.ix_(own, own)] = hessian
    return whole


def second_order(implied: Implied, weight: NDArray[np.float64], pull: NDArray[np.float64]) -> NDArray[np.float64]:
    r"""
    Return :math:`\frac12 tr(Q\Sigma_{ab}) + g'\mu_{ab}` over the group's own parameters.

    Parameters
    ----------
    weight : ndarray, shape (p, p)
        Q, symmetric.
    pull : ndarray, shape (p,)
        g.
    """
    cells = implied.cells
    seen = cells.n_observed
    e, c = implied.total, implied.all_covariance
    reach, moved = e[:seen], weight @ e[:seen]
    kee, kec = reach.T @ moved, moved.T @ c[:seen]
    result = np.zeros((len(cells.row),) * 2)
    a, s, t = (np.flatnonzero(x) for x in (cells.directed, cells.undirected, cells.intercept))
    i, j = cells.row[a], cells.column[a]
    half = e[np.ix_(j, i)] * kec[np.ix_(i, j)]
    block = half + half.T + kee[np.ix_(i, i)] * c[np.ix_(j, j)]
    k, m = cells.row[s], cells.column[s]
    factor = np.where(k == m, 0.5, 1.0)
    mixed = factor * (kee[np.ix_(i, k)] * e[np.ix_(j, m)] + kee[np.ix_(i, m)] * e[np.ix_(j, k)])
    if implied.has_means:
        reached = reach.T @ pull
        means = reached[i] * e[np.ix_(j, i)].T * implied.all_mean[j][:, None]
        block += means + means.T
        k0 = cells.row[t]
        slope = reached[i][:, None] * e[np.ix_(j, k0)]
        result[np.ix_(a, t)] = slope
        result[np.ix_(t, a)] = slope.T
    result[np.ix_(a, a)] = block
    result[np.ix_(a, s)] = mixed
    result[np.ix_(s, a)] = mixed.T
    return result
