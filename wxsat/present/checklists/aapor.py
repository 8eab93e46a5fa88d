"""AAPOR's disclosure elements (Code of Professional Ethics and Practices, revised April 2021)."""

from __future__ import annotations

from wxsat.present.checklists.answer import Answer, Item, Run


def _strategy(run: Run) -> Answer:
    return run.done(run.say(f"text.design_{run.draft.content.notes.design}"), run.section("report.method.title"))


def _sponsor(run: Run) -> Answer:
    notes = run.draft.content.notes
    return run.stated(notes.sponsor, "sponsor", notes.organisation.text(run.draft.language))


def _instrument(run: Run) -> Answer:
    instrument = run.draft.content.instrument
    if instrument is None:
        return Answer("not_applicable")
    return run.done(f"{instrument.id} {instrument.header.version}", run.section("report.appendix.title"))


def _dates(run: Run) -> Answer:
    notes = run.draft.content.notes
    if not (notes.start and notes.end):
        return Answer("missing", key="fieldwork.start, fieldwork.end")
    return run.done(run.draft.words.get("brief.dates", start=notes.start, end=notes.end))


def _size(run: Run) -> Answer:
    responses, notes = run.draft.content.responses, run.draft.content.notes
    if responses is None:
        return Answer("not_applicable")
    n = run.draft.count("sample.n", responses.n, "wxsat.responses.clean")
    precision = "text.precision_probability" if notes.probability else "text.precision_model"
    return run.done(f"N = {n}", run.say(precision), run.tables("flow"))


def _weighting(run: Run) -> Answer:
    weighted = run.draft.content.weighting is not None
    return run.done(run.say("text.weighted" if weighted else "text.unweighted"), run.tables("weights"))


def _quality(run: Run) -> Answer:
    return run.done(run.tables("flow", "ledger"), run.section("report.sensitivity.title"))


def _limits(run: Run) -> Answer:
    return run.done(run.section("report.findings.title"))


def _rates(run: Run) -> Answer:
    outcomes, notes = run.draft.content.outcomes, run.draft.content.notes
    if not notes.probability:
        return Answer("not_applicable", (run.say("text.no_rates"),))
    if outcomes is None or not outcomes.aapor:
        return Answer("missing", key="sampling.dispositions")
    shown = (
        f"{name} {run.draft.share(f'rates.{name}', value, source='wxsat.sampling.response_rates')}"
        for name, value in outcomes.aapor.items()
    )
    return run.done(run.draft.join(shown))


AAPOR: dict[str, Item] = {
    "strategy": _strategy,
    "sponsor": _sponsor,
    "instrument": _instrument,
    "population": lambda run: run.stated(run.draft.content.notes.population, "population"),
    "recruitment": lambda run: run.stated(run.draft.content.notes.sampling, "sampling"),
    "mode": lambda run: run.stated(run.draft.content.notes.mode, "mode"),
    "dates": _dates,
    "size": _size,
    "rates": _rates,
    "weighting": _weighting,
    "quality": _quality,
    "limits": _limits,
}
