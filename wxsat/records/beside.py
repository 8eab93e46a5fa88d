"""Figures that stand beside indicators and enter no severity: what an indicator alone would hide."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wxsat.records.account_records import AccountRecords, PreparedRecords
from wxsat.records.indicators import SERVICE
from wxsat.records.shares import wilson_interval

Floats = NDArray[np.float64]
COLUMNS = ("account", "figure", "beside", "value", "ci_lower", "ci_upper", "n")
UNKNOWN = (math.nan, math.nan, math.nan, 0)
Figure = tuple[float, float, float, int]


def weighted_share(marks: Floats, weights: Floats) -> Figure:
    r"""
    Return the share of a weight that lies on marked units, its interval, and the number of units.

    Parameters
    ----------
    marks, weights : ndarray, shape (n,)
        1 or 0, and what each unit weighs; units without either are left out.

    Returns
    -------
    tuple of (float, float, float, int)
        The interval is Wilson's with as many cases as the weights are worth, :math:`(\sum w)^2 / \sum w^2` (Kish); all
        NaN where nothing weighs.

    Notes
    -----
    With equal weights this is Wilson's interval of the plain share. Held by hand and in simulation.

    Examples
    --------
    >>> weighted_share(np.array([1.0, 0.0]), np.array([300.0, 100.0]))[0]
    0.75
    """
    known = np.isfinite(marks) & np.isfinite(weights)
    mark, weight = marks[known], weights[known]
    total = float(weight.sum())
    if not total > 0:
        return UNKNOWN
    share, worth = float(mark @ weight) / total, total**2 / float(weight @ weight)
    low, high = wilson_interval(share * worth, worth)
    return share, low, high, int(known.sum())


def _marks(column: pd.Series, wanted: frozenset[str]) -> Floats:
    return np.where(column.isna(), np.nan, column.isin(wanted).astype(float)).astype(float)


def _plain(reached: int, base: int) -> Figure:
    if not base:
        return UNKNOWN
    return reached / base, *wilson_interval(reached, base), base


def penetration(a: AccountRecords) -> Figure:
    """Local followers over the adults who live there; both are counted, so that there is no interval."""
    adults, followers = float(a.facts["resident_adults"]), float(a.facts["local_followers"])
    if not adults > 0 or math.isnan(followers):
        return UNKNOWN
    return followers / adults, math.nan, math.nan, int(adults)


def menu_service(a: AccountRecords) -> Figure:
    """Share of the clicks on the menu that go to what serves (the categories of posts that count as service)."""
    return weighted_share(_marks(a.functions["category"], SERVICE), a.functions["clicks_month"].to_numpy(float))


def landing_by_use(a: AccountRecords) -> Figure:
    """Share of the uses that go to functions which passed the end-to-end test."""
    return weighted_share(
        _marks(a.functions["outcome"], frozenset({"works"})), a.functions["uses_month"].to_numpy(float)
    )


def response_rate(a: AccountRecords) -> Figure:
    """Rated among closed cases: how many of those asked the satisfaction rests on."""
    closed = a.cases["closed"].notna().to_numpy(bool)
    if not a.cases["satisfaction"].notna().any():
        return UNKNOWN
    return _plain(int((closed & a.cases["satisfaction"].notna().to_numpy(bool)).sum()), int(closed.sum()))


def off_point(a: AccountRecords) -> Figure:
    """Automatic answers that do not answer what was asked, among those judged."""
    judged = a.automatic.dropna()
    return _plain(int((judged == 0).sum()), len(judged))


FIGURES: Mapping[str, tuple[str, Callable[[AccountRecords], Figure]]] = MappingProxyType(
    {
        "penetration": ("L16", penetration),
        "menu_service": ("L18", menu_service),
        "landing_by_use": ("L21", landing_by_use),
        "response_rate": ("L25", response_rate),
        "off_point": ("", off_point),
    }
)
"""Figure to the indicator it stands beside (none: a symptom's) and how it is counted."""


def beside_table(prepared: PreparedRecords) -> pd.DataFrame:
    """
    Return one row an account and figure, those left out that cannot be told.

    Parameters
    ----------
    prepared : PreparedRecords

    Returns
    -------
    DataFrame
        `COLUMNS`: account, figure, the indicator it stands beside, value (a share; the penetration may pass 1 where
        followers live elsewhere), 95 % interval, cases behind it.
    """
    rows = []
    for name, (indicator, figure) in FIGURES.items():
        for account in prepared.accounts:
            value, low, high, n = figure(account)
            if math.isfinite(value):
                rows.append((account.account, name, indicator, value, low, high, n))
    return pd.DataFrame(rows, columns=list(COLUMNS))
