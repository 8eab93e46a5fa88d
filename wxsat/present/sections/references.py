"""References: the software, instruments and methods that this run used."""

from __future__ import annotations

from wxsat.present.citations import default_style, references_of
from wxsat.present.citations.section import references_section
from wxsat.present.document import Section
from wxsat.present.draft import Draft


def describe_references(draft: Draft) -> Section:
    """Write the references in the style that the language is used to."""
    references = references_of(draft.content, draft.language)
    return references_section(references, draft.language, default_style(draft.language))
