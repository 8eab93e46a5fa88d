r"""
Scaled difference tests of nested models: the difference of two scaled chi-squares is not one, these are.

- Satorra and Bentler (2001): :math:`c_d = (r_0c_0 - r_1c_1)/(r_0 - r_1)` from what two outputs print; may be negative.
- Satorra and Bentler (2010): :math:`c_1` replaced by the factor of the larger model *evaluated at the restricted
  estimates*; positive, at the price of one more evaluation.
- Satorra (2000): the exact trace, :math:`tr\{PA'(APA')^{-1}AP B\}`, from restrictions A of the larger model.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from wxsat.sem.implied import Implied, moments_jacobian
from wxsat.sem.robust.inverse import ranked_inverse, symmetric_inverse
from wxsat.sem.robust.scaled_tests import TestStatistic, mean_variance_adjusted, scaled_shifted, upper_tail
from wxsat.sem.test_statistics.likelihood_ratio import check_nesting
from wxsat.sem.test_statistics.score import null_basis

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wxsat.sem.restrictions import Restrictions

    Matrix = NDArray[np.float64]


def satorra_bentler_difference(
    restricted: TestStatistic,
    free: TestStatistic,
    restricted_scaling: float,
    free_scaling: float,
    *,
    year: Literal["2001", "2010"] = "2001",
) -> TestStatistic:
    r"""
    Return the scaled difference from two factors.

    Parameters
    ----------
    restricted, free : TestStatistic
        The *uncorrected* tests of both models.
    restricted_scaling : float
        Scaling factor of the restricted model.
    free_scaling : float
        Of the larger model: at its own estimates (2001), or at the restricted ones (2010).

    Returns
    -------
    TestStatistic
        NaN where the factor of the difference is not positive: take 2010 or Satorra (2000) then (finding SEM-140).

    Notes
    -----
    Checked against lavaan 0.6-14's ``lavTestLRT()``.
    """
    df = check_nesting(int(restricted.df), int(free.df))
    own = free_scaling if free.df > 0 else 1.0
    factor = (restricted.df * restricted_scaling - free.df * own) / df
    name = f"satorra.bentler.{year}"
    if not factor > 0:
        return TestStatistic(name, np.nan, float(df), np.nan, factor)
    statistic = (restricted.statistic - free.statistic) / factor
    return TestStatistic(name, statistic, float(df), upper_tail(max(statistic, 0.0), df), factor)


def restriction_rows(
    free: Sequence[Implied],
    free_restrictions: Restrictions,
    restricted: Sequence[Implied],
    restricted_restrictions: Restrictions,
) -> Matrix:
    r"""
    Return the restrictions A on the larger model's unique parameters that locally make the smaller one.

    The tangent space of the smaller model, :math:`\Delta_0K_0`, seen in that of the larger, is all that A leaves free.
    """
    large = np.vstack([moments_jacobian(at) for at in free]) @ free_restrictions.basis
    small = np.vstack([moments_jacobian(at) for at in restricted]) @ restricted_restrictions.basis
    inside: Matrix = np.linalg.lstsq(large, small, rcond=None)[0].astype(np.float64)
    return null_basis(inside.T, large.shape[1]).T


def satorra_2000(
    difference: float,
    df: int,
    rows: Matrix,
    information: Matrix,
    meat: Matrix,
    *,
    correction: Literal["mean", "mean.var.adjusted", "scaled.shifted"] = "mean",
) -> TestStatistic:
    """
    Return the scaled difference with the exact trace.

    Parameters
    ----------
    difference, df : float, int
        Of the uncorrected tests.
    rows : ndarray, shape (n_restrictions, n_unique)
        Of :func:`restriction_rows`.
    information, meat : ndarray, shape (n_unique, n_unique)
        K'IK and K'BK of the larger model at its own estimates.

    Notes
    -----
    Checked against lavaan 0.6-14's ``lavTestLRT(method = "satorra.2000")`` with ``A.method = "delta"``.
    """
    inverse = symmetric_inverse(information)
    middle, _ = ranked_inverse(rows @ inverse @ rows.T)
    weight = inverse @ rows.T @ middle @ rows @ inverse
    product = weight @ meat
    trace, square = float(np.trace(product)), float(np.einsum("ij,ji->", product, product))
    if correction == "mean.var.adjusted":
        return mean_variance_adjusted(difference, df, trace, square)
    if correction == "scaled.shifted":
        return scaled_shifted(difference, df, trace, square)
    factor = trace / df
    statistic = difference / factor
    p_value = upper_tail(max(statistic, 0.0), df)
    return TestStatistic("satorra.2000", statistic, float(df), p_value, factor, trace=trace, trace_square=square)
