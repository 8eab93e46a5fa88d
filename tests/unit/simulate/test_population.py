"""The reference population against R's solution at full precision and against the published figures."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from wxsat.errors import StudyError
from wxsat.simulate.population import solve_population
from wxsat.simulate.truth import load_truth, truth_from

ROOT = Path(__file__).resolve().parents[3]
TRUTH = load_truth(ROOT / "surveys/gov-wechat-public/truth.yaml")
POPULATION = solve_population(TRUTH)
GOLDEN = json.loads((ROOT / "tests/golden/simulate/s1_reference.json").read_text(encoding="utf-8"))

# R iterates until its own variances are one to 4e-16; what is left is rounding on either side.
R_TOLERANCE = 1e-13
# The published figures have three decimals (two for correlations).
PUBLISHED, PUBLISHED_R = 5.1e-4, 5.1e-3


def test_covariance_agrees_with_r():
    for a, row in GOLDEN["covariance"].items():
        for b, expected in row.items():
            assert POPULATION.correlation(a, b) == pytest.approx(expected, abs=R_TOLERANCE)


def test_residual_covariance_agrees_with_r():
    at = {name: i for i, name in enumerate(POPULATION.names)}
    for a, row in GOLDEN["residual_covariance"].items():
        for b, expected in row.items():
            assert POPULATION.residual_covariance[at[a], at[b]] == pytest.approx(expected, abs=R_TOLERANCE)


def test_explained_variance_agrees_with_r():
    for name, expected in GOLDEN["r2"].items():
        assert POPULATION.r2(name) == pytest.approx(expected, abs=R_TOLERANCE)


def test_total_effects_agree_with_r():
    for cause, row in GOLDEN["total_effects"].items():
        for outcome, expected in row.items():
            assert POPULATION.total_effect(cause, outcome) == pytest.approx(expected, abs=R_TOLERANCE)


PUBLISHED_R2 = {
    "COPY": 0.151,
    "UNA": 0.267,
    "EOU": 0.103,
    "PU": 0.342,
    "PVAL": 0.383,
    "SAT": 0.447,
    "TRU": 0.370,
    "CI": 0.377,
    "CMI": 0.162,
}
PUBLISHED_CORRELATIONS = [
    ("PU", "EOU", 0.48),
    ("PU", "SAT", 0.51),
    ("PVAL", "SAT", 0.59),
    ("SAT", "TRU", 0.55),
    ("SAT", "CI", 0.56),
    ("UNA", "SAT", -0.37),
]
PUBLISHED_TOTALS = {
    "SAT": {"D1": -0.323, "D2": -0.229, "D4": -0.224, "COPY": -0.078, "UNA": -0.270},
    "PU": {"D1": -0.269, "D2": -0.490, "D4": -0.130, "COPY": -0.200, "UNA": 0.0},
    "TRU": {"D1": -0.417, "D2": -0.103, "D4": -0.176, "COPY": -0.035, "UNA": -0.272},
}


@pytest.mark.parametrize(("name", "expected"), PUBLISHED_R2.items())
def test_published_explained_variance(name, expected):
    assert POPULATION.r2(name) == pytest.approx(expected, abs=PUBLISHED)


@pytest.mark.parametrize(("a", "b", "expected"), PUBLISHED_CORRELATIONS)
def test_published_correlation(a, b, expected):
    assert POPULATION.correlation(a, b) == pytest.approx(expected, abs=PUBLISHED_R)


@pytest.mark.parametrize("outcome", PUBLISHED_TOTALS)
def test_published_total_effects(outcome):
    for cause, expected in PUBLISHED_TOTALS[outcome].items():
        assert POPULATION.total_effect(cause, outcome) == pytest.approx(expected, abs=PUBLISHED)


def test_every_latent_has_unit_variance_companions_too():
    assert np.allclose(np.diag(POPULATION.covariance), 1.0, atol=1e-14)
    assert set(TRUTH.companions) < set(POPULATION.names)


def test_moments_follow_from_the_matrices():
    identity = np.eye(len(POPULATION.names))
    inverse = np.linalg.inv(identity - POPULATION.paths)
    expected = inverse @ POPULATION.residual_covariance @ inverse.T
    assert np.allclose(POPULATION.covariance, expected, atol=1e-13)
    root = POPULATION.residual_root * POPULATION.residual_sd[:, None]
    assert np.allclose(root @ root.T, POPULATION.residual_covariance, atol=1e-14)


def _small(**changes):
    content = {
        "id": "small",
        "latents": ["A", "B", "C"],
        "composites": {"AB": ["A", "B"]},
        "paths": {"C": {"AB": 0.6}},
        "residual_correlations": [{"within": ["A", "B"], "r": 0.5}],
        "measurement": {
            "loadings": [0.8],
            "sd": 1.0,
            "scale": {"min": 1, "max": 7},
            "means": {"A": 4, "B": 4, "C": 4},
        },
    }
    return truth_from(content | changes)


def test_composite_by_hand():
    # C = .3 A + .3 B + e with r(A, B) = .5: R2 = .09 + .09 + 2 (.09)(.5) = .27, r(A, C) = .3 + .15.
    population = solve_population(_small())
    assert population.r2("C") == pytest.approx(0.27, abs=1e-15)
    assert population.correlation("A", "C") == pytest.approx(0.45, abs=1e-15)
    assert population.total_effect("AB", "C") == pytest.approx(0.6, abs=1e-15)
    assert population.total_effect("C", "AB") == 0.0


def test_residual_correlated_with_a_cause_is_still_solved_exactly():
    # A causes C and their residuals correlate: s^2 + 2 s (.5)(.4) + .16 - 1 = 0.
    truth = _small(
        latents=["A", "B", "C"],
        paths={"C": {"A": 0.4}},
        residual_correlations=[{"within": ["A", "C"], "r": 0.5}],
    )
    population = solve_population(truth)
    assert np.allclose(np.diag(population.covariance), 1.0, atol=1e-15)
    assert population.residual_sd[population.names.index("C")] == pytest.approx(-0.2 + (0.04 + 0.84) ** 0.5)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"paths": {"A": {"C": 0.2}, "C": {"A": 0.2}}}, "SIM-005"),
        ({"paths": {"A": {"A": 0.2}}}, "SIM-005"),
        ({"paths": {"C": {"AB": 1.3}}}, "SIM-006"),
        (
            {
                "paths": {},
                "residual_correlations": [
                    {"within": ["A", "B"], "r": 0.9},
                    {"within": ["A", "C"], "r": 0.9},
                    {"within": ["B", "C"], "r": -0.9},
                ],
            },
            "SIM-007",
        ),
    ],
)
def test_impossible_populations_are_refused(changes, code):
    with pytest.raises(StudyError) as caught:
        solve_population(_small(**changes))
    assert caught.value.code == code


def test_unknown_name_in_a_question_names_the_nearest():
    with pytest.raises(StudyError, match="Did you mean 'SAT'"):
        POPULATION.total_effect("D1", "SATT")
