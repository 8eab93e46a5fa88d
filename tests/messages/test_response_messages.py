"""What a user reads when a file of answers is broken: one row a fault, its code and the words that must be there."""

# ruff: noqa: E501 - the tables read as rows
from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest
import xlsxwriter

from wxsat.errors import WxsatError
from wxsat.instrument.instrument import Instrument
from wxsat.instrument.load import load_instrument
from wxsat.responses.read import read_responses

Make = Callable[[Path], Any]


@pytest.fixture(scope="module")
def public() -> Instrument:
    return load_instrument("gov-wechat-public")


def brief(n: int = 6) -> pd.DataFrame:
    """Sound answers to the brief form."""
    items = load_instrument("gov-wechat-public").items_in("brief")
    return pd.DataFrame({item.id: [1 + (i + j) % 5 for i in range(n)] for j, item in enumerate(items)})


def raw(name: str, data: bytes) -> Make:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(data)
        return folder / name

    return make


def text(content: str, name: str = "a.csv") -> Make:
    return raw(name, content.encode("utf-8"))


def csv(**changes: Any) -> Make:
    def make(folder: Path) -> Path:
        frame = brief().astype(object)
        for column, value in changes.items():
            if isinstance(value, dict):
                for row, cell in value.items():
                    frame.loc[row, column] = cell
            else:
                frame[column] = value
        frame.to_csv(folder / "a.csv", index=False)
        return folder / "a.csv"

    return make


def renamed(**names: str) -> Make:
    def make(folder: Path) -> Path:
        frame = brief()
        for old, new in names.items():
            frame[new] = frame[old]
        frame.to_csv(folder / "a.csv", index=False)
        return folder / "a.csv"

    return make


def beside(folder: Path) -> Path:
    (folder / "answers.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    return folder / "answer.csv"


def workbook(name: str, *rows: list[Any]) -> Make:
    def make(folder: Path) -> Path:
        with xlsxwriter.Workbook(str(folder / name), {"in_memory": True}) as book:
            page = book.add_worksheet("答卷")
            for i, row in enumerate(rows):
                page.write_row(i, 0, row)
        return folder / name

    return make


def not_excel(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "a.xlsx", "w") as archive:
        archive.writestr("readme.txt", "nothing")
    return folder / "a.xlsx"


def reversed_sav(folder: Path) -> Path:
    scale = load_instrument("gov-wechat-public").scales["likert7"]
    labels = dict(enumerate(reversed(scale.labels["zh"]), start=1))
    pyreadstat.write_sav(brief().astype(float), str(folder / "a.sav"), variable_value_labels={"PU1": labels})
    return folder / "a.sav"


def empty_sav(folder: Path) -> Path:
    pyreadstat.write_sav(brief(1).astype(float).iloc[:0], str(folder / "a.sav"))
    return folder / "a.sav"


def cut_sav(folder: Path) -> Path:
    pyreadstat.write_sav(brief(50).astype(float), str(folder / "a.sav"))
    (folder / "a.sav").write_bytes((folder / "a.sav").read_bytes()[:400])
    return folder / "a.sav"


def ole(*streams: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + b"".join(s.encode("utf-16-le") for s in streams)


# name -> (how to make it, options of read_responses, code, words that the message must hold)
BROKEN: dict[str, tuple[Make, dict[str, Any], str, tuple[str, ...]]] = {
    # the file
    "no such file": (beside, {}, "RESP-001", ("no such file", "Did you mean 'answers.csv'?")),
    "no such folder": (lambda f: f / "x" / "a.csv", {}, "RESP-001", ("folder does not exist",)),
    "a folder": (lambda f: f, {}, "RESP-015", ("a folder",)),
    "a format that comes later": (raw("a.ods", b"x"), {}, "RESP-002", ("OpenDocument", ".csv, .tsv", ".sav")),
    "a suffix of nothing": (raw("a.cvs", b"x"), {}, "RESP-002", ("'*.cvs'", "Did you mean '.csv'?")),
    "zero bytes": (raw("a.csv", b""), {}, "RESP-003", ("empty",)),
    "only a byte order mark": (raw("a.csv", b"\xef\xbb\xbf\r\n"), {}, "RESP-003", ("empty",)),
    "an empty workbook": (workbook("a.xlsx"), {}, "RESP-003", ("no cell",)),
    "header only": (text("PU1,PU2,PU3\n"), {}, "RESP-004", ("3 column(s)", "no row of answers")),
    "header only in Excel": (workbook("a.xlsx", ["PU1", "PU2"]), {}, "RESP-004", ("no row of answers",)),
    "header only in SPSS": (empty_sav, {}, "RESP-004", ("no row of answers",)),
    "no delimiter": (text("PU1 PU2\n1 2\n"), {}, "RESP-005", ("no delimiter", "comma, semicolon, tab, pipe")),
    "undecodable": (raw("a.csv", b"a,b\n1,\x81\xff\xff2\n"), {}, "RESP-006", ("utf-8 fails at byte 6", "line 2")),
    "not the encoding named": (
        raw("a.csv", "甲,乙\n1,2\n".encode("gb18030")), {"encoding": "utf-8"}, "RESP-006", ("as utf-8", "byte 0"),
    ),
    "no such encoding": (text("a,b\n1,2\n"), {"encoding": "utf-88"}, "RESP-016", ("'utf-88' is not an encoding",)),
    "two characters of delimiter": (text("a,b\n1,2\n"), {"delimiter": "||"}, "RESP-017", ("one character",)),
    "duplicate columns": (
        text("PU1,PU2,PU1,SAT1,PU2\n1,2,3,4,5\n"), {}, "RESP-007",
        ("'PU1' stands 2 times (columns 1, 3)", "'PU2' stands 2 times (columns 2, 5)"),
    ),
    "a workbook named csv": (
        lambda f: workbook("a.xlsx", ["a"], [1])(f).rename(f / "a.csv"), {}, "RESP-008", ("'.csv'", "a workbook", ".xlsx"),
    ),
    "a page named xls": (raw("a.xls", b"<html><table><tr><td>1"), {}, "RESP-008", ("'.xls'", "HTML", "save it as .xlsx")),
    "text named xlsx": (text("a,b\n1,2\n", "a.xlsx"), {}, "RESP-008", ("a text table", "Rename it to .csv")),
    "a password": (raw("a.xlsx", ole("EncryptionInfo", "EncryptedPackage")), {}, "RESP-009", ("password",)),
    "an encrypted SPSS file": (raw("a.sav", b"\x1c\0\0\0\0\0\0\0ENCRYPTEDSAV" + b"\0" * 64), {}, "RESP-009", ("password",)),
    "ragged rows": (
        text("a,b,c\n1,2,3\n1,2\n1,2,3,4\n"), {}, "RESP-010",
        ("data row 2: 2 cells where the header has 3", "data row 3: 4 cells where the header has 3"),
    ),
    "no such sheet": (
        workbook("a.xlsx", ["a", "b"], [1, 2]), {"sheet": "答案"}, "RESP-011", ("no sheet '答案'", "sheets: 答卷"),
    ),
    "a zip that is no workbook": (not_excel, {}, "RESP-012", ("cannot be opened",)),
    "an xls container without its directory": (raw("a.xls", ole()), {}, "RESP-012", ("damaged", "save it again as .xlsx")),
    "an SPSS file cut off": (cut_sav, {}, "RESP-012", ("cannot be read",)),
    "a column without a name": (text("a,,c\n1,2,3\n"), {}, "RESP-013", ("column(s) 2",)),
    "an open quote": (text('a,b\n1,2\n3,"4\n5,6\n'), {}, "RESP-014", ("never closed", "line 3")),
    # its columns
    "another survey": (
        text("v1,v2,v3\n1,2,3\n"), {}, "RESP-020", ("0 of the 98 items", "'gov-wechat-public'", "v1, v2, v3", "another survey"),
    ),
    "two columns for one item": (renamed(PU1="pu1 "), {}, "RESP-021", ("2 columns answer 'PU1'",)),
    "a mapping to nowhere": (
        csv(), {"columns": {"usefull": "PU1", "PU1": "PU11"}}, "RESP-022", ("'usefull'", "'PU11'", "Did you mean 'PU1'?"),
    ),
    "an unknown form": (csv(), {"form": "breif"}, "RESP-024", ("'breif'", "full, standard, brief", "'brief'")),
    "an account column that is not there": (csv(), {"account": "acount"}, "RESP-025", ("'acount'",)),
    "an identifier to be kept": (csv(openid="o123"), {"keep": ["openid"]}, "RESP-026", ("identifies people",)),
    # its cells
    "an unknown label": (
        csv(PU1={1: "同义", 3: "同义"}), {}, "RESP-030",
        ("column 'PU1'", "'同义'", "2 cells; data row 2, 4", "1 to 7, 98 for don't know", "Did you mean '同意'?"),
    ),
    "out of range": (csv(PU1={0: 8}), {}, "RESP-031", ("8 is out of range", "1 cell; data row 1")),
    "a platform's skip code": (csv(PU1={0: -3}), {}, "RESP-031", ("-3 is out of range",)),
    "a fraction": (csv(PU1={2: 4.5}), {}, "RESP-032", ("4.5 is not a whole number", "data row 3")),
    "code and label at odds": (csv(PU1={2: "5 非常同意"}), {}, "RESP-033", ("label of another code", "stands for 7")),
    "labels the other way round": (reversed_sav, {}, "RESP-033", ("run in the other direction", "1 = '非常同意', there 7")),
    "a recode of nothing": (csv(), {"recode": {"PU9": {1: 7}}}, "RESP-035", ("'PU9'", "Did you mean")),
    "no duration": (csv(**{"所用时间": "很久"}), {}, "RESP-036", ("'很久' is no duration", "6 cell(s)")),
    "an answer turned into a date": (
        workbook("a.xlsx"), {"frame": "date"}, "RESP-038", ("a date or a time", "format the column as text"),
    ),
    "infinite": (lambda f: brief().astype(float).replace({1.0: np.inf}), {}, "RESP-034", ("'inf' is not a number",)),
    "an empty frame": (lambda f: brief().iloc[:0], {}, "RESP-004", ("no row of answers",)),
    "a frame with two columns of one name": (
        lambda f: pd.concat([brief(), brief()[["PU1"]]], axis=1), {}, "RESP-007", ("'PU1' stands 2 times",),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_message(case: str, tmp_path: Path, public: Instrument) -> None:
    make, options, code, words = BROKEN[case]
    options = dict(options)
    source = make(tmp_path)
    if options.pop("frame", None):
        source = brief().astype(object)
        source.loc[0, "PU1"] = pd.Timestamp("2026-01-02").to_pydatetime()
    with pytest.raises(WxsatError) as caught:
        read_responses(source, public, **options)
    message = str(caught.value)
    assert caught.value.code == code, message
    for word in words:
        assert word in message
    assert str(tmp_path) not in message or code == "RESP-001"


def test_all_faults_of_a_file_at_once_and_ten_are_shown(tmp_path: Path, public: Instrument) -> None:
    frame = brief().astype(object)
    for column in frame.columns[:13]:
        frame.loc[0, column] = "坏"
    frame.to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(WxsatError) as caught:
        read_responses(tmp_path / "a.csv", public)
    assert len(caught.value.faults) == 13
    assert "... and 3 more." in str(caught.value)


def test_a_fault_does_not_show_an_identifier(tmp_path: Path, public: Instrument) -> None:
    frame = brief().astype(object)
    frame.loc[0, "PU1"] = "13800138000"
    frame.loc[1, "PU1"] = 13900139000
    frame.to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(WxsatError) as caught:
        read_responses(tmp_path / "a.csv", public)
    assert "138001" not in str(caught.value)
    assert "139001" not in str(caught.value)


def test_the_instrument_that_fits_better_is_named(tmp_path: Path) -> None:
    scale = {"min": 1, "max": 5}
    items = [{"id": f"x{i}", "text": {"en": f"Test {i}"}, "construct_id": "visual"} for i in range(1, 5)]
    other = Instrument.model_validate(
        {
            "instrument": {"id": "other", "version": "1", "default_scale": "five"},
            "scales": {"five": scale},
            "constructs": [{"id": "visual", "name": {"en": "Visual"}, "items": items}],
        }
    )
    brief().to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(WxsatError, match="fits 'gov-wechat-public' better"):
        read_responses(tmp_path / "a.csv", other)
