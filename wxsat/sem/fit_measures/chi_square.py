"""Everything that follows from a chi-square, its degrees of freedom, the baseline's and N."""

from __future__ import annotations

from wxsat.sem.fit_measures.cfi import cfi
from wxsat.sem.fit_measures.hoelter import critical_n
from wxsat.sem.fit_measures.ifi import ifi
from wxsat.sem.fit_measures.mfi import mfi
from wxsat.sem.fit_measures.nfi import nfi, pnfi, rfi
from wxsat.sem.fit_measures.rmsea import (
    CLOSE,
    NOT_CLOSE,
    rmsea,
    rmsea_close_pvalue,
    rmsea_interval,
    rmsea_notclose_pvalue,
)
from wxsat.sem.fit_measures.rni import rni
from wxsat.sem.fit_measures.tli import tli
from wxsat.sem.robust.scaled_tests import TestStatistic

LEVEL = 0.90


def chi_square_measures(test: TestStatistic, baseline: TestStatistic, size: float, n_groups: int) -> dict[str, float]:
    """
    Return the measures of the uncorrected test.

    Parameters
    ----------
    size : float
        N for normal ML, N minus the number of groups for Wishart ML and least squares.
    """
    x, df = test.statistic, test.df
    found = {
        "chisq": x,
        "df": df,
        "pvalue": test.p_value,
        "baseline_chisq": baseline.statistic,
        "baseline_df": baseline.df,
        "baseline_pvalue": baseline.p_value,
        "cn_05": critical_n(x, df, size, 0.05),
        "cn_01": critical_n(x, df, size, 0.01),
        "mfi": mfi(x, df, size),
    }
    return found | comparative_measures(test, baseline) | rmsea_measures(x, df, size, n_groups, "")


def comparative_measures(test: TestStatistic, baseline: TestStatistic, suffix: str = "") -> dict[str, float]:
    """Return the indices that compare with the baseline, under lavaan's names with `suffix`."""
    x, df, b, b_df = test.statistic, test.df, baseline.statistic, baseline.df
    values = {
        "cfi": cfi(x, df, b, b_df),
        "tli": tli(x, df, b, b_df),
        "nnfi": tli(x, df, b, b_df),
        "rfi": rfi(x, df, b, b_df),
        "nfi": nfi(x, b, df, b_df),
        "pnfi": pnfi(x, df, b, b_df),
        "ifi": ifi(x, df, b),
        "rni": rni(x, df, b, b_df),
    }
    return {name + suffix: value for name, value in values.items()}


def rmsea_measures(
    statistic: float,
    df: float,
    size: float,
    n_groups: int,
    suffix: str,
    *,
    interval_statistic: float | None = None,
    scaling: float = 1.0,
    interval_scaling: float = 1.0,
) -> dict[str, float]:
    """Return RMSEA with its interval and its tests of close and of not close fit."""
    x = statistic if interval_statistic is None else interval_statistic
    lower, upper = rmsea_interval(x, df, size, LEVEL, n_groups=n_groups, scaling=interval_scaling)
    found = {
        "rmsea": rmsea(statistic, df, size, n_groups, scaling),
        "rmsea_ci_lower": lower,
        "rmsea_ci_upper": upper,
        "rmsea_pvalue": rmsea_close_pvalue(x, df, size, n_groups=n_groups, scaling=interval_scaling),
        "rmsea_notclose_pvalue": rmsea_notclose_pvalue(x, df, size, n_groups=n_groups, scaling=interval_scaling),
    }
    found = {name + suffix: value for name, value in found.items()}
    if not suffix:
        found |= {"rmsea_ci_level": LEVEL, "rmsea_close_h0": CLOSE, "rmsea_notclose_h0": NOT_CLOSE}
    return found
