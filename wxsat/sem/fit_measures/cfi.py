r"""Comparative fit index: :math:`1 - \max(\chi^2-df, 0) / \max(\chi^2-df, \chi_b^2-df_b, 0)` (Bentler 1990)."""

from __future__ import annotations


def cfi(statistic: float, df: int, baseline: float, baseline_df: int) -> float:
    """Return CFI in [0, 1]; 1 when neither model misfits."""
    worse = max(statistic - df, 0.0)
    worst = max(statistic - df, baseline - baseline_df, 0.0)
    return 1.0 if worst == 0 else 1.0 - worse / worst
