"""Sentences of the brief and of the vetoes that depend on what the figures are."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pandas as pd
import pytest

from wxsat.instrument.instrument import Label
from wxsat.instrument.load import load_instrument
from wxsat.present.content import ReportContent
from wxsat.present.document import NumberBook, without_marks
from wxsat.present.draft import Draft
from wxsat.present.sections.brief import _first
from wxsat.present.sections.vetoes import veto_words

GAINS = {"R1": ("D1", 13.3), "R3": ("D3", 12.9), "all": (None, 24.9)}


def draft(language: str, **content: Any) -> Draft:
    content = {"instrument": load_instrument("gov-wechat-public"), **content}
    return Draft(ReportContent(Label(zh="题目", en="Title"), **content), cast(Any, language), NumberBook())


def diagnosed(first_step: str) -> Any:
    """Levers of which R1 gains most alone, and an order of measures that begins with `first_step`."""
    levers = [
        {"lever": k, "dilemma": d, "severity": 57.0, "target": 20.0, "gain": g, "ci_lower": g - 3, "ci_upper": g + 3}
        | {"extrapolation": False}
        for k, (d, g) in GAINS.items()
    ]
    order = [first_step, *({"R1", "R3"} - {first_step})]
    steps = [{"lever": k, "dilemma": GAINS[k][0], "p_order": 0.44, "gain_per_cost": None} for k in order]
    structural = SimpleNamespace(sequence=pd.DataFrame(steps))
    return SimpleNamespace(levers=pd.DataFrame(levers), structural=structural)


def said(language: str, first_step: str) -> str:
    section = _first(draft(language, diagnosis=diagnosed(first_step)))
    return without_marks(cast(Any, section.blocks[0]).text)


@pytest.mark.parametrize(("language", "words"), [("zh", "44%"), ("en", "44%")])
def test_an_order_that_begins_elsewhere_is_said_beside_the_largest_gain(language: str, words: str) -> None:
    # the report's table of the best order names another first step: the brief must not leave that for a contradiction
    assert words in said(language, "R3")
    assert words not in said(language, "R1")


@pytest.mark.parametrize(("veto", "words"), [("V (1)", "(1 account)"), ("V (2)", "(2 accounts)")])
def test_one_account_is_one(veto: str, words: str) -> None:
    assert words in without_marks(veto_words(draft("en"), {"dilemma": "D3", "veto": veto}, ""))
