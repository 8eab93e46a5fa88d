"""Two public events without a statement within two days make an account mute."""

from __future__ import annotations

import pandas as pd
import pytest

from wxsat.records.audit import audit
from wxsat.records.read import records_of
from wxsat.records.settings import LogSettings

SETTINGS = LogSettings.model_validate({"as_of": "2026-03-31", "files": {"accounts": "accounts.csv"}})
EVENTS = ["2026-03-01 08:00", "2026-03-10 08:00", "2026-03-30 20:00"]


@pytest.mark.parametrize(
    ("statements", "mute"),
    [
        ((None, "2026-03-12 08:01", None), True),
        ((None, "2026-03-12 08:00", None), False),
        # The last event is younger than two days: that nobody spoke yet says nothing.
        ((None, "2026-03-10 09:00", None), False),
        (("2026-03-04 00:00", "2026-03-13 00:00", "2026-03-30 21:00"), True),
    ],
)
def test_events_without_a_statement(statements, mute):
    frames = {
        "accounts": pd.DataFrame({"account": ["a"]}),
        "events": pd.DataFrame(
            {"account": ["a"] * 3, "event": list("xyz"), "time": EVENTS, "first_statement": statements}
        ),
    }
    found = audit(records_of(frames, SETTINGS), draws=20).symptoms[0]
    symptom = {s.name: s for s in found.symptoms}.get("mute")
    assert (symptom is not None) == mute
    if symptom is not None:
        assert symptom.confirmed
        assert symptom.evidence["silent_events"] == 2
