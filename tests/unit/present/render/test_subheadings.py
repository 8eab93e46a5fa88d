"""Headings within a section, and entries of the references, in every format."""

from __future__ import annotations

import io
import zipfile
from typing import Literal

import pytest

from wxsat.present.citations.reference import Reference
from wxsat.present.citations.section import references_section
from wxsat.present.citations.styles import format_reference
from wxsat.present.document import Document, Paragraph, Section
from wxsat.present.render.document_docx import render_document_docx
from wxsat.present.render.document_text import render_document_text
from wxsat.present.render.document_typst import render_document_typst
from wxsat.present.render.page import render_page

SCALE = Reference("x", "dataset", (), title="A scale", year=2020, version="1.0")


def _document(language: Literal["zh", "en"] = "en") -> Document:
    parts = (Paragraph("Part & parcel", "subheading"), Paragraph("Entry one", "reference"), Paragraph("Text."))
    return Document(language, "Title", "", (Section("s", "Section", parts),))


def test_a_heading_within_a_section_is_one_in_every_format() -> None:
    assert "### Part & parcel" in render_document_text(_document(), "markdown")
    assert "\\subsection*{Part \\& parcel}" in render_document_text(_document(), "latex")
    assert "<h3>Part &amp; parcel</h3>" in render_page((_document(),), lambda _: (b"", "image/png"))
    assert 'sticky: true, above: 1.4em, strong("Part & parcel")' in render_document_typst(_document(), {}, ("A",))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_in_word_it_is_a_heading_of_the_second_level_that_stays_with_its_text(language) -> None:
    import docx

    word = docx.Document(io.BytesIO(render_document_docx(_document(language), {})))
    by_text = {p.text: p for p in word.paragraphs}
    assert by_text["Part & parcel"].style.name == "Heading 2"
    assert by_text["Part & parcel"].style.paragraph_format.keep_with_next
    entry = by_text["Entry one"].paragraph_format
    assert entry.first_line_indent == -entry.left_indent
    with zipfile.ZipFile(io.BytesIO(render_document_docx(_document(language), {}))) as file:
        styles = file.read("word/styles.xml").decode()
    assert "eastAsia" in styles[styles.index('w:styleId="Heading2"') :][:900]


@pytest.mark.parametrize(("style", "start"), [("apa", "A scale (Version 1.0)"), ("gbt2025", "[1] A scale")])
def test_entries_are_no_bullets_and_begin_as_their_style_has_it(style, start) -> None:
    section = references_section((SCALE,), "en", style)
    entries = [block for block in section.blocks if isinstance(block, Paragraph) and block.style == "reference"]
    assert [entry.text.startswith(start) for entry in entries] == [True]


def test_a_work_without_an_author_begins_with_its_title_in_apa() -> None:
    assert format_reference(SCALE, "apa") == "A scale (Version 1.0) [Measurement instrument]. (2020)."


def test_latex_calls_a_chinese_table_by_its_chinese_name() -> None:
    assert "\\renewcommand{\\tablename}{表}" in render_document_text(_document("zh"), "latex")
    assert "tablename" not in render_document_text(_document("en"), "latex")
