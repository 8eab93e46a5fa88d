"""Samejima's graded-response model: marginal maximum likelihood by EM, all respondents and nodes at once.

P(answer above category k) = 1 / (1 + exp(-(a theta + d_k))), d falling; thresholds are b_k = -d_k / a.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wxsat.psychometrics.item_response.quadrature import NODES, normal_nodes

Array = NDArray[np.float64]

LEAST_PROBABILITY = 1e-12
MAX_ROUNDS = 2000
# Largest change of a parameter in a round; EM creeps, so this is well below what anybody prints.
ROUND_CHANGE = 1e-6
NEWTON_STEPS = 8
LARGEST_STEP = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class GradedItems:
    """
    Items of a graded-response model.

    Attributes
    ----------
    slopes : ndarray, shape (n_items,)
        Discriminations a, on the logistic metric without 1.702.
    intercepts : tuple of ndarray
        d of every item, falling, one less than its categories.
    """

    slopes: Array
    intercepts: tuple[Array, ...]

    @property
    def thresholds(self) -> tuple[Array, ...]:
        """Places on the trait where the answer above a category is as likely as not: ``-d / a``."""
        return tuple(-d / a for a, d in zip(self.slopes, self.intercepts, strict=True))

    def vector(self) -> Array:
        """Return all parameters, item by item: slope, then intercepts."""
        return np.concatenate([np.r_[a, d] for a, d in zip(self.slopes, self.intercepts, strict=True)])

    def with_vector(self, vector: Array) -> GradedItems:
        """Return items with the parameters of `vector`."""
        ends = np.cumsum([1 + len(d) for d in self.intercepts])
        parts = np.split(vector, ends[:-1])
        return GradedItems(np.array([part[0] for part in parts]), tuple(part[1:] for part in parts))


@dataclass(frozen=True, slots=True, eq=False)
class GradedFit:
    """
    A fitted graded-response model.

    Attributes
    ----------
    items : GradedItems
    log_likelihood : float
    covariance : ndarray, shape (n_parameters, n_parameters), or None
        Of ``items.vector()``: inverse of the observed information; None where that is singular.
    converged : bool
    iterations : int
    n_obs : int
        Rows with an answer to at least one item.
    """

    items: GradedItems
    log_likelihood: float
    covariance: Array | None
    converged: bool
    iterations: int
    n_obs: int


def category_probabilities(theta: Array, slope: float, intercepts: Array) -> Array:
    """
    Probability of every category at every point of the trait.

    Returns
    -------
    ndarray, shape (n_points, n_categories)

    Examples
    --------
    >>> category_probabilities(np.array([0.0]), 1.0, np.array([0.0])).tolist()
    [[0.5, 0.5]]
    """
    above = _above(theta, slope, intercepts)
    return np.asarray(np.maximum(-np.diff(above, axis=1), LEAST_PROBABILITY))


def _above(theta: Array, slope: float, intercepts: Array) -> Array:
    from scipy.special import expit

    inner = expit(slope * theta[:, None] + intercepts)
    ones = np.ones((len(theta), 1))
    return np.hstack([ones, inner, 0 * ones])


def fit_graded(codes: NDArray[np.int64], sizes: Sequence[int], *, nodes: int = NODES) -> GradedFit:
    """
    Fit the graded-response model by marginal maximum likelihood.

    Parameters
    ----------
    codes : ndarray of int, shape (n_rows, n_items)
        Categories from 0; -1 where there is no answer (ignorable, as with full information).
    sizes : sequence of int
        Categories of every item, all of them used.
    nodes : int
        Gauss-Hermite nodes.

    Returns
    -------
    GradedFit

    Notes
    -----
    The trait is standard normal. EM over answer patterns (Bock & Aitkin 1981), Newton's method within; standard
    errors from the observed information, differences of the exact gradient. With two categories it is the
    two-parameter logistic model: checked against the published LSAT-6 solution (Bock & Lieberman's data; ltm), and
    by recovery from simulation.

    References
    ----------
    .. [1] Samejima, F. (1969). Psychometrika Monograph 17.
    .. [2] Bock, R. D., & Aitkin, M. (1981). Psychometrika, 46, 443-459.
    """
    answered = codes[(codes >= 0).any(axis=1)]
    patterns, counts = np.unique(answered, axis=0, return_counts=True)
    points, prior = normal_nodes(nodes)
    weight = counts.astype(np.float64)
    items, rounds, converged = _start(answered, sizes), 0, False
    while not converged and rounds < MAX_ROUNDS:
        expected = _expected_counts(items, patterns, weight, sizes, points, prior)[0]
        updated = _maximise(items, expected, points)
        converged = bool(np.abs(updated.vector() - items.vector()).max() < ROUND_CHANGE)
        items, rounds = updated, rounds + 1
    likelihood = _expected_counts(items, patterns, weight, sizes, points, prior)[1]
    covariance = _covariance(items, patterns, weight, sizes, points, prior)
    return GradedFit(_upright(items), likelihood, covariance, converged, rounds, len(answered))


def _upright(items: GradedItems) -> GradedItems:
    """Turn the trait so that slopes do not sum below zero (a reflection leaves the likelihood as it is)."""
    return items if items.slopes.sum() >= 0 else GradedItems(-items.slopes, items.intercepts)


def _start(codes: NDArray[np.int64], sizes: Sequence[int]) -> GradedItems:
    intercepts = []
    for item, size in enumerate(sizes):
        given = codes[codes[:, item] >= 0, item]
        share = np.array([(given >= k).mean() for k in range(1, size)])
        share = np.clip(share, 0.5 / len(given), 1 - 0.5 / len(given))
        intercepts.append(1.2 * np.log(share / (1 - share)))
    return GradedItems(np.ones(len(sizes)), tuple(intercepts))


def log_probabilities(items: GradedItems, patterns: NDArray[np.int64], points: Array) -> Array:
    """Log-probability of each answer pattern at each point of the trait, shape (n_patterns, n_points)."""
    total = np.zeros((len(patterns), len(points)))
    for item, (slope, intercepts) in enumerate(zip(items.slopes, items.intercepts, strict=True)):
        logs = np.log(category_probabilities(points, float(slope), intercepts))
        # The last row answers for -1: no answer says nothing.
        total += np.vstack([logs.T, np.zeros(len(points))])[patterns[:, item]]
    return total


def posterior(items: GradedItems, patterns: NDArray[np.int64], points: Array, prior: Array) -> tuple[Array, Array]:
    """Probability of each node given each pattern, and the log-likelihood of each pattern."""
    joint = log_probabilities(items, patterns, points) + np.log(prior)
    largest = joint.max(axis=1, keepdims=True)
    weights = np.exp(joint - largest)
    total = weights.sum(axis=1, keepdims=True)
    return weights / total, (largest + np.log(total))[:, 0]


def _expected_counts(
    items: GradedItems,
    patterns: NDArray[np.int64],
    weight: Array,
    sizes: Sequence[int],
    points: Array,
    prior: Array,
) -> tuple[list[Array], float]:
    share, likelihood = posterior(items, patterns, points, prior)
    mass = share * weight[:, None]
    expected = []
    for item, size in enumerate(sizes):
        chosen = np.equal.outer(np.arange(size), patterns[:, item]).astype(np.float64)
        expected.append((chosen @ mass).T)
    return expected, float(weight @ likelihood)


def _maximise(items: GradedItems, expected: Sequence[Array], points: Array) -> GradedItems:
    slopes, intercepts = [], []
    for slope, own, counts in zip(items.slopes, items.intercepts, expected, strict=True):
        found = _newton(np.r_[slope, own], counts, points)
        slopes.append(found[0])
        intercepts.append(found[1:])
    return GradedItems(np.array(slopes), tuple(intercepts))


def _newton(start: Array, counts: Array, points: Array) -> Array:
    """Fisher scoring of one item on its expected counts; a step that does not climb is halved."""
    now = start
    value = _item_likelihood(now, counts, points)
    for _ in range(NEWTON_STEPS):
        gradient, information = _item_derivatives(now, counts, points)
        step = np.linalg.lstsq(information, gradient, rcond=None)[0]
        step *= min(1.0, LARGEST_STEP / max(float(np.abs(step).max()), 1e-300))
        for _ in range(20):
            trial = now + step
            reached = _item_likelihood(trial, counts, points)
            if reached >= value:
                break
            step = step / 2
        else:
            return now
        moved = float(np.abs(trial - now).max())
        now, value = trial, reached
        if moved < ROUND_CHANGE / 10:
            break
    return now


def _item_likelihood(vector: Array, counts: Array, points: Array) -> float:
    if (np.diff(vector[1:]) >= 0).any():
        return -np.inf
    return float((counts * np.log(category_probabilities(points, float(vector[0]), vector[1:]))).sum())


def _item_slopes(vector: Array, points: Array) -> tuple[Array, Array]:
    """Category probabilities and their derivatives, shape (n_parameters, n_points, n_categories)."""
    above = _above(points, float(vector[0]), vector[1:])
    height = above * (1 - above)
    by = np.zeros((len(vector), len(points), len(vector)))
    by[0] = -np.diff(height, axis=1) * points[:, None]
    for k in range(1, len(vector)):
        by[k, :, k - 1], by[k, :, k] = -height[:, k], height[:, k]
    return np.maximum(-np.diff(above, axis=1), LEAST_PROBABILITY), by


def _item_derivatives(vector: Array, counts: Array, points: Array) -> tuple[Array, Array]:
    chance, by = _item_slopes(vector, points)
    gradient = np.einsum("pqk,qk->p", by, counts / chance)
    people = counts.sum(axis=1)
    information = np.einsum("pqk,rqk,qk->pr", by, by, people[:, None] / chance)
    return gradient, information


def _covariance(
    items: GradedItems,
    patterns: NDArray[np.int64],
    weight: Array,
    sizes: Sequence[int],
    points: Array,
    prior: Array,
) -> Array | None:
    """Inverse of minus the derivative of the marginal gradient (Fisher's identity gives that gradient exactly)."""

    def gradient(vector: Array) -> Array:
        here = items.with_vector(vector)
        expected = _expected_counts(here, patterns, weight, sizes, points, prior)[0]
        parts = zip(here.slopes, here.intercepts, expected, strict=True)
        return np.concatenate([_item_derivatives(np.r_[a, d], counts, points)[0] for a, d, counts in parts])

    at = items.vector()
    width = 1e-5 * np.maximum(1.0, np.abs(at))
    hessian = np.empty((len(at), len(at)))
    for index, h in enumerate(width):
        shift = np.zeros(len(at))
        shift[index] = h
        hessian[index] = (gradient(at + shift) - gradient(at - shift)) / (2 * h)
    information = -(hessian + hessian.T) / 2
    if np.linalg.eigvalsh(information)[0] <= 0:
        return None
    covariance = np.linalg.inv(information)
    # The slopes' signs may be turned afterwards; a reflection turns their covariances with the intercepts too.
    if items.slopes.sum() >= 0:
        return np.asarray(covariance)
    places = np.cumsum([0, *(1 + len(d) for d in items.intercepts)])[:-1]
    sign = np.ones(len(at))
    sign[places] = -1.0
    return np.asarray(covariance * np.outer(sign, sign))
