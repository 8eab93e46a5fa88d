"""Qualtrics: three header rows (names, wordings, import ids), or two in older exports; choice text or values."""

from __future__ import annotations

import re
from typing import Any

from wxsat.responses.platforms.platform import (
    Layout,
    Platform,
    View,
    named,
    replace_cells,
    shown,
    text_of,
    unique_header,
)
from wxsat.responses.raw_table import ChoiceColumn, RawTable, fold

META = frozenset(
    [
        "startdate", "enddate", "status", "ipaddress", "progress", "duration(inseconds)", "finished", "recordeddate",
        "responseid", "responseset", "recipientlastname", "recipientfirstname", "recipientemail", "externalreference",
        "externaldatareference", "emailaddress", "locationlatitude", "locationlongitude", "locationaccuracy",
        "distributionchannel", "userlanguage", "name",
    ]
)  # fmt: skip
IMPORT_ID = re.compile(r"""^\{\s*['"]+ImportId""")
ROOT_AND_PART = re.compile(r"^(.+?)[_#](-?\w+)$")
SEEN_UNANSWERED = "-99"
PREVIEW = frozenset(["surveypreview", "surveytest", "1", "2", "spam", "8", "预览调查", "umfragevorschau"])


def recognise(view: View) -> tuple[str, ...]:
    """Say what speaks for Qualtrics."""
    if any(IMPORT_ID.match(cell) for cell in view.row(2)):
        return ("a third header row with ImportId",)
    meta = {fold(name) for name in named(view, META)}
    if "responseid" in meta and len(meta & {"ipaddress", "finished", "progress", "recordeddate", "startdate"}) >= 2:
        return (f"columns {shown(named(view, META))}",)
    if view.header[:3] == ("V1", "V2", "V3") and fold(view.row(1)[0]) == "responseid":
        return ("columns V1, V2, V3 with ResponseID below (an older export)",)
    return ()


def _header_rows(view: View) -> int:
    if any(IMPORT_ID.match(cell) for cell in view.row(2)):
        return 3
    first = view.row(1)
    position = next((j for j, name in enumerate(view.header) if fold(name) in ("responseid", "v1")), 0)
    return 2 if position < len(first) and first[position] and not first[position].startswith("R_") else 1


def lay_out(view: View) -> Layout:
    """Return the names as header and the wordings as labels; matrix rows and choices under their own wording."""
    depth = _header_rows(view)
    wordings = view.row(1) if depth > 1 else ()
    body = [list(row) for row in view.rows[depth:]]
    given = [
        text if re.fullmatch(r"V\d+", name) and (text := _at(wordings, j)) else name
        for j, name in enumerate(view.header)
    ]
    names, notes = unique_header(given, body)
    labels = {name: text for j, name in enumerate(names) if name and (text := _at(wordings, j)) and text != name}
    aliases: dict[str, tuple[str, ...]] = {}
    choices: dict[str, ChoiceColumn] = {}
    for name, label in labels.items():
        stem, part = _stem_and_part(label)
        root = ROOT_AND_PART.match(name)
        if part:
            aliases[name] = (part, stem) if fold(part) in ("selectedchoice", "选择的选项") else (part,)
        if root and fold(name) not in META:
            choices[name] = ChoiceColumn((root[1], stem), part or root[2], root[1], by_content=True)
    meta = tuple(name for name in names if fold(name) in META)
    return Layout(
        [names, *body],
        labels,
        aliases,
        choices,
        meta,
        notes=(f"{depth} header rows.", *notes, *_previews(names, body)),
    )


def _at(cells: tuple[str, ...], position: int) -> str:
    return cells[position] if position < len(cells) else ""


def _stem_and_part(label: str) -> tuple[str, str]:
    for mark in (" - ", "-"):
        stem, found, part = label.rpartition(mark)
        if found and stem.strip() and part.strip():
            return stem.strip(), part.strip()
    return label, ""


def _previews(names: list[str], body: list[list[Any]]) -> tuple[str, ...]:
    position = next((j for j, name in enumerate(names) if fold(name) == "status"), None)
    if position is None:
        return ()
    count = sum(fold(text_of(row[position])) in PREVIEW for row in body if position < len(row))
    return (
        (f"{count} row(s) are previews, tests or spam by their Status; they are read all the same.",) if count else ()
    )


def tidy(table: RawTable) -> RawTable:
    """Return the table with -99 (seen and left unanswered) as an empty answer."""
    own = [c for c in table.columns if c not in table.metadata]
    return replace_cells(table, own, lambda cell: "(空)" if text_of(cell) == SEEN_UNANSWERED else cell)


PLATFORM = Platform("qualtrics", "Qualtrics", "Qualtrics", recognise, lay_out, tidy)
