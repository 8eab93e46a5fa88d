"""Unfollowing within 90 days of a message: by message, by sender, from the messages or from a table of departures."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pandas as pd
import pytest

from wxsat.errors import DataError
from wxsat.records.audit import audit
from wxsat.records.layout import layout_page
from wxsat.records.log_columns import fingerprint
from wxsat.records.read import records_of
from wxsat.records.settings import LogSettings

SETTINGS = LogSettings.model_validate({"as_of": dt.date(2026, 3, 31), "files": {"accounts": "accounts.csv"}})
ACCOUNTS = pd.DataFrame({"account": ["A"], "channel": [1]})
# Account A: x wrote twice and left 30 days after the second message; y stayed; z is too young; one has no name.
ROWS = [
    ("m1", "2025-09-01", "x", ""),
    ("m2", "2025-10-01", "x", "2025-10-31"),
    ("m3", "2025-10-05", "y", ""),
    ("m4", "2025-10-06", "y", ""),
    ("m5", "2026-03-01", "z", "2026-03-02"),
    ("m6", "2025-11-01", "", ""),
]


def _messages(rows: list[tuple[str, str, str, str]] = ROWS) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["message_id", "time", "sender", "unfollowed_on"]).assign(account="A")


def _left(*rows: tuple[str, str], account: str = "A") -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["sender", "time"]).assign(account=account)


def _l27(**frames: pd.DataFrame) -> tuple[float, int]:
    rows = audit(records_of({"accounts": ACCOUNTS, **frames}, SETTINGS), draws=100).indicators
    row = rows[(rows["indicator"] == "L27") & (rows["account"] == "A")].iloc[0]
    return float(row["value"]), int(row["n"])


def test_without_senders_messages_count() -> None:
    # m2 of m1, m2, m3, m4 and m6.
    assert _l27(messages=_messages().drop(columns="sender")) == (pytest.approx(1 / 5), 5)
    assert _l27(messages=_messages().assign(sender="")) == (pytest.approx(1 / 5), 5)


def test_a_known_sender_counts_once() -> None:
    # x of x, y and the one whom nobody knows.
    assert _l27(messages=_messages()) == (pytest.approx(1 / 3), 3)


def test_departures_from_their_own_table() -> None:
    messages = _messages().drop(columns="unfollowed_on")
    # Who is not named in a message cannot be looked up: x of x and y. Strangers who left are nobody's senders.
    assert _l27(messages=messages, unfollows=_left(("x", "2025-10-31"), ("stranger", "2025-11-02"))) == (0.5, 2)
    # The layout brings the column; left blank it says nothing beside a table of departures.
    blank = _messages().assign(unfollowed_on="")
    assert _l27(messages=blank, unfollows=_left(("x", "2025-10-31"))) == (0.5, 2)
    # Both together: y by the table, x by the message, and the nameless one by the message too.
    assert _l27(messages=_messages(), unfollows=_left(("y", "2025-12-01"))) == (pytest.approx(2 / 3), 3)


def test_no_departure_told_is_no_figure() -> None:
    messages = _messages().drop(columns="unfollowed_on")
    rows = audit(records_of({"accounts": ACCOUNTS, "messages": messages}, SETTINGS), draws=100)
    assert "L27" not in set(rows.indicators.dropna(subset=["value"])["indicator"])
    nameless = _messages().assign(sender="", unfollowed_on="")
    told = audit(
        records_of({"accounts": ACCOUNTS, "messages": nameless, "unfollows": _left(("x", "2025-10-31"))}, SETTINGS),
        draws=100,
    )
    assert "L27" not in set(told.indicators.dropna(subset=["value"])["indicator"])


@pytest.mark.parametrize(
    ("left", "value"),
    [
        ("2025-09-01", 1.0),  # a day without a clock time is taken as its end
        ("2025-09-01 08:00", 0.0),  # before the message
        ("2025-09-01 10:00", 1.0),
        ("2025-11-30 09:00", 1.0),  # day 90
        ("2025-12-01 08:59", 1.0),  # 90 days and 23 hours
        ("2025-12-01 09:00", 0.0),  # day 91
        ("2025-08-31", 0.0),
    ],
)
def test_the_ninety_days(left: str, value: float) -> None:
    messages = _messages([("m1", "2025-09-01 09:00", "x", "")]).drop(columns="unfollowed_on")
    assert _l27(messages=messages, unfollows=_left(("x", left))) == (value, 1)


def test_an_unfollow_on_the_day_of_the_message_counts() -> None:
    one = _messages([("m1", "2025-09-01 09:00", "x", "2025-09-01")])
    assert _l27(messages=one) == (1.0, 1)
    assert _l27(messages=one.drop(columns="sender")) == (1.0, 1)


def test_the_next_departure_decides() -> None:
    # x left in August, came back, wrote in September, and left again in November.
    messages = _messages([("m1", "2025-09-15", "x", "")]).drop(columns="unfollowed_on")
    assert _l27(messages=messages, unfollows=_left(("x", "2025-08-01"), ("x", "2025-11-20"))) == (1.0, 1)
    assert _l27(messages=messages, unfollows=_left(("x", "2025-08-01"), ("x", "2026-02-20"))) == (0.0, 1)
    assert _l27(messages=messages, unfollows=_left(("x", "2025-08-01"))) == (0.0, 1)
    # The same departure twice is one.
    assert _l27(messages=messages, unfollows=_left(("x", "2025-11-20"), ("x", "2025-11-20"))) == (1.0, 1)


def test_a_young_message_does_not_count_against_an_old_one() -> None:
    # y wrote in September, stayed over its 90 days, wrote again in March and left: the second message is too young.
    rows = [("m1", "2025-09-01", "y", ""), ("m2", "2026-03-10", "y", "")]
    messages = _messages(rows).drop(columns="unfollowed_on")
    assert _l27(messages=messages, unfollows=_left(("y", "2026-03-20"))) == (0.0, 1)


def test_departures_from_other_accounts_tell_nothing() -> None:
    accounts = pd.DataFrame({"account": ["A", "B"], "channel": 1})
    messages = _messages().drop(columns="unfollowed_on")
    rows = audit(
        records_of(
            {"accounts": accounts, "messages": messages, "unfollows": _left(("x", "2025-10-31"), account="B")}, SETTINGS
        ),
        draws=100,
    ).indicators
    own = rows[(rows["indicator"] == "L27") & (rows["account"] == "A")].iloc[0]
    assert np.isnan(own["value"])
    assert own["n"] == 0
    # Nobody who wrote left, but others did: departures are recorded, and the rate is 0 of two senders.
    assert _l27(messages=messages, unfollows=_left(("stranger", "2025-10-31"))) == (0.0, 2)


def test_a_sender_is_only_a_fingerprint_and_in_no_output() -> None:
    names = ["13800138000", "13800138000", "oXyz_openid", "oXyz_openid", "李某", ""]
    frames = {
        "accounts": ACCOUNTS,
        "messages": _messages().assign(sender=names),
        "unfollows": _left(("李某", "2026-03-01")),
    }
    records = records_of(frames, SETTINGS)
    kept, left = records.tables["messages"]["sender"], records.tables["unfollows"]["sender"]
    assert kept[0] == kept[1] != kept[2]
    assert left[0] == kept[4]
    assert kept[5] is None
    assert set(kept.dropna()).isdisjoint(names)
    # Drawn anew at each reading, so that no table of all telephone numbers turns it back.
    assert records_of(frames, SETTINGS).tables["messages"]["sender"][0] != kept[0]
    assert fingerprint("x", b"1") != fingerprint("x", b"2")
    said = json.dumps(audit(records, draws=100).to_dict(), ensure_ascii=False)
    for name in (*names[:5], str(kept[0])):
        assert name not in said


def test_bad_departures_are_named_with_their_row() -> None:
    frames = {"accounts": ACCOUNTS, "messages": _messages()}
    for rows, code in (
        (_left(("x", "soon")), "LOG-021"),
        (_left(("13800138000", "")), "LOG-021"),
        (_left(("", "2026-01-01")), "LOG-021"),
        (_left(("x", "1970-01-01")), "LOG-028"),
        (_left(("x", "2026-01-01"), account="Q"), "LOG-022"),
    ):
        with pytest.raises(DataError, match="row 2") as caught:
            records_of({**frames, "unfollows": rows}, SETTINGS)
        assert caught.value.code == code
        assert "13800138000" not in str(caught.value)


def test_the_layout_has_the_table() -> None:
    page = layout_page()
    assert "## `unfollows.csv`" in page
    assert "| `sender` | 发送者 | text, only compared | yes |" in page
