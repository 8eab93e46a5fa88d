"""腾讯问卷 (wj.qq.com): wordings as column names, option letters before the answers, tabs in long numbers.

A question with several answers and a matrix stand in one column each: ``21.题干:选项``; a choice that was not
made is an empty cell.
"""

from __future__ import annotations

import re
from typing import Any

from wxsat.responses.platforms.platform import Layout, Platform, View, named, replace_cells, shown, unique_header
from wxsat.responses.raw_table import ChoiceColumn, RawTable, fold

META = frozenset(
    [
        "编号", "开始答题时间", "结束答题时间", "答题时长", "语言", "清洗数据结果", "智能清洗数据无效概率",
        "地理位置国家和地区", "地理位置省", "地理位置市", "用户类型", "用户标识", "昵称",
        "自定义字段", "ip", "ua", "referrer",
        "中奖时间", "中奖金额", "审核状态",
    ]
)  # fmt: skip
OWN = META - {"编号", "语言", "ip", "ua", "昵称", "开始答题时间", "结束答题时间"}
OPTION_LETTER = re.compile(r"^[A-Z]{1,2}\.(?=.)")
STEM_AND_PART = re.compile(r"^(\d+)[.、](.*[?？:：].*|[^:：]*)[:：]([^:：]+)$", re.DOTALL)


def recognise(view: View) -> tuple[str, ...]:
    """Say what speaks for 腾讯问卷."""
    meta, own = named(view, META), named(view, OWN)
    return (f"columns {shown(own)}",) if len(own) >= 2 and len(meta) >= 4 else ()


def lay_out(view: View) -> Layout:
    """Return one header row; parts of a question under their own wording."""
    names, notes = unique_header(view.header, view.rows[1:])
    split = {name: m for name in names if (m := STEM_AND_PART.match(name)) and fold(name) not in META}
    return Layout(
        [names, *map(list, view.rows[1:])],
        aliases={name: (m[3],) for name, m in split.items()},
        choice_columns={
            name: ChoiceColumn((m[2], m[2].rstrip("?？:：")), m[3], m[1], by_content=True) for name, m in split.items()
        },
        metadata=tuple(name for name in names if fold(name) in META),
        notes=(*notes, *_flagged(view, names)),
    )


def _flagged(view: View, names: list[str]) -> tuple[str, ...]:
    position = next((j for j, name in enumerate(names) if fold(name) == "清洗数据结果"), None)
    if position is None:
        return ()
    bad = sum("无效" in str(row[position]) for row in view.rows[1:] if position < len(row))
    return (
        (f"The platform itself marks {bad} row(s) as invalid (清洗数据结果); they are read all the same.",)
        if bad
        else ()
    )


def tidy(table: RawTable) -> RawTable:
    """Return the table without the tabs of long numbers, and without option letters where every answer has one."""
    table = replace_cells(table, table.columns, _without_tabs)
    lettered = [c for c in table.columns if c not in table.metadata and _is_lettered(table, c)]
    return replace_cells(table, lettered, lambda cell: OPTION_LETTER.sub("", cell) if isinstance(cell, str) else cell)


def _without_tabs(cell: Any) -> Any:
    return (cell.strip("\t ") or None) if isinstance(cell, str) else cell


def _is_lettered(table: RawTable, column: str) -> bool:
    cells = [cell for cell in table.frame[column] if cell is not None]
    return bool(cells) and all(isinstance(cell, str) and OPTION_LETTER.match(cell) for cell in cells)


PLATFORM = Platform("tencent", "腾讯问卷", "Tencent Questionnaire (wj.qq.com)", recognise, lay_out, tidy)
