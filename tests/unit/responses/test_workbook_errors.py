"""Errors and unstored formulas of a workbook are named by address and refused where answers are meant."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

from wxsat.errors import DataError
from wxsat.instrument.instrument import Instrument
from wxsat.responses.files import read_table
from wxsat.responses.read import read_responses
from wxsat.responses.workbook_cells import address, cells_without_value

MakeAnswers = Callable[..., pd.DataFrame]


def write_book(path: Path, rows: list[list[object]], formulas: dict[str, tuple[str, object]]) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("答案")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        for cell, (formula, value) in formulas.items():
            sheet.write_formula(cell, formula, None, value)
    return path


def test_errors_and_unstored_formulas_are_read_as_what_they_show(tmp_path: Path) -> None:
    rows: list[list[object]] = [["id", "a", "b"], [1, 5, 4], [2, 5, 4], [3, 5, 4]]
    formulas: dict[str, tuple[str, object]] = {
        "B2": ("=NA()", "#N/A"), "C3": ("=1/0", "#DIV/0!"), "B4": ("=1+2", ""), "C4": ("=1+2", 3),
    }  # fmt: skip
    table = read_table(write_book(tmp_path / "e.xlsx", rows, formulas))
    assert table.frame["a"].tolist() == ["#N/A", 5, "=1+2"]
    assert table.frame["b"].tolist() == [4, "#DIV/0!", 3]
    assert any("B2 (#N/A), C3 (#DIV/0!), B4 (=1+2)" in note for note in table.notes)


def test_an_error_beyond_the_last_value_and_an_empty_top_keep_their_places(tmp_path: Path) -> None:
    rows: list[list[object]] = [[], ["id", "a"], [1, 5], [2]]
    table = read_table(write_book(tmp_path / "e.xlsx", rows, {"B4": ("=1+2", "")}))
    assert table.frame["a"].tolist() == [5, "=1+2"]


def test_a_formula_that_gives_an_empty_text_is_an_empty_cell() -> None:
    row = '<row><c><v>1</v></c><c t="str"><f>IF(1,"")</f><v></v></c><c t="e"><v>#REF!</v></c></row>'
    assert cells_without_value(_book(f"<worksheet><sheetData>{row}</sheetData></worksheet>"), "S") == {(0, 2): "#REF!"}
    assert cells_without_value(_book("<worksheet><f"), "S") == {}
    assert address(0, 0) == "A1"
    assert address(9, 701) == "ZZ10"


def _book(sheet: str) -> bytes:
    stream = io.BytesIO()
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("xl/workbook.xml", f'<workbook xmlns:r="{office}"><sheet name="S" r:id="r1"/></workbook>')
        archive.writestr("xl/_rels/workbook.xml.rels", '<x><Relationship Id="r1" Target="/xl/worksheets/s.xml"/></x>')
        archive.writestr("xl/worksheets/s.xml", sheet)
    return stream.getvalue()


def test_an_answer_that_is_an_error_is_refused(
    tmp_path: Path, instrument: Instrument, make_answers: MakeAnswers
) -> None:
    frame = make_answers(5)
    rows: list[list[object]] = [list(frame.columns), *([int(v) for v in row] for row in frame.to_numpy().tolist())]
    file = write_book(tmp_path / "e.xlsx", rows, {"A3": ("=NA()", "#N/A")})
    with pytest.raises(DataError, match="'#N/A' is not a label") as caught:
        read_responses(file, instrument)
    assert caught.value.code == "RESP-030"
    assert "data row 2" in str(caught.value)
    assert "Mend the formula" in str(caught.value)
