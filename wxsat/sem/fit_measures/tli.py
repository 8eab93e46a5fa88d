r"""Tucker-Lewis index: :math:`(\chi_b^2/df_b - \chi^2/df) / (\chi_b^2/df_b - 1)`; may leave [0, 1]."""

from __future__ import annotations

import math


def tli(
    statistic: float,
    df: float,
    baseline: float,
    baseline_df: float,
    scaling: float = 1.0,
    baseline_scaling: float = 1.0,
) -> float:
    """
    Return TLI (the non-normed fit index).

    1 for a saturated model, NaN when the baseline has no degrees of freedom or fits perfectly. With the scaling factors
    of a robust test it is ``tli_robust``.
    """
    if df == 0:
        return 1.0
    room = (baseline - baseline_scaling * baseline_df) * df
    if baseline_df == 0 or room == 0:
        return math.nan
    return 1.0 - (statistic - scaling * df) * baseline_df / room
