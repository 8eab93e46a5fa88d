"""The references of a report as its section, and the same section in another style."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from wxsat.present.citations.reference import Reference
from wxsat.present.citations.styles import format_reference
from wxsat.present.document import Document, Paragraph, Section

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Language

SECTION = "references"
_BY_LANGUAGE = {"zh": "gbt2025", "en": "apa"}


def default_style(language: Language) -> str:
    """Return the style that a language is used to: GB/T 7714-2025 in Chinese, APA in English."""
    return _BY_LANGUAGE[language]


def references_section(references: Sequence[Reference], language: Language, style: str) -> Section:
    """Return the section; numbered under GB/T 7714, by author under APA."""
    from wxsat.present.locale import wording

    words = wording(language)
    intro = words.get("citations.intro", style=words.get(f"citations.style.{style}"))
    lines = tuple(f"{format_reference(r, style)}{_as_used(r)}" for r in references)
    if style == "apa":
        lines = tuple(sorted(lines, key=str.casefold))
    else:
        lines = tuple(f"[{number}] {line}" for number, line in enumerate(lines, start=1))
    return Section(
        SECTION,
        words.get("citations.title"),
        (Paragraph(intro, "note"), *(Paragraph(line, "reference") for line in lines)),
    )


def cite_again(document: Document, references: Mapping[str, Sequence[Reference]], style: str) -> Document:
    """Return a document with the references of its language in another style; unchanged where it has none."""
    own = references_section(references[document.language], document.language, style)
    sections = tuple(own if section.id == SECTION else section for section in document.sections)
    return replace(document, sections=sections)


def _as_used(reference: Reference) -> str:
    """Name the version of a package that an article describes."""
    if not (reference.package and reference.version):
        return ""
    return f" [{reference.package} {reference.version}]"
