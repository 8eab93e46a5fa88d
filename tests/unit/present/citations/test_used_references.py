"""The instruments that the staff and people about their needs were asked with are cited beside the public's."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pandas as pd

import wxsat as wx
from wxsat.present.citations.used import references_of


def content_with(**settings: str | None) -> Any:
    """Return as much of a report's content as references look at: a diagnosis whose sources were asked with these."""
    tables = SimpleNamespace(sources=pd.DataFrame({"source": ["pub", "ops"]}))
    evidence = SimpleNamespace(settings=settings, tables=tables, accounts=pd.DataFrame())
    structural = SimpleNamespace(frames=dict)
    diagnosis = SimpleNamespace(evidence=evidence, priorities=pd.DataFrame(), structural=structural)
    return SimpleNamespace(
        provenance={}, instrument=wx.load_instrument("gov-wechat-public"), responses=None, form="brief",
        weighting=None, scales=None, models=(), findings=(), diagnosis=diagnosis,
    )  # fmt: skip


def keys(content: Any) -> list[str]:
    return [reference.key for reference in references_of(cast("Any", content))]


def test_instruments_of_other_sources_are_cited_by_their_bytes() -> None:
    staff, needs = wx.load_instrument("gov-wechat-operators"), wx.load_instrument("gov-wechat-needs")
    cited = keys(content_with(operators=staff.sha256, needs=needs.sha256))
    assert [key for key in cited if key.startswith("instrument-")] == [
        "instrument-gov-wechat-public", "instrument-gov-wechat-needs", "instrument-gov-wechat-operators",
    ]  # fmt: skip
    assert {"liu2014", "inspection2019"} <= set(cited)


def test_an_instrument_of_ones_own_and_none_add_nothing() -> None:
    for settings in ({"operators": "another", "needs": None}, {}):
        cited = keys(content_with(**settings))
        assert [key for key in cited if key.startswith("instrument-")] == ["instrument-gov-wechat-public"]
