"""All fit measures of one fit, under lavaan's names with ``.`` written as ``_``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.fit_measures.baseline import baseline_test
from wxsat.sem.fit_measures.cfi import cfi
from wxsat.sem.fit_measures.chisq import chisq, chisq_pvalue
from wxsat.sem.fit_measures.gfi import agfi, gfi
from wxsat.sem.fit_measures.information import aic, bic, log_likelihood, sabic
from wxsat.sem.fit_measures.nfi import nfi
from wxsat.sem.fit_measures.rmsea import rmsea, rmsea_close_pvalue, rmsea_interval
from wxsat.sem.fit_measures.srmr import crmr, srmr
from wxsat.sem.fit_measures.tli import tli

if TYPE_CHECKING:
    from numpy.typing import NDArray


def fit_measures(
    sample: NDArray[np.float64],
    sigma: NDArray[np.float64],
    discrepancy: float,
    *,
    n_obs: int,
    n_parameters: int,
    df: int,
    covariates: NDArray[np.intp],
    given: NDArray[np.intp],
) -> dict[str, float]:
    """
    Return every fit measure of an ML fit on complete data.

    Parameters
    ----------
    sample, sigma : ndarray, shape (p, p)
        Observed and implied covariance, divided by N.
    discrepancy : float
        F at the solution; chi-square is N times F.
    n_parameters, df : int
        After equality restrictions.
    covariates : ndarray of int
        Positions of the exogenous covariates: the baseline model keeps their covariances.
    given : ndarray of int
        Positions of those among them whose moments are taken as given (all or none): they count neither in df nor
        in the likelihood.
    """
    statistic = chisq(discrepancy, n_obs)
    baseline, baseline_df = baseline_test(sample, covariates, n_obs)
    lower, upper = rmsea_interval(statistic, df, n_obs)
    given_block = sample[np.ix_(given, given)]
    given_logl = log_likelihood(given_block, given_block, n_obs)
    logl = log_likelihood(sample, sigma, n_obs) - given_logl
    saturated = log_likelihood(sample, sample, n_obs) - given_logl
    goodness = gfi(sample, sigma, given)
    return {
        "npar": float(n_parameters),
        "fmin": discrepancy / 2.0,
        "chisq": statistic,
        "df": float(df),
        "pvalue": chisq_pvalue(statistic, df),
        "baseline_chisq": baseline,
        "baseline_df": float(baseline_df),
        "baseline_pvalue": chisq_pvalue(baseline, baseline_df),
        "cfi": cfi(statistic, df, baseline, baseline_df),
        "tli": tli(statistic, df, baseline, baseline_df),
        "nfi": nfi(statistic, baseline),
        "logl": logl,
        "unrestricted_logl": saturated,
        "aic": aic(logl, n_parameters),
        "bic": bic(logl, n_parameters, n_obs),
        "ntotal": float(n_obs),
        "bic2": sabic(logl, n_parameters, n_obs),
        "rmsea": rmsea(statistic, df, n_obs),
        "rmsea_ci_lower": lower,
        "rmsea_ci_upper": upper,
        "rmsea_ci_level": 0.90,
        "rmsea_pvalue": rmsea_close_pvalue(statistic, df, n_obs),
        "srmr": srmr(sample, sigma),
        "crmr": crmr(sample, sigma),
        "gfi": goodness,
        "agfi": agfi(goodness, df, len(sample) * (len(sample) + 1) // 2),
    }
