"""The sources beside the public's answers, read as the study file names them: staff, records, supervisors, needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wxsat.finding import Finding

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.diagnosis.three_sources import GivenSources
    from wxsat.instrument.instrument import Instrument
    from wxsat.panel.evaluate import PanelResult
    from wxsat.records.audit import AuditResult
    from wxsat.responses.responses import CleanResponses, Responses
    from wxsat.study.prepare import Prepared
    from wxsat.study.study import AnswerFile, Simulation

VASE_FEWEST = 10
OF_MODELS = frozenset({"RESP-104", "RESP-107"})
"""Items that cannot enter a model: staff and needs enter none, and of few persons it would tell what they answered."""
MESSAGES_AN_ACCOUNT = 60


@dataclass(frozen=True)
class ReadSources:
    """
    What a study's further sources gave.

    Attributes
    ----------
    given : GivenSources
    findings : tuple of Finding
        Of reading and cleaning them.
    simulated : bool
        Whether any of them is made up.
    """

    given: GivenSources
    findings: tuple[Finding, ...] = ()
    simulated: bool = False


def read_sources(prepared: Prepared, responses: CleanResponses, cluster: str | None) -> ReadSources:
    """
    Read the further sources of a study.

    Parameters
    ----------
    prepared : Prepared
    responses : CleanResponses
        The public's answers; the symptom of the vase asks them too.
    cluster : str, optional
        Their account column.

    Returns
    -------
    ReadSources

    Raises
    ------
    StudyError, DataError
        The codes of what reads each file: INST, RESP, LOG, PANEL.
    """
    from wxsat.diagnosis.three_sources import GivenSources

    study = prepared.study
    plan = study.data.simulate
    if plan is not None and plan.sources:
        return _simulated(prepared, plan, responses, cluster)
    staff = _answers(prepared, study.operators) if study.operators else None
    needs = _answers(prepared, study.needs) if study.needs else None
    found = [
        f
        for answers in (staff, needs)
        if answers is not None
        for f in answers.findings
        if f.severity != "note" and f.code not in OF_MODELS
    ]
    audit = _audit(prepared, responses, cluster)
    panel = _panel(prepared, audit)
    findings = (*found, *(audit.findings if audit else ()), *(panel_findings(panel) if panel else ()))
    simulated = any("simulated" in a.provenance.get("columns_unused", ()) for a in (staff, needs) if a is not None)
    given = GivenSources(audit, staff, panel, needs, study.diagnosis.accounts)
    return ReadSources(given, findings, simulated)


def _answers(prepared: Prepared, named: AnswerFile) -> CleanResponses:
    from wxsat.responses.clean import clean
    from wxsat.responses.read import read_responses

    folder = prepared.folder
    raw = read_responses(
        folder / named.file,
        _instrument(prepared, named.instrument),
        columns=named.columns or None,
        sheet=named.sheet,
        encoding=named.encoding,
        delimiter=named.delimiter,
    )
    return clean(raw)


def _instrument(prepared: Prepared, name: str) -> Instrument:
    from wxsat.instrument.load import load_instrument

    local = prepared.folder / name
    return load_instrument(local if local.exists() else name)


def _audit(prepared: Prepared, responses: CleanResponses, cluster: str | None) -> AuditResult | None:
    from wxsat.records.audit import audit

    study = prepared.study
    if study.audit is None:
        return None
    return audit(
        prepared.folder / study.audit,
        draws=study.diagnosis.draws,
        seed=study.seed,
        vase_severity=vase_by_account(responses, cluster),
    )


def _panel(prepared: Prepared, audited: AuditResult | None) -> PanelResult | None:
    from wxsat.panel.evaluate import evaluate_panel
    from wxsat.panel.scores import read_panel_scores

    if prepared.study.panel is None:
        return None
    return evaluate_panel(read_panel_scores(prepared.folder / prepared.study.panel), records=records_health(audited))


def vase_by_account(responses: Responses, cluster: str | None) -> dict[str, float]:
    """Return the public's severity of VASE for every account with ten answers and more."""
    import pandas as pd

    from wxsat.diagnosis.pomp import score_constructs

    if cluster is None or responses.instrument is None:
        return {}
    scores = score_constructs(responses, ["VASE"])
    if not scores.names:
        return {}
    values = pd.Series(scores.severity()[:, 0]).groupby(responses.frame[cluster].astype(str).to_numpy())
    known = values.mean()[values.count() >= VASE_FEWEST]
    return {str(account): float(severity) for account, severity in known.items()}


def _simulated(prepared: Prepared, plan: Simulation, responses: CleanResponses, cluster: str | None) -> ReadSources:
    from wxsat.diagnosis.three_sources import GivenSources
    from wxsat.instrument.load import load_instrument
    from wxsat.panel.evaluate import evaluate_panel
    from wxsat.panel.scores import panel_scores_of
    from wxsat.records.audit import audit
    from wxsat.records.read import records_of
    from wxsat.records.settings import LogFiles, LogSettings
    from wxsat.responses.clean import clean
    from wxsat.responses.read import read_responses
    from wxsat.simulate.respondents import simulate_responses
    from wxsat.simulate.sources import simulate_sources
    from wxsat.simulate.truth import load_truth

    truth = load_truth(prepared.truth if prepared.truth is not None else plan.truth)
    instrument = load_instrument("gov-wechat-operators")
    made = simulate_sources(truth, instrument, accounts=plan.accounts, seed=plan.seed, messages=MESSAGES_AN_ACCOUNT)
    staff = clean(read_responses(made.staff, instrument))
    settings = LogSettings(as_of=made.as_of, files=LogFiles(accounts="accounts.csv"))
    audited = audit(
        records_of(made.records, settings),
        draws=prepared.study.diagnosis.draws,
        seed=prepared.study.seed,
        vase_severity=vase_by_account(responses, cluster),
    )
    # The same people, asked the block on needs as well.
    full = simulate_responses(prepared.instrument, truth, n=plan.n, seed=plan.seed, form="full", accounts=plan.accounts)
    panel = evaluate_panel(panel_scores_of(made.panel), records=records_health(audited))
    given = GivenSources(audited, staff, panel, clean(full), prepared.study.diagnosis.accounts)
    return ReadSources(given, (*audited.findings, *panel_findings(panel)), simulated=True)


def records_health(audited: AuditResult | None) -> pd.Series | None:
    """Return every account's health by its records: 100 less the mean of its dilemmas' severities."""
    if audited is None or audited.dilemmas.empty:
        return None
    found: pd.Series = 100.0 - audited.dilemmas.groupby("account")["severity"].mean()
    return found.dropna()


def panel_findings(panel: PanelResult) -> tuple[Finding, ...]:
    """
    Return what the sheets say to the reader of a study.

    A panel whose scores must not be used (PANEL-101) is a warning here: it withholds its own part of the report, not
    what the public's answers allow. Supervisors are numbered, as in their table, not named.
    """
    found = (_numbered(f, panel) if f.code == "PANEL-105" else f for f in panel.findings)
    return tuple(replace(f, severity="warning") if f.severity == "refusal" else f for f in found)


def _numbered(finding: Finding, panel: PanelResult) -> Finding:
    order = sorted(map(str, panel.raters["rater"]))
    collapsed = set(map(str, panel.gaming.raters.loc[panel.gaming.raters["collapsed"], "rater"]))
    numbers = ", ".join(str(number) for number, name in enumerate(order, start=1) if name in collapsed)
    message = f"Supervisors whose scores hardly differ: {numbers}."
    return replace(finding, subject=numbers, message=message, evidence={"raters": numbers})
