"""Excel and Word files, read again by another program: what stands in the cells, and the same bytes every time."""

from __future__ import annotations

import time
import zipfile

import docx
import openpyxl
import pytest
import python_calamine
from docx.oxml.ns import qn
from docx.shared import Pt

from wxsat.errors import UsageError
from wxsat.present.render.atomic import write_atomically
from wxsat.present.render.column_widths import em_width, lay_out
from wxsat.present.render.docx import add_table, new_document, render_tables
from wxsat.present.render.printed import print_table
from wxsat.present.render.xlsx import number_format, render_workbook, sheet_names
from wxsat.present.table import SUPPRESSED, Column, Table

FORMULA = "=cmd|'/C calc'!A1"
COLUMNS = (
    Column("construct", "构念", collapse=True),
    Column("item", "题项"),
    Column("r", "题总相关", "number", 2, no_zero=True),
    Column("ci_lower", "95% CI 下限", "number", 2, upper="ci_upper", interval_heading="95% CI"),
    Column("ci_upper", "95% CI 上限", "number", 2),
    Column("n", "人数", "integer"),
)
ROWS = (
    ("信任", FORMULA, 0.123456789012345, -0.2, 0.4, 1500),
    ("信任", "https://example.org", None, None, None, SUPPRESSED),
)
TABLE = Table("t", "信度：甲/乙?*[]", "zh", COLUMNS, ROWS, ("a", "b"), ("说明一。", "说明二。"), (1,))


@pytest.fixture
def workbook(tmp_path):
    return render_workbook([TABLE, TABLE], tmp_path / "t.xlsx", "zh", {"title": "标题"})


@pytest.fixture
def word(tmp_path):
    return docx.Document(str(render_tables([TABLE], tmp_path / "t.docx", "zh", "标题")))


def test_workbook_cells(workbook):
    book = python_calamine.CalamineWorkbook.from_path(workbook)
    assert book.sheet_names[0] == "目录"
    rows = book.get_sheet_by_index(1).to_python()
    assert rows[0][0] == "表1  信度：甲/乙?*[]"
    assert rows[2] == [c.heading for c in COLUMNS]
    assert rows[3] == ["信任", FORMULA, 0.123456789012345, -0.2, 0.4, 1500]
    assert rows[4] == ["信任", "https://example.org†", "", "", "", "[c]"]
    assert [row[0] for row in rows[6:8]] == ["注：说明一。", "说明二。"]


def test_every_text_that_could_be_a_formula_is_marked_as_text(tmp_path):
    columns = (Column("a", FORMULA), Column("b", "-2 b", "number", 2))
    table = Table("t", "t", "en", columns, ((FORMULA, 1.0),), ("x",), (FORMULA,))
    book = openpyxl.load_workbook(render_workbook([table], tmp_path / "t.xlsx", "en", {"note": FORMULA}))
    open_cells = [
        (sheet.title, cell.coordinate)
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and cell.value[:1] in ("=", "+", "-", "@") and not cell.quotePrefix
    ]
    assert open_cells == []


def test_workbook_holds_no_formula_and_no_outside_link(workbook):
    with zipfile.ZipFile(workbook) as parts:
        sheets = [parts.read(n).decode() for n in parts.namelist() if n.startswith("xl/worksheets/")]
        links = [parts.read(n).decode() for n in parts.namelist() if "worksheets/_rels" in n]
    assert not any("<f>" in sheet for sheet in sheets)
    assert not any("example.org" in text for text in links)


def test_workbook_freezes_the_heading(workbook):
    with zipfile.ZipFile(workbook) as parts:
        assert (
            'topLeftCell="B4" activePane="bottomRight" state="frozen"'
            in parts.read("xl/worksheets/sheet2.xml").decode()
        )


def test_sheet_names_are_legal_and_unique():
    titles = ["a" * 60, "A" * 60, "题[1]:*?/\\'" + "字" * 40, "𠮷" * 40, "'quoted'"]
    tables = [Table("t", t, "zh", (Column("a", "A"),), (), ()) for t in titles]
    names = sheet_names(tables, "zh")
    assert len({n.lower() for n in names}) == len(names)
    assert all(len(n.encode("utf-16-le")) // 2 <= 31 for n in names)
    assert not any(set(n) & set("[]:*?/\\") for n in names)
    assert not any(n.startswith("'") or n.endswith("'") for n in names)


@pytest.mark.parametrize(
    ("column", "code"),
    [
        (Column("a", "A", "number", 3), "#,##0.000"),
        (Column("a", "A", "number", 2, no_zero=True), ".00"),
        (Column("a", "A", "number", 0), "#,##0"),
        (Column("a", "A", "percent", 1), "0.0%"),
        (Column("a", "A", "percent", 0), "0%"),
        (Column("a", "A", "p_value"), '[<0.001]"<.001";.000'),
        (Column("a", "A", "probability"), '[>=0.995]">.99";[<0.005]"<.01";.00'),
    ],
)
def test_number_format(column, code):
    assert number_format(column) == code


def test_same_tables_same_bytes(tmp_path):
    first = [
        render_workbook([TABLE], tmp_path / "1.xlsx", "zh").read_bytes(),
        render_tables([TABLE], tmp_path / "1.docx", "zh").read_bytes(),
    ]
    time.sleep(2.1)  # a zip archive counts in steps of two seconds
    second = [
        render_workbook([TABLE], tmp_path / "2.xlsx", "zh").read_bytes(),
        render_tables([TABLE], tmp_path / "2.docx", "zh").read_bytes(),
    ]
    assert first == second


def test_word_cells(word):
    grid = word.tables[0]
    assert [c.text for c in grid.rows[0].cells] == ["构念", "题项", "题总相关", "95% CI", "人数"]
    assert [c.text for c in grid.rows[1].cells] == ["信任", FORMULA, ".12", "[−0.20, 0.40]", "1,500"]
    assert [c.text for c in grid.rows[2].cells] == ["", "https://example.org†", "–", "–", "[c]"]
    texts = [p.text for p in word.paragraphs if p.text]
    assert texts == ["表1  信度：甲/乙?*[]", "注：说明一。", "说明二。"]


def test_word_table_has_three_lines(word):
    grid = word.tables[0]
    lines = {}
    for position, row in enumerate(grid.rows):
        borders = row.cells[0]._tc.tcPr.find(qn("w:tcBorders"))
        for border in [] if borders is None else borders:
            lines[position, border.tag.split("}")[1]] = border.get(qn("w:sz"))
    # Eighths of a point: 1.5, 0.75 and 1.5 pt.
    assert lines == {(0, "top"): "12", (0, "bottom"): "6", (2, "bottom"): "12"}


def test_word_names_a_chinese_font_and_repeats_the_heading(word):
    grid = word.tables[0]
    fonts = grid.rows[1].cells[0].paragraphs[0].runs[0]._element.rPr.rFonts
    assert fonts.get(qn("w:eastAsia")) == "宋体"
    assert grid.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None


def test_word_table_keeps_within_the_margins(word):
    section = word.sections[0]
    width = sum(column.width for column in word.tables[0].columns)
    assert width <= section.page_width - section.left_margin - section.right_margin


def wide_table(n_columns):
    columns = (Column("a", "构念"), *(Column(f"c{i}", "组合信度", "number", 3) for i in range(n_columns)))
    return Table("w", "宽", "zh", columns, (("感知有用性", *([-1234.5678] * n_columns)),), ("x",))


def test_wide_word_table_gets_a_page_on_its_side():
    document = new_document("zh")
    add_table(document, wide_table(12), 1)
    add_table(document, TABLE, 2)
    assert [s.page_width > s.page_height for s in document.sections] == [False, True, False]
    assert [t.autofit for t in document.tables] == [False, False]


def test_narrow_word_table_stays_upright():
    document = new_document("zh")
    add_table(document, TABLE, 1)
    assert len(document.sections) == 1


def test_figures_fit_their_column():
    printed = print_table(wide_table(6))
    layout = lay_out(printed, 450.0)
    assert layout.fits
    assert sum(layout.widths) <= 450.0 + 1e-9
    inner = [width - 2 * layout.padding for width in layout.widths]
    assert all(inner[i] >= em_width(printed.rows[0][i].text) * layout.points for i in range(1, 7))


def test_too_wide_a_table_says_so():
    assert not lay_out(print_table(wide_table(30)), 450.0).fits


def test_word_size_follows_the_layout(word):
    assert word.tables[0].rows[1].cells[0].paragraphs[0].runs[0].font.size == Pt(9)


def test_written_whole_or_not_at_all(tmp_path):
    target = write_atomically(tmp_path / "a.csv", "一\r\n")
    assert target.read_bytes() == "一\r\n".encode()
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]
    with pytest.raises(UsageError, match="OUT-003"):
        write_atomically(tmp_path / "none" / "a.csv", b"")
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match="OUT-003"):
        write_atomically(tmp_path / "folder", b"")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.csv", "folder"]


def test_table_without_rows(tmp_path):
    empty = Table("e", "空", "zh", COLUMNS, (), ())
    render_workbook([empty], tmp_path / "e.xlsx", "zh")
    grid = docx.Document(str(render_tables([empty], tmp_path / "e.docx", "zh"))).tables[0]
    assert len(grid.rows[0].cells[0]._tc.tcPr.findall(qn("w:tcBorders"))) == 1


def test_a_title_longer_than_a_property_may_be_is_cut_there():
    title = "=1+1 <script> " + "长" * 300
    assert new_document("zh", title).core_properties.title == title[:255]
