r"""Tucker-Lewis index: :math:`(\chi_b^2/df_b - \chi^2/df) / (\chi_b^2/df_b - 1)`; may leave [0, 1]."""

from __future__ import annotations

import math


def tli(statistic: float, df: int, baseline: float, baseline_df: int) -> float:
    """Return TLI; 1 for a saturated model, NaN when the baseline has no degrees of freedom or fits perfectly."""
    if df == 0:
        return 1.0
    if baseline_df == 0 or baseline == baseline_df:
        return math.nan
    return (baseline / baseline_df - statistic / df) / (baseline / baseline_df - 1.0)
