"""The columns that every table of model parameters shares, and what a parameter is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from wxsat.present.tables.building import TableBuilder, records

if TYPE_CHECKING:
    from wxsat.sem.result import SemResult

FIGURES = ("estimate", "std_error", "z", "p_value", "ci_lower", "ci_upper", "std_all")


def add_figures(build: TableBuilder, digits: int = 3) -> None:
    """Add the columns of an estimate: b, SE, z, p, interval and standardised."""
    build.add_column("estimate", "number", digits)
    build.add_column("std_error", "number", digits)
    build.add_column("z", "number", 2)
    build.add_column("p_value", "p_value", 3)
    build.add_interval("ci_lower", "ci_upper", digits)
    build.add_column("std_all", "number", digits, no_zero=True)


def parameters_with(result: SemResult, operator: str) -> list[dict[str, Any]]:
    """Return the parameters of one operator as records, in the order of the model."""
    return [_without_error(row) for row in records(result.parameters) if row["op"] == operator]


def _without_error(row: dict[str, Any]) -> dict[str, Any]:
    """A fixed parameter is no estimate: engines give it an error of zero and an interval without width."""
    if row["op"] == ":=" or row["free"]:
        return row
    return {**row, **dict.fromkeys(("std_error", "z", "p_value", "ci_lower", "ci_upper"))}


def key_of(row: Mapping[str, Any], several_groups: bool) -> str:
    """
    Return the machine key of a parameter: ``SAT~PU``, with ``@2`` in the second of several groups.

    Examples
    --------
    >>> key_of({"lhs": "SAT", "op": "~", "rhs": "PU", "group": 2}, several_groups=True)
    'SAT~PU@2'
    """
    return f"{row['lhs']}{row['op']}{row['rhs']}" + (f"@{row['group']}" if several_groups else "")


def has_groups(result: SemResult) -> bool:
    """Return whether the model was fitted in more than one group."""
    return "group" in result.parameters.columns and bool(result.parameters["group"].max() > 1)


def mark_of(result: SemResult, refused: bool | None) -> bool:
    """Return whether the rows are to be marked: as told, else by the result's own findings."""
    return bool(result.refused) if refused is None else refused
