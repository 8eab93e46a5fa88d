"""Hoelter's critical N: the sample size at which the model would just be rejected (Hoelter 1983)."""

from __future__ import annotations

import math


def critical_n(statistic: float, df: float, size: float, alpha: float = 0.05) -> float:
    """Return the critical N at level `alpha`; 1 for a saturated model, as lavaan prints it, NaN for a perfect fit."""
    if df == 0:
        return 1.0
    if df < 0 or statistic <= 0:
        return math.nan
    from scipy.special import chdtri

    return float(chdtri(df, alpha)) / (statistic / size) + 1.0
