r"""
Every row by itself: its log-likelihood, its distance from the model's mean, and what the estimates owe to it.

The influence of a row is what its removal would do to the estimates, to first order: one Newton step without it,
:math:`\hat\theta_{(i)} - \hat\theta \approx -(N H)^{-1}s_i`, H the observed information of one observation and s the
row's score. The generalised Cook's distance is its length in units of the estimates' covariance (Pek and MacCallum
2011).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.implied import Implied
from wxsat.sem.moments import Moments
from wxsat.sem.robust.casewise import casewise_scores
from wxsat.sem.robust.hessian import observed_information

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wxsat.sem.restrictions import Restrictions

    Matrix = NDArray[np.float64]


def casewise_distances(implied: Implied, values: Matrix, mean: Matrix | None = None) -> tuple[Matrix, Matrix]:
    r"""
    Return the squared Mahalanobis distance of every row and the number of values that it is made of.

    Parameters
    ----------
    implied : Implied
        One group, at the estimates.
    values : ndarray, shape (n, n_observed)
        NaN where missing; a row's distance is then that of what it has.
    mean : ndarray, shape (n_observed,), optional
        What the rows are centred at when the model has no mean structure.

    Notes
    -----
    Under the model and normality the distance is chi-square with as many degrees of freedom as the row has values.
    """
    _, distance, count = _by_pattern(implied, values, mean)
    return distance, count


def casewise_log_likelihood(implied: Implied, values: Matrix, mean: Matrix | None = None) -> Matrix:
    r"""
    Return :math:`-\frac12(p\log 2\pi + \log|\Sigma| + d_i^2)` of every row, over the values that it has.

    Notes
    -----
    Checked against lavaan 0.6-14's ``lavInspect(fit, "loglik.casewise")``.
    """
    return _by_pattern(implied, values, mean)[0]


def _by_pattern(implied: Implied, values: Matrix, mean: Matrix | None) -> tuple[Matrix, Matrix, Matrix]:
    centre = implied.mu if implied.has_means or mean is None else mean
    observed = ~np.isnan(values)
    patterns, codes = np.unique(observed, axis=0, return_inverse=True)
    likelihood, distance = np.full(len(values), np.nan), np.full(len(values), np.nan)
    for k, seen in enumerate(patterns):
        if not seen.any():
            continue
        rows = np.flatnonzero(codes.ravel() == k)
        factor = np.linalg.cholesky(implied.sigma[np.ix_(seen, seen)])
        z = np.linalg.solve(factor, (values[np.ix_(rows, seen)] - np.asarray(centre)[seen]).T)
        distance[rows] = np.einsum("ij,ij->j", z, z)
        log_det = 2.0 * float(np.log(np.diag(factor)).sum())
        likelihood[rows] = -0.5 * (int(seen.sum()) * math.log(2.0 * math.pi) + log_det + distance[rows])
    return likelihood, distance, observed.sum(axis=1).astype(np.float64)


@dataclass(frozen=True)
class Influence:
    """
    Attributes
    ----------
    change : ndarray, shape (n, n_free)
        What removing each row adds to the estimates, to first order; rows of all groups, one group after the other.
    cook : ndarray, shape (n,)
        Generalised Cook's distance.
    """

    change: Matrix
    cook: Matrix


def casewise_influence(implied: Sequence[Implied], sample: Sequence[Moments], restrictions: Restrictions) -> Influence:
    """
    Return the influence of every complete row on an ML solution.

    Notes
    -----
    First order: checked against refits without the row (``tests/unit/sem/robust/test_casewise.py``).
    """
    information = observed_information(implied, sample)
    inverse = restrictions.covariance(information)
    size = float(sum(moments.weight_sum for moments in sample))
    parts = []
    for at, moments in zip(implied, sample, strict=True):
        scores = casewise_scores(at, moments)
        parts.append(scores if moments.weights is None else scores * moments.weights[:, None])
    scores = np.vstack(parts)
    change = -(scores @ inverse) / size
    return Influence(change, np.einsum("ij,ij->i", change, -scores))
