"""Rubin's rules: one estimate, one standard error and its degrees of freedom from several completed data sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wxsat.errors import UsageError


@dataclass(frozen=True, slots=True)
class Pooled:
    """
    An estimate pooled over imputations.

    Attributes
    ----------
    estimate, std_error : float
    df : float
        Barnard and Rubin's (1999) degrees of freedom.
    p_value : float
        Two-sided, that the estimate is 0.
    ci_lower, ci_upper : float
        95 % t interval.
    within, between, total : float
        Mean variance, variance of the estimates, and their sum ``within + (1 + 1/m) between``.
    riv, lambda_, fmi : float
        Relative increase in variance, share of the variance due to missing answers, fraction of missing information.
    m : int
    """

    estimate: float
    std_error: float
    df: float
    p_value: float
    ci_lower: float
    ci_upper: float
    within: float
    between: float
    total: float
    riv: float
    lambda_: float
    fmi: float
    m: int


def pool_estimates(
    estimates: Sequence[float] | NDArray[np.float64],
    variances: Sequence[float] | NDArray[np.float64],
    *,
    df_complete: float = float("inf"),
) -> Pooled:
    r"""
    Pool one parameter over m completed data sets.

    Parameters
    ----------
    estimates, variances : sequence of float, length m
        The estimate and its squared standard error in each.
    df_complete : float
        Degrees of freedom that complete data would have.

    Returns
    -------
    Pooled

    Raises
    ------
    UsageError
        MEAS-041 fewer than two imputations, or lists of unequal length.

    Notes
    -----
    :math:`T = \bar U + (1 + 1/m)B`, :math:`\lambda = (1 + 1/m)B/T`, :math:`\nu_{old} = (m - 1)/\lambda^2`,
    :math:`\nu_{obs} = \frac{\nu_{com}+1}{\nu_{com}+3}\nu_{com}(1-\lambda)`,
    :math:`\nu = \nu_{old}\nu_{obs}/(\nu_{old}+\nu_{obs})`, :math:`fmi = (r + 2/(\nu+3))/(r+1)`. Checked against
    ``mice::pool`` 3.15.

    References
    ----------
    .. [1] Rubin, D. B. (1987). Multiple imputation for nonresponse in surveys. Wiley.
    .. [2] Barnard, J., & Rubin, D. B. (1999). Biometrika, 86(4), 948-955.

    Examples
    --------
    >>> pooled = pool_estimates([1.0, 2.0, 3.0], [1.0, 1.0, 1.0])
    >>> pooled.estimate, round(pooled.total, 6)
    (2.0, 2.333333)
    """
    q, u = np.asarray(estimates, dtype=float), np.asarray(variances, dtype=float)
    m = len(q)
    if m < 2 or len(u) != m:
        raise UsageError(
            "MEAS-041",
            f"{m} estimate(s) and {len(u)} variance(s) cannot be pooled.",
            hint="Give one of each from at least two imputations.",
        )
    within, between = float(u.mean()), float(q.var(ddof=1))
    total = within + (1 + 1 / m) * between
    share = (1 + 1 / m) * between / total if total > 0 else 0.0
    df = _degrees(m, share, df_complete)
    riv = (1 + 1 / m) * between / within if within > 0 else float("inf")
    fmi = (riv + 2 / (df + 3)) / (riv + 1) if np.isfinite(riv) else 1.0
    estimate, se = float(q.mean()), float(np.sqrt(total))
    p_value, half = _t_figures(estimate, se, df)
    return Pooled(
        estimate, se, df, p_value, estimate - half, estimate + half, within, between, total, riv, share, fmi, m
    )


def _degrees(m: int, share: float, df_complete: float) -> float:
    old = (m - 1) / share**2 if share > 0 else float("inf")
    if not np.isfinite(df_complete):
        return old
    observed = (df_complete + 1) / (df_complete + 3) * df_complete * (1 - share)
    return observed if not np.isfinite(old) else old * observed / (old + observed)


def _t_figures(estimate: float, se: float, df: float) -> tuple[float, float]:
    from scipy.stats import norm, t

    law = t(df) if np.isfinite(df) else norm()
    half = float(law.ppf(0.975)) * se
    return float(2 * law.sf(abs(estimate) / se)) if se > 0 else float("nan"), half
