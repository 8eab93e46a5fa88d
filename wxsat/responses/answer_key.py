"""What counts as an answer to one question, and how one cell is read against it.

A cell is a code ("5", 5.0, "５"), a whole label in either language, a code with its label ("5 同意",
"5-同意", "A.同意", "同意（5）"), a stated reason for no answer (不了解, 拒答, （跳过）) or empty. Anything
else is a refusal that says why; nothing becomes a missing value in silence.
"""

from __future__ import annotations

import datetime as dt
import difflib
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from wxsat.instrument.instrument import Choice, Label, Scale
from wxsat.responses.match import Asked
from wxsat.responses.raw_table import fold, masked
from wxsat.responses.responses import MissingReason

DK_WORDS = frozenset(
    [
        "不了解",
        "没用过",
        "未用过",
        "没使用过",
        "未使用过",
        "不知道",
        "不清楚",
        "说不清",
        "不确定",
        "dontknow",
        "don'tknow",
        "donotknow",
        "dk",
        "notused",
        "neverused",
    ]
)
REFUSED_WORDS = frozenset(
    [
        "拒答",
        "拒绝回答",
        "不愿回答",
        "不愿透露",
        "不想回答",
        "refused",
        "refuse",
        "prefernottosay",
        "prefernottoanswer",
    ]
)
NOT_SHOWN_WORDS = frozenset(["(跳过)", "跳过", "不适用", "notapplicable", "n/a", "inap", "notshown"])
SKIPPED_WORDS = frozenset(["(空)", "空", "未答", "漏答", "未填", "skipped", "noanswer"])
SYSTEM_WORDS = frozenset(["na", "nan", "null", "none", "#null!", ".", "<na>", "nat"])

_INTEGER = re.compile(r"[+-]?\d+(?:\.0*)?")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?")
_CODE_THEN_LABEL = re.compile(r"(?P<code>\d+|[a-z])[.、:,)\]_=-]*(?P<label>.+)")
_CODE_WITH_BRACKETS = re.compile(r"(?P<code>\d+)\((?P<label>.+)\)")
_LABEL_THEN_CODE = re.compile(r"(?P<label>.+?)[(\[=-](?P<code>\d+)分?[)\]]?")
_UNIT = re.compile(r"(?P<number>[+-]?\d+(?:\.\d+)?)(?:分|岁|次|个|人|件|项|年)")
FILLED_IN = re.compile(r"〖.*〗")


@dataclass(frozen=True)
class Refusal:
    """Why a cell is no answer."""

    code: str
    found: str
    hint: str = ""


Cell = tuple[float, MissingReason]
NO_ANSWER: Mapping[str, MissingReason] = {
    **dict.fromkeys(DK_WORDS, "dont_know"),
    **dict.fromkeys(REFUSED_WORDS, "refused"),
    **dict.fromkeys(NOT_SHOWN_WORDS, "not_shown"),
    **dict.fromkeys(SKIPPED_WORDS, "skipped"),
    **dict.fromkeys(SYSTEM_WORDS, "system"),
}


@dataclass(frozen=True)
class AnswerKey:
    """
    The answers of one question.

    Attributes
    ----------
    kind : {"codes", "integer", "number"}
        Closed codes, a whole number or any finite number.
    codes : tuple of int
        Valid codes of a closed question.
    words : mapping of folded label to code
    ambiguous : frozenset of str
        Labels that stand for more than one code.
    dk, refused : int or None
        Codes that mean no answer.
    low, high : float or None
        Bounds of a number.
    shown_labels : tuple of str
        Labels as written, for messages.
    """

    kind: Literal["codes", "integer", "number"]
    codes: tuple[int, ...] = ()
    words: Mapping[str, int] | None = None
    ambiguous: frozenset[str] = frozenset()
    dk: int | None = None
    refused: int | None = None
    low: float | None = None
    high: float | None = None
    shown_labels: tuple[str, ...] = ()

    def expected(self) -> str:
        """Say in words what is an answer."""
        if self.kind == "codes":
            span = (
                f"{self.codes[0]} to {self.codes[-1]}"
                if len(self.codes) > 2 and self.codes == tuple(range(self.codes[0], self.codes[-1] + 1))
                else ", ".join(map(str, self.codes))
            )
            dk = f", {self.dk} for don't know" if self.dk is not None else ""
            dk += f", {self.refused} for a refusal" if self.refused is not None else ""
            labels = (
                f", or a label ({', '.join(self.shown_labels[: max(2, len(self.codes))])})" if self.shown_labels else ""
            )
            return f"Expected {span}{dk}{labels}."
        bounds = [f"at least {self.low:g}"] if self.low is not None else []
        bounds += [f"at most {self.high:g}"] if self.high is not None else []
        what = "a whole number" if self.kind == "integer" else "a number"
        return f"Expected {' '.join([what, ' and '.join(bounds)]).strip()}."


def answer_key(asked: Asked) -> AnswerKey:
    """Return what counts as an answer to a question (text questions have no key)."""
    if asked.scale is not None:
        return _scale_key(asked.scale)
    if asked.kind in ("single", "multiple"):
        return _choice_key(asked.choices)
    return AnswerKey("integer" if asked.kind == "integer" else "number", low=asked.low, high=asked.high)


def _scale_key(scale: Scale) -> AnswerKey:
    pairs: list[tuple[str, int]] = []
    for wordings in scale.labels.values():
        pairs += [(wording, int(scale.min or 0) + i) for i, wording in enumerate(wordings)]
    pairs += [(text, code) for code, label in scale.anchors.items() for text in _texts(label)]
    for code, label in ((scale.dk, scale.dk_label), (scale.refused, scale.refused_label)):
        if code is not None and label is not None:
            pairs += [(text, code) for text in _texts(label)]
            pairs += [(part, code) for text in _texts(label) for part in re.split(r"[/／]", text)]
    words, ambiguous = _unique(pairs)
    return AnswerKey(
        kind="number" if scale.kind == "continuous" else "codes",
        codes=scale.codes,
        words=words,
        ambiguous=ambiguous,
        dk=scale.dk,
        refused=scale.refused,
        low=scale.min,
        high=scale.max,
        shown_labels=tuple(dict.fromkeys(text for text, _ in pairs)),
    )


def _choice_key(choices: Iterable[Choice]) -> AnswerKey:
    choices = tuple(choices)
    pairs = [(text, choice.code) for choice in choices for text in _texts(choice.text)]
    words, ambiguous = _unique(pairs)
    return AnswerKey(
        "codes",
        tuple(c.code for c in choices),
        words,
        ambiguous,
        shown_labels=tuple(dict.fromkeys(text for text, _ in pairs)),
    )


def _texts(label: Label) -> list[str]:
    return [text for text in (label.zh, label.en) if text]


def _unique(pairs: Iterable[tuple[str, int]]) -> tuple[dict[str, int], frozenset[str]]:
    words: dict[str, int] = {}
    ambiguous = set()
    for text, code in pairs:
        if words.setdefault(fold(text), code) != code:
            ambiguous.add(fold(text))
    for key in ambiguous:
        del words[key]
    return words, frozenset(ambiguous)


def code_cell(cell: Any, key: AnswerKey, blank: MissingReason = "skipped") -> Cell | Refusal:
    """
    Read one cell against an answer key.

    Returns
    -------
    (float, reason) or Refusal
        The code with reason ``""``; NaN with the reason why there is none; or why the cell is no answer.
    """
    if cell is None or cell != cell:
        return math.nan, blank
    if isinstance(cell, (dt.date, dt.time, dt.timedelta)):
        return Refusal(
            "RESP-038",
            str(cell),
            "A spreadsheet program has turned an answer into a date; format the column as text.",
        )
    if isinstance(cell, bool):
        return Refusal("RESP-030", str(cell))
    if isinstance(cell, (int, float)):
        return _code_number(float(cell), key, str(cell))
    text = unicodedata.normalize("NFKC", str(cell)).strip()
    return _code_text(text, key, blank)


def _code_text(text: str, key: AnswerKey, blank: MissingReason) -> Cell | Refusal:
    folded = fold(text)
    if not folded:
        return math.nan, blank
    known = _code_word(folded, key)
    if known is not None:
        return known
    bare = folded.lstrip("'") if folded[:1] == "'" else folded
    unit = _UNIT.fullmatch(bare)
    if _NUMBER.fullmatch(bare) or unit:
        return _code_number(float(unit["number"] if unit else bare), key, text)
    pair = _code_pair(bare, key)
    if pair is not None:
        return pair
    if folded in key.ambiguous:
        return Refusal("RESP-037", text, "The label stands for more than one code; export codes instead.")
    filled = FILLED_IN.sub("", text)
    if filled != text:
        return _code_text(filled, key, blank)
    reason = NO_ANSWER.get(folded)
    if reason is not None:
        return math.nan, reason
    return Refusal("RESP-034" if key.kind != "codes" else "RESP-030", text, _nearest_label(text, key))


def _nearest_label(text: str, key: AnswerKey) -> str:
    # Two Chinese characters that share one are half alike, below what suggests a word of letters.
    close = difflib.get_close_matches(text, key.shown_labels, n=1, cutoff=0.5 if len(text) < 4 else 0.6)
    return f"Did you mean '{close[0]}'?" if close else ""


def _code_word(folded: str, key: AnswerKey) -> Cell | None:
    code = (key.words or {}).get(folded)
    return None if code is None else _as_cell(code, key)


def _as_cell(code: float, key: AnswerKey) -> Cell:
    if code == key.dk:
        return math.nan, "dont_know"
    if code == key.refused:
        return math.nan, "refused"
    return float(code), ""


def _code_pair(folded: str, key: AnswerKey) -> Cell | Refusal | None:
    """Read "5 同意", "A.同意" or "同意(5)"; a code that contradicts its label is refused."""
    for pattern in (_CODE_WITH_BRACKETS, _CODE_THEN_LABEL, _LABEL_THEN_CODE):
        match = pattern.fullmatch(folded)
        code = (key.words or {}).get(match["label"]) if match else None
        if match is None or code is None:
            continue
        if match["code"].isdigit() and int(match["code"]) != code:
            return Refusal("RESP-033", folded, f"The label stands for {code} in the instrument.")
        return _as_cell(code, key)
    return None


def _code_number(number: float, key: AnswerKey, shown: str) -> Cell | Refusal:
    if not math.isfinite(number):
        return Refusal("RESP-034", shown)
    if number in (key.dk, key.refused):
        return _as_cell(number, key)
    if key.kind != "number" and not number.is_integer():
        return Refusal("RESP-032", shown, "Averages and imputed values are not answers; export the raw codes.")
    if key.kind == "codes":
        inside = number in key.codes
    else:
        inside = (key.low is None or number >= key.low) and (key.high is None or number <= key.high)
    return (number, "") if inside else Refusal("RESP-031", shown)


def refusal_words(refusal: Refusal) -> str:
    """Say in words why a cell is no answer."""
    found = masked(refusal.found)
    return {
        "RESP-030": f"'{found}' is not a label of this question",
        "RESP-031": f"{found} is out of range",
        "RESP-032": f"{found} is not a whole number",
        "RESP-033": f"'{found}' pairs a code with the label of another code",
        "RESP-034": f"'{found}' is not a number",
        "RESP-037": f"'{found}' is ambiguous",
        "RESP-038": f"{found} is a date or a time",
    }[refusal.code]
