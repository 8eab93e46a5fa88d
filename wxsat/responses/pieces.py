"""Large text files in pieces: one pass to know the bytes, one to read them, a flat share of memory.

A piece is a table of its own with the header of the whole file, so that everything that reads tables reads pieces.
The encoding is strict over the whole file all the same.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from wxsat.errors import DataError, Fault
from wxsat.responses import delimited
from wxsat.responses.platforms.definitions import require_answers
from wxsat.responses.platforms.platform import Layout, Platform, View
from wxsat.responses.platforms.registry import SHOWN_ROWS, describe, lay_out
from wxsat.responses.raw_table import RawTable, require_names

LARGE_BYTES = 64_000_000
CELLS_A_PIECE = 600_000
BLOCK = 1 << 22
SNIFFED_BYTES = 1 << 18
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class LargeText:
    """What one pass over a large text file tells."""

    path: Path
    size: int
    sha256: str
    encoding: str
    delimiter: str


def is_large(path: Path) -> bool:
    """Whether a file is a text table that is read in pieces."""
    return path.suffix.casefold() in (".csv", ".tsv", ".txt") and path.is_file() and path.stat().st_size >= LARGE_BYTES


def survey_bytes(path: Path, encoding: str | None, delimiter: str | None) -> LargeText:
    """
    Hash a file and find what decodes all of it.

    Raises
    ------
    DataError
        RESP-006 with the offset of the first bad byte, RESP-008 zero bytes.
    """
    with path.open("rb") as stream:
        head = stream.read(SNIFFED_BYTES)
    ladder = [encoding] if encoding else _ladder(head)
    decoders = {name: codecs.getincrementaldecoder(name)() for name in ladder}
    failed: dict[str, str] = {}
    digest, seen = hashlib.sha256(), 0
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
            for name in [n for n in ladder if n not in failed]:
                try:
                    text = decoders[name].decode(block)
                except UnicodeDecodeError as error:
                    failed[name] = f"{name} fails near byte {seen + error.start}"
                else:
                    if "\0" in text:
                        raise DataError(
                            "RESP-008", "the file holds zero bytes and is not a text table.", where=path.name
                        )
            seen += len(block)
    used = next((n for n in ladder if n not in failed), None)
    if used is None:
        raise DataError(
            "RESP-006",
            f"the bytes cannot be decoded: {'; '.join(failed.values())}.",
            where=path.name,
            hint="Name the encoding (--encoding big5, say), or save the file as UTF-8.",
        )
    start = codecs.getincrementaldecoder(used)().decode(head).lstrip("\ufeff")
    whole_lines = start[: start.rfind("\n") + 1] or start
    return LargeText(
        path, seen, digest.hexdigest(), used, delimiter or delimited.sniff_delimiter(whole_lines, path.name)
    )


def _ladder(head: bytes) -> list[str]:
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if head.startswith(mark):
            return [name]
    if b"\0" in head:
        return ["utf-16-le" if head[1::2].count(0) >= head[0::2].count(0) else "utf-16-be"]
    return ["utf-8", "gb18030"]


def pieces_of(
    large: LargeText, platform: str = "auto", progress: Progress | None = None, cells: int = CELLS_A_PIECE
) -> Iterator[RawTable]:
    """
    Yield a large file as tables of some 600,000 cells, row numbers running on.

    Raises
    ------
    DataError
        RESP-010 ragged rows, RESP-014 an open quotation mark, and what reading any table may raise.
    """
    own: Platform | None = None
    evidence: tuple[str, ...] = ()
    head: list[list[Any]] = []
    first = 1
    with large.path.open("rb") as raw, io.TextIOWrapper(raw, encoding=large.encoding, newline="") as stream:
        for rows in _batches(stream, large, cells):
            if not head:
                require_answers(View(rows[:SHOWN_ROWS], large.path.name))
                own, evidence, layout = lay_out(rows, large.path.name, platform)
                depth = len(rows) - len(layout.rows) + 1
                head = rows[:depth]
            elif own is not None:
                layout = replace(own.lay_out(View([*head, *rows], large.path.name)), notes=())
            else:
                layout = Layout([*head, *rows])
            table = _table(layout, large, first)
            first += len(layout.rows) - 1
            if table is None:
                continue
            table = describe(table, own, evidence, layout)
            yield own.tidy(table) if own is not None else table
            if progress is not None:
                progress(min(raw.tell(), large.size), large.size)
    if not head or first == 1:
        raise DataError("RESP-004", "the file has no row of answers.", where=large.path.name)


def _batches(stream: Any, large: LargeText, cells: int) -> Iterator[list[list[str]]]:
    reader = csv.reader(stream, delimiter=large.delimiter, strict=True)
    rows: list[list[str]] = []
    most = 0
    try:
        for row in reader:
            if not any(row) and not rows and not most:
                continue
            rows.append(row)
            most = most or max(500, cells // max(1, len(row)))
            if len(rows) >= most:
                yield rows
                rows = []
    except csv.Error as error:
        code = "RESP-014" if "unexpected end" in str(error) else "RESP-012"
        raise DataError(
            code,
            f"the table cannot be parsed: {error}.",
            where=f"{large.path.name}, line {reader.line_num}",
            hint="Close every quotation mark; double those inside a cell.",
        ) from None
    if rows:
        yield rows


def _table(layout: Layout, large: LargeText, first: int) -> RawTable | None:
    import pandas as pd

    names, body = [str(n) for n in layout.rows[0]], layout.rows[1:]
    names = [" ".join(n.replace("\ufeff", "").split()) for n in names]
    width = len(names)
    kept = [(first + i, row) for i, row in enumerate(body) if any(row)]
    faults = [
        Fault("RESP-010", f"{len(row)} cells where the header has {width}.", f"{large.path.name}, data row {number}")
        for number, row in kept
        if len(row) != width and (len(row) < width or any(row[width:]))
    ]
    if faults:
        raise DataError.from_faults(faults)
    if not kept:
        return None
    require_names(names, [], large.path.name)
    columns = zip(*(row[:width] for _, row in kept), strict=True)
    frame = pd.DataFrame(
        {n: pd.Series([c or None for c in column], dtype=object) for n, column in zip(names, columns, strict=True) if n}
    )
    return RawTable(
        frame,
        tuple(number for number, _ in kept),
        "text",
        large.path.name,
        large.sha256,
        large.encoding,
        large.delimiter,
    )


def shared_faults(faults: Sequence[Fault]) -> list[Fault]:
    """Return faults without those that differ only in their rows: one a place and value."""
    first: dict[tuple[str, str, str], Fault] = {}
    for fault in faults:
        first.setdefault((fault.code, fault.where, fault.message.partition("(")[0]), fault)
    return list(first.values())
