"""What a measure costs: points per 10,000 yuan by division, and costs that are none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from wxsat.diagnosis.sequence import price_measures
from wxsat.errors import UsageError

STEPS = pd.DataFrame({"lever": ["R3", "R1"], "dilemma": ["D3", "D1"], "marginal": [8.0, 3.0]})


def test_points_per_ten_thousand_yuan():
    priced = price_measures(STEPS, {"D3": 400_000, "R1": 60_000})
    assert priced["cost"].tolist() == [400_000, 60_000]
    assert priced["gain_per_cost"].tolist() == pytest.approx([0.2, 0.5])


def test_a_measure_without_a_cost_has_none():
    assert np.isnan(price_measures(STEPS, {"D3": 400_000})["gain_per_cost"][1])
    assert price_measures(STEPS, None) is STEPS


@pytest.mark.parametrize("costs", [{"D9": 10.0}, {"D1": 0.0}, {"D1": -5.0}, {"D1": float("nan")}])
def test_costs_that_are_none_are_refused(costs):
    with pytest.raises(UsageError, match="DIAG-028"):
        price_measures(STEPS, costs)
