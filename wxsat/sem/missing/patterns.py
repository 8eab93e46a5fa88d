r"""Missing patterns: rows that lack the same answers share everything that the likelihood needs of the model.

For pattern :math:`p` with :math:`n_p` rows the normal likelihood needs the rows' mean :math:`m_p` and their
cross-products :math:`S_p` about it alone:

.. math:: l_p = -\tfrac{n_p}{2}\{k_p\log 2\pi + \log|\Sigma_p| + tr(\Sigma_p^{-1}S_p) + d_p'\Sigma_p^{-1}d_p\},
   \qquad d_p = m_p - \mu_p.

Everything is padded with zeros to the full set of variables, so that patterns of one shape are computed at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Padded arrays of one block of patterns stay below this many numbers (128 MB).
BLOCK_NUMBERS = 1 << 24


@dataclass(frozen=True)
class MissingPatterns:
    """
    The rows of one group, sorted by what they lack.

    Attributes
    ----------
    observed : ndarray of bool, shape (n_patterns, p)
        Patterns of several rows first.
    counts : ndarray, shape (n_patterns,)
        Rows of the pattern, or the sum of their weights.
    mean : ndarray, shape (n_patterns, p)
        Zeros where missing.
    cross : ndarray, shape (n_repeated, p, p)
        Mean cross-products about `mean` of the patterns that have several rows (the first ones); zeros where missing.
    rows : ndarray of int, shape (n,)
        Row numbers of the data, pattern by pattern.
    bounds : ndarray of int, shape (n_patterns + 1,)
        ``rows[bounds[k]:bounds[k + 1]]`` are the rows of pattern k.
    values : ndarray, shape (n_read, p)
        The data, NaN where missing; rows that lack everything belong to no pattern.
    weights : ndarray, shape (n_read,), optional
    """

    observed: NDArray[np.bool_]
    counts: NDArray[np.float64]
    mean: NDArray[np.float64]
    cross: NDArray[np.float64]
    rows: NDArray[np.intp]
    bounds: NDArray[np.intp]
    values: NDArray[np.float64]
    weights: NDArray[np.float64] | None = None

    @property
    def n_variables(self) -> int:
        """Number of variables."""
        return int(self.observed.shape[1])

    @property
    def n_patterns(self) -> int:
        """Number of distinct patterns."""
        return len(self.counts)

    @property
    def n_rows(self) -> int:
        """Rows with at least one value."""
        return len(self.rows)

    @property
    def total(self) -> float:
        """Rows, or the sum of their weights."""
        return float(self.counts.sum())

    @property
    def coverage(self) -> NDArray[np.float64]:
        """Share of rows that have both variables of a pair, shape (p, p)."""
        seen = self.observed.astype(float)
        return np.asarray((seen.T * self.counts) @ seen / self.total)

    def blocks(self) -> Iterator[slice]:
        """Yield slices of patterns whose padded arrays fit in memory together."""
        step = max(1, BLOCK_NUMBERS // max(self.n_variables**2, 1))
        for first in range(0, self.n_patterns, step):
            yield slice(first, min(first + step, self.n_patterns))


def missing_patterns(values: NDArray[np.float64], weights: NDArray[np.float64] | None = None) -> MissingPatterns:
    """
    Sort rows by what they lack and sum them up.

    Parameters
    ----------
    values : ndarray, shape (n, p)
        NaN where missing.
    weights : ndarray, shape (n,), optional

    Examples
    --------
    >>> patterns = missing_patterns(np.array([[1.0, 2.0], [3.0, 4.0], [np.nan, 1.0]]))
    >>> patterns.counts.tolist(), patterns.mean[0].tolist()
    ([2.0, 1.0], [2.0, 3.0])
    """
    seen = ~np.isnan(values)
    member, observed = _distinct(seen)
    size = np.bincount(member, minlength=len(observed))
    # Several rows first; then the order of the bits, so that the order of the rows does not matter.
    order = np.argsort(size == 1, kind="stable")
    order = order[observed[order].any(axis=1)]
    place = np.full(len(observed), -1, dtype=np.intp)
    place[order] = np.arange(len(order))
    member, observed, size = place[member], observed[order], size[order]
    rows = np.argsort(member, kind="stable")
    rows = rows[member[rows] >= 0]
    bounds = np.concatenate([[0], np.cumsum(size)]).astype(np.intp)
    filled = np.where(seen, values, 0.0)[rows]
    weight = np.ones(len(rows)) if weights is None else weights[rows]
    counts = np.add.reduceat(weight, bounds[:-1])
    mean = np.add.reduceat(filled * weight[:, None], bounds[:-1], axis=0) / counts[:, None]
    repeated = int((size > 1).sum())
    cross = np.zeros((repeated, values.shape[1], values.shape[1]))
    for k in range(repeated):
        here = slice(bounds[k], bounds[k + 1])
        centred = (filled[here] - mean[k]) * observed[k]
        cross[k] = (centred.T * weight[here]) @ centred / counts[k]
    return MissingPatterns(observed, counts, mean, cross, rows, bounds, values, weights)


def _distinct(seen: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return the number of each row's pattern and the patterns, in the order of their bits."""
    packed = np.packbits(seen, axis=1)
    width = -(-packed.shape[1] // 8) * 8
    words = np.zeros((len(packed), width), dtype=np.uint8)
    words[:, : packed.shape[1]] = packed
    keys = words.view(">u8").astype(np.uint64)
    if keys.shape[1] == 1:
        _, first, member = np.unique(keys[:, 0], return_index=True, return_inverse=True)
    else:
        _, first, member = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    return member.reshape(-1).astype(np.intp), seen[first]


def complete_pattern(covariance: NDArray[np.float64], mean: NDArray[np.float64], total: float) -> MissingPatterns:
    """Return moments of complete data as a single pattern without rows."""
    p = len(mean)
    return MissingPatterns(
        np.ones((1, p), dtype=bool),
        np.array([float(total)]),
        mean[None, :].copy(),
        covariance[None, :, :].copy(),
        np.zeros(0, dtype=np.intp),
        np.zeros(2, dtype=np.intp),
        np.zeros((0, p)),
    )
