"""Tables on paper: a short one is never split, and no note stands on a page without its table."""

from __future__ import annotations

import io

import docx
import pytest

from wxsat.present.document import Document, FigureBlock, Paragraph, Section, TableBlock
from wxsat.present.render.document_docx import render_document_docx
from wxsat.present.render.document_text import render_document_text
from wxsat.present.render.document_typst import render_document_typst
from wxsat.present.table import Column, Table


def _document(rows: int, text: str = "a", notes: tuple[str, ...] = ("One.",)) -> Document:
    columns = (Column("item", "Item"), Column("b", "b", "number", 2))
    cells = tuple((text, 0.5) for _ in range(rows))
    table = Table("t", "Title", "en", columns, cells, tuple(str(row) for row in range(rows)), notes)
    return Document("en", "Title", "", (Section("s", "Part", (TableBlock(table, 1),)),))


@pytest.mark.parametrize(("rows", "notes", "kept"), [(3, ("One.",), True), (3, (), False), (40, ("One.",), True)])
def test_the_last_row_in_word_stays_with_its_note(rows: int, notes: tuple[str, ...], kept: bool) -> None:
    word = docx.Document(io.BytesIO(render_document_docx(_document(rows, notes=notes), {}, "apa")))
    last = word.tables[0].rows[-1].cells[0].paragraphs[0]
    assert bool(last.paragraph_format.keep_with_next) is kept


@pytest.mark.parametrize(
    ("rows", "text", "whole"), [(5, "a", True), (40, "a", False), (12, "a long answer of a respondent " * 9, False)]
)
def test_only_a_table_that_surely_fits_half_a_page_is_never_split_in_pdf(rows: int, text: str, whole: bool) -> None:
    assert ("#block(breakable: false)" in render_document_typst(_document(rows, text), {}, ("Noto Sans",))) is whole


@pytest.mark.parametrize(
    ("to", "found"),
    [("latex", "\\graphicspath{{../my run/figures/}}"), ("markdown", "](../my%20run/figures/shape.en.png)")],
)
def test_figures_are_named_as_the_file_sees_them(to: str, found: str) -> None:
    figure = FigureBlock("shape", 1, "Shape", "A shape", "shape.en")
    document = Document("en", "Title", "", (Section("s", "Part", (figure,)),))
    assert found in render_document_text(document, to, "../my run/figures")  # type: ignore[arg-type]


@pytest.mark.parametrize(("follows", "kept"), [("subheading", True), ("reference", True), ("body", False)])
def test_a_heading_and_its_first_line_alone_end_no_page(follows: str, kept: bool) -> None:
    blocks = (Paragraph("First line."), Paragraph("What follows.", follows))  # type: ignore[arg-type]
    document = Document("en", "Title", "", (Section("s", "Part", blocks),))
    word = docx.Document(io.BytesIO(render_document_docx(document, {})))
    line = next(paragraph for paragraph in word.paragraphs if paragraph.text == "First line.")
    assert bool(line.paragraph_format.keep_with_next) is kept
    source = render_document_typst(document, {}, ("Noto Sans",))
    held = next(part for part in source.split("\n\n") if "First line." in part)
    assert held.startswith("#block(sticky: true") is kept
