"""A drawing inside a page: its ids made the page's own, its style kept to itself, its parts named for a pointer.

Only drawings that carry hints (:attr:`~wxsat.present.figures.figure.FigureSpec.hints`) are put into the page as
elements; every other figure is embedded as an image.
"""

from __future__ import annotations

import re
from html import escape, unescape

HINTED = re.compile(r'<g id="([^"]*)">\s*<title>')
ID = re.compile(r'\bid="([^"]*)"')
REFERENCE = re.compile(r'href="#([^"]*)"|url\(#([^)]*)\)')
# matplotlib writes these two rules for every element of the document it stands in.
STYLE_ELEMENT = re.compile(r"<style[^>]*>.*?</style>", re.DOTALL)
INHERITED_STYLE = "stroke-linejoin:round;stroke-linecap:butt"
PROLOGUE = re.compile(r"^.*?(?=<svg )", re.DOTALL)
METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
SAID = re.compile(r"(?<=>)\s*<title>[^<]*</title>\s*<desc>[^<]*</desc>")


def has_hints(svg: bytes) -> bool:
    """Return whether parts of a drawing say something when a reader points at them."""
    return HINTED.search(svg.decode("utf-8", "replace")) is not None


def inline_svg(svg: bytes, prefix: str, alt: str) -> str:
    """
    Return a drawing as an element for a page that holds other drawings.

    Parameters
    ----------
    svg : bytes
        As :func:`~wxsat.present.figures.figure.render_figure` makes it.
    prefix : str
        Unique in the page; put before every id.
    alt : str
        What the picture says, for readers who cannot see it; it replaces the drawing's own title and description.

    Returns
    -------
    str
        An ``svg`` element of class ``diagram`` whose hinted groups carry ``data-part``.

    Examples
    --------
    >>> drawing = inline_svg(b'<svg role="img"><g id="node A"><title>A</title></g></svg>', "en-path", "A alone")
    >>> drawing.partition(">")[2]
    '<g data-part="node A" id="en-path-node_A"><title>A</title></g></svg>'
    """
    text = METADATA.sub("", STYLE_ELEMENT.sub("", PROLOGUE.sub("", svg.decode("utf-8"), count=1)))
    text = SAID.sub("", text, count=1)
    text = HINTED.sub(lambda m: f'<g data-part="{m[1]}" id="{m[1]}"><title>', text)
    text = ID.sub(lambda m: f'id="{_own(m[1], prefix)}"', text)
    text = REFERENCE.sub(lambda m: _reference(m, prefix), text)
    opening = f'<svg class="diagram" style="{INHERITED_STYLE}" aria-label="{escape(alt, quote=True)}" '
    return text.replace("<svg ", opening, 1)


def _own(name: str, prefix: str) -> str:
    return escape(f"{prefix}-{re.sub(r'[^0-9A-Za-z_.-]', '_', unescape(name))}", quote=True)


def _reference(match: re.Match[str], prefix: str) -> str:
    return f'href="#{_own(match[1], prefix)}"' if match[1] is not None else f"url(#{_own(match[2], prefix)})"
