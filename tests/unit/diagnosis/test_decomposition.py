"""The latent loss split among the dilemmas: lavaan's figures on the reference data, and the exact sum."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wxsat.diagnosis.decomposition import decompose_loss, latent_shares, read_structure
from wxsat.diagnosis.levers import gross_gain
from wxsat.errors import InterpretationRefused, ModelError
from wxsat.finding import Finding
from wxsat.sem.fit import fit_sem

MODEL = (Path(__file__).parents[3] / "surveys/gov-wechat-public/dilemmas.sem").read_text("utf-8")
# lavaan ML on the same rows, printed to this many figures; Monte-Carlo limits differ by their own error.
REFERENCE = {
    "D1": (57.3, -0.326, -12.17, -12.17, -13.8, -10.6, 0.52),
    "D2": (50.7, -0.207, -6.37, -3.13, -4.0, -2.3, 0.13),
    "D4": (58.0, -0.237, -8.99, -4.03, -5.0, -3.2, 0.17),
    "COPY": (59.6, -0.080, -3.18, -1.65, -2.2, -1.1, 0.07),
    "UNA": (55.9, -0.273, -9.78, -2.37, -3.2, -1.6, 0.10),
}


@pytest.fixture(scope="module")
def structure(shared_data):
    frame = pd.read_csv(shared_data("reference/domain/S1_reference_n1500.csv"))
    return read_structure(fit_sem(MODEL, frame, effect_coding=True, meanstructure=True))


@pytest.mark.parametrize(("block", "expected"), REFERENCE.items())
def test_every_block_is_lavaans(structure, block, expected):
    row = decompose_loss(structure).set_index("block").loc[block]
    severity, total, gross, own, lower, upper, share = expected
    assert row["S"] == pytest.approx(severity, abs=0.051)
    assert row["total_effect"] == pytest.approx(total, abs=0.00051)
    assert row["gross_loss"] == pytest.approx(gross, abs=0.0051)
    assert row["own_loss"] == pytest.approx(own, abs=0.0051)
    assert row["own_lower"] == pytest.approx(lower, abs=0.15)
    assert row["own_upper"] == pytest.approx(upper, abs=0.15)
    assert row["own_share"] == pytest.approx(share, abs=0.0051)


def test_own_losses_sum_to_the_contrast_of_all_at_target(structure):
    rows = decompose_loss(structure).set_index("block")
    h, paths = structure.hierarchy, structure.estimate.paths.matrix
    excess = {n: structure.estimate.means[:, h.nodes.index(n)] - 20.0 for n in h.dilemma_nodes}
    contrast = -gross_gain(paths, h, excess)[0]
    assert rows["own_loss"].drop("all").sum() == pytest.approx(contrast, abs=1e-8)
    assert contrast == pytest.approx(-23.355, abs=0.0006)
    assert rows.loc["all", "own_lower"] == pytest.approx(-25.9, abs=0.2)
    assert rows.loc["all", "own_upper"] == pytest.approx(-20.9, abs=0.2)


def test_equal_labels_stay_equal_in_every_draw(structure):
    h, matrix = structure.hierarchy, structure.draws.paths.matrix
    pu = h.nodes.index("PU")
    parts = matrix[:, pu, [h.nodes.index(p) for p in ("AUD", "GEO", "FUN", "LAND")]]
    assert np.ptp(parts, axis=1).max() < 1e-8


def test_latent_shares_hold_the_truth(structure):
    shares = latent_shares(structure).set_index("dilemma")
    truth = {"D1": (0.134, 0.421), "D2": (0.193, 0.134), "D4": (0.179, 0.130), "D3": (0.494, 0.315)}
    for dilemma, (lmg, causal) in truth.items():
        row = shares.loc[dilemma]
        assert row["lmg_share_lower"] <= lmg <= row["lmg_share_upper"]
        assert row["causal_share_lower"] <= causal <= row["causal_share_upper"]
    assert shares["lmg"].sum() == pytest.approx(shares["r2"].iloc[0], abs=1e-12)
    assert shares["causal"].sum() == pytest.approx(shares["r2"].iloc[0], abs=1e-12)


def test_a_fit_without_means_is_refused(shared_data):
    frame = pd.read_csv(shared_data("reference/domain/S1_reference_n1500.csv"))
    with pytest.raises(ModelError) as raised:
        read_structure(fit_sem(MODEL, frame, effect_coding=True))
    assert raised.value.code == "DIAG-042"


def test_a_refused_fit_gives_no_loss(shared_data):  # S12: constructs that cannot be told apart
    frame = pd.read_csv(shared_data("reference/domain/S1_reference_n1500.csv"))
    fit = fit_sem(MODEL, frame, effect_coding=True, meanstructure=True)
    refusing = replace(fit, findings=(Finding("SEM-150", "refusal", "D2", "HTMT .95", {}),))
    with pytest.raises(InterpretationRefused) as raised:
        read_structure(refusing)
    assert raised.value.code == "DIAG-041"
