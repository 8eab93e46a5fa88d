"""What figures read from result frames: plain texts and floats, NaN where a figure is missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from wxsat.errors import UsageError
from wxsat.present.tables.building import records

if TYPE_CHECKING:
    import pandas as pd

NAN = float("nan")


def rows_of(frame: pd.DataFrame, columns: Sequence[str], figure: str) -> list[dict[str, Any]]:
    """
    Return the rows of a result frame, after checking that there is something to draw.

    Parameters
    ----------
    frame : DataFrame
    columns : sequence of str
        Without these there is no figure.
    figure : str
        Its id, for the message.

    Raises
    ------
    UsageError
        OUT-021 for an empty frame, OUT-022 for one without the columns.
    """
    absent = [name for name in columns if name not in frame.columns]
    if absent:
        raise UsageError(
            "OUT-022",
            f"figure '{figure}' needs the columns {', '.join(columns)}; missing: {', '.join(absent)}.",
            hint=f"The frame has: {', '.join(map(str, frame.columns)) or 'no columns'}.",
        )
    if frame.empty:
        raise UsageError("OUT-021", f"figure '{figure}': the frame has no rows, so that there is nothing to draw.")
    return records(frame)


def number_in(row: dict[str, Any], name: str) -> float:
    """Return a figure of a row; NaN where it is missing, withheld or no figure."""
    value = row.get(name)
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else NAN


def column_of(rows: Sequence[dict[str, Any]], name: str) -> tuple[float, ...]:
    """Return one figure a row; NaN where it is missing."""
    return tuple(number_in(row, name) for row in rows)
