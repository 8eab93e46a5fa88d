"""Rules that are one threshold on one index: judged only where the plan gives the threshold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import numpy as np

from wxsat.responses.plan import CleaningPlan
from wxsat.responses.rules import Family, RuleOutcome


class ThresholdRule(NamedTuple):
    """A rule, its family, the index that it judges, the plan's field, and which side of it is flagged."""

    rule: str
    family: Family
    measure: str
    threshold: str
    flagged: Literal["below", "above", "from"]


THRESHOLD_RULES: tuple[ThresholdRule, ...] = (
    ThresholdRule("page_speed", "time", "seconds_fastest_page", "min_seconds_per_page", "below"),
    ThresholdRule("longstring_page", "pattern", "longstring_page", "max_longstring_page", "above"),
    ThresholdRule("cycle", "pattern", "cycle", "min_cycle", "from"),
    ThresholdRule("autocorrelation", "pattern", "autocorrelation", "max_autocorrelation", "above"),
    ThresholdRule("psychsyn", "consistency", "psychsyn", "min_psychsyn", "below"),
    ThresholdRule("psychant", "consistency", "psychant", "max_psychant", "above"),
    ThresholdRule("semantic_synonyms", "consistency", "semantic_synonyms", "min_semantic_synonyms", "below"),
    ThresholdRule("semantic_antonyms", "consistency", "semantic_antonyms", "max_semantic_antonyms", "above"),
    ThresholdRule("evenodd", "consistency", "evenodd", "max_evenodd", "above"),
    ThresholdRule("person_fit", "consistency", "person_fit", "max_person_fit", "above"),
)


def screen_thresholds(indices: Mapping[str, Any], plan: CleaningPlan) -> list[RuleOutcome]:
    """
    Flag by every threshold that the plan gives, and those who share an address with an earlier respondent.

    Parameters
    ----------
    indices : mapping of str to ndarray, shape (n_respondents,)
        NaN is never flagged.
    plan : CleaningPlan
    """
    outcomes = []
    for rule in THRESHOLD_RULES:
        limit = getattr(plan, rule.threshold)
        if limit is None:
            continue
        values = np.asarray(indices[rule.measure], dtype=float)
        with np.errstate(invalid="ignore"):
            flagged = {"below": values < limit, "above": values > limit, "from": values >= limit}[rule.flagged]
        outcomes.append(RuleOutcome(rule.rule, rule.family, "", values, float(limit), flagged))
    shared = np.asarray(indices["same_address_as"], dtype=float)
    if np.isfinite(shared).any() and plan.address_window_minutes is not None:
        outcomes.append(
            RuleOutcome("same_address", "duplicate", "", shared, plan.address_window_minutes, np.isfinite(shared))
        )
    return outcomes
