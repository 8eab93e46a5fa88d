"""Categories that a group or wave never uses: named, or merged with the neighbour towards the middle of the scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wxsat.errors import DataError, Fault
from wxsat.finding import Finding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(frozen=True)
class Categories:
    """
    The categories of the ordered items after merging.

    Attributes
    ----------
    cuts : mapping of str to int
        Number of thresholds of every item.
    recode : mapping of str to mapping of float to float
        Items whose categories were merged: old code to new code, where they differ.
    """

    cuts: Mapping[str, int]
    recode: Mapping[str, Mapping[float, float]]

    def findings(self) -> tuple[Finding, ...]:
        """Say what was merged (SEM-176)."""
        found = []
        for item, codes in self.recode.items():
            merged = ", ".join(f"{old:g} into {new:g}" for old, new in codes.items())
            message = f"categories of {item} were merged in every group: {merged}; some group does not use them all."
            found.append(Finding("SEM-176", "note", item, message, {"merged": merged}))
        return tuple(found)


def used_categories(
    answers: Mapping[str, Sequence[Array]], blocks: Sequence[str], *, collapse: bool, most: int = 20
) -> Categories:
    """
    Return how many thresholds every ordered item has in all blocks.

    Parameters
    ----------
    answers : mapping of str to sequence of ndarray
        The answers to every item in every block, NaN where there is none.
    blocks : sequence of str
    collapse : bool
        Merge categories that some block does not use, instead of refusing them.

    Raises
    ------
    DataError
        SEM-048 a category that a block never uses, more than 20 categories, or fewer than two that all blocks use.
    """
    cuts, recode, faults = {}, {}, []
    for item, columns in answers.items():
        seen = [set(np.unique(column[~np.isnan(column)]).tolist()) for column in columns]
        known = sorted(set().union(*seen))
        if len(known) > most:
            faults.append(
                Fault("SEM-048", f"{item} has {len(known)} values; ordered items have at most {most}.", item,
                      "Leave it out of ordered=.")
            )  # fmt: skip
            continue
        codes = _merged(known, seen) if collapse else {code: code for code in known}
        lacking = [(block, [c for c in known if c not in used]) for block, used in zip(blocks, seen, strict=True)]
        missing = [f"{block!r} never uses {', '.join(f'{c:g}' for c in lost)}" for block, lost in lacking if lost]
        left = sorted(set(codes.values()))
        if len(left) < 2:
            faults.append(Fault("SEM-048", f"{item} has no two categories that all groups use.", item, "Drop it."))
        elif missing and not collapse:
            faults.append(
                Fault("SEM-048", f"{'; '.join(missing)} of the categories of {item}: thresholds cannot be compared.",
                      item, "Merge categories in every group: collapse=True (--collapse) does it and names them.")
            )  # fmt: skip
        cuts[item] = len(left) - 1
        changed = {old: new for old, new in codes.items() if old != new}
        if changed:
            recode[item] = changed
    if faults:
        raise DataError.from_faults(faults)
    return Categories(cuts, recode)


def _merged(known: Sequence[float], seen: Sequence[set[float]]) -> dict[float, float]:
    """Return the code that every code becomes: categories not used everywhere join the neighbour nearer the middle."""
    runs = [[code] for code in known]
    while len(runs) > 1:
        unused = [i for i, run in enumerate(runs) if any(not used & set(run) for used in seen)]
        if not unused:
            break
        at = max(unused, key=lambda i: abs(i - (len(runs) - 1) / 2))
        onto = at + 1 if at < (len(runs) - 1) / 2 or at == 0 else at - 1
        first, second = sorted((at, onto))
        runs[first : second + 1] = [runs[first] + runs[second]]
    middle = (known[0] + known[-1]) / 2
    return {code: min(run, key=lambda c: abs(c - middle)) for run in runs for code in run}
