"""Both styles in Word, groups and decimals in every format, and no cell that a program would compute."""

from __future__ import annotations

import csv
import io
import json
import re
import struct
import zipfile
import zlib

import docx
import pytest
import python_calamine
from docx.oxml.ns import qn

from wxsat.errors import UsageError
from wxsat.present.document import Document, FigureBlock, Paragraph, Section, TableBlock
from wxsat.present.numbers import numbers_of
from wxsat.present.render.decimals import decimal_tails, split_at_point
from wxsat.present.render.document_docx import render_document_docx
from wxsat.present.render.docx import render_tables
from wxsat.present.render.formats import render_table
from wxsat.present.render.printed import print_table
from wxsat.present.render.table_style import choose_style, title_case
from wxsat.present.render.xlsx import render_workbook
from wxsat.present.table import SUPPRESSED, Column, Table

COLUMNS = (
    Column("item", "Item"),
    Column("b", "b", "number", 2),
    Column("p", "p", "p_value"),
    Column("seconds", "Time", "integer", unit="s"),
)
ROWS = (("a", 12.5, 0.0004, 1500), ("b", -0.345, 0.5, 20), ("c", None, None, SUPPRESSED))
TABLE = Table(
    "demo", "Paths of the model: what holds", "en", COLUMNS, ROWS, ("a", "b", "c"), ("One.", "Two."),
    row_digits=(1, 3, 2), groups=("First group", "First group", "Second"),
)  # fmt: skip
# What a spreadsheet, a mail merge or a browser could take for more than text.
PLANTED = (
    "=1+1", "+cmd", "-2+3", "@SUM(A1)", "＝1+1", "\t=1", "\r=1", " =1", "<script>x</script>", "{=1}", "=HYPERLINK(1)",
)  # fmt: skip


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PIXEL = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(b"\x00\xff"))
    + chunk(b"IEND", b"")
)


def word(tmp_path, table=TABLE, **options):
    return docx.Document(str(render_tables([table], tmp_path / "t.docx", table.language, **options)))


def borders(document):
    lines = {}
    rows = document.tables[0].rows
    for position, row in enumerate(rows):
        found = row.cells[0]._tc.tcPr.find(qn("w:tcBorders"))
        for line in [] if found is None else found:
            lines[position - len(rows) if position else 0, line.tag.split("}")[1]] = line.get(qn("w:sz"))
    return lines


def fields(document):
    return [code.text.strip() for code in document.element.body.iter(qn("w:instrText"))]


def test_chinese_tables_follow_cyt_and_english_ones_apa(tmp_path):
    assert (choose_style(None, "zh"), choose_style("", "en"), choose_style("cyt", "en")) == ("cyt", "apa", "cyt")
    with pytest.raises(UsageError, match=r"apx.*apa.*OUT-024"):
        choose_style("apx", "en")
    # Eighths of a point: 1.5, 0.75, 1.5 pt; APA draws its three lines alike.
    assert borders(word(tmp_path, style="cyt")) == {(0, "top"): "12", (0, "bottom"): "6", (-1, "bottom"): "12"}
    assert set(borders(word(tmp_path)).values()) == {"6"}


def test_cyt_caption_is_one_centred_line_in_black_face(tmp_path):
    caption = word(tmp_path, style="cyt").paragraphs[0]
    assert (caption.text, caption.style.name, caption.alignment) == (
        "Table 1  Paths of the model: what holds", "Caption", docx.enum.text.WD_ALIGN_PARAGRAPH.CENTER,
    )  # fmt: skip
    assert {run._element.rPr.rFonts.get(qn("w:eastAsia")) for run in caption.runs} == {"黑体"}


def test_apa_caption_is_bold_number_over_italic_title(tmp_path):
    document = word(tmp_path)
    number, title = document.paragraphs[:2]
    assert (number.text, {run.bold for run in number.runs}) == ("Table 1", {True})
    assert (title.text, {run.italic for run in title.runs}) == ("Paths of the Model: What Holds", {True})
    note = next(p for p in document.paragraphs if p.text.startswith("Note."))
    assert [(run.text, run.italic) for run in note.runs] == [("Note. ", True), ("One.", None)]


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Fit of the models", "Fit of the Models"),
        ("Item–rest r with the item left out", "Item–rest r With the Item Left Out"),
        ("Means: the public and its accounts", "Means: The Public and Its Accounts"),
        ("HTMT of pairs", "HTMT of Pairs"),
    ],
)
def test_title_case(title, shown):
    assert title_case(title) == shown


def test_captions_count_themselves_and_start_where_the_report_does(tmp_path):
    assert fields(word(tmp_path)) == ["SEQ Table \\* ARABIC"]
    assert fields(word(tmp_path, numbers=[7])) == ["SEQ Table \\* ARABIC \\r 7"]
    path = render_tables([TABLE, TABLE], tmp_path / "two.docx", "en")
    two = docx.Document(str(path))
    assert fields(two) == ["SEQ Table \\* ARABIC"] * 2
    names = [mark.get(qn("w:name")) for mark in two.element.body.iter(qn("w:bookmarkStart"))]
    assert names == ["tbl_1_demo", "tbl_2_demo"]


@pytest.mark.parametrize(
    ("language", "text", "label"),
    [("zh", "见表2和图1，不见表9。", "表2"), ("en", "See Table 2 and Figure 1.", "Table 2")],
)
def test_text_that_names_a_table_refers_to_its_caption(tmp_path, language, text, label):
    tables = tuple(TableBlock(Table(f"t{n}", "T", language, COLUMNS, ROWS, ("a", "b", "c")), n) for n in (1, 2))
    figure = FigureBlock("f-1", 1, "F", "alt", "f")
    document = Document(language, "D", "", (Section("s", "S", (Paragraph(text), *tables, figure)),))
    (tmp_path / "d.docx").write_bytes(render_document_docx(document, {"f.png": PIXEL}))
    read = docx.Document(str(tmp_path / "d.docx"))
    codes = fields(read)
    assert codes[:2] == ["REF tbl_2_t2 \\h", "REF fig_1_f_1 \\h"]
    assert not any("9" in code for code in codes)
    names = {mark.get(qn("w:name")) for mark in read.element.body.iter(qn("w:bookmarkStart"))}
    assert {code.split()[1] for code in codes if code.startswith("REF")} <= names
    assert next(p.text for p in read.paragraphs if label in p.text) == text


def test_decimal_points_stand_under_one_another():
    printed = print_table(TABLE)
    assert decimal_tails(printed, 1) == ["00", "", ""]
    assert [split_at_point(row[1].text) for row in printed.rows] == [("12", ".5"), ("−0", ".345"), ("–", "")]
    text = [line for line in render_table(TABLE, "text").splitlines() if line.startswith(("a", "b"))]
    assert text[0].index(".5") == text[1].index(".345")
    latex = render_table(TABLE, "latex")
    assert r"12.5\phantom{00}" in latex
    assert "padding-right:calc(.6em + 2ch)" in render_table(TABLE, "html")


def test_word_sets_a_decimal_tab_where_there_are_decimals(tmp_path):
    grid = word(tmp_path).tables[0]
    tabs = [
        [t.get(qn("w:val")) for t in cell._tc.iter(qn("w:tab")) if t.get(qn("w:val"))] for cell in grid.rows[2].cells
    ]
    assert tabs == [[], ["decimal"], ["decimal"], []]


def test_groups_are_rows_of_their_own(tmp_path):
    grid = word(tmp_path).tables[0]
    assert [row.cells[0].text for row in grid.rows] == ["Item", "First group", "a", "b", "Second", "c"]
    assert grid.rows[1].cells[0]._tc is grid.rows[1].cells[-1]._tc
    html = render_table(TABLE, "html")
    assert html.count('<th scope="rowgroup" colspan="4">') == 2
    assert r"\multicolumn{4}{l}{\textbf{First group}} \\" in render_table(TABLE, "latex")
    assert "| **First group** |  |  |  |" in render_table(TABLE, "markdown")
    assert "\nFirst group\n" in render_table(TABLE, "text")
    assert render_table(TABLE, "csv").splitlines()[0] == "row,group,item,b,p,seconds"
    with pytest.raises(ValueError, match="group"):
        Table("t", "T", "en", COLUMNS, ROWS, ("a", "b", "c"), groups=("one",))


def test_a_unit_stands_in_the_heading():
    assert print_table(TABLE).columns[3].heading == "Time (s)"
    assert print_table(Table("t", "T", "zh", COLUMNS, ROWS, ("a", "b", "c"))).columns[3].heading == "Time（s）"


def test_json_holds_figures_at_full_precision_and_names_what_is_withheld():
    told = json.loads(render_table(TABLE, "json", 3))
    assert (told["id"], told["number"], [c["unit"] for c in told["columns"]]) == ("demo", 3, ["", "", "", "s"])
    assert told["rows"][1]["cells"] == {"item": "b", "b": -0.345, "p": 0.5, "seconds": 20}
    assert told["rows"][2]["cells"]["b"] is None
    assert (told["rows"][2]["suppressed"], told["rows"][2]["group"]) == (["seconds"], "Second")


def test_workbook_has_values_notes_and_provenance(tmp_path):
    path = render_workbook([TABLE], tmp_path / "t.xlsx", "en", provenance=[("=seed", "7")], numbers=[5])
    book = python_calamine.CalamineWorkbook.from_path(path)
    assert book.sheet_names[2:] == ["Values", "Notes", "Provenance"]
    values = book.get_sheet_by_name("Values").to_python()
    assert {row[0]: row[5] for row in values[1:]} == {e["id"]: e["value"] for e in numbers_of(TABLE)}
    assert book.get_sheet_by_name("Notes").to_python()[1] == ["Table 5", "Table 5. Paths of the model: what holds"]
    assert book.get_sheet_by_name("Provenance").to_python()[1][0] == "=seed"


@pytest.mark.parametrize("evil", PLANTED)
def test_no_renderer_lets_a_formula_through(tmp_path, evil):
    column = Column("x", evil, unit=evil)
    table = Table("t", evil, "en", (column,), ((evil,),), (evil,), (evil,), groups=(evil,))
    bare = evil.strip()
    cells = list(csv.reader(io.StringIO(render_table(table, "csv"), newline="")))[1]
    starts = ("=", "+", "-", "@", "\t", "\r", "＝")
    assert not [cell for cell in cells if cell.startswith(starts) or cell.lstrip().startswith(starts)]
    path = render_workbook([table], tmp_path / "t.xlsx", "en", provenance=[(evil, evil)])
    with zipfile.ZipFile(path) as parts:
        sheets = [parts.read(n).decode() for n in parts.namelist() if n.startswith("xl/worksheets/sheet")]
    assert not any("<f>" in sheet or "<hyperlink r:id" in sheet for sheet in sheets)
    document = word(tmp_path, table)
    # A field instruction is ours alone; the planted text is text.
    assert not [code for code in fields(document) if bare in code]
    assert bare in document.tables[0].rows[-1].cells[0].text.strip()
    assert "<script" not in render_table(table, "html")


@pytest.mark.parametrize("rows", [3, 40])
def test_latex_is_balanced(rows):
    hostile = r"50% of {a_b} & \cmd $x$ #1 ~^"
    table = Table(
        "t", hostile, "en", (Column("x", hostile), Column("n", "n", "number", 2)),
        tuple((hostile, float(i)) for i in range(rows)), tuple(map(str, range(rows))), (hostile, "①"),
        groups=("g",) * rows,
    )  # fmt: skip
    latex = render_table(table, "latex", 2)
    bare = re.sub(r"\\[{}%&$#_]", "", latex)
    assert bare.count("{") == bare.count("}")
    assert sorted(re.findall(r"\\begin\{(\w+)\}", latex)) == sorted(re.findall(r"\\end\{(\w+)\}", latex))
    assert not re.search(r"(?<!\\)[#~^%]\w", re.sub(r"(?m)%$", "", latex).replace("{%", "{"))
