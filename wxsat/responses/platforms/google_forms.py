"""Google Forms: a timestamp, then the wordings; the row of a grid in brackets; several answers joined by commas."""

from __future__ import annotations

import re

from wxsat.responses.platforms.platform import Layout, Platform, View, unique_header
from wxsat.responses.raw_table import fold

TIMESTAMPS = frozenset(["timestamp", "时间戳记", "时间戳", "時間戳記", "zeitstempel", "horodateur"])
META = TIMESTAMPS | {"emailaddress", "username", "score", "电子邮件地址", "用户名", "得分", "電子郵件地址"}
GRID = re.compile(r"^(.*)\[([^\[\]]+)\]$", re.DOTALL)


def recognise(view: View) -> tuple[str, ...]:
    """Say what speaks for Google Forms."""
    first = view.header[0] if view.header else ""
    if fold(first) not in TIMESTAMPS or len(view.header) < 2:
        return ()
    grids = [name for name in view.header if GRID.match(name)]
    return (f"first column '{first}'", *((f"grid rows like '{grids[0][:30]}'",) if grids else ()))


def lay_out(view: View) -> Layout:
    """Return one header row; the rows of a grid under their own wording."""
    names, notes = unique_header(view.header, view.rows[1:])
    return Layout(
        [names, *map(list, view.rows[1:])],
        aliases={name: (m[2],) for name in names if (m := GRID.match(name))},
        metadata=tuple(name for name in names if fold(name) in META),
        notes=notes,
    )


PLATFORM = Platform("google", "谷歌表单", "Google Forms", recognise, lay_out)
