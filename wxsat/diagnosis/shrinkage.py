"""Accounts drawn towards their mean: how much answers vary within accounts, and accounts among themselves."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FEWEST_ADJUSTED = 4
# Nobody varies so little: an account whose few answers are all alike must not count as certain.
LEAST_OF_TYPICAL = 1e-5


@dataclass(frozen=True, eq=False)
class Shrinkage:
    """
    Estimates drawn towards their mean.

    Attributes
    ----------
    mean : float
        Precision-weighted mean of the accounts.
    between : float
        Variance between accounts beyond their errors.
    estimates, own_weight : ndarray, shape (n,)
        Shrunken estimates, and the weight lambda that each account's own figure keeps.
    errors : ndarray, shape (n,)
        Standard errors of the shrunken estimates, with what mean and variance are uncertain by.
    """

    mean: float
    between: float
    estimates: Floats
    own_weight: Floats
    errors: Floats


def shrink(values: Floats, errors: Floats) -> Shrinkage:
    r"""
    Draw estimates towards their precision-weighted mean (empirical Bayes).

    Parameters
    ----------
    values, errors : ndarray, shape (n,)
        Estimates and standard errors; where either is missing the account takes no part and keeps NaN.

    Returns
    -------
    Shrinkage

    Notes
    -----
    .. math:: \tilde S_a = \lambda_a S_a + (1 - \lambda_a) \mu, \qquad
              \lambda_a = \sigma_b^2 / (\sigma_b^2 + SE_a^2)

    :math:`\sigma_b^2` maximises the restricted likelihood times :math:`\sigma_b^2` itself (Li and Lahiri), so that it
    never is zero and accounts are never all given the mean by an accident of the sample; with fewer than four accounts
    it solves Paule and Mandel's equation. The squared errors are

    .. math:: \lambda_a SE_a^2 + \frac{(1 - \lambda_a)^2}{\sum_k w_k}
              + \frac{SE_a^4}{(\sigma_b^2 + SE_a^2)^3} \frac{2}{\sum_k w_k^2}

    with :math:`w_k = 1 / (\sigma_b^2 + SE_k^2)`, the last for the estimated variance (Prasad and Rao). In simulation
    95 % intervals hold 93.5 to 97 % of the true figures with 10 to 60 answers an account and 4 to 40 accounts, and more
    where accounts do not differ at all (``tests/recovery/test_account_coverage.py``). Checked against base R.

    References
    ----------
    .. [1] Li, H., & Lahiri, P. (2010). An adjusted maximum likelihood method for solving small area estimation
       problems. Journal of Multivariate Analysis, 101(4), 882-892.
    .. [2] Prasad, N. G. N., & Rao, J. N. K. (1990). The estimation of the mean squared error of small-area estimators.
       Journal of the American Statistical Association, 85(409), 163-171.
    .. [3] Paule, R. C., & Mandel, J. (1982). Consensus values and weighting factors. Journal of Research of the
       National Bureau of Standards, 87(5), 377-385.

    Examples
    --------
    >>> s = shrink(np.array([40.0, 50.0, 52.0, 60.0]), np.full(4, 5.0))
    >>> round(s.between, 1), s.own_weight.round(3).tolist(), s.estimates.round(2).tolist()
    (233.4, [0.903, 0.903, 0.903, 0.903], [41.02, 50.05, 51.85, 59.08])
    """
    known = np.isfinite(values) & np.isfinite(errors)
    out, own, spread = (np.full(len(values), np.nan) for _ in range(3))
    if not known.any():
        return Shrinkage(np.nan, np.nan, out, own, spread)
    y, v = values[known], np.maximum(errors[known] ** 2, 1e-12)
    between = _adjusted(y, v) if len(y) >= FEWEST_ADJUSTED else _paule_mandel(y, v)
    w = 1.0 / (between + v)
    mean = float(w @ y / w.sum())
    own[known] = between * w
    out[known] = own[known] * y + (1.0 - own[known]) * mean
    of_mean = (1.0 - own[known]) ** 2 / w.sum()
    of_between = v**2 * w**3 * 2.0 / (w @ w) if len(y) > 1 else 0.0
    spread[known] = np.sqrt(own[known] * v + of_mean + of_between)
    return Shrinkage(mean, between, out, own, spread)


def _adjusted(y: Floats, v: Floats) -> float:
    """Maximise the adjusted restricted likelihood over the logarithm of the variance between accounts."""
    from scipy.optimize import minimize_scalar

    def loss(log_between: float) -> float:
        between = math.exp(log_between)
        w = 1.0 / (between + v)
        mean = w @ y / w.sum()
        restricted = -0.5 * (np.log(between + v).sum() + np.log(w.sum()) + w @ (y - mean) ** 2)
        return -float(restricted + log_between)

    # The likelihood may have two hills; the higher one is climbed.
    grid = np.linspace(math.log(v.min() * 1e-6), math.log(float(np.var(y)) * 100 + v.max() * 100), 80)
    best = int(np.argmin([loss(point) for point in grid]))
    ends = (grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)])
    return math.exp(float(minimize_scalar(loss, bounds=ends, method="bounded", options={"xatol": 1e-10}).x))


def _paule_mandel(y: Floats, v: Floats) -> float:
    from scipy.optimize import brentq

    def excess(between: float) -> float:
        w = 1.0 / (between + v)
        mean = w @ y / w.sum()
        return float(w @ (y - mean) ** 2 - (len(y) - 1))

    if len(y) < 2 or excess(0.0) <= 0:
        return 0.0
    upper = float(np.var(y, ddof=1)) + float(v.max()) + 1.0
    while excess(upper) > 0:
        upper *= 2.0
    return float(brentq(excess, 0.0, upper, xtol=1e-10))


def moderate_variances(variances: Floats, df: Floats) -> Floats:
    r"""
    Draw the variances within accounts towards what they have in common, by as much as few answers make them unsure.

    Parameters
    ----------
    variances : ndarray, shape (n,)
        Variance of the answers within each account; NaN without degrees of freedom.
    df : ndarray, shape (n,)
        Answers less one.

    Returns
    -------
    ndarray, shape (n,)
        :math:`(d_0 s_0^2 + d_a s_a^2) / (d_0 + d_a)`; :math:`s_0^2` where an account has no degree of freedom.

    Notes
    -----
    :math:`d_0, s_0^2` by moments of the logarithms (Smyth, as in limma's ``squeezeVar``); :math:`d_0` is infinite where
    the variances differ no more than chance makes them, or where fewer than three accounts have one: then all take the
    pooled variance. Checked against base R.

    References
    ----------
    .. [1] Smyth, G. K. (2004). Linear models and empirical Bayes methods for assessing differential expression in
       microarray experiments. Statistical Applications in Genetics and Molecular Biology, 3(1), 3.

    Examples
    --------
    >>> moderate_variances(np.array([4.0, 4.0, np.nan]), np.array([9.0, 9.0, 0.0])).tolist()
    [4.0, 4.0, 4.0]
    """
    known = (df > 0) & np.isfinite(variances)
    if not known.any():
        return np.full(len(variances), np.nan)
    s, d = variances[known], df[known]
    pooled = float(d @ s / d.sum())
    if known.sum() < 3 or pooled == 0:
        return np.full(len(variances), pooled)
    prior_df, prior = _prior_of(np.maximum(s, LEAST_OF_TYPICAL * float(np.median(s[s > 0]))), d)
    if math.isinf(prior_df):
        return np.full(len(variances), pooled)
    own = np.where(known, np.nan_to_num(variances), 0.0)
    free = np.where(known, df, 0.0)
    out: Floats = (prior_df * prior + free * own) / (prior_df + free)
    return out


def _prior_of(s: Floats, d: Floats) -> tuple[float, float]:
    from scipy.optimize import brentq
    from scipy.special import digamma, polygamma

    e = np.log(s) - digamma(d / 2) + np.log(d / 2)
    beyond = float(np.var(e, ddof=1) - polygamma(1, d / 2).mean())
    if beyond <= 0:
        return math.inf, math.nan
    half = float(brentq(lambda x: float(polygamma(1, x)) - beyond, 1e-8, 1e8, xtol=1e-12, rtol=1e-14))
    return 2.0 * half, float(np.exp(e.mean() + digamma(half) - math.log(half)))
