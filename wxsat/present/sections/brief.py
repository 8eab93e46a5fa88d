"""The brief: one page for policy writers.

Which dilemma is severe, how sure, what it costs, what first, what nobody can say. Every number is one of the full
report, under its id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wxsat.present.document import Block, Bullets, KeyFigures, Paragraph, Section
from wxsat.present.draft import Draft
from wxsat.present.figures.path_diagram import plot_path_diagrams
from wxsat.present.figures.severity import plot_severity
from wxsat.present.figures.sources import plot_sources
from wxsat.present.numbers import MISSING
from wxsat.present.sections.evidence import COMBINED
from wxsat.present.sections.summary import (
    LEVERS,
    SEVERITY,
    SYMPTOM_DILEMMAS,
    clusters_of,
    combined_rows,
    dilemma_rows,
    key_figures,
)
from wxsat.present.sections.vetoes import veto_words
from wxsat.present.tables.building import records

if TYPE_CHECKING:
    from wxsat.diagnosis.result import Diagnosis

VERDICTS = {"severe": "severe", "not_severe": "not_severe"}
SOURCES = ("pub", "ops", "log")
# The finding that says so: the sources of a dilemma contradict each other.
CONTRADICTION = "DIAG-136"


def brief_sections(draft: Draft) -> tuple[Section, ...]:
    """Return the sections of the brief."""
    if draft.content.diagnosis is None or not _rows(draft):
        return (_without_dilemmas(draft), _how_sure(draft), _what_nobody_can_say(draft))
    sections = (_which(draft), _how_sure(draft), _cost(draft), _first(draft), _what_nobody_can_say(draft))
    return tuple(section for section in sections if section.blocks)


def _say(draft: Draft, key: str, /, **fields: Any) -> str:
    return draft.words.get(f"brief.{key}", **fields)


def _rows(draft: Draft) -> list[dict[str, Any]]:
    """Return the dilemmas, gravest first: over all sources, or of the public's answers alone."""
    rows = combined_rows(draft) or [row | {"dilemma": row["id"]} for row in dilemma_rows(draft)]
    return sorted((row for row in rows if row["S"] == row["S"]), key=lambda row: -row["S"])


def _joined(draft: Draft) -> bool:
    return bool(combined_rows(draft))


def _number(draft: Draft, row: dict[str, Any], field: str, digits: int = 1) -> str:
    """Return a figure of a dilemma under the id that the full report gives it."""
    if _joined(draft):
        short = {"ci_lower": "ci_lo", "ci_upper": "ci_hi", "method_lower": "method_lo", "method_upper": "method_hi"}
        return draft.number(f"record.{row['dilemma']}.{short.get(field, field)}", row[field], digits, COMBINED)
    return draft.number(f"severity.{row['dilemma']}.{field}", row[field], digits, SEVERITY)


def _text(draft: Draft, sentences: list[str]) -> str:
    return ("" if draft.language == "zh" else " ").join(sentence for sentence in sentences if sentence)


def _which(draft: Draft) -> Section:
    rows = _rows(draft)
    worst = rows[0]
    sentences = [
        _say(
            draft,
            "which.one",
            name=draft.name_of(worst["dilemma"]),
            s=_number(draft, worst, "S"),
            low=_number(draft, worst, "ci_lower"),
            high=_number(draft, worst, "ci_upper"),
            verdict=draft.words.get(f"tables.verdict.{worst['verdict']}"),
            grade=_grade(draft, worst["dilemma"]),
        )
    ]
    groups: dict[str, list[str]] = {"severe": [], "open": [], "not_severe": []}
    for row in rows:
        groups[VERDICTS.get(row["verdict"], "open")].append(
            f"{draft.name_of(row['dilemma'])} {_number(draft, row, 'S')}"
        )
    sentences += [_say(draft, "which.none")] if not groups["severe"] else []
    sentences += [_say(draft, f"which.{key}", names=draft.join(names)) for key, names in groups.items() if names]
    figure = (_figure(draft, diagnosis),) if (diagnosis := draft.content.diagnosis) is not None else ()
    blocks = (Paragraph(_text(draft, sentences)), *figure, Paragraph(_say(draft, "which.scale"), "note"))
    return Section("brief-which", _say(draft, "which.title"), blocks)


def _grade(draft: Draft, dilemma: str) -> str:
    """Return the evidence grade of a dilemma; the public's answers alone have one too."""
    diagnosis = draft.content.diagnosis
    if diagnosis is None or diagnosis.evidence is None:
        return MISSING
    rows = records(diagnosis.evidence.tables.combined)
    return next((str(row["grade"]) for row in rows if row["dilemma"] == dilemma and row["grade"]), MISSING)


def _figure(draft: Draft, diagnosis: Diagnosis) -> Block:
    drawn: dict[str, Any] = {"language": draft.language, "instrument": draft.instrument}
    evidence = diagnosis.evidence
    if evidence is not None and len(set(evidence.tables.sources["source"])) > 1:
        return draft.figure(plot_sources(evidence.tables.combined, evidence.tables.sources, **drawn))
    return draft.figure(plot_severity(diagnosis.severity, **drawn))


def _how_sure(draft: Draft) -> Section:
    content, notes = draft.content, draft.content.notes
    sentences: list[str] = []
    if content.responses is not None and content.instrument is not None:
        dated = _say(draft, "dates", start=notes.start, end=notes.end) if notes.start and notes.end else ""
        sentences.append(
            _say(
                draft,
                "sure.sample",
                n=draft.count("sample.n", content.responses.n, "wxsat.responses.clean"),
                instrument=content.instrument.header.title.text(draft.language) or content.instrument.id,
                kind=draft.text("method.probability_yes" if notes.probability else "method.probability_no"),
                dates=dated or _say(draft, "undated"),
            )
        )
    if (clusters := clusters_of(draft)) >= 2:
        shown = draft.count("sample.accounts", clusters, "wxsat.responses.read")
        sentences.append(_say(draft, "sure.clusters", n=shown))
    sentences += _source_sentences(draft)
    return Section("brief-sure", _say(draft, "sure.title"), (Paragraph(_text(draft, sentences)),))


def _source_sentences(draft: Draft) -> list[str]:
    diagnosis, rows = draft.content.diagnosis, _rows(draft)
    if diagnosis is None or diagnosis.evidence is None or not rows:
        return []
    present = set(diagnosis.evidence.tables.sources["source"])
    names = [draft.words.get(f"tables.source.{s}") for s in SOURCES if s in present]
    absent = [draft.words.get(f"tables.source.{s}") for s in SOURCES if s not in present]
    counted = draft.count("brief.sources", len(names), COMBINED)
    said = [_say(draft, "sure.sources", k=counted, names=draft.join(names))]
    if absent:
        said.append(_say(draft, "sure.missing", names=draft.join(absent)))
    contradicting = {f.subject for f in draft.content.findings if f.code == CONTRADICTION}
    split = [draft.name_of(row["dilemma"]) for row in rows if row["dilemma"] in contradicting]
    if split:
        said.append(_say(draft, "sure.disagree", names=draft.join(split)))
    said += [
        _say(draft, "sure.veto", name=draft.name_of(row["dilemma"]), veto=veto_words(draft, row, COMBINED))
        for row in rows
        if row.get("veto")
    ]
    worst = rows[0]
    if worst["method_lower"] == worst["method_lower"]:
        digits = 0 if _joined(draft) else 1
        low, high = (_number(draft, worst, f"method_{end}", digits) for end in ("lower", "upper"))
        said.append(_say(draft, "sure.method", low=low, high=high))
    return said


def _cost(draft: Draft) -> Section:
    diagnosis, title = draft.content.diagnosis, _say(draft, "cost.title")
    if draft.content.refusing:
        return Section("brief-cost", title, (Paragraph(_say(draft, "cost.refused", reasons=_reasons(draft))),))
    rows = diagnosis.to_dict()["dilemmas"] if diagnosis is not None else []
    known = sorted((r for r in rows if r.get("own_loss") is not None), key=lambda r: r["own_loss"])
    if not known:
        return Section("brief-cost", title, ())
    source = "wxsat.diagnosis.levers"

    def own(row: dict[str, Any]) -> str:
        return draft.number(f"record.{row['dilemma']}.own_cost", -row["own_loss"], 1, source)

    worst, *others = known
    sentences = [
        _say(
            draft,
            "cost.one",
            name=draft.name_of(worst["dilemma"]),
            own=own(worst),
            share=draft.share(f"record.{worst['dilemma']}.own_share", worst["own_share"], 0, source),
        )
    ]
    parts = [_say(draft, "cost.part", name=draft.name_of(row["dilemma"]), own=own(row)) for row in others]
    if parts:
        sentences.append(_say(draft, "cost.rest", list=draft.join(parts)))
    return Section("brief-cost", title, (Paragraph(_text(draft, sentences)),))


def _first(draft: Draft) -> Section:
    diagnosis, title = draft.content.diagnosis, _say(draft, "first.title")
    if diagnosis is None or draft.content.refusing or diagnosis.levers.empty:
        return Section("brief-first", title, ())
    rows = records(diagnosis.levers)
    single = sorted((r for r in rows if r["lever"] != "all" and r["gain"] is not None), key=lambda r: -r["gain"])
    together = next((r for r in rows if r["lever"] == "all"), None)
    if not single:
        return Section("brief-first", title, ())
    best, *others = single
    sentences = [
        _say(
            draft,
            "first.one",
            name=_lever_name(draft, best),
            s=draft.number(f"levers.{best['lever']}.severity", best["severity"], 1, LEVERS),
            **_gain(draft, best),
        )
    ]
    parts = [_say(draft, "first.part", name=_lever_name(draft, row), gain=_gain(draft, row)["gain"]) for row in others]
    if parts:
        sentences.append(_say(draft, "first.rest", list=draft.join(parts)))
    if together is not None:
        sentences.append(_say(draft, "first.all", **_gain(draft, together)))
    sentences += _in_order(draft, diagnosis, best)
    sentences += _for_its_cost(draft, diagnosis)
    if any(row["extrapolation"] for row in rows):
        sentences.append(_say(draft, "first.extrapolated"))
    return Section("brief-first", title, (Paragraph(_text(draft, sentences)),))


def _in_order(draft: Draft, diagnosis: Diagnosis, best: dict[str, Any]) -> list[str]:
    """Return the sentence on the best order where it begins with another measure than the one that gains most alone."""
    steps = records(diagnosis.structural.sequence)
    if not steps or steps[0]["lever"] == best["lever"] or steps[0]["p_order"] is None:
        return []
    agree = draft.share("sequence.0.p_order", steps[0]["p_order"], 0, "wxsat.diagnosis.sequence")
    return [_say(draft, "first.order", name=_lever_name(draft, steps[0]), share=agree)]


def _for_its_cost(draft: Draft, diagnosis: Diagnosis) -> list[str]:
    """Return the sentence on the measure that adds most for its cost; none where nobody stated costs."""
    steps = records(diagnosis.structural.sequence)
    priced = [(row["gain_per_cost"], str(i), row) for i, row in enumerate(steps) if row["gain_per_cost"] is not None]
    if not priced:
        return []
    points, key, row = max(priced, key=lambda one: one[0])
    shown = draft.number(f"sequence.{key}.gain_per_cost", points, 2, "wxsat.diagnosis.sequence")
    return [_say(draft, "first.priced", name=_lever_name(draft, row), points=shown)]


def _gain(draft: Draft, row: dict[str, Any]) -> dict[str, str]:
    key = f"levers.{row['lever']}"
    return {
        "gain": draft.number(f"{key}.gain", row["gain"], 1, LEVERS),
        "low": draft.number(f"{key}.ci_lower", row["ci_lower"], 1, LEVERS),
        "high": draft.number(f"{key}.ci_upper", row["ci_upper"], 1, LEVERS),
        "target": draft.number("levers.target", row["target"], 0, LEVERS),
    }


def _lever_name(draft: Draft, row: dict[str, Any]) -> str:
    name = draft.name_of(row["dilemma"])
    return draft.text("summary.lever_symptoms", name=name) if row["dilemma"] in SYMPTOM_DILEMMAS else name


def _reasons(draft: Draft) -> str:
    return _text(draft, [draft.say(finding) for finding in draft.content.refusing[:2]])


def _without_dilemmas(draft: Draft) -> Section:
    figures = key_figures(draft)
    blocks: list[Block] = [Paragraph(_say(draft, "model.none"))]
    if figures:
        blocks.append(KeyFigures(figures))
    model = draft.content.main_model
    if model is not None and model.result is not None and not model.result.refused:
        title = model.title.text(draft.language) or model.id
        drawn: dict[str, Any] = {"language": draft.language, "instrument": draft.instrument, "title": title}
        # Of a model that takes several diagrams the first one: one figure fits the page.
        blocks += [draft.figure(spec) for spec in plot_path_diagrams(model.result, id=f"path-{model.id}", **drawn)[:1]]
    return Section("brief-model", _say(draft, "model.title"), tuple(blocks))


def _what_nobody_can_say(draft: Draft) -> Section:
    content, diagnosis = draft.content, draft.content.diagnosis
    lines = [_say(draft, "nobody.cause")] if diagnosis is not None else []
    if content.simulated:
        lines.append(_say(draft, "nobody.simulated"))
    elif not content.notes.probability:
        lines.append(_say(draft, "nobody.population"))
    if diagnosis is not None and clusters_of(draft) >= 2:
        lines.append(_say(draft, "nobody.accounts"))
    if content.refusing and diagnosis is None:
        lines.append(_say(draft, "nobody.findings", reasons=_reasons(draft)))
    source = _say(
        draft, "source", title=content.title.text(draft.language), version=content.provenance.get("version", "")
    )
    blocks = (Bullets(tuple(lines)), Paragraph(source, "note"))
    return Section("brief-nobody", _say(draft, "nobody.title"), blocks)
