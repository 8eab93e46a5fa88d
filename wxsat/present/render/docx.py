"""Tables to Word in the style of CY/T 170-2019 or of APA 7: captions that count themselves, notes below."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wxsat.present.locale import wording
from wxsat.present.numbers import Language
from wxsat.present.render.atomic import write_atomically
from wxsat.present.render.column_widths import Layout, em_width, lay_out
from wxsat.present.render.decimals import is_decimal, split_at_point
from wxsat.present.render.fixed_zip import DOCUMENT_DATE, fix_zip
from wxsat.present.render.printed import PrintedTable, print_table
from wxsat.present.render.table_style import LOOKS, TableLook, choose_style, title_case
from wxsat.present.render.word_fields import add_numbered_label, bookmark_name
from wxsat.present.table import Table

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table as WordTable
    from docx.table import _Cell as WordCell
    from docx.text.paragraph import Paragraph
    from docx.text.run import Run

LATIN_FONT = "Times New Roman"
EAST_ASIAN_FONT = {"zh": "宋体", "en": "宋体"}
CAPTION_POINTS, NOTE_POINTS = 10.5, 8.0
# The unit in which python-docx keeps lengths.
EMU_PER_POINT = 12_700
# What the format allows for a property of a file; a longer title stands whole on the page.
LONGEST_PROPERTY = 255
# Rows up to which a table is kept on one page.
SHORT_TABLE = 20
# em_width is what the widest face may need; the named one needs so much of it, and a decimal tab stands by that.
NAMED_FACE = 0.85


def render_tables(
    tables: Sequence[Table],
    path: str | Path,
    language: Language,
    title: str = "",
    style: str | None = None,
    numbers: Sequence[int] = (),
) -> Path:
    """
    Write tables to one Word file.

    Parameters
    ----------
    tables : sequence of Table
    path : str or Path
    language : {"zh", "en"}
    title : str
        Title in the file's properties.
    style : {"cyt", "apa"}, optional
        ``cyt`` (CY/T 170-2019) for Chinese and ``apa`` (APA 7) for English when left out.
    numbers : sequence of int
        Their numbers; from 1 when left out.

    Returns
    -------
    Path
        The same tables give the same bytes.

    Raises
    ------
    UsageError
        OUT-003 if the file cannot be written, OUT-024 for an unknown style.
    """
    document = new_document(language, title)
    for number, table in zip(numbers or range(1, len(tables) + 1), tables, strict=True):
        add_table(document, table, number, style)
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
    _style_caption(document, language)
    core = document.core_properties
    core.title, core.author, core.comments, core.revision = title[:LONGEST_PROPERTY], "wxsat", "", 1
    core.created = core.modified = core.last_printed = DOCUMENT_DATE
    core.last_modified_by, core.language = "wxsat", "zh-CN" if language == "zh" else "en-GB"
    return document


def document_bytes(document: Document) -> bytes:
    """Return a document as the bytes of a file, the same for the same content."""
    content = io.BytesIO()
    document.save(content)
    return fix_zip(content.getvalue())


def _style_caption(document: Document, language: Language) -> None:
    """Word finds captions, and makes lists of them, by this style; its own look is blue."""
    from docx.shared import Pt, RGBColor

    caption = document.styles["Caption"]
    caption.font.size, caption.font.bold, caption.font.color.rgb = Pt(CAPTION_POINTS), False, RGBColor(0, 0, 0)
    set_fonts(caption.element.get_or_add_rPr(), language)


def add_table(document: Document, table: Table, number: int | None = None, style: str | None = None) -> WordTable:
    """
    Append a table with its caption and notes; a table too wide for the page gets a landscape page of its own.

    Parameters
    ----------
    document : docx.document.Document
    table : Table
    number : int, optional
        Its number in the document.
    style : {"cyt", "apa"}, optional
        By the table's language when left out.

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
    look = LOOKS[choose_style(style, printed.language)]
    _add_caption(document, printed, number, look)
    word_table = _add_grid(document, printed, layout, look)
    for position, note in enumerate(printed.notes):
        added = _add_note(document, note, printed.language, first=position == 0, apart=not look.one_line)
        # A last note alone on a page would belong to nothing there.
        added.paragraph_format.keep_with_next = position < len(printed.notes) - 1 or None
    if turned:
        _turn_page(document, landscape=False)
    else:
        _space(document.add_paragraph(), before=0, after=0)
    return word_table


def _add_caption(document: Document, printed: PrintedTable, number: int | None, look: TableLook) -> None:
    """Write number and title: in one centred line, or the number in bold over the title in italics."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    bold = dresser(CAPTION_POINTS, printed.language, bold=True, font=look.caption_font)
    paragraph = _caption_paragraph(document, before=12, after=4)
    if number is not None:
        name = bookmark_name("tbl", number, printed.id)
        add_numbered_label(document, paragraph, printed.label, number, name, bold)
    if look.one_line:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        bold(paragraph.add_run(f"  {printed.title}" if number is not None else printed.title))
        return
    title = title_case(printed.title) if printed.language == "en" else printed.title
    under = paragraph if number is None else _caption_paragraph(document, before=0, after=4)
    dresser(CAPTION_POINTS, printed.language, italic=True)(under.add_run(title))


def _caption_paragraph(document: Document, before: float, after: float) -> Paragraph:
    paragraph = document.add_paragraph(style="Caption")
    _space(paragraph, before=before, after=after)
    paragraph.paragraph_format.keep_with_next = True
    return paragraph


def _add_note(document: Document, note: str, language: Language, *, first: bool, apart: bool) -> Paragraph:
    """Write and return one note; APA sets the word before the first one in italics."""
    paragraph = document.add_paragraph()
    _space(paragraph, before=2, after=0)
    plain = dresser(NOTE_POINTS, language)
    prefix = wording(language).get("tables.note_prefix") if first and apart else ""
    if prefix and note.startswith(prefix):
        dresser(NOTE_POINTS, language, italic=True)(paragraph.add_run(prefix))
        note = note.removeprefix(prefix)
    plain(paragraph.add_run(note))
    return paragraph


def dresser(
    points: float, language: Language, *, bold: bool = False, italic: bool = False, font: str = ""
) -> Callable[[Run], None]:
    """Return what gives a run its size, face and fonts; `font` is the East-Asian one."""
    from docx.shared import Pt

    def dress(run: Run) -> None:
        run.bold, run.italic = bold or None, italic or None
        run.font.size = Pt(points)
        set_fonts(run._element.get_or_add_rPr(), language, font)

    return dress


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


def _add_grid(document: Document, printed: PrintedTable, layout: Layout, look: TableLook) -> WordTable:
    from docx.enum.table import WD_TABLE_ALIGNMENT

    groups = {row: name for row, name in enumerate(printed.groups) if name}
    grid = document.add_table(rows=1 + len(printed.rows) + len(groups), cols=len(printed.columns))
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER if look.one_line else WD_TABLE_ALIGNMENT.LEFT
    grid.autofit = False
    _set_margins(grid, layout.padding)
    _set_widths(grid, layout)
    lines = list(grid.rows)
    for line in lines:
        _keep_row_whole(line)
    _fill_headings(lines[0].cells, printed, layout)
    points = [_decimal_point(printed, place, layout) for place in range(len(printed.columns))]
    place_of_row = 1
    for row, cells in enumerate(printed.rows):
        if row in groups:
            _fill_group(lines[place_of_row].cells, groups[row], layout.points, printed.language)
            place_of_row += 1
        for place, cell in enumerate(lines[place_of_row].cells):
            left = printed.columns[place].kind == "text"
            _fill(cell, cells[place].text, layout.points, printed.language, left, points[place])
        place_of_row += 1
    _repeat(lines[0])
    _rule(lines[0], top=look.top, bottom=look.middle if printed.rows else look.bottom)
    if printed.rows:
        _rule(lines[-1], bottom=look.bottom)
    _keep_together(grid, noted=bool(printed.notes))
    return grid


def _fill_headings(cells: Sequence[WordCell], printed: PrintedTable, layout: Layout) -> None:
    for cell, column in zip(cells, printed.columns, strict=True):
        _fill(cell, column.heading, layout.points, printed.language, column.kind == "text", None)


def _fill_group(cells: Sequence[WordCell], name: str, points: float, language: Language) -> None:
    """Write a group's name over the whole width."""
    whole = cells[0] if len(cells) == 1 else cells[0].merge(cells[-1])
    _fill(whole, name, points, language, True, None)
    dresser(points, language, bold=True)(whole.paragraphs[0].runs[0])


def _decimal_point(printed: PrintedTable, place: int, layout: Layout) -> float | None:
    """Return where in the cell a column's decimal points stand, in points; None where it has none."""
    if not is_decimal(printed, place):
        return None
    tails = [split_at_point(row[place].text)[1] for row in printed.rows]
    longest = max((em_width(tail) for tail in tails), default=0.0)
    inner = layout.widths[place] - 2 * layout.padding
    return max(0.0, inner - NAMED_FACE * longest * layout.points) if longest else None


def _fill(cell: WordCell, text: str, points: float, language: Language, left: bool, at: float | None) -> None:
    from docx.enum.table import WD_ALIGN_VERTICAL
    from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
    from docx.shared import Pt

    cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
    paragraph = cell.paragraphs[0]
    # In a cell, text goes to a decimal tab of its own accord; what has no digit stands at the right edge.
    tabbed = at is not None and any(char.isdigit() for char in text)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT if left or tabbed else WD_ALIGN_PARAGRAPH.RIGHT
    if at is not None and tabbed:
        paragraph.paragraph_format.tab_stops.add_tab_stop(Pt(at), WD_TAB_ALIGNMENT.DECIMAL)
    _space(paragraph, before=1, after=1)
    dresser(points, language)(paragraph.add_run(text))


def set_fonts(properties: Any, language: Language, east_asian: str = "") -> None:
    """Name the fonts for Latin and for Chinese characters: Word chooses by character."""
    from docx.oxml.ns import qn

    fonts = properties.get_or_add_rFonts()
    for attribute in ("w:ascii", "w:hAnsi", "w:cs"):
        fonts.set(qn(attribute), LATIN_FONT)
    fonts.set(qn("w:eastAsia"), east_asian or EAST_ASIAN_FONT[language])


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


def _keep_together(grid: WordTable, *, noted: bool) -> None:
    """Keep a short table on one page, the heading of a long one with its first row, the last row with its note."""
    rows = list(grid.rows)
    kept = rows[:-1] if len(rows) <= SHORT_TABLE else rows[:1]
    for row in [*kept, rows[-1]] if noted else kept:
        for cell in row.cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True
