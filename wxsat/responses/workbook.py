"""XLSX and XLS through python-calamine: cells keep their kind; text like a number stays text."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from wxsat.errors import DataError, nearest
from wxsat.responses.workbook_cells import Cells, cells_without_value, note_of

OLE_MAGIC = b"\xd0\xcf\x11\xe0"
MEND = "Open it in a spreadsheet program and save it again as .xlsx."
# Real answers shrink about ten times; whole workbooks beyond this are read as CSV.
LARGEST_UNPACKED = 2_000_000_000
FREE_UNPACKED = 50_000_000
HIGHEST_RATIO = 200.0
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")


def read_sheet(data: bytes, file: str, sheet: str | int | None = None) -> tuple[list[list[Any]], str, tuple[str, ...]]:
    """
    Return the rows of one sheet, its name and notes.

    Without `sheet`, the first sheet that holds anything is read, and the others are named in the notes. Errors
    (``#N/A``) and formulas without a stored value of an .xlsx come as their text, named in the notes by address: an
    answer that was lost must not look like one that was not given.

    Raises
    ------
    DataError
        RESP-003 empty, RESP-009 protected by a password, RESP-011 no such sheet, RESP-012 damaged.
    """
    if ENCRYPTED_STREAM in data:
        raise _protected(file)
    _require_sound_container(data, file)
    _require_sane_size(data, file)
    book = _open(data, file)
    names = list(book.sheet_names)
    chosen = _choose(names, sheet, file)
    read = {name: _rows(book, data, name, file) for name in ([chosen] if chosen else names)}
    filled = [name for name in read if read[name][0]]
    if not filled:
        raise DataError("RESP-003", "the workbook has no cell with anything in it.", where=file)
    others = [name for name in filled[1:]]
    notes: tuple[str, ...] = (f"Sheet '{filled[0]}' read; not read: {', '.join(others)}.",) if others else ()
    rows, unread = read[filled[0]]
    notes += (note_of(unread, filled[0]),) if unread else ()
    return rows, filled[0], notes


def _require_sound_container(data: bytes, file: str) -> None:
    """
    Refuse an .xls container whose directory is not where its header says.

    The reader takes stream sizes on trust, and asks for gigabytes when a damaged file names them.
    """
    if not data.startswith(OLE_MAGIC):
        return
    sector = 1 << int.from_bytes(data[30:32], "little") if data[30:32] in (b"\x09\0", b"\x0c\0") else 0
    start = (int.from_bytes(data[48:52], "little") + 1) * sector
    entries = [data[at : at + 128] for at in range(start, min(start + sector, len(data)), 128)] if sector else []
    sound = bool(entries) and entries[0][66:67] == b"\5"  # the root; its name differs between writers
    sizes = [int.from_bytes(e[120:124], "little") for e in entries if e[66:67] in (b"\1", b"\2", b"\5")]
    if not sound or max(sizes, default=0) > len(data):
        raise DataError("RESP-012", "the workbook is damaged: its directory cannot be found.", where=file, hint=MEND)


def _require_sane_size(data: bytes, file: str) -> None:
    """
    Refuse a workbook that unpacks to far more than its size: a zip bomb, or one with millions of empty cells.

    The directory of the archive is believed for what it says, and the parts are unpacked with a limit besides.
    """
    if not data.startswith(b"PK\x03\x04"):
        return
    limit = max(LARGEST_UNPACKED, 0)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            total = sum(part.file_size for part in parts)
            ratio = total / max(1, len(data))
            if total > limit or (total > FREE_UNPACKED and ratio > HIGHEST_RATIO):
                raise DataError(
                    "RESP-073",
                    f"the workbook unpacks to {total / 1e6:.0f} MB from {len(data) / 1e6:.1f} MB and is not opened.",
                    where=file,
                    hint="Save it as CSV; answers do not shrink like that.",
                )
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return  # damaged archives are the reader's to name


def _open(data: bytes, file: str) -> Any:
    from python_calamine import CalamineWorkbook

    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(data))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # several unrelated classes; a panic in its Rust part is no Exception
        if "password" in str(error).casefold():
            raise _protected(file) from None
        raise DataError(
            "RESP-012",
            f"the workbook cannot be opened ({type(error).__name__}: {str(error)[:80]}).",
            where=file,
            hint=MEND,
        ) from None


def _protected(file: str) -> DataError:
    return DataError(
        "RESP-009",
        "the file is protected by a password.",
        where=file,
        hint="Save a copy without the password.",
    )


def _choose(names: list[str], sheet: str | int | None, file: str) -> str | None:
    if sheet is None:
        return None
    if isinstance(sheet, int) and not isinstance(sheet, bool) and 1 <= sheet <= len(names):
        return names[sheet - 1]
    if sheet in names:
        return str(sheet)
    raise DataError(
        "RESP-011",
        f"there is no sheet {sheet!r}; sheets: {', '.join(names)}.",
        where=file,
        hint=nearest(str(sheet), names).strip(),
    )


def _rows(book: Any, data: bytes, name: str, file: str) -> tuple[list[list[Any]], Cells]:
    """Return the rows from the first that holds anything, and the cells that hold text in place of a value."""
    try:
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # as above: a damaged part shows only when the sheet is read
        raise DataError(
            "RESP-012",
            f"sheet '{name}' cannot be read ({type(error).__name__}: {str(error)[:80]}).",
            where=file,
        ) from None
    unread = cells_without_value(data, name)
    _put(unread, rows)
    while rows and all(_is_blank(cell) for cell in rows[0]):
        rows.pop(0)
    return list(rows), unread


def _put(cells: Cells, rows: list[list[Any]]) -> None:
    """Write `cells` into `rows`, which grow where the last cells of a sheet are among them."""
    if not cells:
        return
    width = max(1 + max(column for _, column in cells), max((len(row) for row in rows), default=0))
    rows.extend([] for _ in range(1 + max(row for row, _ in cells) - len(rows)))
    for row in rows:
        row.extend("" for _ in range(width - len(row)))
    for (row_number, column), text in cells.items():
        rows[row_number][column] = text


def _is_blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())
