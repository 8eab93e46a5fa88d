"""Findings on the answers themselves: field quality, don't-knows, constant and identical items."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from wxsat.finding import Finding
from wxsat.responses.plan import CleaningPlan
from wxsat.responses.raw_answers import raw_answers
from wxsat.responses.responses import Responses

FEWEST_FOR_IDENTITY = 10


def wilson_lower(count: int, n: int, z: float = 1.96) -> float:
    """
    Lower end of Wilson's 95 % interval of a proportion.

    Examples
    --------
    >>> round(wilson_lower(30, 100), 4)
    0.2189
    """
    if n == 0:
        return 0.0
    p = count / n
    centre = p + z**2 / (2 * n)
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return float((centre - half) / (1 + z**2 / n))


def careless_finding(n_careless: int, n_screened: int, expected: float) -> tuple[Finding, ...]:
    """Warn when even the lower end of the interval of the careless share lies above the usual share."""
    lower = wilson_lower(n_careless, n_screened)
    if lower <= expected:
        return ()
    share = n_careless / n_screened
    return (
        Finding(
            "RESP-101",
            "warning",
            "field quality",
            f"{share:.1%} of {n_screened} respondents answered carelessly by two families of evidence; usual is"
            f" at most {expected:.0%}. Look at recruitment, incentives and the questionnaire's length.",
            {"share": share, "lower": lower, "n_careless": n_careless, "n": n_screened, "expected": expected},
        ),
    )


def screening_findings(responses: Responses, plan: CleaningPlan) -> tuple[Finding, ...]:
    """Say which families of evidence the file does not hold: with one family left, nobody can be dropped."""
    there = set()
    if plan.speed and "seconds" in responses.paradata and responses.paradata["seconds"].notna().any():
        there.add("time")
    if plan.longstring or plan.irv:
        there.add("pattern")
    checks = responses.instrument.attention if responses.instrument else []
    if plan.attention and any(c.id in responses.frame.columns and c.kind != "diligence" for c in checks):
        there.add("attention")
    if len(there) >= plan.min_families:
        return ()
    missing = sorted({"time", "pattern", "attention"} - there)
    return (
        Finding(
            "RESP-106",
            "warning",
            "screening",
            f"The file lets {len(there)} famil{'y' if len(there) == 1 else 'ies'} of evidence be judged"
            f" (not: {', '.join(missing)}); {plan.min_families} are needed before anyone is dropped.",
            {"families": sorted(there), "missing": missing, "needed": plan.min_families},
        ),
    )


def answer_findings(responses: Responses, dk_share: float) -> tuple[Finding, ...]:
    """Findings on the answers of those who stay: don't-know shares, constant items, identical columns."""
    return (*_dont_knows(responses, dk_share), *_constant_items(responses), *_identical_items(responses))


def _dont_knows(responses: Responses, limit: float) -> list[Finding]:
    instrument = responses.instrument
    if instrument is None:
        return []
    found = []
    for construct in instrument.constructs:
        ids = [i.id for i in construct.items if i.id in responses.reasons.columns]
        if not ids:
            continue
        reasons = responses.reasons[ids].to_numpy(dtype=object)
        shown, unknown = reasons != "not_shown", reasons == "dont_know"
        for j, item_id in enumerate(ids):
            found += _dk_finding("RESP-102", item_id, int(unknown[:, j].sum()), int(shown[:, j].sum()), limit)
        if len(ids) > 1:
            found += _dk_finding("RESP-103", construct.id, int(unknown.sum()), int(shown.sum()), limit)
    return found


def _dk_finding(code: str, subject: str, unknown: int, shown: int, limit: float) -> list[Finding]:
    if not shown or unknown / shown <= limit:
        return []
    what = "item" if code == "RESP-102" else "construct"
    share = unknown / shown
    message = (
        f"{share:.0%} of the answers to {what} '{subject}' are don't know ({unknown} of {shown}):"
        " what it asks about is invisible to respondents, which is itself a result."
    )
    return [Finding(code, "warning", subject, message, {"share": share, "n": shown, "limit": limit})]


def _constant_items(responses: Responses) -> list[Finding]:
    found = []
    for item_id in responses.item_ids:
        answers = responses.frame[item_id].to_numpy(dtype=float)
        given = answers[np.isfinite(answers)]
        if not len(given):
            message = f"Nobody answered item '{item_id}'; it cannot enter a model."
            found.append(Finding("RESP-107", "refusal", item_id, message, {"n": 0}))
        elif np.ptp(given) == 0:
            message = f"All {len(given)} answers to item '{item_id}' are {given[0]:g}; it cannot enter a model."
            found.append(Finding("RESP-104", "refusal", item_id, message, {"n": len(given), "value": float(given[0])}))
    return found


def _identical_items(responses: Responses) -> list[Finding]:
    if responses.n < FEWEST_FOR_IDENTITY:
        return []
    answers = raw_answers(responses, responses.item_ids)
    same: dict[bytes, list[str]] = {}
    for j, item_id in enumerate(responses.item_ids):
        column = np.ascontiguousarray(answers[:, j])
        given = column[np.isfinite(column)]
        if len(given) >= FEWEST_FOR_IDENTITY and np.ptp(given) > 0:
            same.setdefault(column.tobytes(), []).append(item_id)
    return [
        Finding(
            "RESP-105",
            "refusal",
            f"{a}, {b}",
            f"Items '{a}' and '{b}' hold the same answers of all {responses.n} respondents; one is a copy,"
            " and a model with both is singular.",
            {"first": a, "second": b, "n": responses.n},
        )
        for group in same.values()
        for a, b in pairwise(group)
    ]
