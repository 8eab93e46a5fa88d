"""The other documents of a run beside its full report: the brief, with or without its tables, the methods appendix."""

from __future__ import annotations

from dataclasses import replace

from wxsat.present.document import Document
from wxsat.present.draft import Draft
from wxsat.present.sections.brief import brief_sections
from wxsat.present.sections.brief_evidence import brief_evidence
from wxsat.present.sections.checklists import methods_sections


def build_parts(full: Document, draft: Draft) -> dict[str, Document]:
    """
    Return the other documents of a run in one language.

    Parameters
    ----------
    full : Document
        The report.
    draft : Draft
        What the report was written into: its tables have their numbers, its book their values.

    Returns
    -------
    dict
        ``brief``, ``brief-two-pages`` and ``methods``.
    """
    content, words = draft.content, draft.words
    title, version = content.title.text(draft.language), content.provenance.get("version", "")
    brief = replace(
        full,
        title=words.get("brief.title", title=title),
        subtitle=words.get("brief.subtitle", version=version),
        sections=brief_sections(Draft(content, draft.language, draft.book)),
        refusal="",
        part="brief",
    )
    return {
        "brief": brief,
        "brief-two-pages": replace(
            brief,
            subtitle=words.get("brief.subtitle_two", version=version),
            sections=(*brief.sections, *brief_evidence(Draft(content, draft.language, draft.book), full)),
            part="brief-two-pages",
        ),
        "methods": replace(
            full,
            title=words.get("checklists.title", title=title),
            subtitle=words.get("checklists.subtitle", version=version),
            sections=methods_sections(draft),
            part="methods",
        ),
    }
