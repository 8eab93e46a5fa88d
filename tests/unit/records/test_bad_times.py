"""Times as people and programs write them: read where they say one thing, refused where they could say two."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from wxsat.errors import DataError
from wxsat.records.log_times import read_times
from wxsat.records.read import read_records, records_of
from wxsat.records.settings import LogSettings

SETTINGS = LogSettings.model_validate({"as_of": dt.date(2026, 3, 31), "files": {"accounts": "accounts.csv"}})
NINE_THIRTY = pd.Timestamp("2026-03-02 09:30")


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02 09:30", "2026/3/2 9:30:00", "2026.3.2 9:30", "2026年3月2日 9:30", "2026年3月2日9时30分",
        "2026年3月2日 上午9:30", "2026-03-02T09:30:00.000", "20260302 0930", "20260302T093000", "2026-03-02 9:30 AM",
        "2026-03-02T01:30:00Z", "2026-03-02 01:30 UTC", "2026-03-02 09:30 GMT+8", "2026-03-02 09:30 +08",
        "2026-03-02T09:30+08:00", "2026-03-01T20:30:00.000-0500", NINE_THIRTY, dt.datetime(2026, 3, 2, 9, 30),
    ],
)  # fmt: skip
def test_one_moment_in_many_spellings(text):
    found = read_times([text], "Asia/Shanghai")
    assert found.times[0] == NINE_THIRTY
    assert not found.wrong.any()


def test_days_without_a_clock_time():
    read = read_times(["2026-03-02", "2026年3月2日", "20260302", dt.date(2026, 3, 2), 20260302.0], "Asia/Shanghai")
    assert set(read.times) == {pd.Timestamp("2026-03-02")}
    assert read_times(["2026-03-02 下午12:05", "2026-03-02 12:05 am"], "UTC").times.dt.hour.tolist() == [12, 0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("02/03/2026 10:00", "cannot be told apart"), ("13-03-2026", "cannot be told apart"),
        ("26-03-02", "cannot be told apart"), ("09:30", "has no day"), ("46083.4167", "2026-03-02 10:00"),
        ("46083", "day number"), ("now", "Write"), ("today", "Write"), ("2026", "Write"), ("2026-03", "Write"),
        ("-2026-03-02 12:00", "Write"), ("2026-02-30", "Write"), ("2026-03-02 25:00", "Write"),
        ("1772400000", "Write"), ("2026-03-02 10:00 CST", "Write"), ("2026-3/2", "Write"),
        (dt.time(9, 30), "has no day"),
    ],
)  # fmt: skip
def test_what_is_no_time_is_refused_with_what_to_write(text, said):
    found = read_times([None, text], "Asia/Shanghai")
    assert found.wrong.tolist() == [False, True]
    assert said in found.hint
    assert found.times.isna().all()


@pytest.mark.parametrize("text", ["1970-01-01 00:00", "0001-01-01", "9999-12-31", "9999-12-31T23:59Z", "2100-01-01"])
def test_placeholders_of_programs_are_no_dates(text):
    found = read_times([text], "Asia/Shanghai")
    assert found.early_or_late.tolist() == [True]
    assert not found.wrong.any()


def test_documents_may_be_older_than_any_account():
    documents = pd.DataFrame({"document_id": ["d"], "time": ["1996-05-01"], "text": ["..."]})
    accounts = pd.DataFrame({"account": ["A"]})
    assert len(records_of({"accounts": accounts, "documents": documents}, SETTINGS).tables["documents"]) == 1
    posts = pd.DataFrame({"account": ["A"], "post_id": ["p"], "time": ["1996-05-01"]})
    with pytest.raises(DataError, match=r"LOG-028"):
        records_of({"accounts": accounts, "posts": posts}, SETTINGS)


def test_zones_are_mixed_only_within_a_column():
    assert read_times(["2026-03-02T10:00+08:00", "2026-03-02 10:00"], "Asia/Shanghai").mixed
    assert not read_times(["2026-03-02T10:00+08:00", None, "2026-03-02T10:00Z"], "Asia/Shanghai").mixed


ACCOUNTS = "account,followers,local_followers,fte\nA,100,50,1\n"


def _read(folder, **tables):
    for table, text in {"accounts": ACCOUNTS, **tables}.items():
        (folder / f"{table}.csv").write_text(text, encoding="utf-8")
    files = {table: f"{table}.csv" for table in {"accounts": 1, **tables}}
    return read_records(LogSettings.model_validate({"as_of": "2026-03-31", "files": files}), folder)


@pytest.mark.parametrize(
    ("tables", "code", "said"),
    [
        ({"accounts": ACCOUNTS.replace("100", "inf")}, "LOG-021", "'inf'"),
        ({"accounts": ACCOUNTS.replace("100", "1e999")}, "LOG-021", "'1e999'"),
        ({"accounts": ACCOUNTS.replace("100", "=A1*2")}, "LOG-021", "formula"),
        ({"accounts": ACCOUNTS.replace("100,50", "50,100")}, "LOG-029", "larger than `followers`"),
        (
            {"cases": "account,case_id,opened,waiting_days,waiting_days_elsewhere\nA,c,2026-03-01,2,3\n"},
            "LOG-029",
            "waiting_days_elsewhere",
        ),
        (
            {"messages": "account,message_id,time\n", "replies": "message_id,time,by\nm1,2026-03-01,staff\n"},
            "LOG-022",
            "m1",
        ),
        (
            {"posts": "account,post_id,time\n\nA,p1,2026-03-01\n,,\nA,p2,soon\n"},
            "LOG-021",
            "posts.csv: `time` has a time that cannot be read (row 5)",
        ),
    ],
)  # fmt: skip
def test_faults_are_named_with_the_row_of_the_file(tmp_path, tables, code, said):
    with pytest.raises(DataError) as caught:
        _read(tmp_path, **tables)
    assert caught.value.code == code
    assert said in str(caught.value)


def test_ids_that_could_be_a_person_are_not_repeated(tmp_path):
    with pytest.raises(DataError) as caught:
        _read(
            tmp_path,
            messages="account,message_id,time\nA,m1,2026-03-01\n",
            replies="message_id,time,by\n13800138000,2026-03-01,staff\n",
        )
    assert "13800138000" not in str(caught.value)


def test_headers_in_capitals_and_ids_of_a_workbook_are_known():
    accounts = pd.DataFrame({"Account": [1001.0, "B"]}, dtype=object)
    assert records_of({"accounts": accounts}, SETTINGS).accounts == ("1001", "B")


def test_needs_that_all_weigh_nothing_and_columns_under_both_names_are_refused(tmp_path):
    with pytest.raises(DataError, match=r"every `share` is 0"):
        _read(tmp_path, needs="need,share\na,0\nb,0\n")
    with pytest.raises(DataError, match=r"stands there twice"):
        _read(tmp_path, accounts="account,账号\nA,B\n")
    with pytest.raises(DataError, match=r"LOG-027"):
        _read(tmp_path, accounts=ACCOUNTS.replace("50,1", "50,1e12"))
