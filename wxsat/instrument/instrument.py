"""The instrument: scales, constructs, items, checks, background questions, composites and model files.

Frozen pydantic models: the YAML file is validated straight into them, and every later layer reads them.
The descriptions here are the reference of the file format: the JSON Schema is made from them.
Nothing here knows of answers, statistics or presentation.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.json_schema import SkipJsonSchema

Language = Literal["zh", "en"]
FormName = Literal["full", "standard", "brief"]
FORMS: tuple[FormName, ...] = ("full", "standard", "brief")
FORM_LETTERS: dict[str, FormName] = {"F": "full", "S": "standard", "B": "brief"}

NAME_PATTERN = r"^[A-Za-z][A-Za-z0-9_]*$"
INSTRUMENT_ID_PATTERN = r"^[a-z0-9][a-z0-9-]*$"


def _every_form() -> list[FormName]:
    return list(FORMS)


def _longer_forms() -> list[FormName]:
    return ["full", "standard"]


def _both_languages() -> list[Language]:
    return ["zh", "en"]


def _spell_out(form: Any) -> Any:
    return FORM_LETTERS.get(form, form) if isinstance(form, str) else form


Form = Annotated[
    FormName,
    BeforeValidator(_spell_out),
    WithJsonSchema({"enum": [*FORMS, *FORM_LETTERS], "description": "full, standard or brief; F, S, B for short."}),
]
Forms = Annotated[list[Form], Field(description="The questionnaire lengths that ask this; all three when left out.")]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Label(_Frozen):
    """A text in one or both languages."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={"minProperties": 1})

    zh: str | None = Field(default=None, min_length=1, description="Chinese wording.")
    en: str | None = Field(default=None, min_length=1, description="English wording.")

    def text(self, language: Language) -> str:
        """Return the wording in `language`, or in the other one where it is missing."""
        wording = (self.zh or self.en) if language == "zh" else (self.en or self.zh)
        return wording or ""


class Scale(_Frozen):
    """
    A response scale shared by items.

    ``labels`` holds one list per language, one entry a code from `min` to `max`; ``anchors`` names single
    codes instead (``{1: {zh: 很低, en: Very low}, 7: ...}``). A ``continuous`` scale has no codes and may
    leave `min` and `max` out.
    """

    id: SkipJsonSchema[str] = ""
    kind: Literal["ordinal", "continuous"] = Field(
        default="ordinal", description="ordinal: whole-number codes from min to max; continuous: any number."
    )
    min: float | None = Field(default=None, description="Lowest valid code.", examples=[1])
    max: float | None = Field(default=None, description="Highest valid code.", examples=[7])
    labels: dict[Language, list[str]] = Field(
        default_factory=dict, description="One list a language: a wording for every code from min to max."
    )
    anchors: dict[int, Label] = Field(
        default_factory=dict,
        description="Wordings of single codes, when only some (the end points, say) have one.",
        json_schema_extra={"propertyNames": {"pattern": "^-?[0-9]+$"}},
    )
    dk: int | None = Field(
        default=None, description="Code of 'don't know / never used'; outside [min, max].", examples=[98]
    )
    dk_label: Label | None = Field(default=None, description="Wording of the don't-know answer.")
    refused: int | None = Field(
        default=None, description="Code of 'prefer not to say'; outside [min, max].", examples=[99]
    )
    refused_label: Label | None = Field(default=None, description="Wording of the refusal.")

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

    question: str = Field(description="Id of a question or item that is asked earlier.", examples=["COMB"])
    is_any_of: list[int] = Field(min_length=1, description="Answer codes that open this question.", examples=[[1]])


Role = Literal["background", "outcome", "control", "account", "region", "identifier", "fact", "gate", "veto"]
AskIf = Annotated[Condition | None, Field(description="Routing: ask only if an earlier answer is one of these codes.")]


class Item(_Frozen):
    """One statement that a respondent rates."""

    id: str = Field(pattern=NAME_PATTERN, description="Column name in the data and in model text.", examples=["PU1"])
    text: Label = Field(description="The statement, word for word.")
    key: Literal["+", "R"] = Field(
        default="+",
        description="+ higher = more of the construct; R reverse-keyed (recoded once, as min+max-x).",
    )
    forms: Forms = Field(default_factory=_every_form)
    scale: str | None = Field(default=None, description="Scale id, where it differs from the construct's.")
    optional: bool = Field(default=False, description="May be left out of a study.")
    ask_if: AskIf = None
    lineage: list[str] = Field(default_factory=list, description="Where the item comes from.")
    points: float | None = Field(
        default=None, gt=0, description="Points that the highest answer gives on a scoring sheet.", examples=[6]
    )
    construct_id: SkipJsonSchema[str] = ""

    @property
    def reversed(self) -> bool:
        """Whether a high answer means less of the construct."""
        return self.key == "R"


class Construct(_Frozen):
    """
    A construct and its items.

    ``direction`` says what a high score means: ``problem`` worse, ``performance`` better, ``neutral``
    neither. ``ask: before`` puts its block ahead of all others (expectations, before any evaluation).
    """

    id: str = Field(pattern=NAME_PATTERN, description="Name of the construct in model text.", examples=["LAND"])
    name: Label = Field(description="Name for tables and figures; never shown to respondents.")
    items: list[Item] = Field(min_length=1, description="Its items, in questionnaire order.")
    definition: Label | None = Field(default=None, description="What is meant, in one sentence.")
    model: Literal["reflective", "formative", "single"] = Field(
        default="reflective", description="How items relate to the construct; single: one item stands for it."
    )
    direction: Literal["problem", "performance", "neutral"] = Field(
        default="performance",
        description="What a high score means: problem worse, performance better, neutral neither.",
    )
    dilemma: str | None = Field(
        default=None, description="Id of the composite (dilemma) it belongs to.", examples=["D2"]
    )
    scale: str | None = Field(default=None, description="Scale id, where it differs from the default scale.")
    optional: bool = Field(default=False, description="An optional module: may be left out of a study.")
    lineage: list[str] = Field(default_factory=list, description="Source scales and papers.")
    ask: Literal["before", "main"] = Field(
        default="main", description="before: asked ahead of every other block (expectations, say)."
    )
    stem: Label | None = Field(default=None, description="Sentence printed above its items, if they need their own.")


class Choice(_Frozen):
    """One answer of a closed background question."""

    code: int = Field(description="The number in the data.")
    text: Label = Field(description="The wording.")


class Question(_Frozen):
    """A background, behaviour or link question: asked, kept as data, part of no construct."""

    id: str = Field(pattern=NAME_PATTERN, description="Column name in the data.", examples=["gender"])
    text: Label = Field(description="The question, word for word.")
    kind: Literal["single", "multiple", "integer", "number", "text"] = Field(
        default="single",
        description="single and multiple choose among choices (or a scale); the others are written in.",
    )
    choices: list[Choice] = Field(default_factory=list, description="Answers of a closed question.")
    scale: str | None = Field(default=None, description="Scale id, instead of choices.")
    forms: Forms = Field(default_factory=_every_form)
    min: float | None = Field(default=None, description="Lowest number accepted.")
    max: float | None = Field(default=None, description="Highest number accepted.")
    role: Role = Field(
        default="background",
        description="What the answer serves for in the analysis; fact: a fact of the account, "
        "gate: must be yes before launch, veto: fails the month whatever the score.",
    )
    evidence: bool = Field(default=False, description="The answer counts only with a document that shows it.")
    assigned: bool = Field(
        default=False, description="Drawn at random among its choices, not asked: the arm of an experiment."
    )
    optional: bool = Field(default=False, description="May be left out of a study.")
    ask_if: AskIf = None


class AttentionCheck(_Frozen):
    """
    A quality-control item and its rule.

    ``instructed``: fails unless the answer is `expect`. ``bogus``: fails if the answer is `fail_at_least`
    or more. ``paraphrase``: fails if it differs from item `pair` by `tolerance` or more. ``antonyms``: the
    raw answers of each pair in `pairs` should oppose each other. ``diligence``: the answer `exclude_code`
    removes the respondent.
    """

    id: str = Field(pattern=NAME_PATTERN, description="Column name in the data.", examples=["AC1"])
    kind: Literal["instructed", "bogus", "paraphrase", "antonyms", "diligence"] = Field(description="Which rule.")
    text: Label | None = Field(default=None, description="The item, word for word (none for antonyms).")
    scale: str | None = Field(default=None, description="Scale id, where it differs from the default scale.")
    choices: list[Choice] = Field(default_factory=list, description="Answers, instead of a scale.")
    forms: Forms = Field(default_factory=_every_form)
    expect: int | None = Field(default=None, description="instructed: the only right answer.")
    fail_at_least: int | None = Field(default=None, description="bogus: this answer or a higher one fails.")
    pair: str | None = Field(default=None, description="paraphrase: the item it repeats in other words.")
    pairs: list[tuple[str, str]] = Field(default_factory=list, description="antonyms: pairs of opposed items.")
    tolerance: int | None = Field(
        default=None, ge=1, description="paraphrase: a difference of this size or more fails."
    )
    exclude_code: int | None = Field(default=None, description="diligence: this answer removes the respondent.")
    after: str | None = Field(
        default=None, description="Id of the item it is asked after; placed by its kind when left out."
    )


class Composite(_Frozen):
    """A formative composite of constructs with fixed, declared weights."""

    id: str = Field(pattern=NAME_PATTERN, description="Name of the composite.", examples=["D2"])
    name: Label = Field(description="Name for tables and figures.")
    parts: list[str] = Field(min_length=1, description="Ids of the constructs that define it.")
    weights: Literal["equal"] | dict[str, float] = Field(
        default="equal", description="equal, or one positive weight a part (they are scaled to sum to one)."
    )
    status: Literal["formative"] = Field(default="formative", description="Parts define it and need not correlate.")
    remedy: Label | None = Field(default=None, description="What improves it.")

    def weight_of(self, part: str) -> float:
        """Return the declared weight of one part; the weights of a composite sum to one."""
        if self.weights == "equal":
            return 1.0 / len(self.parts)
        return self.weights[part] / sum(self.weights.values())


class ModelFile(_Frozen):
    """A structural model that belongs to the instrument."""

    id: str = Field(pattern=NAME_PATTERN, description="Short name for commands.", examples=["tam"])
    file: str = Field(description="File beside the instrument, never outside its folder.", examples=["tam.sem"])
    title: Label = Field(description="What the model is.")
    forms: list[Form] = Field(
        default_factory=_longer_forms,
        description="Questionnaire lengths that carry enough items for it.",
    )


class Header(_Frozen):
    """Identity of an instrument."""

    id: str = Field(pattern=INSTRUMENT_ID_PATTERN, description="Lower-case id, also the folder's name.")
    version: str = Field(
        min_length=1,
        description="Version of the wording; raise it with every change of a text or a scale.",
        examples=["1.0"],
        json_schema_extra={"type": ["string", "number"]},
    )
    title: Label = Field(default=Label(), description="Printed title of the questionnaire.")
    languages: list[Language] = Field(
        default_factory=_both_languages,
        min_length=1,
        description="Languages in which every text must exist.",
    )
    default_scale: str = Field(description="Scale of every construct that names none.", examples=["likert7"])
    stem: Label | None = Field(default=None, description="What the respondent is asked to judge.")
    licence: str | None = Field(default=None, description="Licence of the wording.", examples=["CC-BY-4.0"])
    cite: Label | None = Field(default=None, description="How to cite the instrument.")
    scale_note: Label | None = Field(default=None, description="How the scale is to be used.")
    consent: Label | None = Field(
        default=None, description="Consent line on the first page, in place of the plain one."
    )


class Instrument(_Frozen):
    """
    An instrument: everything that was asked, and how it is to be scored.

    Load one with :func:`wxsat.load_instrument`; every reference inside it has then been checked.
    """

    schema_version: Literal[1] = Field(default=1, description="Version of this file format.")
    header: Header = Field(alias="instrument", description="Identity, languages, default scale.")
    scales: dict[str, Scale] = Field(min_length=1, description="Response scales by id.")
    constructs: list[Construct] = Field(min_length=1, description="Constructs and items, in questionnaire order.")
    attention: list[AttentionCheck] = Field(default_factory=list, description="Quality-control items and their rules.")
    background: list[Question] = Field(default_factory=list, description="Background, behaviour and link questions.")
    composites: list[Composite] = Field(default_factory=list, description="Formative composites (the dilemmas).")
    models: list[ModelFile] = Field(
        default_factory=list, description="Structural models that belong to the instrument."
    )
    folder: SkipJsonSchema[Path | None] = Field(default=None, exclude=True)
    sha256: SkipJsonSchema[str] = Field(default="", exclude=True)

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

    def construct(self, construct_id: str) -> Construct:  # type: ignore[override]
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
