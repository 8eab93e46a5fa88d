"""Sampling and weights as a study file or a design file states them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from wxsat.errors import StudyError


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SampleKind(_Frozen):
    """How the respondents came into the sample, and the counts that its outcome rates rest on."""

    type: Literal["probability", "opt-in"] = Field(
        description="probability: everybody had a known chance to be asked; opt-in: no margin of error is ever given."
    )
    dispositions: dict[str, float] = Field(
        default_factory=dict, description="Final case counts for AAPOR's rates: complete, partial, refusal, ..."
    )
    eligible_share: Annotated[float, Field(ge=0, le=1)] | None = Field(
        default=None, description="AAPOR's e: share of the unknown cases that are eligible."
    )
    funnel: dict[str, int] = Field(
        default_factory=dict,
        description="Counts of a web survey: pushed, opened, first_page, consented, completed, valid.",
    )

    @model_validator(mode="after")
    def _rates_of_the_kind(self) -> SampleKind:
        if self.type == "opt-in" and self.dispositions:
            raise ValueError("an opt-in sample has no response rate; give `funnel` counts instead of `dispositions`")
        return self


class SamplingPlan(SampleKind):
    """The kind of a sample, and the columns that say how it was drawn."""

    strata: str | list[str] | None = Field(default=None, description="Column(s) of the strata, one a stage.")
    clusters: str | list[str] | None = Field(default=None, description="Column(s) of the sampled units, one a stage.")
    fpc: str | list[str] | None = Field(
        default=None, description="Column(s) of population sizes or sampling fractions, one a stage."
    )
    weights: str | None = Field(default=None, description="Column of design weights.")
    lonely: Literal["fail", "adjust", "certainty"] = Field(
        default="fail", description="A stratum with one sampled unit: an error, measured from zero, or adds nothing."
    )


class WeightPlan(_Frozen):
    """How respondents are weighted: by margins, or by a column of the data."""

    margins: str | dict[str, Any] | None = Field(
        default=None, description="File of margins beside the study (YAML, XLSX, CSV), or the margins themselves."
    )
    method: Literal["rake", "poststratify", "linear", "logit"] = "rake"
    bounds: tuple[float, float] | None = Field(default=None, description="Of the weight over its base weight.")
    trim: float | tuple[float, float] | None = Field(
        default=None, description="Largest (and smallest) weight as a multiple of the median weight."
    )
    base_weight: str | None = Field(default=None, description="Column of design weights.")
    missing: Literal["fail", "drop", "keep"] = Field(
        default="fail", description="Respondents without an answer to a margin variable."
    )

    @model_validator(mode="after")
    def _some_source(self) -> WeightPlan:
        if self.margins is None and self.base_weight is None:
            raise ValueError("give margins, or base_weight, a column that holds the weights")
        return self


class DesignFile(_Frozen):
    """A design file: sampling, and margins to calibrate to."""

    sampling: SamplingPlan
    weights: WeightPlan | None = None


def load_design(path: str | Path) -> DesignFile:
    """
    Read a design file (YAML).

    Raises
    ------
    StudyError
        SAMP-001 no such file, SAMP-002 not usable as YAML, SAMP-008 entries missing, unknown or of a wrong value; all
        at once, with their lines.

    Examples
    --------
    >>> load_design("design.yaml").sampling.type  # doctest: +SKIP
    'probability'
    """
    from dataclasses import replace

    from wxsat.instrument.settings_file import load_settings

    try:
        return load_settings(Path(path), DesignFile, "SAMP", StudyError).value
    except StudyError as error:
        codes = {"SAMP-001": "SAMP-001", "SAMP-010": "SAMP-008", "SAMP-011": "SAMP-008", "SAMP-012": "SAMP-008"}
        raise StudyError.from_faults(replace(f, code=codes.get(f.code, "SAMP-002")) for f in error.faults) from None
