"""From responses or a plain frame to one matrix of answers per construct, in the direction of the construct.

All faults of the input are collected and reported at once, by column name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wxsat.errors import DataError, Fault, UsageError, nearest, require_kind
from wxsat.instrument.instrument import Construct
from wxsat.responses.responses import Responses

MeasurementModel = Literal["reflective", "formative"]


@dataclass(frozen=True, slots=True)
class ConstructData:
    """
    The answers to the items of one construct.

    Attributes
    ----------
    id : str
    items : tuple of str
        In questionnaire order.
    values : ndarray, shape (n_rows, n_items)
        A high code means much of the construct (reverse-keyed items recoded); NaN where there is no answer.
    reversed : tuple of bool
        Whether the item is reverse-keyed.
    asked : ndarray of bool, shape (n_rows, n_items)
        False where routing did not show the item.
    dont_know : ndarray of bool, shape (n_rows, n_items), or None
        None where the data do not tell reasons.
    low, high : ndarray, shape (n_items,)
        Ends of the response scale; NaN where there are none.
    model : {"reflective", "formative"}
    """

    id: str
    items: tuple[str, ...]
    values: NDArray[np.float64]
    reversed: tuple[bool, ...]
    asked: NDArray[np.bool_]
    dont_know: NDArray[np.bool_] | None
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    model: MeasurementModel = "reflective"

    @property
    def complete(self) -> NDArray[np.float64]:
        """The rows with an answer to every item."""
        return np.asarray(self.values[~np.isnan(self.values).any(axis=1)])


def constructs_of_responses(responses: Responses, wanted: Sequence[str] | None = None) -> tuple[ConstructData, ...]:
    """
    Take the constructs of an instrument out of responses.

    Parameters
    ----------
    responses : Responses
        Raw or clean; reverse-keyed items that `responses.reversed_items` does not name are recoded here, on a
        copy.
    wanted : sequence of str, optional
        Construct ids; all of the form by default, each with the items that the data hold.

    Returns
    -------
    tuple of ConstructData

    Raises
    ------
    UsageError
        MEAS-010 if an id is not a construct, or there is no instrument.
    DataError
        MEAS-002, MEAS-007, MEAS-008, MEAS-009 by column; MEAS-011 if no item of any construct is in the data.
    """
    instrument = responses.instrument
    if instrument is None:
        raise UsageError(
            "MEAS-010",
            "these responses have no instrument, so that constructs are not known.",
            hint="Name the items of each construct: scales={'PU': ['PU1', 'PU2', 'PU3']}.",
        )
    known = {construct.id: construct for construct in instrument.constructs_in(responses.form)}
    unknown = [name for name in wanted or () if name not in known]
    if unknown:
        raise UsageError.from_faults(
            Fault(
                "MEAS-010",
                f"construct {name!r} is not in {instrument.id!r}.{nearest(name, known)}",
                hint="It has " + ", ".join(known) + ".",
            )
            for name in unknown
        )
    chosen = [known[name] for name in wanted] if wanted else list(known.values())
    held = [(c, [i.id for i in c.items if i.id in responses.frame.columns]) for c in chosen]
    held = [(construct, items) for construct, items in held if items]
    if not held:
        raise DataError(
            "MEAS-011",
            f"none of the items of {instrument.id!r} is a column of the data.",
            hint="Found " + ", ".join(map(str, list(responses.frame.columns)[:10])) + ".",
        )
    columns = numeric_columns(responses.frame, [item for _, items in held for item in items])
    faults: list[Fault] = []
    built = tuple(_construct_data(responses, c, items, columns, faults) for c, items in held)
    if faults:
        raise DataError.from_faults(faults)
    return built


def _construct_data(
    responses: Responses,
    construct: Construct,
    items: Sequence[str],
    columns: Mapping[str, NDArray[np.float64]],
    faults: list[Fault],
) -> ConstructData:
    instrument = responses.instrument
    scales = [instrument.scale_of(i) for i in construct.items if i.id in items] if instrument else []
    ends = [(s.min, s.max) if s.kind == "ordinal" else (None, None) for s in scales]
    low, high = (np.array([np.nan if e[k] is None else e[k] for e in ends], dtype=np.float64) for k in (0, 1))
    is_reversed = tuple(i.reversed for i in construct.items if i.id in items)
    todo = [flag and item not in responses.reversed_items for item, flag in zip(items, is_reversed, strict=True)]
    values = np.column_stack([columns[item] for item in items])
    faults += out_of_range(values, items, low, high, todo)
    reasons = responses.reasons.reindex(columns=list(items)).to_numpy(dtype=object)
    return ConstructData(
        id=construct.id,
        items=tuple(items),
        values=recode_reversed(values, low, high, todo),
        reversed=is_reversed,
        asked=np.asarray(reasons != "not_shown"),
        dont_know=np.asarray(reasons == "dont_know"),
        low=low,
        high=high,
        model="formative" if construct.model == "formative" else "reflective",
    )


def constructs_of_frame(
    frame: pd.DataFrame,
    scales: Mapping[str, Sequence[str]],
    *,
    reverse: Iterable[str] = (),
    scale_range: tuple[float, float] | None = None,
) -> tuple[ConstructData, ...]:
    """
    Take constructs out of a plain frame, the items of each named.

    Parameters
    ----------
    frame : DataFrame
        One row a respondent; numbers, or text that holds numbers.
    scales : mapping of str to sequence of str
        Construct to its columns.
    reverse : iterable of str
        Columns to recode as ``low + high - x``.
    scale_range : (float, float), optional
        Lowest and highest code of the response scale; needed to reverse, and for floor and ceiling.

    Returns
    -------
    tuple of ConstructData

    Raises
    ------
    UsageError
        MEAS-009 if an item is to be reversed and the range is not given, MEAS-012 if `scales` is empty.
    DataError
        MEAS-001, MEAS-002, MEAS-007, MEAS-008, MEAS-009 by column.
    """
    flipped = set(reverse)
    _require_sensible_scales(scales, flipped, scale_range)
    columns = numeric_columns(frame, [item for items in scales.values() for item in items])
    ends = scale_range or (np.nan, np.nan)
    built, faults = [], []
    for name, items in scales.items():
        values = np.column_stack([columns[item] for item in items])
        low, high = np.full(len(items), ends[0]), np.full(len(items), ends[1])
        todo = [item in flipped for item in items]
        faults += out_of_range(values, items, low, high, [True] * len(items))
        built.append(
            ConstructData(
                id=name,
                items=tuple(items),
                values=recode_reversed(values, low, high, todo),
                reversed=tuple(todo),
                asked=np.ones_like(values, dtype=bool),
                dont_know=None,
                low=low,
                high=high,
            )
        )
    if faults:
        raise DataError.from_faults(faults)
    return tuple(built)


def _require_sensible_scales(
    scales: Mapping[str, Sequence[str]], flipped: set[str], scale_range: tuple[float, float] | None
) -> None:
    if not isinstance(scales, Mapping) or any(isinstance(items, str) for items in scales.values()):
        raise UsageError(
            "MEAS-012",
            f"scales={str(scales)[:60]}; names of scales, each with a list of columns, were expected.",
            hint="For example scales={'PU': ['PU1', 'PU2', 'PU3']}.",
        )
    if scale_range is not None and not (len(scale_range) == 2 and scale_range[0] < scale_range[1]):
        raise UsageError("MEAS-009", f"scale_range={scale_range!r}; two numbers, the smaller first, were expected.")
    if not scales or any(not items for items in scales.values()):
        raise UsageError("MEAS-012", "no items to evaluate.", hint="Name them: PU=PU1,PU2,PU3.")
    named = [item for items in scales.values() for item in items]
    twice = sorted({item for item in named if named.count(item) > 1})
    if twice:
        raise UsageError(
            "MEAS-007",
            "items named more than once: " + ", ".join(twice) + ".",
            hint="Every item belongs to one scale.",
        )
    strangers = sorted(flipped - set(named))
    if strangers:
        raise UsageError.from_faults(
            Fault("MEAS-001", f"{item!r} is to be reversed but is in no scale.{nearest(item, named)}")
            for item in strangers
        )
    if flipped and scale_range is None:
        raise UsageError(
            "MEAS-009",
            "reversing an item needs the ends of its response scale.",
            hint="Give the lowest and highest code (--min and --max, or scale_range=(1, 7)).",
        )


def recode_reversed(
    values: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64], todo: Sequence[bool]
) -> NDArray[np.float64]:
    """Return the answers with the marked columns turned round: ``low + high - x``."""
    return np.asarray(np.where(np.asarray(todo), low + high - values, values))


def out_of_range(
    values: NDArray[np.float64],
    items: Sequence[str],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    checked: Sequence[bool],
) -> list[Fault]:
    """Return one fault (MEAS-009) for each checked item with an answer outside the ends of its scale."""
    faults = []
    for j, item in enumerate(items):
        outside = np.flatnonzero((values[:, j] < low[j]) | (values[:, j] > high[j]))
        if not checked[j]:
            continue
        if len(outside):
            faults.append(
                Fault(
                    "MEAS-009",
                    f"answer {values[outside[0], j]:g} lies outside the response scale {low[j]:g} to "
                    f"{high[j]:g} ({len(outside)} answer(s)).",
                    where=f"column {item!r}, row {outside[0] + 1}",
                    hint="A code such as 98 for don't know must be made missing first.",
                )
            )
    return faults


def numeric_columns(frame: pd.DataFrame, names: Sequence[str]) -> dict[str, NDArray[np.float64]]:
    """
    Return the named columns as float arrays, NaN where empty.

    Parameters
    ----------
    frame : DataFrame
    names : sequence of str

    Raises
    ------
    DataError
        MEAS-001 no such column, MEAS-007 a column name that comes twice, MEAS-002 text that is not a number,
        MEAS-008 an infinite value; all columns at once.

    Examples
    --------
    >>> numeric_columns(pd.DataFrame({"a": ["1", "", "3"]}), ["a"])["a"].tolist()
    [1.0, nan, 3.0]
    """
    require_kind(frame, pd.DataFrame, "data", "a DataFrame")
    present = [str(column) for column in frame.columns]
    faults: list[Fault] = []
    columns: dict[str, NDArray[np.float64]] = {}
    for name in names:
        found = present.count(name)
        if found == 0:
            hint = "The data have " + ", ".join(present[:20]) + (", ..." if len(present) > 20 else "") + "."
            faults.append(Fault("MEAS-001", f"the data have no column {name!r}.{nearest(name, present)}", hint=hint))
        elif found > 1:
            faults.append(Fault("MEAS-007", f"{found} columns have the name {name!r}.", hint="Keep one."))
        else:
            columns[name] = _numbers(frame.iloc[:, present.index(name)], name, faults)
    if faults:
        raise DataError.from_faults(faults)
    return columns


def _numbers(column: pd.Series[Any], name: str, faults: list[Fault]) -> NDArray[np.float64]:
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(object)
    if pd.api.types.is_numeric_dtype(column.dtype):
        numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        text = column.map(lambda cell: cell.strip() if isinstance(cell, str) else cell)
        empty = text.isna() | (text == "")
        # Dates are numbers to pandas; as answers they are none.
        dated = pd.api.types.is_datetime64_any_dtype(column.dtype) or pd.api.types.is_timedelta64_dtype(column.dtype)
        coerced = pd.to_numeric(text.astype(str) if dated else text.where(~empty, None), errors="coerce")
        numbers = coerced.to_numpy(dtype=np.float64, na_value=np.nan)
        bad = np.flatnonzero(np.isnan(numbers) & ~empty.to_numpy(dtype=bool))
        if len(bad):
            faults.append(
                Fault(
                    "MEAS-002",
                    f"{str(column.iloc[bad[0]])[:40]!r} is not a number ({len(bad)} such cell(s)).",
                    where=f"column {name!r}, row {bad[0] + 1}",
                    hint="Items need answer codes; read with an instrument, labels become codes.",
                )
            )
    infinite = np.flatnonzero(np.isinf(numbers))
    if len(infinite):
        place = f"column {name!r}, row {infinite[0] + 1}"
        faults.append(Fault("MEAS-008", "an infinite value.", where=place, hint="Make it missing, or correct it."))
    return numbers
