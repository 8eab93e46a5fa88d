r"""
Corrected chi-square tests, as pure functions of the statistic, its degrees of freedom and two traces.

Under non-normality the statistic is a sum of weighted chi-squares with mean :math:`tr(U\Gamma)` and variance
:math:`2tr\{(U\Gamma)^2\}`. Dividing by :math:`c = tr(U\Gamma)/df` corrects the mean (Satorra and Bentler 1994; Yuan and
Bentler 2000 with another estimate of the trace); adjusting the degrees of freedom, or scaling and shifting (Asparouhov
and Muthén 2010), corrects the variance too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

NAN = math.nan


@dataclass(frozen=True)
class TestStatistic:
    """
    One test of the model.

    Attributes
    ----------
    name : str
        lavaan's name: ``standard``, ``satorra.bentler``, ``mean.var.adjusted``, ``scaled.shifted``, ``yuan.bentler``,
        ``yuan.bentler.mplus``, ``browne.residual.nt``, ``browne.residual.adf``, ...
    statistic, df, p_value : float
        `df` is not whole for the mean-and-variance adjusted test.
    scaling_factor : float
        What the uncorrected statistic was divided by; NaN for tests that are not scaled.
    shift : float
        Added after scaling (scaled.shifted alone).
    trace, trace_square : float
    scaling_factor_h1, scaling_factor_h0 : float
        Of the saturated model and of the model, per parameter (Yuan-Bentler alone).
    """

    __test__ = False

    name: str
    statistic: float
    df: float
    p_value: float
    scaling_factor: float = NAN
    shift: float = NAN
    trace: float = NAN
    trace_square: float = NAN
    scaling_factor_h1: float = NAN
    scaling_factor_h0: float = NAN

    @property
    def average_scaling(self) -> float:
        r"""Mean of the weights, :math:`tr(U\Gamma)/df`; differs from `scaling_factor` for scaled-shifted tests."""
        if self.name == "scaled.shifted":
            return self.scaling_factor * (self.df - self.shift) / self.df
        return self.scaling_factor


def upper_tail(statistic: float, df: float) -> float:
    """Return the upper tail of the central chi-square; NaN without degrees of freedom."""
    from scipy.special import chdtrc

    return float(chdtrc(df, statistic)) if df > 0 and math.isfinite(statistic) else NAN


def standard_test(statistic: float, df: int) -> TestStatistic:
    """Return the uncorrected test."""
    return TestStatistic("standard", statistic, float(df), upper_tail(statistic, df))


def mean_scaled(
    name: str, statistic: float, df: int, trace: float, *, h1: float = NAN, h0: float = NAN
) -> TestStatistic:
    r"""
    Return :math:`T/c`, :math:`c = tr/df`: Satorra-Bentler or Yuan-Bentler, by the trace.

    NaN for a saturated model and where the estimated trace is not positive (a sign of a bad solution).
    """
    if df <= 0:
        return TestStatistic(name, statistic, float(df), NAN, trace=trace, scaling_factor_h1=h1, scaling_factor_h0=h0)
    factor = trace / df
    if not factor > 0:
        return TestStatistic(name, NAN, float(df), NAN, trace=trace, scaling_factor_h1=h1, scaling_factor_h0=h0)
    scaled = statistic / factor
    return TestStatistic(
        name,
        scaled,
        float(df),
        upper_tail(scaled, df),
        factor,
        trace=trace,
        scaling_factor_h1=h1,
        scaling_factor_h0=h0,
    )


def mean_variance_adjusted(statistic: float, df: int, trace: float, trace_square: float) -> TestStatistic:
    r"""Return :math:`T\,tr/tr_2` on :math:`tr^2/tr_2` degrees of freedom (Satterthwaite; lavaan's MLMVS)."""
    name = "mean.var.adjusted"
    if df <= 0 or not (trace > 0 and trace_square > 0):
        return TestStatistic(name, statistic if df <= 0 else NAN, float(df), NAN)
    fractional = trace**2 / trace_square
    factor = trace / fractional
    scaled = statistic / factor
    p_value = upper_tail(scaled, fractional)
    return TestStatistic(name, scaled, fractional, p_value, factor, trace=trace, trace_square=trace_square)


def scaled_shifted(statistic: float, df: int, trace: float, trace_square: float) -> TestStatistic:
    r"""Return :math:`aT + b`, :math:`a = \sqrt{df/tr_2}`, :math:`b = df - a\,tr` (lavaan's MLMV; factor 1/a)."""
    name = "scaled.shifted"
    if df <= 0 or not (trace > 0 and trace_square > 0):
        return TestStatistic(name, statistic if df <= 0 else NAN, float(df), NAN)
    a = math.sqrt(df / trace_square)
    shift = df - a * trace
    scaled = a * statistic + shift
    p_value = upper_tail(scaled, df)
    return TestStatistic(name, scaled, float(df), p_value, 1.0 / a, shift, trace, trace_square)
