"""The score-level structure beside a latent one: lavaan ML on the 1,500-row reference data."""

import pandas as pd
import pytest

from wxsat.diagnosis.diagnose import diagnose

DIFFERENCE = 0.015  # two estimators of one structure on one data set; their largest difference here is .013
SEVERITY = {"D1": 57.3, "D2": 50.7, "D4": 58.0}
NODE_SEVERITY = {"COPY": 59.6, "UNA": 55.9}
EFFECTS = {"D1": -0.326, "D2": -0.207, "D4": -0.237, "COPY": -0.080, "UNA": -0.273}
OWN = {"R1": 12.17, "R2": 3.13, "R4": 4.03, "R3": 1.65 + 2.37}
ALL = 23.36
COMPOSITES = [
    {"id": "D1", "parts": ["SHOW", "LDR"]},
    {"id": "D2", "parts": ["AUD", "GEO", "FUN", "LAND"]},
    {"id": "D3", "parts": ["COPY", "UNA"]},
    {"id": "D4", "parts": ["FRAG", "LOOP", "CAP"]},
]


@pytest.fixture(scope="module")
def diagnosis(shared_data, small):
    frame = pd.read_csv(shared_data("reference/domain/S1_reference_n1500.csv")).astype(float)
    items = frame.columns.str[:-1].value_counts(sort=False).to_dict()
    return diagnose(small(frame, items, composites=COMPOSITES), draws=1000)


@pytest.mark.parametrize(("dilemma", "value"), {**SEVERITY, **NODE_SEVERITY}.items())
def test_severities_equal_the_latent_ones(diagnosis, dilemma, value):
    # effects-coded latent means weigh items by their loadings, scores weigh them equally
    assert diagnosis.severity.set_index("id").loc[dilemma, "S"] == pytest.approx(value, abs=0.1)


@pytest.mark.parametrize(("source", "value"), EFFECTS.items())
def test_total_effects_come_close(diagnosis, source, value):
    effects = diagnosis.total_effects.set_index(["outcome", "source"])
    row = effects.loc[("SAT", source)]
    assert row["estimate"] == pytest.approx(value, abs=DIFFERENCE)
    assert row["ci_lower"] <= value <= row["ci_upper"]


@pytest.mark.parametrize(("lever", "value"), OWN.items())
def test_own_gains_come_close(diagnosis, lever, value):
    assert diagnosis.levers.set_index("lever").loc[lever, "own"] == pytest.approx(value, abs=0.5)


def test_the_gain_of_all_four(diagnosis):
    row = diagnosis.levers.set_index("lever").loc["all"]
    assert row["gain"] == pytest.approx(ALL, abs=0.5)
    assert row["ci_lower"] == pytest.approx(20.9, abs=1.0)
    assert row["ci_upper"] == pytest.approx(25.9, abs=1.0)
