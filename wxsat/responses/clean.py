"""Cleaning: who leaves and why, in a fixed order, and the one place where reverse-keyed items are recoded.

Order: answers withheld by the respondent, duplicates, too many missing, then two independent families of
evidence. Every flag and every drop stands in the ledger; every step stands in the flow.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wxsat.errors import DataError, Fault, require_kind
from wxsat.instrument.instrument import Instrument
from wxsat.responses.answer_findings import answer_findings, careless_finding, screening_findings
from wxsat.responses.plan import CleaningPlan
from wxsat.responses.responses import CleanResponses, Responses, rows_kept
from wxsat.responses.screen import Screening, screen_all

Flags = NDArray[np.bool_]
LEDGER_COLUMNS = ["row", "rule", "family", "subject", "value", "threshold", "action"]
STEP_REASONS = {
    "read": "rows with at least one answer",
    "diligence": "the respondent said that the answers may not be used",
    "duplicates": "the same person or device answered before",
    "missing": "too many items left unanswered",
    "careless": "two independent families of evidence",
}


@dataclass(frozen=True)
class _Exit:
    """Who leaves at one step, and the figures behind it."""

    step: str
    leaves: Flags
    values: NDArray[np.float64]
    threshold: float
    subject: str = ""


def clean(responses: Responses, plan: CleaningPlan | None = None) -> CleanResponses:
    """
    Clean coded answers: drop, flag, recode reverse-keyed items once, and record all of it.

    Parameters
    ----------
    responses : Responses
        As read: raw direction.
    plan : CleaningPlan, optional
        The conventions of :class:`CleaningPlan` by default.

    Returns
    -------
    CleanResponses
        ``x' = min + max - x`` for every reverse-keyed item; single-flag respondents stay and are listed.

    Raises
    ------
    DataError
        RESP-050 cleaned before, RESP-053 every respondent dropped, RESP-054 a reverse-keyed item whose scale
        has no ends.

    Examples
    --------
    >>> clean(responses, CleaningPlan(min_seconds=120)).flow  # doctest: +SKIP
    """
    used = plan or CleaningPlan()
    instrument = _require_raw(responses)
    screening = screen_all(responses, used)
    exits = _exits(responses, screening, used)
    stays = ~np.any([e.leaves for e in exits], axis=0)
    flow = _flow(responses.n, exits)
    if not stays.any():
        steps = ", ".join(f"{r['step']} {r['n_dropped']}" for r in flow.to_dict("records") if r["n_dropped"])
        raise DataError(
            "RESP-053",
            f"all {responses.n} respondents would be dropped ({steps}).",
            where=str(responses.provenance.get("file", "")),
            hint="Look at `wxsat responses screen`, and at the thresholds of the cleaning plan.",
        )
    ledger = pd.concat([_ledger(responses, screening, exits), _reversal_rows(instrument, responses)])
    single = _single_flags(screening, stays)
    kept = rows_kept(responses, stays)
    frame, reversed_now = _recoded(kept.frame, instrument, responses.item_ids, responses.reversed_items)
    result = CleanResponses(
        frame=frame,
        reasons=kept.reasons,
        paradata=kept.paradata,
        rows=kept.rows,
        instrument=instrument,
        form=responses.form,
        reversed_items=(*responses.reversed_items, *reversed_now),
        provenance={**responses.provenance, "cleaning": used.model_dump()},
        log=(*responses.log, *_log(flow, reversed_now, int(single.sum()))),
        ledger=ledger.reset_index(drop=True)[LEDGER_COLUMNS],
        flow=flow,
        single_flag_rows=tuple(int(r) for r in np.asarray(responses.rows)[single]),
    )
    n_screened = responses.n - sum(int(e.leaves.sum()) for e in exits if e.step != "careless")
    n_careless = int(next(e.leaves for e in exits if e.step == "careless").sum())
    findings = (
        *screening_findings(responses, used),
        *careless_finding(n_careless, n_screened, used.expected_careless),
        *answer_findings(result, used.dk_share),
    )
    return replace(result, findings=findings)


def _require_raw(responses: Responses) -> Instrument:
    require_kind(responses, Responses, "responses", "answers as read", "wxsat.read_responses() makes them.")
    if responses.instrument is None:
        raise DataError(
            "RESP-050", "answers without an instrument cannot be cleaned: nothing says how they were asked."
        )
    if isinstance(responses, CleanResponses):
        raise DataError(
            "RESP-050",
            "these answers were cleaned before; reverse-keyed items would be recoded twice.",
            hint="Clean the answers as read.",
        )
    faults = []
    for item_id in responses.item_ids:
        item = responses.instrument.item(item_id)
        scale = responses.instrument.scale_of(item)
        if item.reversed and (scale.min is None or scale.max is None):
            faults.append(Fault("RESP-054", "a reverse-keyed item needs a scale with `min` and `max`.", item_id))
    if faults:
        raise DataError.from_faults(faults)
    return responses.instrument


def _exits(responses: Responses, screening: Screening, plan: CleaningPlan) -> list[_Exit]:
    """Who leaves at which step; nobody leaves twice."""
    table = screening.table
    shares = table["missing_share"].to_numpy(dtype=float)
    duplicate = table["duplicate_of"].to_numpy(dtype=float)
    nobody = np.zeros(responses.n, dtype=bool)
    withheld, answer, exclude, check_id = _withheld(responses)
    n_families, careless = family_counts(screening), leaves_as_careless(screening, plan)
    planned = [
        _Exit("diligence", withheld if plan.diligence else nobody, answer, exclude, check_id),
        _Exit("duplicates", np.isfinite(duplicate) if plan.duplicates else nobody, duplicate, np.nan),
        _Exit(
            "missing",
            shares > plan.max_missing_share if plan.missing else nobody,
            shares,
            plan.max_missing_share,
        ),
        _Exit("careless", careless, n_families, float(plan.min_families)),
    ]
    gone = nobody.copy()
    exits = []
    for step in planned:
        exits.append(replace(step, leaves=step.leaves & ~gone))
        gone |= step.leaves
    return exits


def withheld_answers(responses: Responses) -> Flags:
    """Say who asked that their answers not be used."""
    return _withheld(responses)[0]


def _withheld(responses: Responses) -> tuple[Flags, NDArray[np.float64], float, str]:
    checks = responses.instrument.attention if responses.instrument else []
    for check in checks:
        if check.kind == "diligence" and check.id in responses.frame.columns and check.exclude_code is not None:
            answer = responses.frame[check.id].to_numpy(dtype=float)
            return answer == check.exclude_code, answer, float(check.exclude_code), check.id
    blank = np.full(responses.n, np.nan)
    return np.zeros(responses.n, dtype=bool), blank, float("nan"), ""


def leaves_as_careless(screening: Screening, plan: CleaningPlan) -> Flags:
    """Say who has evidence of enough families; an instructed-response item alone never drops anyone."""
    beyond_instructed = np.zeros(len(screening.table), dtype=bool)
    for outcome in screening.outcomes:
        if outcome.is_evidence and outcome.rule != "instructed":
            beyond_instructed |= outcome.flagged
    return (family_counts(screening) >= plan.min_families) & beyond_instructed


def family_counts(screening: Screening) -> NDArray[np.float64]:
    """Count the families of evidence against each respondent."""
    return np.array([len(found) for found in screening.families()], dtype=float)


def _single_flags(screening: Screening, stays: Flags) -> Flags:
    flagged = np.array([bool(found) for found in screening.families()], dtype=bool)
    return flagged & stays


def _flow(n_read: int, exits: list[_Exit]) -> pd.DataFrame:
    records: list[dict[str, Any]] = [{"step": "read", "n_left": n_read, "n_dropped": 0, "reason": STEP_REASONS["read"]}]
    left = n_read
    for step in exits:
        dropped = int(step.leaves.sum())
        left -= dropped
        records.append({"step": step.step, "n_left": left, "n_dropped": dropped, "reason": STEP_REASONS[step.step]})
    return pd.DataFrame(records)


def _ledger(responses: Responses, screening: Screening, exits: list[_Exit]) -> pd.DataFrame:
    """One row a respondent and rule: drops by step first, then every flag, in file order."""
    rows = np.asarray(responses.rows)
    careless = next(e.leaves for e in exits if e.step == "careless")
    records: list[tuple[Any, ...]] = []
    for step in exits:
        if step.step == "careless":
            continue
        records += [
            (rows[i], step.step, step.step, step.subject, step.values[i], step.threshold, "drop")
            for i in np.flatnonzero(step.leaves)
        ]
    for outcome in screening.outcomes:
        for i in np.flatnonzero(outcome.flagged):
            kept = "check" if outcome.action == "check" else "flag"
            action = "drop" if careless[i] and outcome.is_evidence else kept
            family = outcome.family or "report"
            records.append(
                (rows[i], outcome.rule, family, outcome.subject, outcome.values[i], outcome.threshold, action)
            )
    ledger = pd.DataFrame(records, columns=LEDGER_COLUMNS)
    ledger["row"] = ledger["row"].astype("Int64")
    return ledger.astype({"value": float, "threshold": float}).sort_values("row", kind="stable")


def _reversal_rows(instrument: Instrument, responses: Responses) -> pd.DataFrame:
    records = []
    for item_id in responses.item_ids:
        item = instrument.item(item_id)
        if item.reversed and item_id not in responses.reversed_items:
            scale = instrument.scale_of(item)
            total = float(scale.min or 0) + float(scale.max or 0)
            records.append((pd.NA, "reverse_key", "recode", item_id, total, np.nan, "recode"))
    rows = pd.DataFrame(records, columns=LEDGER_COLUMNS)
    rows["row"] = rows["row"].astype("Int64")
    return rows.astype({"value": float, "threshold": float})


def recode_responses(responses: Responses) -> Responses:
    """
    Return responses with every reverse-keyed item recoded once, nobody dropped.

    Raises
    ------
    DataError
        As :func:`clean`, RESP-050 and RESP-054.
    """
    instrument = _require_raw(responses)
    frame, turned = _recoded(responses.frame, instrument, responses.item_ids, responses.reversed_items)
    return replace(responses, frame=frame, reversed_items=(*responses.reversed_items, *turned))


def _recoded(
    frame: pd.DataFrame, instrument: Instrument, item_ids: tuple[str, ...], already: tuple[str, ...]
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    recoded = frame.copy()
    turned = [i for i in item_ids if instrument.item(i).reversed and i not in already]
    for item_id in turned:
        scale = instrument.scale_of(instrument.item(item_id))
        recoded[item_id] = float(scale.min or 0) + float(scale.max or 0) - frame[item_id]
    return recoded, tuple(turned)


def _log(flow: pd.DataFrame, turned: tuple[str, ...], n_single: int) -> list[str]:
    lines = [
        f"{r['n_dropped']} dropped at step '{r['step']}': {r['reason']}; {r['n_left']} left."
        for r in flow.to_dict("records")
        if r["n_dropped"]
    ]
    lines.append(f"{n_single} respondent(s) with flags of one family stay; the second run leaves them out.")
    if turned:
        lines.append(f"Reverse-keyed items recoded (min + max - x): {', '.join(turned)}.")
    return lines
