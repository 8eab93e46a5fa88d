"""A whole document to Word: headings, text, three-line tables and figures, the same bytes for the same content."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING

from wxsat.present.document import (
    Block,
    Bullets,
    Document,
    FigureBlock,
    FindingsBlock,
    KeyFigures,
    Paragraph,
    TableBlock,
    without_marks,
)
from wxsat.present.locale import wording
from wxsat.present.render.docx import add_table, document_bytes, new_document, set_fonts

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

FIGURE_WIDTH_CM, FIGURE_HEIGHT_CM = 16.0, 21.0
STOP_RED = (0xA4, 0x26, 0x2C)


def render_document_docx(document: Document, images: Mapping[str, bytes]) -> bytes:
    """
    Render a document as a Word file.

    Parameters
    ----------
    document : Document
    images : mapping of str to bytes
        PNG files by name (``severity.zh.png``).

    Returns
    -------
    bytes
    """
    word = new_document(document.language, document.title)
    _style_headings(word, document)
    word.add_heading(document.title, 0)
    _text(word, document.subtitle)
    if document.stamp:
        _text(word, document.stamp, red=True)
        _stamp_header(word, document.stamp)
    if document.refusal:
        _text(word, wording(document.language).get("report.refusal.title"), red=True)
        _text(word, document.refusal)
    for section in document.sections:
        word.add_heading(section.title, 1)
        for block in section.blocks:
            _add(word, block, document, images)
    return document_bytes(word)


def _style_headings(word: WordDocument, document: Document) -> None:
    for name in ("Title", "Heading 1"):
        set_fonts(word.styles[name].element.get_or_add_rPr(), document.language)


def _stamp_header(word: WordDocument, stamp: str) -> None:
    word.sections[0].header.paragraphs[0].text = stamp


def _text(word: WordDocument, text: str, red: bool = False, style: str | None = None) -> None:
    from docx.shared import RGBColor

    run = word.add_paragraph(style=style).add_run(without_marks(text))
    if red:
        run.bold = True
        run.font.color.rgb = RGBColor(*STOP_RED)


def _add(word: WordDocument, block: Block, document: Document, images: Mapping[str, bytes]) -> None:
    match block:
        case Paragraph(text=text, style=style):
            if text:
                _text(word, text, style="Intense Quote" if style == "quote" else None)
        case Bullets(items=items):
            for item in items:
                _text(word, item, style="List Bullet")
        case KeyFigures(figures=figures):
            for figure in figures:
                paragraph = word.add_paragraph(style="List Bullet")
                paragraph.add_run(f"{without_marks(figure.label)}  ")
                paragraph.add_run(without_marks(figure.value)).bold = True
                paragraph.add_run(f"  {without_marks(figure.reading)}")
        case TableBlock(table=table, number=number):
            add_table(word, table, number)
        case FigureBlock():
            _figure(word, block, document, images)
        case FindingsBlock(findings=findings):
            for finding in findings:
                _text(word, f"[{finding.code}] {finding.text}", red=finding.severity == "refusal", style="List Bullet")


def _figure(word: WordDocument, block: FigureBlock, document: Document, images: Mapping[str, bytes]) -> None:
    from docx.shared import Cm

    paragraph = word.add_paragraph()
    paragraph.paragraph_format.keep_with_next = True
    picture = paragraph.add_run().add_picture(io.BytesIO(images[f"{block.file}.png"]))
    scale = min(Cm(FIGURE_WIDTH_CM) / picture.width, Cm(FIGURE_HEIGHT_CM) / picture.height, 1.0)
    picture.width, picture.height = int(picture.width * scale), int(picture.height * scale)
    picture._inline.docPr.set("descr", without_marks(block.alt))
    title = wording(document.language).get("report.figure_number", number=block.number, title=block.title)
    word.add_paragraph().add_run(title).bold = True
    if block.caption:
        _text(word, block.caption)
