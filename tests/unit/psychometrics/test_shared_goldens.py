"""The same figures on real and simulated survey data, where the shared reference values are at hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from wxsat.psychometrics.scales import evaluate_scales

CLOSED_FORM = 1e-11
Locate = Callable[[str], Path]


def _case(shared_data: Locate, name: str) -> tuple[dict[str, Any], pd.DataFrame]:
    case = json.loads(shared_data(f"reference/golden/measure/{name}.json").read_text(encoding="utf-8"))
    return case, pd.read_csv(shared_data(f"data/golden/{case['dataset'].split(' ')[0]}"))


def _scales(model: str) -> dict[str, list[str]]:
    pairs = (line.split("=~") for line in model.splitlines() if "=~" in line)
    return {name.strip(): [item.strip() for item in items.split("+")] for name, items in pairs}


@pytest.mark.parametrize("name", ["alpha_hs_visual", "alpha_bfi_neuro_listwise", "alpha_tam_peou", "alpha_hs_all"])
def test_alpha_equals_psych(shared_data: Locate, name: str) -> None:
    case, frame = _case(shared_data, name)
    quality = evaluate_scales(frame, scales={"A": case["items"]}, draws=0)
    row, total = quality.reliability.iloc[0], case["total"][0]
    assert row["alpha"] == pytest.approx(total["raw_alpha"], abs=CLOSED_FORM)
    assert row["alpha_std"] == pytest.approx(total["std.alpha"], abs=CLOSED_FORM)
    if row["n"] == len(frame):
        # psych::alpha with listwise deletion still takes all rows for its interval.
        assert row["alpha_ci_lower"] == pytest.approx(case["feldt"]["lower.ci"], abs=CLOSED_FORM)
        assert row["alpha_ci_upper"] == pytest.approx(case["feldt"]["upper.ci"], abs=CLOSED_FORM)
    dropped = [item["raw_alpha"] for item in case["alpha_drop"]]
    np.testing.assert_allclose(quality.items["alpha_dropped"], dropped, rtol=0, atol=CLOSED_FORM)
    rest = [item["r.drop"] for item in case["item_stats"]]
    np.testing.assert_allclose(quality.items["item_rest"], rest, rtol=0, atol=CLOSED_FORM)


@pytest.mark.parametrize("name", ["htmt_hs", "htmt_tam", "htmt_bfi"])
def test_htmt_equals_semtools(shared_data: Locate, name: str) -> None:
    case, frame = _case(shared_data, name)
    scales = _scales(case["model"])
    # semTools' default is listwise over all items of the model.
    complete = frame.dropna(subset=[item for items in scales.values() for item in items])
    quality = evaluate_scales(complete, scales=scales, draws=0)
    for column, key in (("htmt", "htmt_arithmetic"), ("htmt2", "htmt2_geometric")):
        matrix = case[key]
        for row in quality.htmt.itertuples(index=False):
            expected = matrix["data"][matrix["rows"].index(row.a)][matrix["cols"].index(row.b)]
            assert getattr(row, column) == pytest.approx(expected, abs=CLOSED_FORM), (row.a, row.b)
