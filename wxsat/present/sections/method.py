"""Method: what a citable figure must carry, and honest gaps where the study file is silent."""

from __future__ import annotations

from wxsat.instrument.instrument import Label
from wxsat.present.document import Bullets, Paragraph, Section
from wxsat.present.draft import Draft


def describe_method(draft: Draft) -> Section:
    """Write the method section."""
    lines = [*fieldwork_lines(draft), *instrument_lines(draft), *_analysis(draft)]
    blocks = (Paragraph(draft.text("method.intro"), "note"), Bullets(tuple(lines)))
    return Section("method", draft.text("method.title"), blocks)


def stated(draft: Draft, label: Label) -> str:
    """Return what the study file says of a topic, or that it says nothing."""
    value = label.text(draft.language).strip().rstrip("。.")
    return value or draft.text("not_stated")


def fieldwork_lines(draft: Draft) -> list[str]:
    """Return who was asked, how, when, and on whose account, one line a topic."""
    notes = draft.content.notes
    kind = draft.text("method.probability_yes" if notes.probability else "method.probability_no")
    lines = [
        draft.text("method.population", value=stated(draft, notes.population)),
        draft.text("method.sampling", value=stated(draft, notes.sampling), kind=kind),
        draft.text("method.mode", value=stated(draft, notes.mode)),
    ]
    if notes.start and notes.end:
        lines.append(draft.text("method.dates", start=notes.start, end=notes.end))
    else:
        lines.append(draft.text("method.dates_missing"))
    topics = {"response": notes.response, "consent": notes.consent, "sponsor": notes.sponsor, "legal": notes.legal}
    lines += [draft.text(f"method.{topic}", value=stated(draft, label)) for topic, label in topics.items()]
    return lines


def instrument_lines(draft: Draft) -> list[str]:
    """Return with what was asked and what counts as missing; nothing without an instrument."""
    content = draft.content
    if content.instrument is None:
        return []
    lines = [
        draft.text(
            "method.instrument",
            title=content.instrument.header.title.text(draft.language) or content.instrument.id,
            id=content.instrument.id,
            version=content.instrument.header.version,
            form=draft.text(f"form.{content.form or 'all'}"),
        )
    ]
    if content.responses is not None and _has_dont_know(draft):
        reasons = content.responses.reasons
        share = float((reasons == "dont_know").to_numpy().mean()) if reasons.size else 0.0
        shown = draft.share("sample.dont_know_share", share, source="wxsat.responses.code")
        lines.append(draft.text("method.dont_know", share=shown))
    return lines


def _bootstrapped(draft: Draft) -> list[str]:
    """Say what was drawn for the intervals of paths and effects."""
    drawn = next((model.intervals for model in draft.content.models if model.intervals is not None), None)
    if drawn is None:
        return []
    unit = "accounts" if drawn.n_accounts else "respondents"
    said = {"draws": draft.count("intervals.draws", drawn.draws, "wxsat.sem.bootstrap")}
    return [draft.text(f"method.intervals_{unit}", **said)]


def _has_dont_know(draft: Draft) -> bool:
    instrument = draft.instrument
    return instrument is not None and any(scale.dk is not None for scale in instrument.scales.values())


def _analysis(draft: Draft) -> list[str]:
    content = draft.content
    lines = [*describe_outcomes(draft), describe_weighting(draft)]
    if content.diagnosis is not None:
        lines.append(draft.text("method.scores"))
    fitted = "method.estimator" if content.weighting is None else "method.estimator_weighted"
    if any(model.result is not None and model.result.table.ordered for model in content.models):
        fitted = "method.estimator_ordinal"
    lines.append(draft.text(fitted if content.models else "method.estimator_none"))
    lines += _bootstrapped(draft)
    if content.diagnosis is not None:
        settings = content.diagnosis.settings
        lines.append(
            draft.text(
                "method.intervals",
                draws=draft.count("diagnosis.draws", int(settings["draws"]["value"]), "wxsat.study.study"),
                seed=int(settings["seed"]["value"]),
            )
        )
    lines.append(draft.text("method.convention"))
    return lines


def margin_names(draft: Draft) -> str:
    """Return the margins of the weights in words, or the column that held them."""
    weighting = draft.content.weighting
    if weighting is None:
        return ""
    names = list(dict.fromkeys(weighting.margins["variable"].astype(str)))
    questions = {q.id: q.text.text(draft.language) for q in draft.instrument.background} if draft.instrument else {}
    shown = (" × ".join(questions.get(part, part) for part in name.split("*")) for name in names)
    return draft.join(shown) or str(weighting.settings["base_weight"])


def describe_weighting(draft: Draft) -> str:
    """Return how the answers were weighted and what it costs."""
    weighting = draft.content.weighting
    if weighting is None:
        return draft.text("method.weighting")
    source = "wxsat.sampling.weight_quality"
    figures = {
        "deff": draft.number("weights.deff", weighting.deff, 2, source),
        "effective": draft.number("weights.n_effective", weighting.n_effective, 0, source),
    }
    settings = weighting.settings
    if weighting.method == "given":
        return draft.text("method.weighting_given", column=settings["base_weight"], **figures)
    options = ""
    if settings["bounds"]:
        low, high = settings["bounds"]
        options += draft.text("method.weighting_bounds", low=f"{low:g}", high=f"{high:g}")
    if settings["trim"]:
        options += draft.text("method.weighting_trim", limit=f"{settings['trim'][1]:g}")
    method = draft.text(f"method.weighting_method.{weighting.method}")
    said = {"method": method, "margins": margin_names(draft), "options": options}
    return draft.text("method.weighting_margins", **said, **figures)


def describe_outcomes(draft: Draft) -> list[str]:
    """Outcome rates: AAPOR's only of a probability sample, the funnel's of any."""
    outcomes = draft.content.outcomes
    if outcomes is None:
        return []
    source = "wxsat.sampling.response_rates"
    lines = []
    if outcomes.aapor and draft.content.notes.probability:
        shown = [f"{k} {draft.share(f'rates.{k}', value, source=source)}" for k, value in outcomes.aapor.items()]
        lines.append(draft.text("method.aapor", rates=draft.join(shown)))
    if outcomes.funnel:
        shown = [
            f"{draft.text(f'method.funnel_rate.{name}')} {draft.share(f'rates.{name}', value, source=source)}"
            for name, value in outcomes.funnel.items()
        ]
        lines.append(draft.text("method.funnel", rates=draft.join(shown)))
    return lines
