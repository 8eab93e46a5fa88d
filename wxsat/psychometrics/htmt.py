"""HTMT and HTMT2: are two constructs distinct? With bootstrap intervals.

Functions on a correlation matrix whose items are grouped into blocks, one block a construct; any leading axes
(bootstrap draws) are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wxsat.numerics.covariance import pairwise_correlation
from wxsat.numerics.resampling import resampled_correlations

Block = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class HtmtIntervals:
    """
    HTMT of every pair of constructs with its bootstrap interval.

    Attributes
    ----------
    htmt, htmt2 : ndarray, shape (n_constructs, n_constructs)
        Symmetric, 1 on the diagonal.
    ci_lower, ci_upper : ndarray, shape (n_constructs, n_constructs)
        Percentile limits of `htmt`; NaN without draws.
    draws_used : ndarray of int, shape (n_constructs, n_constructs)
        Draws in which the pair could be computed (no item of it was constant).
    """

    htmt: NDArray[np.float64]
    htmt2: NDArray[np.float64]
    ci_lower: NDArray[np.float64]
    ci_upper: NDArray[np.float64]
    draws_used: NDArray[np.int64]


def heterotrait_monotrait(correlation: NDArray[np.float64], blocks: Sequence[Block]) -> NDArray[np.float64]:
    """
    Heterotrait-monotrait ratio of every pair of constructs (HTMT, absolute correlations).

    Parameters
    ----------
    correlation : ndarray, shape (..., n_items, n_items)
    blocks : sequence of ndarray of int
        Positions of the items of each construct, two or more each.

    Returns
    -------
    ndarray, shape (..., n_constructs, n_constructs)
        Non-negative, 1 on the diagonal; an estimate of the correlation between the constructs when the items
        of each load equally.

    Notes
    -----
    ``HTMT_ab = mean |r_ij| / sqrt(mean_a |r| mean_b |r|)``: items of a with items of b over the geometric
    mean of the mean correlations within a and within b. Checked against ``semTools::htmt(htmt2 = FALSE)``
    0.5-6.

    References
    ----------
    .. [1] Henseler, J., Ringle, C. M., & Sarstedt, M. (2015). Journal of the Academy of Marketing Science,
           43,
       115-135.

    Examples
    --------
    >>> r = np.array([[1, 0.6, 0.3, 0.3], [0.6, 1, 0.3, 0.3], [0.3, 0.3, 1, 0.6], [0.3, 0.3, 0.6, 1]])
    >>> round(float(heterotrait_monotrait(r, [np.array([0, 1]), np.array([2, 3])])[0, 1]), 6)
    0.5
    """
    means = _block_means(np.abs(correlation), blocks, diagonal=1.0)
    return _ratio(means)


def heterotrait_monotrait2(correlation: NDArray[np.float64], blocks: Sequence[Block]) -> NDArray[np.float64]:
    """
    HTMT2: the same ratio with geometric means, right for items of unequal loadings.

    Parameters
    ----------
    correlation, blocks
        As in :func:`heterotrait_monotrait`.

    Returns
    -------
    ndarray, shape (..., n_constructs, n_constructs)
        Non-negative, 1 on the diagonal; 0 as soon as one correlation between the pair is exactly 0.

    Notes
    -----
    Every mean of :func:`heterotrait_monotrait` becomes ``exp(mean(log |r|))``. Checked against
    ``semTools::htmt(htmt2 = TRUE)`` 0.5-6.

    References
    ----------
    .. [1] Roemer, E., Schuberth, F., & Henseler, J. (2021). Industrial Management & Data Systems, 121(12),
       2637-2650.

    Examples
    --------
    >>> r = np.array([[1, 0.6, 0.3, 0.3], [0.6, 1, 0.3, 0.3], [0.3, 0.3, 1, 0.6], [0.3, 0.3, 0.6, 1]])
    >>> round(float(heterotrait_monotrait2(r, [np.array([0, 1]), np.array([2, 3])])[0, 1]), 6)
    0.5
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(np.abs(correlation))
    return _ratio(np.exp(_block_means(logs, blocks, diagonal=0.0)))


def _block_means(matrix: NDArray[np.float64], blocks: Sequence[Block], diagonal: float) -> NDArray[np.float64]:
    """Mean entry between each two blocks; within a block without its diagonal, whose value is `diagonal`."""
    shape = (*matrix.shape[:-2], len(blocks), len(blocks))
    means = np.empty(shape)
    for a, rows in enumerate(blocks):
        band = matrix[..., rows, :]
        for b, columns in enumerate(blocks[: a + 1]):
            total = band[..., columns].sum(axis=(-2, -1))
            size = len(rows)
            mean = total / (size * len(columns)) if a != b else (total - size * diagonal) / (size * (size - 1))
            means[..., a, b] = means[..., b, a] = mean
    return means


def _ratio(means: NDArray[np.float64]) -> NDArray[np.float64]:
    within = np.diagonal(means, axis1=-2, axis2=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = means / np.sqrt(within[..., :, None] * within[..., None, :])
    positions = np.arange(means.shape[-1])
    ratio[..., positions, positions] = 1.0
    return np.asarray(ratio)


def htmt_intervals(
    values: NDArray[np.float64],
    blocks: Sequence[Block],
    *,
    draws: int = 1000,
    seed: int = 1,
    cluster: NDArray[np.int64] | None = None,
    confidence: float = 0.95,
) -> HtmtIntervals:
    """
    HTMT and HTMT2 on pairwise complete answers, with percentile bootstrap intervals of HTMT.

    Parameters
    ----------
    values : ndarray, shape (n_rows, n_items)
        NaN where there is no answer; no constant column.
    blocks : sequence of ndarray of int
        Positions of the items of each construct, two or more each.
    draws : int
        Bootstrap samples; 0 for none.
    seed : int
        Same seed, same data: same limits.
    cluster : ndarray of int, shape (n_rows,), optional
        Cluster of every row, from 0; whole clusters are resampled.
    confidence : float
        In (0, 1).

    Returns
    -------
    HtmtIntervals

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x = np.repeat(rng.normal(size=(200, 2)), 3, axis=1) + rng.normal(size=(200, 6))
    >>> result = htmt_intervals(x, [np.arange(3), np.arange(3, 6)], draws=50)
    >>> bool(result.ci_lower[0, 1] <= result.htmt[0, 1] <= result.ci_upper[0, 1])
    True
    """
    correlation = pairwise_correlation(values)
    htmt = heterotrait_monotrait(correlation, blocks)
    n_constructs = len(blocks)
    lower = np.full((n_constructs, n_constructs), np.nan)
    upper, used = lower.copy(), np.zeros((n_constructs, n_constructs), dtype=np.int64)
    if draws > 0 and n_constructs > 1:
        generator = np.random.default_rng(seed)
        samples = resampled_correlations(values, draws, generator, cluster)
        drawn = np.concatenate([heterotrait_monotrait(block, blocks) for block in samples])
        used = np.isfinite(drawn).sum(axis=0)
        enough = used > draws / 2
        tails = np.array([(1 - confidence) / 2, (1 + confidence) / 2])
        limits = np.nanquantile(np.where(enough, drawn, 0.0), tails, axis=0)
        lower, upper = (np.where(enough, limit, np.nan) for limit in limits)
    return HtmtIntervals(htmt, heterotrait_monotrait2(correlation, blocks), lower, upper, used)
