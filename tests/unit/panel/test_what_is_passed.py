"""What a caller may pass to the panel, the audit and the readiness list, and what is refused by name."""

from __future__ import annotations

import pandas as pd
import pytest

from wxsat.errors import StudyError, UsageError
from wxsat.panel.evaluate import evaluate_panel
from wxsat.panel.readiness import evaluate_readiness
from wxsat.panel.readiness_answers import ReadinessAnswers
from wxsat.panel.readiness_list import GATES, ITEMS
from wxsat.panel.scores import read_panel_scores
from wxsat.records.audit import audit

SHEETS = pd.DataFrame(
    [(a, r, f"2026-{m:02d}", 60 + 5 * i + 2 * j + m % 3) for i, a in enumerate("ABC") for j, r in enumerate("xy")
     for m in range(1, 11)],
    columns=["account", "rater", "month", "score"],
)  # fmt: skip


def test_sheets_as_a_table_or_a_file_are_the_same(tmp_path):
    path = tmp_path / "sheets.csv"
    SHEETS.to_csv(path, index=False)
    read = evaluate_panel(read_panel_scores(path))
    for given in (SHEETS, path, str(path)):
        assert evaluate_panel(given).to_dict() == read.to_dict()


@pytest.mark.parametrize("given", [None, 3, {"account": ["A"]}])
def test_no_sheets(given):
    with pytest.raises(UsageError, match="PANEL-015"):
        evaluate_panel(given)


def test_readiness_as_a_file_and_answers_with_gaps(tmp_path):
    lines = ["answers:", *(f"  {item}: 2" for item in ITEMS), "gates:", *(f"  {gate}: yes" for gate in GATES)]
    path = tmp_path / "answers.yaml"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert evaluate_readiness(path).decision == "open"
    with pytest.raises(StudyError, match="READY-020"):
        evaluate_readiness(ReadinessAnswers(answers={"R1.1": 2}, gates={}))
    with pytest.raises(UsageError, match="READY-032"):
        evaluate_readiness({"answers": {}})


@pytest.mark.parametrize(
    "arguments",
    [{"logs": None}, {"logs": pd.DataFrame()}, {"draws": 0}, {"draws": 1.5}, {"seed": -1}, {"vase_severity": [60]}],
)
def test_an_audit_of_nothing(arguments):
    with pytest.raises(UsageError, match="LOG-033"):
        audit(**{"logs": "logs.yaml", **arguments})
