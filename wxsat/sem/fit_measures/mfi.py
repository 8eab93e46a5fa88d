r"""McDonald's fit index :math:`\exp\{-(\chi^2-df)/(2N)\}` (1989), and gamma hat (Steiger 1989)."""

from __future__ import annotations

import math


def mfi(statistic: float, df: float, size: float) -> float:
    """Return McDonald's index; above 1 when the statistic is below its degrees of freedom."""
    return math.exp(-0.5 * (statistic - df) / size)


def gamma_hat(statistic: float, df: float, size: float, n_variables: int) -> float:
    r"""Return :math:`p/\{p + 2(\chi^2-df)/N\}`."""
    return n_variables / (n_variables + 2.0 * (statistic - df) / size)


def adjusted_gamma_hat(value: float, df: float, n_variables: int, n_groups: int = 1) -> float:
    """Return gamma hat adjusted for degrees of freedom; NaN for a saturated model."""
    moments = n_groups * n_variables * (n_variables + 1) / 2
    return 1.0 - moments / df * (1.0 - value) if df > 0 else math.nan
