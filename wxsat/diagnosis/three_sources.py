"""The sources beside the public's answers: checked, drawn jointly, combined, and told account by account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wxsat.diagnosis import source_cautions as cautions
from wxsat.diagnosis.accounts import account_means, tabulate_accounts
from wxsat.diagnosis.base_rates import compare_with_inspections
from wxsat.diagnosis.inputs import NO_ACCOUNT, sampling_units, unit_names
from wxsat.diagnosis.joint_draws import AccountDraws, AccountReading, draw_accounts, draw_means, draw_records
from wxsat.diagnosis.knots import move_knots
from wxsat.diagnosis.operators import NEEDS, StaffAnswers, score_staff
from wxsat.diagnosis.pomp import pomp
from wxsat.diagnosis.ranks import rank_accounts, rank_dilemmas
from wxsat.diagnosis.severity import PublicSeverity
from wxsat.diagnosis.sources import DILEMMAS, SourceSeverity, centred, source_of_audit
from wxsat.diagnosis.staff_severity import StaffSeverity, staff_severity
from wxsat.diagnosis.staff_tables import account_staff, tabulate_need_gaps, tabulate_staff
from wxsat.diagnosis.triangulation import SourceTables, combine_sources
from wxsat.finding import Finding
from wxsat.numerics.labels import plain_labels
from wxsat.records.audit import AuditResult
from wxsat.responses.responses import Responses

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.diagnosis.sampling import Units
    from wxsat.panel.evaluate import PanelResult

Floats = NDArray[np.float64]
PANEL_VETO = "V"
"""How a veto of the supervisors is listed: the sheet's own letter."""


@dataclass(frozen=True, eq=False)
class GivenSources:
    """What a diagnosis is given beside the public's answers."""

    audit: AuditResult | None = None
    operators: Responses | None = None
    panel: PanelResult | None = None
    needs: Responses | None = None
    accounts: AccountReading = "sampled"


@dataclass(frozen=True, eq=False)
class Evidence:
    """
    The sources together.

    Attributes
    ----------
    tables : SourceTables
        ``combined``, ``sources``, ``parts``.
    accounts : DataFrame
        One row an account and dilemma, see :func:`wxsat.diagnosis.accounts.tabulate_accounts`; empty without accounts.
    staff : DataFrame
        Parts by role, over all accounts; cells of fewer than three persons are empty.
    gaps : DataFrame
        Needs: importance, performance, what the staff believe; empty without needs.
    gap_figures : mapping of str to float
        ``bsi``, ``rank_agreement``, ``g4``, ``self_other_gap``, reliability of the differences.
    surface : DataFrame
        Response surface of satisfaction on experienced and claimed performance by account.
    symptoms : DataFrame
        One row an account and symptom.
    inspections : DataFrame
        Shares here over those of official inspections.
    dilemma_ranks, account_ranks : DataFrame
        Intervals of places, see :mod:`wxsat.diagnosis.ranks`.
    knots : DataFrame
        Severities and verdicts with the conventions of the records moved, see :mod:`wxsat.diagnosis.knots`.
    findings : tuple of Finding
    settings : mapping
    """

    tables: SourceTables
    accounts: pd.DataFrame
    staff: pd.DataFrame
    gaps: pd.DataFrame
    gap_figures: Mapping[str, float]
    surface: pd.DataFrame
    symptoms: pd.DataFrame
    inspections: pd.DataFrame
    dilemma_ranks: pd.DataFrame
    account_ranks: pd.DataFrame
    knots: pd.DataFrame
    findings: tuple[Finding, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class _Public:
    """The public's side as the joint draws need it."""

    severity: PublicSeverity
    frame: pd.DataFrame
    values: Floats
    units: Units
    names: tuple[str, ...]
    weights: Floats | None


def weigh_evidence(
    given: GivenSources,
    responses: Responses,
    public: PublicSeverity,
    severity: pd.DataFrame,
    values: Floats,
    weights: Floats | None,
    cluster: str | None,
    draws: int,
    seed: int,
) -> Evidence:
    """
    Combine the public's severities with the other sources.

    Parameters
    ----------
    given : GivenSources
    responses : Responses
        The public's answers.
    public : PublicSeverity
        Estimate and draws behind `severity`.
    severity : DataFrame
        The public's severity table.
    values : ndarray, shape (n, k)
        Severities of the respondents, in the order of ``public.names``.
    weights : ndarray, optional
    cluster : str, optional
    draws, seed : int

    Raises
    ------
    UsageError, DataError
        DIAG-020 to DIAG-026.
    """
    cautions.require_sources(given)
    units, _, _ = sampling_units(responses, cluster)
    side = _Public(public, severity, values, units, unit_names(responses, cluster, units), weights)
    staff = score_staff(given.operators) if given.operators is not None else None
    stream = np.random.default_rng(np.random.SeedSequence([seed, 7]))
    drawn = _draw_accounts(side, staff, given, draws, stream)
    answered = _answered(side.names) if units.clustered else _single_account(responses, cluster)
    cautions.require_common_accounts(answered, staff, given)
    needs = _needs(given.needs or responses, cluster, drawn, draws, stream)
    staffed = staff_severity(staff, drawn, needs.draws if needs else None, stream) if staff else None
    sources = _gather(side, staffed, given, drawn, draws, stream)
    df = None if drawn.fixed and len(sources) > 1 else max(len(drawn.accounts) - 1, 1)
    vetoes = _vetoes(given)
    tables = combine_sources(
        sources, unit="all", df=df, vetoes=_vetoes_by_dilemma(vetoes), rng=stream,
        public_row=None if drawn.fixed and len(sources) > 1 else _public_rows(severity),
    )  # fmt: skip
    accounts = _accounts(side, staff, given, vetoes)
    of_gaps = None if drawn.fixed else df
    gaps, figures, surface = tabulate_need_gaps(staff, staffed, needs, given.needs or responses, of_gaps)
    audit = given.audit
    import pandas as pd

    return Evidence(
        tables, accounts, tabulate_staff(staff, staffed), gaps, figures, surface,
        audit.symptom_frame() if audit else pd.DataFrame(),
        compare_with_inspections(audit) if audit else pd.DataFrame(),
        rank_dilemmas(_severities(tables), tables.draws), rank_accounts(accounts, seed),
        move_knots(tables, audit, df),
        tuple(cautions.caution_about_sources(tables, given, staff, accounts, figures, answered, vetoes)),
        {
            "sources": [s.source for s in sources], "accounts_are": "fixed" if drawn.fixed else "sampled",
            "operators": _asked_with(given.operators),
            "needs": _asked_with(given.needs),
            "audit": None if audit is None else dict(audit.settings),
            "knots": None if audit is None else {
                i.id: [i.target, i.compliance, i.critical, i.veto] for i in audit.definitions.values()
            },
        },
    )  # fmt: skip


def _asked_with(responses: Responses | None) -> str | None:
    """The hash of the instrument that answers were read by."""
    return None if responses is None or responses.instrument is None else responses.instrument.sha256


def _answered(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if not name.startswith(NO_ACCOUNT))


def _single_account(responses: Responses, cluster: str | None) -> tuple[str, ...]:
    """The one account that all answers are about, where they name one."""
    own = [q.id for q in responses.instrument.background if q.role == "account"] if responses.instrument else []
    column = cluster or next(iter(own), None)
    if column is None or column not in responses.frame.columns:
        return ()
    return tuple(dict.fromkeys(label for label in plain_labels(responses.frame[column]) if label is not None))


def _severities(tables: SourceTables) -> dict[str, float]:
    combined = tables.combined
    return dict(zip(combined["dilemma"].astype(str), combined["S"].astype(float), strict=True))


def _draw_accounts(
    side: _Public, staff: StaffAnswers | None, given: GivenSources, draws: int, rng: np.random.Generator
) -> AccountDraws:
    names = [*side.names, *(staff.accounts if staff else ()), *(given.audit.accounts if given.audit else ())]
    return draw_accounts([str(n) for n in names], draws, given.accounts, rng)


def _gather(
    side: _Public,
    staffed: StaffSeverity | None,
    given: GivenSources,
    drawn: AccountDraws,
    draws: int,
    rng: np.random.Generator,
) -> list[SourceSeverity]:
    alone = staffed is None and given.audit is None
    sources = [_public_source(side, side.severity.draws if alone else _public_draws(side, drawn, draws, rng))]
    if staffed is not None:
        sources.append(staffed.source)
    if given.audit is not None:
        found = draw_records(given.audit, drawn)
        overall = given.audit.overall.set_index("dilemma")["severity"].reindex(list(DILEMMAS))
        sources.append(source_of_audit(given.audit, centred(found, overall.to_numpy(np.float64))))
    return sources


def _public_draws(side: _Public, drawn: AccountDraws, draws: int, rng: np.random.Generator) -> Floats:
    counts: Floats | None
    if not side.units.clustered:
        blocks = draw_accounts([str(i) for i in range(side.units.count)], draws, "sampled", rng)
        counts = blocks.counts
    else:
        counts = None if drawn.fixed else drawn.of(side.names)
    means = draw_means(side.values, side.units, counts, side.weights, draws, rng)
    # The draws carry the spread; the estimate may be the latent one.
    moved: Floats = means - np.nanmean(means, axis=0) + side.severity.estimate.means
    return moved


def _public_source(side: _Public, draws: Floats) -> SourceSeverity:
    frame, parts, n = side.frame, {}, {}
    columns = np.full((len(draws), len(DILEMMAS)), np.nan)
    for i, dilemma in enumerate(DILEMMAS):
        row = frame[(frame["level"] == "dilemma") & (frame["id"] == dilemma)]
        if row.empty or not np.isfinite(row["S"].iloc[0]):
            continue
        weights = side.severity.weights_of(dilemma)
        used = weights > 0
        means = side.severity.estimate.means
        names = side.severity.names
        parts[dilemma] = {names[j]: (float(means[j]), float(weights[j])) for j in np.flatnonzero(used)}
        n[dilemma] = int(row["n"].iloc[0])
        columns[:, i] = draws[:, used] @ weights[used]
    return SourceSeverity("pub", parts, columns, n)


def _public_rows(severity: pd.DataFrame) -> dict[str, dict[str, float]]:
    kept = ["S", "se", "ci_lower", "ci_upper", "p20", "p40", "p60"]
    kept += ["method_lower", "method_upper", "method_min", "method_max"]
    rows = severity[severity["level"] == "dilemma"]
    return {str(row["id"]): {name: float(row[name]) for name in kept} for _, row in rows.iterrows()}


@dataclass(frozen=True, eq=False)
class PublicNeeds:
    """
    The public's needs.

    Attributes
    ----------
    importance, performance : ndarray, shape (n, 12)
        POMP.
    draws : ndarray, shape (draws + 1, 12)
        Mean importance: the estimate, then draws.
    performance_draws : ndarray, shape (draws, 12)
        Mean performance in the same draws.
    account : ndarray of str, shape (n,)
        Empty without accounts.
    """

    importance: Floats
    performance: Floats
    draws: Floats
    performance_draws: Floats
    account: NDArray[Any]


def _needs(
    responses: Responses, cluster: str | None, drawn: AccountDraws, draws: int, rng: np.random.Generator
) -> PublicNeeds | None:
    frame = responses.frame
    if not any(f"{need}I" in frame.columns and frame[f"{need}I"].notna().any() for need in NEEDS):
        return None

    def column(name: str) -> Floats:
        if name not in frame.columns:
            return np.full(len(frame), np.nan)
        return pomp(frame[name].to_numpy(dtype=np.float64, na_value=np.nan), 1, 7)

    importance = np.column_stack([column(f"{need}I") for need in NEEDS])
    performance = np.column_stack([column(f"{need}P") for need in NEEDS])
    units, _, _ = sampling_units(responses, cluster if cluster in frame.columns else None)
    names = unit_names(responses, cluster if cluster in frame.columns else None, units)
    shared = bool(names) and not drawn.fixed and set(names) <= set(drawn.accounts)
    counts = drawn.of(names) if shared else None
    if not units.clustered:
        counts = draw_accounts([str(i) for i in range(units.count)], draws, "sampled", rng).counts
    both = draw_means(np.hstack([importance, performance]), units, counts, None, draws, rng)
    redrawn, performed = both[:, : len(NEEDS)], both[:, len(NEEDS) :]
    estimate = draw_means(importance, units, np.ones((1, units.count)), None, 1, rng)
    account = np.array([names[c] for c in units.codes]) if names else np.empty(0, dtype=str)
    return PublicNeeds(importance, performance, np.vstack([estimate, redrawn]), performed, account)


def _vetoes(given: GivenSources) -> dict[tuple[str, str], str]:
    """Account and dilemma to the vetoing indicators; those of a symptom count under D3."""
    found: dict[tuple[str, str], list[str]] = {}
    if given.audit is not None:
        marked = given.audit.indicators[given.audit.indicators["veto"]]
        for row in marked.itertuples():
            dilemma = str(row.dilemma) if row.dilemma in DILEMMAS else "D3"
            found.setdefault((str(row.account), dilemma), []).append(str(row.indicator))
    if given.panel is not None:
        # A supervisor's veto is for silence, for no way to be reached, or for pretence: symptoms, as those of records.
        monthly = given.panel.monthly
        for account in sorted(set(monthly.loc[monthly["veto"].fillna(False).astype(bool), "account"])):
            found.setdefault((str(account), "D3"), []).append(PANEL_VETO)
    return {key: ", ".join(sorted(names)) for key, names in found.items()}


def _vetoes_by_dilemma(vetoes: Mapping[tuple[str, str], str]) -> dict[str, list[str]]:
    counted: dict[str, dict[str, int]] = {}
    for (_, dilemma), names in vetoes.items():
        for name in names.split(", "):
            counted.setdefault(dilemma, {}).setdefault(name, 0)
            counted[dilemma][name] += 1
    return {d: [f"{name} ({n})" for name, n in sorted(of.items())] for d, of in counted.items()}


def _accounts(
    side: _Public, staff: StaffAnswers | None, given: GivenSources, vetoes: Mapping[tuple[str, str], str]
) -> pd.DataFrame:
    import pandas as pd

    named = _answered(side.names)
    dilemmas = tuple(d for d in DILEMMAS if d in side.severity.composites)
    if not named or not dilemmas:
        return pd.DataFrame()
    columns = []
    for dilemma in dilemmas:
        weights = side.severity.weights_of(dilemma)
        used = weights > 0
        columns.append(side.values[:, used] @ weights[used])
    keep = side.units.codes < len(named)
    weighting = None if side.weights is None else side.weights[keep]
    public = account_means(np.column_stack(columns)[keep], weighting, side.units.codes[keep], len(named))
    n_ops, s_ops = account_staff(staff, named, dilemmas)
    s_log = np.full((len(named), len(dilemmas)), np.nan)
    if given.audit is not None:
        wide = given.audit.dilemmas.pivot(index="account", columns="dilemma", values="severity")
        s_log = wide.reindex(index=list(named), columns=list(dilemmas)).to_numpy(np.float64)
    panel = np.full(len(named), np.nan)
    if given.panel is not None:
        panel = given.panel.accounts.set_index("account")["fair"].reindex(list(named)).to_numpy(np.float64)
    others = {"n_ops": n_ops, "S_ops": s_ops, "S_log": s_log, "panel": panel}
    return tabulate_accounts(named, dilemmas, public, others, dict(vetoes))
