"""Tables to Word: three-line tables (CY/T 170), caption above, notes below, nothing cut off."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wxsat.present.numbers import Language
from wxsat.present.render.atomic import write_atomically
from wxsat.present.render.column_widths import Layout, lay_out
from wxsat.present.render.fixed_zip import DOCUMENT_DATE, fix_zip
from wxsat.present.render.printed import PrintedTable, print_table
from wxsat.present.table import Table

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table as WordTable
    from docx.table import _Cell as WordCell
    from docx.text.paragraph import Paragraph

LATIN_FONT = "Times New Roman"
EAST_ASIAN_FONT = {"zh": "宋体", "en": "宋体"}
CAPTION_POINTS, NOTE_POINTS = 10.5, 8.0
# Eighths of a point, the unit of w:sz on borders: 1.5 pt and 0.75 pt.
THICK_LINE, THIN_LINE = 12, 6
# The unit in which python-docx keeps lengths.
EMU_PER_POINT = 12_700
# Rows up to which a table is kept on one page.
SHORT_TABLE = 20


def render_tables(tables: Sequence[Table], path: str | Path, language: Language, title: str = "") -> Path:
    """
    Write tables to one Word file, numbered from 1.

    Parameters
    ----------
    tables : sequence of Table
    path : str or Path
    language : {"zh", "en"}
    title : str
        Title in the file's properties.

    Returns
    -------
    Path
        The same tables give the same bytes.

    Raises
    ------
    UsageError
        OUT-003 if the file cannot be written.
    """
    document = new_document(language, title)
    for number, table in enumerate(tables, start=1):
        add_table(document, table, number)
    return write_atomically(path, document_bytes(document))


def new_document(language: Language, title: str = "") -> Document:
    """Return an empty A4 document with the fonts of the language and fixed properties."""
    import docx
    from docx.shared import Cm, Pt

    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    section.top_margin = section.bottom_margin = Cm(2.5)
    normal = document.styles["Normal"]
    normal.font.size = Pt(10.5)
    set_fonts(normal.element.get_or_add_rPr(), language)
    core = document.core_properties
    core.title, core.author, core.comments, core.revision = title, "wxsat", "", 1
    core.created = core.modified = core.last_printed = DOCUMENT_DATE
    core.last_modified_by, core.language = "wxsat", "zh-CN" if language == "zh" else "en-GB"
    return document


def document_bytes(document: Document) -> bytes:
    """Return a document as the bytes of a file, the same for the same content."""
    content = io.BytesIO()
    document.save(content)
    return fix_zip(content.getvalue())


def add_table(document: Document, table: Table, number: int | None = None) -> WordTable:
    """
    Append a table with its caption and notes; a table too wide for the page gets a landscape page of its own.

    Parameters
    ----------
    document : docx.document.Document
    table : Table
    number : int, optional
        Its number in the document.

    Returns
    -------
    docx.table.Table
    """
    printed = print_table(table, number)
    portrait = _text_width(document)
    layout = lay_out(printed, portrait)
    turned = not layout.fits and document.sections[-1].page_width < document.sections[-1].page_height
    if turned:
        _turn_page(document, landscape=True)
        layout = lay_out(printed, _text_width(document))
    caption = document.add_paragraph()
    _write(caption, printed.caption, CAPTION_POINTS, printed.language, bold=True)
    _space(caption, before=12, after=4)
    caption.paragraph_format.keep_with_next = True
    word_table = _add_grid(document, printed, layout)
    for note in printed.notes:
        paragraph = document.add_paragraph()
        _write(paragraph, note, NOTE_POINTS, printed.language)
        _space(paragraph, before=2, after=0)
    if turned:
        _turn_page(document, landscape=False)
    else:
        _space(document.add_paragraph(), before=0, after=0)
    return word_table


def _text_width(document: Document) -> float:
    """Width between the margins of the last section, in points."""
    section = document.sections[-1]
    emu = section.page_width - section.left_margin - section.right_margin
    return float(emu) / EMU_PER_POINT


def _turn_page(document: Document, *, landscape: bool) -> None:
    from docx.enum.section import WD_ORIENT, WD_SECTION

    short, long = sorted((document.sections[-1].page_width, document.sections[-1].page_height))
    section = document.add_section(WD_SECTION.NEW_PAGE)
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (long, short) if landscape else (short, long)


def _add_grid(document: Document, printed: PrintedTable, layout: Layout) -> WordTable:
    from docx.enum.table import WD_TABLE_ALIGNMENT

    grid = document.add_table(rows=1 + len(printed.rows), cols=len(printed.columns))
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    grid.autofit = False
    _set_margins(grid, layout.padding)
    headings = [column.heading for column in printed.columns]
    left = [column.kind == "text" for column in printed.columns]
    texts = [headings, *([cell.text for cell in row] for row in printed.rows)]
    _set_widths(grid, layout)
    for row, line in zip(grid.rows, texts, strict=True):
        _keep_row_whole(row)
        for place, (cell, text) in enumerate(zip(row.cells, line, strict=True)):
            _fill(cell, text, layout.points, printed.language, left[place])
    _repeat(grid.rows[0])
    _rule(grid.rows[0], top=THICK_LINE, bottom=THIN_LINE if printed.rows else THICK_LINE)
    if printed.rows:
        _rule(grid.rows[-1], bottom=THICK_LINE)
    _keep_together(grid)
    return grid


def _fill(cell: WordCell, text: str, points: float, language: Language, left: bool) -> None:
    from docx.enum.table import WD_ALIGN_VERTICAL
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
    paragraph = cell.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT if left else WD_ALIGN_PARAGRAPH.RIGHT
    _space(paragraph, before=1, after=1)
    _write(paragraph, text, points, language)


def _write(paragraph: Paragraph, text: str, points: float, language: Language, bold: bool = False) -> None:
    from docx.shared import Pt

    run = paragraph.add_run(text)
    run.bold = bold or None
    run.font.size = Pt(points)
    set_fonts(run._element.get_or_add_rPr(), language)


def set_fonts(properties: Any, language: Language) -> None:
    """Name the fonts for Latin and for Chinese characters: Word chooses by character."""
    from docx.oxml.ns import qn

    fonts = properties.get_or_add_rFonts()
    for attribute in ("w:ascii", "w:hAnsi", "w:cs"):
        fonts.set(qn(attribute), LATIN_FONT)
    fonts.set(qn("w:eastAsia"), EAST_ASIAN_FONT[language])


def _space(paragraph: Paragraph, *, before: float, after: float) -> None:
    from docx.shared import Pt

    layout = paragraph.paragraph_format
    layout.space_before, layout.space_after, layout.line_spacing = Pt(before), Pt(after), 1.0


def _set_widths(grid: WordTable, layout: Layout) -> None:
    from docx.shared import Pt

    for column, width in zip(grid.columns, layout.widths, strict=True):
        column.width = Pt(width)
        for cell in column.cells:
            cell.width = Pt(width)


def _element(name: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    return element


def _set_margins(grid: WordTable, padding: float) -> None:
    """Set the space left and right of every cell, in twentieths of a point."""
    margins = _element("w:tblCellMar")
    for side in ("left", "right"):
        margins.append(_element(f"w:{side}", w=str(round(padding * 20)), type="dxa"))
    properties = grid._tbl.tblPr
    # The schema fixes the order: tblCellMar stands before tblLook.
    look = properties.find("{*}tblLook")
    if look is None:
        properties.append(margins)
    else:
        look.addprevious(margins)


def _rule(row: Any, **sides: int) -> None:
    for cell in row.cells:
        properties = cell._tc.get_or_add_tcPr()
        borders = _element("w:tcBorders")
        for side in ("top", "bottom"):
            if side in sides:
                borders.append(_element(f"w:{side}", val="single", sz=str(sides[side]), space="0", color="000000"))
        # Schema order again: tcBorders comes right after tcW.
        width = properties.find("{*}tcW")
        width.addnext(borders)


def _repeat(row: Any) -> None:
    row._tr.get_or_add_trPr().append(_element("w:tblHeader"))


def _keep_row_whole(row: Any) -> None:
    row._tr.get_or_add_trPr().append(_element("w:cantSplit"))


def _keep_together(grid: WordTable) -> None:
    """Keep a short table on one page, and the heading of a long one with its first row."""
    rows = list(grid.rows)
    for row in rows[:-1] if len(rows) <= SHORT_TABLE else rows[:1]:
        for cell in row.cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True
