"""Sample moments under a stated missing rule, and why a covariance matrix is not positive definite.

Arrays in, small frozen dataclasses out. Nothing here knows of items, constructs or files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

MissingRule = Literal["listwise", "pairwise"]

# Relative to the largest eigenvalue: below it a direction of the data has no variance left but rounding.
SINGULAR_TOLERANCE = 1e-10


@dataclass(frozen=True, slots=True)
class Moments:
    """
    Sample moments of a data matrix.

    Attributes
    ----------
    mean : ndarray, shape (n_variables,)
        Means over the rows that the missing rule keeps.
    covariance : ndarray, shape (n_variables, n_variables)
        Divided by n - 1; an entry without at least two common rows is NaN.
    n_obs : int
        Complete rows (listwise), or rows with any answer (pairwise).
    n_pairs : ndarray of int, shape (n_variables, n_variables)
        Rows behind every entry.
    """

    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]
    n_obs: int
    n_pairs: NDArray[np.int64]


def sample_moments(values: NDArray[np.float64], *, missing: MissingRule = "listwise") -> Moments:
    """
    Means and covariances of a data matrix with holes.

    Parameters
    ----------
    values : ndarray, shape (n_rows, n_variables)
        NaN where there is no value.
    missing : {"listwise", "pairwise"}
        ``listwise`` keeps the rows without any hole; ``pairwise`` uses for every entry the rows where both
        variables have a value, with the means of those rows (R's ``cov(use = "pairwise")``), and need not be
        positive definite.

    Returns
    -------
    Moments

    Notes
    -----
    ``s_ab = sum_r (x_ra - m_a)(x_rb - m_b) / (n_ab - 1)``. Checked against R's ``cov`` in
    ``tests/golden/psychometrics/``.

    Examples
    --------
    >>> sample_moments(np.array([[1.0, 2.0], [2.0, 4.0], [3.0, np.nan]])).n_obs
    2
    """
    present = ~np.isnan(values)
    if missing == "listwise":
        values = values[present.all(axis=1)]
        present = np.ones_like(values, dtype=bool)
    counts = present.astype(np.float64).T @ present
    # Sums about a point near the mean lose no digits; about zero they would for data far from it.
    centre = np.array(
        [column[seen].mean() if seen.any() else 0.0 for column, seen in zip(values.T, present.T, strict=True)]
    )
    filled = np.where(present, values - centre, 0.0)
    sums = filled.T @ present
    with np.errstate(invalid="ignore", divide="ignore"):
        covariance = (filled.T @ filled - sums * sums.T / counts) / (counts - 1.0)
    covariance[counts < 2] = np.nan
    n_obs = len(values) if missing == "listwise" else int(present.any(axis=1).sum())
    mean = np.where(np.diag(counts) > 0, centre, np.nan)
    return Moments(mean, covariance, n_obs, counts.astype(np.int64))


def correlation_from(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Scale a covariance matrix to correlations; rows of a variable without variance become NaN.

    Parameters
    ----------
    covariance : ndarray, shape (n_variables, n_variables)

    Returns
    -------
    ndarray, shape (n_variables, n_variables)
        Ones on the diagonal, in [-1, 1] when `covariance` has one missing pattern.

    Examples
    --------
    >>> float(correlation_from(np.array([[4.0, 1.0], [1.0, 1.0]]))[0, 1])
    0.5
    """
    variances = np.diag(covariance)
    deviations = np.sqrt(np.where(variances > 0, variances, np.nan))
    correlation = covariance / np.outer(deviations, deviations)
    np.fill_diagonal(correlation, np.where(np.isnan(deviations), np.nan, 1.0))
    return np.asarray(correlation, dtype=np.float64)


def pairwise_correlation(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Pearson correlation of every pair over the rows where both variables have a value.

    Both variances are taken over the common rows too, as R's ``cor(use = "pairwise.complete.obs")`` does.

    Parameters
    ----------
    values : ndarray, shape (n_rows, n_variables)
        NaN where there is no value.

    Returns
    -------
    ndarray, shape (n_variables, n_variables)
        NaN where a pair has fewer than two common rows or a variable is constant on them.

    Examples
    --------
    >>> pairwise_correlation(np.array([[1.0, 2.0], [2.0, 4.0], [3.0, np.nan]])).round(6).tolist()
    [[1.0, 1.0], [1.0, 1.0]]
    """
    present = (~np.isnan(values)).astype(np.float64)
    scaled = np.where(present > 0, standardise_columns(values), 0.0)
    sums = scaled.T @ present
    return correlation_from_sums(present.T @ present, sums, (scaled**2).T @ present, scaled.T @ scaled)


def standardise_columns(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Centre every column and divide it by its standard deviation, NaN ignored; constants become 0."""
    present = ~np.isnan(values)
    counts = np.maximum(present.sum(axis=0), 1)
    centred = values - np.where(present, values, 0.0).sum(axis=0) / counts
    spread = np.sqrt((np.where(present, centred, 0.0) ** 2).sum(axis=0) / counts)
    largest = np.max(np.abs(np.where(present, values, 0.0)), axis=0, initial=0.0)
    # A constant such as 0.1 leaves a spread of rounding size, which must not be blown up to 1.
    constant = spread <= 1e-12 * np.maximum(largest, np.finfo(np.float64).tiny)
    return np.asarray(np.where(present, np.where(constant, 0.0, centred) / np.where(constant, 1.0, spread), np.nan))


def correlation_from_sums(
    counts: NDArray[np.float64],
    sums: NDArray[np.float64],
    squares: NDArray[np.float64],
    products: NDArray[np.float64],
) -> NDArray[np.float64]:
    """
    Pearson correlations from the sums over common rows; any leading axes (bootstrap draws) are kept.

    Parameters
    ----------
    counts : ndarray, shape (..., n, n)
        Number (or weight) of rows that a and b share.
    sums : ndarray, shape (..., n, n)
        Entry (a, b): sum of variable a over the rows shared with b.
    squares : ndarray, shape (..., n, n)
        The same of the squares of a.
    products : ndarray, shape (..., n, n)
        Sum of a times b over the shared rows.

    Returns
    -------
    ndarray, shape (..., n, n)
        NaN where a variance over the common rows is zero.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        variances = squares - sums**2 / counts
        # Standardised input has variances near `counts`; what is left below is rounding, not variance.
        variances = np.where(variances > 1e-12 * counts, variances, np.nan)
        covariances = products - sums * np.swapaxes(sums, -1, -2) / counts
        return np.asarray(covariances / np.sqrt(variances * np.swapaxes(variances, -1, -2)))


def why_not_positive_definite(matrix: NDArray[np.float64], names: Sequence[str]) -> str | None:
    """
    Say in words why a covariance matrix is not positive definite, or return None when it is.

    Parameters
    ----------
    matrix : ndarray, shape (n_variables, n_variables)
        Symmetric.
    names : sequence of str, length n_variables

    Returns
    -------
    str or None
        Names the entries, the constant variables, the identical pairs, or the variables that carry the linear
        dependence (largest weights of the eigenvector of the smallest eigenvalue), in this order of search.

    Examples
    --------
    >>> why_not_positive_definite(np.array([[1.0, 1.0], [1.0, 1.0]]), ["a", "b"])
    "'a' and 'b' are identical up to scale"
    """
    holes = [(names[i], names[j]) for i, j in np.argwhere(np.isnan(matrix)) if i <= j]
    if holes:
        first, second = holes[0]
        return f"the entry of {first!r} and {second!r} cannot be computed (fewer than two common rows)"
    constant = [name for name, variance in zip(names, np.diag(matrix), strict=True) if variance <= 0]
    if constant:
        return "no variance: " + ", ".join(map(repr, constant))
    correlation = correlation_from(matrix)
    twins = np.argwhere(np.triu(np.abs(correlation) > 1 - SINGULAR_TOLERANCE, 1))
    if len(twins):
        return f"{names[twins[0][0]]!r} and {names[twins[0][1]]!r} are identical up to scale"
    eigenvalues, vectors = np.linalg.eigh(correlation)
    if eigenvalues[0] > SINGULAR_TOLERANCE * eigenvalues[-1]:
        return None
    carriers = [names[i] for i in np.argsort(-np.abs(vectors[:, 0])) if abs(vectors[i, 0]) > 0.1]
    reason = (
        "a linear dependence" if eigenvalues[0] > -SINGULAR_TOLERANCE * eigenvalues[-1] else "an impossible pattern"
    )
    return f"{reason} among " + ", ".join(map(repr, carriers)) + f" (smallest eigenvalue {eigenvalues[0]:.3g})"
