"""Weights in a study: margins read before anything runs, laid over the clean answers, kept as one more column."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from wxsat.errors import Fault, StudyError
from wxsat.present.content import OutcomeFigures

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.instrument.instrument import Instrument
    from wxsat.responses.responses import CleanResponses
    from wxsat.sampling.cells import MissingRule
    from wxsat.sampling.margins import Margins
    from wxsat.sampling.weighting import Weighting
    from wxsat.study.study import Study

WEIGHT_COLUMN = "sampling_weight"
FLOW_STEP = "weights"


def read_margins(study: Study, where: str, faults: list[Fault]) -> Margins | None:
    """Return the margins that a study names, None without any; what is wrong with them is added to the faults."""
    from pathlib import Path

    from wxsat.sampling.load_margins import load_margins

    plan = study.weights
    if plan is None or plan.margins is None:
        return None
    source = plan.margins
    try:
        return load_margins((study.folder or Path()) / source if isinstance(source, str) else source)
    except StudyError as error:
        faults.extend(replace(f, where=f"{where}: weights, {f.where}") for f in error.faults)
        return None


def kept_columns(study: Study, margins: Margins | None, instrument: Instrument) -> list[str]:
    """Return the columns of the answers that only the weights need: they must be read along."""
    if study.weights is None:
        return []
    asked = {item.id for item in instrument.items_in()} | {question.id for question in instrument.background}
    names = [name for m in margins.margins for name in m.variables] if margins is not None else []
    names += [*(margins.totals if margins is not None else {})]
    names += [study.weights.base_weight] if study.weights.base_weight else []
    return [name for name in dict.fromkeys(names) if name not in asked and name != study.data.account]


def weigh(study: Study, margins: Margins | None, responses: CleanResponses) -> tuple[CleanResponses, Weighting | None]:
    """
    Return the answers with a column of weights, and how the weights came about.

    With the rule ``drop`` respondents without an answer to a margin variable leave the analysis, and the flow says so.

    Raises
    ------
    DataError, EstimationError
        As :func:`wxsat.weight_responses`.
    """
    plan = study.weights
    if plan is None:
        return responses, None
    import numpy as np

    from wxsat.sampling.weighting import describe_weights, weight_responses

    if margins is None:
        weighting = describe_weights(responses.frame, plan.base_weight)
    else:
        rule: MissingRule = plan.missing
        weighting = weight_responses(
            _in_words(responses.frame, margins, responses.instrument),
            margins,
            method=plan.method,
            bounds=plan.bounds,
            trim=plan.trim,
            base_weight=plan.base_weight,
            missing=rule,
        )
    keep = ~np.isnan(weighting.weights)
    weighted = replace(responses, frame=responses.frame.assign(**{WEIGHT_COLUMN: weighting.weights}))
    return (weighted if keep.all() else _without(weighted, keep)), weighting


def _without(responses: CleanResponses, keep: Any) -> CleanResponses:
    import numpy as np
    import pandas as pd

    gone = int((~keep).sum())
    reason = "no answer to a margin variable"
    step = {"step": FLOW_STEP, "n_left": int(keep.sum()), "n_dropped": gone, "reason": reason}
    rows = np.asarray(responses.rows)[keep]
    return replace(
        responses,
        frame=responses.frame.loc[keep].reset_index(drop=True),
        reasons=responses.reasons.loc[keep].reset_index(drop=True),
        paradata=responses.paradata.loc[keep].reset_index(drop=True),
        rows=rows,
        single_flag_rows=tuple(row for row in responses.single_flag_rows if row in set(rows.tolist())),
        flow=pd.concat([responses.flow, pd.DataFrame([step])], ignore_index=True),
        log=(*responses.log, f"{gone} respondents have no weight: {reason}."),
    )


def _in_words(frame: pd.DataFrame, margins: Margins, instrument: Instrument | None) -> pd.DataFrame:
    """Return the frame with the codes of margin variables in the words that the margins use."""
    questions = {q.id: q for q in instrument.background} if instrument is not None else {}
    changed = {}
    for margin in margins.margins:
        for position, name in enumerate(margin.variables):
            levels = {level[position] for level in (*margin.levels, *margin.unknown)}
            question = questions.get(name)
            if question is None or name not in frame.columns:
                continue
            words = {
                choice.code: word
                for choice in question.choices
                for word in (choice.text.zh, choice.text.en)
                if word in levels
            }
            if words:
                changed[name] = frame[name].map(words).where(frame[name].isin(list(words)), frame[name])
    return frame.assign(**changed)


def outcome_figures(study: Study) -> OutcomeFigures | None:
    """Return the outcome rates that the study's counts give; None without counts."""
    from wxsat.sampling.response_rates import evaluate_outcome_rates, evaluate_web_rates

    plan = study.sampling
    if plan is None or not (plan.dispositions or plan.funnel):
        return None
    aapor = evaluate_outcome_rates(plan.dispositions, e=plan.eligible_share).rates if plan.dispositions else {}
    web = evaluate_web_rates(plan.funnel) if plan.funnel else None
    funnel = {} if web is None else {
        "view": web.view_rate, "participation": web.participation_rate, "completion": web.completion_rate,
    }  # fmt: skip
    return OutcomeFigures(
        {k: v for k, v in aapor.items() if v is not None}, {k: v for k, v in funnel.items() if v is not None}
    )
