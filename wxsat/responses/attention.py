"""The instrument's own attention checks, judged: instructed, bogus, paraphrased and antonymous items."""

from __future__ import annotations

from wxsat.instrument.instrument import AttentionCheck, Instrument
from wxsat.responses.plan import CleaningPlan
from wxsat.responses.raw_answers import raw_answers
from wxsat.responses.responses import Responses
from wxsat.responses.rules import (
    RuleOutcome,
    screen_antonyms,
    screen_bogus,
    screen_instructed,
    screen_paraphrase,
)


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
