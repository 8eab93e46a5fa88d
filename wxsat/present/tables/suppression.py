"""Statistical disclosure control: small counts are withheld, and with them whatever would give them away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

SMALLEST_SHOWN = 5
# A direction in which a withheld count could move is no direction below this length.
NO_ROOM = 1e-9

# Coefficients of counts, by position, whose weighted sum a reader knows: a question's cells sum to its base.
Relation = Mapping[int, int]


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
    return withheld_positions(counts, [dict.fromkeys(range(len(counts)), 1)], smallest)


def withheld_positions(
    counts: Sequence[int],
    relations: Sequence[Relation],
    smallest: int = SMALLEST_SHOWN,
    also: Iterable[int] = (),
) -> frozenset[int]:
    """
    Choose the cells of several tables that must be withheld when the sums that tie them together are public.

    Primary suppression takes every count from 1 to ``smallest - 1``; complementary suppression then takes, of the
    cells of a sum, the next smallest ones until no sum has a single withheld cell or fewer than `smallest`
    respondents in its withheld cells, and until the sums, solved as one linear system, determine no withheld cell.

    Parameters
    ----------
    counts : sequence of int
    relations : sequence of mapping of int to int
        Positions and coefficients of each sum that a reader knows.
    smallest : int
        Smallest count that may be shown.
    also : iterable of int
        Cells that are withheld for another reason.

    Returns
    -------
    frozenset of int
        Cells that no choice can protect (every other cell of their sums is withheld or zero) are among them;
        :func:`determined_positions` tells which they are.

    Examples
    --------
    Men and women of two regions; the first region's three women are not to be seen:

    >>> rows_and_columns = [{0: 1, 1: 1}, {2: 1, 3: 1}, {0: 1, 2: 1}, {1: 1, 3: 1}]
    >>> sorted(withheld_positions([40, 3, 25, 60], rows_and_columns))
    [0, 1, 2, 3]
    """
    withheld = {i for i, count in enumerate(counts) if 0 < count < smallest} | set(also)
    while (next_cell := _next_cell(counts, relations, withheld, smallest)) is not None:
        withheld.add(next_cell)
    return frozenset(withheld)


def determined_positions(withheld: Iterable[int], relations: Sequence[Relation]) -> frozenset[int]:
    """
    Return the withheld cells that the public sums determine all the same.

    Parameters
    ----------
    withheld : iterable of int
    relations : sequence of mapping of int to int
        As in :func:`withheld_positions`.

    Returns
    -------
    frozenset of int

    Notes
    -----
    With the shown cells known, each sum is a linear equation in the withheld ones. A cell has one solution if and
    only if every vector of the system's null space is zero there.

    Examples
    --------
    >>> sorted(determined_positions([0, 1, 2], [{0: 1, 1: 1, 2: 1}, {0: 1, 1: 1}]))
    [2]
    """
    unknown = sorted(withheld)
    if not unknown:
        return frozenset()
    system = np.array([[relation.get(i, 0) for i in unknown] for relation in relations], dtype=float)
    if not system.size:
        return frozenset()
    _, sizes, directions = np.linalg.svd(system, full_matrices=True)
    rank = int((sizes > NO_ROOM * max(1.0, float(sizes.max(initial=0.0)))).sum())
    room = np.linalg.norm(directions[rank:], axis=0)
    return frozenset(i for i, length in zip(unknown, room, strict=True) if length < NO_ROOM)


def _next_cell(counts: Sequence[int], relations: Sequence[Relation], withheld: set[int], smallest: int) -> int | None:
    """Return one more cell to withhold, or None where nothing is given away or nothing more can be done."""
    for relation in relations:
        inside = [i for i in relation if i in withheld]
        if inside and (len(inside) < 2 or sum(counts[i] for i in inside) < smallest):
            candidate = _smallest_shown(counts, [relation], withheld)
            if candidate is not None:
                return candidate
    for exposed in sorted(determined_positions(withheld, relations), key=lambda i: (counts[i], i)):
        candidate = _smallest_shown(counts, [r for r in relations if exposed in r], withheld)
        if candidate is not None:
            return candidate
    return None


def _smallest_shown(counts: Sequence[int], relations: Sequence[Relation], withheld: set[int]) -> int | None:
    shown = {i for relation in relations for i in relation if i not in withheld and counts[i] > 0}
    return min(shown, key=lambda i: (counts[i], i), default=None)
