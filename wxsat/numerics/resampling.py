"""Case resampling with an explicit generator: counts of drawn rows, and correlations under them.

A bootstrap sample is a row of counts, so that many samples are one matrix product instead of many copies.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from wxsat.numerics.covariance import correlation_from_sums, standardise_columns

# Draws handled at once: the correlations of 100 draws of 100 variables take 8 MB each array.
DRAWS_AT_ONCE = 100


def bootstrap_counts(
    generator: np.random.Generator, draws: int, n_obs: int, cluster: NDArray[np.int64] | None = None
) -> NDArray[np.float64]:
    """
    Draw rows, or whole clusters, with replacement and count how often each row came.

    Parameters
    ----------
    generator : Generator
        Source of randomness; the same state gives the same counts.
    draws : int
        Number of bootstrap samples.
    n_obs : int
        Number of rows of the data.
    cluster : ndarray of int, shape (n_obs,), optional
        Cluster of every row, counted from 0. With it as many clusters are drawn as there are, and every row
        of a drawn cluster comes with it.

    Returns
    -------
    ndarray, shape (draws, n_obs)
        Non-negative whole numbers as float64; every row sums to `n_obs` without clusters.

    Examples
    --------
    >>> bootstrap_counts(np.random.default_rng(1), 2, 5).sum(axis=1).tolist()
    [5.0, 5.0]
    """
    n_units = n_obs if cluster is None else int(cluster.max()) + 1
    drawn = generator.integers(n_units, size=(draws, n_units))
    flat = drawn + n_units * np.arange(draws)[:, None]
    counts = np.bincount(flat.ravel(), minlength=draws * n_units).reshape(draws, n_units).astype(np.float64)
    return counts if cluster is None else counts[:, cluster]


def resampled_correlations(
    values: NDArray[np.float64],
    draws: int,
    generator: np.random.Generator,
    cluster: NDArray[np.int64] | None = None,
) -> Iterator[NDArray[np.float64]]:
    """
    Pairwise-complete correlation matrices of bootstrap samples, in blocks of draws.

    Parameters
    ----------
    values : ndarray, shape (n_rows, n_variables)
        NaN where there is no value.
    draws, generator, cluster
        As in :func:`bootstrap_counts`.

    Yields
    ------
    ndarray, shape (block, n_variables, n_variables)
        What :func:`wxsat.numerics.covariance.pairwise_correlation` gives on the resampled rows.

    Examples
    --------
    >>> x = np.random.default_rng(1).normal(size=(50, 3))
    >>> [block.shape for block in resampled_correlations(x, 20, np.random.default_rng(2))]
    [(20, 3, 3)]
    """
    scaled = standardise_columns(values)
    absent = np.isnan(scaled)
    filled = np.where(absent, 0.0, scaled)
    for start in range(0, draws, DRAWS_AT_ONCE):
        block = min(DRAWS_AT_ONCE, draws - start)
        yield weighted_correlations(filled, absent, bootstrap_counts(generator, block, len(values), cluster))


def weighted_correlations(
    filled: NDArray[np.float64], absent: NDArray[np.bool_], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """
    Pairwise-complete correlations under several sets of row weights at once.

    Parameters
    ----------
    filled : ndarray, shape (n_rows, n_variables)
        Columns standardised, zero where there is no value.
    absent : ndarray of bool, shape (n_rows, n_variables)
        Where there is no value.
    weights : ndarray, shape (n_draws, n_rows)

    Returns
    -------
    ndarray, shape (n_draws, n_variables, n_variables)

    Notes
    -----
    A sum over the rows that a and b share is the sum over a's rows less the sum over the rows that b lacks;
    the second runs over the few missing rows only, so that holes cost little.
    """
    n_draws, n_variables = len(weights), filled.shape[1]
    squared, gaps = filled**2, absent.astype(np.float64)
    totals = weights @ np.hstack([filled, squared, 1.0 - gaps])
    shared = np.repeat(totals.reshape(n_draws, 3, n_variables, 1), n_variables, axis=3)
    products = np.empty((n_draws, n_variables, n_variables))
    for b in range(n_variables):
        block = weights @ (filled[:, : b + 1] * filled[:, b, None])
        products[:, : b + 1, b] = products[:, b, : b + 1] = block
        lacking = np.flatnonzero(absent[:, b])
        if len(lacking):
            parts = np.hstack([filled[lacking], squared[lacking], 1.0 - gaps[lacking]])
            shared[:, :, :, b] -= (weights[:, lacking] @ parts).reshape(n_draws, 3, n_variables)
    return correlation_from_sums(shared[:, 2], shared[:, 0], shared[:, 1], products)
