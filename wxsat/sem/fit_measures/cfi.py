r"""Comparative fit index: :math:`1 - \max(\chi^2-df, 0) / \max(\chi^2-df, \chi_b^2-df_b, 0)` (Bentler 1990)."""

from __future__ import annotations


def cfi(
    statistic: float,
    df: float,
    baseline: float,
    baseline_df: float,
    scaling: float = 1.0,
    baseline_scaling: float = 1.0,
) -> float:
    """
    Return CFI in [0, 1]; 1 when neither model misfits.

    `scaling` multiplies the degrees of freedom: with the scaling factors of a robust test it is ``cfi_robust``
    (Brosseau-Liard and Savalei 2014).
    """
    misfit = statistic - scaling * df
    worse = max(misfit, 0.0)
    worst = max(misfit, baseline - baseline_scaling * baseline_df, 0.0)
    return 1.0 if worst == 0 else 1.0 - worse / worst
