"""Text of a 问卷星 questionnaire -> questions: the text that is pasted in, or that the site gives back.

Both layouts of a grid are read: 行：／列： with dashes, and the first line as heads with one row a line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from wxsat.errors import InstrumentError
from wxsat.instrument.sources.found import Found, FoundAnswer, FoundKind, FoundQuestion, FoundText, plain, worded
from wxsat.instrument.yaml_tree import decode

_START = re.compile(r"^\s*\*?\s*(\d{1,3})\s*[.、．]\s*(.*)$")
_TAG = re.compile(r"[\[［]([^\[\]［］]{2,12})[\]］]\s*(（选填）|\(选填\))?\s*$")
_OWN_NUMBER = re.compile(r"^\s*\*?\s*\d{1,3}\s*[.、．]\s*(?=\D)")
_LETTER = re.compile(r"^[A-Z]\s*[.、．:：]?\s*(?=\S)")
_BLANK_LINE = re.compile(r"_{2,}\s*\*?\s*$")
_SPAN = re.compile(r"^\s*(-?\d+)\s*[~～—-]\s*(\d+)\s*$")
_NUMBERED = re.compile(r"^(-?\d+)(?:[.、\s]+(\S.*))?$")
_PAGE = re.compile(r"^\s*(?:\[分页栏\]|=+\s*分页\s*=+)\s*$")
_KINDS: dict[str, FoundKind] = {
    **dict.fromkeys(
        ("单选题", "下拉框", "下拉单选", "判断题", "评分单选", "量表题", "反向量表题", "NPS量表"), "single"
    ),
    **dict.fromkeys(("多选题", "评分多选"), "multiple"),
    **dict.fromkeys(("填空题", "简答题", "问答题"), "text"),
    "滑动条": "number",
}
_GRIDS = frozenset({"矩阵题", "矩阵量表题", "矩阵单选题", "矩阵反向量表题"})


@dataclass(frozen=True)
class _Block:
    number: str
    stem: str
    tag: str
    lines: tuple[str, ...]


def read_wjx_text(path: Path) -> Found:
    """
    Read the text of a questionnaire.

    Raises
    ------
    InstrumentError
        ``INST-045`` if it cannot be read as text.
    """
    text, _, faults = decode(path.read_bytes(), str(path))
    if faults:
        raise InstrumentError("INST-045", "this is no text.", where=str(path), hint="Expected UTF-8 or GB18030.")
    lines = [line.rstrip() for line in text.splitlines() if not _PAGE.match(line)]
    blocks, head = _blocks(lines)
    found = Found(title=worded(head[0]) if head else FoundText())
    for block in blocks:
        _take(block, found)
    return found


def _blocks(lines: list[str]) -> tuple[list[_Block], list[str]]:
    """Cut the text at lines that begin with a number after an empty line."""
    starts = [i for i, line in enumerate(lines) if _START.match(line) and (i == 0 or not lines[i - 1].strip())]
    head = [line for line in lines[: starts[0] if starts else len(lines)] if line.strip()]
    ends = [*starts[1:], len(lines)] if starts else []
    return [_block(lines[start:end]) for start, end in zip(starts, ends, strict=True)], head


def _block(lines: list[str]) -> _Block:
    first = _START.match(lines[0])
    number, begun = (first.group(1), first.group(2)) if first else ("", lines[0])
    stem = [begun]
    rest = lines[1:]
    # A wording may run over lines; it ends with the line that bears the tag.
    tagged = next((i for i, line in enumerate([begun, *rest]) if _TAG.search(line)), 0)
    stem += rest[:tagged]
    tag = _TAG.search(stem[-1])
    if tag:
        stem[-1] = stem[-1][: tag.start()]
    kept = tuple(line.strip() for line in rest[tagged:] if line.strip())
    return _Block(number, _wording(" ".join(stem)), tag.group(1) if tag else "单选题", kept)


def _wording(text: str) -> str:
    """Return a wording without the marks of a required answer and a number of the author's own."""
    bare = re.sub(r"(?<!\w)\*+|\*+(?=\s*(?:【|$))", " ", text)
    bare = re.sub(r"\*+\s*$", "", plain(bare))
    return plain(_OWN_NUMBER.sub("", bare))


def _take(block: _Block, found: Found) -> None:
    name = f"Q{block.number}"
    if block.tag in _GRIDS:
        _take_grid(block, name, found)
        return
    kind = _KINDS.get(block.tag)
    if kind is None:
        found.skipped.append(f"{name} ({block.tag})")
        return
    answers = _answers(list(block.lines)) if kind in ("single", "multiple") else ()
    if kind in ("single", "multiple") and not answers:
        found.skipped.append(f"{name} (no answers)")
        return
    low, high = _bounds(block) if kind == "number" else (None, None)
    reverse = block.tag == "反向量表题"
    found.counted += [name] if answers and not _SPAN.match(block.lines[0]) else []
    found.questions.append(
        FoundQuestion(name, kind, worded(block.stem or name), answers, low=low, high=high, reverse=reverse)
    )


def _bounds(block: _Block) -> tuple[float | None, float | None]:
    span = _SPAN.match(block.lines[0]) if block.lines else None
    return (float(span.group(1)), float(span.group(2))) if span else (None, None)


def _answers(lines: list[str]) -> tuple[FoundAnswer, ...]:
    """Return the answers of a list: a span of numbers, numbers with some wordings, or wordings counted from 1."""
    span = _SPAN.match(lines[0]) if lines else None
    if span and len(lines) == 1:
        low, high = int(span.group(1)), int(span.group(2))
        return tuple(FoundAnswer(code, FoundText()) for code in range(low, high + 1)) if low < high <= low + 100 else ()
    texts = _without_letters([_BLANK_LINE.sub("", line).strip() for line in lines])
    numbered = [_NUMBERED.match(text) for text in texts]
    leading = next((i for i, match in enumerate(numbered) if match is None), len(texts))
    codes = [int(match.group(1)) for match in numbered[:leading] if match]
    if leading >= 3 and leading >= len(texts) - 2 and codes == list(range(codes[0], codes[0] + leading)):
        said = [match.group(2) or "" for match in numbered[:leading] if match]
        answers = [FoundAnswer(code, worded(text)) for code, text in zip(codes, said, strict=True)]
        return (*answers, *(FoundAnswer(98 + i, worded(text), missing=True) for i, text in enumerate(texts[leading:])))
    return tuple(FoundAnswer(i, worded(text)) for i, text in enumerate(texts, start=1))


def _without_letters(texts: list[str]) -> list[str]:
    """Take off A., B., ... where most answers have them."""
    marked = [bool(_LETTER.match(text)) for text in texts]
    if sum(marked) < max(2, 0.6 * len(texts)):
        return texts
    return [_LETTER.sub("", text, count=1) if mark else text for text, mark in zip(texts, marked, strict=True)]


def _take_grid(block: _Block, name: str, found: Found) -> None:
    rows, heads = _grid(list(block.lines))
    answers = _answers(heads) if heads else ()
    if not rows or not answers:
        found.skipped.append(f"{name} ({block.tag}, rows or columns not found)")
        return
    found.counted += [name] if not _SPAN.match(heads[0]) else []
    for number, row in enumerate(rows, start=1):
        found.questions.append(
            FoundQuestion(
                f"{name}_{number}",
                "single",
                worded(row),
                answers,
                group=name,
                stem=worded(block.stem),
                reverse=block.tag == "矩阵反向量表题",
            )
        )


def _grid(lines: list[str]) -> tuple[list[str], list[str]]:
    """Return rows and column heads."""
    if lines and re.match(r"^行\s*[：:]", lines[0]):
        rows: list[str] = []
        heads: list[str] = []
        into = rows
        for line in lines[1:]:
            if re.match(r"^列\s*[：:]", line) or _SPAN.match(line):
                into = heads
                if not _SPAN.match(line):
                    continue
            into.append(line.lstrip("-－ ").strip())
        return rows, heads
    heads = lines[0].split() if lines else []
    return lines[1:], heads
