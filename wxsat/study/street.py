"""The street: read → clean → measure → fit → diagnose → once more without the single flags. Nothing is written here."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wxsat import __version__
from wxsat.errors import DataError, EstimationError
from wxsat.finding import Finding, distinct
from wxsat.present.causal import causal_words
from wxsat.present.content import FieldNotes, FittedModel, MeasurementChecks, ReportContent, SecondRun
from wxsat.study.answers import is_simulated, read_answers
from wxsat.study.effect_intervals import add_intervals
from wxsat.study.prepare import PlannedModel, Prepared
from wxsat.study.weights import WEIGHT_COLUMN, outcome_figures, weigh

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.diagnosis.result import Diagnosis
    from wxsat.diagnosis.tracking import Tracking
    from wxsat.instrument.instrument import Instrument
    from wxsat.psychometrics.scales import ScaleQuality
    from wxsat.responses.responses import CleanResponses
    from wxsat.sem.result import SemResult
    from wxsat.study.sources import ReadSources
    from wxsat.study.study import Study

Progress = Callable[[str], None]

# Too few rows, a constant variable, collinear variables: true of the answers, and no reason to withhold the rest.
NOT_ENOUGH_ANSWERS = (
    "SEM-044", "SEM-045", "SEM-046", "MEAS-030", "MEAS-031", "MEAS-035", "MEAS-036", "MEAS-037",
)  # fmt: skip


@dataclass(frozen=True)
class Walk:
    """What one walk down the street gave."""

    scales: ScaleQuality
    models: tuple[FittedModel, ...]
    diagnosis: Diagnosis | None
    findings: tuple[Finding, ...]


def walk_street(prepared: Prepared, progress: Progress = lambda step: None) -> ReportContent:
    """
    Run a prepared study and return everything its report is built from.

    Parameters
    ----------
    prepared : Prepared
    progress : callable
        Told the name of each step as it begins.

    Returns
    -------
    ReportContent

    Raises
    ------
    DataError
        The answers cannot be read or coded, or nobody is left.
    """
    from wxsat.responses.clean import clean

    study = prepared.study
    progress("read")
    raw = read_answers(prepared)
    progress("clean")
    responses, weighting = weigh(study, prepared.margins, clean(raw, study.cleaning))
    sources = _sources(prepared, responses, progress)
    first = _walk(prepared, responses, sources, progress)
    progress("bootstrap")
    models, larger = add_intervals(prepared, responses, first.models, cluster_column(prepared, responses))
    second_run = None
    if responses.single_flag_rows:
        progress("second run")
        again, _ = weigh(study, prepared.margins, responses.without_single_flags())
        walk = _walk(prepared, again, sources, lambda step: None)
        second_run = SecondRun(again.n, walk.scales, walk.models, walk.diagnosis)
    tracking = _tracking(prepared, responses, progress)
    simulated = is_simulated(raw) or (sources is not None and sources.simulated)
    simulated = simulated or (tracking is not None and bool(tracking.settings["simulated"]))
    funnel, contradictions = _funnel(prepared, responses)
    return ReportContent(
        title=study.title,
        instrument=prepared.instrument,
        form=responses.form if _forms_differ(prepared.instrument) else None,
        authors=tuple(study.authors),
        notes=_field_notes(prepared),
        responses=responses,
        scales=first.scales,
        checks=_checks(prepared, responses, first, progress),
        models=models,
        diagnosis=first.diagnosis,
        audit=sources.given.audit if sources is not None else None,
        panel=sources.given.panel if sources is not None else None,
        second_run=second_run,
        tracking=tracking,
        findings=distinct(
            (
                *_study_findings(prepared, simulated),
                *_title_findings(study),
                *responses.findings,
                *contradictions,
                *(weighting.findings if weighting is not None else ()),
                *(sources.findings if sources is not None else ()),
                *first.findings,
                *larger,
                *(tracking.findings if tracking is not None else ()),
            )
        ),
        weighting=weighting,
        outcomes=outcome_figures(study),
        funnel=funnel,
        provenance={
            "version": __version__,
            "year": study.year or (study.fieldwork.end.year if study.fieldwork.end else None),
            "seed": study.seed,
            "inputs": prepared.inputs,
            "config": study.sha256 or hashlib.sha256(study.model_dump_json().encode()).hexdigest(),
        },
        simulated=simulated,
        table_style=study.outputs.table_style or "",
    )


def _tracking(prepared: Prepared, responses: CleanResponses, progress: Progress) -> Tracking | None:
    from wxsat.study.waves import track

    if not prepared.study.waves:
        return None
    progress("waves")
    return track(prepared, responses)


def _forms_differ(instrument: Instrument) -> bool:
    return len({tuple(item.forms) for item in instrument.items_in()}) > 1


def _sources(prepared: Prepared, responses: CleanResponses, progress: Progress) -> ReadSources | None:
    """Read the staff, the records, the supervisors' sheets and the needs; None where nothing is diagnosed."""
    from wxsat.study.sources import read_sources

    if not (prepared.instrument.composites and prepared.study.diagnosis.enabled):
        return None
    progress("sources")
    return read_sources(prepared, responses, cluster_column(prepared, responses))


def _walk(prepared: Prepared, responses: CleanResponses, sources: ReadSources | None, progress: Progress) -> Walk:
    from wxsat.psychometrics.scales import evaluate_scales

    study = prepared.study
    cluster = cluster_column(prepared, responses)
    weights = WEIGHT_COLUMN if study.weights is not None else None
    progress("measure")
    scales = evaluate_scales(responses, draws=study.measurement.htmt_draws, seed=study.seed, cluster=cluster)
    progress("fit")
    models = tuple(_fit(model, responses, weights, study.estimator) for model in prepared.models)
    findings = [*scales.findings]
    for planned, model in zip(prepared.models, models, strict=True):
        findings += _model_findings(model, len(models) > 1, planned.text, responses)
    diagnosis = None
    if prepared.instrument.composites and study.diagnosis.enabled:
        progress("diagnose")
        diagnosis = _diagnose(
            prepared, responses, scales, sources, cluster, refused=any(f.severity == "refusal" for f in findings)
        )
        findings += diagnosis.findings
    return Walk(scales, models, diagnosis, tuple(findings))


def _checks(prepared: Prepared, responses: CleanResponses, walk: Walk, progress: Progress) -> MeasurementChecks | None:
    from wxsat.study.measurement_checks import check_measurement

    progress("measure")
    study = prepared.study
    return check_measurement(study.measurement, prepared.instrument, responses, walk.scales, study.seed)


def cluster_column(prepared: Prepared, responses: CleanResponses) -> str | None:
    """
    Return the column that names the account: the study's, or the instrument's own question with that role.

    None as well where all respondents rate one account: there is nothing to group by then.
    """
    named = prepared.study.data.account
    own = [q.id for q in prepared.instrument.background if q.role == "account"]
    column = next((c for c in ([named] if named else own) if c in responses.frame.columns), None)
    return column if column is not None and responses.frame[column].nunique() > 1 else None


def _fit(model: PlannedModel, responses: CleanResponses, weights: str | None, estimator: str) -> FittedModel:
    """Fit one model; what the answers do not allow is said in the report, beside everything else they do allow."""
    from wxsat.sem.reading import judge_reading

    try:
        fitted = _fitted(model.text, responses, weights, estimator)
        judged = judge_reading(fitted, responses, lambda text: _fitted(text, responses, weights, estimator))
        return FittedModel(model.id, model.title, judged)
    except (EstimationError, DataError) as error:
        if isinstance(error, DataError) and error.code not in NOT_ENOUGH_ANSWERS:
            raise
        return FittedModel(model.id, model.title, None, f"{error.message} {error.hint}".strip(), error.code)


def _fitted(text: str, responses: CleanResponses, weights: str | None, estimator: str) -> SemResult:
    from wxsat.sem.fit import fit_sem

    if estimator != "ML":
        # semopy has no ordinal estimator that is right: nothing stands beside these fits as a second engine.
        asked = responses.instrument.items_in() if responses.instrument is not None else ()
        items = [item.id for item in asked if item.id in responses.frame.columns]
        return fit_sem(text, responses, estimator=estimator, ordered=items, weights=weights)
    # semopy knows no weights: it cannot be the second engine of a weighted fit.
    return fit_sem(text, responses, check="semopy") if weights is None else fit_sem(text, responses, weights=weights)


def _model_findings(
    model: FittedModel, several: bool, text: str = "", responses: CleanResponses | None = None
) -> list[Finding]:
    """
    Return what a model's fit has to say, with the model's name where the study has several.

    A model without a solution is followed by what in the answers stands against it (MEAS-121, MEAS-180, MEAS-181).
    """
    if model.result is None:
        from wxsat.sem.reading import reasons_without_solution

        message = f"The model '{model.id}' could not be estimated: {model.failure} [{model.failure_code}]"
        evidence = {"reason": model.failure, "cause": model.failure_code or "failed"}
        reasons = () if model.failure_code in NOT_ENOUGH_ANSWERS else reasons_without_solution(text, responses)
        return [Finding("STUDY-101", "refusal", model.id, message, evidence), *reasons]
    if not several:
        return list(model.result.findings)
    return [
        replace(finding, message=f"{model.id}: {finding.message}", evidence={**finding.evidence, "model": model.id})
        for finding in model.result.findings
    ]


def _diagnose(
    prepared: Prepared,
    responses: CleanResponses,
    scales: ScaleQuality,
    sources: ReadSources | None,
    cluster: str | None,
    refused: bool,
) -> Diagnosis:
    from wxsat.diagnosis.diagnose import diagnose

    plan = prepared.study.diagnosis
    omega = scales.reliability.set_index("construct")["omega"]
    # Beyond 1 in an inadmissible one-factor solution (MEAS-109): no reliability to correct with.
    omega = omega[(omega > 0) & (omega <= 1)]
    given = sources.given if sources is not None else None
    return diagnose(
        responses,
        audit=given.audit if given else None,
        operators=given.operators if given else None,
        panel=given.panel if given else None,
        needs=given.needs if given else None,
        accounts=plan.accounts,
        severity=plan.severity,
        reliability={str(name): float(value) for name, value in omega.items()},
        cluster=cluster,
        weights=WEIGHT_COLUMN if prepared.study.weights is not None else None,
        target=plan.target,
        costs={str(dilemma): cost for dilemma, cost in plan.costs.items()},
        draws=plan.draws,
        seed=prepared.study.seed,
        refused=refused,
        index_only=responses.form == "brief",
    )


def _funnel(prepared: Prepared, responses: CleanResponses) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    """Return the stages of fieldwork, and what contradicts itself in them."""
    from wxsat.responses.funnel import declared_counts, funnel_findings, response_funnel

    sampling = prepared.study.sampling
    declared = sampling.funnel if sampling is not None else {}
    funnel = response_funnel(responses, **declared_counts(declared))
    return funnel, funnel_findings(funnel, declared)


def _study_findings(prepared: Prepared, simulated: bool) -> list[Finding]:
    notes = prepared.study.fieldwork
    if simulated or prepared.study.data.example or (notes.start and notes.end):
        return []
    message = "The study file gives no fieldwork dates; figures without dates should not be cited."
    return [Finding("STUDY-102", "warning", prepared.study.id, message)]


def _title_findings(study: Study) -> list[Finding]:
    """Tell a title that claims a cause where the design can show none."""
    if study.fieldwork.design != "cross-section":
        return []
    words = [*causal_words(study.title.zh or "", "zh"), *causal_words(study.title.en or "", "en")]
    if not words:
        return []
    message = (
        f"The study's title claims a cause ({', '.join(words)}); answers of one moment show associations. "
        "Another wording, or `design: panel` or `experiment` under `fieldwork:` where it was one."
    )
    return [Finding("STUDY-104", "note", "title", message, {"words": ", ".join(words)})]


def _field_notes(prepared: Prepared) -> FieldNotes:
    work = prepared.study.fieldwork
    return FieldNotes(
        population=work.population,
        sampling=work.sampling,
        mode=work.mode,
        response=work.response,
        consent=work.consent,
        sponsor=work.sponsor,
        legal=work.legal,
        start=work.start.isoformat() if work.start else "",
        end=work.end.isoformat() if work.end else "",
        probability=prepared.study.probability,
        organisation=prepared.study.organisation,
        design=work.design,
        places=prepared.study.places,
        checklist={name: getattr(work.checklist, name) for name in type(work.checklist).model_fields},
    )
