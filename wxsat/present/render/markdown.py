"""Tables to Markdown (GitHub's and Pandoc's pipe tables)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from wxsat.present.render.printed import print_table
from wxsat.present.table import Table

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~$])")


def render_markdown(table: Table, number: int | None = None) -> str:
    """Render a table as Markdown: bold caption, pipe table, notes as lines under it."""
    printed = print_table(table, number)
    lines = [f"**{escape_markdown(printed.caption)}**", ""]
    lines.append(_line(column.heading for column in printed.columns))
    lines.append("|" + "|".join(":---" if c.kind == "text" else "---:" for c in printed.columns) + "|")
    for position, row in enumerate(printed.rows):
        if printed.groups and printed.groups[position]:
            empty = [""] * (len(printed.columns) - 1)
            lines.append("| " + " | ".join([f"**{escape_markdown(printed.groups[position])}**", *empty]) + " |")
        lines.append(_line(cell.text for cell in row))
    if printed.notes:
        # Two spaces at the end break the line.
        lines += ["", *(f"{escape_markdown(note)}  " for note in printed.notes)]
    return "\n".join(lines).rstrip() + "\n"


def escape_markdown(text: str) -> str:
    r"""
    Return text that Markdown prints as it stands, on one line.

    Examples
    --------
    >>> escape_markdown("<b> a|b")
    '\\<b\\> a\\|b'
    """
    return _SPECIAL.sub(r"\\\1", " ".join(text.split("\n")))


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(escape_markdown(cell) for cell in cells) + " |"
