"""What accounts' own figures say of the claims about accounts: the figures gathered, one number an account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wxsat.diagnosis.sampling import Units, unit_sums
from wxsat.diagnosis.verdict import SUPPRESS_BELOW

if TYPE_CHECKING:
    from wxsat.records.audit import AuditResult

Floats = NDArray[np.float64]
SERVICE_SHARE, LANDING, LOCAL_FOLLOWERS = "L18", "L21", "L16"


@dataclass(frozen=True, eq=False)
class AccountFigures:
    """
    Figures by claim, empty where the records do not hold them.

    Attributes
    ----------
    excesses : mapping of str to ndarray
        ``news_over_service``: share of posts that serve nobody less the share of those that do, by account.
    majorities : mapping of str to ndarray
        ``few_save_errands``: 1 for an account whose functions land at or above the compliance line, else 0.
    associations : mapping of str to (ndarray, ndarray)
        ``nonlocal_harm`` and ``full_function_landing``: two figures by account.
    """

    excesses: Mapping[str, Floats] = field(default_factory=dict)
    majorities: Mapping[str, Floats] = field(default_factory=dict)
    associations: Mapping[str, tuple[Floats, Floats]] = field(default_factory=dict)


def satisfaction_by_account(outcome: Floats, units: Units, names: Sequence[str]) -> dict[str, float]:
    """
    Return the mean outcome of every account with answers enough to be told.

    Examples
    --------
    >>> units = Units(np.repeat([0, 1], [12, 3]), 2, clustered=True)
    >>> satisfaction_by_account(np.full(15, 4.0), units, ["a", "b"])
    {'a': 4.0}
    """
    answered = np.isfinite(outcome)
    counts = unit_sums(answered.astype(np.float64)[:, None], units)[:, 0]
    totals = unit_sums(np.where(answered, outcome, 0.0)[:, None], units)[:, 0]
    return {name: float(total / n) for name, total, n in zip(names, totals, counts, strict=True) if n >= SUPPRESS_BELOW}


def figures_of_accounts(audit: AuditResult | None, satisfaction: Mapping[str, float]) -> AccountFigures:
    """
    Gather the figures behind the claims about accounts.

    Parameters
    ----------
    audit : AuditResult, optional
    satisfaction : mapping of str to float
        Account to its respondents' mean satisfaction.
    """
    if audit is None:
        return AccountFigures()
    wide = audit.indicators.pivot(index="account", columns="indicator", values="value")
    counts = audit.indicators.pivot(index="account", columns="indicator", values="n")

    def column(indicator: str) -> Floats:
        return np.asarray(wide[indicator] if indicator in wide else np.full(len(wide), np.nan), dtype=np.float64)

    excesses, majorities, associations = {}, {}, {}
    service, landing, local = column(SERVICE_SHARE), column(LANDING), column(LOCAL_FOLLOWERS)
    if np.isfinite(service).any():
        excesses["news_over_service"] = 1.0 - 2.0 * service
    if np.isfinite(landing).any():
        line = audit.definitions[LANDING].compliance
        majorities["few_save_errands"] = np.where(np.isfinite(landing), landing >= line, np.nan)
        associations["full_function_landing"] = counts[LANDING].to_numpy(dtype=np.float64), landing
    if np.isfinite(local).any() and satisfaction:
        rated = np.array([satisfaction.get(str(name), np.nan) for name in wide.index])
        associations["nonlocal_harm"] = 1.0 - local, rated
    return AccountFigures(excesses, majorities, associations)
