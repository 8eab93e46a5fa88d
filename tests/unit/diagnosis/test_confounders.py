"""How strong an unseen common cause would have to be: closed forms, residual regressions, a simulated confounder."""

from __future__ import annotations

import numpy as np
import pytest

from wxsat.diagnosis.confounder import (
    causes_of_dilemmas,
    confounded,
    grid_of_confounders,
    partial_correlations,
    vanishing_strength,
    weigh_confounders,
)
from wxsat.diagnosis.hierarchy import FOUR_DILEMMAS, ResolvedHierarchy, resolve_hierarchy
from wxsat.diagnosis.resampling import Draws
from wxsat.diagnosis.structure import fit_paths
from wxsat.sem.twolevel.moment_objective import _factor_of

NODES = ("SHOW", "LDR", "AUD", "FRAG", "UNA", "SAT")


def _draws(n: int, seed: int) -> tuple[Draws, Draws, ResolvedHierarchy, dict[str, np.ndarray]]:
    rng = np.random.default_rng(seed)
    root = rng.normal(size=n)
    show, ldr = root + rng.normal(size=n), root + rng.normal(size=n)
    aud = 0.4 * (show + ldr) / 2 + rng.normal(size=n)
    frag = 0.5 * (show + ldr) / 2 + rng.normal(size=n)
    una = 0.5 * frag + 0.2 * root + rng.normal(size=n)
    sat = -0.4 * una - 0.2 * aud + rng.normal(size=n)
    hierarchy = resolve_hierarchy(FOUR_DILEMMAS, NODES, {})
    columns = dict(zip(NODES, (show, ldr, aud, frag, una, sat), strict=True))
    data = np.column_stack([columns[node] for node in hierarchy.nodes])
    rows = rng.integers(0, n, (300, n))
    covariance = np.cov(data.T)[None]
    many = np.stack([np.cov(data[pick].T) for pick in rows])
    means = np.zeros((1, len(NODES)))
    now = Draws(means, fit_paths(covariance, hierarchy), covariance)
    return now, Draws(np.zeros((300, len(NODES))), fit_paths(many, hierarchy), many), hierarchy, columns


def test_the_association_is_that_of_residuals() -> None:
    now, drawn, hierarchy, x = _draws(900, 1)
    table = weigh_confounders(now, drawn, hierarchy).set_index("dilemma")
    d1 = (x["SHOW"] + x["LDR"]) / 2
    assert table.loc["D1", "correlation"] == pytest.approx(np.corrcoef(d1, x["SAT"])[0, 1])
    held = np.column_stack([np.ones(900), d1])
    residual = [y - held @ np.linalg.lstsq(held, y, rcond=None)[0] for y in (x["FRAG"], x["SAT"])]
    assert table.loc["D4", "adjusted_for"] == "D1"
    assert table.loc["D4", "correlation"] == pytest.approx(np.corrcoef(*residual)[0, 1])
    for row in table.to_dict("records"):
        assert row["vanishing"] == pytest.approx(np.sqrt(abs(row["correlation"])))
        assert row["vanishing_ci"] <= row["vanishing"]
        assert row["left_03"] == pytest.approx(confounded(row["correlation"], 0.3, 0.3))
    assert len(grid_of_confounders(table.reset_index())) == 25 * len(table)


def test_what_comes_before_a_dilemma_is_read_from_the_hierarchy() -> None:
    before = causes_of_dilemmas(resolve_hierarchy(FOUR_DILEMMAS, NODES, {}))
    assert before["D1"] == frozenset()
    assert before["D4"] == {"D1"}
    assert {"D1", "D4"} <= before["D3"]


def test_a_confounder_of_that_strength_does_explain_it_away() -> None:
    """A world in which nothing but u ties x to y: holding u constant leaves nothing, as the grid says."""
    rng = np.random.default_rng(4)
    u = rng.normal(size=200_000)
    x, y = (0.6 * u + 0.8 * rng.normal(size=len(u)) for _ in range(2))
    r = np.corrcoef(x, y)[0, 1]
    assert vanishing_strength(r) == pytest.approx(0.6, abs=0.01)
    left = partial_correlations(np.cov(np.vstack([u, x, y]))[None], 1, 2, [0])[0]
    assert left == pytest.approx(confounded(r, 0.6, 0.6), abs=0.01)


def test_a_singular_between_matrix_still_has_a_factor_to_start_from() -> None:
    singular = np.outer([1.0, 2.0, -1.0], [1.0, 2.0, -1.0]) - 1e-12 * np.eye(3)
    factor = _factor_of(singular)
    assert factor @ factor.T == pytest.approx(singular, abs=1e-6)
