"""What a reader of the audit must know: the calendar's limits, rows left out, what a naive count would have said."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wxsat.finding import Finding
from wxsat.records.account_records import PreparedRecords
from wxsat.records.definitions import DEFINITIONS
from wxsat.records.measured import Measured, Table
from wxsat.records.mismatch import mismatch_by_chance
from wxsat.records.read import Records

CHANCE_TOLD = 0.05
POINTS_TOLD = 1.5
DATED = (("posts", "time"), ("messages", "time"), ("replies", "time"), ("cases", "opened"))
MEDIANS = ("L05", "L06", "L33", "L34")


def audit_findings(
    records: Records, prepared: PreparedRecords, copying: pd.DataFrame, measured: Measured, overall: pd.DataFrame
) -> list[Finding]:
    """Collect what a reader must know about an audit."""
    values = measured.values
    found = []
    if prepared.clock.guessed_years:
        years = ", ".join(map(str, prepared.clock.guessed_years))
        text = f"The calendar of working days does not know {years}: Monday to Friday are taken."
        found.append(Finding("LOG-101", "warning", years, text, {"years": years}))
    for table, rows in records.left_out.items():
        text = f"{rows} rows of {table} are after the cut-off and left out."
        found.append(Finding("LOG-102", "note", table, text, {"table": table, "n": rows}))
    found += _stale(records)
    absent = [name for name, d in DEFINITIONS.items() if not d.told_by(records)]
    if absent:
        names = ", ".join(absent)
        text = f"Indicators that cannot be told from the files given: {names}."
        found.append(Finding("LOG-103", "note", "indicators", text, {"indicators": names, "n": len(absent)}))
    found += [*_naive(prepared, values), *_unstable(copying), *_not_reached(prepared, values)]
    return [*found, *_mismatch(prepared, values["L19"], measured.counts["L19"]), *_by_chance(overall)]


def _stale(records: Records) -> list[Finding]:
    """Say where the records end long before the cut-off: silence of the records is not silence of the accounts."""
    columns = [records.tables[table][name] for table, name in DATED]
    known = [column.max() for column in columns if column.notna().any()]
    if not known:
        return []
    days = (pd.Timestamp(records.settings.as_of) - max(known)).days
    if days < records.settings.window_days:
        return []
    text = (
        f"The last post, message, reply or case is {days} days before the cut-off: either the accounts are silent, or "
        "the records end too early."
    )
    return [Finding("LOG-109", "warning", "as_of", text, {"days": days, "window": records.settings.window_days})]


def _naive(prepared: PreparedRecords, values: Table) -> list[Finding]:
    """Say how far off a count would be that takes automatic answers for replies and young messages for unanswered."""
    messages = sum(len(a.messages) for a in prepared.accounts)
    known = values["L04"][np.isfinite(values["L04"])]
    if not messages or not len(known):
        return []
    naive = sum(int(a.messages["any_reply"].sum()) for a in prepared.accounts) / messages
    proper = float(known.mean())
    if abs(naive - proper) < 0.05:
        return []
    text = (
        f"Replies over messages, automatic ones included, would give {naive:.2f}; replies by a person within the "
        f"limit, with young messages censored, are {proper:.2f}."
    )
    return [Finding("LOG-104", "note", "L04", text, {"naive": naive, "proper": proper})]


def _unstable(copying: pd.DataFrame) -> list[Finding]:
    if copying.empty:
        return []
    mean = copying.groupby("threshold")["share"].mean()
    spread = float(mean.max() - mean.min())
    if not spread > 0.10:
        return []
    text = f"The share of copied posts moves by {spread:.2f} between containment .6 and .9."
    return [Finding("LOG-105", "warning", "L23", text, {"spread": spread})]


def _not_reached(prepared: PreparedRecords, values: Table) -> list[Finding]:
    """Name the medians without a figure: fewer than half got an answer before the critical knot and beyond."""
    found = []
    for name in MEDIANS:
        n = int(np.isposinf(values[name]).sum())
        if n:
            accounts = ", ".join(
                a.account for a, value in zip(prepared.accounts, values[name], strict=True) if np.isposinf(value)
            )
            text = f"{name} has no median where fewer than half got an answer (accounts: {n}); severity there is 100."
            found.append(Finding("LOG-106", "note", name, text, {"indicator": name, "n": n, "accounts": accounts}))
    return found


def _mismatch(prepared: PreparedRecords, values: NDArray[np.float64], counts: NDArray[np.float64]) -> list[Finding]:
    """Say how much of the mismatch of supply and need few posts show where there is none."""
    posts = counts[np.isfinite(values) & (counts > 0)]
    if not len(posts) or not prepared.needs:
        return []
    typical = int(np.median(posts))
    chance = mismatch_by_chance(typical, np.array(list(prepared.needs.values())))
    if not chance >= CHANCE_TOLD:
        return []
    seen = float(np.nanmean(values))
    text = (
        f"With {typical} posts that serve a need, as accounts typically have, posts in exact proportion to the needs "
        f"would show a mismatch of {chance:.2f} (seen: {seen:.2f} on average); the intervals of L19 allow for it, the "
        "figures and their severities do not."
    )
    return [Finding("LOG-107", "warning", "L19", text, {"n": typical, "chance": chance, "seen": seen})]


def _by_chance(overall: pd.DataFrame) -> list[Finding]:
    """Name the dilemmas whose severity few cases raise by themselves."""
    told = overall[overall["by_chance"] >= POINTS_TOLD]
    if told.empty:
        return []
    pairs = [(str(d), float(by)) for d, by in zip(told["dilemma"], told["by_chance"], strict=True)]
    points = ", ".join(f"{dilemma} {by:.1f}" for dilemma, by in pairs)
    names = ", ".join(dilemma for dilemma, _ in pairs)
    text = (
        f"Few cases alone raise the records' severity, by about so many points: {points}. Figures that swing around "
        "their target by chance count as worse and never as better; the intervals are about the severity as printed."
    )
    return [Finding("LOG-108", "warning", names, text, {"dilemmas": names, "most": max(by for _, by in pairs)})]
