r"""Little's test: do rows that lack different answers differ in the answers that they have?

Under "missing completely at random" the mean of what a pattern has is an estimate of the same means, so that
:math:`d^2 = \sum_p n_p (\bar y_p - \hat\mu_p)'\hat\Sigma_p^{-1}(\bar y_p - \hat\mu_p)` is chi-square on
:math:`\sum_p k_p - k` degrees of freedom, with the maximum-likelihood moments of the incomplete data.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wxsat.numerics.incomplete_moments import incomplete_moments
from wxsat.numerics.incomplete_rows import row_patterns, squared_distances

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class McarTest:
    """
    Little's (1988) test of missing completely at random.

    Attributes
    ----------
    statistic : float
    df : int
    p_value : float
        NaN without degrees of freedom.
    n : int
        Rows with any value.
    n_patterns : int
        Patterns of unplanned missing answers, the complete one included.
    n_groups : int
        Groups that were asked the same; statistics and degrees of freedom are their sums.
    """

    statistic: float
    df: int
    p_value: float
    n: int
    n_patterns: int
    n_groups: int


def little_mcar_test(values: Matrix, asked: NDArray[np.bool_] | None = None) -> McarTest | None:
    """
    Test whether answers are missing completely at random.

    Parameters
    ----------
    values : ndarray, shape (n, p)
        NaN where missing.
    asked : ndarray of bool, shape (n, p), optional
        False where an answer was not asked by design. Rows that were asked the same make a group with moments of its
        own: what the design left out is no missing answer and tests nothing.

    Returns
    -------
    McarTest or None
        None where no group has enough rows (more than twice its variables) or its moments do not exist.

    Notes
    -----
    A small p-value says that missing goes with what was answered. A large one does not show that answers are missing
    at random, and says nothing about what was not answered. Checked against lavaan's moments with the statistic
    computed in R, and the value that the R package naniar documents for ``airquality`` (35.1 on 14).

    References
    ----------
    .. [1] Little, R. J. A. (1988). A test of missing completely at random for multivariate data with missing values.
       Journal of the American Statistical Association, 83(404), 1198-1202.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x = rng.normal(size=(100, 3)); x[:20, 2] = np.nan
    >>> little_mcar_test(x).df
    2
    """
    from scipy.stats import chi2

    shown = np.ones(values.shape, dtype=bool) if asked is None else asked
    design = row_patterns(shown)
    statistic, df, n, n_patterns, n_groups = 0.0, 0, 0, 0, 0
    for k, columns in enumerate(design.observed):
        group = values[np.ix_(design.member == k, columns)]
        part = _group_statistic(group)
        if part is not None:
            statistic, df = statistic + part[0], df + part[1]
            n, n_patterns, n_groups = n + part[2], n_patterns + part[3], n_groups + 1
    if not n_groups:
        return None
    p_value = float(chi2.sf(statistic, df)) if df > 0 else float("nan")
    return McarTest(statistic, df, p_value, n, n_patterns, n_groups)


def _group_statistic(values: Matrix) -> tuple[float, int, int, int] | None:
    values = values[:, np.isfinite(values).any(axis=0)]
    values = values[np.isfinite(values).any(axis=1)]
    n, p = values.shape
    if p < 1 or n <= 2 * p:
        return None
    found = incomplete_moments(values)
    if found is None or not found.converged:
        return None
    seen = np.isfinite(values)
    patterns = row_patterns(seen)
    sums = np.zeros(patterns.observed.shape)
    np.add.at(sums, patterns.member, np.where(seen, values - found.mean, 0.0))
    means = sums / patterns.count[:, None]
    inverse = np.asarray(np.linalg.inv(found.covariance), dtype=np.float64)
    distances = squared_distances(means, np.zeros(p), patterns.observed, inverse)
    df = int(patterns.observed.sum()) - p
    return float(patterns.count @ distances), df, n, len(patterns.count)
