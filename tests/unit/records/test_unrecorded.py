"""What nobody recorded is not what nobody did: no symptom rests on a table that is not there."""

from __future__ import annotations

import datetime as dt
import math

import pandas as pd
import pytest

from wxsat.errors import DataError
from wxsat.records.audit import audit
from wxsat.records.read import read_records, records_of
from wxsat.records.settings import LogSettings

SETTINGS = LogSettings.model_validate({"as_of": dt.date(2026, 3, 31), "files": {"accounts": "accounts.csv"}})
N = 40
MESSAGES = pd.DataFrame({"account": "A", "message_id": [f"m{i}" for i in range(N)], "time": "2026-03-02 10:00"})
ACCOUNTS = pd.DataFrame({"account": ["A"], "channel": [1]})


def _diagnosed(**frames: pd.DataFrame):
    return audit(records_of({"accounts": ACCOUNTS, "messages": MESSAGES, **frames}, SETTINGS), draws=50).symptoms[0]


def test_messages_without_a_table_of_replies_make_no_account_deaf():
    found = _diagnosed()
    assert found.funnel.inbound == N
    assert all(math.isnan(share) for share in found.funnel.shares)
    assert {s.name for s in found.symptoms} == {"unremarkable"}


def test_messages_that_were_opened_are_heard_though_replies_are_not_recorded():
    opened = MESSAGES.assign(heard_at=["2026-03-03 10:00"] * 30 + [None] * 10)
    funnel = _diagnosed(messages=opened).funnel
    assert funnel.shares[0] == 0.75
    assert all(math.isnan(share) for share in funnel.shares[1:])


def test_recorded_replies_that_leave_most_messages_alone_do():
    replies = pd.DataFrame({"message_id": ["m0", "m1"], "time": "2026-03-03 10:00", "by": "staff"})
    found = _diagnosed(replies=replies)
    assert found.funnel.shares[0] == 2 / N
    assert {s.name for s in found.symptoms} == {"deaf"}


def test_records_that_tell_nothing_are_refused():
    with pytest.raises(DataError, match="LOG-034"):
        audit(records_of({"accounts": ACCOUNTS[["account"]], "messages": MESSAGES}, SETTINGS), draws=50)


def test_a_table_of_accounts_with_nothing_but_names_is_read(tmp_path):
    (tmp_path / "accounts.csv").write_text("账号\n甲\n乙\n", encoding="gb18030")
    assert read_records(SETTINGS, tmp_path).accounts == ("甲", "乙")
