"""How bad each dilemma is: severity 0-100 with its interval, its exceedance probabilities, band and verdict.

A sub-dilemma's severity is a mean; a dilemma's is the declared weighted sum of its parts, with the parts'
joint covariance. What the choice of weights would change is shown beside the sampling interval, never mixed
into it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wxsat.diagnosis.cautions import FEW_CLUSTERS
from wxsat.diagnosis.resampling import smoothed_share
from wxsat.diagnosis.sampling import MeanEstimate
from wxsat.diagnosis.verdict import EXCEEDANCE_AT, SUPPRESS_BELOW, band_of, verdict_of, word_of

if TYPE_CHECKING:
    import pandas as pd

SEVERITY_COLUMNS = [
    "unit",
    "level",
    "id",
    "dilemma",
    "S",
    "se",
    "ci_lower",
    "ci_upper",
    "method_lower",
    "method_upper",
    "method_min",
    "method_max",
    "p20",
    "p40",
    "p60",
    "band",
    "verdict",
    "word",
    "n",
    "n_clusters",
]
POWER = 4.0
WEIGHT_DRAWS = 10_000


@dataclass(frozen=True)
class PublicSeverity:
    """
    Severity as the public survey gives it.

    Attributes
    ----------
    names : tuple of str
        Sub-dilemmas (constructs that belong to a dilemma), in the order of the estimate.
    estimate : MeanEstimate
        Severity-oriented means with their joint covariance.
    draws : ndarray, shape (draws, k)
        Bootstrap draws of the means, severity-oriented.
    composites : mapping of str to mapping of str to float
        Present parts of each dilemma and their weights, which sum to one.
    clustered : bool
    """

    names: tuple[str, ...]
    estimate: MeanEstimate
    draws: NDArray[np.float64]
    composites: Mapping[str, Mapping[str, float]]
    clustered: bool

    def weights_of(self, dilemma: str) -> NDArray[np.float64]:
        """Return the weights of a dilemma over `names`, zero for constructs outside it."""
        parts = self.composites[dilemma]
        return np.array([parts.get(name, 0.0) for name in self.names])


def composite_mean(
    weights: NDArray[np.float64], means: NDArray[np.float64], covariance: NDArray[np.float64]
) -> tuple[float, float]:
    r"""
    Return a composite's mean and standard error, ``w'm`` and ``sqrt(w'Vw)``; parts need not be independent.

    Parts with weight zero play no role, even where their mean is missing.

    Examples
    --------
    >>> composite_mean(np.array([0.5, 0.5]), np.array([40.0, 60.0]), np.array([[4.0, 2.0], [2.0, 4.0]]))
    (50.0, 1.7320508075688772)
    """
    used = weights != 0
    w, v = weights[used], covariance[np.ix_(used, used)]
    return float(w @ means[used]), float(np.sqrt(w @ v @ w))


def t_interval(mean: float, se: float, df: int, level: float = 0.95) -> tuple[float, float]:
    """
    Return the t interval, cut at 0 and 100, the ends of the scale; NaN without degrees of freedom.

    Examples
    --------
    >>> [round(bound, 3) for bound in t_interval(50.0, 2.0, 39)]
    [45.955, 54.045]
    """
    from scipy.special import stdtrit

    if df < 1 or not np.isfinite(se):
        return np.nan, np.nan
    half = float(stdtrit(df, 0.5 + level / 2)) * se
    return max(0.0, mean - half), min(100.0, mean + half)


@dataclass(frozen=True)
class MethodInterval:
    """What other weights and another form would make of a composite: 5th and 95th percentile and extremes."""

    lower: float
    upper: float
    minimum: float
    maximum: float


def method_interval(
    severities: NDArray[np.float64],
    weights: NDArray[np.float64],
    rng: np.random.Generator,
    draws: int = WEIGHT_DRAWS,
) -> MethodInterval:
    r"""
    Sensitivity of a composite to its weights and to its form.

    Weights are drawn from a Dirichlet with parameters ``w / max(w)``: ones for equally weighted parts, a half
    each for two parts that share one place. Each draw is aggregated twice, by the arithmetic mean and by the
    power mean with p = 4, which does not let a good part pay for a bad one. Over all weights both lie between
    the best and the worst part, so the extremes are exact.

    References
    ----------
    .. [1] OECD & JRC (2008). Handbook on Constructing Composite Indicators. OECD Publishing.

    Examples
    --------
    >>> m = method_interval(np.array([40.0, 60.0]), np.array([0.5, 0.5]), np.random.default_rng(1))
    >>> m.minimum, m.maximum
    (40.0, 60.0)
    """
    used = weights > 0
    s, concentration = severities[used], weights[used] / weights.max()
    if s.size == 1:
        return MethodInterval(*(float(s[0]),) * 4)
    w = rng.dirichlet(concentration, size=draws)
    both = np.concatenate([w @ s, (w @ s**POWER) ** (1.0 / POWER)])
    lower, upper = np.quantile(both, [0.05, 0.95])
    return MethodInterval(float(lower), float(upper), float(s.min()), float(s.max()))


def tabulate_severity(public: PublicSeverity, unit: str, rng: np.random.Generator) -> pd.DataFrame:
    """
    Return one row a sub-dilemma and one a dilemma.

    Parameters
    ----------
    public : PublicSeverity
    unit : str
        What the sample stands for; ``all`` for the whole of it.
    rng : numpy.random.Generator
        For the method interval.

    Returns
    -------
    DataFrame
        `SEVERITY_COLUMNS`. ``n`` is the number of answers behind a sub-dilemma, for a dilemma that of its
        weakest part; ``n_clusters`` likewise, 0 without clusters. Below ten answers nothing but ``n`` is
        given.
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for dilemma, parts in public.composites.items():
        for part in parts:
            weights = np.array([float(name == part) for name in public.names])
            rows.append({"level": "sub", "id": part, "dilemma": dilemma, **_row(public, weights, None)})
        weights = public.weights_of(dilemma)
        rows.append({"level": "dilemma", "id": dilemma, "dilemma": dilemma, **_row(public, weights, rng)})
    frame = pd.DataFrame(rows, columns=SEVERITY_COLUMNS)
    frame["unit"] = unit
    return frame


def _row(public: PublicSeverity, weights: NDArray[np.float64], rng: np.random.Generator | None) -> dict[str, Any]:
    used = weights > 0
    n = int(public.estimate.n[used].min())
    n_units = int(public.estimate.n_units[used].min())
    row: dict[str, Any] = {"n": n, "n_clusters": n_units if public.clustered else 0, "verdict": "not_stated"}
    if n < SUPPRESS_BELOW:
        return row
    severity, se = composite_mean(weights, public.estimate.means, public.estimate.covariance)
    drawn = public.draws[:, used] @ weights[used]
    df = n_units - 1 if public.clustered else None
    p = {f"p{at:g}": probability_above(drawn, severity, se, df, at) for at in EXCEEDANCE_AT}
    row |= {"S": severity, "se": se, **p, "band": band_of(severity)}
    row["ci_lower"], row["ci_upper"] = t_interval(severity, se, n_units - 1)
    row["verdict"], row["word"] = verdict_of(p["p40"], n), word_of(p["p40"])
    if rng is not None:
        method = method_interval(public.estimate.means, weights, rng)
        row |= {"method_lower": method.lower, "method_upper": method.upper}
        row |= {"method_min": method.minimum, "method_max": method.maximum}
    return row


def probability_above(draws: NDArray[np.float64], mean: float, se: float, df: int | None, threshold: float) -> float:
    """
    Return P(S > threshold): by the draws, and by the t distribution where fewer than 20 accounts were drawn.

    Parameters
    ----------
    draws : ndarray
        Bootstrap draws of the severity.
    mean, se : float
        The severity and its standard error.
    df : int or None
        Accounts less one; None where no accounts were drawn.
    threshold : float
    """
    few = df is not None and df + 1 < FEW_CLUSTERS
    return t_exceedance(mean, se, int(df or 0), threshold) if few else exceedance(draws, threshold)


def t_exceedance(mean: float, se: float, df: int, threshold: float) -> float:
    """
    Return P(S > threshold) by the t distribution behind the interval; NaN without degrees of freedom.

    Of a few accounts the bootstrap draws the same ones over and over and is too sure: of two accounts that lie
    above the threshold no draw lies below it, though the interval reaches from end to end of the scale.

    Examples
    --------
    >>> round(t_exceedance(49.0, 9.0, 1, 40.0), 3), round(t_exceedance(49.0, 9.0, 39, 40.0), 3)
    (0.75, 0.838)
    """
    from scipy.special import stdtr

    if df < 1 or not np.isfinite(se) or se <= 0:
        return np.nan
    return float(stdtr(df, (mean - threshold) / se))


def exceedance(draws: NDArray[np.float64], threshold: float) -> float:
    """
    Return P(S > threshold) as ``(1 + #{S* > threshold}) / (B + 2)`` over the draws that exist.

    Examples
    --------
    >>> exceedance(np.array([30.0, 41.0, 50.0, 60.0, 70.0, 80.0]), 40.0)
    0.75
    """
    finite = draws[np.isfinite(draws)]
    return smoothed_share(finite > threshold) if finite.size else np.nan
