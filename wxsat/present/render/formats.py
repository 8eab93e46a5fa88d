"""One table to one text format, by the format's name."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Literal, get_args

from wxsat.errors import UsageError, nearest
from wxsat.present.table import Table

TextFormat = Literal["html", "markdown", "latex", "csv", "json", "text"]

_RENDERERS: dict[TextFormat, tuple[str, str]] = {
    "html": ("html", "render_html_table"),
    "markdown": ("markdown", "render_markdown"),
    "latex": ("latex", "render_latex"),
    "json": ("json", "render_json"),
    "text": ("text", "render_text"),
}


def render_table(table: Table, to: TextFormat, number: int | None = None) -> str:
    """
    Render a table in a text format.

    Parameters
    ----------
    table : Table
    to : {"html", "markdown", "latex", "csv", "json", "text"}
    number : int, optional
        Its number in a document; a CSV file has none.

    Returns
    -------
    str

    Raises
    ------
    UsageError
        OUT-004 for any other format.
    """
    if to not in get_args(TextFormat):
        known = ", ".join(get_args(TextFormat))
        raise UsageError("OUT-004", f"no text format {to!r}; known: {known}.{nearest(to, get_args(TextFormat))}")
    if to == "csv":
        from wxsat.present.render.csv import csv_text

        return csv_text(table)
    module, name = _RENDERERS[to]
    renderer: Callable[[Table, int | None], str] = getattr(import_module(f"wxsat.present.render.{module}"), name)
    return renderer(table, number)
