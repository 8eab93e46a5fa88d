"""Within-person standard deviation (IRV), over all answers and over parts of the questionnaire."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wxsat.numerics.row_blocks import by_row_blocks

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]


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
    return by_row_blocks(_deviation, answers)


def part_variability(answers: Matrix, n_parts: int = 3) -> Matrix:
    """
    Within-person standard deviation in each of `n_parts` stretches of the questionnaire.

    Who tires halfway is caught by the last part although the whole looks alive.

    Parameters
    ----------
    answers : ndarray, shape (n_respondents, n_items)
    n_parts : int
        Stretches of equal length; where the items do not divide evenly the longer stretches are spread as R's
        ``cut(seq_along(x), n)`` spreads them.

    Returns
    -------
    ndarray, shape (n_respondents, n_parts)
        NaN where a stretch has fewer than two answers.

    Notes
    -----
    Checked against ``careless::irv(split = TRUE)`` 1.2.2 in five parts.

    Examples
    --------
    >>> part_variability(np.array([[1.0, 2.0, 3.0, 3.0]]), 2).round(3)
    array([[0.707, 0.   ]])
    """
    return np.column_stack(
        [individual_variability(answers[:, part]) for part in equal_parts(answers.shape[1], n_parts)]
    )


def equal_parts(n_items: int, n_parts: int) -> list[slice]:
    """
    Cut the positions 1..n into intervals of equal width, closed on the right.

    Examples
    --------
    >>> [(p.start, p.stop) for p in equal_parts(7, 3)]
    [(0, 3), (3, 5), (5, 7)]
    """
    ends = [int(np.floor(1 + (n_items - 1) * k / n_parts + 1e-9)) for k in range(1, n_parts)] + [n_items]
    return [slice(start, end) for start, end in zip([0, *ends[:-1]], ends, strict=True)]


def _deviation(answers: Matrix) -> Vector:
    answered = np.isfinite(answers)
    n = answered.sum(axis=1)
    values = np.where(answered, answers, 0.0)
    mean = values.sum(axis=1) / np.maximum(n, 1)
    squares = (np.where(answered, answers - mean[:, None], 0.0) ** 2).sum(axis=1)
    return np.where(n > 1, np.sqrt(squares / np.maximum(n - 1, 1)), np.nan)
