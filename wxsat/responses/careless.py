"""Indices of careless answering: pure functions on a matrix of answers (respondents x items, NaN for none).

Deterministic throughout. Checked against R careless 1.2.2 on complete data; where data are missing R
resamples at random or drops the respondent, and these use what is there.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]


def longstring(answers: Matrix) -> Vector:
    """
    Longest run of one answer in each row.

    Parameters
    ----------
    answers : ndarray, shape (n_respondents, n_items)
        In the order in which they were asked; a missing answer ends a run.

    Returns
    -------
    ndarray, shape (n_respondents,)
        In items; 0 for a respondent without any answer.

    Notes
    -----
    Checked against ``careless::longstring`` 1.2.2, exact.

    References
    ----------
    .. [1] Johnson, J. A. (2005). Journal of Research in Personality, 39(1), 103-129.

    Examples
    --------
    >>> longstring(np.array([[3.0, 3.0, 2.0, 2.0, 2.0]]))
    array([3.])
    """
    n_rows, n_items = answers.shape
    run = np.zeros(n_rows)
    longest = np.zeros(n_rows)
    for j in range(n_items):
        answered = np.isfinite(answers[:, j])
        same = answered & (answers[:, j] == answers[:, j - 1]) if j else np.zeros(n_rows, dtype=bool)
        run = np.where(same, run + 1, answered.astype(float))
        longest = np.maximum(longest, run)
    return longest


def individual_variability(answers: Matrix) -> Vector:
    """
    Within-person standard deviation (IRV), divisor n - 1.

    Parameters
    ----------
    answers : ndarray, shape (n_respondents, n_items)
        Raw answers on one scale, reverse-keyed items not recoded.

    Returns
    -------
    ndarray, shape (n_respondents,)
        In scale points; NaN with fewer than two answers.

    Notes
    -----
    Checked against ``careless::irv`` 1.2.2.

    References
    ----------
    .. [1] Dunn, A. M., Heggestad, E. D., Shanock, L. R., & Theilgard, N. (2018). Journal of Business and
       Psychology, 33(1), 105-121.

    Examples
    --------
    >>> individual_variability(np.array([[1.0, 2.0, 3.0]]))
    array([1.])
    """
    answered = np.isfinite(answers)
    n = answered.sum(axis=1)
    values = np.where(answered, answers, 0.0)
    mean = values.sum(axis=1) / np.maximum(n, 1)
    squares = (np.where(answered, answers - mean[:, None], 0.0) ** 2).sum(axis=1)
    return np.where(n > 1, np.sqrt(squares / np.maximum(n - 1, 1)), np.nan)


def mahalanobis_squared(answers: Matrix) -> tuple[Vector, NDArray[np.int64]]:
    """
    Squared Mahalanobis distance from the mean, over each row's observed items.

    Parameters
    ----------
    answers : ndarray, shape (n_respondents, n_items)

    Returns
    -------
    distances : ndarray, shape (n_respondents,)
        NaN for a respondent without any answer.
    df : ndarray of int, shape (n_respondents,)
        Degrees of freedom of the chi-square reference: the rank of the covariance of the observed items.

    Notes
    -----
    Means and covariances (divisor n - 1) use all available pairs; a row with missing answers is measured in
    the subspace of what it answered. Where that covariance is singular or not positive definite, its positive
    part is inverted and `df` counts its rank. Checked against ``careless::mahad`` 1.2.2 on complete data.

    Examples
    --------
    >>> d2, df = mahalanobis_squared(np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 2.0], [2.0, 2.0]]))
    >>> d2.round(3), df
    (array([1.5, 1.5, 1.5, 1.5]), array([2, 2, 2, 2]))
    """
    observed = np.isfinite(answers)
    counts = observed.sum(axis=0)
    mean = np.where(observed, answers, 0.0).sum(axis=0) / np.maximum(counts, 1)
    centred = np.where(observed, answers - mean, 0.0)
    covariance = available_covariance(answers)
    distances = np.full(len(answers), np.nan)
    df = np.zeros(len(answers), dtype=np.int64)
    patterns, which = np.unique(observed, axis=0, return_inverse=True)
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
    observed = np.isfinite(answers).astype(float)
    values = np.where(np.isfinite(answers), answers, 0.0)
    n = observed.T @ observed
    with np.errstate(invalid="ignore", divide="ignore"):
        mean_i = (values.T @ observed) / n
        cross = values.T @ values - n * mean_i * mean_i.T
        covariance = cross / (n - 1)
    return np.where(n > 1, covariance, 0.0)


def _positive_inverse(covariance: Matrix) -> tuple[Matrix, int]:
    values, vectors = np.linalg.eigh(covariance)
    kept = values > max(values.max(initial=0.0), 0.0) * 1e-10
    return (vectors[:, kept] / values[kept]) @ vectors[:, kept].T, int(kept.sum())


def even_odd(answers: Matrix, groups: Sequence[Sequence[int]]) -> Vector:
    """
    Even-odd inconsistency: higher means more careless.

    For every scale, the mean of its odd and of its even items; the correlation of the two sets of means
    within a person, stepped up by Spearman-Brown, with its sign turned (as in careless >= 1.2.0).

    Parameters
    ----------
    answers : ndarray, shape (n_respondents, n_items)
        Reverse-keyed items recoded.
    groups : sequence of sequences of int
        Column positions of each scale; scales with fewer than two items are left out.

    Returns
    -------
    ndarray, shape (n_respondents,)
        In [-1, 1]; NaN with fewer than three scales, or where one half does not vary.

    Notes
    -----
    Checked against ``careless::evenodd`` 1.2.2.

    References
    ----------
    .. [1] Curran, P. G. (2016). Journal of Experimental Social Psychology, 66, 4-19.
    """
    used = [list(group) for group in groups if len(group) > 1]
    if len(used) < 3:
        return np.full(len(answers), np.nan)
    odd = np.column_stack([_row_means(answers[:, group[0::2]]) for group in used])
    even = np.column_stack([_row_means(answers[:, group[1::2]]) for group in used])
    r = row_correlation(odd, even)
    with np.errstate(divide="ignore", invalid="ignore"):
        stepped = 2 * r / (1 + r)
    return -np.clip(stepped, -1.0, 1.0)


def _row_means(answers: Matrix) -> Vector:
    observed = np.isfinite(answers)
    n = observed.sum(axis=1)
    return np.where(n > 0, np.where(observed, answers, 0.0).sum(axis=1) / np.maximum(n, 1), np.nan)


def row_correlation(x: Matrix, y: Matrix) -> Vector:
    """Return the correlation of `x` and `y` within each row, over the positions where both are there."""
    both = np.isfinite(x) & np.isfinite(y)
    n = both.sum(axis=1)
    xs, ys = np.where(both, x, 0.0), np.where(both, y, 0.0)
    count = np.maximum(n, 1)[:, None]
    dx = np.where(both, xs - xs.sum(axis=1, keepdims=True) / count, 0.0)
    dy = np.where(both, ys - ys.sum(axis=1, keepdims=True) / count, 0.0)
    spread = np.sqrt((dx**2).sum(axis=1) * (dy**2).sum(axis=1))
    usable = (n > 2) & (spread > 1e-12)
    return np.where(usable, (dx * dy).sum(axis=1) / np.where(usable, spread, 1.0), np.nan)


def psychometric_synonyms(answers: Matrix, *, critical: float = 0.60) -> tuple[Vector, int]:
    """
    Within-person correlation over the item pairs that correlate at least `critical` in the sample.

    Parameters
    ----------
    answers : ndarray, shape (n_respondents, n_items)
        Raw answers.
    critical : float
        Least correlation of a pair; a negative value asks for antonyms (at most that correlation).

    Returns
    -------
    index : ndarray, shape (n_respondents,)
        In [-1, 1], low (antonyms: high) means inconsistent; NaN with fewer than three answered pairs.
    n_pairs : int
        Pairs found.

    Notes
    -----
    Checked against ``careless::psychsyn`` 1.2.2 on complete data. R resamples at random where a respondent's
    correlation is undefined; here it stays NaN.

    References
    ----------
    .. [1] Meade, A. W., & Craig, S. B. (2012). Psychological Methods, 17(3), 437-455.
    """
    covariance = available_covariance(answers)
    sd = np.sqrt(np.diag(covariance))
    with np.errstate(invalid="ignore", divide="ignore"):
        r = covariance / np.outer(sd, sd)
    lower = np.tril(np.ones_like(r, dtype=bool), k=-1)
    chosen = lower & ((r >= critical) if critical > 0 else (r <= critical))
    later, earlier = np.nonzero(chosen)
    if not len(later):
        return np.full(len(answers), np.nan), 0
    return row_correlation(answers[:, later], answers[:, earlier]), len(later)
