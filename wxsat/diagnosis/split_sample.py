"""Does the association survive when the dilemma and the satisfaction come from different people?

The same angry person marks both the dilemma and dissatisfaction. Within each account one random half of the
respondents rates the dilemma, the other half the satisfaction; only what accounts really differ in is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wxsat.diagnosis.resampling import expanded_level, percentile_interval, smoothed_share
from wxsat.diagnosis.sampling import resample_blocks

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

Floats = NDArray[np.float64]
SPLITS = 100
COMMON_SOURCE_BELOW = 0.5
FEWEST_ACCOUNTS = 20
FEWEST_IN_HALF = 5
RELIABLE_FROM = 0.3
RESAMPLES = 1000
SURE_FROM = 0.90
SPLIT_COLUMNS = (
    "dilemma", "same_person", "cross_person", "ratio", "ratio_lower", "ratio_upper", "p_common_source", "icc1", "icc2",
    "n_accounts", "n", "verdict",
)  # fmt: skip


@dataclass(frozen=True)
class SplitSample:
    """
    The two estimates of one slope.

    Attributes
    ----------
    same_person : float
        Slope of the outcome on the dilemma over respondents.
    cross_person : float
        Slope between accounts, each side from other respondents, disattenuated by `icc2`; mean over splits.
    ratio : float
        ``cross_person / same_person``.
    ratio_lower, ratio_upper, p_common_source : float
        Percentile interval over resampled accounts, expanded to that of a slope over so many accounts, and the share
        of the draws with a ratio below .5. In simulation the interval holds 94 of 100 truths (40 accounts of 15 or 38
        respondents; the plain one 92.7).
    icc1, icc2 : float
        Share of the dilemma's variance between accounts; reliability of a half's account mean.
    n_accounts, n : int
    verdict : {"mostly common-source", "carried across respondents", "undetermined"}
    """

    same_person: float
    cross_person: float
    ratio: float
    ratio_lower: float
    ratio_upper: float
    p_common_source: float
    icc1: float
    icc2: float
    n_accounts: int
    n: int
    verdict: str


def split_sample(
    dilemma: Floats, outcome: Floats, accounts: NDArray[np.int64], *, splits: int = SPLITS, seed: int = 20140713
) -> SplitSample:
    r"""
    Estimate a slope between people and between accounts, the latter from disjoint halves of the respondents.

    Parameters
    ----------
    dilemma, outcome : ndarray, shape (n,)
        NaN where missing; only respondents with both count.
    accounts : ndarray of int, shape (n,)
        Codes from 0.
    splits : int
    seed : int

    Notes
    -----
    In each split, with half A rating D and half B rating Y,

    .. math:: b = \frac{cov(\bar D_A, \bar Y_B)}{var(\bar D_A)} \Big/ ICC(2)_A, \qquad
              ICC(2)_A = \frac{\sigma_b^2}{\sigma_b^2 + \sigma_w^2 / \tilde n_A}

    with variance components by analysis of variance over all respondents and :math:`\tilde n` the harmonic mean.
    Accounts need five respondents in each half. Below 20 accounts, or with ICC(2) under .3, nothing is said: halves
    that carry no signal of the account cannot tell either way. The verdict asks that 90 % of the bootstrap draws of
    accounts agree on which side of .5 the ratio lies; ICC(2) is held fixed in them (redrawn, the interval is half as
    wide again and no better).

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> account = np.repeat(np.arange(40), 30)
    >>> d = rng.normal(size=40)[account] + rng.normal(size=1200)
    >>> split_sample(d, -0.5 * d + rng.normal(size=1200), account).verdict
    'carried across respondents'
    """
    both = np.isfinite(dilemma) & np.isfinite(outcome)
    large = np.flatnonzero(np.bincount(accounts[both], minlength=1) >= 2 * FEWEST_IN_HALF)
    kept = both & np.isin(accounts, large)
    d, y = dilemma[kept], outcome[kept]
    codes = np.unique(accounts[kept], return_inverse=True)[1] if kept.any() else np.empty(0, dtype=np.int64)
    count = len(large)
    nan = float("nan")
    if count < 2 or np.ptp(d) == 0 or np.ptp(y) == 0:
        return SplitSample(nan, nan, nan, nan, nan, nan, nan, nan, count, len(d), "undetermined")
    rng = np.random.default_rng(seed)
    between, within = variance_components(d, codes)
    means_d, means_y, halves = _half_means(d, y, codes, count, splits, rng)
    icc2 = between / (between + within / halves)
    whole = np.ones((1, count))
    drawn = np.concatenate(list(resample_blocks(count, RESAMPLES, rng)))
    same = _same_person(d, y, codes, np.concatenate([whole, drawn]))
    with np.errstate(invalid="ignore", divide="ignore"):
        cross = _between_halves(means_d, means_y, np.concatenate([whole, drawn])) / icc2
        ratios = cross / same
    lower, upper = percentile_interval(ratios[1:], expanded_level(count))
    share = smoothed_share(ratios[1:][np.isfinite(ratios[1:])] < COMMON_SOURCE_BELOW)
    told = count >= FEWEST_ACCOUNTS and icc2 >= RELIABLE_FROM and bool(np.isfinite(ratios[0]))
    icc1 = between / (between + within)
    verdict = _verdict(float(ratios[0]), share) if told else "undetermined"
    return SplitSample(
        float(same[0]), float(cross[0]), float(ratios[0]), lower, upper, share, icc1, icc2, count, len(d), verdict
    )


def _verdict(ratio: float, share: float) -> str:
    if ratio < COMMON_SOURCE_BELOW and share >= SURE_FROM:
        return "mostly common-source"
    return "carried across respondents" if share <= 1 - SURE_FROM else "undetermined"


def _same_person(d: Floats, y: Floats, codes: NDArray[np.int64], counts: Floats) -> Floats:
    """Return the slope over respondents for each row of account counts, shape (rows,)."""
    x, z = d - d.mean(), y - y.mean()
    n, sx, sz, sxx, sxz = (counts @ np.bincount(codes, v) for v in (np.ones_like(x), x, z, x * x, x * z))
    return np.asarray((sxz - sx * sz / n) / (sxx - sx * sx / n))


def _between_halves(means_d: Floats, means_y: Floats, counts: Floats) -> Floats:
    """Return the slope between accounts, mean over splits, for each row of account counts, shape (rows,)."""
    n = counts.sum(axis=1, keepdims=True)
    mean_d, mean_y = counts @ means_d.T / n, counts @ means_y.T / n
    joint = counts @ (means_d * means_y).T / n - mean_d * mean_y
    spread = counts @ (means_d**2).T / n - mean_d**2
    return np.asarray((joint / spread).mean(axis=1))


def variance_components(values: Floats, codes: NDArray[np.int64]) -> tuple[float, float]:
    """
    Return the variance between and within accounts by one-way analysis of variance, the former at least zero.

    Examples
    --------
    >>> variance_components(np.array([1.0, 3.0, 5.0, 7.0]), np.array([0, 0, 1, 1]))
    (7.0, 2.0)
    """
    n = np.bincount(codes).astype(np.float64)
    means = np.bincount(codes, values) / n
    within = float(((values - means[codes]) ** 2).sum() / (len(values) - len(n)))
    spread = float((n * (means - values.mean()) ** 2).sum() / (len(n) - 1))
    size = (len(values) - (n**2).sum() / len(values)) / (len(n) - 1)
    return max((spread - within) / float(size), 0.0), within


def _half_means(
    d: Floats, y: Floats, codes: NDArray[np.int64], count: int, splits: int, rng: np.random.Generator
) -> tuple[Floats, Floats, float]:
    """Return account means of D in half A and of Y in half B, shape (splits, accounts), and A's harmonic mean size."""
    sizes = np.bincount(codes, minlength=count)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    first = (np.arange(len(d)) - np.repeat(starts, sizes)) % 2 == 0
    n_a = (sizes + 1) // 2
    means_d, means_y = np.empty((splits, count)), np.empty((splits, count))
    for split in range(splits):
        shuffled = np.lexsort((rng.random(len(d)), codes))
        a, b = shuffled[first], shuffled[~first]
        means_d[split] = np.bincount(codes[a], d[a], minlength=count) / n_a
        means_y[split] = np.bincount(codes[b], y[b], minlength=count) / (sizes - n_a)
    return means_d, means_y, float(count / (1.0 / n_a).sum())


def tabulate_split_samples(
    names: Sequence[str], dilemmas: Floats, outcome: Floats, accounts: NDArray[np.int64], seed: int = 20140713
) -> pd.DataFrame:
    """Return `SPLIT_COLUMNS`, one row a dilemma; `dilemmas` has a column for each of `names`."""
    import pandas as pd

    rows = [
        {"dilemma": name, **vars(split_sample(dilemmas[:, i], outcome, accounts, seed=seed))}
        for i, name in enumerate(names)
    ]
    return pd.DataFrame(rows, columns=list(SPLIT_COLUMNS))
