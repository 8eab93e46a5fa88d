"""The language of cells, as a table: what is written -> the code, or the reason, or the fault."""

# ruff: noqa: E501 - the tables read as rows
from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pytest

from wxsat.instrument.instrument import Instrument
from wxsat.responses.answer_key import Refusal, answer_key, code_cell
from wxsat.responses.match import asked_questions

CELLS: dict[str, dict[Any, Any]] = {
    "SH1": {
        5.0: 5, "5": 5, "5.0": 5, " 5 ": 5, "５": 5, "5分": 5, "'5": 5,
        "比较同意": 5, "Rather agree": 5, "rather  AGREE": 5, " 比较同意 ": 5,
        "5 比较同意": 5, "5-比较同意": 5, "5、比较同意": 5, "E.比较同意": 5, "比较同意(5)": 5, "比较同意（5）": 5, "5（比较同意）": 5, "5=Rather agree": 5,
        98: "dont_know", "98": "dont_know", "不了解/没用过": "dont_know", "不了解": "dont_know", "没用过": "dont_know", "Don't know": "dont_know",
        "Don’t know": "dont_know", 99: "refused", "拒答": "refused", "Prefer not to say": "refused",
        None: "skipped", "": "skipped", "  ": "skipped", "(空)": "skipped", "（跳过）": "not_shown", "不适用": "not_shown",
        "NA": "system", "#NULL!": "system",
        "同义": "RESP-030", "Agre": "RESP-030", "strongly": "RESP-030",
        0: "RESP-031", 8: "RESP-031", "-3": "RESP-031", "-2": "RESP-031", 97: "RESP-031",
        4.5: "RESP-032", "4.5": "RESP-032",
        "5 同意": "RESP-033", "同意(5)": "RESP-033",
        dt.date(2026, 1, 2): "RESP-038", math.inf: "RESP-034",
    },
    "WAIT": {0: 0, 3.25: 3.25, "3.25": 3.25, "12": 12, 366: 366, "很久": "RESP-034", 400: "RESP-031", -1: "RESP-031", "": "skipped"},
    "SRSI": {1: 1, "可以": 1, "不可以": 2, "Yes": 1, "2.0": 2, "A.可以": 1, 3: "RESP-031", "也许": "RESP-030"},
    "ASKED": {"是": 1, "否": 0, 1: 1, 0.0: 0, "YES": 1},
    "AGE": {"34": 34, 34.0: 34, "34岁": 34, 34.5: "RESP-032", 12: "RESP-031", "三十四": "RESP-034", "不知道": "dont_know"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("question", "cell", "expected"),
    [(q, cell, expected) for q, cases in CELLS.items() for cell, expected in cases.items()],
    ids=lambda value: repr(value)[:30],
)
def test_cells(instrument: Instrument, question: str, cell: Any, expected: Any) -> None:
    asked = next(q for q in asked_questions(instrument) if q.id == question)
    result = code_cell(cell, answer_key(asked))
    if isinstance(expected, str) and expected.startswith("RESP"):
        assert isinstance(result, Refusal)
        assert result.code == expected
    elif isinstance(expected, str):
        assert not isinstance(result, Refusal)
        assert math.isnan(result[0])
        assert result[1] == expected
    else:
        assert result == (float(expected), "")
