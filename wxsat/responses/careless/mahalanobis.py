"""Unusual answer vectors: squared Mahalanobis distance, with holes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wxsat.numerics.incomplete_moments import incomplete_moments
from wxsat.numerics.incomplete_rows import squared_distances
from wxsat.numerics.row_blocks import row_slices

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]

SINGULAR = 1e-10


def mahalanobis_squared(answers: Matrix) -> tuple[Vector, NDArray[np.int64]]:
    r"""
    Squared Mahalanobis distance from the mean, over each row's observed items.

    Parameters
    ----------
    answers : ndarray, shape (n_respondents, n_items)

    Returns
    -------
    distances : ndarray, shape (n_respondents,)
        NaN for a respondent without any answer.
    df : ndarray of int, shape (n_respondents,)
        Degrees of freedom of the chi-square reference: the items answered, or the rank of their covariance.

    Notes
    -----
    Complete data: sample mean and covariance with divisor n - 1. With holes: the maximum-likelihood mean and covariance
    of incomplete normal data (EM; the covariance times n/(n - 1), so that both agree where nothing is missing), and
    :math:`d_o'\Sigma_{oo}^{-1}d_o` in the subspace of what a respondent answered. Where the covariance is singular its
    positive part is inverted and `df` counts its rank; with holes besides, moments of available pairs are used.
    Checked against ``careless::mahad`` 1.2.2 on complete data and ``lavaan`` saturated moments on incomplete data.

    Examples
    --------
    >>> d2, df = mahalanobis_squared(np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 2.0], [2.0, 2.0]]))
    >>> d2.round(3), df
    (array([1.5, 1.5, 1.5, 1.5]), array([2, 2, 2, 2]))
    """
    seen = np.isfinite(answers)
    answered = seen.sum(axis=1)
    n = int((answered > 0).sum())
    found = incomplete_moments(answers) if n > 1 else None
    if found is None:
        return _in_positive_part(answers, seen)
    covariance = found.covariance * (n / (n - 1))
    inverse = np.asarray(np.linalg.inv(covariance), dtype=np.float64)
    distances = squared_distances(answers, found.mean, seen, inverse)
    return np.where(answered > 0, distances, np.nan), answered.astype(np.int64)


def _in_positive_part(answers: Matrix, seen: NDArray[np.bool_]) -> tuple[Vector, NDArray[np.int64]]:
    counts = seen.sum(axis=0)
    mean = np.where(seen, answers, 0.0).sum(axis=0) / np.maximum(counts, 1)
    centred = np.where(seen, answers - mean, 0.0)
    covariance = available_covariance(answers)
    distances = np.full(len(answers), np.nan)
    df = np.zeros(len(answers), dtype=np.int64)
    patterns, which = np.unique(seen, axis=0, return_inverse=True)
    for index, pattern in enumerate(patterns):
        if not pattern.any():
            continue
        rows = np.flatnonzero(which.ravel() == index)
        inverse, rank = _positive_inverse(covariance[np.ix_(pattern, pattern)])
        part = centred[np.ix_(rows, pattern)]
        distances[rows] = np.einsum("ij,jk,ik->i", part, inverse, part)
        df[rows] = rank
    return distances, df


def available_covariance(answers: Matrix) -> Matrix:
    """Return covariances over the rows where both items are answered, with the means of those rows."""
    p = answers.shape[1]
    n, sums, products = np.zeros((p, p)), np.zeros((p, p)), np.zeros((p, p))
    # About a whole number near the middle every sum of whole answers is exact.
    some = answers[: 1 << 16]
    centre = np.round(some[np.isfinite(some)].mean()) if np.isfinite(some).any() else 0.0
    for rows in row_slices(len(answers), p):
        seen = np.isfinite(answers[rows])
        flags, values = seen.astype(float), np.where(seen, answers[rows] - centre, 0.0)
        n += flags.T @ flags
        sums += values.T @ flags
        products += values.T @ values
    with np.errstate(invalid="ignore", divide="ignore"):
        covariance = (products - sums * sums.T / n) / (n - 1)
    return np.where(n > 1, covariance, 0.0)


def _positive_inverse(covariance: Matrix) -> tuple[Matrix, int]:
    values, vectors = np.linalg.eigh(covariance)
    kept = values > max(values.max(initial=0.0), 0.0) * SINGULAR
    return (vectors[:, kept] / values[kept]) @ vectors[:, kept].T, int(kept.sum())
