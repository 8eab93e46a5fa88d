"""Shares of few cases: Wilson's interval, and what the other accounts lend to an account with little of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def wilson_interval(reached: float, base: float, confidence: float = 0.95) -> tuple[float, float]:
    """
    Return Wilson's score interval of a share; NaN without cases.

    Notes
    -----
    By statsmodels. Checked against published counts: 25 of 252 is 6.8 to 14.2 %.

    Examples
    --------
    >>> [round(end, 3) for end in wilson_interval(25, 252)]
    [0.068, 0.142]
    """
    if not base > 0:
        return np.nan, np.nan
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(min(reached, base), base, alpha=1 - confidence, method="wilson")
    return max(float(low), 0.0) if reached > 0 else 0.0, min(float(high), 1.0)


@dataclass(frozen=True)
class EmpiricalBayes:
    """
    A beta prior fitted to the accounts' shares.

    Attributes
    ----------
    mean : float
        Of the accounts.
    strength : float
        Cases that the prior is worth; infinity when accounts do not differ more than chance.
    """

    mean: float
    strength: float

    def own_weight(self, n: Floats) -> Floats:
        """Return the weight of an account's own share: ``n / (n + strength)``."""
        return np.asarray(n / (n + self.strength)) if np.isfinite(self.strength) else np.zeros_like(n)

    def shrink(self, reached: Floats, n: Floats) -> Floats:
        """Return the posterior mean of each account's share."""
        own = self.own_weight(n)
        with np.errstate(invalid="ignore", divide="ignore"):
            raw = np.where(n > 0, reached / n, self.mean)
        return own * raw + (1 - own) * self.mean


def fit_beta_binomial(reached: Floats, n: Floats) -> EmpiricalBayes:
    r"""
    Fit the mean and the spread of the accounts' shares by moments.

    Parameters
    ----------
    reached, n : ndarray, shape (accounts,)
        Cases marked, and cases.

    Returns
    -------
    EmpiricalBayes

    Notes
    -----
    Kleinman's (1973) moment estimator with weights :math:`w_i = n_i / \sum n`: with :math:`s = \sum w_i (p_i - \mu)^2`,
    :math:`v = \mu(1 - \mu)`, :math:`c = \sum w_i(1 - w_i)/n_i` and :math:`d = \sum w_i(1 - w_i)`,
    :math:`\rho = (s - v c)/(v (d - c))` and the strength is :math:`(1 - \rho)/\rho`. Checked by recovery.
    """
    mean, strength = fit_beta_binomials(reached / n, n, np.ones((1, len(n))))
    return EmpiricalBayes(float(mean[0]), float(strength[0]))


def fit_beta_binomials(share: Floats, n: Floats, times: Floats) -> tuple[Floats, Floats]:
    """
    Fit mean and strength as :func:`fit_beta_binomial` to many draws of the accounts at once.

    Parameters
    ----------
    share, n : ndarray, shape (accounts,)
        Shares, and the cases behind them; shares may differ by draw, shape (draws, accounts).
    times : ndarray, shape (draws, accounts)
        How often each account is in a draw.

    Returns
    -------
    mean, strength : ndarray, shape (draws,)
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        w = n / (times @ n)[:, None]
        mean = (times * w * share).sum(axis=1)
        variance = mean * (1 - mean)
        chance = (times * w * (1 - w)) @ (1 / n)
        between = (times * w * (share - mean[:, None]) ** 2).sum(axis=1) - variance * chance
        scale = variance * ((times * w * (1 - w)).sum(axis=1) - chance)
        rho = np.clip(np.where((variance > 0) & (scale > 0), between / scale, 0.0), 0.0, 0.999)
        return mean, np.where(rho > 0, (1 - rho) / rho, np.inf)
