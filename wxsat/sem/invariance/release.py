r"""
Which equality hurts most: score tests that release one parameter of a step in every block at once.

With K what the model leaves free and :math:`K_r` what it would leave free after the release, the score s is seen in the
directions Q that the release adds, orthogonal to K in the metric of the information I:

.. math:: X = N\,(Q's)'(Q'BQ)^{-1}Q's

B is the variance of the score: the information for normal data under ML, the general (robust) one with the asymptotic
covariance of the statistics for ordinal models and for corrected estimators on complete rows (Boos 1992).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.sem.modification_pieces import CompleteData, IncompleteData, LeastSquares
from wxsat.sem.ordinal.outcome import OrdinalOutcome
from wxsat.sem.outcome import covariate_positions
from wxsat.sem.robust.sandwich import expected_pieces
from wxsat.sem.robust.scaled_tests import upper_tail

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wxsat.sem.result import SemResult

    Array = NDArray[np.float64]

SINGULAR = 1e-9


@dataclass(frozen=True)
class ScorePieces:
    """
    Score of one observation, its information and variance, before restrictions, and N.

    Attributes
    ----------
    score : ndarray, shape (n_free,)
    information, meat : ndarray, shape (n_free, n_free)
    size : float
    """

    score: Array
    information: Array
    meat: Array
    size: float


def score_pieces(result: SemResult) -> ScorePieces:
    """Return what the score tests of a solution are made of."""
    outcome = result.outcome
    assert outcome is not None
    if isinstance(outcome, OrdinalOutcome):
        return _ordinal(outcome)
    if result.missing != "listwise":
        from wxsat.sem.missing.patterns import missing_patterns

        rows = [missing_patterns(m.values, m.weights) for m in outcome.sample if m.values is not None]
        incomplete = IncompleteData(rows)
        score, information = incomplete(outcome.implied)
        return ScorePieces(score, information, information, incomplete.size)
    _, given = covariate_positions(result.table)
    ml = outcome.recipe.estimator == "ML"
    known = (
        CompleteData(outcome.sample, outcome.wishart)
        if ml
        else LeastSquares(outcome.sample, outcome.recipe.estimator, given)
    )
    score, information = known(outcome.implied)
    meat = information
    if outcome.recipe.tests:
        _, meat = expected_pieces(outcome.implied, outcome.sample, outcome.restrictions, outcome.recipe, given)
    return ScorePieces(score, information, meat, known.size)


def _ordinal(outcome: OrdinalOutcome) -> ScorePieces:
    work = outcome.work
    assert work is not None
    shares = work.sizes / work.sizes.sum()
    score = np.zeros(len(outcome.estimate.theta))
    for point, root, share, size, group in zip(
        work.points, work.roots, shares, work.sizes, outcome.ordinal_groups, strict=True
    ):
        residual = root.turn(np.asarray(group.known.statistics) - point.statistics)
        score += share * (1.0 - 1.0 / size) * (root.turn(point.jacobian).T @ residual)
    return ScorePieces(score, work.pieces.information, work.pieces.meat, float(work.sizes.sum()))


def release_statistic(pieces: ScorePieces, basis: Array, released: Sequence[int]) -> tuple[float, int, float]:
    """
    Return the score test of setting some parameters free: chi-square, degrees of freedom, p.

    Parameters
    ----------
    basis : ndarray, shape (n_free, n_unique)
        K.
    released : sequence of int
        Positions of the parameters that would be free.
    """
    left, size, _ = np.linalg.svd(np.hstack([basis, np.eye(len(basis))[:, list(released)]]), full_matrices=False)
    wide = left[:, size > SINGULAR * size[0]]
    inner = wide.T @ pieces.information @ wide
    values, vectors = np.linalg.eigh(inner)
    kept = values > SINGULAR * values[-1]
    turn = wide @ (vectors[:, kept] / np.sqrt(values[kept]))
    own = np.linalg.qr(turn.T @ pieces.information @ basis)[0]
    outer = np.eye(own.shape[0]) - own @ own.T
    left, size, _ = np.linalg.svd(outer)
    new = turn @ left[:, size > 0.5]
    if new.shape[1] == 0:
        return float("nan"), 0, float("nan")
    pull = new.T @ pieces.score
    statistic = pieces.size * float(pull @ np.linalg.pinv(new.T @ pieces.meat @ new) @ pull)
    return statistic, int(new.shape[1]), upper_tail(statistic, float(new.shape[1]))
