"""Scores in per cent of the maximum possible (POMP), and what of them counts as severity.

A construct's score is the mean of its answered items on 0-100; it is given if at least half of the items were
answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wxsat.errors import DataError, Fault, UsageError
from wxsat.responses.responses import Responses

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from wxsat.instrument.instrument import Instrument, Item

ANSWERED_SHARE = 0.5


@dataclass(frozen=True)
class Scores:
    """
    Construct scores in POMP units.

    Attributes
    ----------
    names : tuple of str
        Construct ids.
    values : ndarray, shape (n_respondents, n_constructs)
        0-100 in the construct's own direction; NaN where fewer than half of the items were answered.
    items : tuple of ndarray, each of shape (n_respondents, n_items)
        The items behind each score, POMP, NaN where not answered.
    problem : ndarray of bool, shape (n_constructs,)
        Whether a high score is bad; the others enter severity as 100 - score.
    """

    names: tuple[str, ...]
    values: NDArray[np.float64]
    items: tuple[NDArray[np.float64], ...]
    problem: NDArray[np.bool_]

    def severity(self) -> NDArray[np.float64]:
        """Return every score turned so that 0 is best and 100 worst."""
        return as_severity(self.values, self.problem)


def pomp(x: NDArray[np.float64], minimum: float, maximum: float) -> NDArray[np.float64]:
    """
    Return answers as per cent of the maximum possible: ``100 (x - min) / (max - min)``.

    References
    ----------
    .. [1] Cohen, P., Cohen, J., Aiken, L. S., & West, S. G. (1999). The problem of units and the circumstance
    for
       POMP. Multivariate Behavioral Research, 34(3), 315-346.

    Examples
    --------
    >>> pomp(np.array([1.0, 4.0, 7.0]), 1, 7).tolist()
    [0.0, 50.0, 100.0]
    """
    return 100.0 * (np.asarray(x, dtype=np.float64) - minimum) / (maximum - minimum)


def as_severity(values: NDArray[np.float64], problem: NDArray[np.bool_]) -> NDArray[np.float64]:
    """
    Turn POMP scores into severities: as they are for problem constructs, ``100 - POMP`` for the others.

    Examples
    --------
    >>> as_severity(np.array([[30.0, 30.0]]), np.array([True, False])).tolist()
    [[30.0, 70.0]]
    """
    return np.where(problem, values, 100.0 - values)


def mean_of_answered(items: NDArray[np.float64], share: float = ANSWERED_SHARE) -> NDArray[np.float64]:
    """
    Return each row's mean over its answered items; NaN where less than `share` of the items were answered.

    Examples
    --------
    >>> mean_of_answered(np.array([[0.0, 50.0, np.nan], [50.0, np.nan, np.nan]])).tolist()
    [25.0, nan]
    """
    answered = ~np.isnan(items)
    count = answered.sum(axis=1)
    enough = count >= max(1, int(np.ceil(share * items.shape[1])))
    total = np.where(answered, items, 0.0).sum(axis=1)
    return np.where(enough, total / np.maximum(count, 1), np.nan)


def score_constructs(responses: Responses, constructs: Iterable[str]) -> Scores:
    """
    Score the constructs that the answers hold, in POMP units.

    Parameters
    ----------
    responses : Responses
        Coded answers, reverse-keyed items already recoded (as :func:`wxsat.clean` does).
    constructs : iterable of str
        Ids to look for; those without an item in the form and in the file are left out.

    Returns
    -------
    Scores

    Raises
    ------
    UsageError
        DIAG-001 if the answers belong to no instrument.
    DataError
        DIAG-003 if reverse-keyed items were not recoded, DIAG-004 if an item has no bounded scale or an
        answer lies outside it.
    """
    instrument = responses.instrument
    if instrument is None:
        raise UsageError(
            "DIAG-001",
            "these answers belong to no instrument, so nothing says which items measure which dilemma.",
            hint="Read them with read_responses(file, instrument).",
        )
    columns = set(map(str, responses.frame.columns))
    known = {c.id: c for c in instrument.constructs}
    held: dict[str, list[Item]] = {}
    for name in dict.fromkeys(constructs):
        if name in known:
            asked = [i for i in known[name].items if responses.form is None or responses.form in i.forms]
            present = [i for i in asked if i.id in columns]
            if present:
                held[name] = present
    _require_recoded(responses, [i for items in held.values() for i in items])
    blocks = tuple(_pomp_items(instrument, responses.frame, items) for items in held.values())
    n = len(responses.frame)
    values = np.column_stack([mean_of_answered(b) for b in blocks]) if blocks else np.empty((n, 0))
    problem = np.array([known[name].direction == "problem" for name in held], dtype=bool)
    return Scores(tuple(held), values, blocks, problem)


def _require_recoded(responses: Responses, items: Iterable[Item]) -> None:
    raw = [i.id for i in items if i.reversed and i.id not in responses.reversed_items]
    if raw:
        shown = ", ".join(raw[:10]) + (", ..." if len(raw) > 10 else "")
        raise DataError(
            "DIAG-003",
            f"{len(raw)} reverse-keyed items still stand in raw direction: {shown}.",
            hint="Pass the answers through clean(), which recodes them once.",
        )


def _pomp_items(instrument: Instrument, frame: pd.DataFrame, items: list[Item]) -> NDArray[np.float64]:
    faults, columns = [], []
    for item in items:
        scale = instrument.scale_of(item)
        x = frame[item.id].to_numpy(dtype=np.float64, na_value=np.nan)
        if scale.min is None or scale.max is None or scale.max <= scale.min:
            faults.append(
                Fault("DIAG-004", "its scale has no minimum and maximum, so it has no place on 0-100.", item.id)
            )
            continue
        outside = np.flatnonzero((x < scale.min) | (x > scale.max))
        if outside.size:
            faults.append(
                Fault(
                    "DIAG-004",
                    f"{outside.size} answers lie off {scale.min:g}-{scale.max:g}, first {x[outside[0]]:g}.",
                    item.id,
                    "Missing codes must be empty cells before scoring.",
                )
            )
            continue
        columns.append(pomp(x, scale.min, scale.max))
    if faults:
        raise DataError.from_faults(faults)
    return np.column_stack(columns)
