"""The estimate and its bootstrap draws, made by the same steps: moments, true-score covariance, paths."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from wxsat.diagnosis.hierarchy import ResolvedHierarchy
from wxsat.diagnosis.moments import Moments, MomentSums, moments_of, true_score_covariance
from wxsat.diagnosis.sampling import resample_blocks
from wxsat.diagnosis.structure import PathModel, fit_paths


@dataclass(frozen=True)
class Draws:
    """
    What the structural reading and the exceedance probabilities are counted from; one draw for the estimate
    itself.

    Attributes
    ----------
    means : ndarray, shape (draws, k)
        Score means, in the order of the scores.
    paths : PathModel
        Over the hierarchy's nodes.
    covariance : ndarray, shape (draws, n_nodes, n_nodes)
        True-score covariance of the nodes; empty where it was not kept.
    """

    means: NDArray[np.float64]
    paths: PathModel
    covariance: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 0, 0)))


@dataclass(frozen=True)
class StructuralInput:
    """
    What a draw is turned into paths with.

    Attributes
    ----------
    stored : MomentSums
    positions : ndarray of int, shape (n_nodes,)
        Column of each hierarchy node among the scores.
    reliability : ndarray, shape (k,)
        Reliabilities taken as given; NaN where alpha is to be estimated in each draw.
    hierarchy : ResolvedHierarchy
    """

    stored: MomentSums
    positions: NDArray[np.intp]
    reliability: NDArray[np.float64]
    hierarchy: ResolvedHierarchy

    def node_covariance(self, moments: Moments) -> NDArray[np.float64]:
        """Return the true-score covariance of the nodes, shape (draws, n_nodes, n_nodes)."""
        at = self.positions
        return true_score_covariance(moments.covariance[:, at[:, None], at], self.node_reliability(moments))

    def node_reliability(self, moments: Moments) -> NDArray[np.float64]:
        """Return the reliabilities used, given ones first, shape (draws, n_nodes)."""
        return np.where(np.isnan(self.reliability), moments.alpha, self.reliability)[:, self.positions]


def draw_paths(counts: NDArray[np.float64], given: StructuralInput) -> Draws:
    """Turn unit counts, shape (draws, n_units), into means and paths; all ones give the estimate itself."""
    moments = moments_of(counts, given.stored)
    covariance = given.node_covariance(moments)
    return Draws(moments.means, fit_paths(covariance, given.hierarchy), covariance)


def bootstrap_paths(given: StructuralInput, draws: int, rng: np.random.Generator) -> Draws:
    """Return `draws` bootstrap draws, unit counts resampled in blocks."""
    n_units = given.stored.sums.shape[0]
    blocks = [draw_paths(counts, given) for counts in resample_blocks(n_units, draws, rng)]
    return Draws(
        np.concatenate([b.means for b in blocks]),
        PathModel(
            np.concatenate([b.paths.matrix for b in blocks]),
            np.concatenate([b.paths.coefficients for b in blocks]),
            np.concatenate([b.paths.standardised for b in blocks]),
            blocks[0].paths.labels,
        ),
        np.concatenate([b.covariance for b in blocks]),
    )


def percentile_interval(draws: NDArray[np.float64], level: float = 0.95) -> tuple[float, float]:
    """
    Return the percentile interval of one quantity's draws; NaN if fewer than half of them exist.

    Examples
    --------
    >>> percentile_interval(np.arange(101.0), 0.50)
    (25.0, 75.0)
    """
    finite = draws[np.isfinite(draws)]
    if 2 * finite.size < max(draws.size, 1):
        return np.nan, np.nan
    lower, upper = np.quantile(finite, [(1 - level) / 2, (1 + level) / 2])
    return float(lower), float(upper)


def smoothed_share(hits: NDArray[np.bool_]) -> float:
    """
    Return ``(1 + hits) / (draws + 2)``: a bootstrap probability that is never quite 0 or 1.

    Examples
    --------
    >>> smoothed_share(np.array([True] * 7 + [False]))
    0.8
    """
    return float((1 + np.count_nonzero(hits)) / (hits.size + 2))
