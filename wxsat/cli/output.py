"""Where output goes: data to stdout, messages to stderr; JSON alone on stdout when asked for."""

from __future__ import annotations

import json
import math
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def say(text: str) -> None:
    """Write one message to stderr."""
    print(text, file=sys.stderr)


def emit_json(document: Any) -> None:
    """Print one JSON document on stdout; missing is null, never a placeholder."""
    from wxsat.numerics.plain import plain

    sys.stdout.write(json.dumps(plain(document), ensure_ascii=False, indent=1, allow_nan=False) + "\n")


def print_frame(frame: pd.DataFrame, title: str = "", digits: int = 3) -> None:
    """Print a frame as an aligned table on stdout; numbers to `digits` decimals, missing left empty."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title or None, title_justify="left", box=None, pad_edge=False)
    for column in frame.columns:
        numeric = frame[column].dtype.kind in "fiu"
        table.add_column(str(column), justify="right" if numeric else "left", no_wrap=numeric)
    for row in frame.itertuples(index=False, name=None):
        table.add_row(*(_cell(value, digits, str(name)) for value, name in zip(row, frame.columns, strict=True)))
    width = None if sys.stdout.isatty() else 200
    Console(file=sys.stdout, width=width, markup=False, highlight=False).print(table)


def _cell(value: Any, digits: int, name: str) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and name in ("p_value", "pvalue") and value < 0.001:
        return "< .001"
    if isinstance(value, float):
        return f"{value:.{digits}f}"
    return str(value)
