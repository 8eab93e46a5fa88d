r"""Incremental fit index :math:`(\chi_b^2-\chi^2)/(\chi_b^2-df)` (Bollen 1989)."""

from __future__ import annotations

import math


def ifi(statistic: float, df: float, baseline: float) -> float:
    """Return IFI; 1 where the baseline already fits better than `df`, NaN where it is exactly as good."""
    room = baseline - df
    if room < 0:
        return 1.0
    return (baseline - statistic) / room if room > 0 else math.nan
