r"""Does a sensitive statement change the answers to the neutral ones? Blair and Imai's (2012) test.

Without design effect the shares :math:`\pi_{y1} = F_0(y) - F_1(y)` and :math:`\pi_{y0} = F_1(y) - F_0(y-1)` of
respondents who agree with y neutral statements, and do or do not with the sensitive one, cannot be negative.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
DRAWS = 4000


@dataclass(frozen=True)
class DesignEffects:
    """
    Attributes
    ----------
    with_sensitive, without_sensitive : tuple of float
        Shares of respondents who agree with y = 0 ... J neutral statements and do, or do not, with the sensitive one.
    p_with, p_without : float
        Of H0: no share of that kind is negative.
    p_value : float
        Both together, by Bonferroni.
    """

    with_sensitive: tuple[float, ...]
    without_sensitive: tuple[float, ...]
    p_with: float
    p_without: float
    p_value: float

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def evaluate_design_effects(count: Array, treated: Array, n_items: int, *, seed: int = 1) -> DesignEffects:
    """
    Test for design effects.

    Parameters
    ----------
    count, treated : ndarray, shape (n,)
        Numbers of statements agreed with; 1 for the list with the sensitive one, 0 for the other.
    n_items : int
        Neutral statements.
    seed : int

    Returns
    -------
    DesignEffects

    Notes
    -----
    Each kind is tested by the distance of its shares from the nearest ones that are not negative, in their own
    covariance; the null distribution is that at all shares 0, the least favourable one, from 4,000 draws.
    """
    control, list_arm = count[treated == 0], count[treated == 1]
    steps = np.arange(n_items + 1)
    f0 = np.array([(control <= y).mean() for y in steps])
    f1 = np.array([(list_arm <= y).mean() for y in steps])
    before = np.concatenate([[0.0], f0[:-1]])
    c0, c1 = _cumulative_covariance(f0, len(control)), _cumulative_covariance(f1, len(list_arm))
    shifted = _cumulative_covariance(before, len(control))
    # The last share of the one kind and the first of the other are proportions and never negative.
    inner, outer = slice(0, n_items), slice(1, n_items + 1)
    generator = np.random.default_rng(seed)
    p_with = _p_value((f0 - f1)[inner], (c0 + c1)[inner, inner], generator)
    p_without = _p_value((f1 - before)[outer], (c1 + shifted)[outer, outer], generator)
    return DesignEffects(
        tuple((f0 - f1).tolist()), tuple((f1 - before).tolist()), p_with, p_without,
        min(1.0, 2 * min(p_with, p_without)),
    )  # fmt: skip


def _cumulative_covariance(shares: Array, n: int) -> Array:
    low, high = np.minimum.outer(shares, shares), np.maximum.outer(shares, shares)
    return np.asarray(low * (1 - high) / n)


def _p_value(shares: Array, covariance: Array, generator: np.random.Generator) -> float:
    from scipy.optimize import nnls

    if (shares >= 0).all():
        return 1.0
    values, vectors = np.linalg.eigh(covariance)
    kept = values > 1e-12 * values.max()
    whiten = (vectors[:, kept] / np.sqrt(values[kept])).T
    observed = nnls(whiten, whiten @ shares)[1] ** 2
    drawn = generator.standard_normal((DRAWS, int(kept.sum())))
    distances = np.array([nnls(whiten, z)[1] ** 2 for z in drawn])
    return float((1 + (distances >= observed - 1e-12).sum()) / (1 + DRAWS))
