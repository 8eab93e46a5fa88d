r"""Partial least squares on correlation matrices, many at once.

Only the correlation matrix of the items is needed: with weights :math:`W` (a column a composite) the composites
correlate :math:`C = W'RW`, the inner proxies are :math:`Z = YE`, and the items correlate :math:`RWE` with them.
A mode A block takes these as its weights, a mode B block multiplies by :math:`R_{jj}^{-1}`; both are scaled to
composites of
variance one. Bootstrap samples are matrices along the first axis; each stops by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from wxsat.pls.model import PathModel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

Scheme = Literal["path", "factor", "centroid"]
SCHEMES: tuple[str, ...] = get_args(Scheme)


@dataclass(frozen=True)
class Search:
    """
    How weights are looked for.

    Attributes
    ----------
    scheme : {"path", "factor", "centroid"}
        Inner weights: regressions on causes and correlations with effects; correlations; signs of correlations.
    tolerance : float
        The search ends when the absolute changes of all weights sum to less (seminr's rule and default).
    max_iterations : int
    """

    scheme: Scheme = "path"
    tolerance: float = 1e-7
    max_iterations: int = 300


@dataclass(frozen=True)
class Solution:
    """
    Weights of `n` samples.

    Attributes
    ----------
    weights : ndarray, shape (n, n_items, n_constructs)
        Zero outside a block; composites have variance one.
    correlations : ndarray, shape (n, n_constructs, n_constructs)
        Of the composites.
    loadings : ndarray, shape (n, n_items, n_constructs)
        Correlations of every item with every composite (cross-loadings outside the block).
    iterations : ndarray of int, shape (n,)
    converged : ndarray of bool, shape (n,)
        False also for a sample in which an item is constant or a formative block is singular; its figures are NaN.
    """

    weights: Array
    correlations: Array
    loadings: Array
    iterations: NDArray[np.int64]
    converged: NDArray[np.bool_]


def search_weights(
    model: PathModel, correlation: Array, how: Search | None = None, start: Array | None = None
) -> Solution:
    r"""
    Estimate the weights of one or many correlation matrices.

    Parameters
    ----------
    model : PathModel
        Without products and higher order: these are resolved before.
    correlation : ndarray, shape (n, n_items, n_items)
        In the order of ``model.items``.
    how : Search, optional
    start : ndarray, shape (n_items, n_constructs), optional
        Weights to begin with; ones by default. The fixed point does not depend on it, its search is shorter.

    Returns
    -------
    Solution
        Signs: every composite points to where most of its items load positively, and where that is a tie, to a
        positive sum of loadings (``orient``).

    Notes
    -----
    Wold's algorithm as in Lohmöller (1989). Checked against SmartPLS 2.0 M3 (three schemes), R plspm, seminr and
    ADANCO 2.2.1 on the ECSI data sets.

    Examples
    --------
    >>> from wxsat.pls.read_model import read_path_model
    >>> model = read_path_model("A =~ a1 + a2\nB =~ b1 + b2\nB ~ A")
    >>> r = np.array([[1, .5, .3, .3], [.5, 1, .3, .3], [.3, .3, 1, .5], [.3, .3, .5, 1]])
    >>> bool(np.allclose(search_weights(model, r[None]).weights[0, :2, 0], 3 ** -0.5))
    True
    """
    how = how or Search()
    mask = _mask(model)
    n, p = correlation.shape[:2]
    usable: NDArray[np.bool_] = np.asarray(np.isfinite(correlation).all(axis=(1, 2)))
    inverses = _block_inverses(model, correlation, usable)
    begun = np.where(mask, 1.0, 0.0) if start is None else start
    weights = np.full((n, p, mask.shape[1]), np.nan)
    iterations, converged = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=bool)
    active = np.flatnonzero(usable)
    r = correlation[active]
    w = _scaled(np.broadcast_to(begun, (len(active), *mask.shape)), r)
    for round_number in range(1, how.max_iterations + 1):
        if not len(active):
            break
        fresh = _improve(model, r, w, how.scheme, mask, {j: inverse[active] for j, inverse in inverses.items()})
        step = np.abs(np.abs(fresh) - np.abs(w)).sum(axis=(1, 2))
        weights[active], iterations[active] = fresh, round_number
        done = step < how.tolerance
        converged[active[done]] = True
        going = ~done & np.isfinite(step)
        active, r, w = active[going], r[going], fresh[going]
    weights[~converged] = np.nan
    return orient(model, weights, correlation, iterations, converged)


def _mask(model: PathModel) -> NDArray[np.bool_]:
    mask = np.zeros((len(model.items), len(model.blocks)), dtype=bool)
    for j, rows in enumerate(model.places):
        mask[rows, j] = True
    return mask


def _block_inverses(model: PathModel, correlation: Array, usable: NDArray[np.bool_]) -> dict[int, Array]:
    """Return the inverse within-block correlations of mode B; marks samples with a singular block unusable."""
    found = {}
    for j, (block, rows) in enumerate(zip(model.blocks, model.places, strict=True)):
        if block.mode == "B" and len(rows) > 1:
            inner = correlation[:, rows[:, None], rows]
            inverse = np.full_like(inner, np.nan)
            safe = np.where(usable[:, None, None], inner, np.eye(len(rows)))
            usable &= np.linalg.eigvalsh(safe)[:, 0] > 1e-10
            inverse[usable] = np.linalg.inv(inner[usable])
            found[j] = inverse
    return found


def _scaled(weights: Array, correlation: Array) -> Array:
    variances = np.einsum("npj,npq,nqj->nj", weights, correlation, weights, optimize=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(weights / np.sqrt(variances)[:, None, :])


def _improve(
    model: PathModel, r: Array, w: Array, scheme: Scheme, mask: NDArray[np.bool_], inverses: dict[int, Array]
) -> Array:
    crossed = r @ w
    composites = np.swapaxes(w, 1, 2) @ crossed
    proxies = crossed @ inner_weights(composites, model.adjacency, scheme)
    fresh = np.where(mask, proxies, 0.0)
    for j, inverse in inverses.items():
        rows = model.places[j]
        fresh[:, rows, j] = (inverse @ proxies[:, rows, j][:, :, None])[:, :, 0]
    return _scaled(fresh, r)


def inner_weights(composites: Array, adjacency: NDArray[np.bool_], scheme: Scheme) -> Array:
    """Return E, shape (n, J, J): column j weights the composites that j is joined to."""
    joined = adjacency | adjacency.T
    if scheme == "centroid":
        return np.where(joined, np.sign(composites), 0.0)
    weights = np.where(joined, composites, 0.0)
    if scheme == "path":
        for j, row in enumerate(adjacency):
            causes = np.flatnonzero(row)
            if len(causes) > 1:
                weights[:, causes, j] = regress(composites, causes, j)
    return weights


def regress(composites: Array, causes: Sequence[int] | NDArray[np.intp], target: int) -> Array:
    """Return standardised coefficients of `target` on `causes`, shape (n, k); NaN where the causes are collinear."""
    rows = np.asarray(causes, dtype=np.intp)
    inner, outer = composites[:, rows[:, None], rows], composites[:, rows, target]
    try:
        return np.asarray(np.linalg.solve(inner, outer[:, :, None])[:, :, 0])
    except np.linalg.LinAlgError:
        found = np.full(outer.shape, np.nan)
        for n, (matrix, right) in enumerate(zip(inner, outer, strict=True)):
            if np.isfinite(matrix).all() and np.linalg.matrix_rank(matrix) == len(rows):
                found[n] = np.linalg.solve(matrix, right)
        return found


def orient(
    model: PathModel, weights: Array, correlation: Array, iterations: NDArray[np.int64], converged: NDArray[np.bool_]
) -> Solution:
    """Turn every composite to where most of its items load positively; a tie goes by the sum of the loadings."""
    loadings = correlation @ weights
    sign = np.ones((len(weights), len(model.blocks)))
    for j, rows in enumerate(model.places):
        own = loadings[:, rows, j]
        votes = np.sign(own).sum(axis=1)
        votes = np.where(votes == 0, own.sum(axis=1), votes)
        sign[:, j] = np.where(votes < 0, -1.0, 1.0)
    turned = weights * sign[:, None, :]
    loadings = loadings * sign[:, None, :]
    composites = np.swapaxes(turned, 1, 2) @ loadings
    diagonal = np.arange(len(model.blocks))
    composites[:, diagonal, diagonal] = np.where(converged[:, None], 1.0, np.nan)
    return Solution(turned, composites, loadings, iterations, converged)
