r"""Normed fit index :math:`1 - \chi^2/\chi_b^2` (Bentler and Bonett 1980) and its kin: PNFI, RFI."""

from __future__ import annotations

import math


def nfi(statistic: float, baseline: float, df: float = 0.0, baseline_df: float = math.inf) -> float:
    """Return NFI; NaN when the baseline fits perfectly or has fewer degrees of freedom than the model."""
    return 1.0 - statistic / baseline if baseline > 0 and df <= baseline_df else math.nan


def pnfi(statistic: float, df: float, baseline: float, baseline_df: float) -> float:
    """Return the parsimonious NFI, NFI times df over the baseline's."""
    if not (baseline > 0 and baseline_df > 0):
        return math.nan
    return df / baseline_df * (1.0 - statistic / baseline)


def rfi(statistic: float, df: float, baseline: float, baseline_df: float) -> float:
    """Return the relative fit index (Bollen 1986); 1 for a saturated model, NaN where NFI is."""
    if df > baseline_df:
        return math.nan
    if df == 0 or baseline_df == 0:
        return 1.0
    part, whole = baseline / baseline_df - statistic / df, baseline / baseline_df
    return 1.0 if part < 0 else part / whole if whole > 0 else math.nan
