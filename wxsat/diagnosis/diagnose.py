"""Diagnose the four dilemmas from the public survey: how bad, how much it matters, what a remedy would bring.

A recipe of named steps; the numbers happen in the neighbouring files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from wxsat.diagnosis import cautions
from wxsat.diagnosis.account_claims import figures_of_accounts, satisfaction_by_account
from wxsat.diagnosis.effects import PATH_COLUMNS, TOTAL_EFFECT_COLUMNS, tabulate_paths, tabulate_total_effects
from wxsat.diagnosis.hierarchy import FOUR_DILEMMAS, Hierarchy, ResolvedHierarchy, resolve_hierarchy
from wxsat.diagnosis.hypotheses import judge_claims
from wxsat.diagnosis.inputs import (
    answers_of,
    declared_composites,
    given_reliability,
    present_composites,
    require_options,
    respondent_weights,
    sampling_units,
    unit_names,
)
from wxsat.diagnosis.latent import LatentSeverity, latent_severity
from wxsat.diagnosis.levers import LEVER_COLUMNS, lowest_observed, weigh_levers
from wxsat.diagnosis.moments import Moments, moments_of, sum_moments
from wxsat.diagnosis.multilevel import caution_about_chain, trace_between_accounts
from wxsat.diagnosis.pomp import Scores, as_severity, score_constructs
from wxsat.diagnosis.priorities import PRIORITY_COLUMNS, rank_priorities
from wxsat.diagnosis.resampling import Draws, StructuralInput, bootstrap_paths, draw_paths
from wxsat.diagnosis.result import Diagnosis
from wxsat.diagnosis.sampling import Units, estimate_means, group_units
from wxsat.diagnosis.sequence import price_measures
from wxsat.diagnosis.settings import list_settings
from wxsat.diagnosis.severity import PublicSeverity, tabulate_severity
from wxsat.diagnosis.source_cautions import caution_about_latent
from wxsat.diagnosis.structural_tables import (
    StructuralTables,
    caution_about_structure_claims,
    fit_rivals,
    read_structural_tables,
)
from wxsat.diagnosis.three_sources import GivenSources, weigh_evidence
from wxsat.diagnosis.verdict import SUPPRESS_BELOW
from wxsat.errors import DataError
from wxsat.finding import Finding
from wxsat.responses.responses import Responses

if TYPE_CHECKING:
    import pandas as pd

    from wxsat.diagnosis.joint_draws import AccountReading
    from wxsat.panel.evaluate import PanelResult
    from wxsat.records.audit import AuditResult
    from wxsat.sem.result import SemResult

WHOLE_SAMPLE = "all"


def diagnose(
    responses: Responses | SemResult,
    *,
    audit: AuditResult | None = None,
    operators: Responses | None = None,
    panel: PanelResult | None = None,
    needs: Responses | None = None,
    accounts: AccountReading = "sampled",
    severity: Literal["latent", "observed"] = "observed",
    reliability: Mapping[str, float] | None = None,
    cluster: str | None = None,
    weights: str | None = None,
    target: float = 20.0,
    costs: Mapping[str, float] | None = None,
    draws: int = 2000,
    seed: int = 20140713,
    refused: bool = False,
    index_only: bool = False,
    hierarchy: Hierarchy = FOUR_DILEMMAS,
) -> Diagnosis:
    """
    Diagnose the dilemmas that the answers measure, with the account's own records and its staff beside them.

    Parameters
    ----------
    responses : Responses or SemResult
        Coded answers of an instrument, reverse-keyed items recoded (as :func:`wxsat.clean` returns them); or a model
        that :func:`wxsat.fit_sem` fitted to them, whose refusals then go with the diagnosis.
    audit : AuditResult, optional
        The accounts' own records, from :func:`wxsat.audit`.
    operators : Responses, optional
        Cleaned answers of operators, liaisons and leaders to ``gov-wechat-operators``.
    panel : PanelResult, optional
        The supervisors' sheets; shown beside the accounts, part of no severity.
    needs : Responses, optional
        Cleaned answers to ``gov-wechat-needs`` where these were asked apart from `responses`.
    accounts : {"sampled", "fixed"}
        Whether the accounts stand for more than themselves (whole accounts are drawn, the same ones for every source)
        or are all there are (only what was sampled within them is drawn).
    severity : {"latent", "observed"}
        Latent means by effects coding where their model is accepted, or means of the answered items.
    reliability : mapping of str to float, optional
        Reliability of a construct's score, in (0, 1]; taken as given in every bootstrap draw. Constructs
        without one use coefficient alpha, estimated anew in every draw.
    cluster : str, optional
        Column that names the account; by default the instrument's question with the role ``account``.
    weights : str, optional
        Column of positive respondent weights.
    target : float
        Severity (0-100) that the levers bring a dilemma to.
    costs : mapping of str to float, optional
        Yuan that the remedy of a dilemma costs (``{"D2": 150_000}``): points per 10,000 yuan go with the order of
        measures.
    draws : int
        Bootstrap draws of accounts (of respondents without accounts), at least 200.
    seed : int
    refused : bool
        Whether the structural equation model of these answers must not be interpreted; the effects are then
        still computed, and a refusal goes with them.
    index_only : bool
        Severities alone: no paths, priorities or levers. For a brief form, whose single items carry no reliability and
        so no structure.
    hierarchy : Hierarchy
        The declared dependences.

    Returns
    -------
    Diagnosis

    Raises
    ------
    UsageError
        DIAG-001 without an instrument, DIAG-006 for options out of range, DIAG-007 for unusable
        reliabilities, DIAG-020 and 024 to 026 for sources that are none, DIAG-028 for costs.
    DataError
        DIAG-021 to 023 for staff without role or account, or sources that share no account,
        DIAG-002 if the answers hold nothing to diagnose, DIAG-003 raw reverse-keyed items, DIAG-004 answers
        off their scale, DIAG-005 no such column, DIAG-008 unusable weights or fewer than two respondents.

    Notes
    -----
    Severity: means in POMP units, joint linearised covariance over accounts, t interval with G - 1 degrees of
    freedom, exceedance by the cluster bootstrap. Structure: recursive regressions on true-score covariances
    of construct scores (pairwise available cases), percentile intervals. All effects are associations under
    the declared hierarchy.

    Examples
    --------
    >>> import wxsat as wx
    >>> diagnosis = wx.diagnose(clean, cluster="account")  # doctest: +SKIP
    """
    responses, model_refused = answers_of(responses)
    refused = refused or model_refused
    require_options(responses, target, draws, seed, severity)
    scores, resolved = _score(responses, hierarchy)
    units, cluster, without_cluster = sampling_units(responses, cluster)
    weighting = respondent_weights(responses, weights)
    streams = [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(3)]
    bootstrap_stream, method_stream, grouping_stream = streams

    given = given_reliability(scores, reliability, responses.instrument)
    sample = _orient(scores, resolved, given, group_units(units, grouping_stream), weighting, index_only)
    estimate = draw_paths(np.ones((1, sample.structural.stored.sums.shape[0])), sample.structural)
    drawn = bootstrap_paths(sample.structural, draws, bootstrap_stream)
    composites, partial = present_composites(responses.instrument, scores)
    public = _public_severity(sample, drawn, composites, units, weighting)
    latent = _latent(severity, responses, public, cluster if units.clustered else None, weights)
    observed, public = public, _with_latent(public, latent)
    estimate, drawn = (_at_severities(own, sample, observed, public) for own in (estimate, drawn))
    severities = tabulate_severity(public, WHOLE_SAMPLE, method_stream)
    given_sources = GivenSources(audit, operators, panel, needs, accounts)
    evidence = weigh_evidence(
        given_sources, responses, public, severities, _owned(sample, public), weighting,
        cluster if units.clustered else None, draws, seed,
    )  # fmt: skip
    lowest, seen_on = lowest_observed(sample.values, sample.structural.positions, sample.structural.hierarchy, units)
    tables = _read_structure(estimate, drawn, sample, target, lowest)
    structural = _read_costs(estimate, drawn, sample, units, target, seed, responses)
    rated = _satisfaction(sample, units, unit_names(responses, cluster, units))
    structural = replace(structural, sequence=price_measures(structural.sequence, costs), claims=judge_claims(
        drawn if sample.readable else None, resolved, figures_of_accounts(audit, rated), structural.preferred_rivals,
    ))  # fmt: skip
    between = trace_between_accounts(
        responses, cluster if units.clustered and not index_only else None, operators, audit, draws=draws, seed=seed
    )
    findings = [
        *cautions.caution_about_units(units, cluster, without_cluster, responses.n),
        *cautions.caution_about_cells(severities),
        *cautions.caution_about_keys(scores),
        *cautions.caution_about_absent(resolved.absent, partial),
        *cautions.caution_about_model(refused and not index_only),
        *_structural_cautions(sample),
        *cautions.caution_about_paths(tables["paths"]),
        *cautions.caution_about_draws(drawn.paths.coefficients if sample.readable else np.empty((0, 0))),
        *cautions.caution_about_levers(tables["levers"], lowest, seen_on),
        *(caution_about_latent(latent) if latent is not None else ()),
        *caution_about_structure_claims(structural),
        *evidence.findings,
        *caution_about_chain(between),
    ]
    settings = list_settings(
        options={"target": target, "draws": draws, "seed": seed, "weights": weights, **evidence.settings},
        responses=responses,
        cluster=cluster if units.clustered else None,
        n_clusters=units.count if units.clustered else 0,
        hierarchy=resolved,
        composites=composites,
        reliability=sample.reliability_used(),
        given=sample.reliability_given(),
    )
    return Diagnosis(
        severity=severities, findings=tuple(findings), settings=settings, evidence=evidence, structural=structural,
        between=between, **tables,
    )  # fmt: skip


def _latent(
    wanted: str, responses: Responses, public: PublicSeverity, cluster: str | None, weights: str | None
) -> LatentSeverity | None:
    return latent_severity(responses, public.names, cluster, weights) if wanted == "latent" else None


def _with_latent(public: PublicSeverity, latent: LatentSeverity | None) -> PublicSeverity:
    """Put the latent means in the place of the observed ones, the draws moved along."""
    if latent is None or not latent.covers(public.names):
        return public
    estimate = latent.estimate(public.names, public.estimate)
    return replace(public, estimate=estimate, draws=public.draws + (estimate.means - public.estimate.means))


def _at_severities(draws: Draws, sample: _Sample, observed: PublicSeverity, public: PublicSeverity) -> Draws:
    """Move the means to the severities that are shown, so that levers start where the severity table ends."""
    columns = [sample.scores.names.index(name) for name in public.names]
    moved = public.estimate.means - observed.estimate.means
    means = draws.means.copy()
    means[:, columns] += np.where(sample.turned[columns], moved, -moved)
    return replace(draws, means=means)


def _owned(sample: _Sample, public: PublicSeverity) -> NDArray[np.float64]:
    """Return the respondents' severities on the constructs of the dilemmas, shape (n, k)."""
    return sample.scores.severity()[:, [sample.scores.names.index(name) for name in public.names]]


@dataclass(frozen=True)
class _Sample:
    """
    The scores as the structure reads them: dilemma nodes as severities, all others in their own direction.

    ``values`` is (n_respondents, n_scores); ``turned`` says which columns already are severities; ``fewest``
    is the smallest number of respondents behind any pair of nodes.
    """

    scores: Scores
    values: NDArray[np.float64]
    turned: NDArray[np.bool_]
    structural: StructuralInput
    fewest: int
    index_only: bool = False

    @property
    def readable(self) -> bool:
        """Whether there is a structure to estimate, with answers enough not to be suppressed."""
        hierarchy = self.structural.hierarchy
        return (
            not self.index_only
            and self.fewest >= SUPPRESS_BELOW
            and hierarchy.outcome in hierarchy.nodes
            and bool(hierarchy.equations)
        )

    def moments(self) -> Moments:
        """Return the sample's own moments, one draw."""
        return moments_of(np.ones((1, self.structural.stored.sums.shape[0])), self.structural.stored)

    def reliability_used(self) -> dict[str, float | None]:
        """Return the reliability of every node; None for a single item."""
        used = self.structural.node_reliability(self.moments())[0]
        nodes = self.structural.hierarchy.nodes
        return {n: None if np.isnan(r) else float(r) for n, r in zip(nodes, used, strict=True)}

    def reliability_given(self) -> list[str]:
        """Return the constructs whose reliability was given."""
        given = ~np.isnan(self.structural.reliability)
        return [n for n, is_given in zip(self.scores.names, given, strict=True) if is_given]


def _orient(
    scores: Scores,
    hierarchy: ResolvedHierarchy,
    given: NDArray[np.float64],
    units: Units,
    weighting: NDArray[np.float64] | None,
    index_only: bool,
) -> _Sample:
    causes = np.isin(scores.names, hierarchy.dilemma_nodes)
    values = np.where(causes, scores.severity(), scores.values)
    positions = np.array([scores.names.index(node) for node in hierarchy.nodes], dtype=np.intp)
    stored = sum_moments(values, scores.items, units, weighting)
    return _Sample(
        scores,
        values,
        scores.problem | causes,
        StructuralInput(stored, positions, given, hierarchy),
        cautions.count_pairs(~np.isnan(values[:, positions])),
        index_only,
    )


def _public_severity(
    sample: _Sample,
    drawn: Draws,
    composites: Mapping[str, Mapping[str, float]],
    units: Units,
    weighting: NDArray[np.float64] | None,
) -> PublicSeverity:
    owned = [n for n in sample.scores.names if any(n in parts for parts in composites.values())]
    columns = [sample.scores.names.index(n) for n in owned]
    return PublicSeverity(
        tuple(owned),
        estimate_means(sample.scores.severity()[:, columns], units, weighting),
        as_severity(drawn.means, sample.turned)[:, columns],
        composites,
        units.clustered,
    )


def _score(responses: Responses, hierarchy: Hierarchy) -> tuple[Scores, ResolvedHierarchy]:
    declared = declared_composites(responses.instrument)
    wanted = [*hierarchy.nodes, *(part for parts in declared.values() for part in parts)]
    scores = score_constructs(responses, wanted)
    if not scores.names:
        raise DataError(
            "DIAG-002",
            "the answers hold no construct of a dilemma or of the adoption model: nothing to diagnose.",
            hint=f"Looked for: {', '.join(dict.fromkeys(wanted))}.",
        )
    answered = [n for n, column in zip(scores.names, scores.values.T, strict=True) if not np.isnan(column).all()]
    return scores, resolve_hierarchy(hierarchy, answered, declared)


def _read_structure(
    estimate: Draws, drawn: Draws, sample: _Sample, target: float, lowest: Mapping[str, float]
) -> dict[str, pd.DataFrame]:
    import pandas as pd

    hierarchy, positions = sample.structural.hierarchy, sample.structural.positions
    if not sample.readable:
        return {
            "total_effects": pd.DataFrame(columns=TOTAL_EFFECT_COLUMNS),
            "priorities": pd.DataFrame(columns=PRIORITY_COLUMNS),
            "levers": pd.DataFrame(columns=LEVER_COLUMNS),
            "paths": pd.DataFrame(columns=PATH_COLUMNS),
        }
    return {
        "total_effects": tabulate_total_effects(estimate, drawn, hierarchy),
        "priorities": rank_priorities(estimate, drawn, positions, hierarchy),
        "levers": weigh_levers(estimate, drawn, positions, hierarchy, target, lowest),
        "paths": tabulate_paths(estimate, drawn, hierarchy),
    }


def _read_costs(
    estimate: Draws, drawn: Draws, sample: _Sample, units: Units, target: float, seed: int, responses: Responses
) -> StructuralTables:
    """Return shares, orders, hypotheses, claims, split samples and rivals; empty where no structure can be read."""
    if not sample.readable:
        return StructuralTables()
    given = sample.structural
    tables = read_structural_tables(
        estimate, drawn, given.positions, sample.values, units, given.hierarchy, target, seed
    )
    return replace(tables, rivals=fit_rivals(responses, given.hierarchy))


def _satisfaction(sample: _Sample, units: Units, names: Sequence[str]) -> dict[str, float]:
    """Return the mean outcome by account; empty without accounts or outcome."""
    outcome = sample.structural.hierarchy.outcome
    if not units.clustered or outcome not in sample.scores.names:
        return {}
    return satisfaction_by_account(sample.values[:, sample.scores.names.index(outcome)], units, names)


def _structural_cautions(sample: _Sample) -> list[Finding]:
    structural = sample.structural
    if sample.index_only or not structural.hierarchy.equations:
        return []
    moments = sample.moments()
    return cautions.caution_about_structure(
        structural.node_covariance(moments)[0],
        structural.node_reliability(moments)[0],
        structural.hierarchy,
        sample.fewest,
    )
