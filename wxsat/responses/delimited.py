"""CSV, TSV and TXT: which encoding, which delimiter, and rows of text cells.

The encoding ladder is strict at every rung: a byte order mark first, then UTF-16 that shows itself by its
zero bytes, then UTF-8, then GB18030. A file that none of them decodes is refused with the offset of the first
bad byte.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter

from wxsat.errors import DataError, UsageError

DELIMITERS: tuple[str, ...] = (",", ";", "\t", "|")
DELIMITER_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SNIFFED_RECORDS = 60
LEAST_ZERO_SHARE = 0.02


def decode(data: bytes, file: str, encoding: str | None = None) -> tuple[str, str]:
    """
    Return the text and the name of the encoding that decoded all of it.

    Raises
    ------
    DataError
        RESP-006 with the byte offset when nothing decodes it.
    UsageError
        RESP-016 when `encoding` is no encoding.
    """
    if encoding is not None:
        return _decode_as(data, file, encoding)
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _decode_as(data, file, name)
    if b"\0" in data:
        _require_text(data, file)
        return _decode_as(data, file, _utf16_without_mark(data))
    failures = []
    for name in ("utf-8", "gb18030"):
        try:
            return data.decode(name), name
        except UnicodeDecodeError as error:
            failures.append((name, error.start))
    tried = "; ".join(f"{name} fails at byte {start}" for name, start in failures)
    offset = max(start for _, start in failures)
    raise DataError(
        "RESP-006",
        f"the bytes cannot be decoded: {tried} (0x{data[offset]:02x}).",
        where=f"{file}, line {data.count(bytes([10]), 0, offset) + 1}",
        hint="Name the encoding (encoding='big5', say), or save the file as UTF-8.",
    )


# Frequent traditional characters, and what simplified text hardly has: read the wrong way round, the first
# turn into rare characters of the second.
_COMMON = frozenset(
    "的一是不在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去"
    "满意同非常性别年龄序号题答案男女很好较般没过务政信微府服您办理网站查询姓名手机电话学本科及其他"
)
_COMMON_TRADITIONAL = frozenset(
    "的一是不在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下滿意非常同題號政務微信府服年齡性別很"
)


def encoding_notes(text: str, encoding: str) -> tuple[str, ...]:
    """Say so where a text that GB18030 decoded looks more like Big5 read the wrong way."""
    if encoding != "gb18030":
        return ()
    sample = text[: 1 << 16]
    wide = [c for c in sample if "\u4e00" <= c <= "\u9fff" or "\ue000" <= c <= "\uf8ff" or c > "\uffff"]
    usual = sum(c in _COMMON for c in wide)
    try:
        other = sample.encode("gb18030").decode("big5", errors="strict")
    except UnicodeError:
        return ()
    better = sum(c in _COMMON_TRADITIONAL or c in _COMMON for c in other)
    if wide and better > usual:
        return (
            "Read as GB18030, but the characters look like Big5 (traditional Chinese); if so, use --encoding big5.",
        )
    return ()


def _utf16_without_mark(data: bytes) -> str:
    # Commas, digits and line ends have a zero high byte: at odd offsets in little endian, at even ones in big
    # endian.
    sample = data[: 1 << 16]
    return "utf-16-le" if sample[1::2].count(0) >= sample[0::2].count(0) else "utf-16-be"


def _require_text(data: bytes, file: str) -> None:
    # Text in UTF-16 with Latin delimiters and line ends has zero bytes in plenty; a stray one means damage.
    if data.count(0) < LEAST_ZERO_SHARE * len(data):
        at = data.index(0)
        raise DataError(
            "RESP-008",
            f"the file holds {data.count(0)} zero byte(s), the first at byte {at}, and is no clean text table.",
            where=f"{file}, line {data.count(bytes([10]), 0, at) + 1}",
            hint="Export it again, or take the zero bytes out.",
        )


def _decode_as(data: bytes, file: str, encoding: str) -> tuple[str, str]:
    try:
        text = data.decode(encoding)
    except LookupError:
        raise UsageError(
            "RESP-016",
            f"'{encoding}' is not an encoding.",
            where=file,
            hint="Try utf-8, gb18030, utf-16 or big5.",
        ) from None
    except UnicodeDecodeError as error:
        raise DataError(
            "RESP-006",
            f"the bytes cannot be decoded as {encoding}: byte {error.start} (0x{data[error.start]:02x}).",
            where=file,
            hint="Leave the encoding out to have it found, or save the file as UTF-8.",
        ) from None
    if "\0" in text:
        raise DataError(
            "RESP-008",
            "the file holds zero bytes and is not a text table.",
            where=file,
            hint="Is it a workbook or a statistics file under another name?",
        )
    return text.lstrip("\ufeff"), encoding


def split(text: str, file: str, delimiter: str | None = None) -> tuple[list[list[str]], str]:
    """
    Return the rows of cells and the delimiter.

    Raises
    ------
    DataError
        RESP-003 nothing but space, RESP-005 no delimiter, RESP-012 unreadable, RESP-014 an open quote.
    """
    if not text.strip():
        raise DataError("RESP-003", "the file is empty.", where=file, hint="Export the answers again.")
    if delimiter is not None and len(delimiter) != 1:
        raise UsageError("RESP-017", f"a delimiter is one character; found {delimiter!r}.", where=file)
    used = delimiter or sniff_delimiter(text, file)
    return _parse(text, file, used), used


def sniff_delimiter(text: str, file: str = "") -> str:
    """Return the delimiter that cuts most records as wide as the first one; of equals, the widest."""
    best, best_score = "", (0.0, 0)
    for candidate in DELIMITERS:
        records = _first_records(text, candidate)
        widths = Counter(map(len, records))
        width = len(records[0]) if records else 0
        if width > 1:
            score = (widths[width] / len(records), width)
            best, best_score = max((best, best_score), (candidate, score), key=lambda pair: pair[1])
    if not best:
        looked = ", ".join(DELIMITER_NAMES[d] for d in DELIMITERS)
        raise DataError(
            "RESP-005",
            f"no delimiter found in the first line (looked for {looked}).",
            where=file,
            hint="Name it (delimiter=...); a table of answers has more than one column.",
        )
    return best


def _first_records(text: str, delimiter: str) -> list[list[str]]:
    records: list[list[str]] = []
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if any(cell.strip() for cell in record):
                records.append(record)
            if len(records) == _SNIFFED_RECORDS:
                break
    except csv.Error:
        return []
    return records


def _parse(text: str, file: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    began = 0
    try:
        for row in reader:
            began = reader.line_num
            rows.append(row)
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise DataError(
                "RESP-014",
                "a quotation mark is opened and never closed.",
                where=f"{file}, line {began + 1}",
                hint="Close it, or double the quotation marks inside the cell.",
            ) from None
        rows = _parse_leniently(text, file, delimiter)
    while rows and not any(cell.strip() for cell in rows[0]):
        rows.pop(0)
    return rows


def _parse_leniently(text: str, file: str, delimiter: str) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise DataError("RESP-012", f"the text table cannot be parsed: {error}.", where=file) from None
