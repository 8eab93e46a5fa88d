"""From a matrix of answers to category codes: which categories there are, and what cannot be analysed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wxsat.errors import DataError, Fault
from wxsat.psychometrics.ordinal.tables import Codes

Array = NDArray[np.float64]

# Beyond this a variable is a count or a measurement, not a rating; estimation of its thresholds rests on few answers.
MOST_CATEGORIES = 20
_SMALL_INTEGERS = 256


def observed_categories(
    values: Array, names: Sequence[str], ordered: Sequence[bool] | NDArray[np.bool_]
) -> tuple[tuple[float, ...], ...]:
    """
    Return the codes that each ordered variable takes, in order; an empty tuple for a numeric variable.

    With several groups, call it once for all rows and pass the result to every group, so that a category which
    one group never uses is noticed.

    Parameters
    ----------
    values : ndarray, shape (n, p)
        NaN where there is no answer.
    names : sequence of str
    ordered : sequence of bool

    Raises
    ------
    DataError
        MEAS-031 a variable without two categories, MEAS-032 one with more than 20; all such variables at once.

    Examples
    --------
    >>> observed_categories(np.array([[1.0], [3.0], [1.0]]), ["u1"], [True])
    ((1.0, 3.0),)
    """
    faults: list[Fault] = []
    found: list[tuple[float, ...]] = []
    distinct = iter(distinct_values(values if all(ordered) else values[:, np.asarray(ordered, dtype=bool)]))
    for name, is_ordered in zip(names, ordered, strict=True):
        codes = next(distinct) if is_ordered else np.zeros(0)
        found.append(tuple(codes.tolist()))
        if is_ordered and len(codes) < 2:
            faults.append(_one_category(name, codes, len(values)))
        elif is_ordered and len(codes) > MOST_CATEGORIES:
            faults.append(_many_categories(name, codes))
    if faults:
        raise DataError.from_faults(faults)
    return tuple(found)


def _one_category(name: str, codes: Array, rows: int) -> Fault:
    what = f"takes the single value {codes[0]:g}" if len(codes) else "has no answer"
    return Fault(
        "MEAS-031",
        f"the ordered variable {name} {what} in {rows} rows: it has no threshold.",
        where=name,
        hint="Leave it out of the model, or out of the list of ordered variables.",
    )


def _many_categories(name: str, codes: Array) -> Fault:
    return Fault(
        "MEAS-032",
        f"the ordered variable {name} takes {len(codes)} values, from {codes[0]:g} to {codes[-1]:g}; "
        f"at most {MOST_CATEGORIES} are treated as ordered categories.",
        where=name,
        hint="Treat it as numeric (leave it out of the ordered variables), or group its values first.",
    )


def distinct_values(values: Array) -> list[Array]:
    """Distinct values of each column in order, NaN left out; by counting where they are small whole numbers."""
    absent = np.isnan(values)
    if not values.size or absent.all(axis=0).any() or np.isinf(values).any():
        return [np.unique(column[~holes]) for column, holes in zip(values.T, absent.T, strict=True)]
    if absent.any():
        low = np.nanmin(values, axis=0)
        # A missing answer is counted as the lowest one, which occurs anyway.
        shifted = np.where(absent, 0.0, values - low)
    else:
        low = values.min(axis=0)
        shifted = values - low
    width = float(shifted.max()) + 1
    whole = shifted.astype(np.intp) if width <= _SMALL_INTEGERS else np.zeros(0, dtype=np.intp)
    if not np.array_equal(whole, shifted):
        return [np.unique(column[~holes]) for column, holes in zip(values.T, absent.T, strict=True)]
    whole += int(width) * np.arange(values.shape[1])
    counts = np.bincount(whole.ravel(), minlength=int(width) * values.shape[1]).reshape(-1, int(width))
    return [np.flatnonzero(count) + least for count, least in zip(counts, low, strict=True)]


def check_known(
    values: Array,
    names: Sequence[str],
    ordered: NDArray[np.bool_],
    categories: Sequence[Sequence[float]],
    where: Where,
) -> None:
    """
    Refuse answers that are none of the categories given.

    Raises
    ------
    DataError
        MEAS-039, all variables at once.
    """
    faults = []
    distinct = iter(distinct_values(values[:, ordered]))
    for name, is_ordered, known in zip(names, ordered, categories, strict=True):
        strange = [code for code in next(distinct).tolist() if code not in known] if is_ordered else []
        if strange:
            listed, expected = (", ".join(f"{code:g}" for code in codes) for codes in (strange, known))
            faults.append(Fault("MEAS-039", f"{name} takes {listed}{where.suffix}, not among {expected}.", name))
    if faults:
        raise DataError.from_faults(faults)


def encode_answers(values: Array, categories: Sequence[Sequence[float]]) -> Codes:
    """
    Return category numbers from 0, the number of categories standing for a missing answer.

    Parameters
    ----------
    values : ndarray, shape (n, p)
        Ordered variables only.
    categories : sequence of sequence of float
        Every value that occurs, in order.
    """
    sizes = np.array([len(known) for known in categories])
    absent = np.isnan(values)
    if all(known[-1] - known[0] == len(known) - 1 and float(known[0]).is_integer() for known in categories):
        low = np.array([known[0] for known in categories])
        return np.asfortranarray(np.where(absent, sizes, values - low).astype(np.uint8))
    codes = np.empty(values.shape, dtype=np.uint8, order="F")
    for index, known in enumerate(categories):
        codes[:, index] = np.searchsorted(np.asarray(known), values[:, index])
    return np.where(absent, sizes, codes).astype(np.uint8)


@dataclass(frozen=True)
class Where:
    """Of which group the data are, for messages; empty without groups."""

    group: str = ""

    @property
    def suffix(self) -> str:
        """`` in group X``, or nothing."""
        return f" in group {self.group}" if self.group else ""


def check_used(
    counts: Sequence[Array], names: Sequence[str], categories: Sequence[Sequence[float]], where: Where
) -> None:
    """
    Refuse a category that this group never uses.

    Raises
    ------
    DataError
        MEAS-030, all variables at once.
    """
    faults = []
    for count, name, known in zip(counts, names, categories, strict=True):
        unused = [code for code, number in zip(known, count, strict=True) if number == 0]
        if unused:
            faults.append(_unused(name, unused, known, count, where))
    if faults:
        raise DataError.from_faults(faults)


def _unused(name: str, unused: list[float], known: Sequence[float], count: Array, where: Where) -> Fault:
    listed = ", ".join(f"{code:g}" for code in unused)
    table = ", ".join(f"{code:g}: {number:g}" for code, number in zip(known, count, strict=True))
    noun = "category" if len(unused) == 1 else "categories"
    return Fault(
        "MEAS-030",
        f"nobody{where.suffix} answered {noun} {listed} of {name} (answers {table}); "
        "its thresholds cannot be estimated there.",
        where=f"{name}{where.suffix}",
        hint=f"Collapse {noun} {listed} of {name} with a neighbour in every group, "
        "leave the group out, or treat the variable as numeric.",
    )
