"""Levels as text: the same level written as 1, 1.0 or "1" in a file and in a margin is one level."""

from __future__ import annotations

import math
import unicodedata
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd


def level_text(value: Any) -> str | None:
    """
    Return a level as text; None where there is none.

    Examples
    --------
    >>> level_text(1.0), level_text(" 男 "), level_text(float("nan"))
    ('1', '男', None)
    """
    if value is None:
        return None
    if isinstance(value, (float, np.floating)):
        if math.isnan(value):
            return None
        return str(int(value)) if float(value).is_integer() else repr(float(value))
    text = str(value).strip()
    return None if text in ("", "<NA>", "nan", "NaN", "None") else text


def folded(text: str) -> str:
    """Return a level as it is compared when the exact text is not found: width, case and ``1.0`` do not matter."""
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    try:
        number = float(plain)
    except ValueError:
        return plain
    return str(int(number)) if number.is_integer() else repr(number)


def code_levels(column: pd.Series) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """
    Code a column by its levels.

    Returns
    -------
    codes : ndarray of int, shape (n,)
        Position in the levels, -1 where the cell is empty.
    levels : tuple of str
        In order of first appearance.
    """
    import pandas as pd

    raw, uniques = pd.factorize(column, use_na_sentinel=True)
    texts = [level_text(value) for value in uniques.tolist()]
    known: dict[str, int] = {}
    table = np.full(len(texts) + 1, -1, dtype=np.int64)
    for position, text in enumerate(texts):
        if text is not None:
            table[position] = known.setdefault(text, len(known))
    return table[np.asarray(raw)], tuple(known)
