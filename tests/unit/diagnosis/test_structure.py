"""The path model on the reference population, and what it does where it cannot be estimated."""

import json
from pathlib import Path

import numpy as np
import pytest

from wxsat.diagnosis.hierarchy import FOUR_DILEMMAS, Hierarchy, resolve_hierarchy
from wxsat.diagnosis.hierarchy import Path as DeclaredPath
from wxsat.diagnosis.structure import (
    ancestors_of,
    fit_paths,
    is_positive_definite,
    propagate,
    total_effect,
)
from wxsat.errors import InstrumentError

GOLDEN = Path(__file__).parents[2] / "golden" / "diagnosis"
EXACT = 1e-12  # closed form on a population covariance that R solved to 1e-12
PRINTED = {"D1": -0.323, "D2": -0.229, "D4": -0.224, "COPY": -0.078, "UNA": -0.270}  # the design's figures


@pytest.fixture(scope="module")
def population():
    return json.loads((GOLDEN / "hierarchy_population.json").read_text())


@pytest.fixture(scope="module")
def hierarchy(population):
    return resolve_hierarchy(FOUR_DILEMMAS, population["nodes"], {})


@pytest.fixture(scope="module")
def fitted(population, hierarchy):
    order = [population["nodes"].index(n) for n in hierarchy.nodes]
    return fit_paths(np.array(population["covariance"])[np.ix_(order, order)][None], hierarchy)


def test_paths_of_the_population_are_recovered(population, hierarchy, fitted):
    order = [population["nodes"].index(n) for n in hierarchy.nodes]
    truth = np.array(population["matrix"])[np.ix_(order, order)]
    np.testing.assert_allclose(fitted.matrix[0], truth, atol=EXACT)


@pytest.mark.parametrize("outcome", ["PU", "SAT", "TRU"])
@pytest.mark.parametrize("source", ["D1", "D2", "D3", "D4", "COPY", "UNA", "EOU", "PU", "PVAL"])
def test_do_effects_equal_the_population(population, hierarchy, fitted, source, outcome):
    effect = total_effect(fitted.matrix, hierarchy, source, outcome)[0]
    assert effect == pytest.approx(population["do"][outcome][source], abs=EXACT)


@pytest.mark.parametrize(("source", "printed"), PRINTED.items())
def test_do_effects_on_satisfaction_equal_the_printed_figures(hierarchy, fitted, source, printed):
    assert round(float(total_effect(fitted.matrix, hierarchy, source, "SAT")[0]), 3) == printed


def test_standardised_equals_raw_where_all_variances_are_one(fitted):
    single = [i for i, (_, predictor) in enumerate(fitted.labels) if not predictor.startswith("D")]
    np.testing.assert_allclose(fitted.standardised[0, single], fitted.coefficients[0, single], atol=EXACT)


def test_total_effects_of_nodes_equal_the_inverse(hierarchy, fitted):
    inverse = np.linalg.inv(np.eye(len(hierarchy.nodes)) - fitted.matrix[0])
    for j, node in enumerate(hierarchy.nodes):
        np.testing.assert_allclose(propagate(fitted.matrix, hierarchy.nodes, {node: 1.0})[0], inverse[:, j], atol=EXACT)


def test_measurement_error_taken_off_gives_the_truth_back(population, hierarchy, fitted):
    from wxsat.diagnosis.moments import true_score_covariance

    order = [population["nodes"].index(n) for n in hierarchy.nodes]
    true = np.array(population["covariance"])[np.ix_(order, order)]
    reliability = np.linspace(0.6, 0.95, len(order))
    observed = true + np.diag(np.diag(true) * (1 / reliability - 1))
    again = fit_paths(true_score_covariance(observed[None], reliability[None]), hierarchy)
    np.testing.assert_allclose(again.matrix, fitted.matrix, atol=EXACT)
    attenuated = fit_paths(observed[None], hierarchy)
    assert abs(total_effect(attenuated.matrix, hierarchy, "UNA", "SAT")[0]) < 0.25


def test_linearly_dependent_predictors_give_nan_in_their_draw_only(population, hierarchy):
    order = [population["nodes"].index(n) for n in hierarchy.nodes]
    good = np.array(population["covariance"])[np.ix_(order, order)]
    bad = good.copy()
    pu, pval = hierarchy.nodes.index("PU"), hierarchy.nodes.index("PVAL")
    bad[pval] = bad[pu]
    bad[:, pval] = bad[:, pu]
    bad[pval, pval] = bad[pu, pu]
    fitted = fit_paths(np.stack([good, bad]), hierarchy)
    sat = [i for i, (outcome, _) in enumerate(fitted.labels) if outcome == "SAT"]
    assert np.isfinite(fitted.coefficients[0]).all()
    assert np.isnan(fitted.coefficients[1, sat]).all()
    assert np.isfinite(np.delete(fitted.coefficients[1], sat)).any()


POSITIVE_DEFINITE = [
    (np.eye(3), True),
    (np.array([[1.0, 1.2], [1.2, 1.0]]), False),
    (np.array([[1.0, 0.0], [0.0, 0.0]]), False),
    (np.array([[1.0, 0.0], [0.0, -1.0]]), False),
    (np.array([[1.0, np.nan], [np.nan, 1.0]]), False),
    (np.diag([1e-8, 1e8]), True),
]


@pytest.mark.parametrize(("covariance", "expected"), POSITIVE_DEFINITE)
def test_positive_definite(covariance, expected):
    assert is_positive_definite(covariance) is expected


def test_ancestors_are_what_reaches_the_outcome(hierarchy):
    assert ancestors_of(hierarchy, "COPY") == frozenset(hierarchy.nodes[:9])
    assert "TRU" not in ancestors_of(hierarchy, "SAT")


def test_absent_nodes_leave_their_paths_out():
    partial = resolve_hierarchy(FOUR_DILEMMAS, ["EOU", "PU", "SAT", "AUD", "GEO"], {})
    assert [(e.outcome, e.predictors) for e in partial.equations] == [
        ("EOU", ("D2",)),
        ("PU", ("EOU", "D2")),
        ("SAT", ("PU", "EOU")),
    ]
    assert partial.composites == {"D2": {"AUD": 0.5, "GEO": 0.5}}
    assert "UNA" in partial.absent


def test_symptom_dilemmas_keep_their_causal_parts():
    declared = {"D3": {"COPY": 0.25, "UNA": 0.25, "VASE": 0.25, "PVAL": 0.125, "SAT": 0.125}}
    resolved = resolve_hierarchy(FOUR_DILEMMAS, ["COPY", "UNA", "VASE", "PVAL", "SAT"], declared)
    assert resolved.composites["D3"] == {"COPY": 0.5, "UNA": 0.5}
    assert "VASE" not in resolved.nodes


def test_a_circular_composite_is_refused():
    with pytest.raises(InstrumentError) as caught:
        resolve_hierarchy(FOUR_DILEMMAS, ["PU", "EOU", "AUD", "SAT"], {"D2": {"AUD": 0.5, "PU": 0.5}})
    assert caught.value.code == "DIAG-009"


def test_a_hierarchy_is_data():
    tiny = Hierarchy({"X": ("x1", "x2")}, (), (DeclaredPath("y", "X", "+"),), (), "y", ())
    resolved = resolve_hierarchy(tiny, ["x1", "x2", "y"], {})
    fitted = fit_paths(np.array([[[1, 0, 0.4], [0, 1, 0.4], [0.4, 0.4, 1]]]), resolved)
    assert total_effect(fitted.matrix, resolved, "X", "y")[0] == pytest.approx(0.8)
