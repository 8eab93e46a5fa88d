"""The instrument: scales, constructs, items, checks, background questions, composites and model files.

Frozen pydantic models: the YAML file is validated straight into them, and every later layer reads them.
Nothing here knows of answers, statistics or presentation.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Language = Literal["zh", "en"]
FormName = Literal["full", "standard", "brief"]
FORMS: tuple[FormName, ...] = ("full", "standard", "brief")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Label(_Frozen):
    """A text in one or both languages."""

    zh: str | None = None
    en: str | None = None

    def text(self, language: Language) -> str:
        """Return the wording in `language`, or in the other one where it is missing."""
        wording = (self.zh or self.en) if language == "zh" else (self.en or self.zh)
        return wording or ""


class Scale(_Frozen):
    """
    A response scale shared by items.

    ``labels`` holds one list per language, one entry a code from `min` to `max`; ``anchors`` names single codes
    instead (``{1: {zh: 很低, en: Very low}, 7: ...}``). A ``continuous`` scale has no codes and may leave
    `min` and `max` out.
    """

    id: str = ""
    kind: Literal["ordinal", "continuous"] = "ordinal"
    min: float | None = None
    max: float | None = None
    labels: dict[Language, list[str]] = Field(default_factory=dict)
    anchors: dict[int, Label] = Field(default_factory=dict)
    dk: int | None = None
    dk_label: Label | None = None
    refused: int | None = None
    refused_label: Label | None = None

    @property
    def codes(self) -> tuple[int, ...]:
        """The valid answer codes, in order; empty for a continuous scale."""
        if self.kind == "continuous" or self.min is None or self.max is None:
            return ()
        return tuple(range(int(self.min), int(self.max) + 1))

    def label_of(self, code: int, language: Language) -> str:
        """Return the wording of one code, or the code itself as text where it has none."""
        if code == self.dk and self.dk_label:
            return self.dk_label.text(language)
        if code == self.refused and self.refused_label:
            return self.refused_label.text(language)
        if code in self.anchors:
            return self.anchors[code].text(language)
        wordings = self.labels.get(language) or next(iter(self.labels.values()), [])
        position = code - int(self.min or 0)
        return wordings[position] if 0 <= position < len(wordings) else str(code)


class Condition(_Frozen):
    """Ask only if `question` was answered with one of `is_any_of`."""

    question: str
    is_any_of: list[int]


class Item(_Frozen):
    """One statement that a respondent rates."""

    id: str
    text: Label
    key: Literal["+", "R"] = "+"
    forms: list[FormName] = Field(default_factory=lambda: list(FORMS))
    scale: str | None = None
    optional: bool = False
    ask_if: Condition | None = None
    lineage: list[str] = Field(default_factory=list)
    construct_id: str = ""

    @property
    def reversed(self) -> bool:
        """Whether a high answer means less of the construct."""
        return self.key == "R"


class Construct(_Frozen):
    """
    A construct and its items.

    ``direction`` says what a high score means: ``problem`` worse, ``performance`` better, ``neutral`` neither.
    ``in_scores: false`` items (a linked official rating, say) are asked but belong to no score.
    """

    id: str
    name: Label
    items: list[Item]
    definition: Label | None = None
    model: Literal["reflective", "formative", "single"] = "reflective"
    direction: Literal["problem", "performance", "neutral"] = "performance"
    dilemma: str | None = None
    scale: str | None = None
    optional: bool = False
    lineage: list[str] = Field(default_factory=list)


class Choice(_Frozen):
    """One answer of a closed background question."""

    code: int
    text: Label


class Question(_Frozen):
    """A background, behaviour or link question: asked, kept as data, part of no construct."""

    id: str
    text: Label
    kind: Literal["single", "multiple", "integer", "number", "text"] = "single"
    choices: list[Choice] = Field(default_factory=list)
    scale: str | None = None
    forms: list[FormName] = Field(default_factory=lambda: list(FORMS))
    min: float | None = None
    max: float | None = None
    role: Literal["background", "outcome", "control", "account", "region", "identifier"] = "background"
    optional: bool = False
    ask_if: Condition | None = None


class AttentionCheck(_Frozen):
    """
    A quality-control item and its rule.

    ``instructed``: fails unless the answer is `expect`. ``bogus``: fails if the answer is `fail_at_least` or more.
    ``paraphrase``: fails if it differs from item `pair` by `tolerance` or more. ``antonyms``: the raw answers of each
    pair in `pairs` should oppose each other. ``diligence``: the answer `exclude_code` removes the respondent.
    """

    id: str
    kind: Literal["instructed", "bogus", "paraphrase", "antonyms", "diligence"]
    text: Label | None = None
    scale: str | None = None
    choices: list[Choice] = Field(default_factory=list)
    forms: list[FormName] = Field(default_factory=lambda: list(FORMS))
    expect: int | None = None
    fail_at_least: int | None = None
    pair: str | None = None
    pairs: list[tuple[str, str]] = Field(default_factory=list)
    tolerance: int | None = None
    exclude_code: int | None = None


class Composite(_Frozen):
    """A formative composite of constructs with fixed, declared weights."""

    id: str
    name: Label
    parts: list[str]
    weights: Literal["equal"] | dict[str, float] = "equal"
    status: Literal["formative"] = "formative"
    remedy: Label | None = None

    def weight_of(self, part: str) -> float:
        """Return the declared weight of one part; the weights of a composite sum to one."""
        if self.weights == "equal":
            return 1.0 / len(self.parts)
        return self.weights[part] / sum(self.weights.values())


class ModelFile(_Frozen):
    """A structural model that belongs to the instrument."""

    id: str
    file: str
    title: Label
    forms: list[FormName] = Field(default_factory=lambda: ["full", "standard"])


class Header(_Frozen):
    """Identity of an instrument."""

    id: str
    version: str
    title: Label = Label()
    languages: list[Language] = Field(default_factory=lambda: ["zh", "en"])
    default_scale: str
    stem: Label | None = None
    licence: str | None = None
    cite: Label | None = None
    scale_note: Label | None = None


class Instrument(_Frozen):
    """
    An instrument: everything that was asked, and how it is to be scored.

    Load one with :func:`wxsat.load_instrument`; every reference inside it has then been checked.
    """

    schema_version: Literal[1] = 1
    header: Header = Field(alias="instrument")
    scales: dict[str, Scale]
    constructs: list[Construct]
    attention: list[AttentionCheck] = Field(default_factory=list)
    background: list[Question] = Field(default_factory=list)
    composites: list[Composite] = Field(default_factory=list)
    models: list[ModelFile] = Field(default_factory=list)
    folder: Path | None = Field(default=None, exclude=True)
    sha256: str = Field(default="", exclude=True)

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @property
    def id(self) -> str:
        """The instrument's stable identifier."""
        return self.header.id

    def constructs_in(self, form: FormName | None = None) -> tuple[Construct, ...]:
        """Return the constructs with at least one item in `form` (all of them for None)."""
        return tuple(c for c in self.constructs if any(form is None or form in i.forms for i in c.items))

    def items_in(self, form: FormName | None = None) -> tuple[Item, ...]:
        """Return the items asked in `form`, in questionnaire order (all of them for None)."""
        return tuple(i for i in self._items() if form is None or form in i.forms)

    def _items(self) -> Iterator[Item]:
        for construct in self.constructs:
            yield from construct.items

    def construct(self, construct_id: str) -> Construct:
        """Return one construct by id; KeyError when there is none."""
        for construct in self.constructs:
            if construct.id == construct_id:
                return construct
        raise KeyError(construct_id)

    def item(self, item_id: str) -> Item:
        """Return one item by id; KeyError when there is none."""
        for item in self._items():
            if item.id == item_id:
                return item
        raise KeyError(item_id)

    def scale_of(self, item: Item) -> Scale:
        """Return the scale of an item: its own, its construct's, or the default one."""
        own = item.scale or self.construct(item.construct_id).scale or self.header.default_scale
        return self.scales[own]

    def item_ids_of(self, construct_id: str, form: FormName | None = None) -> tuple[str, ...]:
        """Return the ids of a construct's items asked in `form`."""
        return tuple(i.id for i in self.construct(construct_id).items if form is None or form in i.forms)
