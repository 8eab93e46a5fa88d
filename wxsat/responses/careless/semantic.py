"""Semantic pairs: what the instrument's own keys say must agree, or must not.

Two items of one construct with the same key are synonyms by their wording, one with and one against the key antonyms,
whatever the sample's correlations say; a badly answered sample cannot hide them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from wxsat.responses.careless.within_person import pair_correlation

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class KeyedItem:
    """
    An item as its key declares it.

    Attributes
    ----------
    column : int
        Position in the matrix of answers.
    construct : str
    reversed : bool
    """

    column: int
    construct: str
    reversed: bool


@dataclass(frozen=True, slots=True)
class SemanticPairs:
    """
    Column positions of pairs of items, one row a pair.

    Attributes
    ----------
    synonyms, antonyms : ndarray of int, shape (n_pairs, 2)
        In one construct, with the same and with opposite keys.
    """

    synonyms: NDArray[np.intp]
    antonyms: NDArray[np.intp]


def semantic_pairs(items: Sequence[KeyedItem]) -> SemanticPairs:
    """
    Pair the items of each construct by their keys.

    Examples
    --------
    >>> found = semantic_pairs([KeyedItem(0, "PU", False), KeyedItem(1, "PU", False), KeyedItem(2, "PU", True)])
    >>> found.synonyms.tolist(), found.antonyms.tolist()
    ([[0, 1]], [[0, 2], [1, 2]])
    """
    by_construct: dict[str, list[KeyedItem]] = {}
    for item in items:
        by_construct.setdefault(item.construct, []).append(item)
    alike: list[tuple[int, int]] = []
    against: list[tuple[int, int]] = []
    for members in by_construct.values():
        for a, b in combinations(members, 2):
            (against if a.reversed != b.reversed else alike).append((a.column, b.column))
    return SemanticPairs(_pairs(alike), _pairs(against))


def _pairs(found: Sequence[tuple[int, int]]) -> NDArray[np.intp]:
    return np.array(found, dtype=np.intp).reshape(-1, 2)


def semantic_consistency(answers: NDArray[np.float64], pairs: NDArray[np.intp]) -> Vector:
    """
    Within-person correlation over semantic pairs of raw answers.

    Parameters
    ----------
    answers : ndarray, shape (n_respondents, n_items)
        As given, reverse-keyed items not recoded.
    pairs : ndarray of int, shape (n_pairs, 2)

    Returns
    -------
    ndarray, shape (n_respondents,)
        In [-1, 1]; careful answers give a high value for synonyms and a low one for antonyms. NaN with fewer than
        three answered pairs, or where one side does not vary.

    References
    ----------
    .. [1] Goldberg, L. R., & Kilkowski, J. M. (1985). Journal of Personality and Social Psychology, 48(1), 82-98.

    Examples
    --------
    >>> semantic_consistency(np.array([[1.0, 2.0, 5.0, 5.0, 7.0, 6.0]]), np.array([[0, 1], [2, 3], [4, 5]])).round(3)
    array([0.996])
    """
    return pair_correlation(answers, pairs[:, 0], pairs[:, 1])
