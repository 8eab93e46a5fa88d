"""Does the association survive when the dilemma and the satisfaction come from different people?

The same angry person marks both the dilemma and dissatisfaction. Within each account one random half of the
respondents rates the dilemma, the other half the satisfaction; only what accounts really differ in is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

Floats = NDArray[np.float64]
SPLITS = 100
COMMON_SOURCE_BELOW = 0.5
FEWEST_ACCOUNTS = 20
FEWEST_IN_HALF = 5
RELIABLE_FROM = 0.3
SPLIT_COLUMNS = ("dilemma", "same_person", "cross_person", "ratio", "icc1", "icc2", "n_accounts", "n", "verdict")


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
    icc1, icc2 : float
        Share of the dilemma's variance between accounts; reliability of a half's account mean (mean over splits).
    n_accounts, n : int
    verdict : {"mostly common-source", "carried across respondents", "undetermined"}
    """

    same_person: float
    cross_person: float
    ratio: float
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
    that carry no signal of the account cannot tell either way.

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
    if count < 2 or np.ptp(d) == 0 or np.ptp(y) == 0:
        return SplitSample(np.nan, np.nan, np.nan, np.nan, np.nan, count, len(d), "undetermined")
    same = float(np.cov(d, y)[0, 1] / np.var(d, ddof=1))
    between, within = variance_components(d, codes)
    icc1 = between / (between + within)
    crossed, reliabilities = _over_splits(d, y, codes, count, between, within, splits, np.random.default_rng(seed))
    icc2 = float(np.mean(reliabilities))
    cross = float(np.mean(crossed)) / icc2 if icc2 > 0 else np.nan
    ratio = cross / same if same else np.nan
    told = count >= FEWEST_ACCOUNTS and icc2 >= RELIABLE_FROM and np.isfinite(ratio)
    verdict = "mostly common-source" if ratio < COMMON_SOURCE_BELOW else "carried across respondents"
    return SplitSample(same, cross, ratio, icc1, icc2, count, len(d), verdict if told else "undetermined")


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


def _over_splits(
    d: Floats, y: Floats, codes: NDArray[np.int64], count: int, between: float, within: float, splits: int,
    rng: np.random.Generator,
) -> tuple[list[float], list[float]]:  # fmt: skip
    """Return the raw slopes between halves and the reliabilities of the half means, one a split."""
    order_in = np.argsort(codes, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(codes, minlength=count))[:-1]])
    slopes, reliabilities = [], []
    for _ in range(splits):
        shuffled = np.lexsort((rng.random(len(d)), codes))
        place = np.arange(len(d)) - starts[codes[order_in]]
        first = place % 2 == 0
        a, b = shuffled[first], shuffled[~first]
        n_a = np.bincount(codes[a], minlength=count)
        mean_d = np.bincount(codes[a], d[a], minlength=count) / n_a
        mean_y = np.bincount(codes[b], y[b], minlength=count) / np.bincount(codes[b], minlength=count)
        moments = np.cov(mean_d, mean_y)
        slopes.append(float(moments[0, 1] / moments[0, 0]) if moments[0, 0] > 0 else 0.0)
        half = count / float((1.0 / n_a).sum())
        reliabilities.append(between / (between + within / half) if between + within > 0 else 0.0)
    return slopes, reliabilities


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
