"""The label of an account, cluster or group, whatever a file's format made of it: 1, 1.0, "1" and "001" are one."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

_EMPTY = frozenset({"", "<NA>", "NaT"})
_WHOLE = re.compile(r"\+?0*(\d+)(?:\.0*)?")


def plain_label(value: Any) -> str | None:
    """
    Return a cell's label; None where the cell is empty.

    A spreadsheet keeps the account 001 as the number 1, a column with holes as 1.0, a text file as it was typed: a
    whole number is written without a point and without leading zeros. Other text loses only the blanks around it.

    Examples
    --------
    >>> [plain_label(v) for v in (1, 1.0, "1", " 001 ", "1.0", "A-01", None, float("nan"), "")]
    ['1', '1', '1', '1', '1', 'A-01', None, None, None]
    """
    text = "" if value is None else str(value).strip()
    if text in _EMPTY:
        return None
    if isinstance(value, (float, np.floating)):
        if not math.isfinite(value):
            return None
        return str(int(value)) if float(value).is_integer() else text
    whole = _WHOLE.fullmatch(text)
    return whole.group(1) if whole else text


def plain_labels(column: Sequence[Any] | NDArray[Any] | pd.Series) -> NDArray[np.object_]:
    """Return the labels of a column's cells, None where a cell is empty; see :func:`plain_label`."""
    cells = list(column)
    known: dict[Any, str | None] = {}
    out = np.empty(len(cells), dtype=object)
    for i, cell in enumerate(cells):
        key = (type(cell), cell)
        if key not in known:
            known[key] = plain_label(cell)
        out[i] = known[key]
    return out


def order_of_label(label: str) -> tuple[int, int, str]:
    """
    Return a key that puts whole numbers first, in the order of numbers, then text.

    Examples
    --------
    >>> sorted(["b", "10", "9"], key=order_of_label)
    ['9', '10', 'b']
    """
    return (0, int(label), "") if label.isdecimal() else (1, 0, label)


def coded_labels(column: Sequence[Any] | NDArray[Any] | pd.Series) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """
    Number the labels of a column from 0, in the order of :func:`order_of_label`; -1 where a cell is empty.

    Returns
    -------
    codes : ndarray of int, shape (n,)
    labels : tuple of str

    Examples
    --------
    >>> codes, labels = coded_labels(["010", "9", None, 10.0])
    >>> codes.tolist(), labels
    ([1, 0, -1, 1], ('9', '10'))
    """
    cells = plain_labels(column)
    labels = tuple(sorted({cell for cell in cells if cell is not None}, key=order_of_label))
    place = {label: i for i, label in enumerate(labels)}
    codes = np.array([-1 if cell is None else place[cell] for cell in cells], dtype=np.int64)
    return codes, labels
