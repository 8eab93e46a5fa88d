"""Summary: what a policy writer reads first, with what it rests on and what it must not be used for."""

from __future__ import annotations

from typing import Any

from wxsat.diagnosis.hierarchy import FOUR_DILEMMAS
from wxsat.present.document import Block, Bullets, KeyFigure, KeyFigures, Paragraph, Section
from wxsat.present.draft import Draft
from wxsat.present.sections.evidence import COMBINED, record_sentences
from wxsat.present.tables.fit import reported_measures

SEVERITY = "wxsat.diagnosis.severity"
LEVERS = "wxsat.diagnosis.levers"
SYMPTOM_DILEMMAS = FOUR_DILEMMAS.symptom_dilemmas


def summarise(draft: Draft) -> Section:
    """Write the summary."""
    blocks: list[Block] = [Paragraph(_sample_sentence(draft), "lead")]
    figures = key_figures(draft)
    if figures:
        blocks.append(KeyFigures(figures))
    sentences = [*_dilemma_sentences(draft), *_lever_sentences(draft)]
    if sentences:
        blocks.append(Bullets(tuple(sentences)))
    if draft.content.responses is not None and not draft.content.simulated:
        probability = draft.content.notes.probability
        blocks.append(Paragraph(draft.text("summary.probability" if probability else "summary.optin"), "note"))
    return Section("summary", draft.text("summary.title"), tuple(blocks))


def key_figures(draft: Draft) -> tuple[KeyFigure, ...]:
    """Return the headline figures: outcomes, the gravest dilemma, the best lever, fit, reliability."""
    found = (*_outcomes(draft), _gravest(draft), _best_lever(draft), _fit(draft), _scales(draft))
    return tuple(figure for figure in found if figure)


def _sample_sentence(draft: Draft) -> str:
    content = draft.content
    if content.responses is None or content.instrument is None:
        return ""
    read = int(content.responses.flow["n_left"].iloc[0])
    n = content.responses.n
    sentence = draft.text(
        "summary.sample",
        n=draft.count("sample.n", n, "wxsat.responses.clean"),
        read=draft.count("sample.read", read, "wxsat.responses.read"),
        dropped=draft.count("sample.dropped", read - n, "wxsat.responses.clean"),
        instrument=content.instrument.header.title.text(draft.language) or content.instrument.id,
        version=content.instrument.header.version,
        form=draft.text(f"form.{content.form or 'all'}"),
    )
    clusters = clusters_of(draft)
    if clusters >= 2:
        counted = draft.count("sample.accounts", clusters, "wxsat.responses.read")
        sentence += ("" if draft.language == "zh" else " ") + draft.text("summary.sample_clusters", clusters=counted)
    return sentence


def clusters_of(draft: Draft) -> int:
    """Return the number of accounts behind the severities, 0 when there is no account column."""
    diagnosis = draft.content.diagnosis
    if diagnosis is None or diagnosis.settings["cluster"]["value"] is None:
        return 0
    return int(diagnosis.severity["n_clusters"].max())


def severity_row(draft: Draft, identifier: str) -> dict[str, Any] | None:
    """Return one shown row of the severity table as a record, or None."""
    if draft.content.diagnosis is None:
        return None
    frame = draft.content.diagnosis.severity
    rows = frame[(frame["id"] == identifier) & frame["S"].notna()]
    return None if rows.empty else dict(rows.iloc[0])


def _outcomes(draft: Draft) -> list[KeyFigure]:
    found = []
    for construct, key in (("SAT", "satisfaction"), ("PVAL", "value")):
        row = severity_row(draft, construct)
        if row is None:
            continue
        found.append(
            KeyFigure(
                draft.text(f"summary.{key}.label"),
                draft.number(f"index.{construct}", 100 - row["S"], 1, SEVERITY),
                draft.text(
                    f"summary.{key}.reading",
                    low=draft.number(f"index.{construct}.ci_lower", 100 - row["ci_upper"], 1, SEVERITY),
                    high=draft.number(f"index.{construct}.ci_upper", 100 - row["ci_lower"], 1, SEVERITY),
                ),
            )
        )
    return found


def dilemma_rows(draft: Draft) -> list[dict[str, Any]]:
    """Return the dilemmas' severity records, in the instrument's order."""
    if draft.content.diagnosis is None:
        return []
    frame = draft.content.diagnosis.severity
    return [dict(row) for _, row in frame[frame["level"] == "dilemma"].iterrows()]


def _gravest(draft: Draft) -> KeyFigure | None:
    joint = combined_rows(draft)
    rows = joint or [row for row in dilemma_rows(draft) if row["S"] == row["S"]]
    if not rows:
        return None
    worst = max(rows, key=lambda row: row["S"])
    key, source = f"severity.{worst['dilemma']}", SEVERITY
    low, high = f"{key}.ci_lower", f"{key}.ci_upper"
    if joint:
        key, source = f"record.{worst['dilemma']}", COMBINED
        low, high = f"{key}.ci_lo", f"{key}.ci_hi"
    return KeyFigure(
        draft.text("summary.gravest.label", name=draft.name_of(worst["dilemma"])),
        draft.number(f"{key}.S", worst["S"], 1, source),
        draft.text(
            "summary.gravest.reading",
            low=draft.number(low, worst["ci_lower"], 1, source),
            high=draft.number(high, worst["ci_upper"], 1, source),
            verdict=draft.words.get(f"tables.verdict.{worst['verdict']}"),
        ),
    )


def _single_levers(draft: Draft) -> list[dict[str, Any]]:
    if draft.content.diagnosis is None or draft.content.refusing:
        return []
    frame = draft.content.diagnosis.levers
    return [dict(row) for _, row in frame[frame["lever"] != "all"].iterrows() if row["gain"] == row["gain"]]


def _best_lever(draft: Draft) -> KeyFigure | None:
    levers = _single_levers(draft)
    if not levers:
        return None
    best = max(levers, key=lambda row: row["gain"])
    key = f"levers.{best['lever']}"
    return KeyFigure(
        draft.text("summary.lever.label", name=_lever_name(draft, best)),
        draft.number(f"{key}.gain", best["gain"], 1, LEVERS),
        draft.text(
            "summary.lever.reading",
            low=draft.number(f"{key}.ci_lower", best["ci_lower"], 1, LEVERS),
            high=draft.number(f"{key}.ci_upper", best["ci_upper"], 1, LEVERS),
            target=draft.number("levers.target", best["target"], 0, LEVERS),
        )
        + (draft.text("summary.lever_extrapolated") if best["extrapolation"] else ""),
    )


def _lever_name(draft: Draft, lever: dict[str, Any]) -> str:
    """Name a lever's dilemma; an outcome dilemma is moved through its symptoms, so its severity is theirs."""
    name, diagnosis = draft.name_of(lever["dilemma"]), draft.content.diagnosis
    if diagnosis is not None and lever["dilemma"] in SYMPTOM_DILEMMAS:
        return draft.text("summary.lever_symptoms", name=name)
    return name


def _fit(draft: Draft) -> KeyFigure | None:
    model = draft.content.main_model
    # The fit of a model that must not be interpreted is no key figure; it stays in its table, marked.
    if model is None or model.result is None or model.result.refused:
        return None
    measures, source = reported_measures(model.result), "wxsat.sem.fit_measures"
    return KeyFigure(
        draft.text("summary.fit.label"),
        draft.number(f"fit.{model.id}.cfi", measures["cfi"], 3, source, no_zero=True),
        draft.text(
            "summary.fit.reading",
            rmsea=draft.number(f"fit.{model.id}.rmsea", measures["rmsea"], 3, source, no_zero=True),
            srmr=draft.number(f"fit.{model.id}.srmr", measures["srmr"], 3, source, no_zero=True),
            n=draft.count(f"fit.{model.id}.n", model.result.n_obs, source),
        ),
    )


def _scales(draft: Draft) -> KeyFigure | None:
    if draft.content.scales is None:
        return None
    total, enough = scales_with_omega(draft)
    source = "wxsat.psychometrics.reliability"
    return KeyFigure(
        draft.text("summary.reliability.label"),
        draft.count("reliability.enough", enough, source),
        draft.text("summary.reliability.reading", total=draft.count("reliability.scales", total, source)),
    )


def scales_with_omega(draft: Draft) -> tuple[int, int]:
    """Return the number of scales with an omega and of those that reach the conventional .70."""
    if draft.content.scales is None:
        return 0, 0
    omega = draft.content.scales.reliability["omega"].dropna()
    return len(omega), int((omega >= 0.70).sum())


def combined_rows(draft: Draft) -> list[dict[str, Any]]:
    """Return the dilemmas over all sources where there is more than one; nothing with the public alone."""
    diagnosis = draft.content.diagnosis
    if diagnosis is None or diagnosis.evidence is None:
        return []
    frame = diagnosis.evidence.tables.combined
    return [] if frame.empty or frame["n_sources"].max() < 2 else [dict(row) for _, row in frame.iterrows()]


def _dilemma_sentences(draft: Draft) -> list[str]:
    if combined_rows(draft):
        return record_sentences(draft)
    sentences = []
    for row in dilemma_rows(draft):
        name, key = draft.name_of(row["id"]), f"severity.{row['id']}"
        if row["S"] != row["S"]:
            minimum = draft.content.diagnosis.settings["suppress_below"]["value"] if draft.content.diagnosis else 10
            sentences.append(draft.text("summary.dilemma_suppressed", name=name, minimum=minimum))
            continue
        sentences.append(
            draft.text(
                "summary.dilemma",
                name=name,
                s=draft.number(f"{key}.S", row["S"], 1, SEVERITY),
                low=draft.number(f"{key}.ci_lower", row["ci_lower"], 1, SEVERITY),
                high=draft.number(f"{key}.ci_upper", row["ci_upper"], 1, SEVERITY),
                mlow=draft.number(f"{key}.method_lower", row["method_lower"], 1, SEVERITY),
                mhigh=draft.number(f"{key}.method_upper", row["method_upper"], 1, SEVERITY),
                p40=draft.probability(f"{key}.p40", row["p40"], SEVERITY),
                verdict=draft.words.get(f"tables.verdict.{row['verdict']}"),
            )
        )
    return sentences


def _lever_sentences(draft: Draft) -> list[str]:
    if draft.content.diagnosis is None or draft.content.diagnosis.levers.empty:
        return []
    if draft.content.refusing:
        return [draft.text("summary.levers_refused")]
    sentences = []
    for row in _single_levers(draft):
        key = f"levers.{row['lever']}"
        sentences.append(
            draft.text(
                "summary.lever_line",
                name=_lever_name(draft, row),
                s=draft.number(f"{key}.severity", row["severity"], 1, LEVERS),
                target=draft.number("levers.target", row["target"], 0, LEVERS),
                gain=draft.number(f"{key}.gain", row["gain"], 1, LEVERS),
                low=draft.number(f"{key}.ci_lower", row["ci_lower"], 1, LEVERS),
                high=draft.number(f"{key}.ci_upper", row["ci_upper"], 1, LEVERS),
            )
        )
    frame = draft.content.diagnosis.levers
    for _, together in frame[frame["lever"] == "all"].iterrows():
        row = dict(together)
        sentences.append(
            draft.text(
                "summary.lever_all",
                target=draft.number("levers.target", row["target"], 0, LEVERS),
                gain=draft.number("levers.all.gain", row["gain"], 1, LEVERS),
                low=draft.number("levers.all.ci_lower", row["ci_lower"], 1, LEVERS),
                high=draft.number("levers.all.ci_upper", row["ci_upper"], 1, LEVERS),
            )
        )
    if frame["extrapolation"].any():
        sentences.append(draft.text("summary.lever_warning"))
    return sentences
