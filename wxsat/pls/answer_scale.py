"""The ends of every item's answer scale: given once for all, item by item, or taken from the instrument."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from wxsat.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

Ends = tuple[float, float]
AnswerScale = Ends | Mapping[str, Ends]


def read_scale(scale: AnswerScale | None, columns: Sequence[str], data: Any = None) -> dict[str, Ends] | None:
    """
    Return the ends of the answer scale of every column, or None where they are not known.

    Parameters
    ----------
    scale : (lowest, highest) or mapping of str to (lowest, highest), optional
        Of all items, or item by item.
    columns : sequence of str
    data : object, optional
        Answers to an instrument (with an ``instrument``) bring their ends along.

    Raises
    ------
    UsageError
        PLS-024 for ends that are none, an item without ends in a mapping, or ends that are not the instrument's.

    Examples
    --------
    >>> read_scale((1, 7), ["PU1", "PU2"])
    {'PU1': (1.0, 7.0), 'PU2': (1.0, 7.0)}
    """
    declared = _declared(columns, getattr(data, "instrument", None))
    if scale is None:
        return declared if set(declared) == set(columns) else None
    if not isinstance(scale, Mapping):
        scale = dict.fromkeys(columns, scale)
    missing = [name for name in columns if name not in scale]
    if missing:
        raise UsageError("PLS-024", f"no ends of the answer scale for {', '.join(missing[:5])}.", where="scale")
    found = {}
    for name in columns:
        ends = scale[name]
        if len(ends) != 2 or not float(ends[0]) < float(ends[1]):
            raise UsageError(
                "PLS-024", f"a scale of {ends}; two numbers, the smaller first, were expected.", where="scale"
            )
        found[name] = (float(ends[0]), float(ends[1]))
        if found[name] != declared.get(name, found[name]):
            low, high = declared[name]
            raise UsageError(
                "PLS-024",
                f"{name} runs from {low:g} to {high:g} in the instrument, not from {ends[0]:g} to {ends[1]:g}.",
                where="scale",
                hint="Leave the ends out: the instrument's are taken.",
            )
    return found


def _declared(columns: Sequence[str], instrument: Any) -> dict[str, Ends]:
    if instrument is None:
        return {}
    known = {item.id: item for construct in instrument.constructs for item in construct.items}
    scales = {name: instrument.scale_of(known[name]) for name in columns if name in known}
    return {
        name: (float(scale.min), float(scale.max))
        for name, scale in scales.items()
        if scale.min is not None and scale.max is not None
    }


def ends_of(scale: Mapping[str, Ends], columns: Sequence[str], values: Array) -> tuple[Array, Array]:
    """Return lowest and highest answers by column; UsageError PLS-024 for answers outside them."""
    low, high = (np.array([scale[name][k] for name in columns]) for k in (0, 1))
    bad = (values.min(axis=0) < low) | (values.max(axis=0) > high)
    outside = [f"{n} ({scale[n][0]:g} to {scale[n][1]:g})" for n, out in zip(columns, bad, strict=True) if out]
    if outside:
        raise UsageError(
            "PLS-024",
            f"answers outside the ends of the scale of {', '.join(outside[:5])}.",
            where="scale",
            hint="Give the ends of the answer scale, item by item where they differ: scale={'PU1': (1, 7), ...}.",
        )
    return low, high
