"""Means, covariances and alphas from sums by unit, so that a block of bootstrap draws is one matrix product.

Everything that a draw needs is linear in the unit counts: sums of answers, of products and of the item
columns behind coefficient alpha. The sample itself is the draw in which every unit counts once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wxsat.diagnosis.sampling import Units, add_by_unit

ROWS_AT_ONCE = 20_000


@dataclass(frozen=True)
class MomentSums:
    """
    Sums by unit.

    Attributes
    ----------
    sums : ndarray, shape (n_units, n_features)
        Pair counts and pair products (upper triangle), sums of j where k was answered too (all pairs), then
        for each multi-item score the count, sums and squares of items and total over respondents with all
        items.
    centre : ndarray, shape (k,)
        Subtracted from the scores before products are formed, against cancellation.
    item_counts : tuple of int
        Items behind each score.
    """

    sums: NDArray[np.float64]
    centre: NDArray[np.float64]
    item_counts: tuple[int, ...]


@dataclass(frozen=True)
class Moments:
    """
    Moments of a block of draws.

    Attributes
    ----------
    means : ndarray, shape (draws, k)
        Available-case means.
    covariance : ndarray, shape (draws, k, k)
        Pairwise available-case covariances, divisor N.
    alpha : ndarray, shape (draws, k)
        Coefficient alpha over respondents with all items; NaN for single items, and where
        nothing varies.
    """

    means: NDArray[np.float64]
    covariance: NDArray[np.float64]
    alpha: NDArray[np.float64]


def sum_moments(
    values: NDArray[np.float64],
    items: tuple[NDArray[np.float64], ...],
    units: Units,
    weights: NDArray[np.float64] | None = None,
) -> MomentSums:
    """
    Form the sums by unit that every draw's moments are linear in.

    Parameters
    ----------
    values : ndarray, shape (n, k)
        Scores, NaN where missing.
    items : tuple of k ndarrays, each of shape (n, n_items)
    units : Units
    weights : ndarray, shape (n,), optional

    Returns
    -------
    MomentSums
    """
    w = np.ones(len(values)) if weights is None else weights
    answered = ~np.isnan(values)
    total = answered.T @ w
    centre = np.where(answered, values, 0.0).T @ w / np.where(total > 0, total, 1.0)
    multiple = [block for block in items if block.shape[1] > 1]
    sums: NDArray[np.float64] | None = None
    for start in range(0, len(values), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        features = _features(values[rows] - centre, [block[rows] for block in multiple], w[rows])
        if sums is None:
            sums = np.zeros((units.count, features.shape[1]))
        add_by_unit(sums, features, units.codes[rows])
    return MomentSums(np.empty((0, 0)) if sums is None else sums, centre, tuple(b.shape[1] for b in items))


def _features(
    centred: NDArray[np.float64], items: list[NDArray[np.float64]], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    answered = ~np.isnan(centred)
    r = answered.astype(np.float64)
    y = np.where(answered, centred, 0.0)
    upper_j, upper_k = np.triu_indices(r.shape[1])
    wr, wy = r * weights[:, None], y * weights[:, None]
    return np.hstack(
        [
            wr[:, upper_j] * r[:, upper_k],
            wy[:, upper_j] * y[:, upper_k],
            (wy[:, :, None] * r[:, None, :]).reshape(len(r), -1),
            *(_alpha_columns(block, weights) for block in items),
        ]
    )


def _alpha_columns(block: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    complete = np.isfinite(block.sum(axis=1))
    x = np.where(complete[:, None], block - 50.0, 0.0)
    with_total = np.column_stack([x, x.sum(axis=1)])
    return np.hstack([complete[:, None], with_total, with_total**2]) * weights[:, None]


def moments_of(counts: NDArray[np.float64], stored: MomentSums) -> Moments:
    """
    Return the moments of a block of draws, one matrix product for all of them.

    Parameters
    ----------
    counts : ndarray, shape (draws, n_units)
        How often each unit was drawn.
    stored : MomentSums

    Returns
    -------
    Moments
        NaN where a draw holds no answer.
    """
    k = len(stored.centre)
    pairs = k * (k + 1) // 2
    drawn = counts @ stored.sums
    n = _symmetric(drawn[:, :pairs], k)
    products = _symmetric(drawn[:, pairs : 2 * pairs], k)
    sums = drawn[:, 2 * pairs : 2 * pairs + k * k].reshape(-1, k, k)
    with np.errstate(invalid="ignore", divide="ignore"):
        pair_means = sums / n
        covariance = products / n - pair_means * pair_means.transpose(0, 2, 1)
    means = np.einsum("bjj->bj", pair_means) + stored.centre
    return Moments(means, covariance, _alphas(drawn[:, 2 * pairs + k * k :], stored.item_counts))


def _symmetric(upper: NDArray[np.float64], k: int) -> NDArray[np.float64]:
    full = np.empty((len(upper), k, k))
    j, i = np.triu_indices(k)
    full[:, j, i] = upper
    full[:, i, j] = upper
    return full


def _alphas(drawn: NDArray[np.float64], item_counts: tuple[int, ...]) -> NDArray[np.float64]:
    r"""Coefficient alpha, ``p/(p-1) (1 - sum var_j / var_total)``, from the item sums of each draw."""
    alpha = np.full((len(drawn), len(item_counts)), np.nan)
    at = 0
    with np.errstate(invalid="ignore", divide="ignore"):
        for position, p in enumerate(item_counts):
            if p < 2:
                continue
            n, sums, squares = (
                drawn[:, at : at + 1],
                drawn[:, at + 1 : at + 2 + p],
                drawn[:, at + 2 + p : at + 3 + 2 * p],
            )
            variance = squares / n - (sums / n) ** 2
            alpha[:, position] = p / (p - 1) * (1.0 - variance[:, :p].sum(axis=1) / variance[:, p])
            at += 3 + 2 * p
    return np.where(np.isfinite(alpha), alpha, np.nan)


def true_score_covariance(covariance: NDArray[np.float64], reliability: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Take measurement error off the diagonal: score variance times reliability; covariances stay.

    Errors of different constructs are taken as uncorrelated. A NaN reliability (single item) leaves its
    variance alone.

    Parameters
    ----------
    covariance : ndarray, shape (..., k, k)
    reliability : ndarray, shape (..., k)

    Returns
    -------
    ndarray, shape (..., k, k)

    References
    ----------
    .. [1] Spearman, C. (1904). The proof and measurement of association between two things. American Journal
    of
       Psychology, 15(1), 72-101.

    Examples
    --------
    >>> true_score_covariance(np.array([[4.0, 1.0], [1.0, 4.0]]), np.array([0.5, np.nan])).tolist()
    [[2.0, 1.0], [1.0, 4.0]]
    """
    k = covariance.shape[-1]
    kept = np.where(np.isnan(reliability), 1.0, reliability)
    true = covariance.copy()
    index = np.arange(k)
    true[..., index, index] = covariance[..., index, index] * kept
    return true
