r"""The likelihood-ratio test of the model against the saturated one: :math:`\chi^2 = N F_{ML}`."""

from __future__ import annotations


def chisq(discrepancy: float, n_obs: int) -> float:
    """Return chi-square (N times F, S divided by N); 0 at best, never negative by rounding."""
    return max(n_obs * discrepancy, 0.0)


def chisq_pvalue(statistic: float, df: int) -> float:
    """Return the upper tail of the central chi-square; NaN for a model without degrees of freedom."""
    from scipy.special import chdtrc

    return float(chdtrc(df, statistic)) if df > 0 else float("nan")
