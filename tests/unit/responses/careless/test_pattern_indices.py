"""Cycles, autocorrelation, semantic pairs and correlations over pairs, against plain loops and numpy's own."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from wxsat.responses.careless.longstring import longstring, mean_string, page_longstring
from wxsat.responses.careless.repetition import largest_autocorrelation, longest_cycle
from wxsat.responses.careless.semantic import KeyedItem, semantic_consistency, semantic_pairs
from wxsat.responses.careless.variability import equal_parts
from wxsat.responses.careless.within_person import pair_correlation, row_correlation

ROUNDING = 1e-12  # sums of small whole numbers


def longest_cycle_by_hand(row: np.ndarray, max_period: int) -> int:
    best = 0
    for start in range(len(row)):
        for end in range(start + 4, len(row) + 1):
            part = row[start:end]
            if not np.isfinite(part).all() or len(set(part)) == 1:
                continue
            for period in range(2, max_period + 1):
                if len(part) >= 2 * period and (part[period:] == part[:-period]).all():
                    best = max(best, len(part))
    return best


def test_cycles_against_a_search_of_every_stretch() -> None:
    rng = np.random.default_rng(4)
    answers = rng.integers(1, 4, size=(120, 16)).astype(float)
    answers[rng.random(answers.shape) < 0.05] = np.nan
    answers[0] = np.resize([1, 2, 3, 4, 5], 16)
    expected = [longest_cycle_by_hand(row, 5) for row in answers]
    np.testing.assert_array_equal(longest_cycle(answers, 5), expected)


def test_a_straight_line_is_no_cycle() -> None:
    assert longest_cycle(np.full((1, 12), 3.0))[0] == 0
    assert longstring(np.full((1, 12), 3.0))[0] == 12


def test_autocorrelation_is_numpy_s_correlation_of_shifted_answers() -> None:
    rng = np.random.default_rng(8)
    answers = rng.integers(1, 8, size=(30, 25)).astype(float)
    expected = [max(abs(np.corrcoef(row[:-k], row[k:])[0, 1]) for k in range(1, 7)) for row in answers]
    np.testing.assert_allclose(largest_autocorrelation(answers, 6), expected, rtol=0, atol=ROUNDING)
    assert np.isnan(largest_autocorrelation(np.full((1, 25), 2.0))[0])


@pytest.mark.parametrize("share", [0.0, 0.2])
def test_correlation_over_pairs_is_the_correlation_of_gathered_columns(share: float) -> None:
    rng = np.random.default_rng(3)
    answers = rng.integers(1, 8, size=(200, 20)).astype(float)
    answers[rng.random(answers.shape) < share] = np.nan
    first, second = np.nonzero(np.tril(rng.random((20, 20)) < 0.1, -1))
    expected = row_correlation(answers[:, first], answers[:, second])
    np.testing.assert_allclose(pair_correlation(answers, first, second), expected, rtol=0, atol=1e-10)


def test_a_side_without_variance_has_no_correlation() -> None:
    answers = np.array([[4.0, 1.0, 4.0, 2.0, 4.0, 3.0]])
    assert np.isnan(pair_correlation(answers, np.array([0, 2, 4]), np.array([1, 3, 5]))[0])


def test_semantic_pairs_follow_the_keys() -> None:
    items = [KeyedItem(0, "A", False), KeyedItem(1, "A", True), KeyedItem(2, "B", False), KeyedItem(3, "A", True)]
    pairs = semantic_pairs(items)
    assert pairs.antonyms.tolist() == [[0, 1], [0, 3]]
    assert pairs.synonyms.tolist() == [[1, 3]]
    assert semantic_pairs([]).antonyms.shape == (0, 2)
    assert np.isnan(semantic_consistency(np.ones((2, 4)), pairs.synonyms)).all()


def test_runs_end_with_their_page() -> None:
    answers = np.array([[1.0, 1.0, 1.0, 1.0, 2.0]])
    assert page_longstring(answers, [[0, 1], [2, 3, 4]]).tolist() == [[2.0, 2.0]]
    assert mean_string(np.array([[1.0, 1.0, np.nan, 1.0]]))[0] == 1.5  # a hole ends a run


def test_parts_cover_every_item_once() -> None:
    for n, k in [(50, 5), (7, 3), (10, 4), (61, 3)]:
        ends = [(part.start, part.stop) for part in equal_parts(n, k)]
        assert ends[0][0] == 0
        assert ends[-1][1] == n
        assert all(a[1] == b[0] for a, b in itertools.pairwise(ends))
