"""A small instrument with everything that coding and cleaning must handle, and answers to it."""

# ruff: noqa: E501 - the tables read as rows
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from wxsat.instrument.instrument import Instrument

ITEMS = ("PU1", "PU2", "PU3", "SH1", "SH2", "SH3", "SH4", "SH5", "SH6", "SH7", "SH8", "WAIT")


def small_instrument(**changes: Any) -> Instrument:
    """Two constructs on 1-7, one continuous item, checks of all kinds, and background questions."""
    agree = ["非常不同意", "不同意", "比较不同意", "中立", "比较同意", "同意", "非常同意"]
    english = [
        "Strongly disagree",
        "Disagree",
        "Rather disagree",
        "Neutral",
        "Rather agree",
        "Agree",
        "Strongly agree",
    ]
    problems = [
        {
            "id": f"SH{i}",
            "text": {"zh": f"问题说法{i}。", "en": f"Problem statement {i}."},
            "key": "R" if i in (4, 8) else "+",
        }
        for i in range(1, 9)
    ]
    document: dict[str, Any] = {
        "instrument": {"id": "small", "version": "1", "default_scale": "agree7"},
        "scales": {
            "agree7": {
                "id": "agree7", "min": 1, "max": 7, "labels": {"zh": agree, "en": english}, "dk": 98,
                "dk_label": {"zh": "不了解/没用过", "en": "Don't know"}, "refused": 99, "refused_label": {"zh": "拒答", "en": "Refused"},
            },
            "days": {"id": "days", "kind": "continuous", "min": 0, "max": 366},
        },
        "constructs": [
            {
                "id": "PU", "name": {"zh": "有用", "en": "Usefulness"},
                "items": [
                    {"id": "PU1", "text": {"zh": "办事比以前快。", "en": "Things get done faster."}},
                    {"id": "PU2", "text": {"zh": "少跑了路。", "en": "Saved me trips."}, "forms": ["full", "standard"]},
                    {"id": "PU3", "text": {"zh": "对我有用。", "en": "Useful to me."}, "forms": ["full"]},
                ],
            },
            {"id": "SH", "name": {"zh": "问题", "en": "Problem"}, "direction": "problem", "items": problems},
            {
                "id": "WA", "name": {"zh": "等待", "en": "Waiting"}, "model": "single", "scale": "days", "optional": True,
                "items": [
                    {
                        "id": "WAIT", "text": {"zh": "等了几天？", "en": "Days waited?"}, "optional": True,
                        "ask_if": {"question": "ASKED", "is_any_of": [1]},
                    }
                ],
            },
        ],
        "attention": [
            {"id": "AC1", "kind": "instructed", "text": {"zh": "请选2。", "en": "Choose 2."}, "expect": 2},
            {"id": "AC2", "kind": "bogus", "text": {"zh": "每天超过20小时。", "en": "Over 20 hours a day."}, "fail_at_least": 4},
            {"id": "AC3", "kind": "paraphrase", "text": {"zh": "有帮助。", "en": "It helps."}, "pair": "PU3", "tolerance": 3},
            {"id": "AC4", "kind": "antonyms", "pairs": [["SH1", "SH4"], ["SH2", "SH8"]]},
            {
                "id": "SRSI", "kind": "diligence", "text": {"zh": "可以用于研究吗？", "en": "May we use it?"},
                "choices": [{"code": 1, "text": {"zh": "可以", "en": "Yes"}}, {"code": 2, "text": {"zh": "不可以", "en": "No"}}],
                "exclude_code": 2,
            },
        ],
        "background": [
            {
                "id": "ASKED", "text": {"zh": "提过诉求吗？", "en": "Asked for help?"},
                "choices": [{"code": 1, "text": {"zh": "是", "en": "Yes"}}, {"code": 0, "text": {"zh": "否", "en": "No"}}],
            },
            {
                "id": "USES", "kind": "multiple", "text": {"zh": "用过哪些？", "en": "Which used?"},
                "choices": [{"code": 1, "text": {"zh": "社保", "en": "Insurance"}}, {"code": 2, "text": {"zh": "交通", "en": "Traffic"}}],
            },
            {"id": "AGE", "kind": "integer", "text": {"zh": "年龄", "en": "Age"}, "min": 16, "max": 100},
            {"id": "WHY", "kind": "text", "text": {"zh": "请说明", "en": "Please explain"}},
        ],
    }  # fmt: skip
    document |= changes
    for construct in document["constructs"]:
        for item in construct["items"]:
            item["construct_id"] = construct["id"]  # the loader does this for a file
    return Instrument.model_validate(document)


def answers(n: int = 12, **columns: Any) -> pd.DataFrame:
    """Attentive answers: opinions with noise, reversed items answered the other way, checks passed, nothing missing."""
    rng = np.random.default_rng(20260301)
    frame = pd.DataFrame([attentive_row(rng) for _ in range(n)], columns=list(ITEMS[:-1]))
    frame["AC1"] = 2
    frame["AC2"] = 1
    frame["SRSI"] = 1
    frame["seconds"] = [300 + 2 * (i % 50) for i in range(n)]
    for name, values in columns.items():
        frame[name] = values
    return frame


def attentive_row(rng: np.random.Generator) -> list[int]:
    while True:
        opinion = rng.integers(2, 7, size=2)
        row = []
        for item in ITEMS[:-1]:
            level = opinion[int(item.startswith("SH"))]
            level = 8 - level if item in ("SH4", "SH8") else level
            row.append(int(np.clip(level + rng.integers(-1, 2), 1, 7)))
        problem = row[3:]
        runs = any(len(set(problem[i : i + 4])) == 1 for i in range(5))
        if not runs and np.std(problem) > 0.5 and (problem[0] - 4) * (problem[3] - 4) <= 0:
            return row


@pytest.fixture(scope="session")
def instrument() -> Instrument:
    return small_instrument()


@pytest.fixture(scope="session")
def make_answers() -> Callable[..., pd.DataFrame]:
    return answers


@pytest.fixture(scope="session")
def make_instrument() -> Callable[..., Instrument]:
    return small_instrument
