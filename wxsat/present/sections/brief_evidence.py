"""The second page of a brief: the tables behind the first page, how the answers were had, how to cite them."""

from __future__ import annotations

from wxsat.present.document import Block, Document, Paragraph, Section
from wxsat.present.draft import Draft
from wxsat.present.sections.closing import citation_line
from wxsat.present.sections.method import fieldwork_lines, instrument_lines
from wxsat.present.sections.summary import combined_rows
from wxsat.present.table import Table
from wxsat.present.tables.levers import tabulate_levers
from wxsat.present.tables.severity import tabulate_severity
from wxsat.present.tables.sources import tabulate_sources


def brief_evidence(draft: Draft, full: Document) -> tuple[Section, ...]:
    """Return the sections of the second page.

    Parameters
    ----------
    draft : Draft
        What the page is written into; its numbers carry the ids of the full report.
    full : Document
        The report: of an instrument without dilemmas the page shows its paths and explained variance again.

    Returns
    -------
    tuple of Section
        Tables, then method and citation.
    """
    blocks: tuple[Block, ...] = tuple(draft.table(table) for table in _tables(draft, full))
    gap = "" if draft.language == "zh" else " "
    method = gap.join((*fieldwork_lines(draft), *instrument_lines(draft)))
    cited = draft.words.get("brief.evidence.cite", line=citation_line(draft))
    sections = (
        Section("brief-tables", draft.words.get("brief.evidence.title"), blocks, new_page=True),
        Section("brief-method", draft.text("method.title"), (Paragraph(method), Paragraph(cited, "note"))),
    )
    return tuple(section for section in sections if section.blocks)


def _tables(draft: Draft, full: Document) -> list[Table]:
    """Return the dilemmas over all sources, or of the public's answers alone; then what measures would gain."""
    diagnosis, instrument, language = draft.content.diagnosis, draft.instrument, draft.language
    if diagnosis is None or diagnosis.severity.empty:
        return _of_the_model(full)
    if combined_rows(draft):
        tables = [tabulate_sources(diagnosis, instrument, language)]
    else:
        tables = [tabulate_severity(diagnosis, instrument, language, narrow=True)]
    if not draft.content.refusing and not diagnosis.levers.empty:
        tables.append(tabulate_levers(diagnosis, instrument, language))
    return tables


def _of_the_model(full: Document) -> list[Table]:
    """Return paths and explained variance of the first model that the report shows; its loadings where it has none."""
    tables = {block.table.id: block.table for block in full.tables()}
    model = next((name.partition(".")[2] for name in tables if name.startswith("fit.")), None)
    paths = [f"paths.{model}", f"r2.{model}"] if f"paths.{model}" in tables else [f"loadings.{model}"]
    return [tables[name] for name in paths if name in tables]
