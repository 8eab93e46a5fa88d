"""Answers to a complete matrix: columns found by name, rows with a hole left out and counted, or filled by name."""

from __future__ import annotations

from collections.abc import Sequence
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
        """PLS-101 or PLS-102 when rows had holes."""
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
            raise DataError("PLS-013", f"no answers at all in {_names(columns, empty)}.", where="data")
        values = np.where(np.isnan(values), np.nanmean(values, axis=0), values)
        rows = np.arange(len(values))
    else:
        rows = np.flatnonzero(~holes)
        values = values[rows]
    if len(values) < 3:
        raise DataError(
            "PLS-013",
            f"{len(values)} complete rows of {len(holes)}; three or more were expected.",
            where="data",
            hint="Look at the columns with most missing answers.",
        )
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


def _names(columns: Sequence[str], chosen: NDArray[np.bool_]) -> str:
    return ", ".join(repr(c) for c, yes in zip(columns, chosen, strict=True) if yes)


def _numbers(frame: Any, columns: Sequence[str]) -> Array:
    import pandas as pd

    known = [str(c) for c in frame.columns]
    faults, found = [], []
    for name in columns:
        if known.count(name) != 1:
            problem = "is not in the data" if name not in known else "stands in the data more than once"
            faults.append(Fault("PLS-010", f"column {name!r} {problem}.", "data", nearest(name, known).strip()))
            continue
        column = frame.iloc[:, known.index(name)]
        numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
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
