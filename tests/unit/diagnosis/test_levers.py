"""Gains of the remedies: the own-loss identity, gross gains as total effects, targets already reached."""

import json
from pathlib import Path

import numpy as np
import pytest

from wxsat.diagnosis.hierarchy import FOUR_DILEMMAS, resolve_hierarchy
from wxsat.diagnosis.levers import excess_over, gross_gain, own_gains, weigh_levers
from wxsat.diagnosis.resampling import Draws
from wxsat.diagnosis.structure import PathModel, total_effect

GOLDEN = Path(__file__).parents[2] / "golden" / "diagnosis"
IDENTITY = 1e-8  # the identity is algebraic; what is left is rounding


@pytest.fixture(scope="module")
def population():
    return json.loads((GOLDEN / "hierarchy_population.json").read_text())


@pytest.fixture(scope="module")
def hierarchy(population):
    return resolve_hierarchy(FOUR_DILEMMAS, population["nodes"], {})


@pytest.fixture(scope="module")
def matrix(population, hierarchy):
    order = [population["nodes"].index(n) for n in hierarchy.nodes]
    return np.array(population["matrix"])[np.ix_(order, order)][None]


@pytest.fixture(scope="module")
def excess(population):
    above = zip(population["nodes"], population["severity"], strict=False)
    return {node: np.array([severity - population["target"]]) for node, severity in above}


def test_own_gains_equal_the_reference(population, hierarchy, matrix, excess):
    own = own_gains(matrix, hierarchy, excess)
    expected = dict(zip(population["nodes"], population["own_loss"], strict=False))
    assert {node: -gain[0] for node, gain in own.items()} == pytest.approx(expected, abs=IDENTITY)


def test_own_gains_sum_to_the_gain_of_all(population, hierarchy, matrix, excess):
    together = gross_gain(matrix, hierarchy, excess)[0]
    assert together == pytest.approx(-population["all_four"], abs=IDENTITY)
    assert sum(gain[0] for gain in own_gains(matrix, hierarchy, excess).values()) == pytest.approx(
        together, abs=IDENTITY
    )


def test_the_identity_holds_for_any_paths_and_severities(hierarchy):
    rng = np.random.default_rng(8)
    k = len(hierarchy.nodes)
    matrix = np.tril(rng.normal(0, 0.4, (50, k, k)), -1)
    excess = {node: excess_over(20.0, rng.uniform(0, 100, 50)) for node in hierarchy.dilemma_nodes}
    own = np.sum(list(own_gains(matrix, hierarchy, excess).values()), axis=0)
    np.testing.assert_allclose(own, gross_gain(matrix, hierarchy, excess), atol=IDENTITY)


def draws_of(hierarchy, matrix, severity):
    means = np.array([[severity.get(n, 50.0) for n in hierarchy.nodes]])
    repeated = np.repeat(matrix, len(means), axis=0)
    empty = np.empty((len(means), 0))
    return Draws(means, PathModel(repeated, empty, empty, ()))


def levers_of(hierarchy, matrix, severity, target=20.0, lowest=0.0):
    draws = draws_of(hierarchy, matrix, severity)
    positions = np.arange(len(hierarchy.nodes))
    observed = dict.fromkeys(hierarchy.composites, lowest)
    return weigh_levers(draws, draws, positions, hierarchy, target, observed).set_index("lever")


def test_a_gross_gain_is_the_total_effect_times_the_shift(hierarchy, matrix):
    table = levers_of(hierarchy, matrix, dict.fromkeys(hierarchy.dilemma_nodes, 55.0))
    for lever, dilemma in [("R1", "D1"), ("R2", "D2"), ("R3", "D3"), ("R4", "D4")]:
        effect = total_effect(matrix, hierarchy, dilemma, "SAT")[0]
        assert table.loc[lever, "gain"] == pytest.approx(effect * (20.0 - 55.0))
        assert table.loc[lever, "shift"] == pytest.approx(-35.0)


def test_the_root_owns_all_it_gains(hierarchy, matrix):
    table = levers_of(hierarchy, matrix, {"SHOW": 54.0, "LDR": 60.0, "UNA": 70.0})
    assert table.loc["R1", "own"] == pytest.approx(table.loc["R1", "gain"])
    assert table.loc["R3", "own"] < table.loc["R3", "gain"]
    assert table.loc[["R1", "R2", "R3", "R4"], "own"].sum() == pytest.approx(table.loc["all", "gain"], abs=IDENTITY)
    assert table.loc[["R1", "R2", "R3", "R4"], "own_share"].sum() == pytest.approx(1.0)


def test_the_value_lever_works_through_its_symptoms_only(hierarchy, matrix):
    before = levers_of(hierarchy, matrix, {})
    after = levers_of(hierarchy, matrix, {"SAT": 5.0, "PVAL": 5.0})
    assert after.loc["R3", "gain"] == before.loc["R3", "gain"]
    assert after.loc["R3", "severity"] == before.loc["R3", "severity"] == 50.0


def test_what_is_already_at_the_target_stays(hierarchy, matrix):
    at_target = {**dict.fromkeys(hierarchy.dilemma_nodes, 10.0), "UNA": 70.0}
    table = levers_of(hierarchy, matrix, at_target)
    assert table.loc[["R1", "R2", "R4"], "gain"].abs().max() == 0.0
    assert table.loc["R3", "gain"] == pytest.approx(0.27 * 50.0)


EXTRAPOLATIONS = [(20.0, 35.0, True), (35.0, 35.0, False), (40.0, 35.0, False), (60.0, 70.0, False)]


@pytest.mark.parametrize(("target", "lowest", "expected"), EXTRAPOLATIONS)
def test_extrapolation_is_a_target_below_all_that_was_seen(hierarchy, matrix, target, lowest, expected):
    table = levers_of(hierarchy, matrix, dict.fromkeys(hierarchy.dilemma_nodes, 55.0), target, lowest)
    assert table["extrapolation"].tolist() == [expected] * 5


def test_no_outcome_no_levers(population):
    hierarchy = resolve_hierarchy(FOUR_DILEMMAS, ["SHOW", "LDR", "AUD"], {})
    draws = draws_of(hierarchy, np.zeros((1, 3, 3)), {})
    assert weigh_levers(draws, draws, np.arange(3), hierarchy, 20.0, {}).empty
