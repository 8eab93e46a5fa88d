"""Questionnaire -> a Word file on A4: one grid a block, East Asian font named, the same bytes every time."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any

from wxsat.instrument.questionnaire import Block, Entry, Option, Questionnaire, Text, printed_word, wording

CIRCLE, BOX = "○", "□"
LATIN_FONT, EAST_ASIAN_FONT = "Times New Roman", "SimSun"
BODY_SIZE, SMALL_SIZE = 10.5, 8.0
TEXT_WIDTH, NUMBER_WIDTH, MISSING_WIDTH = 17.4, 0.9, 1.5
# Points above and below a line in a cell, and twentieths of a point beside it.
CELL_PADDING, CELL_MARGIN = 2.0, 45
FIXED_DATE = datetime(2000, 1, 1)
ZIP_DATE = (2000, 1, 1, 0, 0, 0)


def questionnaire_docx(questionnaire: Questionnaire) -> bytes:
    """Return the questionnaire as the bytes of a .docx file."""
    import docx

    document = docx.Document()
    _page(document, questionnaire)
    _paragraph(document, questionnaire.title, size=16, bold=True, centred=True, after=8)
    _paragraph(document, questionnaire.stem, after=4)
    _paragraph(document, questionnaire.scale_note, size=9, after=6)
    _paragraph(document, questionnaire.consent, after=2)
    _paragraph(document, wording(printed_word("consent_box"), questionnaire.languages), after=8)
    for block in questionnaire.blocks:
        if block.kind == "rating" and block.options:
            _grid(document, block, questionnaire)
        else:
            for entry in block.entries:
                _question(document, entry)
    _paragraph(document, wording(printed_word("thanks"), questionnaire.languages), centred=True, before=10)
    memory = io.BytesIO()
    document.save(memory)
    return fixed_zip(memory.getvalue())


def fixed_zip(content: bytes) -> bytes:
    """Return the same archive with one fixed date on every member, so that equal content is equal bytes."""
    memory = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(memory, "w") as target:
        for name in source.namelist():
            member = zipfile.ZipInfo(name, ZIP_DATE)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o600 << 16
            target.writestr(member, source.read(name))
    return memory.getvalue()


def _page(document: Any, questionnaire: Questionnaire) -> None:
    from docx.shared import Cm

    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(1.8)
    section.top_margin = section.bottom_margin = Cm(1.8)
    normal = document.styles["Normal"]
    _fonts(normal.element.get_or_add_rPr(), normal.font)
    properties = document.core_properties
    properties.author, properties.title = "wxsat", " / ".join(questionnaire.title)
    properties.comments, properties.last_modified_by = "", "wxsat"
    properties.created = properties.modified = FIXED_DATE
    form = wording(printed_word(questionnaire.form), questionnaire.languages)
    footer = section.footer.paragraphs[0]
    footer.text = f"{questionnaire.instrument_id} {questionnaire.version} · {' / '.join(form)}"
    footer.runs[0].font.size = _points(SMALL_SIZE)


def _fonts(properties: Any, font: Any) -> None:
    from docx.oxml.ns import qn

    font.name, font.size = LATIN_FONT, _points(BODY_SIZE)
    properties.rFonts.set(qn("w:eastAsia"), EAST_ASIAN_FONT)


def _points(size: float) -> Any:
    from docx.shared import Pt

    return Pt(size)


def _paragraph(
    parent: Any,
    text: Text,
    *,
    size: float = BODY_SIZE,
    bold: bool = False,
    centred: bool = False,
    before: float = 0,
    after: float = 0,
    keep: bool = False,
) -> None:
    """Add one paragraph a language."""
    for i, line in enumerate(text):
        paragraph = parent.add_paragraph()
        _fill(paragraph, (line,), size, bold=bold, centred=centred)
        spacing = paragraph.paragraph_format
        spacing.space_before = _points(before if i == 0 else 0)
        spacing.space_after = _points(after if i == len(text) - 1 else 0)
        spacing.keep_with_next = keep


def _fill(paragraph: Any, text: Text, size: float, *, bold: bool = False, centred: bool = False) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK

    paragraph.paragraph_format.space_after = _points(CELL_PADDING)
    paragraph.paragraph_format.space_before = _points(CELL_PADDING)
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for i, line in enumerate(text):
        run = paragraph.add_run(line)
        run.font.size, run.bold = _points(size), bold
        if i < len(text) - 1:
            run.add_break(WD_BREAK.LINE)


def _grid(document: Any, block: Block, questionnaire: Questionnaire) -> None:
    """Add a grid of ratings; its header row is repeated on the next page, its rows are never cut."""
    instruction = block.stem or wording(printed_word("rate"), questionnaire.languages)
    _paragraph(document, block.condition, before=6, keep=True)
    _paragraph(document, instruction, before=6, after=2, keep=True)
    worded = all(option.text for option in block.options)
    if not worded:
        _paragraph(document, (_anchor_line(block),), size=9, after=2, keep=True)
    table = document.add_table(rows=1, cols=2 + len(block.options))
    table.style, table.autofit = "Table Grid", False
    statement = wording(printed_word("statement"), questionnaire.languages)
    head = table.rows[0]
    _fill(head.cells[1].paragraphs[0], (" / ".join(statement),), SMALL_SIZE, bold=True)
    for cell, option in zip(head.cells[2:], block.options, strict=True):
        lines = option.text if option.missing else (str(option.code), *(option.text if worded else ()))
        _fill(cell.paragraphs[0], lines, SMALL_SIZE - 1.5, centred=True)
    for entry in block.entries:
        cells = table.add_row().cells
        _fill(cells[0].paragraphs[0], (str(entry.number),), BODY_SIZE - 0.5, centred=True)
        _fill(cells[1].paragraphs[0], entry.text, BODY_SIZE - 0.5)
        for cell in cells[2:]:
            _fill(cell.paragraphs[0], (CIRCLE,), BODY_SIZE, centred=True)
    _shape(table, _widths(block.options, worded, "en" in questionnaire.languages))


def _anchor_line(block: Block) -> str:
    return "    ".join(f"{o.code} = {' / '.join(o.text)}" for o in block.options if o.text and not o.missing)


def _widths(options: tuple[Option, ...], worded: bool, english: bool) -> list[float]:
    """Return column widths in cm that fill the text width; English labels need more for each code."""
    n_codes = sum(not option.missing for option in options)
    widest = (1.4 if english else 1.15) if worded else 0.85
    code_width = min(widest, 9.8 / max(n_codes, 1))
    rest = TEXT_WIDTH - NUMBER_WIDTH - n_codes * code_width - MISSING_WIDTH * (len(options) - n_codes)
    return [NUMBER_WIDTH, rest, *(MISSING_WIDTH if option.missing else code_width for option in options)]


def _shape(table: Any, widths: list[float]) -> None:
    from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
    from docx.oxml import OxmlElement
    from docx.shared import Cm

    _narrow_margins(table)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    for number, row in enumerate(table.rows):
        properties = row._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        if number == 0:
            properties.append(OxmlElement("w:tblHeader"))
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Cm(width)
            cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER


def _narrow_margins(table: Any) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(CELL_MARGIN))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    # The schema wants tblLook to stay last.
    table._tbl.tblPr.find(qn("w:tblLook")).addprevious(margins)


def _question(document: Any, entry: Entry) -> None:
    """Add one question: its wording, then its answers in a running line, or a line to write on."""
    note = f" ({' / '.join(entry.note)})" if entry.note else ""
    lines = list(entry.text)
    lines[0] = f"{entry.number}. {lines[0]}"
    lines[-1] += note
    _paragraph(document, (*lines, *entry.condition), before=0, after=0, keep=True)
    document.paragraphs[-len(lines) - len(entry.condition)].paragraph_format.space_before = _points(6)
    if entry.options:
        mark = BOX if entry.kind == "multiple" else CIRCLE
        answers = "    ".join(f"{mark}\u00a0{_answer(option, entry)}" for option in entry.options)
        _paragraph(document, (answers,), after=2)
    else:
        _paragraph(document, ("_" * (16 if entry.kind in ("number", "rating") else 40),), after=2)


def _answer(option: Option, entry: Entry) -> str:
    """Return the wording of an answer, with its number where only some answers of the list have a wording."""
    text = " / ".join(option.text)
    if option.missing or (text and all(each.text for each in entry.options)):
        return text
    return f"{option.code}\u00a0{text}".strip()
