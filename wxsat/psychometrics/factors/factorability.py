"""Whether correlations are worth factoring: sampling adequacy (KMO) and Bartlett's test of sphericity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Adequacy:
    """
    Kaiser-Meyer-Olkin measure of sampling adequacy.

    Attributes
    ----------
    overall : float
        In [0, 1].
    items : ndarray, shape (n_items,)
        In [0, 1]; NaN for an item that correlates with nothing.
    """

    overall: float
    items: Array


@dataclass(frozen=True, slots=True)
class Sphericity:
    """Bartlett's test that the correlations are all zero: chi-square, degrees of freedom, p-value."""

    chisq: float
    df: int
    pvalue: float


def evaluate_adequacy(correlation: Array) -> Adequacy:
    r"""
    Share of the squared correlations in squared correlations and squared partial correlations.

    Parameters
    ----------
    correlation : ndarray, shape (n_items, n_items)
        Positive definite.

    Returns
    -------
    Adequacy

    Notes
    -----
    .. math:: KMO = \sum_{i \ne j} r_{ij}^2 / (\sum_{i \ne j} r_{ij}^2 + \sum_{i \ne j} q_{ij}^2)

    with :math:`q` the partial correlations given all other items. Checked against ``psych::KMO`` 2.2.9 (1e-10).

    References
    ----------
    .. [1] Kaiser, H. F. (1974). Psychometrika, 39, 31-36.

    Examples
    --------
    >>> round(evaluate_adequacy(np.full((3, 3), 0.5) + 0.5 * np.eye(3)).overall, 4)
    0.6923
    """
    inverse = np.linalg.inv(correlation)
    scale = np.sqrt(np.diag(inverse))
    partial, plain = (inverse / np.outer(scale, scale)) ** 2, correlation**2
    np.fill_diagonal(partial, 0.0)
    np.fill_diagonal(plain, 0.0)
    with np.errstate(invalid="ignore"):
        items = plain.sum(0) / (plain.sum(0) + partial.sum(0))
        overall = plain.sum() / (plain.sum() + partial.sum())
    return Adequacy(float(overall), np.asarray(items))


def evaluate_sphericity(correlation: Array, n_obs: int) -> Sphericity:
    """
    Bartlett's test of sphericity.

    Parameters
    ----------
    correlation : ndarray, shape (n_items, n_items)
        Positive definite.
    n_obs : int

    Returns
    -------
    Sphericity

    Notes
    -----
    ``chisq = -(n - 1 - (2p + 5)/6) log|R|`` with ``p(p-1)/2`` degrees of freedom. It assumes normal data and
    rejects nearly always with many respondents. Checked against ``psych::cortest.bartlett`` 2.2.9.

    References
    ----------
    .. [1] Bartlett, M. S. (1950). British Journal of Statistical Psychology, 3, 77-85.

    Examples
    --------
    >>> evaluate_sphericity(np.eye(3), 100).df
    3
    """
    from scipy.special import chdtrc

    size = len(correlation)
    df = size * (size - 1) // 2
    chisq = max(0.0, -(n_obs - 1 - (2 * size + 5) / 6) * float(np.linalg.slogdet(correlation)[1]))
    return Sphericity(chisq, df, float(chdtrc(df, chisq)) if df else float("nan"))
