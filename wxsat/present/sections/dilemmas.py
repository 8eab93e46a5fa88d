"""The four dilemmas: severity, importance–performance and the expected gain of each remedy."""

from __future__ import annotations

from typing import Any

from wxsat.present.document import Block, Paragraph, Section
from wxsat.present.draft import Draft
from wxsat.present.figures.levers import plot_levers
from wxsat.present.figures.priorities import plot_priorities
from wxsat.present.figures.severity import plot_severity
from wxsat.present.numbers import format_integer, format_number
from wxsat.present.sections.method import margin_names, stated
from wxsat.present.tables.building import with_notes
from wxsat.present.tables.levers import tabulate_levers
from wxsat.present.tables.priorities import tabulate_priorities
from wxsat.present.tables.severity import tabulate_severity
from wxsat.present.tables.structure import LAYOUT, tabulate_structure


def describe_dilemmas(draft: Draft) -> Section | None:
    """Write the section on the dilemmas; None for an instrument that has none."""
    diagnosis, instrument, language = draft.content.diagnosis, draft.instrument, draft.language
    title = draft.text("dilemmas.title")
    if diagnosis is None:
        if instrument is None or not instrument.composites:
            return None
        return Section("dilemmas", title, (Paragraph(draft.text("dilemmas.none")),))
    refused = bool(draft.content.refusing)
    drawn: dict[str, Any] = {"language": language, "instrument": instrument}
    blocks: list[Block] = [
        Paragraph(draft.text("dilemmas.intro")),
        draft.figure(plot_severity(diagnosis.severity, **drawn)),
        draft.table(with_notes(tabulate_severity(diagnosis, instrument, language), *citable_notes(draft))),
    ]
    if not diagnosis.priorities.empty:
        blocks.append(Paragraph(draft.text("dilemmas.priorities")))
        blocks.append(draft.figure(plot_priorities(diagnosis.priorities, refused=refused, **drawn)))
        blocks.append(draft.table(tabulate_priorities(diagnosis, instrument, language, refused=refused)))
    if not diagnosis.levers.empty:
        blocks.append(Paragraph(draft.text("dilemmas.gains")))
        blocks.append(draft.figure(plot_levers(diagnosis.levers, refused=refused, **drawn)))
        blocks.append(draft.table(tabulate_levers(diagnosis, instrument, language, refused=refused)))
    for name, frame in diagnosis.structural.frames().items():
        if name in LAYOUT and not frame.empty:
            blocks.append(draft.table(tabulate_structure(name, diagnosis, instrument, language, refused=refused)))
    return Section("dilemmas", title, tuple(blocks))


def _weights_note(draft: Draft) -> str:
    probability = draft.content.notes.probability
    weighting = draft.content.weighting
    if weighting is None:
        return draft.text("citable.weights_probability" if probability else "citable.weights")
    key = "citable.weighted_probability" if probability else "citable.weighted"
    return draft.text(key, margins=margin_names(draft), deff=format_number(weighting.deff, 2))


def citable_notes(draft: Draft) -> tuple[str, ...]:
    """Return what a table must carry to be cited: population, sample, dates, mode, weights, wording, source."""
    content, notes = draft.content, draft.content.notes
    mode = stated(draft, notes.mode)
    kind = draft.text("method.probability_yes" if notes.probability else "method.probability_no")
    dated = bool(notes.start and notes.end)
    field = {"start": notes.start, "end": notes.end, "mode": mode}
    number = content.responses.n if content.responses is not None else 0
    return (
        draft.text("citable.population", value=stated(draft, notes.population)),
        draft.text("citable.sampling", value=stated(draft, notes.sampling), kind=kind, n=format_integer(number)),
        draft.text("citable.field" if dated else "citable.field_missing", **field),
        _weights_note(draft),
        draft.text("citable.wording"),
        draft.text(
            "citable.source",
            title=content.title.text(draft.language),
            version=content.provenance.get("version", ""),
            hash=draft.configuration,
        ),
    )
