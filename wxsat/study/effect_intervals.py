"""Bootstrap intervals of a study's paths and effects, whole accounts drawn where there are enough of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from wxsat.errors import WxsatError
from wxsat.finding import Finding
from wxsat.present.content import EffectIntervals, FittedModel
from wxsat.study.weights import WEIGHT_COLUMN

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.responses.responses import CleanResponses
    from wxsat.sem.bootstrap.result import BootstrapResult
    from wxsat.sem.result import SemResult
    from wxsat.study.prepare import Prepared

DRAWS = 1000
KEY = ("kind", "outcome", "source", "group")
# Fewer accounts than this give too few different samples of accounts; the diagnosis warns from here on as well.
FEWEST_ACCOUNTS = 20
# An error that is larger by this factor once accounts are drawn whole is told (a convention).
TOLD_FROM = 1.25


def add_intervals(
    prepared: Prepared, responses: CleanResponses, models: tuple[FittedModel, ...], cluster: str | None
) -> tuple[tuple[FittedModel, ...], tuple[Finding, ...]]:
    """
    Return the models with bootstrap intervals of their paths and effects, and what these say about the errors.

    Parameters
    ----------
    prepared : Prepared
        ``study.bootstrap`` draws; left out, 1,000 of models fitted by maximum likelihood and none of ordinal ones,
        whose draws take minutes.
    responses : CleanResponses
    models : tuple of FittedModel
        Those that must not be read get none.
    cluster : str or None
        Column of the accounts. Where 20 or more were sampled they are drawn whole, so that the intervals allow for
        respondents of one account being alike; respondents are drawn one by one otherwise.

    Returns
    -------
    (tuple of FittedModel, tuple of Finding)
        ``STUDY-103`` for a model with an error at least a quarter larger than its table of paths says.
    """
    study = prepared.study
    draws = study.bootstrap if study.bootstrap is not None else DRAWS if study.estimator == "ML" else 0
    sampled = study.diagnosis.accounts == "sampled"
    accounts = int(responses.frame[cluster].nunique()) if cluster is not None and sampled else 0
    unit = cluster if accounts >= FEWEST_ACCOUNTS else None
    texts = {model.id: model.text for model in prepared.models}
    found, findings = [], []
    for model in models:
        if model.result is None or model.result.refused or not draws:
            found.append(model)
            continue
        intervals = _intervals(prepared, texts[model.id], responses, model.result, draws, unit, accounts)
        found.append(replace(model, intervals=intervals))
        findings += _larger_errors(model.id, intervals) if intervals is not None and unit is not None else []
    return tuple(found), tuple(findings)


def _intervals(
    prepared: Prepared, text: str, responses: CleanResponses, result: SemResult, draws: int, unit: str | None,
    accounts: int,
) -> EffectIntervals | None:  # fmt: skip
    from wxsat.sem.bootstrap.run import bootstrap_sem

    try:
        fit = result if unit is None else _fit_knowing(unit, prepared, text, responses, result)
        drawn = bootstrap_sem(fit, draws=draws, seed=prepared.study.seed)
    except WxsatError:
        return None  # hardly any draw has a solution: the delta-method errors stand alone
    return EffectIntervals(_frame(result, drawn), drawn.counts["used"], prepared.study.seed, accounts if unit else 0)


def _fit_knowing(
    unit: str, prepared: Prepared, text: str, responses: CleanResponses, result: SemResult
) -> SemResult:  # fmt: skip
    """Return the same fit with the accounts as clusters, which its draws keep whole."""
    from wxsat.sem.fit import fit_sem

    weights = WEIGHT_COLUMN if prepared.study.weights is not None else None
    if prepared.study.estimator == "ML":
        return fit_sem(text, responses, cluster=unit, weights=weights)
    ordered = list(result.table.ordered)
    return fit_sem(text, responses, cluster=unit, weights=weights, estimator=prepared.study.estimator, ordered=ordered)


def _frame(result: SemResult, drawn: BootstrapResult) -> pd.DataFrame:
    """Return paths, then the effects that the model defines, or its indirect effects where it defines none."""
    import pandas as pd

    own = result.parameters.rename(columns={"op": "kind", "lhs": "outcome", "rhs": "source"})
    own = pd.concat([own, result.effects], ignore_index=True)[[*KEY, "estimate", "std_error"]]
    kinds = ["~", ":=" if (own["kind"] == ":=").any() else "indirect"]
    raw = drawn.intervals[drawn.intervals["scale"] == "raw"]
    raw = raw.rename(columns={"op": "kind", "lhs": "outcome", "rhs": "source", "std_error": "bootstrap_error"})
    drawn_of = raw[[*KEY, "bootstrap_error", "ci_lower", "ci_upper"]]
    joined = own[own["kind"].isin(kinds)].merge(drawn_of, on=list(KEY), how="inner", validate="one_to_one")
    return joined.sort_values("kind", key=lambda kind: kind.map(kinds.index), kind="stable", ignore_index=True)


def _larger_errors(model: str, intervals: EffectIntervals) -> list[Finding]:
    """Say where errors that know nothing of accounts are too small."""
    frame = intervals.frame
    ratio = frame["bootstrap_error"] / frame["std_error"].where(frame["std_error"] > 0)
    if not ratio.max() >= TOLD_FROM:
        return []
    worst = frame.iloc[int(np.nanargmax(ratio.to_numpy(np.float64)))]
    name = f"{worst['outcome']} ~ {worst['source']}" if worst["kind"] != ":=" else str(worst["outcome"])
    count, largest = int((ratio >= TOLD_FROM).sum()), float(ratio.max())
    message = (
        f"{model}: with whole accounts drawn, {count} of {len(frame)} standard errors are at least {TOLD_FROM:g} times "
        f"those of the model's own tables (up to {largest:.2f} times, {name}); read the bootstrap intervals."
    )
    evidence = {"model": model, "n": count, "n_all": len(frame), "ratio": largest, "name": name, "limit": TOLD_FROM}
    return [Finding("STUDY-103", "warning", model, message, evidence)]
