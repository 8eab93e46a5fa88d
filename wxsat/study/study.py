"""The study file as frozen models: which instrument, which answers, how they were collected, what to compute."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from wxsat.instrument.instrument import FormName, Label, Language
from wxsat.responses.plan import CleaningPlan
from wxsat.sampling.plan import SampleKind, WeightPlan


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Data(_Frozen):
    """
    Where the answers are.

    Exactly one of `files` (paths beside the study file) and `example` (a public data set that ships with
    semopy: ``holzinger39`` or ``political_democracy``) and `simulate` (a truth file of the instrument).
    """

    files: list[str] = Field(default_factory=list, description="Paths of the answer files, relative to the study file.")
    example: Literal["holzinger39", "political_democracy"] | None = Field(
        default=None, description="A public data set that ships with semopy."
    )
    simulate: Simulation | None = Field(default=None, description="Simulated respondents instead of answers.")
    sheet: str | None = Field(default=None, description="Worksheet of an Excel file; the first one by default.")
    encoding: str | None = Field(default=None, description="Text encoding; recognised when left out.")
    delimiter: str | None = Field(default=None, description="Column delimiter; recognised when left out.")
    platform: str = Field(
        default="auto",
        description="Where the file was exported: wjx, tencent, qualtrics, ...; recognised when left out.",
    )
    pair: str | None = Field(
        default=None, description="问卷星: the other file of the pair (text beside codes), relative to the study file."
    )
    match: Literal["names", "order"] = Field(
        default="names", description="`order` takes columns by their place, as the last resort."
    )
    key: str | None = Field(
        default=None, description="File with your own key, relative to the study file: identifiers become keyed hashes."
    )
    columns: dict[str, str] = Field(
        default_factory=dict, description="Question id for a column of the file: {'1、用这个…': PU1}."
    )
    recode: dict[str, dict[str | int, int]] = Field(
        default_factory=dict, description="Codes to change on reading: {SATG: {5: 1}}."
    )
    account: str | None = Field(default=None, description="Column that names the account: the cluster of the design.")
    seconds: str | None = Field(default=None, description="Column with the answering time.")

    @model_validator(mode="after")
    def _one_source(self) -> Data:
        if sum((bool(self.files), self.example is not None, self.simulate is not None)) != 1:
            raise ValueError("give exactly one of files, example and simulate")
        return self


class Simulation(_Frozen):
    """Simulated respondents from a truth file of the instrument."""

    truth: str = "truth.yaml"
    n: Annotated[int, Field(ge=50, le=1_000_000)] = 1500
    accounts: Annotated[int, Field(ge=2)] = 40
    seed: int = 20140713
    sources: bool = Field(
        default=False, description="Simulate the accounts' staff, records and needs as well, from the same truth."
    )


class StudyWave(_Frozen):
    """One wave of the same study: its answer files and its dates; everything else is the study's."""

    id: Annotated[str, Field(min_length=1, description="Short name, e.g. the year.")]
    files: Annotated[list[str], Field(min_length=1, description="Answer files, relative to the study file.")]
    start: date | None = None
    end: date | None = None

    @model_validator(mode="after")
    def _dates_in_order(self) -> StudyWave:
        if self.start and self.end and self.end < self.start:
            raise ValueError(f"wave {self.id} ends ({self.end}) before it starts ({self.start})")
        return self


class AnswerFile(_Frozen):
    """Answers of others than the public: the staff, or the public's needs asked apart."""

    file: str = Field(description="Path relative to the study file.")
    instrument: str = Field(description="Bundled instrument or a file beside the study.")
    columns: dict[str, str] = Field(default_factory=dict)
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None


class Operators(AnswerFile):
    """Answers of operators, liaisons and leaders; published for three persons and more only."""

    instrument: str = "gov-wechat-operators"


class Needs(AnswerFile):
    """The public's needs where they were asked apart."""

    instrument: str = "gov-wechat-needs"


class Checklist(_Frozen):
    """What the methods appendix cannot look up from the run: one text an item of JARS, CHERRIES or AAPOR."""

    theory: Label = Field(default=Label(), description="Theory and hypotheses, and why paths point as they do.")
    power: Label = Field(default=Label(), description="How the sample size was decided.")
    respecification: Label = Field(default=Label(), description="Whether changes of the model were planned.")
    ethics: Label = Field(default=Label(), description="Ethics approval.")
    data_protection: Label = Field(default=Label(), description="What personal data are held, where and how long.")
    development: Label = Field(default=Label(), description="How the questionnaire was developed and pretested.")
    contact: Label = Field(default=Label(), description="Open or closed survey, and how people were contacted.")
    advertising: Label = Field(default=Label(), description="How the survey was announced, wording included.")
    context: Label = Field(default=Label(), description="The account or page on which the survey stood.")
    voluntary: Label = Field(default=Label(), description="Whether answering was voluntary.")
    incentives: Label = Field(default=Label(), description="What respondents got for answering.")
    order: Label = Field(default=Label(), description="Whether items or pages came in random order.")
    routing: Label = Field(default=Label(), description="Questions that depend on earlier answers.")
    pages: Label = Field(default=Label(), description="Number of pages and of items a page.")
    completeness: Label = Field(default=Label(), description="Whether completeness was checked before submission.")
    review: Label = Field(default=Label(), description="Whether respondents could go back and change answers.")
    visitors: Label = Field(default=Label(), description="How unique visitors were told apart.")
    duplicates: Label = Field(default=Label(), description="How repeated answers were prevented in the field.")


class Fieldwork(_Frozen):
    """How the answers were collected: what a citable table must carry (AAPOR, CHERRIES)."""

    population: Label = Label()
    start: date | None = None
    end: date | None = None
    mode: Label = Label()
    probability: bool = Field(
        default=False, description="True only for a probability sample; false blocks every margin of sampling error."
    )
    sampling: Label = Label()
    design: Literal["cross-section", "panel", "experiment"] = Field(
        default="cross-section", description="What was done: only a panel or an experiment can speak of causes."
    )
    response: Label = Label()
    consent: Label = Label()
    legal: Label = Label()
    sponsor: Label = Label()
    checklist: Checklist = Field(default=Checklist(), description="What the methods appendix cannot look up itself.")

    @model_validator(mode="after")
    def _dates_in_order(self) -> Fieldwork:
        if self.start and self.end and self.end < self.start:
            raise ValueError(f"fieldwork ends ({self.end}) before it starts ({self.start})")
        return self


class DiagnosisPlan(_Frozen):
    """Settings of the diagnosis of the dilemmas; every one a convention that the report labels as such."""

    enabled: bool = True
    target: Annotated[float, Field(ge=0, le=100)] = 20.0
    costs: dict[Literal["D1", "D2", "D3", "D4"], Annotated[float, Field(gt=0)]] = Field(
        default={}, description="Yuan that the remedy of a dilemma costs: points per 10,000 yuan are then given."
    )
    draws: Annotated[int, Field(ge=200, le=20_000)] = 2000
    accounts: Literal["sampled", "fixed"] = Field(
        default="sampled", description="fixed where the accounts diagnosed are all there are."
    )
    severity: Literal["latent", "observed"] = Field(
        default="latent", description="Latent means where their model is accepted, or means of answered items."
    )


class Outputs(_Frozen):
    """What a run writes beside its report, and how its tables look."""

    figure_size: Literal["a4", "slide"] | None = Field(
        default=None, description="Write the figures a second time, fitted to A4 or to a slide."
    )
    table_style: Literal["cyt", "apa"] | None = Field(
        default=None,
        description="Of tables in Word: cyt (CY/T 170-2019) or apa (APA 7); Chinese ones cyt, English ones apa.",
    )


class MeasurementPlan(_Frozen):
    """Settings of the measurement part."""

    htmt_draws: Annotated[int, Field(ge=0, le=20_000)] = 1000
    checks: bool = Field(default=True, description="Dimensions, method bias and invariance, as an appendix.")
    groups: list[str] = Field(
        default_factory=list,
        description="Columns (background questions) whose groups must be measured alike: the ladder of invariance.",
    )


class Study(_Frozen):
    """
    A whole study.

    Load one with :func:`wxsat.load_study`, run it with :func:`wxsat.run_study`.
    """

    schema_version: Literal[1] = 1
    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    title: Label
    authors: list[str] = Field(default_factory=list)
    organisation: Label = Label()
    language: Language = "zh"
    instrument: str
    form: FormName | None = None
    data: Data
    waves: list[StudyWave] = Field(
        default_factory=list,
        description="Waves in the order of time; the last one is what the report is about, the others are compared "
        "with it. `data` then names no files.",
    )
    fieldwork: Fieldwork = Fieldwork()
    sampling: SampleKind | None = None
    cleaning: CleaningPlan = CleaningPlan()
    weights: WeightPlan | None = None
    operators: Operators | None = Field(default=None, description="Answers of the accounts' staff.")
    audit: str | None = Field(default=None, description="Settings of the accounts' own records (logs.yaml).")
    panel: str | None = Field(default=None, description="Supervisors' monthly sheets (CSV, XLSX).")
    needs: Needs | None = Field(default=None, description="The public's needs, where they were asked apart.")
    models: list[str] = Field(default_factory=list)
    estimator: Literal["ML", "WLSMV", "ULSMV"] = Field(
        default="ML",
        description="Of the models: ML (items as continuous), or WLSMV or ULSMV with the items as ordinal.",
    )
    bootstrap: int | None = Field(
        default=None,
        ge=0,
        le=20_000,
        description="Bootstrap draws for intervals of paths and effects; 0 for none. Left out: 1,000 by ML, else none.",
    )
    measurement: MeasurementPlan = MeasurementPlan()
    diagnosis: DiagnosisPlan = DiagnosisPlan()
    outputs: Outputs = Outputs()
    seed: int = 20140713
    year: int | None = Field(
        default=None, description="Year of the report in its citation; the fieldwork's when left out."
    )
    folder: Path | None = Field(default=None, exclude=True)
    file: Path | None = Field(default=None, exclude=True)
    sha256: str = Field(default="", exclude=True)
    places: dict[str, str] = Field(default_factory=dict, exclude=True)

    @property
    def probability(self) -> bool:
        """Whether the study declares a probability sample."""
        return self.fieldwork.probability if self.sampling is None else self.sampling.type == "probability"

    @model_validator(mode="before")
    @classmethod
    def _last_wave_is_the_data(cls, raw: Any) -> Any:
        """Put the files and dates of the last wave where those of a single one stand."""
        waves = raw.get("waves") if isinstance(raw, dict) else None
        last = waves[-1] if isinstance(waves, list) and waves else None
        data = raw.get("data") or {} if last is not None else None
        if not isinstance(last, dict) or not isinstance(data, dict) or {"files", "example", "simulate"} & set(data):
            return raw
        dates = {key: last[key] for key in ("start", "end") if key in last}
        work = raw.get("fieldwork") or {}
        filled = {**raw, "data": {**data, "files": last.get("files") or []}}
        return {**filled, "fieldwork": {**dates, **work}} if isinstance(work, dict) else filled

    @model_validator(mode="after")
    def _waves_in_order(self) -> Study:
        if not self.waves:
            return self
        names = [wave.id for wave in self.waves]
        if len(self.waves) < 2:
            raise ValueError("`waves` names one wave; two at least can be compared")
        if len(set(names)) < len(names):
            raise ValueError(f"`waves` names a wave twice: {', '.join(names)}")
        if self.data.files != self.waves[-1].files:
            raise ValueError("with `waves` the answers stand there; `data` names no files, example or simulation")
        for before, after in pairwise(self.waves):
            if before.end and after.start and after.start <= before.end:
                raise ValueError(f"wave {after.id} starts ({after.start}) before wave {before.id} has ended")
        return self

    @model_validator(mode="after")
    def _one_kind_of_sample(self) -> Study:
        stated = "probability" in self.fieldwork.model_fields_set
        if self.sampling is not None and stated and self.fieldwork.probability != self.probability:
            raise ValueError(
                f"`sampling: type: {self.sampling.type}` contradicts `fieldwork: probability: "
                f"{str(self.fieldwork.probability).lower()}`"
            )
        return self


Data.model_rebuild()
