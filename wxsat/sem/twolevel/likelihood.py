r"""The likelihood of two-level data as a function of the moments of both levels, with exact derivatives.

.. math::
   l = -\tfrac12\{(N-J)(p\log 2\pi + \log|\Sigma_w|) + tr(\Sigma_w^{-1}SS_w) + p\sum_j\log n_j\}
       + \sum_j \log N(v_j;\ \mu_v,\ V_{n_j})

with :math:`v_j` the cluster's own variables and its means, :math:`\mu_v` the sum of both levels' means and
:math:`V_s = P_b\Sigma_bP_b' + P_w\Sigma_wP_w'/s`. Because :math:`V_s` is linear in both matrices, everything about the
clusters of one size is that of ordinary normal data, and is summed over sizes with weights 1, 1/s and 1/s².
McDonald and Goldstein (1989); Muthén (1990).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.missing.pattern_likelihood import LOG_2PI, Kind, fold_information, whole_inverse
from wxsat.sem.twolevel.clusters import ClusterMoments

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class LevelMoments:
    """
    Means and covariances of both levels.

    Attributes
    ----------
    mu_w, sigma_w : ndarray
        Of `within_names`. A variable with a between part has its mean there; what stands here is added to it.
    mu_b, sigma_b : ndarray
        Of `between_names`.
    """

    mu_w: NDArray[np.float64]
    sigma_w: NDArray[np.float64]
    mu_b: NDArray[np.float64]
    sigma_b: NDArray[np.float64]


@dataclass(frozen=True)
class LevelTerms:
    """
    The likelihood at one set of moments.

    Attributes
    ----------
    value : float
        Log-likelihood with its full constant.
    pull_w, pull_b : ndarray
        Derivatives in the means.
    push_w, push_b : ndarray
        Derivatives in the covariance matrices, as in :class:`wxsat.sem.missing.pattern_likelihood.PatternTerms`.
    information : ndarray
        About (mu_w, vech Sigma_w, mu_b, vech Sigma_b); of all rows. Empty when it was not asked.
    """

    value: float
    pull_w: NDArray[np.float64]
    push_w: NDArray[np.float64]
    pull_b: NDArray[np.float64]
    push_b: NDArray[np.float64]
    information: NDArray[np.float64]


def size_matrices(data: ClusterMoments, at: LevelMoments) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return mean and covariance matrix of the clusters of every size, shapes (d,) and (n_sizes, d, d)."""
    d = data.mean.shape[1]
    w, b = data.at_within, data.at_between
    mu = np.zeros(d)
    mu[w] += at.mu_w
    mu[b] += at.mu_b
    upper, lower = np.zeros((d, d)), np.zeros((d, d))
    upper[np.ix_(b, b)] = at.sigma_b
    lower[np.ix_(w, w)] = at.sigma_w
    return mu, upper + lower / data.sizes[:, None, None]


def level_terms(data: ClusterMoments, at: LevelMoments, information: Kind | None = None) -> LevelTerms | None:
    """Return value, derivatives and, if asked, information; None where a matrix is not positive definite."""
    start = whole_inverse(at.sigma_w)
    mu, matrices = size_matrices(data, at)
    try:
        factors = np.linalg.cholesky(matrices)
        # A matrix of enormous numbers may have a root and yet no inverse.
        inverses: NDArray[np.float64] = np.linalg.inv(matrices).astype(np.float64)
    except np.linalg.LinAlgError:
        return None
    if start is None:
        return None
    inverse_w, log_det_w = start
    p, rest = len(data.at_within), float(data.n_rows - data.n_clusters)
    counts, sizes = data.counts, data.sizes
    inverses = (inverses + np.swapaxes(inverses, 1, 2)) / 2.0
    log_dets = 2.0 * np.log(np.diagonal(factors, axis1=1, axis2=2)).sum(axis=1)
    distance = data.mean - mu
    towards = (inverses @ distance[:, :, None])[:, :, 0]
    deviance = len(mu) * LOG_2PI + log_dets + np.einsum("sij,sij->s", inverses, data.cross)
    deviance += np.einsum("si,si->s", towards, distance)
    value = -0.5 * float(counts @ (deviance + p * np.log(sizes)))
    value -= 0.5 * (rest * (p * LOG_2PI + log_det_w) + float(np.einsum("ij,ij->", inverse_w, data.within)))
    spread = inverses @ data.cross @ inverses + towards[:, :, None] * towards[:, None, :]
    push = 0.5 * (spread - inverses)
    around_w = inverse_w @ data.within @ inverse_w
    w, b = data.at_within, data.at_between
    pull = counts @ towards
    push_w = 0.5 * (around_w - rest * inverse_w) + np.tensordot(counts / sizes, push, axes=1)[np.ix_(w, w)]
    push_b = np.tensordot(counts, push, axes=1)[np.ix_(b, b)]
    info = np.zeros((0, 0))
    if information:
        observed = information == "observed"
        product = np.asarray(spread - 0.5 * inverses if observed else inverses)
        info = _information(data, inverses, product, towards, observed)
        at_w = slice(p, p + p * (p + 1) // 2)
        own = (around_w / rest - 0.5 * inverse_w)[None]
        deviations = fold_information(inverse_w[None], own, np.zeros((1, p)), np.array([rest]), symmetrise=observed)
        info[at_w, at_w] += deviations[p:, p:]
    return LevelTerms(value, pull[w], (push_w + push_w.T) / 2.0, pull[b], (push_b + push_b.T) / 2.0, info)


def _information(
    data: ClusterMoments,
    inverses: NDArray[np.float64],
    product: NDArray[np.float64],
    towards: NDArray[np.float64],
    observed: bool,
) -> NDArray[np.float64]:
    """Return the clusters' information about (mu_w, vech Sigma_w, mu_b, vech Sigma_b)."""
    d = inverses.shape[1]
    whole, once, twice = (
        fold_information(inverses, product, towards, data.counts / data.sizes**k, symmetrise=observed)
        for k in (0, 1, 2)
    )
    w, b = (_standing(at, d) for at in (data.at_within, data.at_between))
    pw = len(data.at_within)
    result = np.zeros((len(w) + len(b),) * 2)
    # Every vech element of the within matrix carries one factor 1/s.
    w_w = twice[np.ix_(w, w)]
    w_w[:pw, :pw] = whole[np.ix_(w[:pw], w[:pw])]
    w_w[:pw, pw:] = once[np.ix_(w[:pw], w[pw:])]
    w_w[pw:, :pw] = w_w[:pw, pw:].T
    w_b = once[np.ix_(w, b)]
    w_b[:pw] = whole[np.ix_(w[:pw], b)]
    result[: len(w), : len(w)] = w_w
    result[: len(w), len(w) :] = w_b
    result[len(w) :, : len(w)] = w_b.T
    result[len(w) :, len(w) :] = whole[np.ix_(b, b)]
    return result


def _standing(at: NDArray[np.intp], d: int) -> NDArray[np.intp]:
    """Return where (mu, vech Sigma) of some variables stand in that of all d of them."""
    rows, columns = np.tril_indices(len(at))
    i, j = np.maximum(at[rows], at[columns]), np.minimum(at[rows], at[columns])
    return np.concatenate([at, d + i * (i + 1) // 2 + j])
