"""Items: how the answers to each are distributed, and how it goes with the other items of its construct.

All functions take the answers of one construct as a matrix, already in the direction of the construct.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wxsat.psychometrics.reliability import alpha_from_covariance


@dataclass(frozen=True, slots=True)
class Distribution:
    """
    Distribution of each item; NaN where it cannot be computed.

    Attributes
    ----------
    n : ndarray of int, shape (n_items,)
        Answers given.
    mean, sd : ndarray, shape (n_items,)
        In answer codes, recoded direction; `sd` with n - 1.
    skew, kurtosis : ndarray, shape (n_items,)
        Bias-adjusted G1 and excess G2 (type 2, as SPSS and SAS print them).
    floor, ceiling : ndarray, shape (n_items,)
        Share of the answers at the lowest and highest code of the scale, in [0, 1]; NaN without a known
        range.
    """

    n: NDArray[np.int64]
    mean: NDArray[np.float64]
    sd: NDArray[np.float64]
    skew: NDArray[np.float64]
    kurtosis: NDArray[np.float64]
    floor: NDArray[np.float64]
    ceiling: NDArray[np.float64]


def describe_items(values: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]) -> Distribution:
    """
    Describe each item by itself, every answer it got.

    Parameters
    ----------
    values : ndarray, shape (n_rows, n_items)
        Answer codes, NaN where there is none.
    low, high : ndarray, shape (n_items,)
        Ends of each item's response scale; NaN where there are none.

    Returns
    -------
    Distribution

    Notes
    -----
    With central moments ``m_k``: ``g1 = m3 / m2^1.5``, ``g2 = m4 / m2^2 - 3``,
    ``skew = g1 sqrt(n(n-1)) / (n-2)``, ``kurtosis = (n-1) ((n+1) g2 + 6) / ((n-2)(n-3))``. Checked against
    ``psych::describe(type = 2)`` in ``tests/golden/psychometrics/``.

    References
    ----------
    .. [1] Joanes, D. N., & Gill, C. A. (1998). The Statistician, 47(1), 183-189.

    Examples
    --------
    >>> ends = np.array([1.0]), np.array([5.0])
    >>> describe_items(np.array([[1.0], [3.0], [5.0], [5.0]]), *ends).ceiling.tolist()
    [0.5]
    """
    present = ~np.isnan(values)
    n = present.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(present, values, 0.0).sum(axis=0) / n
        centred = np.where(present, values - mean, 0.0)
        m2, m3, m4 = ((centred**k).sum(axis=0) / n for k in (2, 3, 4))
        # Rounding leaves a constant such as 0.1 with a variance near 1e-34, which has no shape.
        m2 = np.where(m2 > 1e-24 * mean**2, m2, 0.0)
        sd = np.where(n > 1, np.sqrt(m2 * n / (n - 1)), np.nan)
        g1, g2 = m3 / m2**1.5, m4 / m2**2 - 3
        skew = np.where(n > 2, g1 * np.sqrt(n * (n - 1.0)) / (n - 2), np.nan)
        kurtosis = np.where(n > 3, (n - 1) * ((n + 1) * g2 + 6) / ((n - 2) * (n - 3.0)), np.nan)
        floor = np.where(np.isnan(low), np.nan, (values <= low).sum(axis=0) / n)
        ceiling = np.where(np.isnan(high), np.nan, (values >= high).sum(axis=0) / n)
    no_shape = ~(m2 > 0)
    return Distribution(
        n=n.astype(np.int64),
        mean=np.where(n > 0, mean, np.nan),
        sd=sd,
        skew=np.where(no_shape, np.nan, skew),
        kurtosis=np.where(no_shape, np.nan, kurtosis),
        floor=floor,
        ceiling=ceiling,
    )


def item_rest_correlation(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Correlation of each item with the sum of the other items of its construct.

    Parameters
    ----------
    covariance : ndarray, shape (n_items, n_items)
        Two items or more.

    Returns
    -------
    ndarray, shape (n_items,)
        In [-1, 1]; negative for an item that runs against its construct. NaN where a variance is zero.

    Notes
    -----
    ``r_i = (c_i. - s_i^2) / sqrt(s_i^2 (c_.. - 2 c_i. + s_i^2))`` with row sums ``c_i.``. Equal to ``r.drop``
    of ``psych::alpha``.

    Examples
    --------
    >>> item_rest_correlation(np.array([[1.0, 0.5], [0.5, 1.0]])).tolist()
    [0.5, 0.5]
    """
    variances, rows = np.diag(covariance), covariance.sum(axis=1)
    rest_variances = covariance.sum() - 2 * rows + variances
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((rows - variances) / np.sqrt(variances * rest_variances))


def item_total_correlation(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Correlation of each item with the sum of all items of its construct, itself included.

    Parameters
    ----------
    covariance : ndarray, shape (n_items, n_items)

    Returns
    -------
    ndarray, shape (n_items,)
        In [-1, 1]; NaN where a variance is zero. Larger than the item-rest correlation, because the item is in the sum.

    Notes
    -----
    ``c_i. / sqrt(s_i^2 c_..)``. Equal to ``raw.r`` of ``psych::alpha``.

    Examples
    --------
    >>> item_total_correlation(np.array([[1.0, 0.5], [0.5, 1.0]])).round(4).tolist()
    [0.866, 0.866]
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(covariance.sum(axis=1) / np.sqrt(np.diag(covariance) * covariance.sum()))


def alpha_if_dropped(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Coefficient alpha of the construct without each item in turn.

    Parameters
    ----------
    covariance : ndarray, shape (n_items, n_items)

    Returns
    -------
    ndarray, shape (n_items,)
        NaN for two items: what is left is a single item.

    Examples
    --------
    >>> alpha_if_dropped(np.array([[1.0, 0.5, 0.5], [0.5, 1.0, 0.5], [0.5, 0.5, 1.0]])).round(4).tolist()
    [0.6667, 0.6667, 0.6667]
    """
    n_items = len(covariance)
    if n_items < 3:
        return np.full(n_items, np.nan)
    return np.array([alpha_from_covariance(np.delete(np.delete(covariance, i, 0), i, 1)) for i in range(n_items)])


@dataclass(frozen=True, slots=True)
class MissingShares:
    """
    Shares of the respondents who were asked an item, in [0, 1].

    Attributes
    ----------
    missing : ndarray, shape (n_items,)
        Without an answer for any reason but not having been asked.
    dont_know : ndarray, shape (n_items,)
        Answered "don't know"; NaN where the data do not tell reasons.
    """

    missing: NDArray[np.float64]
    dont_know: NDArray[np.float64]


def missing_shares(
    values: NDArray[np.float64], asked: NDArray[np.bool_], dont_know: NDArray[np.bool_] | None
) -> MissingShares:
    """
    Share of missing and of don't-know answers, of those who saw the item.

    Parameters
    ----------
    values : ndarray, shape (n_rows, n_items)
        NaN where there is no answer.
    asked : ndarray of bool, shape (n_rows, n_items)
        False where routing did not show the item.
    dont_know : ndarray of bool, shape (n_rows, n_items), or None
        None where reasons are not known.

    Returns
    -------
    MissingShares

    Examples
    --------
    >>> values = np.array([[1.0], [np.nan], [np.nan], [2.0]])
    >>> asked = np.array([[True], [True], [False], [True]])
    >>> round(float(missing_shares(values, asked, None).missing[0]), 4)
    0.3333
    """
    n_asked = asked.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        missing = (np.isnan(values) & asked).sum(axis=0) / n_asked
        unknown = np.full(values.shape[1], np.nan) if dont_know is None else (dont_know & asked).sum(axis=0) / n_asked
    return MissingShares(missing, unknown)
