"""A score-level recursive path model: closed form, equation by equation, free of measurement error.

Structural-after-measurement in its simplest local form: the true-score covariance of the construct scores is
formed first, then every outcome is regressed on its declared predictors. Effects are read by intervening: cut
the arrows into a source, shift it by one, walk down the hierarchy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wxsat.diagnosis.hierarchy import ResolvedHierarchy

SINGULAR_BELOW = 1e-9


@dataclass(frozen=True)
class PathModel:
    """
    Fitted paths of a block of draws.

    Attributes
    ----------
    matrix : ndarray, shape (draws, k, k)
        B in POMP units, ``matrix[:, outcome, cause]``, over the hierarchy's nodes, causes before effects. A
        composite's coefficient is spread over its parts by their weights. NaN rows where an equation has no
        solution.
    coefficients : ndarray, shape (draws, n_paths)
        One column a path, in the order of `labels`: per point of the predictor, composites taken as a whole.
    standardised : ndarray, shape (draws, n_paths)
        The same in true-score standard deviations.
    labels : tuple of (outcome, predictor)
    """

    matrix: NDArray[np.float64]
    coefficients: NDArray[np.float64]
    standardised: NDArray[np.float64]
    labels: tuple[tuple[str, str], ...]


def fit_paths(covariance: NDArray[np.float64], hierarchy: ResolvedHierarchy) -> PathModel:
    r"""
    Regress every outcome of the hierarchy on its predictors.

    Parameters
    ----------
    covariance : ndarray, shape (draws, k, k)
        True-score covariances of ``hierarchy.nodes``, in their order.
    hierarchy : ResolvedHierarchy

    Returns
    -------
    PathModel

    Notes
    -----
    With L the map from nodes to the predictors of one outcome (unit rows for nodes, weight rows for
    composites),

    .. math:: \beta = (L \Sigma L')^{-1} L \Sigma_{\cdot y}, \qquad B_{y \cdot} = \beta' L .

    For a recursive model whose residuals are uncorrelated wherever one outcome is a predictor of the other,
    this recovers the population paths exactly from the population covariance.

    Checked against the population of the reference simulation (R, ``tests/golden/diagnosis``).

    References
    ----------
    .. [1] Rosseel, Y., & Loh, W. W. (2022). A structural after measurement approach to structural equation
    modeling.
       Psychological Methods. The idea of estimating structure after measurement; the estimator here is the
       score-level special case with reliabilities taken as given.
    """
    nodes = hierarchy.nodes
    draws, k, _ = covariance.shape
    matrix = np.zeros((draws, k, k))
    estimates: list[NDArray[np.float64]] = []
    scaled: list[NDArray[np.float64]] = []
    labels: list[tuple[str, str]] = []
    for equation in hierarchy.equations:
        selector = predictor_map(equation.predictors, hierarchy)
        y = nodes.index(equation.outcome)
        between = selector @ covariance @ selector.T
        beta = _solve(between, covariance[:, y] @ selector.T)
        matrix[:, y] = beta @ selector
        with np.errstate(invalid="ignore", divide="ignore"):
            scaled.append(beta * np.sqrt(np.einsum("bjj->bj", between) / covariance[:, y, y][:, None]))
        estimates.append(beta)
        labels.extend((equation.outcome, predictor) for predictor in equation.predictors)
    none = np.empty((draws, 0))
    return PathModel(matrix, np.hstack([none, *estimates]), np.hstack([none, *scaled]), tuple(labels))


def predictor_map(predictors: Sequence[str], hierarchy: ResolvedHierarchy) -> NDArray[np.float64]:
    """Return L, shape (n_predictors, n_nodes): a row of weights for a composite, a unit row for a node."""
    selector = np.zeros((len(predictors), len(hierarchy.nodes)))
    for row, predictor in enumerate(predictors):
        for part, weight in hierarchy.composites.get(predictor, {predictor: 1.0}).items():
            selector[row, hierarchy.nodes.index(part)] = weight
    return selector


def _solve(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Solve a block of small symmetric systems; NaN where one is singular on the correlation scale."""
    size = a.shape[-1]
    with np.errstate(invalid="ignore", divide="ignore"):
        scale = np.sqrt(np.abs(np.einsum("bjj->bj", a)))
        correlation = a / (scale[:, :, None] * scale[:, None, :])
    usable = np.isfinite(correlation).all(axis=(1, 2)) & np.isfinite(b).all(axis=1)
    correlation[~usable] = np.eye(size)
    usable &= np.abs(np.linalg.eigvalsh(correlation)).min(axis=1) > SINGULAR_BELOW
    correlation[~usable] = np.eye(size)
    solution = np.full(b.shape, np.nan)
    right = b[usable] / scale[usable]
    solution[usable] = np.linalg.solve(correlation[usable], right[:, :, None])[:, :, 0] / scale[usable]
    return solution


def propagate(
    matrix: NDArray[np.float64], nodes: Sequence[str], shifts: Mapping[str, float | NDArray[np.float64]]
) -> NDArray[np.float64]:
    """
    Return the expected shift of every node when some are set: arrows into the set nodes are cut.

    Parameters
    ----------
    matrix : ndarray, shape (draws, k, k)
        B over `nodes`, causes before effects.
    nodes : sequence of str
    shifts : mapping of str to float or ndarray of shape (draws,)
        What the set nodes are shifted by.

    Returns
    -------
    ndarray, shape (draws, k)

    Examples
    --------
    >>> chain = np.array([[[0.0, 0.0], [0.5, 0.0]]])
    >>> propagate(chain, ["cause", "effect"], {"cause": 2.0}).tolist()
    [[2.0, 1.0]]
    """
    moved = np.zeros(matrix.shape[:2])
    for position, node in enumerate(nodes):
        if node in shifts:
            moved[:, position] = shifts[node]
        elif position:
            moved[:, position] = np.einsum("bk,bk->b", matrix[:, position, :position], moved[:, :position])
    return moved


def total_effect(
    matrix: NDArray[np.float64], hierarchy: ResolvedHierarchy, source: str, outcome: str
) -> NDArray[np.float64]:
    """
    Return the total effect of ``do(source + 1)`` on an outcome, shape (draws,), POMP points per POMP point.

    A dilemma is shifted by moving all its parts by one; arrows into the parts are cut.
    """
    shifts = dict.fromkeys(hierarchy.parts_of(source), 1.0)
    return propagate(matrix, hierarchy.nodes, shifts)[:, hierarchy.nodes.index(outcome)]


def ancestors_of(hierarchy: ResolvedHierarchy, outcome: str) -> frozenset[str]:
    """Return the nodes with a directed way to `outcome`."""
    causes = {e.outcome: {m for p in e.predictors for m in hierarchy.parts_of(p)} for e in hierarchy.equations}
    found: set[str] = set()
    frontier = set(causes.get(outcome, set()))
    while frontier:
        found |= frontier
        frontier = {c for node in frontier for c in causes.get(node, set())} - found
    return frozenset(found)


def is_positive_definite(covariance: NDArray[np.float64]) -> bool:
    """Whether a covariance matrix, shape (k, k), is positive definite on the correlation scale."""
    variances = np.diag(covariance)
    if not np.isfinite(covariance).all() or (variances <= 0).any():
        return False
    scale = np.sqrt(variances)
    return bool(np.linalg.eigvalsh(covariance / np.outer(scale, scale))[0] > SINGULAR_BELOW)
