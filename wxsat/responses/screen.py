"""Screening: every rule on every respondent, dropping nobody.

:mod:`wxsat.responses.clean` asks for two families of evidence before anyone leaves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wxsat.instrument.instrument import AttentionCheck, Instrument
from wxsat.responses.careless.even_odd import even_odd
from wxsat.responses.careless.longstring import longstring
from wxsat.responses.careless.synonyms import psychometric_synonyms
from wxsat.responses.plan import CleaningPlan
from wxsat.responses.responses import Responses
from wxsat.responses.rules import (
    RuleOutcome,
    Vector,
    duplicates_of,
    missing_share,
    screen_antonyms,
    screen_bogus,
    screen_identical,
    screen_instructed,
    screen_irv,
    screen_longstring,
    screen_mahalanobis,
    screen_paraphrase,
    screen_speed,
    seconds_per_item,
)


def raw_answers(responses: Responses, item_ids: Sequence[str]) -> NDArray[np.float64]:
    """Return the answers to some items in the direction in which they were given, shape (n, n_items)."""
    columns = [responses.frame[i].to_numpy(dtype=float) for i in item_ids]
    for position, item_id in enumerate(item_ids):
        if item_id in responses.reversed_items and responses.instrument is not None:
            scale = responses.instrument.scale_of(responses.instrument.item(item_id))
            columns[position] = (scale.min or 0.0) + (scale.max or 0.0) - columns[position]
    return np.column_stack(columns) if columns else np.empty((responses.n, 0))


def item_reasons(responses: Responses) -> NDArray[np.object_]:
    """Return the missing reasons of the items, shape (n, n_items)."""
    ids = [i for i in responses.item_ids if i in responses.reasons.columns]
    return responses.reasons[ids].to_numpy(dtype=object)


def reversal_blocks(instrument: Instrument, present: Sequence[str]) -> list[list[str]]:
    """
    Return the blocks on which one long run of the same answer is no honest opinion.

    A block is a run of neighbouring items whose constructs point in one direction and share a scale; only
    blocks with at least one reverse-keyed item are returned.
    """
    blocks: list[list[str]] = []
    last: tuple[str, str] | None = None
    turned: list[bool] = []
    for item in instrument.items_in():
        if item.id not in present:
            continue
        kind = (instrument.construct(item.construct_id).direction, _scale_name(instrument, item.id))
        if kind != last:
            blocks.append([])
            turned.append(False)
        blocks[-1].append(item.id)
        turned[-1] = turned[-1] or item.reversed
        last = kind
    return [block for block, has_reversed in zip(blocks, turned, strict=True) if has_reversed]


def _scale_name(instrument: Instrument, item_id: str) -> str:
    item = instrument.item(item_id)
    return item.scale or instrument.construct(item.construct_id).scale or instrument.header.default_scale


def attention_outcomes(responses: Responses, plan: CleaningPlan) -> list[RuleOutcome]:
    """Judge every attention check that the file holds and the plan does not switch off."""
    if responses.instrument is None or not plan.attention:
        return []
    judged = [c for c in responses.instrument.attention if plan.attention_checks.get(c.id, True)]
    outcomes = [_judge(check, responses, responses.instrument) for check in judged]
    return [outcome for outcome in outcomes if outcome is not None]


def _judge(check: AttentionCheck, responses: Responses, instrument: Instrument) -> RuleOutcome | None:
    if check.kind == "antonyms":
        pairs = [pair for pair in check.pairs if all(i in responses.frame.columns for i in pair)]
        if len(pairs) < 2:
            return None
        first = raw_answers(responses, [a for a, _ in pairs])
        second = raw_answers(responses, [b for _, b in pairs])
        return screen_antonyms(first, second, instrument.scale_of(instrument.item(pairs[0][0])), check)
    if check.id not in responses.frame.columns or check.kind == "diligence":
        return None
    values = responses.frame[check.id].to_numpy(dtype=float)
    if check.kind == "instructed":
        return screen_instructed(values, responses.reasons[check.id].to_numpy(dtype=object), check)
    if check.kind == "bogus":
        return screen_bogus(values, check)
    if check.pair is None or check.pair not in responses.frame.columns:
        return None
    return screen_paraphrase(values, raw_answers(responses, [check.pair])[:, 0], check)


@dataclass(frozen=True)
class Screening:
    """
    All rules on all respondents.

    Attributes
    ----------
    outcomes : tuple of RuleOutcome
    table : DataFrame, shape (n_respondents, ...)
        One record a respondent; see :func:`screen_responses`.
    """

    outcomes: tuple[RuleOutcome, ...]
    table: pd.DataFrame

    def families(self) -> list[set[str]]:
        """Return the families that flag each respondent."""
        found: list[set[str]] = [set() for _ in range(len(self.table))]
        for outcome in self.outcomes:
            for position in np.flatnonzero(outcome.flagged) if outcome.family else ():
                found[position].add(outcome.family)
        return found


def screen_responses(responses: Responses, plan: CleaningPlan | None = None) -> pd.DataFrame:
    """
    Screen every respondent, dropping nobody.

    Parameters
    ----------
    responses : Responses
    plan : CleaningPlan, optional
        Thresholds and switches; the stated conventions by default.

    Returns
    -------
    DataFrame
        One record a respondent: ``id`` (row of the file), ``longstring`` (items, over the whole
        questionnaire), ``longstring_block`` (items, over the blocks that are judged), ``irv`` (scale points),
        ``mahalanobis`` (squared), ``mahalanobis_p``, ``psychsyn``, ``evenodd`` (higher = more careless),
        ``seconds``, ``seconds_per_item``, ``missing_share``, ``attention_failed`` (check ids),
        ``duplicate_of`` and ``identical_to`` (rows), ``families`` and ``flags`` (rule names). NaN where
        nothing could be judged.

    Examples
    --------
    >>> screen_responses(responses).query("longstring > 20")  # doctest: +SKIP
    """
    return screen_all(responses, plan or CleaningPlan()).table


def screen_all(responses: Responses, plan: CleaningPlan) -> Screening:
    """Apply every rule of the plan; the outcomes by rule and the record by respondent."""
    n = responses.n
    rows = np.asarray(responses.rows, dtype=np.int64)
    answers = raw_answers(responses, responses.item_ids)
    shares = missing_share(item_reasons(responses))
    blank = np.full(n, np.nan)
    outcomes: list[RuleOutcome] = []
    seconds = responses.paradata["seconds"].to_numpy(dtype=float) if "seconds" in responses.paradata else blank
    per_item = seconds_per_item(seconds, responses.reasons.to_numpy(dtype=object))
    if plan.speed and np.isfinite(seconds).any():
        outcomes.append(screen_speed(seconds, per_item, plan))
    judged_run = _longstring_outcome(responses, plan)
    outcomes += [judged_run] if judged_run is not None and plan.longstring else []
    irv = _irv_outcome(responses, plan)
    outcomes += [irv] if irv is not None and plan.irv else []
    identical, same_as = screen_identical(answers, rows, plan)
    outcomes += [identical] if plan.identical_answers else []
    outcomes += attention_outcomes(responses, plan)
    unusual, p = _mahalanobis_outcome(responses, plan)
    outcomes += [unusual] if plan.mahalanobis else []
    table = pd.DataFrame(
        {
            "id": rows,
            "longstring": longstring(answers),
            "longstring_block": blank if judged_run is None else judged_run.values,
            "irv": blank if irv is None else irv.values,
            "mahalanobis": unusual.values,
            "mahalanobis_p": p,
            "psychsyn": psychometric_synonyms(_always_asked(responses))[0] if n > 2 else blank,
            "evenodd": _even_odd(responses),
            "seconds": seconds,
            "seconds_per_item": per_item,
            "missing_share": shares,
            "attention_failed": _names_of(outcomes, n, "subject", {"attention"}),
            "duplicate_of": _duplicates(responses, shares, plan) if plan.duplicates else blank,
            "identical_to": same_as,
        }
    )
    table["families"] = _names_of(outcomes, n, "family")
    table["flags"] = _names_of(outcomes, n, "rule")
    return Screening(tuple(outcomes), table)


def _names_of(
    outcomes: Sequence[RuleOutcome], n: int, what: str, families: set[str] | None = None
) -> list[tuple[str, ...]]:
    names: list[dict[str, None]] = [{} for _ in range(n)]
    for outcome in outcomes:
        if families is None or outcome.family in families:
            for position in np.flatnonzero(outcome.flagged):
                names[position][str(getattr(outcome, what))] = None
    return [tuple(name for name in found if name) for found in names]


def _longstring_outcome(responses: Responses, plan: CleaningPlan) -> RuleOutcome | None:
    if responses.instrument is None:
        return None
    blocks = reversal_blocks(responses.instrument, responses.item_ids)
    return screen_longstring([raw_answers(responses, block) for block in blocks], plan)


def _irv_outcome(responses: Responses, plan: CleaningPlan) -> RuleOutcome | None:
    if responses.instrument is None:
        return None
    by_range: dict[tuple[float, float], list[str]] = {}
    for item_id in responses.item_ids:
        scale = responses.instrument.scale_of(responses.instrument.item(item_id))
        if scale.kind == "ordinal" and scale.min is not None and scale.max is not None:
            by_range.setdefault((scale.min, scale.max), []).append(item_id)
    if not by_range:
        return None
    (low, high), ids = max(by_range.items(), key=lambda pair: len(pair[1]))
    return screen_irv(raw_answers(responses, ids), high - low, plan)


def _always_asked(responses: Responses) -> NDArray[np.float64]:
    instrument = responses.instrument
    ids = [i for i in responses.item_ids if instrument is None or instrument.item(i).ask_if is None]
    answers = raw_answers(responses, ids)
    with np.errstate(invalid="ignore"):
        varies = np.array([np.nanstd(c) > 0 if np.isfinite(c).sum() > 1 else False for c in answers.T], dtype=bool)
    return answers[:, varies]


def _mahalanobis_outcome(responses: Responses, plan: CleaningPlan) -> tuple[RuleOutcome, Vector]:
    answers = _always_asked(responses)
    if answers.shape[1] and responses.n > answers.shape[1]:
        return screen_mahalanobis(answers, plan)
    blank = np.full(responses.n, np.nan)
    return RuleOutcome("mahalanobis", "", "", blank, plan.mahalanobis_p, np.zeros(responses.n, dtype=bool)), blank


def _even_odd(responses: Responses) -> Vector:
    if responses.instrument is None:
        return np.full(responses.n, np.nan)
    ids = list(responses.item_ids)
    answers = raw_answers(responses, ids)
    place: Mapping[str, int] = {item_id: i for i, item_id in enumerate(ids)}
    for item_id, i in place.items():
        item = responses.instrument.item(item_id)
        scale = responses.instrument.scale_of(item)
        if item.reversed and scale.min is not None and scale.max is not None:
            answers[:, i] = scale.min + scale.max - answers[:, i]
    constructs = responses.instrument.constructs_in()
    return even_odd(answers, [[place[i.id] for i in c.items if i.id in place] for c in constructs])


def _duplicates(responses: Responses, shares: Vector, plan: CleaningPlan) -> Vector:
    if "fingerprint" not in responses.paradata:
        return np.full(responses.n, np.nan)
    moments: Vector | None = None
    for role in ("finished", "started"):
        if role in responses.paradata and moments is None:
            stamps = pd.to_datetime(responses.paradata[role])
            moments = np.asarray((stamps - pd.Timestamp(0)).dt.total_seconds(), dtype=np.float64)
    return duplicates_of(
        list(responses.paradata["fingerprint"]),
        shares <= plan.max_missing_share,
        moments,
        np.asarray(responses.rows, dtype=np.int64),
        plan.window_days,
    )
