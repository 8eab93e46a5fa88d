"""Where output goes: data to stdout, messages to stderr; JSON alone on stdout when asked for."""

from __future__ import annotations

import json
import math
import sys
from typing import TYPE_CHECKING, Any, Literal

from wxsat.cli.terminal import harmless, open_console
from wxsat.errors import Fault, InterpretationRefused
from wxsat.finding import refusals

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from wxsat.finding import Finding

GAP = 2
LONGEST_WORD = 30


def say(text: str) -> None:
    """Write one message to stderr."""
    print(harmless(text), file=sys.stderr)


def emit_json(document: Any) -> None:
    """Print one JSON document on stdout; missing is null, never a placeholder."""
    from wxsat.numerics.plain import plain

    sys.stdout.write(json.dumps(plain(document), ensure_ascii=False, indent=1, allow_nan=False) + "\n")


def print_frame(frame: pd.DataFrame, title: str = "", digits: int = 3) -> None:
    """
    Print a frame as an aligned table on stdout; numbers to `digits` decimals, missing left empty.

    A table wider than the terminal goes on below, its leading columns of text repeated: nothing is cut off.
    """
    from rich.table import Table

    names = [harmless(str(name)) for name in frame.columns]
    numeric = [frame[name].dtype.kind in "fiu" for name in frame.columns]
    rows = [[_cell(v, digits, n) for v, n in zip(row, names, strict=True)] for row in frame.itertuples(False, None)]
    console = open_console(sys.stdout, _page_width())
    columns = [[name, *(row[k] for row in rows)] for k, name in enumerate(names)]
    narrow = [_narrowest(texts, numeric[k]) for k, texts in enumerate(columns)]
    for part, block in enumerate(_blocks(narrow, numeric, console.width)):
        table = Table(title=(title or None) if part == 0 else None, title_justify="left", box=None, pad_edge=False)
        widths = _shared_out([narrow[at] for at in block], [_longest(columns[at]) for at in block], console.width)
        for at, width in zip(block, widths, strict=True):
            justify: Literal["left", "right"] = "right" if numeric[at] else "left"
            table.add_column(names[at], justify=justify, width=width, overflow="fold")
        for row in rows:
            table.add_row(*(row[at] for at in block))
        console.print(table)


def _page_width() -> int | None:
    """Return the width of what is not a terminal; a terminal knows its own."""
    return None if sys.stdout.isatty() else 200


def _longest(texts: list[str]) -> int:
    from rich.cells import cell_len

    return max(map(cell_len, texts))


def _narrowest(texts: list[str], numeric: bool) -> int:
    """Return how narrow a column can be: its longest figure, or the longest word of its text."""
    if numeric:
        return _longest(texts)
    # Chinese sentences have no spaces, and break anywhere.
    return min(_longest([word for text in texts for word in text.split()] or [""]), LONGEST_WORD)


def _shared_out(narrow: list[int], longest: list[int], width: int) -> list[int]:
    """Return the widths of columns: the narrowest, and what is left to those that want more, the modest first."""
    widths = list(narrow)
    left = width - sum(narrow) - GAP * (len(narrow) - 1)
    wanting = sorted((k for k in range(len(narrow)) if longest[k] > narrow[k]), key=lambda k: longest[k] - narrow[k])
    for done, k in enumerate(wanting):
        more = min(longest[k] - narrow[k], max(left, 0) // (len(wanting) - done))
        widths[k] += more
        left -= more
    return widths


def _blocks(widths: list[int], numeric: list[bool], width: int) -> list[list[int]]:
    """Return the columns of each table that fits the width, the leading columns of text in all of them."""
    lead = next((k for k, figures in enumerate(numeric) if figures), 0)
    leading = list(range(lead if sum(widths[:lead]) + GAP * lead < width / 2 else min(lead, 1)))
    blocks = [list(leading)]
    used = sum(widths[k] + GAP for k in leading)
    free = width - used
    for k in range(len(leading), len(widths)):
        if widths[k] > free and len(blocks[-1]) > len(leading):
            blocks.append(list(leading))
            free = width - used
        blocks[-1].append(k)
        free -= widths[k] + GAP
    return blocks


def _cell(value: Any, digits: int, name: str) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and name in ("p_value", "pvalue", "p_holm") and value < 0.001:
        return "< .001"
    if isinstance(value, float):
        return f"{value:.{digits}f}"
    return harmless(str(value))


def raise_on_refusal(findings: Iterable[Finding]) -> None:
    """End with exit code 6 and every reason where a finding is a refusal; what was printed stays."""
    refused = refusals(findings)
    if refused:
        raise InterpretationRefused.from_faults(
            Fault(finding.code, finding.message, hint="The figures that rest on it must not be interpreted.")
            for finding in refused
        )
