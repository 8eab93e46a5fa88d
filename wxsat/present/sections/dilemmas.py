"""The four dilemmas: severity, importance–performance and the expected gain of each remedy."""

from __future__ import annotations

from wxsat.present.document import Block, Paragraph, Section
from wxsat.present.draft import Draft
from wxsat.present.figures.levers import plot_levers
from wxsat.present.figures.priorities import plot_priorities
from wxsat.present.figures.severity import plot_severity
from wxsat.present.tables.levers import tabulate_levers
from wxsat.present.tables.priorities import tabulate_priorities
from wxsat.present.tables.severity import tabulate_severity


def describe_dilemmas(draft: Draft) -> Section:
    """Write the section on the dilemmas."""
    diagnosis, instrument, language = draft.content.diagnosis, draft.instrument, draft.language
    title = draft.text("dilemmas.title")
    if diagnosis is None:
        return Section("dilemmas", title, (Paragraph(draft.text("dilemmas.none")),))
    refused = bool(draft.content.refusing)
    blocks: list[Block] = [
        Paragraph(draft.text("dilemmas.intro")),
        draft.figure(plot_severity(diagnosis.severity, language=language, instrument=instrument)),
        draft.table(tabulate_severity(diagnosis, instrument, language)),
    ]
    if not diagnosis.priorities.empty:
        blocks.append(Paragraph(draft.text("dilemmas.priorities")))
        blocks.append(draft.figure(plot_priorities(diagnosis.priorities, language=language, instrument=instrument)))
        blocks.append(draft.table(tabulate_priorities(diagnosis, instrument, language, refused=refused)))
    if not diagnosis.levers.empty:
        blocks.append(Paragraph(draft.text("dilemmas.gains")))
        blocks.append(draft.figure(plot_levers(diagnosis.levers, language=language, instrument=instrument)))
        blocks.append(draft.table(tabulate_levers(diagnosis, instrument, language, refused=refused)))
    return Section("dilemmas", title, tuple(blocks))
