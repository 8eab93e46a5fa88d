"""Measures that lavaan does not print and semTools' ``moreFitIndices`` does, under its names."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.fit_measures.information import (
    aic_corrected,
    bic_prior,
    hannan_quinn,
    haughton,
    information_bic,
    scaled_unit_bic,
)
from wxsat.sem.fit_measures.mfi import adjusted_gamma_hat, gamma_hat
from wxsat.sem.fit_measures.rmsea import rmsea

if TYPE_CHECKING:
    from numpy.typing import NDArray


def further_measures(
    fit: Mapping[str, float],
    *,
    theta: NDArray[np.float64],
    information: NDArray[np.float64],
    unique_covariance: NDArray[np.float64],
    n_variables: int,
    n_groups: int = 1,
) -> dict[str, float]:
    r"""
    Return gamma hat, the baseline's RMSEA and five more information criteria.

    Parameters
    ----------
    fit : mapping of str to float
        Of :func:`wxsat.sem.fit_measures.evaluate.evaluate_fit`, for ML on N observations.
    theta : ndarray, shape (n_free,)
    information : ndarray, shape (n_free, n_free)
        Observed, of one observation.
    unique_covariance : ndarray, shape (n_unique, n_unique)
        Covariance of the estimates after equality restrictions.

    Notes
    -----
    An RMSEA of the baseline below .158 says that CFI and TLI mean little here (Kenny 2020).
    SPBIC takes the information of one observation, as semTools 0.5-6 does. Checked against semTools 0.5-6.
    """
    x, df, size = fit["chisq"], fit["df"], fit["ntotal"]
    logl, q, n = fit["logl"], int(fit["npar"]), int(size)
    hat = gamma_hat(x, df, size, n_variables)
    found = {
        "gamma_hat": hat,
        "adj_gamma_hat": adjusted_gamma_hat(hat, df, n_variables, n_groups),
        "baseline_rmsea": rmsea(fit["baseline_chisq"], fit["baseline_df"], size, n_groups),
        "aic_small_n": aic_corrected(logl, q, n),
        "bic_prior_n": bic_prior(logl, q, n),
        "spbic": scaled_unit_bic(logl, q, float(theta @ information @ theta)),
        "hbic": haughton(logl, q),
        "hqc": hannan_quinn(logl, q, n),
    }
    sign, log_det = np.linalg.slogdet(unique_covariance)
    ibic, sic = information_bic(logl, q, float(log_det)) if sign > 0 else (math.nan, math.nan)
    found |= {"ibic": ibic, "sic": sic}
    if "chisq_scaled" in fit:
        scaled = gamma_hat(fit["chisq_scaled"], fit["df_scaled"], size, n_variables)
        found["gamma_hat_scaled"] = scaled
        found["adj_gamma_hat_scaled"] = adjusted_gamma_hat(scaled, fit["df_scaled"], n_variables, n_groups)
    return found
