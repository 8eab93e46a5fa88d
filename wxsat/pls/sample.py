"""Answers to a complete matrix: columns found by name, rows with a hole left out and counted, or filled by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from wxsat.errors import DataError, Fault, UsageError, nearest
from wxsat.finding import Finding
from wxsat.sem.inputs import read_data

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

MissingRule = Literal["listwise", "mean"]
COPY = 1 - 1e-9
"""Correlations above this are looked at for copied columns."""
SINGULAR = 1e-12
"""Eigenvalues of correlations up to this are rounding."""
RULES: tuple[str, ...] = get_args(MissingRule)


@dataclass(frozen=True)
class PlsSample:
    """
    Complete answers.

    Attributes
    ----------
    values : ndarray, shape (n_rows, n_columns)
    columns : tuple of str
    rows : ndarray of int
        Positions of the rows in the data.
    n_missing_rows : int
        Rows with a hole: left out, or filled.
    missing : {"listwise", "mean"}
    correlation : ndarray, shape (n_columns, n_columns)
    """

    values: Array
    columns: tuple[str, ...]
    rows: NDArray[np.intp]
    n_missing_rows: int
    missing: MissingRule
    correlation: Array

    @property
    def n_obs(self) -> int:
        """Rows that are used."""
        return len(self.values)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """PLS-101 or PLS-102 when rows had holes; PLS-141 and PLS-142 when items repeat each other."""
        return (*self._holes(), *self._repeats())

    def _repeats(self) -> Iterator[Finding]:
        """Copied columns are refused; other exact dependence leaves measures of fit without a value."""
        size = len(self.columns)
        copied = False
        for b in range(size):
            for a in range(b):
                if self.correlation[a, b] > COPY and np.array_equal(self.values[:, a], self.values[:, b]):
                    one, other, copied = self.columns[a], self.columns[b], True
                    yield Finding(
                        "PLS-141",
                        "refusal",
                        f"{one}-{other}",
                        f"Columns {one} and {other} hold the same answers in all {self.n_obs} rows: a copied column.",
                        {"a": one, "b": other, "n": self.n_obs},
                    )
        smallest = float(np.linalg.eigvalsh(self.correlation)[0])
        if smallest <= SINGULAR and not copied and self.n_obs > size:
            yield Finding(
                "PLS-142",
                "warning",
                "data",
                f"One item is computed from others (smallest eigenvalue of the correlations {smallest:.1e}): "
                "loadings and reliability count it twice, and d_G has no value.",
                {"smallest_eigenvalue": smallest},
            )
        if self.n_obs <= size:
            yield Finding(
                "PLS-143",
                "warning",
                "data",
                f"{self.n_obs} rows for {size} items: more rows than items are needed for anything but a description.",
                {"n": self.n_obs, "n_items": size},
            )

    def _holes(self) -> tuple[Finding, ...]:
        if not self.n_missing_rows:
            return ()
        share = self.n_missing_rows / (self.n_obs + (self.n_missing_rows if self.missing == "listwise" else 0))
        evidence = {"n": self.n_missing_rows, "n_used": self.n_obs, "share": share}
        if self.missing == "listwise":
            head = f"{self.n_missing_rows} rows ({share:.1%}) have a missing answer"
            message = f"{head} and were left out; {self.n_obs} are used."
            return (Finding("PLS-101", "note", "data", message, evidence),)
        message = (
            f"{self.n_missing_rows} rows ({share:.1%}) have a missing answer, replaced by the column's mean: "
            "correlations are too small and errors too."
        )
        return (Finding("PLS-102", "warning", "data", message, evidence),)


def read_sample(data: Any, columns: Sequence[str], missing: str = "listwise") -> PlsSample:
    """
    Return the complete answers to `columns`.

    Raises
    ------
    UsageError
        PLS-021 for an unknown rule for missing answers.
    DataError
        All at once: PLS-010 a column that is not there, PLS-011 one that is no number, PLS-012 a constant one;
        PLS-013 too few complete rows.
    """
    if missing not in RULES:
        raise UsageError(
            "PLS-021",
            f"unknown missing {missing!r}. Known: {', '.join(RULES)}.{nearest(missing, RULES)}",
            where="missing",
        )
    frame = read_data(data, None).frame
    values = _numbers(frame, columns)
    holes = np.asarray(np.isnan(values).any(axis=1))
    if missing == "mean":
        empty = np.asarray(np.isnan(values).all(axis=0))
        if empty.any():
            raise _empty(columns, empty)
        values = np.where(np.isnan(values), np.nanmean(values, axis=0), values)
        rows, absent = np.arange(len(values)), np.zeros(len(columns))
    else:
        absent = np.isnan(values).mean(axis=0) if len(values) else np.zeros(len(columns))
        if (absent == 1).any():
            raise _empty(columns, np.asarray(absent == 1))
        rows = np.flatnonzero(~holes)
        values = values[rows]
    if len(values) < 3:
        raise _few(len(values), len(holes), columns, absent)
    constant = np.asarray(np.ptp(values, axis=0) == 0)
    if constant.any():
        raise DataError(
            "PLS-012",
            f"no variation in {_names(columns, constant)}.",
            where="data",
            hint="A constant column has no correlations; leave it out of the model.",
        )
    correlation = np.atleast_2d(np.corrcoef(values, rowvar=False))
    return PlsSample(values, tuple(columns), rows, int(holes.sum()), missing, correlation)  # type: ignore[arg-type]


def _empty(columns: Sequence[str], chosen: NDArray[np.bool_]) -> DataError:
    message = f"no answers at all in {_names(columns, chosen)}."
    return DataError("PLS-013", message, where="data", hint="Leave them out of the model, or look at the file.")


def _few(n_obs: int, n_read: int, columns: Sequence[str], absent: Array) -> DataError:
    """Say that too few rows are complete, and which column costs most of them."""
    worst = int(np.argmax(absent))
    if absent[worst] > 0:
        hint = f"Most answers are missing in {columns[worst]!r} ({absent[worst]:.0%}); --missing mean keeps every row."
    else:
        hint = "Give more rows of answers."
    message = f"{n_obs} complete row(s) of {n_read}; three or more were expected."
    return DataError("PLS-013", message, where="data", hint=hint)


def _names(columns: Sequence[str], chosen: NDArray[np.bool_]) -> str:
    return ", ".join(repr(c) for c, yes in zip(columns, chosen, strict=True) if yes)


def _numbers(frame: Any, columns: Sequence[str]) -> Array:
    import pandas as pd

    known = [str(c) for c in frame.columns]
    faults, found = [], []
    for name in columns:
        if known.count(name) != 1:
            problem = "is not in the data" if name not in known else "stands in the data more than once"
            faults.append(
                Fault(
                    "PLS-010",
                    f"column {name!r} {problem}.",
                    "data",
                    nearest(name, known).strip() if name not in known else "Keep one of them.",
                )
            )
            continue
        column = frame.iloc[:, known.index(name)]
        # Dates are numbers to pandas; as answers they are none.
        dated = pd.api.types.is_datetime64_any_dtype(column.dtype) or pd.api.types.is_timedelta64_dtype(column.dtype)
        coerced = pd.to_numeric(column.astype(str) if dated else column, errors="coerce")
        numbers = coerced.to_numpy(dtype=np.float64, na_value=np.nan)
        text = column[np.isnan(numbers) & column.notna().to_numpy()]
        if len(text) or np.isinf(numbers).any():
            shown = "an infinite number" if not len(text) else f"text such as {str(text.iloc[0])[:20]!r}"
            faults.append(
                Fault(
                    "PLS-011",
                    f"{name!r} holds {shown}; numbers were expected.",
                    "data",
                    "Code the answers, or leave the column out.",
                )
            )
        found.append(numbers)
    if faults:
        raise DataError.from_faults(faults)
    return np.column_stack(found)
