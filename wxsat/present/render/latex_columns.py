"""Which columns of a LaTeX table wrap, and how wide they are, so that the table keeps to its line.

A table that fits has columns of natural width. Another one is laid out as in Word: texts and headings wrap between
words, figures never do, and the letters shrink as far as they stay legible.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from wxsat.present.render.column_widths import em_width, lay_out
from wxsat.present.render.printed import PrintedTable

# The line of an A4 page with margins of 2.5 cm, in points of TeX.
LINE = 455.0
POINTS = 10.0
# \tabcolsep, left and right of every column.
PADDING = 6.0
# Letters of other faces are a little wider than those that a layout was made for.
SPARE = 0.98


@dataclass(frozen=True, slots=True)
class LatexColumns:
    """
    The columns of one table.

    Attributes
    ----------
    widths : tuple of float
        Widths in points; NaN in a table whose columns all have their natural width.
    wraps : tuple of bool
        Columns whose cells wrap; in the others the headings alone do.
    points, padding : float
        Size of the letters, space on either side of a column.
    n_lines : int
        Lines of a page, at `POINTS`, that all rows take together.
    """

    widths: tuple[float, ...]
    wraps: tuple[bool, ...]
    points: float
    padding: float
    n_lines: int

    @property
    def natural(self) -> bool:
        """Whether every column has its natural width."""
        return all(map(math.isnan, self.widths))


def lay_out_columns(printed: PrintedTable) -> LatexColumns:
    """Return the columns of a table: natural where they fit into a line, or else as narrow as they must be."""
    places = range(len(printed.columns))
    cells = [[em_width(row[place].text) for row in printed.rows] for place in places]
    needs = [max([*cells[place], em_width(printed.columns[place].heading)]) for place in places]
    if POINTS * sum(needs) + 2 * PADDING * len(needs) <= LINE:
        return LatexColumns((math.nan,) * len(needs), (False,) * len(needs), POINTS, PADDING, len(printed.rows))
    layout = lay_out(printed, LINE * SPARE)
    widths = tuple(width - 2 * layout.padding for width in layout.widths)
    wraps = tuple(
        column.kind == "text" and max([0.0, *cells[place]]) * layout.points > widths[place]
        for place, column in enumerate(printed.columns)
    )
    # A text that asks for much gets what nobody else needs.
    spare = max(0.0, LINE * SPARE - sum(layout.widths)) / max(1, sum(wraps))
    widths = tuple(width + spare * wrap for width, wrap in zip(widths, wraps, strict=True))
    lines = [
        max([1, *(1 + int(cells[place][row] * layout.points / widths[place]) for place in places if wraps[place])])
        for row in range(len(printed.rows))
    ]
    return LatexColumns(widths, wraps, layout.points, layout.padding, round(sum(lines) * layout.points / POINTS))
