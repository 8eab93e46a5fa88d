"""
What a terminal may be sent: nothing but text where ``NO_COLOR`` is set (https://no-color.org) or nobody looks.

rich leaves bold, italic and the movements of a bar in place under ``NO_COLOR``; here no escape code is left.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Literal, TextIO

if TYPE_CHECKING:
    from rich.console import Console


# Codes that move the cursor, colour what follows or rename the window, and marks that turn a line round.
_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def harmless(text: str) -> str:
    r"""
    Return text of a data file without what a terminal would obey; lines and tabs stay.

    Examples
    --------
    >>> harmless("\x1b[31mName\x07")
    '[31mName'
    """
    return _COMMANDS.sub("", text)


def wants_plain_text() -> bool:
    """Whether the reader asked for text without escape codes: ``NO_COLOR`` set to anything but nothing."""
    return bool(os.environ.get("NO_COLOR"))


def shows_movement(stream: TextIO) -> bool:
    """Whether a progress bar may be drawn on `stream`: it is a terminal, and escape codes are welcome."""
    return stream.isatty() and not wants_plain_text()


def open_console(stream: TextIO, width: int | None = None) -> Console:
    """Return a console on `stream` that prints text as it is, without escape codes where none are wanted."""
    from rich.console import Console

    colours: Literal["auto"] | None = None if wants_plain_text() else "auto"
    return Console(file=stream, width=width, color_system=colours, markup=False, highlight=False)


def respect_no_color() -> None:
    """Print help and faults of usage without escape codes where none are wanted."""
    if wants_plain_text():
        from typer import rich_utils

        rich_utils.COLOR_SYSTEM = None
