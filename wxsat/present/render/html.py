"""Tables to HTML: a caption, headings with their scope, every number with its id, every text escaped."""

from __future__ import annotations

from html import escape

from wxsat.present.render.column_widths import em_width
from wxsat.present.render.decimals import decimal_tails
from wxsat.present.render.printed import PrintedCell, PrintedColumn, PrintedTable, print_table
from wxsat.present.table import Table

# Em that a column of names keeps, should the page be narrow.
NARROWEST_TEXT = 6.0
NARROWEST_HEADING = 2.0
# Left and right of a cell; a page's boxes count it into their width.
CELL_PADDING = "1.2em"
# Width of a decimal point beside figures of one width.
POINT_EM = 0.28
# For a table that stands alone; a page brings its own.
TABLE_CSS = """\
table { border-collapse: collapse; font-variant-numeric: tabular-nums; border-top: 1.5pt solid; \
border-bottom: 1.5pt solid; }
caption { caption-side: top; text-align: left; font-weight: bold; padding-bottom: .4em; }
thead th { border-bottom: .75pt solid; vertical-align: bottom; }
th, td { padding: .2em .6em; text-align: left; }
tbody th { font-weight: normal; }
tr.group th { font-weight: bold; padding-top: .5em; }
.number, .integer, .p_value, .percent { text-align: right; white-space: nowrap; }
.table-notes { list-style: none; padding: 0; font-size: .85em; }
"""


def render_html_table(table: Table, number: int | None = None) -> str:
    """
    Render a table as an HTML ``table`` and, where it has notes, a ``ul`` under it.

    Classes: ``wx-table`` and the language; a cell's kind (``text integer number p_value percent``); ``marked``
    for rows that must not be interpreted. ``data-id`` names each number as in ``numbers.json``.
    """
    printed = print_table(table, number)
    head = "".join(_heading(printed, place) for place in range(len(printed.columns)))
    tails = [decimal_tails(printed, place) for place in range(len(printed.columns))]
    body = "\n".join(_row(printed, position, tails) for position in range(len(printed.rows)))
    anchor = escape(printed.id)
    described = f' aria-describedby="notes-{anchor}-{printed.language}"' if printed.notes else ""
    return (
        f'<table class="wx-table {printed.language}" data-table="{anchor}"{described}>\n'
        f"<caption>{escape(printed.caption)}</caption>\n"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>{_notes(printed, anchor)}"
    )


def _heading(printed: PrintedTable, place: int) -> str:
    """Return a column's heading; it may wrap, and a name keeps room for a few characters."""
    column = printed.columns[place]
    widest = max((em_width(row[place].text) for row in printed.rows), default=0.0) if column.kind == "text" else 0.0
    # A heading of Chinese breaks anywhere: two characters a line are the least that can be read.
    least = max(min(widest, NARROWEST_TEXT), min(em_width(column.heading), NARROWEST_HEADING))
    wraps = "" if column.kind == "text" else ";white-space:normal"
    style = f"min-width:calc({least:.1f}em + {CELL_PADDING}){wraps}"
    return f'<th scope="col" class="{_class(column)}" style="{style}">{escape(column.heading)}</th>'


def _class(column: PrintedColumn) -> str:
    return "number" if column.kind == "probability" else column.kind


def _row(printed: PrintedTable, position: int, tails: list[list[str]]) -> str:
    group = printed.groups[position] if printed.groups else ""
    above = (
        f'<tr class="group"><th scope="rowgroup" colspan="{len(printed.columns)}">{escape(group)}</th></tr>\n'
        if group
        else ""
    )
    classes = ' class="marked"' if position in printed.marked_rows else ""
    cells = []
    for place, (column, cell) in enumerate(zip(printed.columns, printed.rows[position], strict=True)):
        # An empty row heading would announce nothing: a collapsed label is a plain cell.
        heads = place == 0 and column.kind == "text" and cell.text
        tag, scope = ("th", ' scope="row"') if heads else ("td", "")
        pad = _pad(tails[place][position])
        cells.append(f'<{tag}{scope} class="{_class(column)}"{_id_attribute(cell)}{pad}>{_content(cell)}</{tag}>')
    return f"{above}<tr{classes}>{''.join(cells)}</tr>"


def _pad(tail: str) -> str:
    """Return the room that a figure with fewer decimals keeps on its right, in widths of a figure."""
    if not tail:
        return ""
    point = f" + {POINT_EM}em" if tail.startswith(".") else ""
    return f' style="padding-right:calc(.6em + {len(tail.lstrip("."))}ch{point})"'


def _id_attribute(cell: PrintedCell) -> str:
    ids = [fragment.number_id for fragment in cell.fragments if fragment.number_id]
    return f' data-id="{escape(ids[0])}"' if len(ids) == 1 else ""


def _content(cell: PrintedCell) -> str:
    several = sum(bool(fragment.number_id) for fragment in cell.fragments) > 1
    return "".join(
        f'<span data-id="{escape(f.number_id)}">{escape(f.text)}</span>' if several and f.number_id else escape(f.text)
        for f in cell.fragments
    )


def _notes(printed: PrintedTable, anchor: str) -> str:
    if not printed.notes:
        return ""
    items = "".join(f"<li>{escape(note)}</li>" for note in printed.notes)
    return f'\n<ul class="table-notes" id="notes-{anchor}-{printed.language}">{items}</ul>'
