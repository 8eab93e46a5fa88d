"""Funnel, specification curve and missing map: what they choose, in both languages, and that they draw."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from wxsat.errors import UsageError
from wxsat.present.figures.figure import render_figure
from wxsat.present.figures.funnel import choose_funnel, plot_funnel
from wxsat.present.figures.missing_map import choose_missing_map, plot_missing_map
from wxsat.present.figures.specification_curve import choose_specification_curve, plot_specification_curve
from wxsat.present.tables.funnel import tabulate_funnel
from wxsat.present.tables.specifications import tabulate_specifications

FUNNEL = pd.DataFrame(
    {"stage": ["sent", "opened", "valid"], "n": [20000, 3100, 550], "of_previous": [float("nan"), 0.155, 0.177]}
).assign(of_first=[float("nan"), 0.155, 0.0275])
SPECIFICATIONS = pd.DataFrame(
    {
        "specification": [0, 1, 2],
        "chosen": [True, False, False],
        "rules": [("speed", "attention"), (), ("speed",)],
        "min_families": [2, 0, 1],
        "duplicates": [True, False, True],
        "missing": [True, False, False],
        "n": [550, 600, 560],
    }
)
FIGURES = pd.DataFrame(
    {"specification": [0, 1, 2], "kind": "severity", "id": "D1", "estimate": [56.0, 55.0, 57.5], "n": [550, 600, 560]}
)
PATTERNS = pd.DataFrame(
    {"pattern": [1, 2], "n": [90, 10], "share": [0.9, 0.1], "a": ["answered", "missing"], "b": ["answered", "planned"]}
)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_all_draw_the_same_bytes_twice(language: Any) -> None:
    for make in (
        lambda: plot_funnel(FUNNEL, language=language),
        lambda: plot_specification_curve(SPECIFICATIONS, FIGURES, "severity", "D1", language=language),
        lambda: plot_missing_map(PATTERNS, ["a", "b"], {"a": 0.1, "b": 0.0}, language=language),
    ):
        spec = make()
        assert spec.alt
        assert spec.caption
        assert render_figure(spec) == render_figure(make())


def test_the_curve_stands_in_order_and_marks_the_plan() -> None:
    data = choose_specification_curve(SPECIFICATIONS, FIGURES, "severity", "D1", language="en")
    assert data.estimates == (55.0, 56.0, 57.5)
    assert (data.bare, data.plan) == (0, 1)
    switches = dict(zip(data.labels, data.switches, strict=True))
    assert switches["too fast"] == (False, True, True)
    assert switches["two families needed"] == (False, True, False)
    with pytest.raises(UsageError, match="OUT-021"):
        choose_specification_curve(SPECIFICATIONS, FIGURES, "severity", "D9")


def test_the_funnel_tells_shares_of_the_stage_before() -> None:
    data = choose_funnel(FUNNEL, language="zh")
    assert data.stages == ("发出", "打开", "有效")
    assert data.step_texts[0] == ""
    assert "15.5" in data.step_texts[1]


def test_the_map_tells_planned_from_missing_and_counts_what_it_leaves_out() -> None:
    data = choose_missing_map(PATTERNS, ["a", "b"], {"a": 0.1, "b": 0.0}, language="en")
    assert data.states == ((0, 0), (1, 2))
    shorter = choose_missing_map(PATTERNS, ["a", "b"], {"a": 0.1, "b": 0.0}, most=1, language="en")
    assert "1 more" in shorter.rest


def test_tables_hold_full_precision() -> None:
    summary = pd.DataFrame(
        [("path", "SAT~PU", 0.4123456, 0.41, 0.40, 0.42, 0.411, 3)],
        columns=["kind", "id", "plan", "none", "min", "max", "median", "n_specifications"],
    )
    table = tabulate_specifications(summary, 3, None, "en")
    assert table.rows[0][1] == "PU → SAT"
    assert table.rows[0][2] == 0.4123456
    assert tabulate_funnel(FUNNEL, "zh").rows[2][:2] == ("有效", 550)
