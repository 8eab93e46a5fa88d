"""Reliability of one construct's items: alpha with its interval, omega, composite reliability, AVE.

Small pure functions on a covariance matrix or on loadings; `construct_reliability` puts them together for the
complete rows of one construct.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wxsat.errors import EstimationError
from wxsat.numerics.covariance import correlation_from, sample_moments
from wxsat.numerics.one_factor import OneFactor, fit_one_factor

if TYPE_CHECKING:
    from wxsat.psychometrics.coefficients.hierarchy import Hierarchy

# pingouin rounds its interval to three decimals; half a unit of the last one, and a little for ties.
PINGOUIN_ROUNDING = 0.5e-3 + 1e-9
# Two correct computations of alpha differ by rounding only.
ALPHA_AGREEMENT = 1e-9
# Smallest eigenvalue of the correlations: below it an item follows from the others.
SINGULAR = 1e-8


@dataclass(frozen=True, slots=True)
class Alpha:
    """
    Coefficient alpha and its interval.

    Attributes
    ----------
    estimate, ci_lower, ci_upper : float
        At most 1; negative values mean that the items run against each other.
    """

    estimate: float
    ci_lower: float
    ci_upper: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """
    Reliability of one construct; NaN where it cannot be computed.

    Attributes
    ----------
    n : int
        Rows with an answer to every item: all figures rest on them.
    n_items : int
    alpha : Alpha
    alpha_std : float
        Alpha of the standardised items.
    alpha_ordinal : float
        Alpha of the polychoric correlations; NaN for items that are not ordered categories.
    omega_ordinal : float
        Omega of the observed sum of ordered answers (Green & Yang); NaN as `alpha_ordinal`, or without a solution.
    hierarchy : Hierarchy
        Omega hierarchical by Schmid and Leiman, and by a bifactor model.
    rho_a : float
        Reliability of the composite weighted by the one-factor loadings.
    glb : float
        Greatest lower bound.
    omega, cr, ave : float
        Omega total of the raw sum score, composite reliability of the standardised one, average variance
        extracted.
    mean_r : float
        Mean correlation between items.
    factor : OneFactor
    covariance : ndarray, shape (n_items, n_items)
    """

    n: int
    n_items: int
    alpha: Alpha
    alpha_std: float
    alpha_ordinal: float
    omega_ordinal: float
    hierarchy: Hierarchy
    rho_a: float
    glb: float
    omega: float
    cr: float
    ave: float
    mean_r: float
    factor: OneFactor
    covariance: NDArray[np.float64]


def alpha_from_covariance(covariance: NDArray[np.float64]) -> float:
    """
    Coefficient alpha from a covariance matrix, or standardised alpha from a correlation matrix.

    Parameters
    ----------
    covariance : ndarray, shape (n_items, n_items)
        Two items or more.

    Returns
    -------
    float
        At most 1; NaN if the sum score has no variance.

    Notes
    -----
    ``alpha = k/(k-1) (1 - sum s_i^2 / sum_ij c_ij)``. Equals the reliability of the sum score only if all
    items carry the construct equally; otherwise it is a lower bound (uncorrelated errors assumed).

    References
    ----------
    .. [1] Cronbach, L. J. (1951). Psychometrika, 16(3), 297-334.

    Examples
    --------
    >>> round(alpha_from_covariance(np.array([[1.0, 0.5], [0.5, 1.0]])), 4)
    0.6667
    """
    n_items, total = len(covariance), float(covariance.sum())
    if not total > 0:
        return float("nan")
    return float(n_items / (n_items - 1) * (1 - np.trace(covariance) / total))


def feldt_interval(alpha: float, n_obs: int, n_items: int, confidence: float = 0.95) -> tuple[float, float]:
    """
    Confidence interval of coefficient alpha from the F distribution.

    Parameters
    ----------
    alpha : float
        Sample alpha.
    n_obs, n_items : int
        Complete rows and items behind it.
    confidence : float
        In (0, 1).

    Returns
    -------
    lower, upper : float

    Notes
    -----
    ``1 - (1 - alpha) F`` at the two tails of F with ``n - 1`` and ``(n - 1)(k - 1)`` degrees of freedom.
    Exact for normal items with equal covariances. Checked against ``psych::alpha`` 2.2.9 (``feldt``) and, to
    its three decimals, ``pingouin.cronbach_alpha``.

    References
    ----------
    .. [1] Feldt, L. S., Woodruff, D. J., & Salih, F. A. (1987). Applied Psychological Measurement, 11(1),
           93-103.

    Examples
    --------
    >>> [round(limit, 4) for limit in feldt_interval(0.6261171318949806, 301, 3)]
    [0.5465, 0.6938]
    """
    from scipy.special import fdtri

    df1, df2 = n_obs - 1, (n_obs - 1) * (n_items - 1)
    tail = (1 - confidence) / 2
    return (
        float(1 - (1 - alpha) * fdtri(df1, df2, 1 - tail)),
        float(1 - (1 - alpha) * fdtri(df1, df2, tail)),
    )


def cronbach_alpha(values: NDArray[np.float64], confidence: float = 0.95) -> Alpha:
    """
    Coefficient alpha with its interval: pingouin's estimate, the interval at full precision.

    ``pingouin.cronbach_alpha`` computes alpha and an interval rounded to three decimals, which is too coarse
    to store. Alpha is therefore taken from pingouin, the interval is computed by the same formula without
    rounding, and the two packages must agree: alpha with the formula of this module to 1e-9, the limits with
    pingouin's to its three decimals.

    Parameters
    ----------
    values : ndarray, shape (n_obs, n_items)
        Complete rows only: pingouin counts its degrees of freedom before it drops incomplete ones.
    confidence : float
        In (0, 1).

    Returns
    -------
    Alpha
        All NaN if the sum score has no variance.

    Raises
    ------
    EstimationError
        MEAS-020 if the two computations disagree.

    Examples
    --------
    >>> rows = np.array([[1.0, 2.0], [2.0, 2.0], [3.0, 4.0], [5.0, 4.0]])
    >>> round(cronbach_alpha(rows).estimate, 4)
    0.8791
    """
    import pandas as pd
    import pingouin

    n_obs, n_items = values.shape
    own = alpha_from_covariance(sample_moments(values).covariance)
    if np.isnan(own):
        return Alpha(own, own, own)
    borrowed, rounded = pingouin.cronbach_alpha(pd.DataFrame(values), ci=confidence)
    lower, upper = feldt_interval(float(borrowed), n_obs, n_items, confidence)
    apart = max(abs(lower - rounded[0]), abs(upper - rounded[1]))
    # Far below zero the interval is wide and pingouin's third decimal carries the rounding of large numbers.
    if abs(borrowed - own) > ALPHA_AGREEMENT * max(1, abs(own)) or apart > PINGOUIN_ROUNDING * max(1, abs(lower)):
        raise EstimationError(
            "MEAS-020",
            f"two computations of coefficient alpha disagree: pingouin {borrowed!r} {list(rounded)}, "
            f"this package {own!r} [{lower!r}, {upper!r}].",
            hint="Please report it with the versions of pingouin, scipy and numpy.",
        )
    return Alpha(float(borrowed), lower, upper)


def composite_reliability(
    loadings: NDArray[np.float64], error_variances: NDArray[np.float64], error_covariances: float = 0.0
) -> float:
    r"""
    Share of the variance of a unit-weighted sum score that one factor explains.

    With raw loadings it is omega (total) of the raw sum score, with standardised ones the composite
    reliability (CR) of the standardised sum score.

    Parameters
    ----------
    loadings : ndarray, shape (n_items,)
        Factor variance fixed to 1.
    error_variances : ndarray, shape (n_items,)
        In the square of the unit of `loadings`.
    error_covariances : float
        Sum of the error covariances over both triangles; they count as error.

    Returns
    -------
    float
        In [0, 1] when no error variance is negative; NaN if the sum score has no variance.

    Notes
    -----
    .. math::
        \omega = \frac{(\sum_i \lambda_i)^2}
        {(\sum_i \lambda_i)^2 + \sum_i \theta_{ii} + \sum_{i \ne j} \theta_{ij}}

    The denominator is the variance that the model implies (``semTools::compRelSEM(obs.var = FALSE)``).

    References
    ----------
    .. [1] McDonald, R. P. (1999). Test theory. Erlbaum.
    .. [2] Fornell, C., & Larcker, D. F. (1981). Journal of Marketing Research, 18(1), 39-50.

    Examples
    --------
    >>> lam = np.array([0.8, 0.7, 0.9])
    >>> round(composite_reliability(lam, 1 - lam**2), 3)
    0.845
    """
    true_variance = float(loadings.sum()) ** 2
    total = float(true_variance + error_variances.sum() + error_covariances)
    return true_variance / total if total != 0 else float("nan")


def average_variance_extracted(loadings: NDArray[np.float64]) -> float:
    """
    Mean squared standardised loading.

    Parameters
    ----------
    loadings : ndarray, shape (n_items,)
        Standardised.

    Returns
    -------
    float
        In [0, 1] when no error variance is negative.

    Notes
    -----
    ``AVE = sum lambda_i^2 / k``. (semTools' ``AVE`` weighs items by their variance and differs where these
    do.)

    References
    ----------
    .. [1] Fornell, C., & Larcker, D. F. (1981). Journal of Marketing Research, 18(1), 39-50.

    Examples
    --------
    >>> round(average_variance_extracted(np.array([0.8, 0.7, 0.9])), 4)
    0.6467
    """
    return float(np.mean(loadings**2))


def mean_inter_item_correlation(correlation: NDArray[np.float64]) -> float:
    """Mean of the correlations between different items; signs kept."""
    return float(correlation[np.triu_indices(len(correlation), 1)].mean())


def _lower_bound(covariance: NDArray[np.float64]) -> float:
    from wxsat.psychometrics.coefficients.greatest_lower_bound import greatest_lower_bound

    definite = np.linalg.eigvalsh(correlation_from(covariance))[0] > SINGULAR
    return greatest_lower_bound(covariance) if definite and covariance.sum() > 0 else float("nan")


def construct_reliability(complete: NDArray[np.float64], confidence: float = 0.95) -> Reliability:
    """
    All reliability figures of one construct on its complete rows.

    Parameters
    ----------
    complete : ndarray, shape (n_obs, n_items)
        No NaN, no constant column, two items or more, ``n_obs >= n_items + 2``.
    confidence : float
        Of alpha's interval.

    Returns
    -------
    Reliability
        Omega, CR and AVE are NaN where there is no one-factor solution; `factor.status` says why.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> scores = rng.normal(size=(200, 1)) + rng.normal(size=(200, 3))
    >>> construct_reliability(scores).n_items
    3
    """
    from wxsat.psychometrics.coefficients.hierarchy import evaluate_hierarchy
    from wxsat.psychometrics.coefficients.ordinal_alpha import ordinal_reliability
    from wxsat.psychometrics.coefficients.rho_a import rho_a

    n_obs, n_items = complete.shape
    covariance = sample_moments(complete).covariance
    correlation = correlation_from(covariance)
    factor = fit_one_factor(correlation)
    deviations = np.sqrt(np.diag(covariance))
    alpha_ordinal, omega_ordinal = ordinal_reliability(complete)
    return Reliability(
        n=n_obs,
        n_items=n_items,
        alpha=cronbach_alpha(complete, confidence),
        alpha_std=alpha_from_covariance(correlation),
        alpha_ordinal=alpha_ordinal,
        omega_ordinal=omega_ordinal,
        hierarchy=evaluate_hierarchy(correlation),
        rho_a=rho_a(factor.loadings, correlation),
        glb=_lower_bound(covariance),
        omega=composite_reliability(factor.loadings * deviations, factor.error_variances * deviations**2),
        cr=composite_reliability(factor.loadings, factor.error_variances),
        ave=average_variance_extracted(factor.loadings),
        mean_r=mean_inter_item_correlation(correlation),
        factor=factor,
        covariance=covariance,
    )
