"""What a reader must know of figures that stand beside indicators: where they part, and what lies in the dark."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wxsat.finding import Finding, Severity

PARTED_TOLD = 0.15
COVERED_TOLD = 0.80
FEW_ANSWERS = 0.50


def beside_findings(beside: pd.DataFrame, overall: pd.DataFrame, indicators: pd.DataFrame) -> list[Finding]:
    """
    Collect what stands beside the indicators and changes how they are read.

    Parameters
    ----------
    beside, overall : DataFrame
        By account, and over accounts (:mod:`wxsat.records.beside`).
    indicators : DataFrame
        Of the audit.
    """
    return [*_answers(beside, indicators), *_crowded(beside), *_parted(overall), *_dark(beside)]


def _answers(beside: pd.DataFrame, indicators: pd.DataFrame) -> list[Finding]:
    """Give the satisfaction with its response rate, and what it would be had all others been content, or none."""
    answered = beside[beside["figure"] == "response_rate"].set_index("account")["value"]
    satisfied = indicators[indicators["indicator"] == "L25"].set_index("account")["value"].reindex(answered.index)
    # Who nobody answered may have anybody's opinion: all of it is in the dark.
    known = (satisfied.fillna(0.0) * answered).to_numpy(float)
    rate = answered.to_numpy(float)
    if not len(rate) or not np.isfinite(satisfied).any() or rate.min() >= 1.0:
        return []
    response, low, high = float(rate.mean()), float(known.mean()), float((known + 1.0 - rate).mean())
    share = float(satisfied.mean())
    text = (
        f"L25 rests on the closed cases that were rated, {response:.2f} of them; {share:.2f} of those are satisfied. "
        f"Had all others been dissatisfied it would be {low:.2f}, had they been satisfied {high:.2f}."
    )
    level: Severity = "warning" if response < FEW_ANSWERS else "note"
    evidence = {"response": response, "satisfied": share, "low": low, "high": high}
    return [Finding("LOG-110", level, "L25", text, evidence)]


def _crowded(beside: pd.DataFrame) -> list[Finding]:
    over = beside[(beside["figure"] == "penetration") & (beside["value"] > 1)]
    if over.empty:
        return []
    names = ", ".join(over["account"])
    text = f"More local followers than adults who live there: {names}. Is it the same area, and the same year?"
    return [Finding("LOG-111", "warning", names, text, {"accounts": names, "n": len(over)})]


def _parted(overall: pd.DataFrame) -> list[Finding]:
    """Name shares of functions and posts that tell another story once use is counted."""
    rows = overall[overall["figure"].isin(("menu_service", "landing_by_use"))]
    found = []
    columns = (rows[name] for name in ("beside", "indicator_mean", "mean"))
    for indicator, alone, by_use in zip(*columns, strict=True):
        if not abs(by_use - alone) >= PARTED_TOLD:
            continue
        text = f"{indicator} is {alone:.2f}, by clicks or uses {by_use:.2f}: what is offered and what is used part."
        evidence = {"indicator": str(indicator), "alone": float(alone), "by_use": float(by_use)}
        found.append(Finding("LOG-112", "note", str(indicator), text, evidence))
    return found


def _dark(beside: pd.DataFrame) -> list[Finding]:
    """Name figures that are known of a part of the use only: functions without a test, clicks without a category."""
    by_use = beside["figure"].isin(("menu_service", "landing_by_use"))
    found = []
    for indicator, own in beside[by_use & (beside["covered"] < COVERED_TOLD)].groupby("beside", sort=False):
        lowest = float(own["covered"].min())
        text = (
            f"The figure by use beside {indicator} rests on a part of the use, down to {lowest:.2f} (accounts: "
            f"{len(own)}): the rest has no test or no category."
        )
        evidence = {"indicator": str(indicator), "lowest": lowest, "n": len(own)}
        found.append(Finding("LOG-113", "warning", str(indicator), text, evidence))
    return found
