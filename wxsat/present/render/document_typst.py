"""A whole document as Typst source: headings with a table of contents, three-line tables, figures, page numbers.

Every text is passed as a Typst string, so that nothing a respondent wrote is ever read as markup.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from wxsat.present.document import (
    Block,
    Bullets,
    Document,
    FigureBlock,
    FindingsBlock,
    KeyFigures,
    Paragraph,
    TableBlock,
    without_marks,
)
from wxsat.present.locale import wording
from wxsat.present.render.column_widths import Layout, break_endless, lay_out
from wxsat.present.render.decimals import decimal_tails
from wxsat.present.render.printed import PrintedTable, print_table, printable

# A4 in points; what is left between the margins, upright and on its side.
PAGE_WIDTH, PAGE_HEIGHT = 595.28, 841.89
# Typst sets the same letters a little wider than the widths that tables are laid out for.
CAREFUL = 0.97
# Height of a line of a table, in sizes of its letters.
LINE_HEIGHT = 2
# No line of a page holds a longer word: a checksum of 64 stays whole in running text, titles are set wider.
LONGEST_IN_LINE, LONGEST_IN_TITLE, LONGEST_IN_KEY = 64, 24, 20


@dataclass(frozen=True)
class PageStyle:
    """Margins, letter sizes and whether a table of contents stands in front; lengths in points."""

    margin: float
    letters: float
    title: float
    heading: float
    leading: float
    figure: float
    contents: bool


# A figure that is taller than wide must not run over its page.
REPORT_STYLE = PageStyle(62.0, 10.0, 19.0, 13.0, 0.75, figure=538.0, contents=True)
# A brief must keep to its pages of A4: the first of these that does is taken.
BRIEF_STYLES = (
    PageStyle(45.0, 9.0, 15.0, 10.5, 0.6, figure=240.0, contents=False),
    PageStyle(42.0, 8.7, 14.0, 10.0, 0.55, figure=215.0, contents=False),
    PageStyle(40.0, 8.3, 13.5, 9.5, 0.52, figure=190.0, contents=False),
    PageStyle(36.0, 7.8, 13.0, 9.0, 0.5, figure=165.0, contents=False),
)


def page_styles(document: Document) -> tuple[PageStyle, ...]:
    """Return the settings to try for a document, the roomiest first."""
    return BRIEF_STYLES if document.is_brief else (REPORT_STYLE,)


def render_document_typst(
    document: Document, figures: Mapping[str, str], families: tuple[str, ...], style: PageStyle | None = None
) -> str:
    """
    Render a document as Typst source.

    Parameters
    ----------
    document : Document
    figures : mapping of str to str
        The image file of every figure, by the figure's file name without suffix.
    families : tuple of str
        Typefaces, the first that has a character being used.
    style : PageStyle, optional
        Margins and sizes; the roomiest of the document's own when left out.

    Returns
    -------
    str
    """
    style = style or page_styles(document)[0]
    parts = [_setup(document, style, families), *_front(document, style)]
    for section in document.sections:
        if section.new_page:
            parts.append("#pagebreak(weak: true)")
        if section.title:
            parts.append(f"#heading(level: 1, {quote(section.title)})")
        written = [_block(block, document, figures, style) for block in section.blocks]
        if section.opens_with_a_line and written[0]:
            spacing = f"{style.leading + 0.35}em"
            written[0] = f"#block(sticky: true, above: {spacing}, below: {spacing})[{written[0]}]"
        parts += written
    return "\n\n".join(part for part in parts if part) + "\n"


def quote(text: str) -> str:
    r"""
    Return text as a Typst string.

    Examples
    --------
    >>> quote('50% of "PU_1"')
    '"50% of \\"PU_1\\""'
    """
    plain = printable(without_marks(text)).replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{plain}"'


def _said(text: str, longest: int = LONGEST_IN_LINE) -> str:
    """Return running text as a Typst string in which no word is longer than a line."""
    return quote(break_endless(text, longest))


def _setup(document: Document, style: PageStyle, families: tuple[str, ...]) -> str:
    chinese = document.language == "zh"
    fonts = ", ".join(quote(family) for family in families)
    stamp = (
        f"align(right, text(size: 8pt, fill: rgb(164, 38, 44), {quote(document.stamp)}))" if document.stamp else "[]"
    )
    region = ', region: "cn"' if chinese else ""
    # Many Chinese faces come without a bold one: a hair line around the strokes takes its place.
    bold = 'stroke: 0.25pt + black, weight: "regular"' if chinese else 'weight: "bold"'
    return "\n".join(
        (
            f"#set document(title: {quote(document.title)}, date: none)",
            f'#set page(paper: "a4", margin: {style.margin}pt, numbering: "1 / 1", header: {stamp})',
            f"#set text(font: ({fonts},), size: {style.letters}pt, "
            f'lang: "{document.language}"{region}, fallback: true)',
            f"#set par(leading: {style.leading}em, spacing: {style.leading + 0.35}em, justify: {str(chinese).lower()})",
            f"#show heading: set text(size: {style.heading}pt, {bold})",
            "#show table: set par(justify: false, leading: 0.5em)",
            f"#show heading: set block(above: {style.leading + 0.85}em, below: {style.leading}em)",
            f"#show strong: set text({bold})",
            "#set list(indent: 0.4em, body-indent: 0.5em)",
            # A line before a long checksum or address would be torn apart.
            "#show list: set par(justify: false)",
        )
    )


def _front(document: Document, style: PageStyle) -> list[str]:
    words = wording(document.language)
    parts = [
        f"#text(size: {style.title}pt, strong({_said(document.title, LONGEST_IN_TITLE)}))",
        f"#text(fill: luma(90), {quote(document.subtitle)})",
    ]
    if document.refusal:
        title = words.get("report.refusal.title")
        inner = f"text(fill: rgb(164, 38, 44), strong({quote(title)})) + parbreak() + {quote(document.refusal)}"
        parts.append(f"#block(stroke: (left: 2pt + rgb(164, 38, 44)), inset: (left: 8pt, y: 3pt), {inner})")
    if style.contents and len(document.sections) > 2:
        parts.append(f"#outline(title: {quote(words.get('report.contents'))}, depth: 1)")
    return parts


def _block(block: Block, document: Document, figures: Mapping[str, str], style: PageStyle) -> str:
    match block:
        case Paragraph(text=text, style=kind):
            return _paragraph(text, kind)
        case Bullets(items=items):
            return f"#list({', '.join(f'text({_said(item)})' for item in items)})" if items else ""
        case KeyFigures(figures=shown):
            cells = ", ".join(
                f"[#text(size: 0.85em, {_said(f.label, LONGEST_IN_KEY)}) \\ "
                f"#text(size: 1.5em, strong({quote(f.value)})) \\ "
                f"#text(size: 0.8em, fill: luma(80), {_said(f.reading, LONGEST_IN_KEY)})]"
                for f in shown
            )
            columns = min(3, len(shown))
            return f"#grid(columns: (1fr,) * {columns}, gutter: 9pt, {cells})"
        case TableBlock(table=table, number=number):
            return _table(print_table(table, number), style)
        case FigureBlock():
            return _figure(block, document, figures, style)
        case FindingsBlock(findings=findings):
            said = (f"strong({quote(f'[{f.code}] ')}) + text({_said(f.text)})" for f in findings)
            return f"#list({', '.join(said)})" if findings else ""


def _paragraph(text: str, kind: str) -> str:
    if not text:
        return ""
    match kind:
        case "quote":
            return f"#block(inset: (left: 10pt), stroke: (left: 1.5pt + luma(180)), text({_said(text)}))"
        case "note":
            return f"#par(text(size: 0.9em, fill: luma(70), {_said(text)}))"
        case "subheading":
            return f"#block(sticky: true, above: 1.4em, strong({_said(text)}))"
        case "reference":
            return f"#par(hanging-indent: 1.6em, text({_said(text)}))"
        case "lead":
            return f"#par(text(size: 1.05em, {_said(text)}))"
        case _:
            return f"#par(text({_said(text)}))"


def _figure(block: FigureBlock, document: Document, figures: Mapping[str, str], style: PageStyle) -> str:
    title = wording(document.language).get("report.figure_number", number=block.number, title=block.title)
    height = f"{style.figure}pt"
    file, alt = quote(figures[block.file]), quote(block.alt)
    image = (
        f"layout(room => if measure(image({file}, width: room.width)).height > {height} "
        f"{{ image({file}, height: {height}, alt: {alt}) }} else {{ image({file}, width: 100%, alt: {alt}) }})"
    )
    caption = f" + parbreak() + text(size: 0.9em, fill: luma(70), {_said(block.caption)})" if block.caption else ""
    return f"#block(breakable: false, align(center, {image}) + strong({_said(title, LONGEST_IN_TITLE)}){caption})"


def _table(printed: PrintedTable, style: PageStyle) -> str:
    room = (PAGE_WIDTH - 2 * style.margin) * CAREFUL
    layout = lay_out(printed, room)
    if layout.fits:
        return _drawn(printed, layout, room)
    length = (PAGE_HEIGHT - 2 * style.margin) * CAREFUL
    return f"#page(flipped: true)[\n{_drawn(printed, lay_out(printed, length), length)}\n]"


def _drawn(printed: PrintedTable, layout: Layout, room: float) -> str:
    widths = list(layout.widths)
    if all(column.kind == "text" for column in printed.columns):
        # A table of texts fills the line: its last column holds the longest.
        widths[-1] += max(0.0, room - sum(widths))
    columns = ", ".join(f"{width / CAREFUL:.2f}pt" for width in widths)
    sides = ["left" if c.kind == "text" else "right" for c in printed.columns]
    head = ", ".join(f"align(bottom, {_cell(c.heading, '')})" for c in printed.columns)
    tails = [decimal_tails(printed, place) for place in range(len(printed.columns))]
    lines: list[str] = []
    for position, row in enumerate(printed.rows):
        if printed.groups and printed.groups[position]:
            name = _said(printed.groups[position])
            lines.append(f"  table.cell(colspan: {len(sides)}, strong({name})),")
        cells = (_cell(cell.text, tails[place][position]) for place, cell in enumerate(row))
        lines.append(f"  {', '.join(cells)},")
    body = "\n".join(lines)
    notes = "".join(f" + par(text({_said(note)}))" for note in printed.notes)
    below = (
        f"#block(above: 4pt, text(size: {max(layout.points - 1, 6.5):g}pt, fill: luma(60), []{notes}))\n"
        if notes
        else ""
    )
    drawn = (
        f"#block(sticky: true, below: 5pt, strong({_said(printed.caption, LONGEST_IN_TITLE)}))\n"
        f"#text(size: {layout.points:g}pt, table(columns: ({columns},), stroke: none, align: ({', '.join(sides)},), "
        f"inset: (x: {layout.padding}pt, y: 2.4pt),\n"
        f"  table.hline(stroke: 1.1pt), table.header({head}), table.hline(stroke: 0.6pt),\n{body}\n"
        f"  table.hline(stroke: 1.1pt)))\n{below}"
    )
    return f"#block(breakable: false)[\n{drawn}]\n" if _is_short(printed, layout, room) else drawn


def _is_short(printed: PrintedTable, layout: Layout, room: float) -> bool:
    """Return whether a table with its notes surely takes less than half a page: it is then never split."""

    def lines(text: str, width: float, points: float) -> float:
        # Every letter as wide as a Chinese one: too many lines rather than too few.
        return 1 + len(text) * points // max(width - 2 * layout.padding, points)

    rows = [[cell.text for cell in row] for row in printed.rows] + [[c.heading for c in printed.columns]]
    taken = sum(max(lines(t, w, layout.points) for t, w in zip(r, layout.widths, strict=True)) for r in rows)
    taken += sum(bool(name) for name in printed.groups) + sum(lines(n, room, layout.points) for n in printed.notes)
    return taken * layout.points * LINE_HEIGHT < PAGE_HEIGHT / 2


def _cell(text: str, tail: str) -> str:
    # Room for the decimals that a figure lacks: points stand under points.
    said = f"text({quote(break_endless(text))})"
    return f"{said} + hide({quote(tail)})" if tail else said
