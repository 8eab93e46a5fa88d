"""CHERRIES: what a web survey must report (Eysenbach 2004)."""

from __future__ import annotations

from wxsat.present.checklists.answer import Answer, Item, Run


def _design(run: Run) -> Answer:
    notes = run.draft.content.notes
    kind = run.draft.text("method.probability_yes" if notes.probability else "method.probability_no")
    said = notes.population.text(run.draft.language)
    return run.stated(notes.population, "population", kind) if said else Answer("missing", key="fieldwork.population")


def _dates(run: Run) -> Answer:
    notes = run.draft.content.notes
    if not (notes.start and notes.end):
        return Answer("missing", key="fieldwork.start, fieldwork.end")
    return run.done(run.draft.words.get("brief.dates", start=notes.start, end=notes.end))


def _items(run: Run) -> Answer:
    responses = run.draft.content.responses
    if responses is None:
        return Answer("not_applicable")
    return run.done(run.say("text.items", n=len(responses.item_ids)), run.section("report.appendix.title"))


def _rate(name: str) -> Item:
    def answer(run: Run) -> Answer:
        outcomes = run.draft.content.outcomes
        value = outcomes.funnel.get(name) if outcomes is not None else None
        if value is None:
            return Answer("missing", key="sampling.funnel")
        return run.done(run.draft.share(f"rates.{name}", value, source="wxsat.sampling.response_rates"))

    return answer


def _duplicates(run: Run) -> Answer:
    noted = run.noted("duplicates")
    done = _dropped(run, "duplicates")
    if noted.status == "missing" and not done:
        return noted
    return run.done(*noted.texts, done, run.tables("flow"))


def _incomplete(run: Run) -> Answer:
    return run.done(run.tables("flow")) if run.draft.content.responses is not None else Answer("not_applicable")


def _timestamps(run: Run) -> Answer:
    responses = run.draft.content.responses
    if responses is None or "seconds" not in responses.paradata.columns:
        return Answer("missing", key="data.seconds")
    return run.done(run.say("text.timestamps"), run.tables("ledger"))


def _dropped(run: Run, step: str) -> str:
    responses = run.draft.content.responses
    if responses is None or step not in set(responses.flow["step"]):
        return ""
    dropped = int(responses.flow.set_index("step")["n_dropped"][step])
    return run.say("text.dropped", n=dropped)


def _weights(run: Run) -> Answer:
    weighted = run.draft.content.weighting is not None
    return run.done(run.say("text.weighted" if weighted else "text.unweighted"), run.tables("weights"))


def _consent(run: Run) -> Answer:
    return run.stated(run.draft.content.notes.consent, "consent", _dropped(run, "consent"))


CHERRIES: dict[str, Item] = {
    "design": _design,
    "ethics": lambda run: run.noted("ethics"),
    "consent": _consent,
    "data_protection": lambda run: run.noted("data_protection"),
    "development": lambda run: run.noted("development"),
    "contact": lambda run: run.noted("contact"),
    "advertising": lambda run: run.noted("advertising"),
    "mode": lambda run: run.stated(run.draft.content.notes.mode, "mode"),
    "context": lambda run: run.noted("context"),
    "voluntary": lambda run: run.noted("voluntary"),
    "incentives": lambda run: run.noted("incentives"),
    "dates": _dates,
    "order": lambda run: run.noted("order"),
    "routing": lambda run: run.noted("routing"),
    "items": _items,
    "pages": lambda run: run.noted("pages"),
    "completeness": lambda run: run.noted("completeness"),
    "review": lambda run: run.noted("review"),
    "visitors": lambda run: run.noted("visitors"),
    "view_rate": _rate("view"),
    "participation_rate": _rate("participation"),
    "completion_rate": _rate("completion"),
    "duplicates": _duplicates,
    "incomplete": _incomplete,
    "timestamps": _timestamps,
    "weights": _weights,
}
