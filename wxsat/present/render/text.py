"""Tables to plain text for a terminal or a log, aligned by display width: a Chinese character is two wide."""

from __future__ import annotations

import unicodedata

from wxsat.present.render.decimals import decimal_tails
from wxsat.present.render.printed import PrintedCell, PrintedTable, print_table
from wxsat.present.table import Table

GAP = "  "


def display_width(text: str) -> int:
    """
    Return how many columns a text takes: two for a wide character, none for a combining one.

    Examples
    --------
    >>> display_width("信度 CR")
    7
    """
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


def render_text(table: Table, number: int | None = None) -> str:
    """Render a table as aligned plain text between three rules."""
    printed = print_table(table, number)
    grid = [
        [column.heading for column in printed.columns],
        *([cell.text + " " * len(t) for cell, t in zip(row, tail, strict=True)] for row, tail in _padded(printed)),
    ]
    grid = [[" ".join(text.split("\n")) for text in row] for row in grid]
    widths = [max(display_width(row[i]) for row in grid) for i in range(len(printed.columns))]
    left = [column.kind == "text" for column in printed.columns]
    lines = [
        GAP.join(_pad(text, width, on_left) for text, width, on_left in zip(row, widths, left, strict=True)).rstrip()
        for row in grid
    ]
    total = sum(widths) + len(GAP) * (len(widths) - 1)
    groups = printed.groups or ("",) * len(printed.rows)
    body = [text for group, line in zip(groups, lines[1:], strict=True) for text in (group, line) if text]
    parts = [printed.caption, "━" * total, lines[0], "─" * total, *body, "━" * total, *printed.notes]
    return "\n".join(parts) + "\n"


def _padded(printed: PrintedTable) -> list[tuple[tuple[PrintedCell, ...], list[str]]]:
    """Return every row with what its figures lack to stand under their decimal points."""
    tails = [decimal_tails(printed, place) for place in range(len(printed.columns))]
    return [(row, [column[position] for column in tails]) for position, row in enumerate(printed.rows)]


def _pad(text: str, width: int, on_left: bool) -> str:
    space = " " * (width - display_width(text))
    return text + space if on_left else space + text
