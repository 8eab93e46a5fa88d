"""A whole document to Word: headings, text, three-line tables and figures, the same bytes for the same content."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
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
from wxsat.present.render.docx import CAPTION_POINTS, add_table, document_bytes, dresser, new_document, set_fonts
from wxsat.present.render.word_fields import add_numbered_label, bookmark_name, write_referring

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.text.paragraph import Paragraph as WordParagraph
    from docx.text.run import Run

FIGURE_WIDTH_CM, FIGURE_HEIGHT_CM = 16.0, 21.0
# A brief is one page of A4: smaller letters, margins and figure, no list of captions.
BRIEF_FIGURE_CM, BRIEF_MARGIN_CM, BRIEF_LETTERS, BRIEF_TITLE, BRIEF_HEADING = 9.5, 1.8, 9, 16, 11
# A list of fewer tables and figures finds nothing sooner.
FEWEST_LISTED = 4
HANGING_CM = 0.75
STOP_RED = (0xA4, 0x26, 0x2C)


@dataclass(frozen=True)
class _Writing:
    """A Word file being written: the document behind it, its pictures, the bookmark of every label, the style."""

    word: WordDocument
    document: Document
    images: Mapping[str, bytes]
    targets: Mapping[str, str]
    style: str

    def text(self, text: str, red: bool = False, style: str | None = None) -> WordParagraph:
        """Append and return a paragraph; a table or figure that it names is a reference to its caption."""
        from docx.shared import RGBColor

        def dress(run: Run) -> None:
            if red:
                run.bold = True
                run.font.color.rgb = RGBColor(*STOP_RED)

        paragraph = self.word.add_paragraph(style=style)
        write_referring(paragraph, without_marks(text), self.targets, dress)
        return paragraph


def render_document_docx(document: Document, images: Mapping[str, bytes], table_style: str = "") -> bytes:
    """
    Render a document as a Word file.

    Parameters
    ----------
    document : Document
    images : mapping of str to bytes
        PNG files by name (``severity.zh.png``).
    table_style : {"", "cyt", "apa"}
        The document's own, or that of its language, when empty.

    Returns
    -------
    bytes
    """
    word = new_document(document.language, document.title)
    writing = _Writing(word, document, images, _targets(document), table_style or document.table_style)
    _style_headings(word, document)
    if document.is_brief:
        _tighten(word)
    word.add_heading(document.title, 0)
    writing.text(document.subtitle)
    if document.stamp:
        writing.text(document.stamp, red=True)
        _stamp_header(word, document.stamp)
    if document.refusal:
        writing.text(wording(document.language).get("report.refusal.title"), red=True)
        writing.text(document.refusal)
    for section in document.sections:
        word.add_heading(section.title, 1).paragraph_format.page_break_before = section.new_page or None
        for position, block in enumerate(section.blocks):
            _add(writing, block)
            if position == 0 and section.opens_with_a_line and word.paragraphs:
                word.paragraphs[-1].paragraph_format.keep_with_next = True
    if not document.is_brief:
        _list_captions(writing)
    return document_bytes(word)


def _tighten(word: WordDocument) -> None:
    """Set the styles of a brief so that it fits one page."""
    from docx.shared import Cm, Pt

    for name in ("Normal", "List Bullet", "Caption"):
        word.styles[name].font.size = Pt(BRIEF_LETTERS)
    for name, points in (("Title", BRIEF_TITLE), ("Heading 1", BRIEF_HEADING)):
        word.styles[name].font.size = Pt(points)
    for name in ("Normal", "List Bullet", "Caption", "Title", "Heading 1"):
        spacing = word.styles[name].paragraph_format
        spacing.space_before, spacing.space_after, spacing.line_spacing = Pt(2), Pt(2), 1.0
    for section in word.sections:
        section.top_margin = section.bottom_margin = section.left_margin = section.right_margin = Cm(BRIEF_MARGIN_CM)


def _labels(document: Document) -> dict[str, tuple[str, str]]:
    """Return bookmark and title of every numbered table and figure by its printed label (``表3``)."""
    words = wording(document.language)
    tables = {
        words.get("tables.caption", number=b.number): (bookmark_name("tbl", b.number, b.table.id), b.table.title)
        for b in document.tables()
    }
    figures = {
        _figure_label(document, b.number): (bookmark_name("fig", b.number, b.id), b.title) for b in document.figures()
    }
    return tables | figures


def _targets(document: Document) -> dict[str, str]:
    return {label: name for label, (name, _) in _labels(document).items()}


def _list_captions(writing: _Writing) -> None:
    """Write the list of tables and figures, every line a reference to its caption."""
    labels = _labels(writing.document)
    if len(labels) < FEWEST_LISTED:
        return
    writing.word.add_heading(wording(writing.document.language).get("tables.list_of_captions"), 1)
    for label, (_, title) in labels.items():
        writing.text(f"{label}  {title}", style="List Bullet")


def _figure_label(document: Document, number: int) -> str:
    return f"图{number}" if document.language == "zh" else f"Figure {number}"


def _style_headings(word: WordDocument, document: Document) -> None:
    for name in ("Title", "Heading 1", "Heading 2"):
        set_fonts(word.styles[name].element.get_or_add_rPr(), document.language)


def _add_paragraph(writing: _Writing, text: str, style: str) -> None:
    from docx.shared import Cm

    paragraph = writing.text(text, style={"quote": "Intense Quote", "subheading": "Heading 2"}.get(style))
    if style == "reference":
        layout = paragraph.paragraph_format
        layout.left_indent, layout.first_line_indent = Cm(HANGING_CM), Cm(-HANGING_CM)


def _stamp_header(word: WordDocument, stamp: str) -> None:
    word.sections[0].header.paragraphs[0].text = stamp


def _add(writing: _Writing, block: Block) -> None:
    match block:
        case Paragraph(text=text, style=style):
            if text:
                _add_paragraph(writing, text, style)
        case Bullets(items=items):
            for item in items:
                writing.text(item, style="List Bullet")
        case KeyFigures(figures=figures):
            for figure in figures:
                paragraph = writing.word.add_paragraph(style="List Bullet")
                paragraph.add_run(f"{without_marks(figure.label)}  ")
                paragraph.add_run(without_marks(figure.value)).bold = True
                paragraph.add_run(f"  {without_marks(figure.reading)}")
        case TableBlock(table=table, number=number):
            add_table(writing.word, table, number, writing.style)
        case FigureBlock():
            _figure(writing, block)
        case FindingsBlock(findings=findings):
            for found in findings:
                writing.text(f"[{found.code}] {found.text}", red=found.severity == "refusal", style="List Bullet")


def _figure(writing: _Writing, block: FigureBlock) -> None:
    from docx.shared import Cm

    word, document = writing.word, writing.document
    paragraph = word.add_paragraph()
    paragraph.paragraph_format.keep_with_next = True
    picture = paragraph.add_run().add_picture(io.BytesIO(writing.images[f"{block.file}.png"]))
    height = BRIEF_FIGURE_CM if document.is_brief else FIGURE_HEIGHT_CM
    scale = min(Cm(FIGURE_WIDTH_CM) / picture.width, Cm(height) / picture.height, 1.0)
    picture.width, picture.height = int(picture.width * scale), int(picture.height * scale)
    picture._inline.docPr.set("descr", without_marks(block.alt))
    title = wording(document.language).get("report.figure_number", number=block.number, title=block.title)
    label = _figure_label(document, block.number)
    bold = dresser(CAPTION_POINTS, document.language, bold=True)
    caption = word.add_paragraph(style="Caption")
    add_numbered_label(word, caption, label, block.number, bookmark_name("fig", block.number, block.id), bold)
    bold(caption.add_run(title.removeprefix(label)))
    if block.caption:
        caption.paragraph_format.keep_with_next = True
        writing.text(block.caption)
