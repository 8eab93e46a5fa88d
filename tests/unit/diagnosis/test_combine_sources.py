"""Combination, agreement, pattern and grade of sources: hand-computed, and against base R (tests/golden/sources)."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from wxsat.diagnosis.combine import random_effects, sources_method_interval
from wxsat.diagnosis.evidence import grade_of, triangulate
from wxsat.diagnosis.patterns import PATTERNS, level_of, pattern_of
from wxsat.diagnosis.sources import SourceSeverity, centred, equal_parts
from wxsat.diagnosis.triangulation import combine_sources

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "sources" / "sources.json").read_text(encoding="utf-8"))
# R prints fifteen digits.
TOLERANCE = 1e-12


def source(name: str, severity: float, spread: float, seed: int, parts: int = 1) -> SourceSeverity:
    """A source that says the same of D1 alone, with normal draws."""
    draws = np.full((4000, 4), np.nan)
    noise = np.random.default_rng(seed).normal(0.0, 1.0, 4000)
    draws[:, 0] = severity + spread * (noise - noise.mean()) / noise.std(ddof=1)
    each = {f"{name}{i}": (severity + 10.0 * (i - (parts - 1) / 2), 1.0 / parts) for i in range(parts)}
    return SourceSeverity(name, {"D1": each}, draws, {"D1": 100})


def combined(*sources: SourceSeverity, vetoes: tuple[str, ...] = ()) -> dict[str, object]:
    tables = combine_sources(sources, unit="all", df=39, vetoes={"D1": vetoes}, rng=np.random.default_rng(1))
    return dict(tables.combined.iloc[0])


def test_random_effects_as_in_r() -> None:
    got = random_effects(np.array(GOLDEN["y"]), np.array(GOLDEN["se"]))
    np.testing.assert_allclose([got.mean, got.se, got.tau2], GOLDEN["dl"], rtol=TOLERANCE)


def test_random_effects_never_lets_the_largest_source_win() -> None:
    """Inverse variances would give 50.0; with sources apart the weights come near each other."""
    got = random_effects(np.array([50.0, 30.0, 70.0]), np.array([0.01, 5.0, 5.0]))
    assert got.tau2 > 25
    agreeing = random_effects(np.array([50.0, 50.0]), np.array([1.0, 2.0]))
    assert agreeing.tau2 == 0
    assert agreeing.se == pytest.approx(np.sqrt(1 / 1.25))


def test_random_effects_needs_errors() -> None:
    assert np.isnan(random_effects(np.array([50.0, 40.0]), np.array([np.nan, 1.0])).mean)
    assert np.isnan(random_effects(np.array([50.0]), np.array([1.0])).mean)


def test_triangulation_as_in_r() -> None:
    got = triangulate(np.array(GOLDEN["y"]), np.array(GOLDEN["se"]))
    np.testing.assert_allclose([got.q, got.i2], [*GOLDEN["q"], *GOLDEN["i2"]], rtol=TOLERANCE)


@pytest.mark.parametrize(
    ("severities", "grade"),
    [
        ((50.0, 52.0, 49.0), "A"),
        ((50.0, 52.0, 20.0), "B"),  # two agree, one does not: as good as those two alone
        ((80.0, 50.0, 20.0), "C"),
        ((50.0, 52.0), "B"),
        ((50.0, 20.0), "C"),
        ((50.0,), "C"),
        ((), None),
    ],
)
def test_grade(severities: tuple[float, ...], grade: str | None) -> None:
    assert grade_of(np.array(severities), np.ones(len(severities))) == grade


def test_leaving_out_the_source_that_does_not_fit_never_raises_the_grade() -> None:
    rng = np.random.default_rng(3)
    order = {"A": 0, "B": 1, "C": 2}
    for severities in rng.uniform(0, 100, (300, 3)):
        errors = rng.uniform(0.5, 6, 3)
        full = grade_of(severities, errors)
        for pair in itertools.combinations(range(3), 2):
            fewer = grade_of(severities[list(pair)], errors[list(pair)])
            assert full is not None
            assert fewer is not None
            assert order[fewer] >= order[full]


def test_every_pattern_has_a_name() -> None:
    assert set(PATTERNS) == set(itertools.product(("high", "low"), repeat=3))
    assert len(set(PATTERNS.values())) == 8


def test_pattern_with_an_unsure_source_names_what_is_open() -> None:
    assert pattern_of({"pub": 0.9, "ops": 0.1, "log": 0.1}) == "perception"
    assert pattern_of({"pub": 0.9, "ops": 0.1, "log": 0.5}) == "blind_spot|perception?"
    assert pattern_of({"pub": 0.9, "ops": None, "log": 0.9}) is None
    assert [level_of(p) for p in (0.80, 0.20, 0.21)] == ["high", "low", "?"]


def test_combination_is_the_plain_mean_whatever_the_precision() -> None:
    row = combined(source("pub", 60.0, 0.5, 1), source("ops", 30.0, 8.0, 2), source("log", 45.0, 2.0, 3))
    assert row["S"] == pytest.approx(45.0)
    # Independent sources: Var of the mean is a ninth of the sum of variances; Monte-Carlo error of the draws' products.
    assert row["se"] == pytest.approx(np.sqrt(0.25 + 64 + 4) / 3, rel=0.03)
    assert row["missing"] == ""
    assert row["S_ops"] == pytest.approx(30.0)


def test_shared_draws_carry_the_covariance_of_sources() -> None:
    one = source("pub", 60.0, 3.0, 1)
    twin = SourceSeverity("log", {"D1": {"D1": (60.0, 1.0)}}, one.draws, {"D1": 5})
    assert combined(one, twin)["se"] == pytest.approx(3.0, rel=1e-9)


def test_missing_sources_lower_the_grade_and_not_the_severity() -> None:
    three = combined(source("pub", 50.0, 1, 1), source("ops", 50.0, 1, 2), source("log", 50.0, 1, 3))
    one = combined(source("pub", 50.0, 1, 1))
    assert (three["grade"], one["grade"]) == ("A", "C")
    assert one["S"] == three["S"] == pytest.approx(50.0)
    assert one["missing"] == "ops, log"
    assert one["best_grade"] == "C"


def test_a_veto_turns_the_band_red_and_nothing_else() -> None:
    plain = combined(source("pub", 30.0, 1, 1))
    vetoed = combined(source("pub", 30.0, 1, 1), vetoes=("L07 (3)",))
    assert (plain["band"], vetoed["band"], vetoed["band_by_score"]) == ("blue", "red", "blue")
    assert vetoed["S"] == plain["S"]
    assert vetoed["p40"] == plain["p40"]


def test_exceedance_is_smoothed() -> None:
    row = combined(source("pub", 50.0, 1, 1))
    assert row["p40"] == pytest.approx(4001 / 4002)
    assert row["p60"] == pytest.approx(1 / 4002)


def test_method_interval_covers_every_weighting_and_is_inside_the_extremes() -> None:
    parts = [(np.array([40.0, 60.0]), np.array([0.5, 0.5])), (np.array([20.0]), np.array([1.0]))]
    got = sources_method_interval(parts, np.random.default_rng(5))
    assert (got.minimum, got.maximum) == (20.0, 60.0)
    assert got.minimum < got.lower < (50.0 + 20.0) / 2 < got.upper < got.maximum


def test_method_interval_of_two_single_sources_in_closed_form() -> None:
    """With two equal sources' values 0 and 100 the arithmetic half is uniform: P(below t) = t / 100."""
    parts = [(np.array([0.0]), np.array([1.0])), (np.array([100.0]), np.array([1.0]))]
    got = sources_method_interval(parts, np.random.default_rng(5), draws=200_000)
    # Power mean: 100 w^(1/4), so P(below t) = (t / 100)^4; the mixture's quantiles solve t + t^4 = 2 q (t in [0, 1]).
    for q, value in ((0.05, got.lower), (0.95, got.upper)):
        t = value / 100
        assert t + t**4 == pytest.approx(2 * q, abs=0.01)


def test_equal_parts_and_centred_draws() -> None:
    assert equal_parts({"a": 10.0, "b": 30.0, "c": float("nan")}) == {"a": (10.0, 0.5), "b": (30.0, 0.5)}
    moved = centred(np.array([[5.0], [7.0]]), [50.0])
    assert moved.ravel().tolist() == [49.0, 51.0]
