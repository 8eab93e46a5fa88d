"""Bands, verdicts and probability words of a severity: the stated conventions, one table each.

All cut-offs are conventions; they are listed in the settings of every diagnosis.
"""

from __future__ import annotations

import math
from typing import Literal

Band = Literal["green", "blue", "orange", "red"]
Verdict = Literal["severe", "not_severe", "undetermined", "not_stated"]

BAND_EDGES: tuple[tuple[float, Band], ...] = (
    (60.0, "red"),
    (40.0, "orange"),
    (20.0, "blue"),
    (-math.inf, "green"),
)
EXCEEDANCE_AT = (20.0, 40.0, 60.0)
SEVERE_IF_AT_LEAST = 0.90
NOT_SEVERE_IF_AT_MOST = 0.10
SUPPRESS_BELOW = 10
REFERENCE_ONLY_BELOW = 30

WORDS: tuple[tuple[float, str], ...] = (
    (0.99, "virtually_certain"),
    (0.90, "very_likely"),
    (0.66, "likely"),
)
MIDDLE_WORD = "about_as_likely_as_not"
WORDS_BELOW: tuple[tuple[float, str], ...] = (
    (0.01, "exceptionally_unlikely"),
    (0.10, "very_unlikely"),
    (0.33, "unlikely"),
)


def band_of(severity: float) -> Band | None:
    """
    Return the colour band of a severity on 0-100; None for a missing one.

    The edges belong to the worse band. They mirror the pass mark (60) and the bonus mark (80) of the official
    inspection of portals on health = 100 - severity, borrowed as a convention.

    Examples
    --------
    >>> [band_of(s) for s in (0.0, 20.0, 39.9, 60.0)]
    ['green', 'blue', 'blue', 'red']
    """
    if math.isnan(severity):
        return None
    return next(band for edge, band in BAND_EDGES if severity >= edge)


def verdict_of(p40: float, n: int) -> Verdict:
    """
    Return the verdict from the probability that the severity exceeds 40, given the number of answers behind
    it.

    Below `REFERENCE_ONLY_BELOW` answers no verdict is stated.

    Examples
    --------
    >>> verdict_of(0.95, 200), verdict_of(0.5, 200), verdict_of(0.95, 29)
    ('severe', 'undetermined', 'not_stated')
    """
    if n < REFERENCE_ONLY_BELOW or math.isnan(p40):
        return "not_stated"
    if p40 >= SEVERE_IF_AT_LEAST:
        return "severe"
    return "not_severe" if p40 <= NOT_SEVERE_IF_AT_MOST else "undetermined"


def word_of(probability: float) -> str | None:
    """
    Return the code of the calibrated probability word (IPCC-type scale); None for a missing probability.

    Examples
    --------
    >>> [word_of(p) for p in (0.999, 0.7, 0.5, 0.05)]
    ['virtually_certain', 'likely', 'about_as_likely_as_not', 'very_unlikely']
    """
    if math.isnan(probability):
        return None
    for at_least, word in WORDS:
        if probability >= at_least:
            return word
    for at_most, word in WORDS_BELOW:
        if probability <= at_most:
            return word
    return MIDDLE_WORD
