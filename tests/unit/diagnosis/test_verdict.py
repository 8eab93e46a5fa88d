"""Bands, verdicts and words at and around every cut-off."""

import math

import pytest

from wxsat.diagnosis.verdict import band_of, verdict_of, word_of

BANDS = [
    (0.0, "green"),
    (19.999, "green"),
    (20.0, "blue"),
    (39.999, "blue"),
    (40.0, "orange"),
    (59.999, "orange"),
    (60.0, "red"),
    (100.0, "red"),
    (math.nan, None),
]
VERDICTS = [
    (0.90, 30, "severe"),
    (0.8999, 30, "undetermined"),
    (0.10, 30, "not_severe"),
    (0.1001, 30, "undetermined"),
    (0.999, 29, "not_stated"),
    (0.001, 9, "not_stated"),
    (math.nan, 500, "not_stated"),
]
WORDS = [
    (0.995, "virtually_certain"),
    (0.99, "virtually_certain"),
    (0.9899, "very_likely"),
    (0.90, "very_likely"),
    (0.8999, "likely"),
    (0.66, "likely"),
    (0.6599, "about_as_likely_as_not"),
    (0.3301, "about_as_likely_as_not"),
    (0.33, "unlikely"),
    (0.1001, "unlikely"),
    (0.10, "very_unlikely"),
    (0.0101, "very_unlikely"),
    (0.01, "exceptionally_unlikely"),
    (math.nan, None),
]


@pytest.mark.parametrize(("severity", "band"), BANDS)
def test_band_edges_belong_to_the_worse_band(severity, band):
    assert band_of(severity) == band


@pytest.mark.parametrize(("p40", "n", "verdict"), VERDICTS)
def test_verdict_knots(p40, n, verdict):
    assert verdict_of(p40, n) == verdict


@pytest.mark.parametrize(("probability", "word"), WORDS)
def test_word_knots(probability, word):
    assert word_of(probability) == word
