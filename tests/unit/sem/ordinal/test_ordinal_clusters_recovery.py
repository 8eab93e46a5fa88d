"""Errors of clustered, weighted ordinal data: intervals cover the truth where plain ones do not. There is no program to
compare with (lavaan 0.6-14 ignores the clusters), so the witness is a simulation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from wxsat.sem.fit import fit_sem

LOADINGS, WITHIN, MIDDLE = np.array([0.8, 0.7, 0.6, 0.7]), 0.85, -0.4
CLUSTERS, SIZE, REPLICATES = 60, 12, 200


def answers(rng: np.random.Generator) -> pd.DataFrame:
    """Four five-point items of one factor; factor and residuals share 15 % of their variance within clusters."""

    def shared(columns: int) -> np.ndarray:
        common = np.repeat(rng.normal(size=(CLUSTERS, columns)), SIZE, axis=0)
        return np.sqrt(1 - WITHIN) * common + np.sqrt(WITHIN) * rng.normal(size=(CLUSTERS * SIZE, columns))

    latent = shared(1) * LOADINGS + np.sqrt(1 - LOADINGS**2) * shared(4)
    frame = pd.DataFrame(np.digitize(latent, [-1.2, MIDDLE, 0.4, 1.2]) + 1.0, columns=["y1", "y2", "y3", "y4"])
    return frame.assign(place=np.repeat(np.arange(CLUSTERS), SIZE), w=np.where(rng.random(len(frame)) < 0.5, 1.0, 2.0))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "low", "high"),
    [
        # Simulation error of a mean coverage over four parameters and 200 samples is about 0.01.
        ({"cluster": "place"}, 0.925, 0.98),
        ({"cluster": "place", "weights": "w"}, 0.925, 0.98),
        ({}, 0.70, 0.91),
    ],
)
def test_intervals_of_thresholds_cover(arguments, low, high):
    inside = []
    for replicate in range(REPLICATES):
        frame = answers(np.random.default_rng([9, replicate]))
        fit = fit_sem("f =~ y1 + y2 + y3 + y4", frame, ordered="all", std_lv=True, **arguments)
        rows = fit.parameters[fit.parameters["rhs"] == "t2"]
        inside.append(((rows["ci_lower"] <= MIDDLE) & (rows["ci_upper"] >= MIDDLE)).mean())
    assert low < np.mean(inside) < high
