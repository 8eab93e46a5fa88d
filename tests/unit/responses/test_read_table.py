"""Every format a survey comes in is read to the same cells, and says how it was read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
import xlsxwriter

from wxsat.errors import DataError
from wxsat.responses.files import read_table, table_from_frame
from wxsat.responses.raw_table import MissingRange

HEADER = ["id", "满意度", "说明"]
ROWS = [["1", "同意", "很好，方便"], ["2", "不同意", "第一行\n第二行"], ["3", "中立", "他说“好”"]]


def delimited_text(delimiter: str = ",") -> str:
    quoted = [[f'"{cell}"' if delimiter in cell or "\n" in cell else cell for cell in row] for row in [HEADER, *ROWS]]
    return "\r\n".join(delimiter.join(row) for row in quoted) + "\r\n"


ENCODINGS = {
    # how it is written -> (bytes of a text, the name it is read under)
    "utf-8": (lambda t: t.encode("utf-8"), "utf-8"),
    "utf-8 with BOM": (lambda t: t.encode("utf-8-sig"), "utf-8-sig"),
    "gb18030": (lambda t: t.encode("gb18030"), "gb18030"),
    "gbk": (lambda t: t.encode("gbk"), "gb18030"),
    "utf-16 with BOM": (lambda t: t.encode("utf-16"), "utf-16"),
    "utf-16 big endian with BOM": (lambda t: b"\xfe\xff" + t.encode("utf-16-be"), "utf-16"),
    "utf-16 little endian, bare": (lambda t: t.encode("utf-16-le"), "utf-16-le"),
    "utf-16 big endian, bare": (lambda t: t.encode("utf-16-be"), "utf-16-be"),
}


@pytest.mark.parametrize("case", ENCODINGS)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_encoding_and_delimiter_gives_the_same_cells(tmp_path: Path, case: str, delimiter: str) -> None:
    encode, name = ENCODINGS[case]
    path = tmp_path / "answers.csv"
    path.write_bytes(encode(delimited_text(delimiter)))
    table = read_table(path)
    assert (table.encoding, table.delimiter, table.kind) == (name, delimiter, "text")
    assert list(table.columns) == HEADER
    assert table.frame.to_numpy().tolist() == ROWS
    assert table.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_character_that_gbk_does_not_have(tmp_path: Path) -> None:
    path = tmp_path / "rare.csv"
    path.write_bytes("姓,评价\n㐀,同意\n".encode("gb18030"))
    assert read_table(path).frame.iloc[0].tolist() == ["㐀", "同意"]


def test_a_named_encoding_wins(tmp_path: Path) -> None:
    path = tmp_path / "big5.csv"
    path.write_bytes("滿意,序\n同意,1\n".encode("big5"))
    assert list(read_table(path, encoding="big5").columns) == ["滿意", "序"]


def test_trailing_delimiters_and_empty_rows_are_not_answers(tmp_path: Path) -> None:
    path = tmp_path / "tencent.csv"
    path.write_text("a,b,\n1,2,\n,,\n3,4,\n", encoding="utf-8")
    table = read_table(path)
    assert list(table.columns) == ["a", "b"]
    assert table.row_numbers == (1, 3)
    assert table.notes == ("1 empty row(s) skipped.",)


def test_row_names_that_r_writes_first_are_named(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text('"","PU1","PU2"\n"1",3,4\n"2",5,6\n', encoding="utf-8")
    table = read_table(path)
    assert list(table.columns) == ["(row name)", "PU1", "PU2"]
    assert table.frame["PU1"].tolist() == ["3", "5"]


def test_workbook_cells_keep_their_kind(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("空")
        page = book.add_worksheet("答卷")
        page.write_row(0, 0, ["编号", "PU1", "日期"])
        page.write_string(1, 0, "007")
        page.write_number(1, 1, 5)
        page.write_datetime(
            1, 2, pd.Timestamp("2026-03-01").to_pydatetime(), book.add_format({"num_format": "yyyy-mm-dd"})
        )
        other = book.add_worksheet("其他")
        other.write_row(0, 0, ["x", "y"])
        other.write_row(1, 0, [1, 2])
    table = read_table(path)
    number, code, date = table.frame.iloc[0]
    assert (number, code, table.sheet) == ("007", 5, "答卷")
    assert str(date).startswith("2026-03-01")
    assert table.notes == ("Sheet '答卷' read; not read: 其他.",)
    assert read_table(path, sheet="其他").columns == ("x", "y")


def sav(path: Path) -> Path:
    frame = pd.DataFrame({"PU1": [1.0, 7.0, 98.0, 9.0, None], "城市": ["甲", "乙", "", "丙", "丁"]})
    pyreadstat.write_sav(
        frame, str(path), column_labels=["办事比以前快。", "所在城市"],
        variable_value_labels={"PU1": {1: "非常不同意", 7: "非常同意", 98: "不了解", 9: "拒答"}},
        missing_ranges={"PU1": [98, {"lo": 9, "hi": 10}]}, compress=path.suffix == ".zsav",
    )  # fmt: skip
    return path


@pytest.mark.parametrize("name", ["a.sav", "a.zsav"])
def test_spss_keeps_labels_and_declared_missing(tmp_path: Path, name: str) -> None:
    table = read_table(sav(tmp_path / name))
    assert table.frame["PU1"].tolist() == [1.0, 7.0, 98.0, 9.0, None]
    assert table.frame["城市"].tolist() == ["甲", "乙", None, "丙", "丁"]
    assert table.column_labels["PU1"] == "办事比以前快。"
    assert table.value_labels["PU1"][98.0] == "不了解"
    assert set(table.missing["PU1"]) == {MissingRange(98.0, 98.0), MissingRange(9.0, 10.0)}


def test_stata_keeps_labels_and_letters(tmp_path: Path) -> None:
    path = tmp_path / "a.dta"
    frame = pd.DataFrame({"PU1": pd.Series([1.0, "d", 7.0], dtype=object)})
    pyreadstat.write_dta(
        frame,
        str(path),
        missing_user_values={"PU1": ["d"]},
        variable_value_labels={"PU1": {1: "低"}},
        version=15,
    )
    table = read_table(path)
    assert table.frame["PU1"].tolist() == [1.0, "d", 7.0]
    assert table.missing["PU1"] == (MissingRange("d", "d"),)


def test_a_frame_is_a_table_too() -> None:
    table = table_from_frame(pd.DataFrame({"a": [1.0, None], "b": pd.Categorical(["x", None])}))
    assert table.frame.to_numpy().tolist() == [[1.0, "x"], [None, None]]


@pytest.mark.parametrize("folder", ["data/real/D_spss_stata_sas", "data/real/C_platform", "data/real/F_gov_newmedia"])
def test_every_real_file_is_read_or_refused_by_name(shared_data: Callable[[str], Path], folder: str) -> None:
    outcomes = [read_or_refuse(p) for p in sorted(shared_data(folder).rglob("*")) if p.is_file()]
    assert all(code.startswith("RESP-0") for code in outcomes if code != "read")
    assert outcomes.count("read") > 3


def read_or_refuse(path: Path) -> str:
    try:
        table = read_table(path)
    except DataError as error:
        return error.code
    return "read" if table.n_rows > 0 and len(set(table.columns)) == len(table.columns) else "wrong"


def test_real_spss_files_are_all_read_but_the_encrypted_one(shared_data: Callable[[str], Path]) -> None:
    refused = {}
    for path in sorted(shared_data("data/real/D_spss_stata_sas").rglob("*.*sav")):
        try:
            read_table(path)
        except DataError as error:
            refused[path.name] = error.code
    assert refused == {"hotel-encrypted.sav": "RESP-009"}
