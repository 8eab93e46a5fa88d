"""Settings of the records that say nothing, two things, or the opposite: refused with their line, all at once."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from wxsat.errors import DataError, StudyError
from wxsat.records.audit import audit
from wxsat.records.knots import KnotChange, changed_indicators
from wxsat.records.read import records_of
from wxsat.records.settings import LogSettings, load_log_settings

PLAIN = "as_of: 2026-03-31\nfiles: {accounts: accounts.csv}\n"


@pytest.mark.parametrize(
    "line",
    [
        "as_of: 0001-01-01", "as_of: 1970-01-01", "as_of: 9999-12-31", "as_of: 2026-02-31", "as_of: soon",
        "inspections: [{start: 2026-03-08, end: 2026-03-02}]", "sla_days: 1.0e+9", "duty: {start: 17, end: 9}",
        "calendar: {extra_workdays: [2026-03-02], extra_holidays: [2026-03-02]}", "window_days: 1",
    ],
)  # fmt: skip
def test_settings_that_make_no_sense(tmp_path, line):
    path = tmp_path / "logs.yaml"
    text = PLAIN.replace("as_of: 2026-03-31", line) if line.startswith("as_of") else PLAIN + line + "\n"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match=r"logs\.yaml:\d.*LOG-012"):
        load_log_settings(path)


def test_a_folder_is_told_from_a_file_that_is_not_there(tmp_path):
    (tmp_path / "logs.yaml").write_text(PLAIN, encoding="utf-8")
    with pytest.raises(StudyError, match=r"this is a folder.*logs\.yaml"):
        load_log_settings(tmp_path)


def test_knots_keep_their_direction_and_all_faults_are_told():
    changes = {
        "L04": KnotChange(g=0.1, h=0.5, c=0.9, source="rule"),
        "L05": KnotChange(h=0.5, source="rule"),
        "L99": KnotChange(h=1, source="rule"),
    }
    with pytest.raises(StudyError) as caught:
        changed_indicators(changes)
    told = {fault.where: fault.code for fault in caught.value.faults}
    assert told == {"knots.L04": "LOG-014", "knots.L05": "LOG-014", "knots.L99": "LOG-013"}
    assert changed_indicators({"L04": KnotChange(h=0.92, source="rule")})["L04"].severity(0.92) == 40


FRAMES = {
    "accounts": pd.DataFrame({"account": ["A"]}),
    "posts": pd.DataFrame({"account": ["A"], "post_id": ["p"], "time": ["2026-03-02 10:00"]}),
}


def _settings(as_of: dt.date) -> LogSettings:
    return LogSettings.model_validate({"as_of": as_of, "files": {"accounts": "accounts.csv"}})


def test_a_cut_off_before_the_first_record_is_refused_and_one_long_after_the_last_is_told():
    with pytest.raises(DataError, match="LOG-032"):
        records_of(FRAMES, _settings(dt.date(2025, 3, 31)))
    told = {
        as_of: {f.code for f in audit(records_of(FRAMES, _settings(as_of)), draws=100).findings}
        for as_of in (dt.date(2026, 3, 31), dt.date(2026, 12, 31))
    }
    assert ["LOG-109" in codes for codes in told.values()] == [False, True]
