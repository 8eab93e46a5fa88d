"""Word's own fields: captions that count themselves, bookmarks, and text that refers to them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph
    from docx.text.run import Run

# Word's limit on a bookmark's name.
LONGEST_NAME = 40
_COUNTED = re.compile(r"(表|图|\bTable |\bFigure )(\d+)(?!\d)")


def bookmark_name(kind: str, number: int, identifier: str) -> str:
    """
    Return the bookmark of a numbered table or figure.

    Examples
    --------
    >>> bookmark_name("tbl", 3, "likert-D1")
    'tbl_3_likert_D1'
    """
    return re.sub(r"[^A-Za-z0-9_]", "_", f"{kind}_{number}_{identifier}")[:LONGEST_NAME]


def add_numbered_label(
    document: Document, paragraph: Paragraph, label: str, number: int, name: str, dress: Callable[[Run], None]
) -> None:
    """
    Write a caption's label with its number as a ``SEQ`` field, the two inside a bookmark.

    Parameters
    ----------
    document : docx.document.Document
    paragraph : docx.text.paragraph.Paragraph
    label : str
        As printed, e.g. ``表3`` or ``Table 3``; its digits become the field.
    number : int
        Where Word's own count would come to another number, the field is told to start from this one.
    name : str
        Of the bookmark.
    dress : callable
        Sets the font of each run.
    """
    before, _, after = label.partition(str(number))
    sequence = before.strip()
    _mark(document, paragraph, "w:bookmarkStart", name)
    if before:
        dress(paragraph.add_run(before))
    restart = "" if _counted(document, sequence) == number - 1 else f" \\r {number}"
    add_field(paragraph, f"SEQ {sequence} \\* ARABIC{restart}", str(number), dress)
    if after:
        dress(paragraph.add_run(after))
    _mark(document, paragraph, "w:bookmarkEnd", name)


def write_referring(paragraph: Paragraph, text: str, targets: Mapping[str, str], dress: Callable[[Run], None]) -> None:
    """
    Write text whose mentions of a table or figure of the document are ``REF`` fields to its caption.

    Parameters
    ----------
    paragraph : docx.text.paragraph.Paragraph
    text : str
    targets : mapping of str to str
        Bookmark of every label, e.g. ``{"表3": "tbl_3_fit"}``.
    dress : callable
    """
    end = 0
    for match in _COUNTED.finditer(text):
        name = targets.get(match[0])
        if name is None:
            continue
        if match.start() > end:
            dress(paragraph.add_run(text[end : match.start()]))
        add_field(paragraph, f"REF {name} \\h", match[0], dress)
        end = match.end()
    if end < len(text) or not text:
        dress(paragraph.add_run(text[end:]))


def add_field(paragraph: Paragraph, instruction: str, result: str, dress: Callable[[Run], None]) -> None:
    """Write one field with the result that stands until Word computes it again."""
    for kind in ("begin", "instruction", "separate", "result", "end"):
        run = paragraph.add_run(result if kind == "result" else "")
        dress(run)
        if kind == "instruction":
            code = _element("w:instrText")
            code.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
            code.text = f" {instruction} "
            run._element.append(code)
        elif kind != "result":
            run._element.append(_element("w:fldChar", fldCharType=kind))


def _counted(document: Document, sequence: str) -> int:
    """Return the number of the last caption of a sequence, by its fields."""
    number = 0
    for code in document.element.body.iter("{*}instrText"):
        match = re.match(rf"\s*SEQ {re.escape(sequence)} \\\* ARABIC(?: \\r (\d+))?\s*$", code.text or "")
        if match:
            number = int(match[1]) if match[1] else number + 1
    return number


def _mark(document: Document, paragraph: Paragraph, tag: str, name: str) -> None:
    starts = list(document.element.body.iter("{*}bookmarkStart"))
    if tag == "w:bookmarkStart":
        paragraph._p.append(_element(tag, id=str(len(starts) + 1), name=name))
    else:
        paragraph._p.append(_element(tag, id=str(len(starts))))


def _element(tag: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(tag)
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    return element
