"""Runs of one answer: the longest, and the mean length of all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
    run = np.zeros(len(answers))
    longest = np.zeros(len(answers))
    for answered, same in _steps(answers):
        run = np.where(same, run + 1, answered)
        longest = np.maximum(longest, run)
    return longest


def mean_string(answers: Matrix) -> Vector:
    """
    Mean length of the runs of one answer: answers given over number of runs.

    Parameters
    ----------
    answers : ndarray, shape (n_respondents, n_items)
        In the order in which they were asked; a missing answer ends a run.

    Returns
    -------
    ndarray, shape (n_respondents,)
        In items, at least 1; NaN for a respondent without any answer.

    Notes
    -----
    Checked against ``careless::longstring(avg = TRUE)`` 1.2.2.

    Examples
    --------
    >>> mean_string(np.array([[3.0, 3.0, 2.0, 2.0, 2.0]]))
    array([2.5])
    """
    given = np.zeros(len(answers))
    runs = np.zeros(len(answers))
    for answered, same in _steps(answers):
        given += answered
        runs += answered & ~same
    return np.where(runs > 0, given / np.maximum(runs, 1), np.nan)


def page_longstring(answers: Matrix, pages: Sequence[Sequence[int]]) -> Matrix:
    """
    Longest run of one answer on each page; a run does not go on over the turn of a page.

    Parameters
    ----------
    answers : ndarray, shape (n_respondents, n_items)
    pages : sequence of sequences of int
        Column positions of each page, in the order asked.

    Returns
    -------
    ndarray, shape (n_respondents, n_pages)

    Examples
    --------
    >>> page_longstring(np.array([[3.0, 3.0, 3.0, 2.0]]), [[0, 1], [2, 3]])
    array([[2., 1.]])
    """
    runs = [longstring(answers[:, list(page)]) for page in pages]
    return np.column_stack(runs) if runs else np.empty((len(answers), 0))


def _steps(answers: Matrix) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """Yield for every item who answered it, and who gave the answer that they gave to the item before."""
    for j in range(answers.shape[1]):
        answered = np.isfinite(answers[:, j])
        same = answered & (answers[:, j] == answers[:, j - 1]) if j else np.zeros(len(answers), dtype=bool)
        yield answered, same
