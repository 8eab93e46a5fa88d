"""How much weights cost: Kish's design effect, effective sample size, spread; and trimming."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class WeightQuality:
    """
    What weights look like.

    Attributes
    ----------
    n : int
        Respondents with a weight.
    total : float
        Sum of the weights.
    deff : float
        Kish's design effect 1 + CV².
    n_effective : float
        n / deff.
    cv : float
        Coefficient of variation (divisor n).
    smallest, largest, median : float
    max_min_ratio : float or None
        None when the smallest weight is not positive.
    share_at_bounds : float
        Share of weights at a bound or at the trimming limit.
    n_negative : int
    """

    n: int
    total: float
    deff: float
    n_effective: float
    cv: float
    smallest: float
    largest: float
    median: float
    max_min_ratio: float | None
    share_at_bounds: float
    n_negative: int


def kish_deff(weights: Array) -> float:
    r"""
    Return Kish's design effect of unequal weighting, :math:`n \sum w^2 / (\sum w)^2`.

    References
    ----------
    .. [1] Kish, L. (1965). Survey Sampling, section 11.7. Wiley.

    Examples
    --------
    >>> kish_deff(np.array([1.0, 1.0, 2.0]))
    1.125
    """
    total = float(weights.sum())
    return len(weights) * float(weights @ weights) / total**2 if total else float("nan")


def evaluate_weights(weights: Array, at_bounds: NDArray[np.bool_] | None = None) -> WeightQuality:
    """
    Describe weights; NaN weights belong to nobody and are left out.

    Examples
    --------
    >>> evaluate_weights(np.array([1.0, 1.0, 2.0])).n_effective.__round__(3)
    2.667
    """
    kept = ~np.isnan(weights)
    w = weights[kept]
    deff = kish_deff(w)
    smallest, largest = float(w.min()), float(w.max())
    return WeightQuality(
        n=len(w),
        total=float(w.sum()),
        deff=deff,
        n_effective=len(w) / deff,
        cv=float(np.sqrt(max(deff - 1.0, 0.0))),
        smallest=smallest,
        largest=largest,
        median=float(np.median(w)),
        max_min_ratio=largest / smallest if smallest > 0 else None,
        share_at_bounds=0.0 if at_bounds is None else float(at_bounds.mean()),
        n_negative=int((w < 0).sum()),
    )


def trim_weights(weights: Array, lower: float = -np.inf, upper: float = np.inf, *, strict: bool = False) -> Array:
    """
    Trim weights to limits and share out what was cut equally among the weights within them.

    Parameters
    ----------
    weights : ndarray, shape (n,)
    lower, upper : float
        Limits, in the weights' own units.
    strict : bool
        Repeat until no weight is beyond a limit; else the shared-out part may lift some over it.

    Notes
    -----
    The sum stays. Checked against ``survey::trimWeights`` 4.1.

    Examples
    --------
    >>> trim_weights(np.array([1.0, 1.0, 4.0]), upper=3.0).tolist()
    [1.5, 1.5, 3.0]
    """
    trimmed = np.array(weights, dtype=np.float64)
    for _ in range(100 if strict else 1):
        outside = (trimmed < lower) | (trimmed > upper)
        if not outside.any() or outside.all():
            break
        cut = np.clip(trimmed, lower, upper)
        excess = float((trimmed - cut).sum())
        cut[~outside] += excess / float((~outside).sum())
        trimmed = cut
    return trimmed
