"""Facts of an account as severities: the facts index F4 and the document check, each fact through three knots.

All knots are conventions. Facts that nobody gave are left out; an index of nothing is missing, not zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wxsat.records.knots import Indicator

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
FACT_PART, DOCUMENT_PART = "F4", "DOCUMENTS"


def _knots(name: str, target: float, compliance: float, critical: float, en: str, zh: str) -> Indicator:
    return Indicator(name, "D4", FACT_PART, target, compliance, critical, None, "convention", "convention", en, zh)


FACT_KNOTS: Mapping[str, Indicator] = {
    one.id: one
    for one in (
        _knots("fte", 1.0, 0.5, 0.1, "full-time posts per 10,000 followers", "每万粉丝专职人力"),
        _knots("case_system", 1.0, 0.6, 0.0, "case-management system", "办件系统"),
        _knots("sla", 1.0, 0.6, 0.0, "written time limits", "书面办理时限"),
        _knots("leader_signoff", 10.0, 3.0, 0.0, "requests signed off by leaders a quarter", "季度领导签批件数"),
        _knots("supervision", 6.0, 2.0, 0.0, "supervision orders a quarter", "季度督办次数"),
        _knots("evaluation", 5.0, 2.0, 0.0, "points in the annual evaluation", "年终考评分值"),
    )
}
"""Knots of the facts: severity 0 at the target, 40 at the compliance line, 100 at the critical value."""

DOCUMENT_QUESTIONS = ("F21", "F22")


def score_facts(frame: pd.DataFrame, account: NDArray[np.intp], n_accounts: int) -> Floats:
    """
    Return the facts index of every account.

    Parameters
    ----------
    frame : DataFrame
        The staff's answers, one row a person, with the fact questions ``F01`` to ``F20``.
    account : ndarray of int, shape (n,)
    n_accounts : int

    Returns
    -------
    ndarray, shape (n_accounts,)
        Mean severity of the known facts; where several persons give a fact, their median counts.
    """
    known = fact_values(frame, account, n_accounts)
    severities = np.column_stack([FACT_KNOTS[name].severity(values) for name, values in known.items()])
    return _mean_known(severities)


def fact_values(frame: pd.DataFrame, account: NDArray[np.intp], n_accounts: int) -> dict[str, Floats]:
    """Return each fact of `FACT_KNOTS` by account in its own unit; NaN where nobody gave it."""

    def of(question: str) -> Floats:
        return _median_by_account(frame, question, account, n_accounts)

    part_time = np.nan_to_num(of("F02A")) * np.nan_to_num(of("F02B")) / 100.0
    followers = of("F19A")
    with np.errstate(invalid="ignore", divide="ignore"):
        fte = np.where(followers > 0, (of("F01") + part_time) / followers * 10_000, np.nan)
    limits = np.column_stack([of("F08A"), of("F08B")])
    described = ~np.isnan(np.column_stack([of("F01"), of("F09"), of("F19A")])).all(axis=1)
    # Whoever describes the account and states no time limit has none: an empty cell is the answer here.
    sla = np.where(described, (limits > 0).mean(axis=1), np.nan)
    return {
        "fte": fte,
        "case_system": of("F09"),
        "sla": sla,
        "leader_signoff": of("F13"),
        "supervision": of("F11"),
        "evaluation": of("F12"),
    }


def score_documents(frame: pd.DataFrame, account: NDArray[np.intp], n_accounts: int) -> Floats:
    """
    Return the document check of every account: 0 for a document that was seen, 100 for one that is not there.

    The documents are a written audience statement (``F21``) and a list of functions with the office that answers for
    each (``F22``). The mean of the known checks, NaN where neither is known.
    """
    checks = [100.0 * (1.0 - _median_by_account(frame, q, account, n_accounts)) for q in DOCUMENT_QUESTIONS]
    return _mean_known(np.column_stack(checks))


def _median_by_account(frame: pd.DataFrame, question: str, account: NDArray[np.intp], n_accounts: int) -> Floats:
    import pandas as pd

    out = np.full(n_accounts, np.nan)
    if question in frame.columns:
        given = pd.to_numeric(frame[question], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
        medians = pd.Series(given).groupby(account).median()
        out[medians.index.to_numpy()] = medians.to_numpy(dtype=np.float64)
    return out


def _mean_known(columns: Floats) -> Floats:
    known = ~np.isnan(columns)
    total = known.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        out: Floats = np.where(total > 0, np.where(known, columns, 0.0).sum(axis=1) / total, np.nan)
    return out
