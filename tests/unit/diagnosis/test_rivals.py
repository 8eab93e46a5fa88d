"""The rivals of the hierarchy: degrees of freedom, lavaan's difference, and the composite test in its own world."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wxsat.diagnosis.rivals import compare_rivals, write_rivals
from wxsat.errors import ModelError

MODEL = (Path(__file__).parents[3] / "surveys/gov-wechat-public/dilemmas.sem").read_text("utf-8")


@pytest.fixture(scope="module")
def rivals(shared_data):
    frame = pd.read_csv(shared_data("reference/domain/S1_reference_n1500.csv"))
    return compare_rivals(MODEL, frame).set_index("model")


def test_the_hierarchy_is_not_rejected_in_its_own_world(rivals):
    assert rivals.loc["R1", "df_diff"] == 7
    assert rivals.loc["R1", "delta_bic"] == pytest.approx(42, abs=0.5)  # lavaan: 42
    assert rivals.loc["R1", "p_value"] == pytest.approx(0.23, abs=0.02)  # lavaan, scaled: .23
    assert (rivals["delta_bic"].drop("R0") > 10).all()
    assert set(rivals["preferred"].drop("R0")) == {"hierarchy"}


def test_equal_weights_are_tenable_there(rivals):
    assert rivals.loc["R4", "p_value"] > 0.05
    assert rivals.loc["R0", "preferred"] == ""


def test_rivals_are_written_from_the_model():
    texts = write_rivals(MODEL)
    assert "AUD ~ SHOW" not in texts["R1"].replace("a1*", "")
    assert "SHOW ~~ AUD + GEO" in texts["R1"]
    assert "HALO =~ SHOW" in texts["R2"]
    assert "SAT ~ PU + EOU + PVAL + HALO" in texts["R2"]
    assert "UNA ~ SAT" in texts["R3"]
    assert "SAT ~ PU + EOU + PVAL\n" in texts["R3"] + "\n"
    assert "*" not in texts["R4"]


def test_an_unreadable_line_is_named():
    with pytest.raises(ModelError) as raised:
        write_rivals("SAT =~ SAT1 + SAT2\nwhat is this")
    assert raised.value.code == "DIAG-040"


def _one_part_alone(n, weights, rng):
    """Four parts of positioning of which PU follows with these weights; three items each."""
    chol = np.linalg.cholesky(np.full((4, 4), 0.3) + 0.7 * np.eye(4))
    parts = rng.normal(size=(n, 4)) @ chol.T
    latents = dict(zip(("AUD", "GEO", "FUN", "LAND"), parts.T, strict=True))
    latents["PU"] = parts @ np.array(weights) + rng.normal(size=n) * 0.8
    return pd.DataFrame(
        {f"{name}{i}": 0.8 * v + 0.6 * rng.normal(size=n) for name, v in latents.items() for i in (1, 2, 3)}
    )


SMALL = "\n".join(f"{n} =~ {n}1 + {n}2 + {n}3" for n in ("AUD", "GEO", "FUN", "LAND", "PU"))
SMALL += "\nPU ~ p2*AUD + p2*GEO + p2*FUN + p2*LAND"


@pytest.mark.parametrize(("weights", "rejected"), [((0, 0, 0, -0.5), True), ((-0.125,) * 4, False)])
def test_the_composite_test_tells_one_part_from_four(weights, rejected):  # S11
    rows = compare_rivals(SMALL, _one_part_alone(1200, weights, np.random.default_rng(11)))
    free = rows.set_index("model").loc["R4"]
    assert free["df_diff"] == 3
    assert (free["p_value"] < 0.001) == rejected
