r"""Normed fit index: :math:`1 - \chi^2/\chi_b^2` (Bentler and Bonett 1980)."""

from __future__ import annotations

import math


def nfi(statistic: float, baseline: float) -> float:
    """Return NFI in [0, 1]; NaN when the baseline fits perfectly."""
    return 1.0 - statistic / baseline if baseline > 0 else math.nan
