"""What a report is made from: the results of every step of the street, and what the study file says about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from wxsat.finding import Finding
from wxsat.instrument.instrument import FormName, Instrument, Label

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.diagnosis.result import Diagnosis
    from wxsat.diagnosis.tracking import Tracking
    from wxsat.panel.evaluate import PanelResult
    from wxsat.psychometrics.factors.evaluate import FactorAnalysis
    from wxsat.psychometrics.scales import ScaleQuality
    from wxsat.records.audit import AuditResult
    from wxsat.responses.responses import CleanResponses
    from wxsat.sampling.weighting import Weighting
    from wxsat.sem.invariance.result import InvarianceResult
    from wxsat.sem.method_bias.evaluate import MethodBias
    from wxsat.sem.result import SemResult


NOT_SAID = Label()


@dataclass(frozen=True)
class FieldNotes:
    """
    How the answers were collected, in the study's words; empty labels mean that the study does not say.

    ``places`` holds, for each key of the study file, the file and line where it stands or could be filled in.
    """

    population: Label = NOT_SAID
    sampling: Label = NOT_SAID
    mode: Label = NOT_SAID
    response: Label = NOT_SAID
    consent: Label = NOT_SAID
    sponsor: Label = NOT_SAID
    legal: Label = NOT_SAID
    start: str = ""
    end: str = ""
    probability: bool = False
    organisation: Label = NOT_SAID
    design: Literal["cross-section", "panel", "experiment"] = "cross-section"
    places: Mapping[str, str] = field(default_factory=dict)
    checklist: Mapping[str, Label] = field(default_factory=dict)


@dataclass(frozen=True)
class OutcomeFigures:
    """Outcome rates: AAPOR's of a probability sample, those of a web survey's funnel; shares in [0, 1]."""

    aapor: Mapping[str, float]
    funnel: Mapping[str, float]


@dataclass(frozen=True)
class EffectIntervals:
    """
    Bootstrap intervals of a model's paths and effects.

    Attributes
    ----------
    frame : DataFrame
        ``kind outcome source group estimate std_error bootstrap_error ci_lower ci_upper``; kind is ``~``, ``:=`` or
        ``indirect``, ``std_error`` the model's own.
    draws, seed : int
    n_accounts : int
        Accounts that were drawn whole; 0 where respondents were drawn one by one.
    """

    frame: pd.DataFrame
    draws: int
    seed: int
    n_accounts: int


@dataclass(frozen=True)
class FittedModel:
    """One model of the study and what came of it."""

    id: str
    title: Label
    result: SemResult | None
    failure: str = ""
    failure_code: str = ""
    intervals: EffectIntervals | None = None


@dataclass(frozen=True)
class GroupInvariance:
    """The ladder of invariance between the groups of one column; `small` groups were left out."""

    column: str
    result: InvarianceResult | None
    failure: str = ""
    small: tuple[str, ...] = ()


@dataclass(frozen=True)
class MeasurementChecks:
    """Dimensions, method bias and invariance; what could not be computed is None, with its reason."""

    factors: FactorAnalysis | None
    no_factors: str
    method_bias: MethodBias | None
    no_method_bias: str
    groups: tuple[GroupInvariance, ...]
    n_scales: int


@dataclass(frozen=True)
class SecondRun:
    """The same figures without the respondents that a single flag family marked."""

    n: int
    scales: ScaleQuality | None = None
    models: tuple[FittedModel, ...] = ()
    diagnosis: Diagnosis | None = None


@dataclass(frozen=True)
class ReportContent:
    """
    Everything a report is built from.

    Attributes
    ----------
    title : Label
    instrument : Instrument or None
    responses : CleanResponses or None
    scales : ScaleQuality or None
    checks : MeasurementChecks or None
    models : tuple of FittedModel
        The first one is the study's main model.
    diagnosis : Diagnosis or None
    audit : AuditResult or None
        What the accounts' own records say.
    panel : PanelResult or None
        What a panel of supervisors says.
    second_run : SecondRun or None
    tracking : Tracking or None
        What changed over the waves of the study.
    weighting : Weighting or None
    funnel : DataFrame or None
        Sent, opened, consented, completed, valid, as far as the study and the data say.
    outcomes : OutcomeFigures or None
    findings : tuple of Finding
        Of every step, already without doubles.
    provenance : mapping
        ``version``, ``seed``, ``year``, ``inputs`` (name to SHA-256), ...
    simulated : bool
        Whether the answers are simulated; every page then says so.
    table_style : {"", "cyt", "apa"}
        Of tables on paper; by the language when empty.
    """

    title: Label
    instrument: Instrument | None = None
    form: FormName | None = None
    authors: tuple[str, ...] = ()
    notes: FieldNotes = FieldNotes()
    responses: CleanResponses | None = None
    scales: ScaleQuality | None = None
    checks: MeasurementChecks | None = None
    models: tuple[FittedModel, ...] = ()
    diagnosis: Diagnosis | None = None
    audit: AuditResult | None = None
    panel: PanelResult | None = None
    second_run: SecondRun | None = None
    tracking: Tracking | None = None
    weighting: Weighting | None = None
    outcomes: OutcomeFigures | None = None
    funnel: pd.DataFrame | None = None
    findings: tuple[Finding, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)
    simulated: bool = False
    table_style: Literal["", "cyt", "apa"] = ""

    @property
    def main_model(self) -> FittedModel | None:
        """The study's first model, or None."""
        return self.models[0] if self.models else None

    @property
    def refusing(self) -> tuple[Finding, ...]:
        """The findings that forbid the structural reading."""
        return tuple(f for f in self.findings if f.severity == "refusal")
