"""What agreement and disagreement of the three sources is called: a table of patterns, with "?" where unsure."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Literal

import numpy as np

Level = Literal["high", "low", "?"]
SOURCES = ("pub", "ops", "log")
HIGH_IF_AT_LEAST = 0.80
LOW_IF_AT_MOST = 0.20

PATTERNS: Mapping[tuple[str, str, str], str] = {
    ("high", "high", "high"): "consensus",
    ("high", "low", "high"): "blind_spot",
    ("high", "low", "low"): "perception",
    ("low", "high", "high"): "unvoiced",
    ("low", "low", "high"): "latent",
    ("high", "high", "low"): "definition",
    ("low", "high", "low"): "pressure",
    ("low", "low", "low"): "clear",
}


def level_of(p40: float | None) -> Level | None:
    """
    Return whether a source says high, low or neither, from its probability that the severity exceeds 40.

    Examples
    --------
    >>> [level_of(p) for p in (0.95, 0.5, 0.1, None)]
    ['high', '?', 'low', None]
    """
    if p40 is None or np.isnan(p40):
        return None
    if p40 >= HIGH_IF_AT_LEAST:
        return "high"
    return "low" if p40 <= LOW_IF_AT_MOST else "?"


def pattern_of(p40: Mapping[str, float | None]) -> str | None:
    """
    Name the pattern of the sources.

    Parameters
    ----------
    p40 : mapping of str to float or None
        Source (``pub``, ``ops``, ``log``) to P(S > 40); None or absent where there is no such source.

    Returns
    -------
    str or None
        A name of `PATTERNS`; where a source is unsure, every name that it leaves open, joined by ``|`` and ended by
        ``?``. None unless all three sources are there: two cannot tell these patterns apart.

    Examples
    --------
    >>> pattern_of({"pub": 0.99, "ops": 0.05, "log": 0.97})
    'blind_spot'
    >>> pattern_of({"pub": 0.99, "ops": 0.5, "log": 0.97})
    'consensus|blind_spot?'
    >>> pattern_of({"pub": 0.99, "log": 0.97}) is None
    True
    """
    levels = [level_of(p40.get(source)) for source in SOURCES]
    if any(level is None for level in levels):
        return None
    choices = [("high", "low") if level == "?" else (str(level),) for level in levels]
    names = [PATTERNS[(a, b, c)] for a, b, c in itertools.product(*choices)]
    return names[0] if len(names) == 1 else "|".join(names) + "?"
