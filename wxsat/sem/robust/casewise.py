r"""
What every row contributes: scores of the likelihood and their sum of squares, without any fourth-moment matrix.

The score of row i for a parameter with :math:`\dot\Sigma = uw' + wu'`, :math:`\dot\mu = m` is

.. math:: s_i = (z'Wu)(z'Ww) - u'Ww + z'Wm,\qquad z = y_i - \mu,\ W = \Sigma^{-1},

two products of an n-by-p with p-by-q matrices. The robust variances need :math:`\sum s_is_i'` ("the meat"): at the
model's own moments for the sandwich of Huber and White, around the sample's for that of Satorra and Bentler.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from wxsat.errors import UsageError
from wxsat.sem.implied import Implied
from wxsat.sem.moments import Moments
from wxsat.sem.robust.inverse import symmetric_inverse

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Positions = NDArray[np.intp]

NO_VARIABLES = np.zeros(0, dtype=np.intp)


def rows_of(moments: Moments) -> NDArray[np.float64]:
    """Return the rows of a group; UsageError SEM-090 when only moments are known."""
    if moments.values is None:
        raise UsageError(
            "SEM-090",
            "robust standard errors and tests need the rows of the data; only a covariance matrix was given.",
            where=f"group {moments.group!r}" if moments.group else "data",
            hint='Give the data themselves, or use estimator="ML".',
        )
    return moments.values


def casewise_scores(implied: Implied, moments: Moments) -> NDArray[np.float64]:
    """
    Return the score of every row at the model's moments, shape (n, n_free); unweighted.

    The means enter through `mu` with a mean structure and through the sample mean without one.
    """
    z = rows_of(moments) - (implied.mu if implied.has_means else moments.mean)
    inverse = symmetric_inverse(implied.sigma)
    vu, vw = inverse @ implied.u, inverse @ implied.w
    scores = (z @ vu) * (z @ vw)
    scores -= np.einsum("ik,ik->k", implied.u, vw)
    if implied.has_means:
        scores += z @ (inverse @ implied.m)
    return np.asarray(scores)


def fitted_by(rows: NDArray[np.float64], given: Positions) -> NDArray[np.float64]:
    """Return centred rows as their regression on the `given` variables sees them (themselves for those)."""
    x = rows[:, given]
    slopes = np.linalg.lstsq(x, rows, rcond=None)[0]
    fitted: NDArray[np.float64] = x @ slopes
    fitted[:, given] = x
    return fitted


def projected_contributions(
    implied: Implied, moments: Moments, weight: NDArray[np.float64], given: Positions = NO_VARIABLES
) -> NDArray[np.float64]:
    r"""
    Return :math:`\Delta'V(d_i - \bar d)` of every row, :math:`d_i = (y_i, vech(zz'))` around the sample mean.

    Parameters
    ----------
    weight : ndarray, shape (p, p)
        The normal-theory weight: :math:`\Sigma^{-1}` for ML, :math:`S^{-1}` for GLS.
    given : ndarray of int
        Variables whose moments are taken as given: what they and the regression on them explain is subtracted, since
        it does not vary.
    """
    z = rows_of(moments) - moments.mean
    vu, vw = weight @ implied.u, weight @ implied.w
    contributions = (z @ vu) * (z @ vw)
    linear = z
    if given.size:
        fitted = fitted_by(z, given)
        contributions -= (fitted @ vu) * (fitted @ vw)
        linear = z - fitted
    contributions -= contributions.mean(axis=0)
    if implied.has_means:
        contributions += linear @ (weight @ implied.m)
    return np.asarray(contributions)


def first_order_meat(implied: Sequence[Implied], sample: Sequence[Moments]) -> NDArray[np.float64]:
    r"""
    Return :math:`N^{-1}\sum_i s_is_i'` over all groups, shape (n_free, n_free); within clusters the scores are summed.

    With weights every score is multiplied by its weight (pseudo-maximum likelihood). The sums of C clusters are
    multiplied by C / (C - 1), group by group when no cluster crosses groups.

    Notes
    -----
    With clusters and weights the errors of means equal those of R's ``survey::svymean``, and those of loadings a
    delete-one-cluster jackknife (.4486 against .4487), as lavaan 0.6-14 has them; 0.7-2 prints .1577 there.
    """
    size = float(sum(moments.weight_sum for moments in sample))
    scores = []
    for at, moments in zip(implied, sample, strict=True):
        own = casewise_scores(at, moments)
        scores.append(own if moments.weights is None else own * moments.weights[:, None])
    return sum_of_squares(scores, [moments.clusters for moments in sample]) / size


def sum_of_squares(
    scores: Sequence[NDArray[np.float64]], clusters: Sequence[NDArray[np.intp] | None]
) -> NDArray[np.float64]:
    """Return the sum over independent units (rows, or clusters where they are known) of the scores' outer products."""
    known = [codes for codes in clusters if codes is not None]
    if len(known) < len(scores):
        return np.asarray(sum(block.T @ block for block in scores))
    if len(known) > 1 and _share_a_code(known):
        return _of_clusters(np.vstack(scores), np.concatenate(known))
    return np.asarray(sum(_of_clusters(block, codes) for block, codes in zip(scores, known, strict=True)))


def _share_a_code(codes: Sequence[NDArray[np.intp]]) -> bool:
    distinct = [np.unique(block) for block in codes]
    return len(np.unique(np.concatenate(distinct))) < sum(map(len, distinct))


def _of_clusters(scores: NDArray[np.float64], codes: NDArray[np.intp]) -> NDArray[np.float64]:
    sums = sum_by_cluster(scores, codes)
    count = len(sums)
    if count < 2:
        raise UsageError("SEM-091", "cluster-robust errors need at least two clusters.", where="cluster")
    return np.asarray(sums.T @ sums * (count / (count - 1.0)))


def sum_by_cluster(values: NDArray[np.float64], codes: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the sum of the rows of every cluster, in the order of the codes."""
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(codes[order]) != 0])
    return np.asarray(np.add.reduceat(values[order], starts, axis=0))
