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
from wxsat.sem.robust.inverse import definite_inverse

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
    implied: Implied,
    covariance: NDArray[np.float64],
    difference: NDArray[np.float64],
    *,
    curved: bool = True,
    inverse: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """
    Return the Hessian of F/2 of one group, given S (divided by N) and the mean residual, shape (n_free, n_free).

    `inverse` is that of the implied covariances, where it is known.
    """
    cells, g = implied.cells, implied.cells.gathers
    inverse = definite_inverse(implied.sigma)[0] if inverse is None else inverse
    target = covariance + np.multiply.outer(difference, difference) if implied.has_means else covariance
    excess = inverse @ target @ inverse - inverse
    excess = (excess + excess.T) / 2
    columns = g.dictionary(implied.total, implied.all_covariance, cells.n_observed)
    (uu, ww, uw), (duu, dww, duw) = (g.forms(columns.T @ x @ columns) for x in (inverse, excess))
    # tr(A W B R) of rank-two A, B is a sum of products of Grams of W and R; R is W and the excess.
    hessian = uu * (ww + dww) + duu * ww + uw * (uw + duw).T + duw * uw.T
    hessian *= np.multiply.outer(g.half, g.half)
    pull = inverse @ difference
    if implied.has_means:
        u, w, m = (x if g.whole else x[:, cells.index] for x in (implied.u, implied.w, implied.m))
        vm = inverse @ m
        turned = (pull @ u)[:, None] * (w.T @ vm) + (pull @ w)[:, None] * (u.T @ vm)
        hessian += m.T @ vm + turned + turned.T
    if curved:
        hessian += second_order(implied, -excess, -pull)
    if g.whole:
        return np.asarray(hessian)
    whole = np.zeros((cells.n_free,) * 2)
    whole[np.ix_(cells.index, cells.index)] = hessian
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
    cells, g = implied.cells, implied.cells.gathers
    seen = cells.n_observed
    e, c = implied.total, implied.all_covariance
    reach = e[:seen]
    moved = weight @ reach
    kee, kec = reach.T @ moved, moved.T @ c[:seen]
    i, j = cells.row[g.directed], cells.column[g.directed]
    half = _picked(e, j, i) * _picked(kec, i, j)
    block = half + half.T + _picked(kee, i, i) * _picked(c, j, j)
    k, m = cells.row[g.undirected], cells.column[g.undirected]
    mixed = _picked(kee, i, k) * _picked(e, j, m) + _picked(kee, i, m) * _picked(e, j, k)
    mixed *= g.half[g.undirected]
    slope = np.zeros((len(i), g.intercept.size))
    if implied.has_means:
        reached = reach.T @ pull
        means = reached[i] * _picked(e, j, i).T * implied.all_mean[j][:, None]
        block += means + means.T
        slope = reached[i][:, None] * _picked(e, j, cells.row[g.intercept])
    result = np.zeros((len(cells.row),) * 2)
    ahead = len(i)
    result[:ahead] = np.concatenate([block, mixed, slope], axis=1)
    result[ahead:, :ahead] = result[:ahead, ahead:].T
    return result.take(g.unsorted, axis=0).take(g.unsorted, axis=1)


def _picked(matrix: NDArray[np.float64], rows: NDArray[np.intp], columns: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return rows and columns of a matrix, each as often as it is named."""
    return matrix.take(rows, axis=0).take(columns, axis=1)
