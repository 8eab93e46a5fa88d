"""The page that `wxsat instrument export --to html` makes: one record a respondent, ids and codes, as JSON or CSV."""

from __future__ import annotations

import re

from wxsat.responses.platforms.platform import Layout, Platform, View, shown
from wxsat.responses.raw_table import fold

ABOUT = ("instrument", "version", "form", "language", "started", "finished")
META = frozenset([*ABOUT, "seconds", "consent"])
SECONDS_OF_PAGE = re.compile(r"seconds_page_\d+")


def recognise(view: View) -> tuple[str, ...]:
    """Say what speaks for the page."""
    return (f"columns {shown(ABOUT)}",) if set(ABOUT) <= view.folded else ()


def lay_out(view: View) -> Layout:
    """Return the rows as they are, and which columns are about the answer sheet."""
    meta = tuple(n for n in view.header if fold(n) in META or SECONDS_OF_PAGE.fullmatch(fold(n)))
    return Layout([list(row) for row in view.rows], metadata=meta)


PLATFORM = Platform("page", "wxsat 网页", "a page made by wxsat", recognise, lay_out)
