"""How sure the gaps of needs are: the public and the staff drawn again together, account by account."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
GAPS = ("g1", "g2", "g3")


def add_gap_intervals(
    gaps: pd.DataFrame, public: tuple[Floats, Floats], staff: tuple[Floats, Floats] | None, df: float | None
) -> pd.DataFrame:
    r"""
    Add the 95 % interval of every gap: ``g1_lower g1_upper`` to ``g3_lower g3_upper``.

    Parameters
    ----------
    gaps : DataFrame
        :func:`wxsat.diagnosis.gaps.tabulate_gaps`.
    public : tuple of ndarray, shape (draws, k)
        Importance and performance in every draw.
    staff : tuple of ndarray, shape (draws, k), or None
        Importance believed and performance claimed in the same draws.
    df : float or None
        Degrees of freedom: accounts less one where they are drawn; None for the normal distribution.

    Returns
    -------
    DataFrame
        NaN where a gap is not known or a source has no spread to draw (one account, one person).

    Notes
    -----
    :math:`g \pm t_{.975}(df) \, s(g^*)` with the standard deviation over draws. Both sides of a gap are of the same
    draw, so that what they share within accounts cancels as it does in the difference itself. Simulation:
    ``tests/recovery/test_gap_coverage.py``.

    References
    ----------
    .. [1] Rao, J. N. K., & Wu, C. F. J. (1988). Resampling inference with complex survey data. Journal of the American
       Statistical Association, 83(401), 231-241.
    """
    from scipy.special import ndtri, stdtrit

    importance, performance = public
    believed, claimed = staff if staff is not None else (np.full_like(importance, np.nan),) * 2
    drawn = (importance - performance, believed - importance, claimed - performance)
    factor = float(ndtri(0.975) if df is None else stdtrit(df, 0.975))
    out = gaps.copy()
    for name, draws in zip(GAPS, drawn, strict=True):
        half = factor * np.array([_spread(column) for column in draws.T])
        out[f"{name}_lower"], out[f"{name}_upper"] = out[name] - half, out[name] + half
    return out


def _spread(draws: Floats) -> float:
    """Return the standard deviation over draws in which both sides are known; NaN where most are not or none moves."""
    known = draws[np.isfinite(draws)]
    if len(known) < 0.5 * len(draws) or np.ptp(known) < 1e-9:
        return math.nan
    return float(known.std(ddof=1))
