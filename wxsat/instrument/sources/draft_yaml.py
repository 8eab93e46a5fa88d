"""A draft instrument as YAML text: constructs, background, scales that are shared, conditions that hold."""

from __future__ import annotations

import re
from typing import Any

from wxsat.instrument.instrument import Language
from wxsat.instrument.sources.found import Found, FoundAnswer, FoundQuestion
from wxsat.instrument.sources.rating import scale_codes, wording_of

Named = list[tuple[str, FoundQuestion]]
HEAD = (
    "# A draft made by `wxsat instrument import`. Name the constructs, set `direction` and `key`, then raise\n"
    "# the version to 1.0 and run `wxsat instrument check` on it.\n"
)


def draft_yaml(
    name: str, found: Found, named: Named, runs: list[Named], languages: list[Language]
) -> tuple[str, list[str]]:
    """Return the YAML, and the conditions that could not be kept because nothing asked earlier opens them."""
    import yaml

    writer = _Writer(named, runs, languages)
    constructs = [writer.construct(number, run) for number, run in enumerate(runs, start=1)]
    inside = {each for run in runs for each, _ in run}
    background = [writer.background(each, question) for each, question in named if each not in inside]
    document: dict[str, Any] = {
        "schema_version": 1,
        "instrument": {
            "id": re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "draft",
            "version": "0.1",
            "title": wording_of(found.title, languages, name),
            "languages": list(languages),
            "default_scale": next(iter(writer.scales)),
        },
        "scales": writer.scales,
        "constructs": constructs,
    }
    if background:
        document["background"] = background
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=120)
    return HEAD + text, writer.lost


class _Writer:
    """Turns questions into entries; shares scales, and keeps only conditions that the check can decide."""

    def __init__(self, named: Named, runs: list[Named], languages: list[Language]) -> None:
        self.languages = languages
        self.scales: dict[str, Any] = {}
        self.lost: list[str] = []
        self._scale_of: dict[Any, str] = {}
        self._ids = {question.name.lower(): each for each, question in named}
        self._questions = dict(named)
        items = [each for run in runs for each, _ in run]
        self._items = {each: place for place, each in enumerate(items)}
        self._background = {each: n for n, each in enumerate(e for e, _ in named if e not in self._items)}

    def construct(self, number: int, run: Named) -> dict[str, Any]:
        """Return a construct with its items."""
        scale = self._scale(run[0][1])
        entry: dict[str, Any] = {
            "id": self._construct_id(number),
            "name": {"zh": f"待命名构念 {number}", "en": f"Construct {number}, to be named"},
            "model": "reflective" if len(run) > 1 else "single",
            "direction": "neutral",
            "scale": scale,
        }
        entry["name"] = {each: entry["name"][each] for each in self.languages}
        stem = run[0][1].stem
        if run[0][1].group and stem.any:
            entry["stem"] = wording_of(stem, self.languages, "")
        entry["items"] = [self._item(each, question) for each, question in run]
        return entry

    def _construct_id(self, number: int) -> str:
        """Return an id that no question has."""
        taken = {each.lower() for each in self._questions}
        name = f"C{number}"
        while name.lower() in taken:
            name = f"CON_{name}"
        return name

    def _item(self, each: str, question: FoundQuestion) -> dict[str, Any]:
        entry: dict[str, Any] = {"id": each, "key": "R" if question.reverse else "+"}
        entry["text"] = wording_of(question.text, self.languages, each)
        return entry | self._condition(each, question)

    def background(self, each: str, question: FoundQuestion) -> dict[str, Any]:
        """Return a background question."""
        entry: dict[str, Any] = {"id": each, "text": wording_of(question.text, self.languages, each)}
        if question.kind != "single":
            entry["kind"] = question.kind
        if question.answers:
            entry["choices"] = self._choices(question.answers)
        if question.low is not None and question.high is not None and question.low > question.high:
            question = FoundQuestion(question.name, question.kind, question.text)
        for key, bound in (("min", question.low), ("max", question.high)):
            if bound is not None:
                entry[key] = int(bound) if bound == int(bound) else bound
        if question.identifier:
            entry["role"] = "identifier"
        return entry | self._condition(each, question)

    def _choices(self, answers: tuple[FoundAnswer, ...]) -> list[dict[str, Any]]:
        """Return choices; a code or wording that comes twice is told apart."""
        choices: list[dict[str, Any]] = []
        codes: set[int] = set()
        seen: dict[str, int] = {}
        for answer in answers:
            if answer.code in codes:
                continue
            codes.add(answer.code)
            said = wording_of(answer.text, self.languages, str(answer.code))
            key = "|".join(said.values())
            seen[key] = seen.get(key, 0) + 1
            if seen[key] > 1:
                said = {each: f"{text} ({seen[key]})" for each, text in said.items()}
            choices.append({"code": answer.code, "text": said})
        return choices

    def _scale(self, question: FoundQuestion) -> str:
        """Return the id of a scale, defining it when it is new."""
        key = question.answers or (question.kind, question.low, question.high)
        if key not in self._scale_of:
            self._scale_of[key] = f"scale{len(self.scales) + 1}"
            self.scales[self._scale_of[key]] = self._scale_entry(question)
        return self._scale_of[key]

    def _scale_entry(self, question: FoundQuestion) -> dict[str, Any]:
        parts = scale_codes(question)
        if parts is None and _in_a_row(question):
            parts = sorted(question.answers, key=lambda answer: answer.code), []
        if parts is None:
            bounds = [answer.code for answer in question.answers]
            low, high = (min(bounds), max(bounds)) if bounds else (question.low, question.high)
            ends = {key: b for key, b in (("min", low), ("max", high)) if b is not None}
            return {"kind": "continuous"} | (ends if len(ends) == 2 and ends["min"] < ends["max"] else {})
        valid, missing = parts
        entry: dict[str, Any] = {"min": valid[0].code, "max": valid[-1].code}
        if all(answer.text.any for answer in valid):
            entry["labels"] = {
                each: [wording_of(a.text, self.languages, str(a.code))[each] for a in valid] for each in self.languages
            }
        elif any(answer.text.any for answer in valid):
            entry["anchors"] = {a.code: wording_of(a.text, self.languages, "") for a in valid if a.text.any}
        for role, answer in zip(("dk", "refused"), missing, strict=False):
            entry[role] = answer.code if not valid[0].code <= answer.code <= valid[-1].code else 98
            entry[f"{role}_label"] = wording_of(answer.text, self.languages, str(answer.code))
        return entry

    def _condition(self, each: str, question: FoundQuestion) -> dict[str, Any]:
        condition = question.condition
        if condition is None:
            return {}
        opener = self._ids.get(condition.name.lower())
        if opener is None or not self._asked_before(opener, each) or not self._answered(opener, condition.codes):
            self.lost.append(f"{each}: {condition.name} = {', '.join(map(str, condition.codes))}")
            return {}
        return {"ask_if": {"question": opener, "is_any_of": list(condition.codes)}}

    def _asked_before(self, opener: str, each: str) -> bool:
        """Whether the order of asking puts the opener first: items before background, background moved up for items."""
        if each in self._items:
            return opener in self._background or self._items.get(opener, len(self._items)) < self._items[each]
        return opener in self._items or self._background.get(opener, len(self._background)) < self._background[each]

    def _answered(self, opener: str, codes: tuple[int, ...]) -> bool:
        question = self._questions[opener]
        known = {answer.code for answer in question.answers}
        return bool(known) and set(codes) <= known and question.kind in ("single", "multiple")


def _in_a_row(question: FoundQuestion) -> bool:
    """Whether the answers can stand as a scale though they are none: codes in a row, wordings that differ."""
    codes = sorted(answer.code for answer in question.answers)
    words = {answer.text.any for answer in question.answers}
    in_a_row = len(codes) > 1 and codes == list(range(codes[0], codes[0] + len(codes)))
    return in_a_row and len(words) == len(codes) and "" not in words
