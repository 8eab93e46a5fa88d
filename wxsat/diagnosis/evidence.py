"""How far the sources agree: Cochran's Q and I-squared with a tolerance, and the evidence grade that follows.

The grade stands beside the severity and never enters it: a missing source lowers what is known, not how bad things are.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Grade = Literal["A", "B", "C"]
TOLERANCE = 5.0
AGREE_BELOW_I2 = 0.50
BEST_GRADE: dict[int, Grade] = {1: "C", 2: "B", 3: "A"}


@dataclass(frozen=True)
class Triangulation:
    """Cochran's Q about the equal-weight mean and I-squared in [0, 1); NaN with one source."""

    q: float
    i2: float


def triangulate(
    severities: NDArray[np.float64], errors: NDArray[np.float64], tolerance: float = TOLERANCE
) -> Triangulation:
    r"""
    Measure the disagreement of sources beyond sampling error and a tolerance.

    Parameters
    ----------
    severities, errors : ndarray, shape (k,)
        Severity of each source and its standard error; an unknown error counts as none.
    tolerance : float
        Points by which sources may differ because they do not measure quite the same.

    Returns
    -------
    Triangulation

    Notes
    -----
    .. math:: Q = \sum_s (S_s - \bar S)^2 / (SE_s^2 + \delta^2), \qquad I^2 = \max(0, (Q - (k - 1)) / Q)

    Examples
    --------
    >>> triangulate(np.array([40.0, 50.0, 60.0]), np.zeros(3))
    Triangulation(q=8.0, i2=0.75)
    """
    k = len(severities)
    if k < 2:
        return Triangulation(np.nan, np.nan)
    spread = np.nan_to_num(errors) ** 2 + tolerance**2
    q = float((((severities - severities.mean()) ** 2) / spread).sum())
    return Triangulation(q, max(0.0, (q - (k - 1)) / q) if q > 0 else 0.0)


def grade_of(
    severities: NDArray[np.float64], errors: NDArray[np.float64], tolerance: float = TOLERANCE
) -> Grade | None:
    """
    Return the evidence grade: A three sources that agree, B two that agree, C one source or conflict.

    Of three sources in conflict, two that agree with each other give B: leaving out the one that does not fit must not
    be rewarded.

    Examples
    --------
    >>> grade_of(np.array([50.0, 52.0, 49.0]), np.ones(3)), grade_of(np.array([50.0]), np.ones(1))
    ('A', 'C')
    """
    k = len(severities)
    if k == 0:
        return None

    def agree(of: tuple[int, ...]) -> bool:
        return triangulate(severities[list(of)], errors[list(of)], tolerance).i2 < AGREE_BELOW_I2

    if k >= 3 and agree(tuple(range(k))):
        return "A"
    return "B" if any(agree(pair) for pair in itertools.combinations(range(k), 2)) else "C"
