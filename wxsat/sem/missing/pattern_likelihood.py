r"""The normal likelihood of one group's patterns as a function of :math:`(\mu, \Sigma)`, with its derivatives.

With :math:`W_p` the inverse of the observed block (padded with zeros), :math:`a_p = W_p d_p` and
:math:`T_p = S_p + d_p d_p'`:

.. math::
   \partial l/\partial\mu = \sum n_p a_p, \qquad
   \partial l/\partial\Sigma = Q = \tfrac12\sum n_p (W_p T_p W_p - W_p).

The information about :math:`(\mu, vech\,\Sigma)` needs sums of products of two elements of :math:`W_p`: one matrix
product over the patterns gives them all, and folding it gives the information, observed or expected.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np

from wxsat.sem.missing.patterns import MissingPatterns

if TYPE_CHECKING:
    from numpy.typing import NDArray

LOG_2PI = float(np.log(2.0 * np.pi))

Kind = Literal["expected", "observed"]


@dataclass(frozen=True)
class PatternTerms:
    """
    The likelihood of one group at one pair of moments.

    Attributes
    ----------
    value : float
        Log-likelihood with its full constant.
    pull : ndarray, shape (p,)
        Its derivative in the means.
    push : ndarray, shape (p, p)
        Q, symmetric: a small change of Sigma changes the value by tr(Q dSigma).
    information : ndarray, shape (p + p(p+1)/2, p + p(p+1)/2)
        About (mu, vech Sigma), lower triangle row by row; of all rows, not of one. Empty when it was not asked.
    """

    value: float
    pull: NDArray[np.float64]
    push: NDArray[np.float64]
    information: NDArray[np.float64]


def pattern_inverses(
    observed: NDArray[np.bool_], inverse: NDArray[np.float64], log_det: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""
    Return the padded inverses of the observed blocks and their log-determinants.

    From the inverse V of the whole matrix, with m the missing variables: :math:`W = V - V_{.m}V_{mm}^{-1}V_{m.}` and
    :math:`\log|\Sigma_{oo}| = \log|\Sigma| + \log|V_{mm}|`. Patterns that lack equally many variables go together.
    """
    n, p = observed.shape
    weights = np.empty((n, p, p))
    log_dets = np.empty(n)
    lacking = p - observed.sum(axis=1)
    for r in np.unique(lacking).tolist():
        at = np.flatnonzero(lacking == r)
        if r == 0:
            weights[at], log_dets[at] = inverse, log_det
            continue
        if r == p:
            weights[at], log_dets[at] = 0.0, 0.0
            continue
        gone = np.nonzero(~observed[at])[1].reshape(len(at), r)
        bands = inverse[gone]
        block = np.take_along_axis(bands, gone[:, None, :], axis=2)
        if r == 1:
            weights[at] = inverse - bands[:, 0, :, None] * (bands[:, 0, None, :] / block)
            log_dets[at] = log_det + np.log(block[:, 0, 0])
        else:
            weights[at] = inverse - np.swapaxes(bands, 1, 2) @ np.linalg.solve(block, bands)
            log_dets[at] = log_det + np.linalg.slogdet(block)[1]
    # Rounding leaves dust where zeros belong.
    weights *= observed[:, :, None] & observed[:, None, :]
    return weights, log_dets


def whole_inverse(sigma: NDArray[np.float64]) -> tuple[NDArray[np.float64], float] | None:
    """Return inverse and log-determinant, None where the matrix is not positive definite."""
    try:
        factor = np.linalg.cholesky(sigma)
    except np.linalg.LinAlgError:
        return None
    log_det = 2.0 * float(np.log(np.diag(factor)).sum())
    root = np.linalg.inv(factor)
    inverse = root.T @ root
    return (inverse, log_det) if np.isfinite(log_det) and np.all(np.isfinite(inverse)) else None


def pattern_terms(
    patterns: MissingPatterns,
    sigma: NDArray[np.float64],
    mu: NDArray[np.float64],
    information: Kind | None = None,
) -> PatternTerms | None:
    """
    Return value, derivatives and, if asked, information at (mu, Sigma); None where Sigma is not positive definite.

    Checked by finite differences and against lavaan 0.6-14 (``tests/unit/sem/missing``).
    """
    start = whole_inverse(sigma)
    if start is None:
        return None
    p = len(mu)
    value, pull, push = 0.0, np.zeros(p), np.zeros((p, p))
    total = np.zeros((p + p * (p + 1) // 2 if information else 0,) * 2)
    for block in patterns.blocks():
        observed, counts = patterns.observed[block], patterns.counts[block]
        weights, log_dets = pattern_inverses(observed, *start)
        distance = np.where(observed, patterns.mean[block] - mu, 0.0)
        towards = (weights @ distance[:, :, None])[:, :, 0]
        cross = patterns.cross[block.start : block.stop]
        again = len(cross)
        seen = observed.sum(axis=1)
        deviance = seen * LOG_2PI + log_dets + np.einsum("pi,pi->p", towards, distance)
        deviance[:again] += np.einsum("pij,pij->p", weights[:again], cross)
        value -= 0.5 * float(counts @ deviance)
        pull += counts @ towards
        flat = weights.reshape(len(weights), p * p)
        around = weights[:again] @ cross @ weights[:again]
        push += (counts[:again] @ around.reshape(again, p * p) - counts @ flat).reshape(p, p)
        push += (towards.T * counts) @ towards
        if information:
            spread = weights
            if information == "observed":
                spread = towards[:, :, None] * towards[:, None, :] - 0.5 * weights
                spread[:again] += around
            total += fold_information(weights, spread, towards, counts, symmetrise=information == "observed")
    return PatternTerms(value, pull, (push + push.T) / 4.0, total)


@lru_cache(maxsize=8)
def _places(p: int) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """Return rows and columns of vech, the place in vech of every cell, and one half on the diagonal."""
    rows, columns = np.tril_indices(p)
    place = np.empty((p, p), dtype=np.intp)
    place[rows, columns] = place[columns, rows] = np.arange(len(rows))
    return rows, columns, place, np.where(rows == columns, 0.5, 1.0)


def fold_information(
    weights: NDArray[np.float64],
    spread: NDArray[np.float64],
    towards: NDArray[np.float64],
    counts: NDArray[np.float64],
    *,
    symmetrise: bool,
) -> NDArray[np.float64]:
    r"""
    Return :math:`\sum n_p tr(E_a W_p E_b B_p)` over all pairs of cells, with the means' rows and columns.

    Parameters
    ----------
    weights : ndarray, shape (n_patterns, p, p)
        W.
    spread : ndarray, shape (n_patterns, p, p)
        B: :math:`W T W - \frac12 W` for the observed information, W itself for (twice) the expected one.
    towards : ndarray, shape (n_patterns, p)
        :math:`W d`; used for the observed information alone.
    symmetrise : bool
        Whether this is the observed information; the expected one has no part between means and covariances.
    """
    p = weights.shape[1]
    i, j, place, half = _places(p)
    x = weights[:, i, j]
    weighted = x.T * counts
    products = weighted @ (spread[:, i, j] if symmetrise else x)
    if symmetrise:
        products = products + products.T
    size = p + len(i)
    information = np.zeros((size, size))
    information[:p, :p] = np.tensordot(counts, weights, axes=1)
    fold = products[place[i[:, None], i], place[j[:, None], j]] + products[place[i[:, None], j], place[j[:, None], i]]
    information[p:, p:] = half[:, None] * fold * half
    if symmetrise:
        mixed = weighted @ towards
        m = np.arange(p)[:, None]
        between = half * (mixed[place[m, i], j] + mixed[place[m, j], i])
        information[:p, p:], information[p:, :p] = between, between.T
    return information


def casewise_terms(
    patterns: MissingPatterns, sigma: NDArray[np.float64], mu: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.intp]]:
    r"""
    Return what casewise figures are made of, rows in pattern order.

    Returns
    -------
    loglik : ndarray, shape (n_rows,)
        Unweighted.
    towards : ndarray, shape (n_rows, p)
        :math:`z_i = W_p (x_i - \mu)`; the casewise score is :math:`z_i` in the means and
        :math:`\frac12(z_i z_i' - W_p)` in Sigma.
    weights : ndarray, shape (n_patterns, p, p)
        :math:`W_p`.
    member : ndarray of int, shape (n_rows,)
        The pattern of each row.
    """
    start = whole_inverse(sigma)
    if start is None:
        raise np.linalg.LinAlgError("the implied matrix is not positive definite")
    weights, log_dets = pattern_inverses(patterns.observed, *start)
    sizes = np.diff(patterns.bounds)
    member = np.repeat(np.arange(patterns.n_patterns), sizes)
    rows = patterns.values[patterns.rows] - mu
    rows[np.isnan(rows)] = 0.0
    towards = np.empty_like(rows)
    again = len(patterns.cross)
    for k in range(again):
        here = slice(patterns.bounds[k], patterns.bounds[k + 1])
        towards[here] = rows[here] @ weights[k]
    single = patterns.bounds[again]
    towards[single:] = (weights[again:] @ rows[single:, :, None])[:, :, 0]
    seen = patterns.observed.sum(axis=1)
    loglik = -0.5 * ((seen * LOG_2PI + log_dets)[member] + np.einsum("ij,ij->i", towards, rows))
    return loglik, towards, weights, member
