"""问卷星 (wjx.cn): exports by text, by score and by option number; XLS, XLSX, CSV and SAV.

By number, a question with several answers and a matrix stand in columns ``第6题(选项)``; a number is the position
of an option on the page, which is not always its code. -3 is "skipped by the routing", -2 is "left empty".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
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
from wxsat.responses.raw_table import ChoiceColumn, Numbering, RawTable, fold

META = frozenset(
    [
        "序号",
        "提交答卷时间",
        "所用时间",
        "来源",
        "来源详情",
        "来自ip",
        "用户id",
        "总分",
        "用户名",
        "微信昵称",
        "性别城市",
    ]
)
NUMBERED = re.compile(r"^(\d+)[、.](?=\S)(.*)$", re.DOTALL)
PART = re.compile(r"^第(\d+)题[(（](.*)[)）]$", re.DOTALL)
STEM_AND_ROW = re.compile(r"^(.*?)(?:—+|――)(.+)$", re.DOTALL)
LABEL_WITH_ROW = re.compile(r"^(.*)[(（](.+)[)）]$", re.DOTALL)
SKIPPED_BY_ROUTING, LEFT_EMPTY = "(跳过)", "(空)"
BY_NUMBER: dict[str, str] = {"-3": SKIPPED_BY_ROUTING, "-2": LEFT_EMPTY}
MARKS_OF_TEXT = ("┋", SKIPPED_BY_ROUTING, "（跳过）", "〖")


def recognise(view: View) -> tuple[str, ...]:
    """Say what speaks for 问卷星."""
    meta = named(view, META)
    numbered = [name for name in view.header if re.match(r"^\d+、", name)]
    parts = [name for name in view.header if PART.match(name)]
    cells = {mark for row in view.rows[1:] for cell in row for mark in MARKS_OF_TEXT if mark in text_of(cell)}
    evidence = []
    if meta:
        evidence.append(f"columns {shown(meta)}")
    if numbered:
        evidence.append(f"questions numbered like '{numbered[0][:20]}'")
    if parts:
        evidence.append(f"choices in columns like '{parts[0][:20]}'")
    if cells:
        evidence.append(f"cells with {shown(sorted(cells))}")
    strong = len(set(map(fold, meta)) - {"序号", "总分"}) >= 2 or bool(parts)
    return tuple(evidence) if strong or (len(numbered) >= 2 and bool(meta or cells)) else ()


def lay_out(view: View) -> Layout:
    """Return one header row; matrix rows under their own wording; choices with the number of their question."""
    names, notes = unique_header(view.header, view.rows[1:])
    aliases: dict[str, tuple[str, ...]] = {}
    choices: dict[str, ChoiceColumn] = {}
    for name in names:
        part = PART.match(name)
        if part:
            aliases[name] = (part[2],)
            choices[name] = ChoiceColumn((), part[2], part[1])
            continue
        question = NUMBERED.match(name)
        row = STEM_AND_ROW.match(question[2]) if question else None
        if row:
            aliases[name] = (row[2],)
    meta = tuple(name for name in names if fold(name) in META)
    return Layout(
        [names, *map(list, view.rows[1:])],
        aliases=aliases,
        choice_columns=choices,
        metadata=meta,
        numbering=_numbering(view, names, choices),
        notes=notes,
    )


def _numbering(view: View, names: list[str], choices: dict[str, ChoiceColumn]) -> Numbering:
    """Say from the file's name what its numbers are; unknown where only the answers could tell."""
    if "序号下载" in view.file or "按序号" in view.file or re.search(r"_2\.\w+$", view.file):
        return "positions"
    if "按分数" in view.file or re.search(r"_1\.\w+$", view.file):
        return "codes"
    titled = choices or any(NUMBERED.match(name) for name in names)
    return "unknown" if titled else "codes"


def tidy(table: RawTable) -> RawTable:
    """Return the table with -3 and -2 as what they mean, and 〖…〗 (text written into an option) left to coding."""
    columns = [c for c in table.columns if c not in table.metadata and _may_hold_marks(table, c)]
    return replace_cells(table, columns, _said)


def _may_hold_marks(table: RawTable, column: str) -> bool:
    """Whether -2 and -3 are marks here: a scale from -3 to 3 has -1 as well."""
    if not (NUMBERED.match(column) or column in table.choice_columns or table.kind == "sav"):
        return False
    negative = {text for text in map(_number_text, set(table.frame[column])) if text.startswith("-")}
    return bool(negative) and negative <= set(BY_NUMBER)


def _number_text(cell: Any) -> str:
    if isinstance(cell, bool) or cell is None:
        return ""
    if isinstance(cell, (int, float)):
        return str(int(cell)) if float(cell).is_integer() else ""
    return str(cell).strip()


def _said(cell: Any) -> Any:
    return BY_NUMBER.get(_number_text(cell), cell)


def describe_sav(table: RawTable) -> tuple[dict[str, tuple[str, ...]], dict[str, ChoiceColumn]]:
    """Return aliases and choices of a .sav of 问卷星, whose labels read ``题干(行)``."""
    aliases = {c: tuple(_rows_of(label)) for c, label in table.column_labels.items() if LABEL_WITH_ROW.match(label)}
    choices = {
        c: ChoiceColumn((m[1],), m[2], c.partition("_")[0])
        for c, label in table.column_labels.items()
        if (m := LABEL_WITH_ROW.match(label)) and re.match(r"^Q\d+_", c)
    }
    return aliases, choices


def _rows_of(label: str) -> Iterator[str]:
    match = LABEL_WITH_ROW.match(label)
    if match:
        row = STEM_AND_ROW.match(match[2])
        yield row[2] if row else match[2]


def recognise_sav(table: RawTable) -> tuple[str, ...]:
    """Say what speaks for a .sav written by 问卷星."""
    labels = {fold(label) for label in table.column_labels.values()} & META
    questions = [c for c in table.columns if re.fullmatch(r"Q\d+(_(Row|Blank|R|C)?\d+)*", c, re.IGNORECASE)]
    if labels and len(questions) >= 2:
        return (f"labels {shown(sorted(labels))}", f"variables {shown(questions, 3)}")
    return ()


PLATFORM = Platform("wjx", "问卷星", "Wenjuanxing (wjx.cn)", recognise, lay_out, tidy)
