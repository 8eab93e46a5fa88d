"""Simulated answers as each platform would export them: its header rows, its labels, its marks for no answer.

Made to try the readers on: whatever the platform, reading the file back gives the same codes. Identifiers are
made up too (addresses of documentation, invented nicknames), so that it can be seen that none of them stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from wxsat.instrument.instrument import Choice, Condition, Instrument, Language, Scale
from wxsat.simulate.labels import answer_list

if TYPE_CHECKING:
    import pandas as pd

Cell = Any
Grid = list[list[Cell]]
ABOUT = ("started", "finished", "seconds", "device", "simulated")


@dataclass(frozen=True)
class Asked:
    """One question of the export, with its answers as codes; None where there is none."""

    id: str
    wording: str
    codes: tuple[Any, ...] = ()
    labels: Mapping[int, str] | None = None
    options: tuple[int, ...] = ()
    ticks: Mapping[int, tuple[Any, ...]] | None = None
    hidden: tuple[bool, ...] = ()

    def label(self, row: int) -> Cell:
        """Return the wording of an answer, or the number where it has none."""
        code = self.codes[row]
        return code if code is None or self.labels is None else self.labels.get(code, str(code))

    def position(self, row: int) -> Cell:
        """Return the position of an answer among the options, counting from 1."""
        code = self.codes[row]
        return self.options.index(code) + 1 if code in self.options else code

    def chosen(self, row: int) -> list[int]:
        """Return the codes ticked in a row; of a question with several answers only."""
        return [code for code, own in (self.ticks or {}).items() if own[row] == 1]


@dataclass(frozen=True)
class Sheets:
    """Everything an export is made of."""

    asked: tuple[Asked, ...]
    started: tuple[str, ...]
    finished: tuple[str, ...]
    seconds: tuple[int, ...]
    device: tuple[str, ...]
    simulated: str

    @property
    def n(self) -> int:
        """Number of answer sheets."""
        return len(self.started)

    def address(self, row: int) -> str:
        """Return an address out of the ranges kept for documentation (RFC 5737)."""
        return f"{('192.0.2', '198.51.100', '203.0.113')[row % 3]}.{row // 3 % 254 + 1}"


def sheets_of(frame: pd.DataFrame, instrument: Instrument, language: Language) -> Sheets:
    """Lay out a frame of :func:`~wxsat.simulate.respondents.simulate_export` (codes) as questions."""
    cells = {str(c): _cells(frame[c]) for c in frame.columns}
    hidden = _hidden(instrument, cells)
    asked: list[Asked] = []
    for name, wording in _wordings(instrument, language).items():
        choices = next((q.choices for q in instrument.background if q.id == name and q.kind == "multiple"), None)
        unseen = hidden.get(name, (False,) * len(frame))
        if choices is not None and f"{name}_{choices[0].code}" in cells:
            ticks = {c.code: tuple(cells[f"{name}_{c.code}"]) for c in choices}
            asked.append(Asked(name, wording, labels=_labels(None, choices, language), ticks=ticks, hidden=unseen))
        elif choices is None and name in cells:
            scale, own = answer_list(instrument, name)
            closed = bool(own) or (scale is not None and bool(scale.codes))
            labels = _labels(scale, own, language) if closed else None
            asked.append(
                Asked(name, wording, tuple(cells[name]), labels, _options(scale, own) if closed else (), hidden=unseen)
            )
    about = {name: tuple(cells[name]) for name in ABOUT}
    started, finished, seconds, device, simulated = (about[name] for name in ABOUT)
    return Sheets(tuple(asked), started, finished, seconds, device, str(simulated[0]))


def _cells(column: pd.Series) -> list[Any]:
    plain = column.astype(object).where(column.notna(), None).tolist()
    return [int(c) if isinstance(c, (int, float, np.integer)) and float(c).is_integer() else c for c in plain]


def _wordings(instrument: Instrument, language: Language) -> dict[str, str]:
    items = {item.id: item.text.text(language) for item in instrument.items_in()}
    checks = {check.id: check.text.text(language) for check in instrument.attention if check.text}
    return items | checks | {q.id: q.text.text(language) for q in instrument.background}


def _labels(scale: Scale | None, choices: list[Choice], language: Language) -> dict[int, str]:
    if scale is None:
        return {choice.code: choice.text.text(language) for choice in choices}
    return {code: scale.label_of(code, language) for code in _options(scale, choices)}


def _options(scale: Scale | None, choices: list[Choice]) -> tuple[int, ...]:
    if scale is None:
        return tuple(choice.code for choice in choices)
    return (*scale.codes, *(code for code in (scale.dk, scale.refused) if code is not None))


def _hidden(instrument: Instrument, cells: Mapping[str, list[Any]]) -> dict[str, tuple[bool, ...]]:
    """Say where the routing hid a question from a respondent."""
    conditions: dict[str, Condition | None] = {i.id: i.ask_if for i in instrument.items_in()}
    conditions |= {q.id: q.ask_if for q in instrument.background}
    hidden: dict[str, tuple[bool, ...]] = {}

    def settle(name: str) -> tuple[bool, ...]:
        if name not in hidden:
            condition = conditions.get(name)
            gate = cells.get(condition.question) if condition else None
            if condition is None or gate is None:
                hidden[name] = (False,) * len(cells["started"])
            else:
                above = settle(condition.question)
                hidden[name] = tuple(
                    up or (code is not None and code not in condition.is_any_of)
                    for up, code in zip(above, gate, strict=True)
                )
        return hidden[name]

    for name in conditions:
        settle(name)
    return hidden


def _wjx_blank(asked: Asked, row: int, how: str) -> Cell:
    gone = asked.hidden[row]
    if how == "text":
        return "(跳过)" if gone else "(空)"
    return -3 if gone else -2


def _wjx(sheets: Sheets, how: str) -> Grid:
    meta = ["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP"]
    header: list[Cell] = list(meta)
    for number, asked in enumerate(sheets.asked, start=1):
        if asked.ticks and how != "text":
            header += [f"第{number}题({(asked.labels or {})[code]})" for code in asked.ticks]
        else:
            header.append(f"{number}、{asked.wording}")
    grid: Grid = [header]
    for row in range(sheets.n):
        took = sheets.seconds[row]
        spent = f"{took}秒" if took < 60 or row % 2 else f"{took // 60}分{took % 60}秒"
        own: list[Cell] = [row + 1, sheets.finished[row].replace("-", "/"), spent, "微信", "N/A"]
        own.append(f"{sheets.address(row)}(北京-北京)")
        for asked in sheets.asked:
            own += _wjx_cells(asked, row, how)
        grid.append(own)
    return grid


def _wjx_cells(asked: Asked, row: int, how: str) -> list[Cell]:
    if asked.ticks:
        answered = any(own[row] is not None for own in asked.ticks.values())
        if how == "text":
            chosen = [(asked.labels or {})[code] for code in asked.chosen(row)]
            return ["┋".join(chosen) if chosen else _wjx_blank(asked, row, how)]
        return [own[row] if answered else _wjx_blank(asked, row, how) for own in asked.ticks.values()]
    if asked.codes[row] is None:
        return [_wjx_blank(asked, row, how)]
    return [{"text": asked.label, "index": asked.position}.get(how, lambda r: asked.codes[r])(row)]


def _tencent(sheets: Sheets) -> Grid:
    meta = [
        "编号",
        "开始答题时间",
        "结束答题时间",
        "答题时长",
        "语言",
        "清洗数据结果",
        "智能清洗数据无效概率",
        "地理位置国家和地区",
    ]
    meta += ["地理位置省", "地理位置市", "用户类型", "用户标识", "昵称", "自定义字段", "IP", "UA", "Referrer"]
    header: list[Cell] = list(meta)
    for number, asked in enumerate(sheets.asked, start=1):
        parts = [f":{(asked.labels or {})[code]}" for code in asked.ticks] if asked.ticks else [""]
        header += [f"{number}.{asked.wording}{part}" for part in parts]
    grid: Grid = [[*header, ""]]
    for row in range(sheets.n):
        own: list[Cell] = [row + 1, sheets.started[row], sheets.finished[row], f"{sheets.seconds[row]}秒", "简体中文"]
        own += [
            "有效",
            "0.01",
            "中国",
            "北京",
            "北京",
            "微信",
            sheets.device[row],
            f"昵称{row}",
            "",
            sheets.address(row),
        ]
        own += ["Mozilla/5.0", "https://wj.qq.com/"]
        for asked in sheets.asked:
            if asked.ticks:
                own += [(asked.labels or {})[c] if c in asked.chosen(row) else "" for c in asked.ticks]
            else:
                letter = chr(64 + asked.position(row)) if asked.labels and asked.codes[row] in asked.options else ""
                own.append(
                    "" if asked.codes[row] is None else f"{letter}.{asked.label(row)}" if letter else asked.label(row)
                )
        grid.append([*own, ""])
    return grid


def _qualtrics(sheets: Sheets, values: bool) -> Grid:
    meta = ["StartDate", "EndDate", "Status", "IPAddress", "Progress", "Duration (in seconds)", "Finished"]
    meta += ["RecordedDate", "ResponseId", "RecipientLastName", "LocationLatitude", "LocationLongitude"]
    names: list[Cell] = list(meta)
    texts: list[Cell] = list(meta)
    for asked in sheets.asked:
        names += [f"{asked.id}_{code}" for code in asked.ticks] if asked.ticks else [asked.id]
        labels = asked.labels or {}
        texts += [f"{asked.wording} - {labels[c]}" for c in asked.ticks] if asked.ticks else [asked.wording]
    grid: Grid = [names, texts, [f'{{"ImportId":"QID{j}"}}' for j in range(len(names))]]
    for row in range(sheets.n):
        own: list[Cell] = [sheets.started[row], sheets.finished[row], "0" if values else "IP Address"]
        own += [sheets.address(row), 100, sheets.seconds[row], 1, sheets.finished[row], f"R_{sheets.device[row][:15]}"]
        own += [f"Surname{row}", "39.90", "116.40"]
        for asked in sheets.asked:
            if asked.ticks:
                own += [
                    (1 if values else (asked.labels or {})[c]) if c in asked.chosen(row) else "" for c in asked.ticks
                ]
            else:
                own.append(asked.codes[row] if values else asked.label(row))
        grid.append(own)
    return grid


def _google(sheets: Sheets) -> Grid:
    grid: Grid = [["Timestamp", "Email Address", *(asked.wording for asked in sheets.asked)]]
    for row in range(sheets.n):
        own: list[Cell] = [sheets.finished[row], f"person{row}@example.org"]
        for asked in sheets.asked:
            chosen = [(asked.labels or {})[code] for code in asked.chosen(row)]
            own.append(", ".join(chosen) if asked.ticks else asked.label(row))
        grid.append(own)
    return grid


def _kobo(sheets: Sheets) -> Grid:
    header: list[Cell] = ["start", "end", "deviceid"]
    for asked in sheets.asked:
        header.append(f"survey/{asked.id}")
        header += [f"survey/{asked.id}/{code}" for code in asked.ticks or ()]
    grid: Grid = [[*header, "_id", "_uuid", "_submission_time", "_index"]]
    for row in range(sheets.n):
        own: list[Cell] = [sheets.started[row], sheets.finished[row], sheets.device[row]]
        for asked in sheets.asked:
            own.append(" ".join(map(str, asked.chosen(row))) if asked.ticks else asked.codes[row])
            answered = bool(asked.chosen(row))
            own += [(int(c in asked.chosen(row)) if answered else "") for c in asked.ticks or ()]
        grid.append([*own, 1000 + row, f"uuid-{row}", sheets.finished[row], row + 1])
    return grid


def _limesurvey(sheets: Sheets) -> Grid:
    header: list[Cell] = ["id", "submitdate", "lastpage", "startlanguage", "startdate", "datestamp", "ipaddr"]
    for asked in sheets.asked:
        name = asked.id.replace("_", "")  # letters and digits only
        header += [f"{name}[{code}]" for code in asked.ticks] if asked.ticks else [name]
    grid: Grid = [header]
    for row in range(sheets.n):
        own: list[Cell] = [row + 1, sheets.finished[row], 9, "zh-Hans", sheets.started[row], sheets.finished[row]]
        own.append(sheets.address(row))
        for asked in sheets.asked:
            if asked.ticks:
                own += ["Y" if code in asked.chosen(row) else "" for code in asked.ticks]
            else:
                own.append("N/A" if asked.hidden[row] and asked.codes[row] is None else asked.codes[row])
        grid.append(own)
    return grid


def _surveymonkey(sheets: Sheets) -> Grid:
    meta = ["Respondent ID", "Collector ID", "Start Date", "End Date", "IP Address", "Email Address", "First Name"]
    first: list[Cell] = list(meta)
    second: list[Cell] = [""] * len(meta)
    for asked in sheets.asked:
        first += [asked.wording, *[""] * (len(asked.ticks) - 1)] if asked.ticks else [asked.wording]
        second += [(asked.labels or {})[code] for code in asked.ticks] if asked.ticks else ["Response"]
    grid: Grid = [first, second]
    for row in range(sheets.n):
        own: list[Cell] = [9000 + row, 77, sheets.started[row], sheets.finished[row], sheets.address(row)]
        own += [f"person{row}@example.org", f"Given{row}"]
        for asked in sheets.asked:
            if asked.ticks:
                own += [(asked.labels or {})[code] if code in asked.chosen(row) else "" for code in asked.ticks]
            else:
                own.append(asked.label(row))
        grid.append(own)
    return grid


def _redcap(sheets: Sheets) -> Grid:
    header: list[Cell] = ["record_id", "redcap_survey_identifier", "survey_timestamp"]
    for asked in sheets.asked:
        header += [f"{asked.id.lower()}___{code}" for code in asked.ticks] if asked.ticks else [asked.id.lower()]
    grid: Grid = [[*header, "survey_complete"]]
    for row in range(sheets.n):
        own: list[Cell] = [row + 1, "", sheets.finished[row]]
        for asked in sheets.asked:
            own += [int(c in asked.chosen(row)) for c in asked.ticks] if asked.ticks else [asked.codes[row]]
        grid.append([*own, 2])
    return grid


GRIDS: dict[str, Callable[[Sheets], Grid]] = {
    "wjx-text": lambda s: _wjx(s, "text"),
    "wjx-score": lambda s: _wjx(s, "score"),
    "wjx-index": lambda s: _wjx(s, "index"),
    "tencent": _tencent,
    "qualtrics": lambda s: _qualtrics(s, values=False),
    "qualtrics-values": lambda s: _qualtrics(s, values=True),
    "google": _google,
    "kobo": _kobo,
    "limesurvey": _limesurvey,
    "surveymonkey": _surveymonkey,
    "redcap": _redcap,
}


def records_of(sheets: Sheets, instrument: Instrument, form: str, language: str) -> list[dict[str, Any]]:
    """Return the answers as the page of the instrument saves them: one object a respondent, ids and codes."""
    records = []
    for row in range(sheets.n):
        record: dict[str, Any] = {"instrument": instrument.id, "version": instrument.header.version, "form": form}
        record |= {"language": language, "started": sheets.started[row], "finished": sheets.finished[row]}
        record |= {"seconds": sheets.seconds[row], "consent": 1}
        for asked in sheets.asked:
            if asked.ticks:
                record |= {f"{asked.id}_{code}": own[row] for code, own in asked.ticks.items()}
            else:
                record[asked.id] = asked.codes[row]
        records.append(record)
    return records
