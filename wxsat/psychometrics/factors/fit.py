"""How well common factors reproduce correlations: chi-square, RMSEA with interval, TLI, BIC, residuals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wxsat.psychometrics.factors.extraction import degrees_of_freedom

Array = NDArray[np.float64]
CONFIDENCE = 0.90


@dataclass(frozen=True, slots=True)
class FactorFit:
    """
    Fit of an exploratory solution; NaN where there is no degree of freedom.

    Attributes
    ----------
    objective : float
        ``tr(R S^-1) - log|R S^-1| - p``, S the implied correlations.
    chisq, df, pvalue
        Bartlett's corrected statistic; df may be 0 or negative for too many factors.
    rmsea, rmsea_ci_lower, rmsea_ci_upper : float
        90 % interval.
    tli, bic : float
    rms, rms_corrected : float
        Root mean square residual correlation; corrected for degrees of freedom.
    """

    objective: float
    chisq: float
    df: int
    pvalue: float
    rmsea: float
    rmsea_ci_lower: float
    rmsea_ci_upper: float
    tli: float
    bic: float
    rms: float
    rms_corrected: float


def evaluate_factor_fit(correlation: Array, loadings: Array, n_obs: int) -> FactorFit:
    """
    Evaluate an orthogonal (unrotated) solution; rotation does not change it.

    Parameters
    ----------
    correlation : ndarray, shape (n_items, n_items)
    loadings : ndarray, shape (n_items, n_factors)
        Unrotated.
    n_obs : int

    Returns
    -------
    FactorFit

    Notes
    -----
    ``chisq = k objective`` with ``k = n - 1 - (2p + 5)/6 - 2m/3``; RMSEA ``sqrt(chisq/(df n) - 1/(n - 1))``, TLI
    ``(f0/d0 - f/d) / (f0/d0 - 1/k)`` with f0 the objective of no factor, BIC ``chisq - df log n``: the
    definitions of ``psych::fa.stats`` 2.2.9, against which they are checked.
    """
    from scipy.special import chdtrc

    size, n_factors = loadings.shape
    implied = loadings @ loadings.T
    residual = (correlation - implied)[np.triu_indices(size, 1)]
    np.fill_diagonal(implied, 1.0)
    df, null_df = degrees_of_freedom(size, n_factors), size * (size - 1) // 2
    objective = _objective(correlation, implied)
    scale = n_obs - 1 - (2 * size + 5) / 6 - 2 * n_factors / 3
    chisq = max(0.0, scale * objective)
    null = -float(np.linalg.slogdet(correlation)[1]) / null_df
    rms = float(np.sqrt(np.mean(residual**2)))
    if df <= 0:
        nan = float("nan")
        return FactorFit(objective, chisq, df, nan, nan, nan, nan, nan, chisq - df * np.log(n_obs), rms, nan)
    lower, upper = _rmsea_interval(chisq, df, n_obs)
    return FactorFit(
        objective=objective,
        chisq=chisq,
        df=df,
        pvalue=float(chdtrc(df, chisq)),
        rmsea=float(np.sqrt(max(chisq / (df * n_obs) - 1 / (n_obs - 1), 0.0))),
        rmsea_ci_lower=lower,
        rmsea_ci_upper=upper,
        tli=(null - objective / df) / (null - 1 / scale),
        bic=float(chisq - df * np.log(n_obs)),
        rms=rms,
        rms_corrected=float(np.sqrt((residual**2).sum() / df)),
    )


def _objective(correlation: Array, implied: Array) -> float:
    ratio = np.linalg.solve(implied, correlation)
    return float(np.trace(ratio) - np.linalg.slogdet(ratio)[1] - len(correlation))


def _rmsea_interval(chisq: float, df: int, n_obs: int) -> tuple[float, float]:
    """Noncentralities at which chisq stands at either tail, as RMSEA."""
    from scipy.special import chndtrinc

    tail = (1 - CONFIDENCE) / 2
    limits = (float(chndtrinc(chisq, df, 1 - tail)), float(chndtrinc(chisq, df, tail)))
    lower, upper = (np.sqrt(max(0.0, limit) / (df * (n_obs - 1))) if np.isfinite(limit) else 0.0 for limit in limits)
    return float(lower), float(upper)
