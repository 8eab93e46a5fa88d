"""Tables that were typed by different hands name the same account."""

from __future__ import annotations

import pandas as pd

from wxsat.panel.scores import panel_scores_of
from wxsat.records.read import records_of
from wxsat.records.settings import LogSettings

SETTINGS = LogSettings.model_validate({"as_of": "2026-03-31", "files": {"accounts": "accounts.csv"}})


def test_records_with_zeros_points_and_numbers_meet():
    frames = {
        "accounts": pd.DataFrame({"account": ["001", "010", "city"]}),
        "events": pd.DataFrame({"account": [1.0, 10.0], "event": ["a", "b"], "time": ["2026-03-01", "2026-03-02"]}),
        "cases": pd.DataFrame({"account": [" 1 ", "city"], "case_id": ["x", "y"], "opened": ["2026-03-01"] * 2}),
    }
    records = records_of(frames, SETTINGS)
    assert records.accounts == ("1", "10", "city")
    assert records.tables["events"]["account"].tolist() == ["1", "10"]
    assert records.tables["cases"]["account"].tolist() == ["1", "city"]


def test_sheets_of_supervisors_name_accounts_alike():
    sheet = pd.DataFrame({"account": [1.0, 2.0], "rater": ["07", "7"], "month": ["2026-03"] * 2, "score": [81, 64]})
    frame = panel_scores_of(sheet).frame
    assert frame["account"].tolist() == ["1", "2"]
    assert frame["rater"].tolist() == ["7", "7"]
