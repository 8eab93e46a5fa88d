"""The sources together: the dashboard, the sources side by side, symptoms, gaps, accounts as a funnel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wxsat.present.document import Block, Bullets, Paragraph, Section
from wxsat.present.draft import Draft
from wxsat.present.figures.account_funnel import plot_account_funnel
from wxsat.present.figures.sources import plot_sources
from wxsat.present.sections.accounts import describe_chain, describe_ranks
from wxsat.present.sections.dilemmas import citable_notes
from wxsat.present.sections.replies import describe_replies, describe_surface
from wxsat.present.sections.vetoes import veto_words
from wxsat.present.tables.beside import tabulate_beside
from wxsat.present.tables.building import records, with_notes
from wxsat.present.tables.dashboard import tabulate_dashboard
from wxsat.present.tables.gaps import tabulate_gaps, tabulate_roles
from wxsat.present.tables.knots import tabulate_knots
from wxsat.present.tables.sources import tabulate_parts, tabulate_sources
from wxsat.present.tables.symptoms import tabulate_inspections, tabulate_symptoms
from wxsat.records.symptoms import CLOSURE_DAYS, DORMANT_DAYS

if TYPE_CHECKING:
    from wxsat.diagnosis.three_sources import Evidence

COMBINED = "wxsat.diagnosis.triangulation"


def describe_evidence(draft: Draft) -> Section | None:
    """Write the section on the sources together; None without a diagnosis."""
    diagnosis = draft.content.diagnosis
    if diagnosis is None or diagnosis.evidence is None or diagnosis.evidence.tables.combined.empty:
        return None
    evidence, refused = diagnosis.evidence, bool(draft.content.refusing)
    dashboard = tabulate_dashboard(diagnosis, draft.instrument, draft.language, refused=refused)
    blocks: list[Block] = [
        Paragraph(draft.text("evidence.intro")),
        draft.table(with_notes(dashboard, *citable_notes(draft))),
        Bullets(tuple(record_sentences(draft))),
        Paragraph(_missing_sentence(draft, evidence)),
    ]
    if len(set(evidence.tables.sources["source"])) > 1:
        blocks += _side_by_side(draft, evidence)
    if not evidence.knots.empty:
        blocks.append(
            Paragraph(draft.text("evidence.knots" if evidence.knots["changes"].any() else "evidence.knots_none"))
        )
        blocks.append(draft.table(tabulate_knots(evidence.knots, draft.instrument, draft.language)))
    blocks += _symptoms(draft, evidence)
    blocks += _beside(draft)
    blocks += describe_replies(draft, evidence)
    if not evidence.gaps.empty and evidence.gaps["believed_importance"].notna().any():
        blocks.append(Paragraph(draft.text("evidence.gaps")))
        blocks.append(draft.table(tabulate_gaps(evidence.gaps, dict(evidence.gap_figures), draft.language)))
    blocks += describe_surface(draft, evidence)
    if not evidence.accounts.empty:
        figure = plot_account_funnel(evidence.accounts, language=draft.language, instrument=draft.instrument)
        if figure is not None:
            blocks += [Paragraph(draft.text("evidence.accounts")), draft.figure(figure)]
    blocks += describe_ranks(draft, evidence)
    blocks += describe_chain(draft, diagnosis.between)
    return Section("evidence", draft.text("evidence.title"), tuple(blocks))


def _side_by_side(draft: Draft, evidence: Evidence) -> list[Block]:
    diagnosis, instrument, language = draft.content.diagnosis, draft.instrument, draft.language
    if diagnosis is None:
        return []
    tables = evidence.tables
    blocks: list[Block] = [
        Paragraph(draft.text("evidence.sources")),
        draft.figure(plot_sources(tables.combined, tables.sources, language=language, instrument=instrument)),
        draft.table(tabulate_sources(diagnosis, instrument, language)),
        draft.table(tabulate_parts(diagnosis, instrument, language)),
    ]
    if not evidence.staff.empty:
        blocks.append(draft.table(tabulate_roles(evidence.staff, instrument, language)))
    return blocks


def _symptoms(draft: Draft, evidence: Evidence) -> list[Block]:
    if evidence.symptoms.empty:
        return []
    blocks: list[Block] = [
        Paragraph(draft.text("evidence.symptoms")),
        draft.table(tabulate_symptoms(evidence.symptoms, draft.language)),
    ]
    dead = evidence.symptoms.groupby("symptom")["account"].nunique()
    if dead.get("zombie", 0):
        closed, all_dead = int(dead.get("closure", 0)), int(dead["zombie"])
        source = "wxsat.records.symptoms"
        counts = {
            "closed": draft.count("record.closure", closed, source),
            "dormant": draft.count("record.dormant", all_dead - closed, source),
            "long": draft.count("record.closure_days", CLOSURE_DAYS, source),
            "short": draft.count("record.dormant_days", DORMANT_DAYS, source),
        }
        blocks.append(Paragraph(draft.text("evidence.dead", **counts)))
    if not evidence.inspections.empty:
        blocks.append(draft.table(tabulate_inspections(evidence.inspections, draft.language)))
    return blocks


def _beside(draft: Draft) -> list[Block]:
    """Show what stands beside the records' indicators and enters no severity; nothing where nobody recorded it."""
    audited = draft.content.audit
    if audited is None or audited.beside.empty:
        return []
    table = tabulate_beside(audited.beside_overall(), draft.language)
    return [Paragraph(draft.text("evidence.beside")), draft.table(table)]


def _missing_sentence(draft: Draft, evidence: Evidence) -> str:
    rows = records(evidence.tables.combined)
    missing = sorted({s for row in rows for s in (row["missing"] or "").split(", ") if s})
    if not missing:
        return draft.text("evidence.complete")
    names = draft.join(draft.words.get(f"tables.source.{s}") for s in missing)
    best = max(str(row["best_grade"]) for row in rows)
    return draft.text("evidence.missing", sources=names, grade=best)


def record_sentences(draft: Draft) -> list[str]:
    """Return one sentence a dilemma, every number looked up in the record."""
    diagnosis = draft.content.diagnosis
    if diagnosis is None or diagnosis.evidence is None:
        return []
    refused = bool(draft.content.refusing)
    costs = {r["dilemma"]: r for r in diagnosis.to_dict()["dilemmas"]}
    return [
        _sentence(draft, row, costs[row["dilemma"]], refused) for row in records(diagnosis.evidence.tables.combined)
    ]


def _sentence(draft: Draft, row: dict[str, Any], record: dict[str, Any], refused: bool) -> str:
    key = f"record.{row['dilemma']}"
    said = draft.text(
        "evidence.sentence",
        name=draft.name_of(row["dilemma"]),
        s=draft.number(f"{key}.S", row["S"], 1, COMBINED),
        low=draft.number(f"{key}.ci_lo", row["ci_lower"], 1, COMBINED),
        high=draft.number(f"{key}.ci_hi", row["ci_upper"], 1, COMBINED),
        mlow=draft.number(f"{key}.method_lo", row["method_lower"], 0, COMBINED),
        mhigh=draft.number(f"{key}.method_hi", row["method_upper"], 0, COMBINED),
        p40=draft.probability(f"{key}.P40", row["p40"], COMBINED),
        verdict=draft.words.get(f"tables.verdict.{row['verdict']}"),
        k=draft.count(f"{key}.sources", row["n_sources"], COMBINED),
        grade=row["grade"] or "",
    )
    own, share = record.get("own_loss"), record.get("own_share")
    if not refused and own is not None and share is not None:
        said += draft.text(
            "evidence.sentence_cost",
            own=draft.number(f"{key}.own_cost", -own, 1, "wxsat.diagnosis.levers"),
            share=draft.share(f"{key}.own_share", share, 0, "wxsat.diagnosis.levers"),
        )
    if row["veto"]:
        said += draft.text("evidence.sentence_veto", veto=veto_words(draft, row, COMBINED))
    return said + draft.text("evidence.stop")
