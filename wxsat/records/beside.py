"""Figures that stand beside indicators and enter no severity: what an indicator alone would hide."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wxsat.records.account_records import AccountRecords, PreparedRecords
from wxsat.records.indicators import SERVICE
from wxsat.records.shares import wilson_interval

Floats = NDArray[np.float64]
COLUMNS = ("account", "figure", "beside", "value", "ci_lower", "ci_upper", "n", "covered")
OVERALL = ("figure", "beside", "accounts", "mean", "lowest", "highest", "indicator_mean")


@dataclass(frozen=True)
class Figure:
    """
    One figure of one account.

    Attributes
    ----------
    value : float
        NaN where it cannot be told.
    ci_lower, ci_upper : float
        95 % interval; NaN where nothing was sampled.
    n : int
        Cases behind it.
    covered : float
        Share of the weight, or of the cases, that it is known of.
    """

    value: float = math.nan
    ci_lower: float = math.nan
    ci_upper: float = math.nan
    n: int = 0
    covered: float = math.nan


UNKNOWN = Figure()


def weighted_share(marks: Floats, weights: Floats) -> Figure:
    r"""
    Return the share of a weight that lies on marked units.

    Parameters
    ----------
    marks, weights : ndarray, shape (n,)
        1 or 0, and what each unit weighs; units without either are left out.

    Returns
    -------
    Figure
        The interval is Wilson's with as many cases as the weights are worth, :math:`(\sum w)^2 / \sum w^2` (Kish).
        Unknown where nothing weighs.

    Notes
    -----
    With equal weights this is Wilson's interval of the plain share. Held by hand, and in simulation: with weights from
    nearly equal to log-normal with a deviation of 2, and 8 to 40 units, it held in 93 to 99 of 100 samples.

    References
    ----------
    .. [1] Kish, L. (1965). Survey Sampling. Wiley.

    Examples
    --------
    >>> weighted_share(np.array([1.0, 0.0]), np.array([300.0, 100.0])).value
    0.75
    """
    known = np.isfinite(marks) & np.isfinite(weights)
    mark, weight = marks[known], weights[known]
    total = float(weight.sum())
    if not total > 0:
        return UNKNOWN
    share, worth = float(mark @ weight) / total, total**2 / float(weight @ weight)
    low, high = wilson_interval(share * worth, worth)
    return Figure(share, low, high, int(known.sum()), total / float(np.nansum(weights)))


def _marks(column: pd.Series, wanted: frozenset[str]) -> Floats:
    return np.where(column.isna(), np.nan, column.isin(wanted).astype(float)).astype(float)


def penetration(a: AccountRecords) -> Figure:
    """Local followers over the adults who live there; both are counted, so that there is no interval."""
    adults, followers = float(a.facts["resident_adults"]), float(a.facts["local_followers"])
    if not adults > 0 or math.isnan(followers):
        return UNKNOWN
    return Figure(followers / adults, n=int(adults), covered=1.0)


def menu_service(a: AccountRecords) -> Figure:
    """Clicks on the menu that go to what serves (as posts do: categories 1 to 4); clicks are counted, not sampled."""
    clicks = a.functions["clicks_month"].to_numpy(float)
    found = weighted_share(_marks(a.functions["category"], SERVICE), clicks)
    return Figure(found.value, n=found.n, covered=found.covered)


def landing_by_use(a: AccountRecords) -> Figure:
    """Uses that go to functions which passed the end-to-end test; clicks where nobody recorded uses."""
    uses = a.functions["uses_month"] if a.functions["uses_month"].notna().any() else a.functions["clicks_month"]
    return weighted_share(_marks(a.functions["outcome"], frozenset({"works"})), uses.to_numpy(float))


def response_rate(a: AccountRecords) -> Figure:
    """Rated among closed cases: how many of those asked the satisfaction rests on."""
    closed = a.cases["closed"].notna().to_numpy(bool)
    rated, base = int((closed & a.cases["satisfaction"].notna().to_numpy(bool)).sum()), int(closed.sum())
    return Figure(rated / base, *wilson_interval(rated, base), base, 1.0) if base else UNKNOWN


def off_point(a: AccountRecords) -> Figure:
    """Automatic answers that do not answer what was asked, among those judged."""
    judged = a.automatic.dropna()
    off, base = int((judged == 0).sum()), len(judged)
    return Figure(off / base, *wilson_interval(off, base), base, base / len(a.automatic)) if base else UNKNOWN


@dataclass(frozen=True)
class Beside:
    """
    What stands beside an indicator.

    Attributes
    ----------
    indicator : str
        ``L16`` and the like; empty where it belongs to a symptom.
    figure : callable
        Account to figure.
    interval : str
        Kind of its interval.
    en, zh : str
        Names.
    """

    indicator: str
    figure: Callable[[AccountRecords], Figure]
    interval: str
    en: str
    zh: str


COUNTED, WILSON, WEIGHTED = "none: counted, not sampled", "Wilson", "Wilson, cases by weights (Kish)"
FIGURES: Mapping[str, Beside] = MappingProxyType(
    {
        "penetration": Beside(
            "L16", penetration, COUNTED, "Local followers over resident adults", "本地粉丝占当地常住成年人口"
        ),
        "menu_service": Beside("L18", menu_service, COUNTED, "Service share of menu clicks", "菜单点击中的服务类占比"),
        "landing_by_use": Beside(
            "L21", landing_by_use, WEIGHTED, "Landing rate weighted by use", "按使用量加权的功能落地率"
        ),
        "response_rate": Beside("L25", response_rate, WILSON, "Closed cases that were rated", "办结件中有评价的占比"),
        "off_point": Beside("", off_point, WILSON, "Automatic answers beside the point", "答非所问的自动回复占比"),
    }
)
"""Figure to what it stands beside and how it is counted; all are conventions, told and not scored."""


def beside_table(prepared: PreparedRecords) -> pd.DataFrame:
    """
    Return one row an account and figure, those left out that cannot be told.

    Parameters
    ----------
    prepared : PreparedRecords

    Returns
    -------
    DataFrame
        ``account figure beside value ci_lower ci_upper n covered``: the indicator it stands beside, the value (a share;
        the penetration may pass 1), 95 % interval, cases behind it, and the share of weight or cases it is known of.
    """
    rows = []
    for name, what in FIGURES.items():
        found = [(account.account, what.figure(account)) for account in prepared.accounts]
        if name == "response_rate" and not any(figure.value > 0 for _, figure in found):
            # Without a single rating nobody was asked; with some, an account without any had no answer.
            continue
        rows += [
            (account, name, what.indicator, f.value, f.ci_lower, f.ci_upper, f.n, f.covered)
            for account, f in found
            if math.isfinite(f.value)
        ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def beside_overall(beside: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """
    Return one row a figure: over its accounts, and the mean of the indicator over the same accounts.

    Parameters
    ----------
    beside, indicators : DataFrame
        Of an audit.

    Returns
    -------
    DataFrame
        ``figure beside accounts mean lowest highest indicator_mean``; `indicator_mean` is NaN where there is none.
    """
    rows = []
    for (name, indicator), own in beside.groupby(["figure", "beside"], sort=False):
        of = own["value"]
        same = (indicators["indicator"] == indicator) & indicators["account"].isin(own["account"])
        alone = indicators.loc[same, "value"]
        rows.append((name, indicator, len(own), of.mean(), of.min(), of.max(), alone.mean()))
    return pd.DataFrame(rows, columns=list(OVERALL))
