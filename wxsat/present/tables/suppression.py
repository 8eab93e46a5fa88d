"""Statistical disclosure control: small counts are withheld, and with them whatever would give them away."""

from __future__ import annotations

from collections.abc import Sequence

SMALLEST_SHOWN = 5


def suppressed_positions(counts: Sequence[int], smallest: int = SMALLEST_SHOWN) -> frozenset[int]:
    """
    Choose the cells of one question that must be withheld when their total is public.

    First every count from 1 to ``smallest - 1``. If the withheld cells together hold fewer than `smallest`
    respondents or are a single cell, the next smallest cells follow: otherwise the total minus the rest would
    give them away. A zero says nothing about a respondent and stays.

    Parameters
    ----------
    counts : sequence of int
        One question's cells, missing answers included.
    smallest : int
        Smallest count that may be shown.

    Returns
    -------
    frozenset of int

    Examples
    --------
    >>> sorted(suppressed_positions([120, 3, 40, 0])), sorted(suppressed_positions([120, 3, 2, 9]))
    ([1, 2], [1, 2])
    >>> suppressed_positions([120, 30])
    frozenset()
    """
    withheld = {i for i, count in enumerate(counts) if 0 < count < smallest}
    if not withheld:
        return frozenset()
    others = sorted((i for i, count in enumerate(counts) if count >= smallest), key=lambda i: (counts[i], i))
    while others and (len(withheld) < 2 or sum(counts[i] for i in withheld) < smallest):
        withheld.add(others.pop(0))
    return frozenset(withheld)
