"""Figures of one column under one another by their decimal points, whatever their decimals and marks."""

from __future__ import annotations

import re

from wxsat.present.render.printed import DAGGER, PrintedTable

_FIGURE = re.compile(r"^[^\d.]*[\d,]*(\.\d+)?%?[^\d.]*$")


def decimal_tails(printed: PrintedTable, place: int) -> list[str]:
    """
    Return what each cell of a right-aligned column lacks on its right to stand under the decimal point.

    Parameters
    ----------
    printed : PrintedTable
    place : int
        Position of the column.

    Returns
    -------
    list of str
        One a row, such as ``.00`` or ``0``; empty for text, for intervals and for marks without a digit (a dash,
        ``[c]``), which stand at the right edge.
    """
    if not is_decimal(printed, place):
        return [""] * len(printed.rows)
    texts = [row[place].text for row in printed.rows]
    tails = [_tail(text) for text in texts]
    longest = max((tail for tail in tails if tail is not None), key=len, default="")
    return ["" if tail is None else re.sub(r"\d", "0", longest[len(tail) :]) for tail in tails]


def is_decimal(printed: PrintedTable, place: int) -> bool:
    """Return whether a column's figures can stand under one another by their decimal points."""
    column = printed.columns[place]
    return column.kind != "text" and not column.interval


def split_at_point(text: str) -> tuple[str, str]:
    """
    Return a printed figure before and from its decimal point on.

    Examples
    --------
    >>> split_at_point("−1,234.50"), split_at_point("<.001"), split_at_point("12"), split_at_point("–")
    (('−1,234', '.50'), ('<', '.001'), ('12', ''), ('–', ''))
    """
    whole, point, rest = text.partition(".")
    return whole, point + rest


def _tail(text: str) -> str | None:
    """Return what stands from the decimal point on; None for a cell without a figure."""
    if not any(char.isdigit() for char in text) or not _FIGURE.match(text.rstrip(DAGGER)):
        return None
    return split_at_point(text)[1]
