"""Documents to one self-contained HTML file: both languages inside, no address outside the file.

The language switch is two radio buttons and CSS, so that it works offline, prints only what is shown and needs no
script. Where scripts run, the page's own one (``page.js``, the only one that its policy lets run, by its hash) adds
sorting, copying and diagrams that answer a pointer. Figures are embedded as data; every text is escaped.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Sequence
from html import escape
from importlib.resources import files

from wxsat.present.document import (
    NUMBER_MARK,
    Block,
    Bullets,
    Document,
    FigureBlock,
    FindingsBlock,
    KeyFigures,
    Paragraph,
    Section,
    TableBlock,
    without_marks,
)
from wxsat.present.locale import wording
from wxsat.present.render.html import render_html_table
from wxsat.present.render.inline_svg import has_hints, inline_svg
from wxsat.present.render.printed import print_table

HTML_LANGUAGE = {"zh": "zh-CN", "en": "en"}
# Nothing is loaded from anywhere and nothing runs but the page's own script.
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
INTERVAL_DASH = re.compile("(?<=</span>)([—–])(?=<span)")
SVG_WIDTH = re.compile(r'<svg [^>]*?width="([0-9.]+)pt"')
# In points; the page is half as wide, where letters of 9 points are just read.
WIDEST_SHRUNK = 1200.0
SWITCH_NAME = {"zh": "中文", "en": "English"}
ImageReader = Callable[[FigureBlock, str], tuple[bytes, str]]


def render_page(documents: Sequence[Document], read_image: ImageReader) -> str:
    """
    Render one or two documents (one a language) to one HTML page.

    Parameters
    ----------
    documents : sequence of Document
        The first one is shown when the page opens.
    read_image : callable
        ``(figure, language) -> (bytes, media type)``, for instance ``image/svg+xml``.

    Returns
    -------
    str
        A whole HTML document without any reference outside itself.
    """
    first = documents[0]
    style, script = (_own_file(name) for name in ("page.css", "page.js"))
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    shown = "\n".join(
        f"#lang-{d.language}:checked ~ article.{d.language} {{ display:block; }}\n"
        f"#lang-{d.language}:checked ~ .bar label[for=lang-{d.language}] {{ background:#1f5f8b; color:#fff; }}"
        for d in documents
    )
    inputs = "".join(
        f'<input class="lang-input" type="radio" name="lang" id="lang-{d.language}"'
        f'{" checked" if d is first else ""} aria-label="{SWITCH_NAME[d.language]}">'
        for d in documents
    )
    labels = (
        "".join(
            f'<label for="lang-{d.language}" lang="{HTML_LANGUAGE[d.language]}">{SWITCH_NAME[d.language]}</label>'
            for d in documents
        )
        if len(documents) > 1
        else ""
    )
    stamps = " · ".join(dict.fromkeys(d.stamp for d in documents if d.stamp))
    stamp = f'<span class="stamp">{escape(stamps)}</span>'
    articles = "\n".join(_article(document, read_image) for document in documents)
    return (
        f'<!DOCTYPE html>\n<html lang="{HTML_LANGUAGE[first.language]}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY.format(digest=digest)}">\n'
        f"<title>{escape(first.title)}</title>\n<style>\n{style}{_stamp_of_pages(stamps)}{shown}\n</style>\n</head>\n<body>\n"
        f'<main>\n{inputs}\n<div class="bar">{stamp}{labels}</div>\n{articles}\n</main>\n'
        f"<script>{script}</script>\n</body>\n</html>\n"
    )


def _stamp_of_pages(stamps: str) -> str:
    """Return the rule that prints the stamp into the margin of every page, where it hides no text."""
    if not stamps:
        return ""
    quoted = "".join(char if char.isalnum() or char in " ·—，" else f"\\{ord(char):x} " for char in stamps)
    return f'@page {{ @top-right {{ content:"{quoted}"; color:#a4262c; font:700 9pt sans-serif; }} }}\n'


def _own_file(name: str) -> str:
    """Return a file of this folder with line ends that a browser reads unchanged: a policy's hash is of these bytes."""
    return files("wxsat.present.render").joinpath(name).read_text(encoding="utf-8").replace("\r\n", "\n")


def _article(document: Document, read_image: ImageReader) -> str:
    words = wording(document.language)
    said = {name: words.get(f"report.page.{name}") for name in ("sort", "copied", "copy_table", "copy_citation")}
    attributes = "".join(f' data-{key.replace("_", "-")}="{escape(text, quote=True)}"' for key, text in said.items())
    parts = [
        f'<article class="{document.language}" lang="{HTML_LANGUAGE[document.language]}"{attributes}>',
        f"<header><h1>{escape(document.title)}</h1>",
        f'<p class="subtitle">{escape(document.subtitle)}</p></header>',
    ]
    if document.stamp:
        parts.append(f'<p class="stamp">{escape(document.stamp)}</p>')
    if document.refusal:
        parts.append(
            f'<div class="refusal" role="alert"><strong>{escape(words.get("report.refusal.title"))}</strong>'
            f"<p>{escape(document.refusal)}</p></div>"
        )
    contents = "".join(
        f'<li><a href="#{document.language}-{s.id}">{escape(s.title)}</a></li>' for s in document.sections
    )
    parts.append(f'<nav aria-label="{escape(words.get("report.contents"))}"><ol>{contents}</ol></nav>')
    parts.extend(_section(section, document, read_image) for section in document.sections)
    parts.append("</article>")
    return "\n".join(parts)


def _section(section: Section, document: Document, read_image: ImageReader) -> str:
    body = "\n".join(_block(block, document, read_image) for block in section.blocks)
    return f'<section id="{document.language}-{section.id}"><h2>{escape(section.title)}</h2>\n{body}\n</section>'


def _block(block: Block, document: Document, read_image: ImageReader) -> str:
    match block:
        case Paragraph(text=text, style="quote"):
            return f"<blockquote>{_inline(text)}</blockquote>"
        case Paragraph(text=text, style="subheading"):
            return f"<h3>{_inline(text)}</h3>"
        case Paragraph(text=text, style=style):
            return f'<p class="{style}">{_inline(text)}</p>'
        case Bullets(items=items):
            return "<ul>" + "".join(f"<li>{_inline(item)}</li>" for item in items) + "</ul>"
        case KeyFigures():
            return _key_figures(block)
        case TableBlock():
            return _table(block, document)
        case FigureBlock():
            return _figure(block, document, read_image)
        case FindingsBlock():
            return _findings(block)


def _key_figures(block: KeyFigures) -> str:
    cards = "".join(
        f'<li><span class="label">{_inline(f.label)}</span><span class="value">{_inline(f.value)}</span>'
        f'<span class="reading">{_inline(f.reading)}</span></li>'
        for f in block.figures
    )
    return f'<ul class="key">{cards}</ul>'


def _table(block: TableBlock, document: Document) -> str:
    anchor = f"{document.language}-table-{block.table.id}"
    caption = print_table(block.table, block.number).caption
    citation = escape(cite_table(caption, document), quote=True)
    drawn = render_html_table(block.table, number=block.number)
    return (
        f'<div class="table-block" id="{escape(anchor, quote=True)}" data-citation="{citation}">'
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption, quote=True)}">{drawn}</div></div>'
    )


def cite_table(caption: str, document: Document) -> str:
    """Return how one table of a document is cited: its number and title, and the document it stands in."""
    whole = next(
        (without_marks(block.text) for section in document.sections if section.id == "citation"
         for block in section.blocks if isinstance(block, Paragraph) and block.style == "quote"),
        document.title,
    )  # fmt: skip
    return wording(document.language).get("report.page.table_citation", caption=" ".join(caption.split()), whole=whole)


def _figure(block: FigureBlock, document: Document, read_image: ImageReader) -> str:
    payload, media_type = read_image(block, document.language)
    alt = without_marks(block.alt)
    anchor = f"{document.language}-fig-{block.id}"
    if media_type == "image/svg+xml" and has_hints(payload):
        picture = inline_svg(payload, anchor, alt)
    else:
        data = base64.b64encode(payload).decode("ascii")
        picture = f'<img src="data:{media_type};base64,{data}" alt="{escape(alt, quote=True)}">'
    title = wording(document.language).get("report.figure_number", number=block.number, title=block.title)
    if _is_very_wide(payload):
        label = escape(title, quote=True)
        picture = f'<div class="scroll wide" tabindex="0" role="region" aria-label="{label}">{picture}</div>'
    return (
        f'<figure id="{anchor}">{picture}'
        f'<figcaption>{escape(title)}<span class="reading">{escape(block.caption)}</span></figcaption></figure>'
    )


def _is_very_wide(payload: bytes) -> bool:
    """Return whether letters of an SVG could not be read if it were shrunk to the page."""
    found = SVG_WIDTH.search(payload[:2000].decode("utf-8", "replace"))
    return found is not None and float(found[1]) > WIDEST_SHRUNK


def _findings(block: FindingsBlock) -> str:
    css = {"refusal": "refusal-item", "warning": "warning", "note": "note-item"}
    lines = "".join(
        f'<li class="{css[f.severity]}"><span class="code">{escape(f.code)}</span>{_inline(f.text)}</li>'
        for f in block.findings
    )
    return f'<ul class="findings">{lines}</ul>'


def _inline(text: str) -> str:
    """Escape text and turn number marks into spans that carry the number's id."""
    pieces: list[str] = []
    end = 0
    for match in NUMBER_MARK.finditer(text):
        pieces.append(escape(text[end : match.start()]))
        pieces.append(f'<span data-id="{escape(match[1], quote=True)}">{escape(match[2])}</span>')
        end = match.end()
    pieces.append(escape(text[end:]))
    # An interval stays on one line: no break on either side of its dash.
    return INTERVAL_DASH.sub("\u2060\\1\u2060", "".join(pieces))
