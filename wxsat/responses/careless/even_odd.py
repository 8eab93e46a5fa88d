"""Even-odd consistency, with the sign of careless 1.2: higher means more careless."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wxsat.numerics.row_blocks import row_slices
from wxsat.responses.careless.within_person import row_correlation

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]


def even_odd(answers: Matrix, groups: Sequence[Sequence[int]]) -> Vector:
    """
    Even-odd inconsistency: higher means more careless.

    For every scale, the mean of its odd and of its even items; the correlation of the two sets of means
    within a person, stepped up by Spearman-Brown, with its sign turned (as in careless >= 1.2.0; earlier versions and
    the paper give the opposite sign).

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
    result = np.full(len(answers), np.nan)
    if len(used) < 3:
        return result
    for rows in row_slices(len(answers), answers.shape[1]):
        block = answers[rows]
        odd = np.column_stack([_row_means(block[:, group[0::2]]) for group in used])
        even = np.column_stack([_row_means(block[:, group[1::2]]) for group in used])
        r = row_correlation(odd, even)
        with np.errstate(divide="ignore", invalid="ignore"):
            result[rows] = -np.clip(2 * r / (1 + r), -1.0, 1.0)
    return result


def _row_means(answers: Matrix) -> Vector:
    observed = np.isfinite(answers)
    n = observed.sum(axis=1)
    return np.where(n > 0, np.where(observed, answers, 0.0).sum(axis=1) / np.maximum(n, 1), np.nan)
