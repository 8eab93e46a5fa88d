"""Screening: every rule on every respondent, dropping nobody.

:mod:`wxsat.responses.clean` asks for two families of evidence before anyone leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wxsat.errors import require_kind
from wxsat.responses.attention import attention_outcomes
from wxsat.responses.indices import Asked, careless_indices
from wxsat.responses.paradata import PAGE_SECONDS
from wxsat.responses.plan import CleaningPlan
from wxsat.responses.raw_answers import raw_answers, reversal_blocks, widest_scale
from wxsat.responses.responses import Responses
from wxsat.responses.rules import (
    Family,
    RuleOutcome,
    Vector,
    duplicates_of,
    earlier_within,
    missing_share,
    screen_identical,
    screen_irv,
    screen_longstring,
    screen_mahalanobis,
    screen_speed,
    seconds_per_item,
)
from wxsat.responses.thresholds import screen_thresholds

RECORD = (
    "id", "longstring", "longstring_mean", "longstring_block", "longstring_page", "irv", "irv_first", "irv_middle",
    "irv_last", "mahalanobis", "mahalanobis_p", "psychsyn", "psychant", "semantic_synonyms", "semantic_antonyms",
    "evenodd", "person_fit", "cycle", "autocorrelation", "seconds", "seconds_per_item", "seconds_relative",
    "seconds_fastest_page", "missing_share", "attention_failed", "duplicate_of", "identical_to", "same_address_as",
    "families", "check", "flags",
)  # fmt: skip


def item_reasons(responses: Responses) -> NDArray[np.object_]:
    """Return the missing reasons of the items, shape (n, n_items)."""
    ids = [i for i in responses.item_ids if i in responses.reasons.columns]
    return responses.reasons[ids].to_numpy(dtype=object)


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
        """Return the families of evidence against each respondent: rules that the plan lets exclude."""
        found: list[set[str]] = [set() for _ in range(len(self.table))]
        for outcome in self.outcomes:
            for position in np.flatnonzero(outcome.flagged) if outcome.is_evidence else ():
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
        One record a respondent. ``id`` (row of the file); ``longstring`` (items, over the whole questionnaire),
        ``longstring_mean``, ``longstring_block`` (over the blocks that are judged), ``longstring_page`` (over the
        plan's pages); ``irv`` and its thirds ``irv_first irv_middle irv_last`` (scale points); ``mahalanobis``
        (squared), ``mahalanobis_p``; ``psychsyn``, ``psychant``, ``semantic_synonyms``, ``semantic_antonyms``;
        ``evenodd`` (higher = more careless); ``person_fit`` (normed Guttman errors); ``cycle`` (items),
        ``autocorrelation``; ``seconds``, ``seconds_per_item``, ``seconds_relative`` (to the median an item),
        ``seconds_fastest_page``; ``missing_share``; ``attention_failed`` (check ids); ``duplicate_of``,
        ``identical_to``, ``same_address_as`` (rows); ``families`` (of evidence), ``check`` (rules to be looked at)
        and ``flags`` (all rules). NaN where nothing could be judged.

    Raises
    ------
    StudyError
        RESP-090 for a page of the plan with items that the instrument does not have.

    Examples
    --------
    >>> screen_responses(responses).query("longstring > 20")  # doctest: +SKIP
    """
    return screen_all(responses, plan or CleaningPlan()).table


def screen_all(responses: Responses, plan: CleaningPlan) -> Screening:
    """Apply every rule of the plan; the outcomes by rule and the record by respondent."""
    require_kind(responses, Responses, "responses", "answers as read", "wxsat.read_responses() makes them.")
    n = responses.n
    rows = np.asarray(responses.rows, dtype=np.int64)
    asked = Asked(responses.item_ids, raw_answers(responses, responses.item_ids), responses.instrument)
    shares = missing_share(item_reasons(responses))
    table: dict[str, Any] = {"id": rows, **careless_indices(asked, plan), **_times(responses)}
    judged_run = _longstring_outcome(responses, plan)
    irv = _irv_outcome(asked, plan)
    identical, same_as = screen_identical(asked.raw, rows, plan)
    unusual, p = _mahalanobis_outcome(asked, plan)
    blank = np.full(n, np.nan)
    table |= {
        "longstring_block": blank if judged_run is None else judged_run.values,
        "irv": blank if irv is None else irv.values,
        "mahalanobis": unusual.values,
        "mahalanobis_p": p,
        "missing_share": shares,
        "duplicate_of": _duplicates(responses, shares, plan) if plan.duplicates else blank,
        "identical_to": same_as,
        "same_address_as": _same_address(responses, plan),
    }
    outcomes: list[RuleOutcome] = []
    if plan.speed and np.isfinite(table["seconds"]).any():
        outcomes.append(screen_speed(table["seconds"], table["seconds_per_item"], plan))
    outcomes += [judged_run] if judged_run is not None and plan.longstring else []
    outcomes += [irv] if irv is not None and plan.irv else []
    outcomes += [identical] if plan.identical_answers else []
    outcomes += attention_outcomes(responses, plan)
    outcomes += [unusual] if plan.mahalanobis else []
    outcomes += screen_thresholds(table, plan)
    acted = tuple(_with_action(outcome, plan) for outcome in outcomes)
    table["attention_failed"] = _names_of(acted, n, "subject", lambda o: o.family == "attention")
    table["families"] = _names_of(acted, n, "family", lambda o: o.is_evidence)
    table["check"] = _names_of(acted, n, "rule", lambda o: o.action == "check")
    table["flags"] = _names_of(acted, n, "rule", lambda o: True)
    return Screening(acted, pd.DataFrame({name: table[name] for name in RECORD}))


def _with_action(outcome: RuleOutcome, plan: CleaningPlan) -> RuleOutcome:
    action = plan.action_of(outcome.rule)
    # An unusual vector is no evidence by itself: it joins a family only where a plan says so.
    family: Family = "consistency" if outcome.rule == "mahalanobis" and action == "exclude" else outcome.family
    return replace(outcome, action=action, family=family)


def _times(responses: Responses) -> dict[str, Vector]:
    blank = np.full(responses.n, np.nan)
    seconds = responses.paradata["seconds"].to_numpy(dtype=float) if "seconds" in responses.paradata else blank
    per_item = seconds_per_item(seconds, responses.reasons.to_numpy(dtype=object))
    known = per_item[np.isfinite(per_item)]
    median = float(np.median(known)) if len(known) else float("nan")
    pages = [c for c in responses.paradata.columns if str(c).startswith(PAGE_SECONDS)]
    fastest = responses.paradata[pages].min(axis=1).to_numpy(dtype=float) if pages else blank
    return {
        "seconds": seconds,
        "seconds_per_item": per_item,
        "seconds_relative": per_item / median if median > 0 else blank,
        "seconds_fastest_page": fastest,
    }


def _names_of(
    outcomes: Sequence[RuleOutcome], n: int, what: str, chosen: Callable[[RuleOutcome], bool]
) -> list[tuple[str, ...]]:
    names: list[dict[str, None]] = [{} for _ in range(n)]
    for outcome in filter(chosen, outcomes):
        for position in np.flatnonzero(outcome.flagged):
            names[position][str(getattr(outcome, what))] = None
    return [tuple(name for name in found if name) for found in names]


def _longstring_outcome(responses: Responses, plan: CleaningPlan) -> RuleOutcome | None:
    if responses.instrument is None:
        return None
    blocks = reversal_blocks(responses.instrument, responses.item_ids)
    return screen_longstring([raw_answers(responses, block) for block in blocks], plan)


def _irv_outcome(asked: Asked, plan: CleaningPlan) -> RuleOutcome | None:
    wide = None if asked.instrument is None else widest_scale(asked.instrument, asked.item_ids)
    if wide is None:
        return None
    ids, width = wide
    return screen_irv(asked.raw[:, asked.columns(ids)], width, plan)


def _mahalanobis_outcome(asked: Asked, plan: CleaningPlan) -> tuple[RuleOutcome, Vector]:
    answers = asked.always_asked()
    n = len(answers)
    if answers.shape[1] and n > answers.shape[1]:
        return screen_mahalanobis(answers, plan)
    blank = np.full(n, np.nan)
    return RuleOutcome("mahalanobis", "", "", blank, plan.mahalanobis_p, np.zeros(n, dtype=bool)), blank


def _duplicates(responses: Responses, shares: Vector, plan: CleaningPlan) -> Vector:
    if "fingerprint" not in responses.paradata:
        return np.full(responses.n, np.nan)
    return duplicates_of(
        list(responses.paradata["fingerprint"]),
        shares <= plan.max_missing_share,
        _moments(responses),
        np.asarray(responses.rows, dtype=np.int64),
        plan.window_days,
    )


def _moments(responses: Responses) -> Vector | None:
    """Return the seconds at which each was handed in, or begun; None when the file holds neither."""
    for role in ("finished", "started"):
        if role in responses.paradata:
            stamps = pd.to_datetime(responses.paradata[role])
            return np.asarray((stamps - pd.Timestamp(0)).dt.total_seconds(), dtype=np.float64)
    return None


def _same_address(responses: Responses, plan: CleaningPlan) -> Vector:
    """Return the row of the last earlier answer from the same address within the plan's minutes."""
    moments = _moments(responses)
    if "address" not in responses.paradata or plan.address_window_minutes is None or moments is None:
        return np.full(responses.n, np.nan)
    rows = np.asarray(responses.rows, dtype=np.int64)
    return earlier_within(list(responses.paradata["address"]), moments, rows, 60.0 * plan.address_window_minutes)
