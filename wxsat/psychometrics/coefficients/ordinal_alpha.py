"""Alpha and omega of ordered answers, from their polychoric correlations."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wxsat.numerics.one_factor import fit_one_factor
from wxsat.psychometrics.reliability import alpha_from_covariance


def ordinal_alpha(complete: NDArray[np.float64]) -> float:
    """
    Alpha of the latent responses behind ordered items: standardised alpha of their polychoric correlations.

    What alpha would be if the items were answered without categories; an upper reading of the reliability of the
    construct, not that of the observed sum score (which `cronbach_alpha` gives).

    Parameters
    ----------
    complete : ndarray, shape (n_obs, n_items)
        Complete rows.

    Returns
    -------
    float
        NaN if an item has a single value, more than 20, or values that are no whole numbers: it is no rating.

    Notes
    -----
    Checked against ``psych::alpha`` on ``lavaan::lavCor`` matrices.

    References
    ----------
    .. [1] Zumbo, B. D., Gadermann, A. M., & Zeisser, C. (2007). Journal of Modern Applied Statistical Methods,
           6(1), 21-29.

    Examples
    --------
    >>> round(ordinal_alpha(np.array([[1, 1], [1, 2], [2, 1], [2, 2], [2, 2], [1, 1.0]])), 6)
    0.666667
    """
    return ordinal_reliability(complete)[0]


def ordinal_reliability(complete: NDArray[np.float64]) -> tuple[float, float]:
    """
    Ordinal alpha, and Green and Yang's omega with the loadings of one factor behind the polychoric correlations.

    Parameters
    ----------
    complete : ndarray, shape (n_obs, n_items)
        Complete rows.

    Returns
    -------
    alpha_ordinal, omega_ordinal : float
        NaN as in :func:`ordinal_alpha`; omega also where the correlations have no one-factor solution.
    """
    # scipy.special with them: not before something is measured.
    from wxsat.psychometrics.coefficients.ordinal_omega import ordinal_omega
    from wxsat.psychometrics.ordinal.answers import MOST_CATEGORIES
    from wxsat.psychometrics.ordinal.correlations import polychoric

    counts = [len(np.unique(column)) for column in complete.T]
    if min(counts) < 2 or max(counts) > MOST_CATEGORIES or (complete != np.rint(complete)).any():
        return float("nan"), float("nan")
    found = polychoric(complete)
    alpha = alpha_from_covariance(found.correlation)
    if np.linalg.eigvalsh(found.correlation)[0] <= 0:
        return alpha, float("nan")
    factor = fit_one_factor(found.correlation)
    if not factor.solved or np.abs(factor.loadings).max() > 1:
        return alpha, float("nan")
    return alpha, ordinal_omega(factor.loadings, list(found.thresholds.values()), found.correlation)
