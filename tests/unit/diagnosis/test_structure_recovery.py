"""Simulate along a known hierarchy, diagnose, recover the effects. Slow; run once and reported."""

import numpy as np
import pytest

from wxsat.diagnosis.diagnose import diagnose
from wxsat.diagnosis.hierarchy import FOUR_DILEMMAS, resolve_hierarchy
from wxsat.diagnosis.structure import total_effect

SAMPLES = 300
SOURCES = ("D1", "D2", "D4", "COPY", "UNA", "PU", "PVAL")
# the coefficients of the simulation in conftest, per composite
COEFFICIENTS = {
    **{(part, "D1"): 0.5 for part in ("AUD", "GEO", "FUN", "LAND", "FRAG", "LOOP", "CAP")},
    **{("COPY", "D2"): 0.45, ("COPY", "D4"): 0.15, ("UNA", "D4"): 0.5, ("UNA", "D1"): 0.2},
    **{
        ("EOU", "D2"): -0.25,
        ("EOU", "D4"): -0.25,
        ("PU", "EOU"): 0.4,
        ("PU", "D2"): -0.3,
        ("PU", "COPY"): -0.2,
    },
    **{("PVAL", "PU"): 0.4, ("PVAL", "EOU"): 0.15, ("PVAL", "UNA"): -0.2, ("PVAL", "D1"): -0.15},
    **{("SAT", "PU"): 0.25, ("SAT", "EOU"): 0.1, ("SAT", "PVAL"): 0.35, ("SAT", "UNA"): -0.2},
}


def true_effects():
    hierarchy = resolve_hierarchy(FOUR_DILEMMAS, FOUR_DILEMMAS.nodes, {})
    matrix = np.zeros((1, len(hierarchy.nodes), len(hierarchy.nodes)))
    for (outcome, predictor), value in COEFFICIENTS.items():
        for part, weight in hierarchy.composites.get(predictor, {predictor: 1.0}).items():
            matrix[0, hierarchy.nodes.index(outcome), hierarchy.nodes.index(part)] += value * weight
    return {source: total_effect(matrix, hierarchy, source, "SAT")[0] for source in SOURCES}


@pytest.mark.slow
def test_total_effects_are_recovered_and_covered(simulate, instrument, small):
    from dataclasses import replace

    truth = true_effects()
    shell = replace(small(simulate(50, 5, 0), {"PU": 3}), instrument=instrument, reversed_items=("SHOW3", "UNA3"))
    estimates, covered = [], []
    for seed in range(SAMPLES):
        frame = simulate(1000, 40, seed, missing=0.05)
        found = diagnose(replace(shell, frame=frame), draws=400)
        table = found.total_effects.query("outcome == 'SAT'").set_index("source").loc[list(SOURCES)]
        true = np.array([truth[source] for source in SOURCES])
        estimates.append(table["estimate"].to_numpy())
        covered.append(((table["ci_lower"] <= true) & (true <= table["ci_upper"])).to_numpy())
    bias = np.mean(estimates, axis=0) - true
    # rounding and clipping to seven points shave a little off; .015 is a tenth of the smallest effect but one
    np.testing.assert_allclose(bias, 0, atol=0.015)
    # 300 samples: the standard error of a coverage of .95 is .013; 40 accounts and percentiles cost a little
    assert (np.mean(covered, axis=0) >= 0.90).all()
