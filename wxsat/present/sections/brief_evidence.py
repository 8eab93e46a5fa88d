"""The second page of a brief: the tables behind the first page, how the answers were had, how to cite them."""

from __future__ import annotations

from wxsat.present.document import Block, Paragraph, Section
from wxsat.present.draft import Draft
from wxsat.present.sections.closing import citation_line
from wxsat.present.sections.method import fieldwork_lines, instrument_lines
from wxsat.present.sections.summary import combined_rows
from wxsat.present.table import Table
from wxsat.present.tables.levers import tabulate_levers
from wxsat.present.tables.severity import tabulate_severity
from wxsat.present.tables.sources import tabulate_sources


def brief_evidence(draft: Draft) -> tuple[Section, ...]:
    """Return the sections of the second page.

    Parameters
    ----------
    draft : Draft
        What the page is written into; its numbers carry the ids of the full report.

    Returns
    -------
    tuple of Section
        Tables (none without a diagnosis), then method and citation.
    """
    blocks: tuple[Block, ...] = tuple(draft.table(table) for table in _tables(draft))
    gap = "" if draft.language == "zh" else " "
    method = gap.join((*fieldwork_lines(draft), *instrument_lines(draft)))
    cited = draft.words.get("brief.evidence.cite", line=citation_line(draft))
    sections = (
        Section("brief-tables", draft.words.get("brief.evidence.title"), blocks, new_page=True),
        Section("brief-method", draft.text("method.title"), (Paragraph(method), Paragraph(cited, "note"))),
    )
    return tuple(section for section in sections if section.blocks)


def _tables(draft: Draft) -> list[Table]:
    """Return the dilemmas over all sources, or of the public's answers alone; then what measures would gain."""
    diagnosis, instrument, language = draft.content.diagnosis, draft.instrument, draft.language
    if diagnosis is None or diagnosis.severity.empty:
        return []
    if combined_rows(draft):
        tables = [tabulate_sources(diagnosis, instrument, language)]
    else:
        tables = [tabulate_severity(diagnosis, instrument, language, narrow=True)]
    if not draft.content.refusing and not diagnosis.levers.empty:
        tables.append(tabulate_levers(diagnosis, instrument, language))
    return tables
