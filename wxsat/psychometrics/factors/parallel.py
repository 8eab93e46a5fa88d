"""Parallel analysis: eigenvalues of the data against those of data without any structure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from wxsat.numerics.covariance import pairwise_correlation

Array = NDArray[np.float64]
CorrelationKind = Literal["pearson", "polychoric"]
Reference = Literal["normal", "permuted"]

QUANTILE = 0.95
# Numbers drawn at once: 4 million take 32 MB.
NUMBERS_AT_ONCE = 4_000_000
SWEEPS = 500
SWEEPS_BETWEEN = 10
NEWTON_STEPS = 6
MOST = float(np.sqrt(1 - 0.005))
SWEEP_CHANGE = 1e-9


@dataclass(frozen=True, slots=True)
class ParallelAnalysis:
    """
    Eigenvalues of the data and of random data of the same size.

    Attributes
    ----------
    components, factors : ndarray, shape (n_items,)
        Eigenvalues of the correlations, and of the correlations with the communalities of one minres factor on the
        diagonal (as ``psych::fa.parallel``).
    components_mean, components_quantile, factors_mean, factors_quantile : ndarray, shape (n_items,)
        Of the random data, position by position.
    n_components, n_factors : int
        Leading eigenvalues that exceed the quantile.
    n_components_mean, n_factors_mean : int
        Those that exceed the mean.
    draws, seed : int
    quantile : float
    reference : {"normal", "permuted"}
        Independent normal variables, or the answers of each item shuffled over the respondents.
    """

    components: Array
    factors: Array
    components_mean: Array
    components_quantile: Array
    factors_mean: Array
    factors_quantile: Array
    n_components: int
    n_factors: int
    n_components_mean: int
    n_factors_mean: int
    draws: int
    seed: int
    quantile: float
    reference: Reference


def analyse_parallel(
    values: Array,
    correlation: Array,
    *,
    kind: CorrelationKind = "pearson",
    draws: int = 500,
    seed: int = 1,
    quantile: float = QUANTILE,
) -> ParallelAnalysis:
    """
    Horn's parallel analysis on components and on factors.

    Parameters
    ----------
    values : ndarray, shape (n_obs, n_items)
        The rows behind `correlation`; for polychoric correlations the answers that are shuffled.
    correlation : ndarray, shape (n_items, n_items)
        Of the data.
    kind : {"pearson", "polychoric"}
        Pearson: random normal data of the same size. Polychoric: every item's answers shuffled, holes and all, so
        that the categories keep their frequencies, and polychoric correlations of them.
    draws : int
        Random data sets.
    seed : int
    quantile : float
        In (0, 1).

    Returns
    -------
    ParallelAnalysis

    References
    ----------
    .. [1] Horn, J. L. (1965). Psychometrika, 30, 179-185.
    .. [2] Glorfeld, L. W. (1995). Educational and Psychological Measurement, 55, 377-393 (the quantile).

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x = rng.normal(size=(300, 1)) + rng.normal(size=(300, 5))
    >>> analyse_parallel(x, np.corrcoef(x.T), draws=50).n_components
    1
    """
    generator = np.random.default_rng(seed)
    blocks = (
        _normal_blocks(generator, len(values), values.shape[1], draws)
        if kind == "pearson"
        else _shuffled_blocks(generator, values, draws)
    )
    drawn = [(eigenvalues(block), eigenvalues(reduce_by_one_factor(block))) for block in blocks]
    parts, common = (np.concatenate([pair[k] for pair in drawn]) for k in (0, 1))
    own = eigenvalues(correlation[None])[0], eigenvalues(reduce_by_one_factor(correlation[None]))[0]
    limits = [np.quantile(part, quantile, axis=0) for part in (parts, common)]
    means = [part.mean(axis=0) for part in (parts, common)]
    return ParallelAnalysis(
        components=own[0],
        factors=own[1],
        components_mean=means[0],
        components_quantile=limits[0],
        factors_mean=means[1],
        factors_quantile=limits[1],
        n_components=leading_above(own[0], limits[0]),
        n_factors=leading_above(own[1], limits[1]),
        n_components_mean=leading_above(own[0], means[0]),
        n_factors_mean=leading_above(own[1], means[1]),
        draws=draws,
        seed=seed,
        quantile=quantile,
        reference="normal" if kind == "pearson" else "permuted",
    )


def leading_above(values: Array, limits: Array) -> int:
    """Count the leading values above their limits, up to the first that is not."""
    above = values > limits
    return int(len(above) if above.all() else np.argmin(above))


def eigenvalues(matrices: Array) -> Array:
    """Eigenvalues of a stack of symmetric matrices, falling."""
    return np.asarray(np.linalg.eigvalsh(matrices)[..., ::-1])


def _normal_blocks(generator: np.random.Generator, n_obs: int, n_items: int, draws: int) -> Iterator[Array]:
    size = max(1, NUMBERS_AT_ONCE // (n_obs * n_items))
    for start in range(0, draws, size):
        data = generator.standard_normal((min(size, draws - start), n_obs, n_items))
        data -= data.mean(axis=1, keepdims=True)
        cross = np.swapaxes(data, 1, 2) @ data
        root = np.sqrt(np.einsum("bii->bi", cross))
        yield cross / (root[:, :, None] * root[:, None, :])


def _shuffled_blocks(generator: np.random.Generator, values: Array, draws: int) -> Iterator[Array]:
    from wxsat.psychometrics.ordinal.correlations import polychoric

    rule: Literal["listwise", "pairwise"] = "pairwise" if np.isnan(values).any() else "listwise"
    for _ in range(draws):
        yield polychoric(generator.permuted(values, axis=0), missing=rule).correlation[None]


def reduce_by_one_factor(matrices: Array) -> Array:
    """
    Put the communalities of one minres factor on the diagonals of a stack of correlation matrices.

    Notes
    -----
    Harman and Jones's (1966) cyclic solution, each loading the regression of its row on the other loadings, for all
    matrices at once; a communality stays below 1 - .005. Newton's steps end what a few rounds have brought near, where
    they reach a minimum inside the borders; the others go on in rounds.
    """
    values, vectors = np.linalg.eigh(matrices)
    loadings = vectors[:, :, -1] * np.sqrt(values[:, -1:]) * 0.8
    open_ = np.arange(len(matrices))
    sweeps = 0
    while len(open_) and sweeps < SWEEPS:
        near, still = _swept(matrices[open_], loadings[open_], SWEEPS_BETWEEN)
        sweeps += SWEEPS_BETWEEN
        loadings[open_] = near
        open_, near = open_[still], near[still]
        if len(open_):
            polished, done = _polished(matrices[open_], near)
            loadings[open_[done]] = polished[done]
            open_ = open_[~done]
    reduced = matrices.copy()
    places = np.arange(loadings.shape[1])
    reduced[:, places, places] = loadings**2
    return reduced


def _swept(matrices: Array, loadings: Array, rounds: int) -> tuple[Array, NDArray[np.bool_]]:
    """Return loadings after some rounds, and which of the matrices still move."""
    loadings = loadings.copy()
    before = loadings
    for _ in range(rounds):
        before = loadings.copy()
        for item in range(loadings.shape[1]):
            own = loadings[:, item]
            cross = np.einsum("bj,bj->b", matrices[:, item], loadings) - own
            length = (loadings**2).sum(axis=1) - own**2
            loadings[:, item] = np.clip(cross / np.maximum(length, 1e-12), -MOST, MOST)
        if np.abs(loadings - before).max() < SWEEP_CHANGE:
            break
    return loadings, np.asarray(np.abs(loadings - before).max(axis=1) >= SWEEP_CHANGE)


def _polished(matrices: Array, start: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Return loadings after Newton's steps on half the squared residuals, and where they are a minimum inside."""
    size = matrices.shape[1]
    diagonal = np.eye(size, dtype=bool)
    off = np.where(diagonal, 0.0, matrices)
    loadings = start.copy()
    for _ in range(NEWTON_STEPS):
        gradient, hessian = _curved(off, loadings, diagonal)
        try:
            step = np.linalg.solve(hessian, gradient[:, :, None])[:, :, 0]
        except np.linalg.LinAlgError:
            return start, np.zeros(len(start), dtype=bool)
        loadings = loadings - np.clip(step, -0.2, 0.2)
    gradient, hessian = _curved(off, loadings, diagonal)
    with np.errstate(invalid="ignore"):
        inside = np.abs(loadings).max(axis=1) < MOST
        still = np.abs(gradient).max(axis=1) < SWEEP_CHANGE
        lower = _misfit(off, loadings) <= _misfit(off, start) + SWEEP_CHANGE
    done = inside & still & lower
    done[done] = np.linalg.eigvalsh(hessian[done])[:, 0] > 0
    return loadings, done


def _curved(off: Array, loadings: Array, diagonal: NDArray[np.bool_]) -> tuple[Array, Array]:
    length = (loadings**2).sum(axis=1, keepdims=True) - loadings**2
    gradient = loadings * length - np.einsum("bij,bj->bi", off, loadings)
    hessian = 2 * loadings[:, :, None] * loadings[:, None, :] - off
    return gradient, np.where(diagonal, length[:, :, None], hessian)


def _misfit(off: Array, loadings: Array) -> Array:
    fourth = (loadings**2).sum(axis=1) ** 2 - (loadings**4).sum(axis=1)
    return np.asarray(fourth / 2 - np.einsum("bi,bij,bj->b", loadings, off, loadings))


def correlate(values: Array, kind: CorrelationKind, missing: Literal["listwise", "pairwise"]) -> Array:
    """Correlations of the items: Pearson or polychoric, over complete rows or over the rows of every pair."""
    if kind == "polychoric":
        from wxsat.psychometrics.ordinal.correlations import polychoric

        return polychoric(values, missing=missing).correlation
    rows = values if missing == "pairwise" else values[~np.isnan(values).any(axis=1)]
    return pairwise_correlation(rows)
