r"""Person fit of polytomous items: normed Guttman errors, over one scale or several.

An item with categories 0..M has M steps; a step's popularity is the share of respondents who passed it. Passing a
harder step while failing an easier one is a Guttman error. With steps ranked from easy to hard, a person who passed X
steps has :math:`G = \sum_{passed} rank - X(X+1)/2`, and the most errors that X allows follow item by item.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wxsat.numerics.incomplete_rows import row_patterns

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]


def guttman_errors_normed(
    answers: Matrix, scales: Sequence[Sequence[int]], low: NDArray[np.float64], high: NDArray[np.float64]
) -> Vector:
    r"""
    Normed number of Guttman errors, :math:`\sum_s G_s / \sum_s \max G_s` over unidimensional scales.

    Parameters
    ----------
    answers : ndarray, shape (n_respondents, n_items)
        Whole codes, reverse-keyed items recoded, NaN where missing.
    scales : sequence of sequences of int
        Column positions of each scale; scales of one item are left out.
    low, high : ndarray, shape (n_items,)
        Lowest and highest code of every item.

    Returns
    -------
    ndarray, shape (n_respondents,)
        In [0, 1]; higher means a less likely vector for the person's level. NaN where no scale allows an error (all
        lowest, all highest, or fewer than two answers in each).

    Notes
    -----
    For one scale this is :math:`G^p_N` of Emons (2008), ``PerFit::Gnormed.poly``, but for a vector that allows no
    error, which is NaN here and 0 there. Holes: errors and their most are counted among the items answered, with the
    popularities of everyone who answered. Checked against a count of all pairs and an enumeration of all
    vectors in R on ``PhysFuncData`` and on a 4-point scale of ``acl`` (``tests/golden/careless/make_person_fit.R``).

    References
    ----------
    .. [1] Emons, W. H. M. (2008). Nonparametric person-fit analysis of polytomous item scores. Applied Psychological
       Measurement, 32(3), 224-247.

    Examples
    --------
    >>> answers = np.array([[2.0, 1.0], [2.0, 2.0], [1.0, 0.0], [0.0, 2.0]])
    >>> guttman_errors_normed(answers, [[0, 1]], np.zeros(2), np.full(2, 2.0)).round(3)
    array([ 0., nan,  0.,  1.])
    """
    errors, most = np.zeros(len(answers)), np.zeros(len(answers))
    for scale in scales:
        columns = list(scale)
        if len(columns) > 1:
            steps = answers[:, columns] - low[columns]
            found, allowed = _errors(steps, (high - low)[columns].astype(int))
            errors += found
            most += allowed
    return np.where(most > 0, errors / np.where(most > 0, most, 1.0), np.nan)


def _errors(steps: Matrix, n_steps: NDArray[np.int64]) -> tuple[Vector, Vector]:
    """Return Guttman errors and the most that the number of passed steps allows, among the items answered."""
    seen = np.isfinite(steps)
    patterns = row_patterns(seen)
    popularity = _popularity(steps, seen, n_steps)
    errors, most = np.zeros(len(steps)), np.zeros(len(steps))
    order = np.argsort(patterns.member, kind="stable")
    bounds = np.concatenate([[0], np.cumsum(patterns.count)])
    for k, observed in enumerate(patterns.observed):
        items = np.flatnonzero(observed)
        if len(items) < 2:
            continue
        rows = order[bounds[k] : bounds[k + 1]]
        ranks = cumulated_ranks([popularity[i] for i in items])
        passed = steps[np.ix_(rows, items)].astype(np.int64)
        total = passed.sum(axis=1)
        errors[rows] = sum(ranks[i][passed[:, i]] for i in range(len(items))) - total * (total + 1) / 2
        most[rows] = most_errors(ranks)[total]
    return errors, most


def _popularity(steps: Matrix, seen: NDArray[np.bool_], n_steps: NDArray[np.int64]) -> list[Vector]:
    found = []
    for j, m in enumerate(n_steps):
        given = steps[seen[:, j], j]
        counts = np.bincount(given.astype(np.int64), minlength=m + 1)[: m + 1]
        passed = counts[::-1].cumsum()[::-1][1:]
        found.append(passed / max(len(given), 1))
    return found


def cumulated_ranks(popularity: Sequence[Vector]) -> list[Vector]:
    """
    Return for every item the sum of the ranks of its first 0, 1, ... steps; rank 1 is the easiest step.

    Equally popular steps are ranked item by item, lower steps first.

    Examples
    --------
    >>> [r.tolist() for r in cumulated_ranks([np.array([0.9, 0.2]), np.array([0.5, 0.4])])]
    [[0.0, 1.0, 5.0], [0.0, 2.0, 5.0]]
    """
    pooled = np.concatenate(popularity)
    ranks = np.empty(len(pooled))
    ranks[np.argsort(-pooled, kind="stable")] = np.arange(1, len(pooled) + 1)
    ends = np.cumsum([len(part) for part in popularity])
    return [np.concatenate([[0.0], np.cumsum(part)]) for part in np.split(ranks, ends[:-1])]


def most_errors(ranks: Sequence[Vector]) -> Vector:
    """
    Return the largest number of Guttman errors for every number of passed steps, from none to all.

    Parameters
    ----------
    ranks : sequence of ndarray
        As :func:`cumulated_ranks` gives them.

    Examples
    --------
    >>> most_errors([np.array([0.0, 1.0, 5.0]), np.array([0.0, 2.0, 5.0])]).tolist()
    [0.0, 1.0, 2.0, 1.0, 0.0]
    """
    best = np.zeros(1)
    for item in ranks:
        wider = np.full(len(best) + len(item) - 1, -np.inf)
        for step, value in enumerate(item):
            wider[step : step + len(best)] = np.maximum(wider[step : step + len(best)], best + value)
        best = wider
    total = np.arange(len(best))
    return np.asarray(best - total * (total + 1) / 2)
