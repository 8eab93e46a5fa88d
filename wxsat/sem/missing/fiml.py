r"""Full-information maximum likelihood: the incomplete data's likelihood as a function of the model's parameters.

The moments' derivatives (:mod:`wxsat.sem.missing.pattern_likelihood`) meet the model's rank-two pieces:
:math:`\partial l/\partial\theta_k = 2u_k'Qw_k + g'm_k`. Information about the moments is carried over by the Jacobian;
the observed one gets the second derivatives of the moments besides.
Everything is summed over groups and refers to all rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from wxsat.sem.discrepancy.ml import ml_information
from wxsat.sem.implied import Implied, implied_groups, moments_jacobian
from wxsat.sem.matrices import Cells
from wxsat.sem.missing.ascent import climb, minimise
from wxsat.sem.missing.em import SaturatedMoments
from wxsat.sem.missing.pattern_likelihood import Kind, PatternTerms, casewise_terms, pattern_terms
from wxsat.sem.missing.patterns import MissingPatterns, complete_pattern
from wxsat.sem.restrictions import Constraints
from wxsat.sem.robust.hessian import second_order
from wxsat.sem.scoring import Optimum, Point

if TYPE_CHECKING:
    from numpy.typing import NDArray

InformationKind = Literal["expected", "observed", "first_order"]


def gradient_of(implied: Implied, terms: PatternTerms) -> NDArray[np.float64]:
    """Return the derivative of one group's log-likelihood, shape (n_free,)."""
    return np.asarray(2.0 * np.einsum("ik,ik->k", implied.u, terms.push @ implied.w) + terms.pull @ implied.m)


def fiml_loglik(implied: Sequence[Implied], patterns: Sequence[MissingPatterns]) -> float:
    """Return the log-likelihood over all groups; minus infinity where an implied matrix is not positive definite."""
    terms = [pattern_terms(p, g.sigma, g.mu) for g, p in zip(implied, patterns, strict=True)]
    return sum(t.value if t is not None else -np.inf for t in terms)


def fiml_gradient(implied: Sequence[Implied], patterns: Sequence[MissingPatterns]) -> NDArray[np.float64]:
    """Return the gradient of the log-likelihood, shape (n_free,)."""
    parts = [gradient_of(g, _needed(p, g)) for g, p in zip(implied, patterns, strict=True)]
    return np.asarray(np.sum(parts, axis=0))


def fiml_information(
    implied: Sequence[Implied], patterns: Sequence[MissingPatterns], kind: Kind = "observed"
) -> NDArray[np.float64]:
    """
    Return the information of all rows about the free parameters, shape (n_free, n_free), in closed form.

    Parameters
    ----------
    kind : {"observed", "expected"}
        Minus the Hessian of the log-likelihood, or its expectation with the patterns as they are.
    """
    total = np.zeros((implied[0].u.shape[1],) * 2)
    for group, rows in zip(implied, patterns, strict=True):
        terms = _needed(rows, group, kind)
        jacobian = moments_jacobian(group)
        total += jacobian.T @ terms.information @ jacobian
        if kind == "observed":
            own = group.cells.index
            total[np.ix_(own, own)] -= second_order(group, 2.0 * terms.push, terms.pull)
    return np.asarray((total + total.T) / 2.0)


def _needed(patterns: MissingPatterns, group: Implied, kind: Kind | None = None) -> PatternTerms:
    terms = pattern_terms(patterns, group.sigma, group.mu, kind)
    if terms is None:
        raise np.linalg.LinAlgError("the implied matrix is not positive definite")
    return terms


def casewise_loglik(implied: Sequence[Implied], patterns: Sequence[MissingPatterns]) -> tuple[NDArray[np.float64], ...]:
    """Return for every group the log-likelihood of each row in the data's order; NaN for rows without any value."""
    found = []
    for group, rows in zip(implied, patterns, strict=True):
        loglik = np.full(len(rows.values), np.nan)
        loglik[rows.rows] = casewise_terms(rows, group.sigma, group.mu)[0]
        found.append(loglik)
    return tuple(found)


def casewise_scores(implied: Sequence[Implied], patterns: Sequence[MissingPatterns]) -> tuple[NDArray[np.float64], ...]:
    """
    Return for every group the score of each row, shape (n_read, n_free), rows in the data's order.

    Weighted rows have weighted scores; their sum over all groups is the gradient. Zero for rows without any value.
    """
    found = []
    for group, rows in zip(implied, patterns, strict=True):
        _, towards, weights, member = casewise_terms(rows, group.sigma, group.mu)
        offset = np.einsum("ik,pik->pk", group.u, weights @ group.w, optimize=True)
        own = (towards @ group.u) * (towards @ group.w) - offset[member] + towards @ group.m
        scores = np.zeros((len(rows.values), own.shape[1]))
        scores[rows.rows] = own if rows.weights is None else own * rows.weights[rows.rows, None]
        found.append(scores)
    return tuple(found)


def saturated_scores(
    patterns: MissingPatterns, covariance: NDArray[np.float64], mean: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the score of each row about (mu, vech Sigma), shape (n_read, p + p(p+1)/2), in the data's order."""
    _, towards, weights, member = casewise_terms(patterns, covariance, mean)
    i, j = np.tril_indices(len(mean))
    half = np.where(i == j, 0.5, 1.0)
    own = np.hstack([towards, half * (towards[:, i] * towards[:, j] - weights[:, i, j][member])])
    scores = np.zeros((len(patterns.values), own.shape[1]))
    scores[patterns.rows] = own if patterns.weights is None else own * patterns.weights[patterns.rows, None]
    return scores


@dataclass(frozen=True)
class FimlObjective:
    """Minus twice the log-likelihood a row, with its derivatives: what :func:`climb` makes small."""

    groups: Sequence[Cells]
    patterns: Sequence[MissingPatterns]

    @property
    def n_obs(self) -> float:
        """Rows, or the sum of their weights."""
        return sum(p.total for p in self.patterns)

    def at(self, theta: NDArray[np.float64]) -> Point | None:
        """Return value and gradient, None where the model has no likelihood."""
        try:
            implied = implied_groups(self.groups, theta)
        except np.linalg.LinAlgError:
            return None
        value, gradient = 0.0, np.zeros(len(theta))
        for group, rows in zip(implied, self.patterns, strict=True):
            terms = pattern_terms(rows, group.sigma, group.mu)
            if terms is None:
                return None
            value += terms.value
            gradient += gradient_of(group, terms)
        return Point(theta, -2.0 * value / self.n_obs, -2.0 * gradient / self.n_obs)

    def hessian(self, theta: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the exact Hessian."""
        return 2.0 * fiml_information(implied_groups(self.groups, theta), self.patterns) / self.n_obs

    def rough_hessian(self, theta: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what the Hessian would be expected to be if nothing were missing: steps are short but safe."""
        implied = implied_groups(self.groups, theta)
        total = sum(p.total * ml_information(g) for g, p in zip(implied, self.patterns, strict=True))
        return np.asarray(2.0 * total / self.n_obs)


def fit_fiml(
    groups: Sequence[Cells],
    constraints: Constraints,
    patterns: Sequence[MissingPatterns],
    start: NDArray[np.float64],
    saturated: Sequence[SaturatedMoments] | None = None,
) -> Optimum:
    """
    Maximise the likelihood of incomplete data.

    Parameters
    ----------
    groups : sequence of Cells
        One a group, with a mean structure.
    constraints : Constraints
    patterns : sequence of MissingPatterns
    start : ndarray, shape (n_free,)
        A point whose implied matrices are positive definite.
    saturated : sequence of SaturatedMoments, optional
        When given, the complete-data solution for them is found first: a start from which few steps are needed.

    Returns
    -------
    Optimum
        Its value is minus twice the log-likelihood a row.
    """
    iterations = 0
    if saturated is not None:
        whole = [complete_pattern(s.covariance, s.mean, p.total) for s, p in zip(saturated, patterns, strict=True)]
        first = climb(FimlObjective(groups, whole), constraints.linear, start, tolerance=1e-3)
        if np.isfinite(first.value):
            start, iterations = first.theta, first.iterations
    best = minimise(FimlObjective(groups, patterns), constraints, start)
    return Optimum(
        best.theta, best.value, best.gradient_norm, best.iterations + iterations, best.converged, best.reason
    )
