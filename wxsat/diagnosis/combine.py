"""From several sources' severities to one: equal weights, a random-effects alternative, what other weights make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wxsat.diagnosis.severity import POWER, WEIGHT_DRAWS, MethodInterval


@dataclass(frozen=True)
class RandomEffects:
    """Mean of the sources by DerSimonian and Laird, its standard error, and the variance between sources."""

    mean: float
    se: float
    tau2: float


def random_effects(severities: NDArray[np.float64], errors: NDArray[np.float64]) -> RandomEffects:
    r"""
    Combine sources with weights ``1 / (SE^2 + tau^2)``, tau^2 between sources by DerSimonian and Laird.

    Inverse variances alone would let the source with the most cases win; tau^2 keeps the weights near each other where
    sources disagree. It stands beside the equal-weight mean, as an alternative.

    Parameters
    ----------
    severities, errors : ndarray, shape (k,)

    Returns
    -------
    RandomEffects
        NaN with fewer than two sources, or where a standard error is missing or zero.

    Notes
    -----
    .. math:: \tau^2 = \max\Big(0, \frac{Q - (k - 1)}{\sum w - \sum w^2 / \sum w}\Big), \quad w = 1 / SE^2

    Checked against the formulas written in base R, in ``tests/golden/sources``.

    References
    ----------
    .. [1] DerSimonian, R., & Laird, N. (1986). Meta-analysis in clinical trials. Controlled Clinical Trials, 7,
       177-188.

    Examples
    --------
    >>> random_effects(np.array([40.0, 60.0]), np.array([1.0, 1.0]))
    RandomEffects(mean=50.0, se=10.0, tau2=199.0)
    """
    if len(severities) < 2 or not np.all(np.isfinite(errors) & (errors > 0)):
        return RandomEffects(np.nan, np.nan, np.nan)
    w = 1.0 / errors**2
    fixed = float(w @ severities / w.sum())
    q = float(w @ (severities - fixed) ** 2)
    tau2 = max(0.0, (q - (len(w) - 1)) / float(w.sum() - (w**2).sum() / w.sum()))
    star = 1.0 / (errors**2 + tau2)
    return RandomEffects(float(star @ severities / star.sum()), float(np.sqrt(1.0 / star.sum())), tau2)


def sources_method_interval(
    parts: Sequence[tuple[NDArray[np.float64], NDArray[np.float64]]],
    rng: np.random.Generator,
    draws: int = WEIGHT_DRAWS,
) -> MethodInterval:
    r"""
    Sensitivity of a combined severity to source weights, sub-dilemma weights and the form of the mean.

    Parameters
    ----------
    parts : sequence of (severities, weights)
        One entry a source: its sub-dilemmas and their declared weights.
    rng : Generator
    draws : int

    Returns
    -------
    MethodInterval
        5th and 95th percentile, and the exact extremes.

    Notes
    -----
    Source weights are Dirichlet(1, ..., 1); a source's sub-dilemma weights Dirichlet with parameters ``w / max(w)``.
    Each draw is aggregated within the sources by the arithmetic and by the power mean with p = 4, and over the sources
    in the same form. Every such mean lies between the lowest and the highest sub-dilemma, so the extremes are exact.

    References
    ----------
    .. [1] OECD & JRC (2008). Handbook on Constructing Composite Indicators. OECD Publishing.

    Examples
    --------
    >>> one = [(np.array([50.0]), np.array([1.0])), (np.array([70.0]), np.array([1.0]))]
    >>> m = sources_method_interval(one, np.random.default_rng(1))
    >>> m.minimum, m.maximum
    (50.0, 70.0)
    """
    known = [(s[w > 0], w[w > 0]) for s, w in parts]
    everything = np.concatenate([s for s, _ in known])
    if everything.size == 1:
        return MethodInterval(*(float(everything[0]),) * 4)
    weights = rng.dirichlet(np.ones(len(known)), size=draws)
    inner = [rng.dirichlet(w / w.max(), size=draws) if w.size > 1 else np.ones((draws, 1)) for _, w in known]
    found = []
    for power in (1.0, POWER):
        each = np.column_stack([(w @ s**power) ** (1.0 / power) for w, (s, _) in zip(inner, known, strict=True)])
        found.append((weights * each**power).sum(axis=1) ** (1.0 / power))
    lower, upper = np.quantile(np.concatenate(found), [0.05, 0.95])
    return MethodInterval(float(lower), float(upper), float(everything.min()), float(everything.max()))
