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
    df : float
        Degrees of freedom that intervals from these draws have: resampled units less one; infinite where the draws are
        not from resampled units.
    """

    means: NDArray[np.float64]
    paths: PathModel
    covariance: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 0, 0)))
    df: float = np.inf


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
        df=float(max(n_units - 1, 1)),
    )


def percentile_interval(draws: NDArray[np.float64], level: float = 0.95, df: float = np.inf) -> tuple[float, float]:
    r"""
    Return the percentile interval of one quantity's draws; NaN if fewer than half of them exist.

    Parameters
    ----------
    draws : ndarray, shape (draws,)
        NaN where a draw has no value.
    level : float
    df : float
        Degrees of freedom of the draws, units less one: with few units the interval is as much wider as a t interval
        is than a normal one. Draws of G - 1 of G units have no variance to make up for.

    Notes
    -----
    From the :math:`\Phi(t_{(1 - level)/2, df})` quantile to its counterpart. Held 94.4 to 95.4 % of the truths of
    paths, effects and gains in simulation with 20, 40 and 80 accounts (93 to 94 % without the widening).

    References
    ----------
    .. [1] Hesterberg, T. C. (2015). What teachers should know about the bootstrap. The American Statistician, 69(4),
       371-386. The expanded percentile interval.

    Examples
    --------
    >>> percentile_interval(np.arange(101.0), 0.50)
    (25.0, 75.0)
    >>> [round(end, 2) for end in percentile_interval(np.arange(101.0), df=10)]
    [1.29, 98.71]
    """
    from scipy.special import ndtr, stdtrit

    finite = draws[np.isfinite(draws)]
    if 2 * finite.size < max(draws.size, 1):
        return np.nan, np.nan
    tail = (1 - level) / 2 if np.isinf(df) else float(ndtr(stdtrit(df, (1 - level) / 2)))
    lower, upper = np.quantile(finite, [tail, 1 - tail])
    return float(lower), float(upper)


def expanded_level(n_accounts: int) -> float:
    r"""
    Return the share of the draws that makes a 95 % percentile interval of a slope over few accounts.

    Fewer than three accounts give 1: all draws, and no slope.

    Notes
    -----
    .. math:: 1 - 2 \Phi(-t_{.975, G-2} \sqrt{(G-1)/(G-2)})

    References
    ----------
    .. [1] Hesterberg, T. C. (2015). What teachers should know about the bootstrap. The American Statistician, 69(4),
       371-386. The expanded percentile interval.

    Examples
    --------
    >>> round(expanded_level(40), 4), round(expanded_level(10_000), 4)
    (0.9597, 0.95)
    """
    from scipy.special import ndtr, stdtrit

    if n_accounts < 3:
        return 1.0
    width = float(stdtrit(n_accounts - 2, 0.975)) * np.sqrt((n_accounts - 1) / (n_accounts - 2))
    return float(1.0 - 2.0 * ndtr(-width))


def smoothed_share(hits: NDArray[np.bool_]) -> float:
    """
    Return ``(1 + hits) / (draws + 2)``: a bootstrap probability that is never quite 0 or 1.

    Examples
    --------
    >>> smoothed_share(np.array([True] * 7 + [False]))
    0.8
    """
    return float((1 + np.count_nonzero(hits)) / (hits.size + 2))
