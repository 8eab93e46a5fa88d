r"""The saturated model of incomplete data by EM, and the independence model beside it.

One EM step needs the gradient alone: with n rows in all and the derivatives of
:mod:`wxsat.sem.missing.pattern_likelihood`,

.. math:: \mu^+ = \mu + \Sigma g/n, \qquad
   \Sigma^+ = \Sigma + 2\Sigma Q\Sigma/n - (\mu^+ - \mu)(\mu^+ - \mu)'.

Steps are extrapolated (:mod:`wxsat.numerics.squarem`); the search ends where a step moves nothing by more than
1e-10 standard deviations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.errors import EstimationError
from wxsat.numerics.squarem import accelerated_em
from wxsat.sem.missing.checks import check_dependence
from wxsat.sem.missing.pattern_likelihood import (
    LOG_2PI,
    PatternTerms,
    pattern_inverses,
    pattern_terms,
    whole_inverse,
)
from wxsat.sem.missing.patterns import MissingPatterns, missing_patterns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Arrays = tuple[NDArray[np.float64], ...]


@dataclass(frozen=True)
class SaturatedMoments:
    """
    The moments that fit incomplete data best.

    Attributes
    ----------
    mean : ndarray, shape (p,)
    covariance : ndarray, shape (p, p)
    loglik : float
        With its full constant.
    steps : int
    largest_step : float
        The last EM step in standard deviations.
    """

    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]
    loglik: float
    steps: int
    largest_step: float


def saturated_moments(patterns: MissingPatterns, where: str = "data", names: Sequence[str] = ()) -> SaturatedMoments:
    """
    Return the maximum-likelihood mean and covariance matrix of incomplete normal data.

    Parameters
    ----------
    patterns : MissingPatterns
    where : str
        What the rows are called in messages.
    names : sequence of str
        Of the variables; with them columns that follow from others are named.

    Raises
    ------
    DataError
        SEM-046 a column that is a linear function of others.
    EstimationError
        SEM-081 when EM does not settle or the matrix becomes singular for another reason.

    Notes
    -----
    Checked against lavaan 0.6-14 (whose EM stops at 1e-5 by default: ours is the higher likelihood) and by the
    gradient at the solution.

    Examples
    --------
    >>> from wxsat.sem.missing.patterns import missing_patterns
    >>> found = saturated_moments(missing_patterns(np.array([[1.0, 2.0], [3.0, 1.0], [2.0, 4.0], [np.nan, 3.0]])))
    >>> bool(found.largest_step < 1e-10)
    True
    """
    mean, covariance = _available_moments(patterns)
    if patterns.n_patterns == 1 and patterns.observed.all():
        terms = pattern_terms(patterns, covariance, mean)
        if terms is None:
            raise _singular(where)
        return SaturatedMoments(mean, covariance, terms.value, 0, 0.0)

    def evaluate(point: Arrays) -> tuple[float, Arrays] | None:
        terms = pattern_terms(patterns, point[1], point[0])
        return None if terms is None else (terms.value, _step(terms, point[1], point[0], patterns.total))

    found = accelerated_em((mean, covariance), evaluate, _units)
    if names and (found is None or not found.converged):
        check_dependence(patterns, names, where)
    if found is None:
        raise _singular(where)
    if not found.converged:
        raise EstimationError(
            "SEM-081",
            f"the saturated model of the incomplete data did not settle in {found.steps} EM steps "
            f"(last step {found.largest_step:.1e}).",
            where=where,
            hint="Some variables share too few rows; look at the coverage of each pair.",
        )
    mean, covariance = found.point
    return SaturatedMoments(mean, covariance, found.value, found.steps, found.largest_step)


def _units(point: Arrays) -> Arrays:
    scale = np.sqrt(np.diag(point[1]))
    return scale, np.outer(scale, scale)


def _available_moments(patterns: MissingPatterns) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return available-case means and variances with the covariances of the complete data where there are enough."""
    counts = patterns.counts
    seen = patterns.observed.astype(float)
    n = counts @ seen
    mean = (counts @ patterns.mean) / n
    centred = np.where(patterns.observed, patterns.mean - mean, 0.0)
    squares = (centred.T * counts) @ centred
    again = len(patterns.cross)
    squares += np.tensordot(counts[:again], patterns.cross, axes=1)
    both = (seen.T * counts) @ seen
    if patterns.observed.all():
        return mean, squares / n[0]
    variance = np.diag(squares) / n
    start = squares / np.where(both > 0, both, 1.0)
    start[np.diag_indices(len(n))] = variance
    for shrink in (1.0, 0.9, 0.5):
        candidate = shrink * start + (1.0 - shrink) * np.diag(variance)
        scale = np.sqrt(variance)
        if np.linalg.eigvalsh(candidate / np.outer(scale, scale))[0] > 0.01:
            return mean, candidate
    return mean, np.diag(variance)


def _singular(where: str) -> EstimationError:
    return EstimationError(
        "SEM-081",
        "the covariance matrix of the incomplete data becomes singular.",
        where=where,
        hint="Use fewer variables, or more rows.",
    )


def _step(
    terms: PatternTerms, covariance: NDArray[np.float64], mean: NDArray[np.float64], total: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    move = covariance @ terms.pull / total
    new = covariance + 2.0 * covariance @ terms.push @ covariance / total - np.outer(move, move)
    return mean + move, (new + new.T) / 2.0


def independence_loglik(
    patterns: MissingPatterns, together: NDArray[np.intp], where: str = "data"
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """
    Return the best log-likelihood with all variables independent but those of `together`, its means and covariances.

    Each variable alone has a closed form, the mean and variance of its available values; the block `together` (the
    covariates, which stay correlated in the baseline model) is saturated.
    """
    counts, seen = patterns.counts, patterns.observed
    n = counts @ seen
    mean, covariance = _available_univariate(patterns, n)
    alone = np.setdiff1d(np.arange(patterns.n_variables), together)
    variance = np.diag(covariance)
    value = -0.5 * float((n[alone] * (LOG_2PI + np.log(variance[alone]) + 1.0)).sum())
    if len(together):
        block = saturated_moments(sub_patterns(patterns, together), where)
        value += block.loglik
        mean[together] = block.mean
        covariance[np.ix_(together, together)] = block.covariance
    return value, mean, covariance


def _available_univariate(
    patterns: MissingPatterns, n: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    mean = (patterns.counts @ patterns.mean) / n
    centred = np.where(patterns.observed, patterns.mean - mean, 0.0)
    again = len(patterns.cross)
    squares = patterns.counts @ centred**2
    squares += patterns.counts[:again] @ np.diagonal(patterns.cross, axis1=1, axis2=2)
    return mean, np.diag(squares / n)


def sub_patterns(patterns: MissingPatterns, columns: NDArray[np.intp]) -> MissingPatterns:
    """Return the patterns of some of the variables."""
    return missing_patterns(patterns.values[:, columns], patterns.weights)


def little_mcar(patterns: MissingPatterns, saturated: SaturatedMoments) -> tuple[float, int]:
    r"""
    Return Little's (1988) statistic for "missing completely at random" and its degrees of freedom.

    :math:`\sum_p n_p d_p'\Sigma_p^{-1}d_p` with the saturated moments, chi-square on :math:`\sum k_p - p` degrees of
    freedom. A small p-value says that the rows with and without an answer differ in what they did answer; a large one
    does not say that the data are missing at random.
    """
    start = whole_inverse(saturated.covariance)
    if start is None:
        raise np.linalg.LinAlgError("the saturated matrix is not positive definite")
    statistic = 0.0
    for block in patterns.blocks():
        observed = patterns.observed[block]
        weights, _ = pattern_inverses(observed, *start)
        distance = np.where(observed, patterns.mean[block] - saturated.mean, 0.0)
        statistic += float(
            np.einsum("p,pi,pij,pj->", patterns.counts[block], distance, weights, distance, optimize=True)
        )
    return statistic, int(patterns.observed.sum()) - patterns.n_variables
