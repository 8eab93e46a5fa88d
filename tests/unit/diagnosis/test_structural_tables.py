"""A diagnosis carries the structural tables, and its record their figures."""

import pandas as pd
import pytest

from wxsat.diagnosis.diagnose import diagnose

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
    return diagnose(small(frame, items, composites=COMPOSITES), draws=400)


def test_every_true_path_is_supported(diagnosis):  # S1: all twenty are there in the truth
    table = diagnosis.structural.hypotheses.set_index("hypothesis")
    assert set(table.index) == {f"H{i}" for i in range(1, 21)}
    assert set(table["verdict"]) == {"supported"}
    assert (table["p_holm"] >= table["p_value"]).all()


def test_the_record_is_filled(diagnosis):
    record = {row["dilemma"]: row for row in diagnosis.to_dict()["dilemmas"]}
    assert sum(row["lmg"] for row in record.values()) == pytest.approx(1.0)
    assert sum(row["causal_shapley"] for row in record.values()) == pytest.approx(1.0)
    assert record["D1"]["causal_shapley"] == pytest.approx(0.421, abs=0.07)  # truth; half the interval at N = 1500
    assert record["D1"]["lmg"] == pytest.approx(0.134, abs=0.04)


def test_steps_sum_to_the_gain_of_all(diagnosis):
    steps = diagnosis.structural.sequence
    whole = diagnosis.levers.set_index("lever").loc["all", "gain"]
    assert steps["marginal"].sum() == pytest.approx(whole, abs=1e-9)
    # lavaan's gross losses: both symptoms 3.18 + 9.78 = 12.96, the root 12.17
    assert steps["lever"].iloc[0] == "R3"
    assert steps["marginal"].iloc[0] == pytest.approx(12.96, abs=0.5)


def test_the_rivals_stand_beside_it(diagnosis):
    rivals = diagnosis.structural.rivals.set_index("model")
    assert set(rivals["failed"]) == {""}
    assert rivals.loc["R1", "df_diff"] == 7
    assert set(rivals["preferred"].drop("R0")) == {"hierarchy"}


def test_claims_without_figures_are_undetermined(diagnosis):
    claims = diagnosis.structural.claims.set_index("claim")["verdict"]
    assert claims["news_over_service"] == "undetermined"
    assert len(claims) == 5


def test_without_accounts_there_is_no_split_sample(diagnosis):
    assert diagnosis.structural.split_sample.empty
