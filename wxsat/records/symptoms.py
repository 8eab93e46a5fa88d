"""What ails an account, by the stage of service at which messages are lost: heard, answered, correct, resolved.

The names are those of the paper of 2014 and of official lists; the rules are ours, a convention.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from wxsat.records.account_records import AccountRecords

STAGES = ("heard", "answered", "correct", "resolved")
MIN_INBOUND = 20
CONFIRM_Z = 1.2815515655446004
LONG_WAIT = 5.0
STATEMENT_HOURS = 48.0
SILENT_EVENTS = 2
DORMANT_DAYS, CLOSURE_DAYS = 14, 90
OFF_POINT = 0.40

ZH = MappingProxyType(
    {
        "deaf": "聋", "mute": "哑", "demented": "痴呆", "dozing": "打瞌睡", "zombie": "僵尸",
        "closure": "应列入关停名单", "vase": "花瓶", "document_mover": "公文报",
        "healthy": "健康", "too_few": "样本不足", "unremarkable": "未见典型症状",
    }
)  # fmt: skip
"""Symptom to its Chinese name."""

SYMPTOM_OF_STAGE = MappingProxyType({"heard": "deaf", "answered": "mute", "correct": "demented", "resolved": "vase"})


@dataclass(frozen=True)
class Funnel:
    """
    The service funnel of one account.

    Attributes
    ----------
    inbound, heard, answered, correct, resolved : int
        Messages that reached each stage; a stage counts only those that reached the one before it.
    shares : tuple of float
        Of each stage among the one before; NaN where nothing reached it or nothing is known.
    overall : float
        Their product.
    losses : dict
        Stage to its share of the whole loss, ``ln p / ln R``; they sum to 1. Empty without a loss.
    """

    inbound: int
    heard: int
    answered: int
    correct: int
    resolved: int
    shares: tuple[float, float, float, float]
    overall: float
    losses: dict[str, float]


@dataclass(frozen=True)
class Symptom:
    """One symptom: its name, whether the data confirm it (one-sided 90 %) or only suggest it, and the figures."""

    name: str
    confirmed: bool
    evidence: dict[str, float]


@dataclass(frozen=True)
class Diagnosis:
    """Funnel, symptoms and the primary symptom (stage of the largest loss) of one account."""

    account: str
    funnel: Funnel
    symptoms: tuple[Symptom, ...]
    primary: str | None


def service_funnel(a: AccountRecords) -> Funnel:
    """
    Count what becomes of the window's messages.

    Notes
    -----
    *Heard*: a person opened or assigned it, or answered, within five working days. *Answered*: with a substantive human
    reply (rubric 3 or more; any human reply where nothing is scored). *Correct* and *resolved* as recorded. Messages
    that are younger than five working days and not yet heard are left out. Stages that nobody recorded are not known.
    """
    m = a.messages
    n = len(m)
    if not n or not (a.replies_known or a.hearing_known):
        return Funnel(n, 0, 0, 0, 0, (math.nan,) * 4, math.nan, {})
    replied = m["replied"].to_numpy(bool)
    wait = m["wait"].to_numpy(float)
    opened = m["heard_at"].notna().to_numpy(bool)
    heard = opened | (replied & (wait <= LONG_WAIT))
    judged = heard | (wait >= LONG_WAIT) | replied
    score = m["score"].to_numpy(float)
    answered = replied & (np.isnan(score) | (score >= 3))
    correct, resolved = m["correct"].to_numpy(float), m["resolved"].to_numpy(float)
    stages = [judged, judged & heard]
    stages.append(stages[-1] & answered)
    counts = [int(stage.sum()) for stage in stages]
    if not a.replies_known:
        return Funnel(counts[0], counts[1], 0, 0, 0, (_part(counts[1], counts[0]), *(math.nan,) * 3), math.nan, {})
    shares = [_part(counts[1], counts[0]), _part(counts[2], counts[1])]
    for column in (correct, resolved):
        known = stages[-1] & ~np.isnan(column)
        reached = known & (column == 1)
        shares.append(_part(int(reached.sum()), int(known.sum())))
        counts.append(int(reached.sum()))
        stages.append(reached)
    return _funnel(counts, shares)


def _part(reached: int, base: int) -> float:
    return reached / base if base else math.nan


def _funnel(counts: list[int], shares: list[float]) -> Funnel:
    overall = float(np.prod(shares))
    losses: dict[str, float] = {}
    if overall == 0:
        first = next(i for i, p in enumerate(shares) if p == 0)
        losses = {stage: float(i == first) for i, stage in enumerate(STAGES)}
    elif not math.isnan(overall) and overall < 1:
        losses = {stage: math.log(p) / math.log(overall) for stage, p in zip(STAGES, shares, strict=True)}
    h, a, c, r = shares
    return Funnel(counts[0], counts[1], counts[2], counts[3], counts[4], (h, a, c, r), overall, losses)


def wilson_bound(reached: float, base: float, *, upper: bool, z: float = CONFIRM_Z) -> float:
    """
    Return the one-sided 90 % Wilson bound of a share; NaN without cases.

    Examples
    --------
    >>> round(wilson_bound(8, 20, upper=True), 4)
    0.5428
    """
    if not base > 0:
        return math.nan
    p = reached / base
    centre = p + z * z / (2 * base)
    half = z * math.sqrt(p * (1 - p) / base + z * z / (4 * base * base))
    return (centre + half if upper else centre - half) / (1 + z * z / base)


def diagnose_symptoms(
    a: AccountRecords, values: dict[str, float], counts: dict[str, int], vase_severity: float | None = None
) -> Diagnosis:
    """
    Name the symptoms of one account.

    Parameters
    ----------
    a : AccountRecords
    values, counts : dict
        Indicator to its value and number of cases behind it (L01, L02, L03, L21, L23, L24 are used).
    vase_severity : float, optional
        Severity of VASE in the public's answers, 0 to 100; without it the rule does without.

    Returns
    -------
    Diagnosis
        Fewer than 20 messages: symptoms that rest on messages are not named, ``too_few`` says so.
    """
    funnel = service_funnel(a)
    found: list[Symptom] = []
    enough = funnel.inbound >= MIN_INBOUND
    value = {key: values.get(key, math.nan) for key in ("L01", "L02", "L03", "L21", "L23", "L24")}
    found += _channel_and_time(a, value, enough)
    if enough:
        found += [*_lost_on_the_way(a, funnel, dormant=value["L02"] > DORMANT_DAYS), *_beside_the_point(a)]
    found += _silent_on_events(a)
    found += _functions(a, funnel, value, counts, enough, vase_severity)
    if value["L23"] >= 0.60 and value["L24"] < 0.20:
        lower = wilson_bound(value["L23"] * counts.get("L23", 0), counts.get("L23", 0), upper=False)
        found.append(Symptom("document_mover", lower >= 0.60, {"L23": value["L23"], "L24": value["L24"]}))
    found = _once(found)
    if not enough:
        found.append(Symptom("too_few", True, {"inbound": float(funnel.inbound)}))
    elif not found:
        h, answered, correct, _ = funnel.shares
        fine = min(h, answered, correct) >= 0.80 and funnel.overall >= 0.50
        found.append(Symptom("healthy" if fine else "unremarkable", True, {"overall": funnel.overall}))
    return Diagnosis(a.account, funnel, tuple(found), _primary(funnel, found, enough))


def _once(found: list[Symptom]) -> list[Symptom]:
    """Several rules may name one symptom: it is told once, confirmed if any of them confirms it."""
    merged: dict[str, Symptom] = {}
    for symptom in found:
        old = merged.get(symptom.name)
        evidence = {**old.evidence, **symptom.evidence} if old else symptom.evidence
        merged[symptom.name] = Symptom(symptom.name, symptom.confirmed or bool(old and old.confirmed), evidence)
    return list(merged.values())


def _channel_and_time(a: AccountRecords, value: dict[str, float], enough: bool) -> list[Symptom]:
    found = []
    if value["L03"] == 0:
        found.append(Symptom("deaf", True, {"L03": 0.0}))
    if value["L02"] > DORMANT_DAYS:
        found.append(Symptom("zombie", True, {"L02": value["L02"]}))
        if value["L02"] > CLOSURE_DAYS:
            found.append(Symptom("closure", True, {"L02": value["L02"]}))
    elif 7 < value["L01"] <= 14:
        found.append(Symptom("dozing", True, {"L01": value["L01"]}))
    elif enough:
        late = a.messages["replied"].to_numpy(bool) & (a.messages["wait"].to_numpy(float) > LONG_WAIT)
        part = float(late.mean())
        if part >= 0.40:
            lower = wilson_bound(int(late.sum()), len(late), upper=False)
            found.append(Symptom("dozing", lower >= 0.40, {"late_share": part}))
    return found


def _lost_on_the_way(a: AccountRecords, funnel: Funnel, *, dormant: bool) -> list[Symptom]:
    """Name the stage at which most are lost; an account that does not post either is dead, not deaf."""
    h, answered, correct, _ = funnel.shares
    found: list[Symptom] = []
    if h < 0.50 and dormant:
        return found
    if h < 0.50:
        confirmed = wilson_bound(funnel.heard, funnel.inbound, upper=True) < 0.50
        found.append(Symptom("deaf", confirmed, {"heard": h}))
    elif answered < 0.50:
        confirmed = wilson_bound(funnel.answered, funnel.heard, upper=True) < 0.50
        found.append(Symptom("mute", confirmed, {"answered": answered}))
    elif correct < 0.60:
        confirmed = wilson_bound(funnel.correct, funnel.answered, upper=True) < 0.60
        found.append(Symptom("demented", confirmed, {"correct": correct}))
    return found


def _beside_the_point(a: AccountRecords) -> list[Symptom]:
    """Automatic answers of which two in five or more do not answer what was asked."""
    judged = a.automatic.dropna()
    off = int((judged == 0).sum())
    if not len(judged) or off / len(judged) < OFF_POINT:
        return []
    lower = wilson_bound(off, len(judged), upper=False)
    return [Symptom("demented", lower >= OFF_POINT, {"off_point": off / len(judged)})]


def _silent_on_events(a: AccountRecords) -> list[Symptom]:
    """Two or more public events without a statement within 48 hours; events younger than that are not judged."""
    hours = (a.events["first_statement"].fillna(a.observed_until) - a.events["time"]).dt.total_seconds() / 3600
    late = int((hours > STATEMENT_HOURS).sum())
    return [Symptom("mute", True, {"silent_events": float(late)})] if late >= SILENT_EVENTS else []


def _functions(
    a: AccountRecords,
    funnel: Funnel,
    value: dict[str, float],
    counts: dict[str, int],
    enough: bool,
    vase_severity: float | None,
) -> list[Symptom]:
    found = []
    landing, tested = value["L21"], counts.get("L21", 0)
    if landing < 0.60:
        upper = wilson_bound(landing * tested, tested, upper=True)
        found.append(Symptom("demented", upper < 0.60, {"L21": landing}))
    lively = value["L01"] <= 7 and len(a.functions) > 0
    use = _use_per_thousand(a)
    met = {"overall": enough and funnel.overall < 0.20, "L21": landing < 0.50, "use_per_thousand": use < 1}
    if lively and any(met.values()) and (vase_severity is None or vase_severity >= 60):
        figures = {"overall": funnel.overall, "L21": landing, "use_per_thousand": use}
        # Uses are counted, not sampled: nothing is left to be confirmed.
        confirmed = (
            (enough and wilson_bound(funnel.resolved, funnel.inbound, upper=True) < 0.20)
            or wilson_bound(landing * tested, tested, upper=True) < 0.50
            or use < 1
        )
        found.append(Symptom("vase", bool(confirmed), {name: figures[name] for name, holds in met.items() if holds}))
    return found


def _use_per_thousand(a: AccountRecords) -> float:
    followers = float(a.facts["followers"])
    uses: NDArray[np.float64] = a.functions["uses_month"].to_numpy(float)
    if not followers > 0 or np.isnan(uses).all():
        return math.nan
    return float(np.nansum(uses)) / followers * 1000


def _primary(funnel: Funnel, found: list[Symptom], enough: bool) -> str | None:
    names = [symptom.name for symptom in found if symptom.name not in ("too_few", "unremarkable")]
    if not names or names == ["healthy"]:
        return names[0] if names else None
    if enough and funnel.losses:
        worst = SYMPTOM_OF_STAGE[max(funnel.losses, key=lambda stage: funnel.losses[stage])]
        if worst in names:
            return worst
    return names[0]
