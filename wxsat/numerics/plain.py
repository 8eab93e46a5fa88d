"""Results as plain data: what JSON knows, at full precision, missing as None."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def plain(value: Any) -> Any:
    """
    Turn numpy scalars and arrays, tuples, mappings and dates into JSON's types; NaN and infinities become None.

    Examples
    --------
    >>> plain({"a": (1.0, float("nan"))})
    {'a': [1.0, None]}
    """
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(part) for part in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if hasattr(value, "items"):
        return {str(key): plain(part) for key, part in value.items()}
    if hasattr(value, "to_dict"):
        return plain(value.to_dict())
    return str(value)


def frame_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a frame as a list of flat records, one a row, missing as None."""
    return [dict(zip(frame.columns, plain(row), strict=True)) for row in frame.itertuples(index=False, name=None)]
