"""The likelihood-ratio test of nested models, uncorrected; its scaled kin are in ``robust/difference_tests.py``."""

from __future__ import annotations

from wxsat.errors import UsageError
from wxsat.sem.robust.scaled_tests import TestStatistic, upper_tail


def likelihood_ratio(restricted: float, restricted_df: int, free: float, free_df: int) -> TestStatistic:
    """
    Return the difference of two chi-squares of nested models.

    Parameters
    ----------
    restricted, restricted_df : float, int
        The model with more degrees of freedom.
    free, free_df : float, int
        The model that it is nested in.

    Raises
    ------
    UsageError
        SEM-095 when the degrees of freedom do not fall.

    Notes
    -----
    Checked against lavaan 0.6-14's ``lavTestLRT()``.

    Examples
    --------
    >>> test = likelihood_ratio(124.04, 54, 115.85, 48)
    >>> round(test.statistic, 2), round(test.p_value, 3)
    (8.19, 0.225)
    """
    df = check_nesting(restricted_df, free_df)
    difference = restricted - free
    return TestStatistic("difference", difference, float(df), upper_tail(max(difference, 0.0), df))


def check_nesting(restricted_df: int, free_df: int) -> int:
    """Return the degrees of freedom of the difference; UsageError SEM-095 when there are none."""
    df = restricted_df - free_df
    if df <= 0:
        raise UsageError(
            "SEM-095",
            f"a model with {restricted_df} degrees of freedom cannot be nested in one with {free_df}.",
            where="comparison",
            hint="Give the restricted model first; models with equal degrees of freedom have no such test.",
        )
    return df
