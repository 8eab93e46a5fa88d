r"""Relative noncentrality index: CFI without its bounds (McDonald and Marsh 1990)."""

from __future__ import annotations

import math


def rni(
    statistic: float,
    df: float,
    baseline: float,
    baseline_df: float,
    scaling: float = 1.0,
    baseline_scaling: float = 1.0,
) -> float:
    """Return RNI; above 1 when the statistic is below its degrees of freedom, NaN when the baseline fits exactly."""
    room = baseline - baseline_scaling * baseline_df
    return 1.0 - (statistic - scaling * df) / room if room != 0 else math.nan
