"""HTMT and HTMT2 with intervals and one-sided tests against the conventions, on Pearson or polychoric correlations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from wxsat.errors import DataError, UsageError, nearest
from wxsat.numerics.covariance import pairwise_correlation, standardise_columns
from wxsat.numerics.resampling import bootstrap_counts, resampled_correlations, weighted_correlations
from wxsat.psychometrics.htmt import Block, heterotrait_monotrait, heterotrait_monotrait2
from wxsat.psychometrics.ordinal.correlations import polychoric

if TYPE_CHECKING:
    import pandas as pd

    Array = NDArray[np.float64]

Correlations = Literal["pearson", "polychoric"]
Interval = Literal["percentile", "bca"]
BOUNDS = (0.85, 0.90, 1.0)
ROWS_AT_ONCE = 200


def htmt_inference(
    values: Array,
    blocks: Sequence[Block],
    names: Sequence[str],
    *,
    draws: int = 1000,
    seed: int = 1,
    cluster: NDArray[np.int64] | None = None,
    confidence: float = 0.95,
    interval: Interval = "percentile",
    correlations: Correlations = "pearson",
) -> pd.DataFrame:
    r"""
    HTMT and HTMT2 of every pair of constructs with bootstrap intervals and tests.

    Parameters
    ----------
    values : ndarray, shape (n_rows, n_items)
        NaN where there is no answer.
    blocks : sequence of ndarray of int
        Positions of the items of each construct, two or more each.
    names : sequence of str
        Of the constructs.
    draws, seed, cluster, confidence
        As in :func:`wxsat.psychometrics.htmt.htmt_intervals`.
    interval : {"percentile", "bca"}
    correlations : {"pearson", "polychoric"}
        Pearson ones of pairwise complete answers, or polychoric ones of the respondents who answered every item.

    Returns
    -------
    DataFrame
        ``a b statistic estimate ci_lower ci_upper p_085 p_090 p_100 draws_used``, a row for HTMT and one for HTMT2;
        `p_090` is that of H0: the ratio is .90 or more in the population, against it being smaller.

    Notes
    -----
    The p value is :math:`(1 + \#\{\text{draws} \ge c\}) / (1 + B)`. Estimates were checked against
    ``semTools::htmt`` 0.5-6, also with ``ordered``; the draws of Pearson HTMT are those of
    :func:`wxsat.psychometrics.htmt.htmt_intervals`.

    References
    ----------
    .. [1] Henseler, J., Ringle, C. M., & Sarstedt, M. (2015). Journal of the Academy of Marketing Science, 43.
    .. [2] Roemer, E., Schuberth, F., & Henseler, J. (2021). Industrial Management & Data Systems, 121, 2637-2650.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x = np.repeat(rng.normal(size=(200, 2)), 3, axis=1) + rng.normal(size=(200, 6))
    >>> found = htmt_inference(x, [np.arange(3), np.arange(3, 6)], ["A", "B"], draws=99)
    >>> float(found["p_085"][0])
    0.01
    """
    import pandas as pd

    for given, known in ((interval, ("percentile", "bca")), (correlations, ("pearson", "polychoric"))):
        if given not in known:
            raise UsageError("MEAS-077", f"unknown {given!r}. Known: {', '.join(known)}.{nearest(given, known)}")
    if correlations == "polychoric":
        rows = ~np.isnan(values).any(axis=1)
        values, cluster = values[rows], None if cluster is None else _renumbered(cluster[rows])
    whole = pairwise_correlation(values) if correlations == "pearson" else polychoric(values).correlation
    generator = np.random.default_rng(seed)
    samples = list(_samples(values, draws, generator, cluster, correlations)) if draws else []
    left = list(_left_out(values, cluster, correlations)) if draws and interval == "bca" else []
    found = []
    for statistic, ratio in (("htmt", heterotrait_monotrait), ("htmt2", heterotrait_monotrait2)):
        point = ratio(whole, blocks)
        drawn = np.concatenate([ratio(part, blocks) for part in samples]) if samples else np.empty((0, *point.shape))
        jackknife = np.concatenate([ratio(part, blocks) for part in left]) if left else None
        found += [
            {"a": names[a], "b": names[b], "statistic": statistic, "estimate": float(point[a, b])}
            | _inference(
                drawn[:, a, b], float(point[a, b]), None if jackknife is None else jackknife[:, a, b], confidence
            )
            for b in range(len(names))
            for a in range(b)
        ]
    return pd.DataFrame(found)


def _renumbered(cluster: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.unique(cluster, return_inverse=True)[1].astype(np.int64)


def _samples(
    values: Array, draws: int, generator: np.random.Generator, cluster: NDArray[np.int64] | None, kind: Correlations
) -> Iterator[Array]:
    if kind == "pearson":
        yield from resampled_correlations(values, draws, generator, cluster)
        return
    for counts in bootstrap_counts(generator, draws, len(values), cluster):
        yield _polychoric_of(np.repeat(values, counts.astype(np.int64), axis=0))


def _polychoric_of(values: Array) -> Array:
    try:
        return polychoric(values).correlation[None]
    except DataError:
        # A draw in which an item came to have one category only: not used, and counted.
        return np.full((1, values.shape[1], values.shape[1]), np.nan)


def _left_out(values: Array, cluster: NDArray[np.int64] | None, kind: Correlations) -> Iterator[Array]:
    """Yield the correlations without each unit: a row, or a cluster."""
    unit = np.arange(len(values)) if cluster is None else cluster
    units = np.unique(unit)
    if kind == "polychoric":
        for u in units:
            yield _polychoric_of(values[unit != u])
        return
    scaled = standardise_columns(values)
    absent = np.isnan(scaled)
    filled = np.where(absent, 0.0, scaled)
    for start in range(0, len(units), ROWS_AT_ONCE):
        weights = (unit[None] != units[start : start + ROWS_AT_ONCE, None]).astype(np.float64)
        yield weighted_correlations(filled, absent, weights)


def _inference(drawn: Array, estimate: float, left: Array | None, confidence: float) -> dict[str, float]:
    used = drawn[np.isfinite(drawn)]
    names = {bound: f"p_{round(100 * bound):03d}" for bound in BOUNDS}
    if len(used) < 2 or len(used) <= len(drawn) / 2 or not np.isfinite(estimate):
        return {"ci_lower": np.nan, "ci_upper": np.nan} | dict.fromkeys(names.values(), np.nan) | {
            "draws_used": float(len(used))
        }  # fmt: skip
    tails = np.array([(1 - confidence) / 2, (1 + confidence) / 2])
    if left is not None:
        tails = bca_tails(used, estimate, left, tails)
    lower, upper = np.quantile(used, tails)
    p = {name: float((1 + (used >= bound).sum()) / (1 + len(used))) for bound, name in names.items()}
    return {"ci_lower": float(lower), "ci_upper": float(upper)} | p | {"draws_used": float(len(used))}


def bca_tails(drawn: Array, estimate: float, left: Array, tails: Array) -> Array:
    r"""
    Return the shares at which BCa reads the draws (Efron 1987).

    Notes
    -----
    :math:`\Phi(z_0 + (z_0 + z)/(1 - a(z_0 + z)))`, :math:`z_0` from the share of draws below the estimate and a from
    the jackknife values `left`.

    Examples
    --------
    >>> bca_tails(np.arange(1.0, 100.0), 50.0, np.array([1.0, 2.0, 3.0]), np.array([0.05, 0.95])).round(3).tolist()
    [0.05, 0.95]
    """
    from scipy.special import ndtr, ndtri

    below = np.mean(drawn < estimate) + 0.5 * np.mean(drawn == estimate)
    shift = ndtri(np.clip(below, 0.5 / len(drawn), 1 - 0.5 / len(drawn)))
    distance = np.nanmean(left) - left[np.isfinite(left)]
    size = float((distance**2).sum())
    a = float((distance**3).sum()) / (6 * size**1.5) if size > 0 else 0.0
    moved = shift + ndtri(tails)
    return np.asarray(ndtr(shift + moved / (1 - a * moved)))
