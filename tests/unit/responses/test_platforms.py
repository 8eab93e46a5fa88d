"""What each platform writes in a way of its own, cell by cell."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from wxsat.errors import DataError, UsageError
from wxsat.instrument.instrument import Instrument
from wxsat.responses.files import read_table
from wxsat.responses.read import read_responses
from wxsat.responses.reading_findings import reading_findings

WJX = ["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP"]
ABOUT = ["1", "2024/3/4 10:15:33", "85秒", "微信", "N/A", "192.0.2.1(北京)"]
ITEMS = ["1、办事比以前快。", "2、少跑了路。", "3、对我有用。"]


def write(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows(rows)
    return path


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("85秒", 85),
        ("1分25秒", 85),
        ("1小时2分3秒", 3723),
        ("85", 85),
        ("00:01:25", 85),
        ("1时0分5秒", 3605),
        ("2天", 172800),
    ],
)
def test_time_taken_in_every_form(tmp_path: Path, instrument: Instrument, told: str, seconds: int) -> None:
    row = [*ABOUT[:2], told, *ABOUT[3:], "同意", "中立", "同意"]
    read = read_responses(write(tmp_path / "a.csv", [[*WJX, *ITEMS], row]), instrument)
    assert read.paradata["seconds"].tolist() == [seconds]


@pytest.mark.parametrize(("skipped", "empty"), [("(跳过)", "(空)"), ("（跳过）", "（空）"), ("-3", "-2")])
def test_marks_for_no_answer(tmp_path: Path, instrument: Instrument, skipped: str, empty: str) -> None:
    words = skipped != "-3"
    rows = [[*ABOUT, "同意" if words else "6", skipped, empty], [*ABOUT, empty, skipped, "中立" if words else "4"]]
    read = read_responses(write(tmp_path / "a.csv", [[*WJX, *ITEMS], *rows]), instrument, platform="wjx")
    assert read.reasons["PU2"].tolist() == ["not_shown", "not_shown"]
    assert read.reasons["PU1"].tolist() == ["", "skipped"]
    assert read.frame["PU1"].tolist()[0] == 6
    assert np.isnan(read.frame["PU2"]).all()


def test_negative_scores_are_answers_where_the_scale_has_them(tmp_path: Path) -> None:
    head = [*WJX, "1、a", "2、b", "3、c"]
    rows = [[*ABOUT, v, v, "-3"] for v in ("-3", "-2", "-1", "0", "3")]
    frame = read_table(write(tmp_path / "a.csv", [head, *rows]), platform="wjx").frame
    assert frame["1、a"].tolist() == ["-3", "-2", "-1", "0", "3"]
    assert set(frame["3、c"]) == {"(跳过)"}


def test_matrix_rows_and_text_written_into_an_option(tmp_path: Path, instrument: Instrument) -> None:
    head = [*WJX, "7、请评价：—办事比以前快。", "7、少跑了路。", "第8题(对我有用。)"]
    rows = [[*ABOUT, "同意〖说明〗", "中立", "不同意"]]
    read = read_responses(write(tmp_path / "a.csv", [head, *rows]), instrument)
    assert read.frame[["PU1", "PU2", "PU3"]].iloc[0].tolist() == [6, 4, 2]


def test_codes_or_positions_is_asked_where_answers_cannot_tell(tmp_path: Path, instrument: Instrument) -> None:
    """Don't-know is 98 by score and 8 by number; somebody who wrote 8 settles it, a file without it needs no answer."""
    named = [[*ABOUT, "6", "4", "8"]]
    read = read_responses(write(tmp_path / "a.csv", [[*WJX, *ITEMS], *named]), instrument)
    assert read.reasons["PU3"].tolist() == ["dont_know"]
    assert read.frame["PU1"].tolist() == [6]
    with pytest.raises(DataError, match="RESP-031"):
        read_responses(tmp_path / "a.csv", instrument, platform="wjx-score")


def test_a_scale_from_zero_that_fits_both_ways_is_asked_about(tmp_path: Path) -> None:
    """7 on a scale from 0 to 10 is 7 by score and 6 by number; nothing in the file says which."""
    from wxsat.instrument.load import load_instrument

    public = load_instrument("gov-wechat-public")
    items = {i.id: i.text.zh for i in public.items_in("brief")}
    trust = next(q.text.zh for q in public.background if q.id == "GT1")
    head = [*WJX, *(f"{n}、{text}" for n, text in enumerate([*items.values(), trust], start=1))]
    path = write(tmp_path / "a.csv", [head, [*ABOUT, *(["2"] * len(items)), "7"]])
    with pytest.raises(DataError, match="RESP-070"):
        read_responses(path, public)
    by = {p: read_responses(path, public, platform=f"wjx-{p}").frame["GT1"].tolist() for p in ("score", "index")}
    assert by == {"score": [7], "index": [6]}


def test_columns_by_order_only_when_asked_and_only_when_they_agree(tmp_path: Path, instrument: Instrument) -> None:
    names = [item.id for item in instrument.items_in("full")]
    checks = [c.id for c in instrument.attention if c.kind != "antonyms" and "full" in c.forms]
    background = [q.id for q in instrument.background if "full" in q.forms and q.kind != "multiple"]
    n = len(names) + len(checks) + len(background)
    own = {q.id: "30" for q in instrument.background if q.min is not None}
    answers = [own.get(name, "1") for name in [*names, *checks, *background]]
    rows = [[f"q{j}" for j in range(n)], *([answers] * 3)]
    path = write(tmp_path / "a.csv", rows)
    with pytest.raises(DataError, match="RESP-020"):
        read_responses(path, instrument)
    read = read_responses(path, instrument, match="order", form="full", recode={"q0": {1: 2}})
    assert read.frame[names[0]].tolist() == [2, 2, 2]
    assert set(read.provenance["matched_by"].values()) == {"order"}
    assert [f.code for f in reading_findings(read) if f.code == "RESP-111"] == ["RESP-111"]
    with pytest.raises(DataError, match=r"RESP-071"):
        read_responses(write(tmp_path / "b.csv", [row[:-1] for row in rows]), instrument, match="order", form="full")
    with pytest.raises(UsageError, match="RESP-072"):
        read_responses(path, instrument, match="luck")


def test_a_number_that_is_no_position_is_refused(tmp_path: Path, instrument: Instrument) -> None:
    """98 is the code of don't-know and never a position: read as one it would be an answer nobody gave."""
    path = write(tmp_path / "a.csv", [[*WJX, *ITEMS], [*ABOUT, "6", "98", "4"]])
    with pytest.raises(DataError, match=r"option 98 of 9"):
        read_responses(path, instrument, platform="wjx-index")


def test_answer_codes_of_limesurvey_are_options_of_closed_questions_only(
    tmp_path: Path, instrument: Instrument
) -> None:
    head = ["id", "submitdate", "lastpage", "startlanguage", "PU1", "PU2", "PU3", "account"]
    rows = [["1", "2024-03-04 10:00:00", "3", "en", "A6", "A8", "A2", "A01"]]
    read = read_responses(write(tmp_path / "a.csv", [head, *rows]), instrument, keep=["account"])
    assert read.frame[["PU1", "PU3"]].iloc[0].tolist() == [6, 2]
    assert read.reasons["PU2"].tolist() == ["dont_know"]
    assert read.frame["account"].tolist() == ["A01"]


def test_a_platform_that_there_is_not_or_that_it_is_not(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [[*WJX, *ITEMS], [*ABOUT, "1", "2", "3"]])
    with pytest.raises(UsageError, match=r"RESP-065"):
        read_table(path, platform="wxj")
    for other in ("qualtrics", "spss", "surveymonkey"):
        with pytest.raises(DataError, match=r"RESP-066"):
            read_table(path, platform=other)


def test_every_item_not_found_and_column_not_used_is_named(tmp_path: Path, instrument: Instrument) -> None:
    rows = [["PU1", "PU2", "SH1", "hobby", "mood"], ["1", "2", "3", "x", "y"]]
    findings = {
        f.code: f for f in reading_findings(read_responses(write(tmp_path / "a.csv", rows), instrument, form="full"))
    }
    assert "PU3" in findings["RESP-108"].evidence["names"].split(", ")
    assert findings["RESP-110"].evidence["names"] == "hobby, mood"


def test_lists_whose_labels_hold_the_separator() -> None:
    import pandas as pd

    from wxsat.instrument.instrument import Choice, Label
    from wxsat.responses.code import code_multiple
    from wxsat.responses.files import table_from_frame
    from wxsat.responses.match import Asked

    texts = ["Answered, not solved", "Solved", "No reply"]
    choices = tuple(Choice(code=i, text=Label(en=t)) for i, t in enumerate(texts, start=1))
    cells = ["Answered, not solved, No reply", "Solved", "Solved, Answered, not solved", "nonsense, Solved"]
    table = table_from_frame(pd.DataFrame({"q": cells}))
    coded, faults = code_multiple(table, "q", Asked("q", Label(en="q"), "multiple", choices=choices))
    assert [[coded[c][i] for c in (1, 2, 3)] for i in range(3)] == [[1, 0, 1], [0, 1, 0], [1, 1, 0]]
    assert [f.code for f in faults] == ["RESP-030"]
