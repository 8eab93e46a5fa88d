r"""Power of the tests of close, not-close and exact fit, and the smallest N that has it.

Under a true RMSEA :math:`\epsilon` the likelihood ratio has a noncentral chi-square distribution with noncentrality
:math:`(N - 1)\,df\,\epsilon^2 / G`. Nothing else about the model is needed than its degrees of freedom.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real
from typing import Any, Literal

from wxsat.errors import Fault, UsageError, nearest, require_kind
from wxsat.notebook import ShownInNotebook

FitTest = Literal["close", "not_close", "exact"]
TESTS: dict[str, tuple[float, float]] = {"close": (0.05, 0.08), "not_close": (0.05, 0.01), "exact": (0.0, 0.05)}
"""Null and true RMSEA of MacCallum, Browne and Sugawara (1996), and of the exact test."""
LARGEST_N = 10_000_000


@dataclass(frozen=True)
class RmseaPower(ShownInNotebook):
    """
    Power of a test of fit.

    Attributes
    ----------
    test : {"close", "not_close", "exact"}
    df : int
    n : int
        Rows in all groups.
    null, true : float
        RMSEA under the hypothesis and in the population.
    alpha, power : float
    groups : int
    critical : float
        The chi-square at which the test rejects: above it, for ``not_close`` below it.
    target : float, optional
        Power that was asked, when N was searched.
    """

    test: FitTest
    df: int
    n: int
    null: float
    true: float
    alpha: float
    power: float
    groups: int
    critical: float
    target: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def power_of_rmsea(
    df: int,
    n: int,
    *,
    test: FitTest = "close",
    null: float | None = None,
    true: float | None = None,
    alpha: float = 0.05,
    groups: int = 1,
) -> RmseaPower:
    r"""
    Power of a test of fit by the RMSEA.

    Parameters
    ----------
    df : int
        Degrees of freedom of the model, 1 or more.
    n : int
        Rows in all groups.
    test : {"close", "not_close", "exact"}
        H0: RMSEA <= `null` (close, exact with 0), rejected by a large chi-square; or H0: RMSEA >= `null`
        (not close), rejected by a small one.
    null, true : float, optional
        RMSEA under H0 and in the population; the values of MacCallum et al. when left out (.05 and .08; .05 and
        .01), for the exact test 0 and .05.
    alpha : float
        In (0, 1).
    groups : int

    Returns
    -------
    RmseaPower

    Raises
    ------
    UsageError
        MEAS-080 for values without meaning.

    Notes
    -----
    .. math:: \lambda = (N - 1)\,df\,\epsilon^2 / G

    With N - 1 as in the paper and semTools. Checked against table 2 of the paper and
    ``semTools::findRMSEApower`` 0.5-6 in ``tests/golden/planning``.

    References
    ----------
    .. [1] MacCallum, R. C., Browne, M. W., & Sugawara, H. M. (1996). Power analysis and determination of sample size
           for covariance structure modeling. Psychological Methods, 1, 130-149.

    Examples
    --------
    >>> round(power_of_rmsea(40, 200).power, 3)
    0.688
    """
    null, true = _checked(df, test, null, true, alpha, groups)
    require_kind(n, Real, "n", "a number of respondents")
    if n < 2 or n > LARGEST_N:
        raise UsageError("MEAS-080", f"n is {n}; a whole number of at least 2 was expected.", where="n")
    power, critical = _power(df, n, test, null, true, alpha, groups)
    return RmseaPower(test, df, n, null, true, alpha, power, groups, critical)


def n_for_rmsea(
    df: int,
    *,
    target: float = 0.80,
    test: FitTest = "close",
    null: float | None = None,
    true: float | None = None,
    alpha: float = 0.05,
    groups: int = 1,
) -> RmseaPower:
    """
    Smallest N at which a test of fit by the RMSEA has the power asked.

    Parameters
    ----------
    target : float
        In (`alpha`, 1).
    df, test, null, true, alpha, groups
        As in :func:`power_of_rmsea`.

    Returns
    -------
    RmseaPower
        With that `n`.

    Raises
    ------
    UsageError
        MEAS-080 for values without meaning, MEAS-085 when no N up to ten million has that power.

    Notes
    -----
    Power rises with N, so that halving finds the smallest exactly. Checked against table 4 of the paper and
    ``semTools::findRMSEAsamplesize`` 0.5-6.

    Examples
    --------
    >>> n_for_rmsea(40).n
    252
    """
    null, true = _checked(df, test, null, true, alpha, groups)
    if not alpha < target < 1:
        raise UsageError("MEAS-080", f"target is {target:g}; a power between alpha and 1 was expected.", where="target")
    low, high = 1, 4
    while _power(df, high, test, null, true, alpha, groups)[0] < target:
        low, high = high, 2 * high
        if high > LARGEST_N:
            raise UsageError(
                "MEAS-085",
                f"no N up to {LARGEST_N} has a power of {target:g}: the two RMSEA are too close.",
                where="target",
            )
    while high - low > 1:
        middle = (low + high) // 2
        below = _power(df, middle, test, null, true, alpha, groups)[0] < target
        low, high = (middle, high) if below else (low, middle)
    power, critical = _power(df, high, test, null, true, alpha, groups)
    return RmseaPower(test, df, high, null, true, alpha, power, groups, critical, target)


def _checked(
    df: int, test: str, null: float | None, true: float | None, alpha: float, groups: int
) -> tuple[float, float]:
    require_kind(df, Real, "df", "a number of degrees of freedom")
    if test not in TESTS:
        raise UsageError(
            "MEAS-080", f"unknown test {test!r}. Known: {', '.join(TESTS)}.{nearest(test, TESTS)}", where="test"
        )
    h0 = TESTS[test][0] if null is None else null
    h1 = TESTS[test][1] if true is None else true
    wanted = (
        (df >= 1, "df", f"df is {df}; a model without degrees of freedom cannot be tested."),
        (0 < alpha < 1, "alpha", f"alpha is {alpha:g}; a number between 0 and 1 was expected."),
        (groups >= 1, "groups", f"groups is {groups}; at least 1 was expected."),
        (h0 >= 0 and h1 >= 0, "null", "an RMSEA cannot be negative."),
        (test != "exact" or h0 == 0, "null", f"the exact test has a null RMSEA of 0; got {h0:g}."),
        (
            h1 < h0 if test == "not_close" else h1 > h0,
            "true",
            f"the true RMSEA ({h1:g}) must lie {'below' if test == 'not_close' else 'above'} that of H0 ({h0:g}).",
        ),
    )
    faults = [Fault("MEAS-080", message, where) for fine, where, message in wanted if not fine]
    if faults:
        raise UsageError.from_faults(faults)
    return h0, h1


def _power(df: int, n: int, test: str, null: float, true: float, alpha: float, groups: int) -> tuple[float, float]:
    """Return the power and the critical chi-square."""
    from scipy.stats import chi2, ncx2

    under, actual = (max((n - 1) * df * e**2 / groups, 0.0) for e in (null, true))
    lower = test == "not_close"
    tail = alpha if lower else 1 - alpha
    critical = float(ncx2.ppf(tail, df, under) if under > 0 else chi2.ppf(tail, df))
    law = ncx2(df, actual) if actual > 0 else chi2(df)
    power = float(law.cdf(critical) if lower else law.sf(critical))
    return (power if math.isfinite(power) else 1.0), critical
