"""A column of the layout that nobody filled in is not a record of failure."""

from __future__ import annotations

import pytest

import wxsat as wx

HEAD = "account,message_id,time,kind,receipt_at\n"


def figure(folder, receipts):
    (folder / "accounts.csv").write_text("account,followers,channel\nA,1000,1\n", encoding="utf-8")
    rows = "".join(f"A,m{k},2026-02-03 10:00,complaint,{receipt}\n" for k, receipt in enumerate(receipts))
    (folder / "messages.csv").write_text(HEAD + rows, encoding="utf-8")
    settings = "as_of: 2026-03-31\nfiles: {accounts: accounts.csv, messages: messages.csv}\n"
    (folder / "logs.yaml").write_text(settings, encoding="utf-8")
    indicators = wx.audit(folder / "logs.yaml", draws=100).indicators
    return indicators.loc[indicators["indicator"] == "L34"].iloc[0]


def test_receipts_that_were_never_recorded_are_unknown(tmp_path):
    row = figure(tmp_path, [""] * 5)
    assert row["n"] == 0
    assert row["severity"] != row["severity"]


def test_one_receipt_shows_that_they_are_recorded(tmp_path):
    row = figure(tmp_path, ["2026-02-03 10:02", "", "", "", ""])
    assert row["severity"] == pytest.approx(100.0)
