"""Before waves are compared: is the same measured in each of them? Dilemma by dilemma, then construct by construct."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wxsat.errors import WxsatError

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.sem.invariance.result import InvarianceResult

WAVE = "wave_of_study"
INVARIANCE_COLUMNS = ("block", "construct", "level", "comparable", "items_used", "items_left_out", "reason")
FEWEST_ALONE, FEWEST_INVARIANT = 3, 2


@dataclass(frozen=True)
class Comparable:
    """
    What of one construct may be compared over the waves.

    Attributes
    ----------
    block : str
        The model it was tested in: a dilemma, ``other``, or the construct itself.
    construct : str
    items : tuple of str
        Those with equal loadings and intercepts in all waves; empty where nothing may be compared.
    left_out : tuple of str
        Items whose meaning moved.
    level : str
        The highest step of the ladder that holds.
    reason : str
        Why not, empty where it may: ``single_items``, ``not_invariant``, or the code of what stopped the test.
    """

    block: str
    construct: str
    items: tuple[str, ...]
    left_out: tuple[str, ...]
    level: str
    reason: str = ""


def compare_measurement(
    frame: pd.DataFrame, items: Mapping[str, Sequence[str]], blocks: Mapping[str, Sequence[str]], cluster: str | None
) -> dict[str, Comparable]:
    """
    Test invariance over the waves, block by block, and where a block fails construct by construct.

    Parameters
    ----------
    frame : DataFrame
        Answers of all waves, with the wave in the column `WAVE`.
    items : mapping of str to sequence of str
        Items of each construct that were answered in every wave.
    blocks : mapping of str to sequence of str
        Constructs that are tested together.
    cluster : str, optional
        Column of the units that waves share, for robust tests.

    Returns
    -------
    dict of str to Comparable

    Notes
    -----
    The ladder of :func:`wxsat.evaluate_invariance`, waves as groups, its conventions, with its search for partial
    invariance; at least two items of a construct must keep loading and intercept. A construct of fewer than two items
    cannot be tested and is not compared.
    """
    found: dict[str, Comparable] = {}
    for block, names in blocks.items():
        usable = [name for name in names if len(items[name]) >= 2]
        for name in names:
            if name not in usable:
                found[name] = Comparable(block, name, (), tuple(items[name]), "none", "single_items")
        together = _test(frame, {name: items[name] for name in usable}, block, cluster) if usable else {}
        for name, one in together.items():
            alone = one.reason and len(usable) > 1 and len(items[name]) >= FEWEST_ALONE
            found[name] = _test(frame, {name: items[name]}, name, cluster)[name] if alone else one
    return found


def _test(
    frame: pd.DataFrame, items: Mapping[str, Sequence[str]], block: str, cluster: str | None
) -> dict[str, Comparable]:
    from wxsat.sem.invariance.evaluate import evaluate_invariance

    text = "\n".join(f"{name} =~ {' + '.join(own)}" for name, own in items.items())
    columns = [WAVE, *(item for own in items.values() for item in own), *([cluster] if cluster else [])]
    try:
        result = evaluate_invariance(
            text, frame[columns], group=WAVE, estimator="MLR", missing="fiml", cluster=cluster
        )  # fmt: skip
    except WxsatError as error:
        return {name: Comparable(block, name, (), tuple(own), "none", error.code) for name, own in items.items()}
    return {name: _read(block, name, own, result) for name, own in items.items()}


def _read(block: str, name: str, own: Sequence[str], result: InvarianceResult) -> Comparable:
    verdict = result.verdict
    moved = moved_items(result.freed) if verdict.partial else frozenset()
    kept = tuple(item for item in own if item not in moved)
    left = tuple(item for item in own if item in moved)
    if not verdict.means_comparable or len(kept) < FEWEST_INVARIANT:
        return Comparable(block, name, (), tuple(own), verdict.level, "not_invariant")
    return Comparable(block, name, kept, left, verdict.level)


def moved_items(freed: pd.DataFrame) -> frozenset[str]:
    """Return the items whose loading or intercept was released; a residual alone changes no mean."""
    if freed.empty:
        return frozenset()
    return frozenset(freed.loc[freed["kind"] != "residual", "item"].astype(str))


def invariance_frame(found: Mapping[str, Comparable]) -> pd.DataFrame:
    """Return `INVARIANCE_COLUMNS`, one row a construct."""
    import pandas as pd

    rows: list[dict[str, Any]] = [
        {
            "block": one.block, "construct": one.construct, "level": one.level, "comparable": not one.reason,
            "items_used": ", ".join(one.items), "items_left_out": ", ".join(one.left_out), "reason": one.reason,
        }
        for one in found.values()
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(INVARIANCE_COLUMNS))
