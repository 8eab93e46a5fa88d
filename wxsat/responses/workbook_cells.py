"""Cells that a reader of workbooks leaves empty although they are not: errors, and formulas without a stored value."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

SHOWN = 8
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"

Cells = dict[tuple[int, int], str]


def cells_without_value(data: bytes, sheet: str) -> Cells:
    """
    Return row and column, from 0, of every such cell of an .xlsx sheet, with what a spreadsheet shows there.

    That is ``#N/A`` for an error and ``=...`` for a formula whose result the writing program did not store. Other
    kinds of workbook, and archives that cannot be taken apart, give none: their damage is the reader's to name.

    Examples
    --------
    >>> cells_without_value(b"no workbook", "Sheet1")
    {}
    """
    if not data.startswith(b"PK\x03\x04"):
        return {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            part = _part_of(archive, sheet)
            content = archive.read(part) if part else b""
        if not any(sign in content for sign in (b't="e"', b"t='e'", b"<f", b":f")):
            return {}
        return dict(_unread(content))
    except (zipfile.BadZipFile, ElementTree.ParseError, KeyError, ValueError, NotImplementedError, OSError):
        return {}


def address(row: int, column: int) -> str:
    """
    Return the address of a cell, row and column counted from 0.

    Examples
    --------
    >>> address(2, 27)
    'AB3'
    """
    letters, rest = "", column + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row + 1}"


def note_of(cells: Cells, sheet: str) -> str:
    """Return a sentence that names the cells."""
    said = [f"{address(*place)} ({text[:20]})" for place, text in sorted(cells.items())]
    more = f" and {len(said) - SHOWN} more" if len(said) > SHOWN else ""
    return (
        f"{len(said)} cell(s) of sheet '{sheet}' hold an error, or a formula without a stored value, and were read "
        f"as that text: {', '.join(said[:SHOWN])}{more}."
    )


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str:
    """Return the path of a sheet within the archive; empty when it cannot be told."""
    targets = {
        str(relation.get("Id")): str(relation.get("Target"))
        for relation in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    }
    for element in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():
        if _local(element.tag) == "sheet" and element.get("name") == sheet:
            target = targets.get(element.get(_RELATION) or element.get(_STRICT_RELATION) or "", "")
            return posixpath.normpath(posixpath.join("/xl", target)).lstrip("/") if target else ""
    return ""


def _unread(content: bytes) -> Iterator[tuple[tuple[int, int], str]]:
    """Walk the cells; a row or a cell without an address follows the one before it."""
    row, column = -1, -1
    for event, element in ElementTree.iterparse(io.BytesIO(content), events=("start", "end")):
        name = _local(element.tag)
        if event == "start" and name == "row":
            row, column = int(element.get("r") or row + 2) - 1, -1
        elif event == "start" and name == "c":
            column = _column_of(element.get("r") or "", column + 1)
        elif event == "end" and name == "c":
            if text := _shown(element):
                yield (row, column), text
        elif event == "end" and name == "row":
            element.clear()


def _column_of(reference: str, following: int) -> int:
    number = 0
    for letter in reference.upper():
        if not "A" <= letter <= "Z":
            break
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1 if number else following


def _shown(cell: ElementTree.Element) -> str:
    """Return the error or the formula of a cell that has no value; a formula that gives an empty text has one."""
    parts = {_local(child.tag): child for child in cell}
    value = (parts["v"].text or "").strip() if "v" in parts else ""
    kind = cell.get("t", "n")
    if kind == "e":
        return value or "#ERROR"
    if "f" in parts and not value and not (kind == "str" and "v" in parts):
        return f"={(parts['f'].text or '').strip()}"
    return ""


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
