"""XLSForm workbook (or its one-sheet CSV) -> questions, both languages where the form has them."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from pathlib import Path

from wxsat.errors import InstrumentError
from wxsat.instrument.sources.found import (
    Found,
    FoundAnswer,
    FoundCondition,
    FoundKind,
    FoundQuestion,
    FoundText,
    plain,
    whole,
    worded,
)
from wxsat.instrument.yaml_tree import decode

Row = dict[str, str]
_KINDS: dict[str, FoundKind] = {
    "text": "text",
    "string": "text",
    "integer": "integer",
    "int": "integer",
    "decimal": "number",
    "range": "number",
}
_SILENT = frozenset(
    [
        "note",
        "start",
        "end",
        "today",
        "deviceid",
        "username",
        "calculate",
        "hidden",
        "audit",
        "simserial",
        "phonenumber",
    ]
)
_CHINESE = re.compile(r"zh|中文|chinese|汉语|cmn", re.IGNORECASE)
_ENGLISH = re.compile(r"\ben\b|english|英文", re.IGNORECASE)
_EQUAL = re.compile(r"\$\{\s*(\w+)\s*\}\s*=\s*['\"]?([\w-]+)['\"]?")
_SELECTED = re.compile(r"selected\(\s*\$\{\s*(\w+)\s*\}\s*,\s*['\"]([\w-]+)['\"]\s*\)")
_BOUND = re.compile(r"\.\s*(>=|<=)\s*(-?\d+(?:\.\d+)?)")


@dataclass
class _Reading:
    """What is known while the survey sheet is walked."""

    found: Found
    lists: dict[str, tuple[FoundAnswer, ...]]
    codes: dict[str, dict[str, int]]
    list_of: dict[str, str] = field(default_factory=dict)


def read_xlsform(path: Path) -> Found:
    """
    Read a form.

    Raises
    ------
    InstrumentError
        ``INST-048`` if the workbook cannot be read, ``INST-046`` if it has no survey sheet.
    """
    sheets = _csv_sheets(path) if path.suffix.lower() == ".csv" else _sheets(path)
    if not sheets.get("survey"):
        named = ", ".join(sheets) or "none"
        message = f"this is no XLSForm: there is no sheet `survey` with questions (sheets: {named})."
        raise InstrumentError("INST-046", message, where=str(path), hint="Expected sheets survey, choices, settings.")
    settings = (sheets.get("settings") or [{}])[0]
    found = Found(title=worded(settings.get("form_title") or settings.get("title") or path.stem))
    reading = _Reading(found, *_choice_lists(sheets.get("choices") or []))
    repeats = 0
    group = FoundText()
    for row in sheets["survey"]:
        kind = " ".join(row.get("type", "").split())
        flat = kind.replace("_", " ").lower()
        if flat.startswith(("begin repeat", "end repeat")):
            repeats += 1 if flat.startswith("begin") else -1
        elif flat.startswith("begin group"):
            group = _label(row)
        elif flat.startswith("end group"):
            group = FoundText()
        elif kind and repeats:
            found.skipped.append(f"{row.get('name', '')} (in a repeat)")
        elif kind:
            _take(row, kind, group, reading)
    return found


def _sheets(path: Path) -> dict[str, list[Row]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
        return {name.strip().lower(): _rows(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names}
    except (CalamineError, OSError, ValueError) as problem:
        message = f"the workbook cannot be read ({type(problem).__name__})."
        raise InstrumentError("INST-048", message, where=str(path), hint="Expected XLSX or XLS.") from None


def _rows(cells: list[list[object]]) -> list[Row]:
    filled = [line for line in cells if any(str(cell).strip() for cell in line)]
    if not filled:
        return []
    heads = [_head(str(cell)) for cell in filled[0]]
    return [{head: _cell(cell) for head, cell in zip(heads, line, strict=False) if head} for line in filled[1:]]


def _head(text: str) -> str:
    """Return a heading as the newer form writes it."""
    bare = text.strip()
    lowered = bare.lower().replace("list name", "list_name")
    if lowered.startswith("label"):
        return "label" + re.sub(r"^label\s*:?:?\s*", "::", bare, flags=re.IGNORECASE).removesuffix("::")
    return {"value": "name", "relevance": "relevant"}.get(lowered, lowered)


def _cell(cell: object) -> str:
    if isinstance(cell, float) and cell == int(cell):
        return str(int(cell))
    return str(cell if cell is not None else "").strip()


def _csv_sheets(path: Path) -> dict[str, list[Row]]:
    """Read the one-file layout: a sheet's name stands alone in the first column, its rows below it."""
    text, _, faults = decode(path.read_bytes(), str(path))
    if faults:
        raise InstrumentError("INST-045", "this is no text.", where=str(path))
    sheets: dict[str, list[list[object]]] = {}
    name = "survey"
    for line in csv.reader(io.StringIO(text)):
        if line and line[0].strip():
            name = line[0].strip().lower()
        cells: list[object] = [*line[1:]]
        if any(str(cell).strip() for cell in cells):
            sheets.setdefault(name, []).append(cells)
    return {key: _rows(lines) for key, lines in sheets.items()}


def _label(row: Row) -> FoundText:
    """Return the wording of a row; a language that is neither Chinese nor English stands in for English."""
    zh = en = other = ""
    for head, text in row.items():
        if head != "label" and not head.startswith("label::"):
            continue
        language, said = head.removeprefix("label").removeprefix("::"), plain(text)
        if not said:
            continue
        if _CHINESE.search(language):
            zh = zh or said
        elif _ENGLISH.search(language):
            en = en or said
        elif not language:
            plainly = worded(said)
            zh, en = zh or plainly.zh, en or plainly.en
        else:
            other = other or said
    if not zh and not en and other:
        return worded(other)
    return FoundText(zh, en)


def _choice_lists(rows: list[Row]) -> tuple[dict[str, tuple[FoundAnswer, ...]], dict[str, dict[str, int]]]:
    """Return the answers of each list, and the code of each name; names that are no numbers are counted."""
    named: dict[str, list[tuple[str, FoundText]]] = {}
    for row in rows:
        if row.get("list_name") and row.get("name"):
            named.setdefault(row["list_name"], []).append((row["name"], _label(row)))
    lists: dict[str, tuple[FoundAnswer, ...]] = {}
    codes: dict[str, dict[str, int]] = {}
    for list_name, pairs in named.items():
        wholes = [whole(name) for name, _ in pairs]
        given = wholes if None not in wholes and len(set(wholes)) == len(wholes) else list(range(1, len(pairs) + 1))
        numbers = [number for number in given if number is not None]
        codes[list_name] = {name: number for (name, _), number in zip(pairs, numbers, strict=True)}
        lists[list_name] = tuple(
            FoundAnswer(number, text if text.any else worded(name))
            for (name, text), number in zip(pairs, numbers, strict=True)
        )
    return lists, codes


def _take(row: Row, kind: str, group: FoundText, reading: _Reading) -> None:
    name, found = row.get("name", ""), reading.found
    base = kind.split()[0].lower()
    if base in _SILENT:
        return
    asked, list_name = _select(kind)
    asked = asked or _KINDS.get(base)
    if asked is None:
        found.skipped.append(f"{name} ({kind})")
        return
    answers: tuple[FoundAnswer, ...] = ()
    if list_name:
        answers = _answers(kind, list_name, reading)
        if not answers:
            found.skipped.append(f"{name} ({kind}: its list is not in the workbook)")
            return
        if any(whole(key) is None for key in reading.codes.get(list_name, {})):
            found.counted.append(name)
    low, high = _bounds(row.get("constraint", "")) if asked in ("integer", "number") else (None, None)
    text = _label(row)
    condition = _coded(_condition(name, row.get("relevant", ""), found), reading, name)
    reading.list_of[name] = list_name
    wording = text if text.any else worded(name)
    found.questions.append(
        FoundQuestion(name, asked, wording, answers, stem=group, low=low, high=high, condition=condition)
    )


def _answers(kind: str, list_name: str, reading: _Reading) -> tuple[FoundAnswer, ...]:
    answers = reading.lists.get(list_name, ())
    if not answers and list_name == "yes_or_no":
        return FoundAnswer(1, FoundText(en="Yes")), FoundAnswer(0, FoundText(en="No"))
    if answers and kind.lower().replace("_", " ").endswith("or other"):
        other = FoundAnswer(max(answer.code for answer in answers) + 1, FoundText(zh="其他", en="Other"))
        return (*answers, other)
    return answers


def _select(kind: str) -> tuple[FoundKind | None, str]:
    """Return single or multiple and the list, for every way in which a choice is written."""
    flat = " ".join(kind.replace("_", " ").split()).lower()
    for start, asked in (
        ("select one from ", "single"),
        ("select all that apply from ", "multiple"),
        ("select one ", "single"),
        ("select1 ", "single"),
        ("select multiple ", "multiple"),
        ("select ", "multiple"),
    ):
        if flat.startswith(start):
            n_words = len(start.split())
            tail = re.split(r"[ _]+", kind, maxsplit=n_words)[-1]
            one: FoundKind = "single" if asked == "single" else "multiple"
            return one, tail.split()[0]
    if flat in ("yes or no question", "yes or no"):
        return "single", "yes_or_no"
    return None, ""


def _bounds(constraint: str) -> tuple[float | None, float | None]:
    low = high = None
    for sign, number in _BOUND.findall(constraint):
        if sign == ">=":
            low = float(number)
        else:
            high = float(number)
    return low, high


def _condition(name: str, relevant: str, found: Found) -> tuple[str, list[str]] | None:
    if not relevant or re.fullmatch(r"\$\{consent\}\s*=\s*'?1'?", relevant.strip()):
        return None
    hits = [*_EQUAL.findall(relevant), *_SELECTED.findall(relevant)]
    left = re.sub(r"\bor\b|[()\s]", "", _SELECTED.sub("", _EQUAL.sub("", relevant)))
    openers = {opener for opener, _ in hits}
    if left or len(openers) != 1:
        found.unrouted.append(f"{name}: {relevant}")
        return None
    return openers.pop(), [code for _, code in hits]


def _coded(condition: tuple[str, list[str]] | None, reading: _Reading, name: str) -> FoundCondition | None:
    """Put names of choices into codes."""
    if condition is None:
        return None
    opener, names = condition
    known = reading.codes.get(reading.list_of.get(opener, ""), {})
    wanted = [code for each in names if (code := known.get(each, whole(each))) is not None]
    if len(wanted) < len(names):
        reading.found.unrouted.append(f"{name}: {opener} = {', '.join(names)}")
        return None
    return FoundCondition(opener, tuple(wanted))
