"""Answers that repeat themselves: 1-2-3-1-2-3 and its kin, which no long string shows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wxsat.numerics.row_blocks import row_slices

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]

LONGEST_PERIOD = 6
LARGEST_LAG = 10


def longest_cycle(answers: Matrix, max_period: int = LONGEST_PERIOD) -> Vector:
    """
    Longest stretch that repeats a pattern of 2 to `max_period` answers at least twice over.

    Parameters
    ----------
    answers : ndarray, shape (n_respondents, n_items)
        In the order in which they were asked; a missing answer ends a stretch.
    max_period : int
        Longest pattern looked for.

    Returns
    -------
    ndarray, shape (n_respondents,)
        In items; 0 where nothing repeats. A straight line is no pattern here; :func:`longstring` has it.

    Examples
    --------
    >>> longest_cycle(np.array([[1.0, 2.0, 3.0, 1.0, 2.0, 3.0, 1.0, 5.0], [4.0] * 8]))
    array([7., 0.])
    """
    n, n_items = answers.shape
    columns = np.ascontiguousarray(answers.T)
    longest = np.zeros(n, dtype=np.int32)
    line = [np.zeros(n, dtype=np.int32)]
    for j in range(n_items):
        answered = np.isfinite(columns[j])
        same = answered & (columns[j] == columns[j - 1]) if j else np.zeros(n, dtype=bool)
        line.append(np.where(same, line[-1] + 1, answered).astype(np.int32))
    for period in range(2, min(max_period, n_items // 2) + 1):
        run = np.zeros(n, dtype=np.int32)
        for j in range(period, n_items):
            run = np.where(columns[j] == columns[j - period], run + 1, 0).astype(np.int32)
            stretch = run + np.int32(period)
            real = (run >= period) & (line[j + 1] < stretch)
            longest = np.where(real & (stretch > longest), stretch, longest)
    return longest.astype(np.float64)


def largest_autocorrelation(answers: Matrix, max_lag: int = LARGEST_LAG) -> Vector:
    r"""
    Largest absolute autocorrelation of a person's answers over the lags 1 to `max_lag`.

    Parameters
    ----------
    answers : ndarray, shape (n_respondents, n_items)
        In the order in which they were asked.
    max_lag : int
        Lags that leave fewer than three pairs of answers are passed over.

    Returns
    -------
    ndarray, shape (n_respondents,)
        In [0, 1]; NaN for a respondent whose answers do not vary.

    Notes
    -----
    At each lag the Pearson correlation of :math:`x_1 \dots x_{n-k}` with :math:`x_{1+k} \dots x_n`, over the pairs
    where both are answered, as in the R package responsePatterns. Few items give large values by chance.

    References
    ----------
    .. [1] Gottfried, J., Jezek, S., Kralova, M., & Rihacek, T. (2022). Practical Assessment, Research, and Evaluation,
       27, 2.

    Examples
    --------
    >>> largest_autocorrelation(np.array([[1.0, 2.0, 3.0, 1.0, 2.0, 3.0, 1.0, 2.0, 3.0]]), 3)
    array([1.])
    """
    result = np.full(len(answers), np.nan)
    n_items = answers.shape[1]
    for rows in row_slices(len(answers), n_items):
        seen = np.isfinite(answers[rows])
        n = seen.sum(axis=1, keepdims=True)
        filled = np.where(seen, answers[rows], 0.0)
        centre = np.round(filled.sum(axis=1, keepdims=True) / np.maximum(n, 1))
        x, o = np.where(seen, filled - centre, 0.0), seen.astype(float)
        best = np.full(len(x), np.nan)
        for lag in range(1, min(max_lag, n_items - 3) + 1):
            best = np.fmax(best, np.abs(_lagged(x, o, lag)))
        result[rows] = best
    return result


def _lagged(x: Matrix, o: Matrix, lag: int) -> Vector:
    x1, x2, o1, o2 = x[:, :-lag], x[:, lag:], o[:, :-lag], o[:, lag:]
    n = np.einsum("ij,ij->i", o1, o2)
    sum_1, sum_2 = np.einsum("ij,ij->i", x1, o2), np.einsum("ij,ij->i", o1, x2)
    cross = np.einsum("ij,ij->i", x1, x2)
    spread_1 = n * np.einsum("ij,ij,ij->i", x1, x1, o2) - sum_1**2
    spread_2 = n * np.einsum("ij,ij,ij->i", x2, x2, o1) - sum_2**2
    usable = (n >= 3) & (spread_1 > 1e-9) & (spread_2 > 1e-9)
    spread = np.sqrt(np.where(usable, spread_1 * spread_2, 1.0))
    return np.where(usable, np.clip((n * cross - sum_1 * sum_2) / spread, -1.0, 1.0), np.nan)
