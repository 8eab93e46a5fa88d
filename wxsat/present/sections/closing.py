"""The closing sections: sensitivity to cleaning, findings and limits, citation and provenance, wording."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from wxsat.finding import Finding
from wxsat.present.document import Block, Bullets, FindingLine, FindingsBlock, Paragraph, Section
from wxsat.present.draft import Draft
from wxsat.present.tables.sensitivity import tabulate_sensitivity

SHOWN_PER_CODE = 8
GRAVITY = {"refusal": 0, "warning": 1, "note": 2}


def describe_sensitivity(draft: Draft) -> Section | None:
    """Write the comparison of the two runs; None without responses."""
    content = draft.content
    if content.responses is None:
        return None
    title, second = draft.text("sensitivity.title"), content.second_run
    if second is None:
        return Section("sensitivity", title, (Paragraph(draft.text("sensitivity.none")),))
    intro = draft.text(
        "sensitivity.intro",
        single=draft.count("sample.single_flag", len(content.responses.single_flag_rows), "wxsat.responses.clean"),
        n=draft.count("sensitivity.n", second.n, "wxsat.study.run"),
    )
    table = tabulate_sensitivity(content, draft.language)
    return Section("sensitivity", title, (Paragraph(intro), draft.table(table)))


def describe_findings(draft: Draft) -> Section:
    """Write the findings, gravest first, and the limits of the study."""
    ordered = sorted(draft.content.findings, key=lambda finding: (GRAVITY[finding.severity], finding.code))
    blocks: list[Block] = [Paragraph(draft.text("findings.intro"), "note")]
    if ordered:
        blocks.append(FindingsBlock(tuple(finding_lines(draft, ordered))))
    else:
        blocks.append(Paragraph(draft.text("findings.none")))
    topics = ["limits", "limits_dilemmas"] if draft.content.diagnosis is not None else ["limits"]
    starts = tuple(f"report.findings.{topic}." for topic in topics)
    limits = [draft.words.get(key) for key in draft.words.keys("report") if key.startswith(starts)]
    if (of_sources := _limit_of_sources(draft)) is not None:
        limits.append(of_sources)
    if draft.content.simulated:
        limits.insert(0, draft.text("findings.limits_simulated"))
    blocks.append(Bullets(tuple(limits)))
    return Section("findings", draft.text("findings.title"), tuple(blocks))


def _limit_of_sources(draft: Draft) -> str | None:
    """Return what the missing sources cost; None without a diagnosis and where all of them are there."""
    diagnosis = draft.content.diagnosis
    if diagnosis is None:
        return None
    evidence = diagnosis.evidence
    combined = evidence.tables.combined if evidence is not None else None
    if combined is None or combined.empty or (combined["n_sources"] == 1).all():
        return draft.text("findings.sources_alone")
    missing = sorted({source for cell in combined["missing"] for source in str(cell).split(", ") if source})
    if not missing:
        return None
    return draft.text(
        "findings.sources_missing", sources=draft.join(draft.words.get(f"tables.source.{name}") for name in missing)
    )


def finding_lines(draft: Draft, findings: Sequence[Finding]) -> Iterator[FindingLine]:
    """Word findings; of a code that occurs very often, the first ones and how many more there are."""
    for code, alike in groupby(findings, key=lambda finding: finding.code):
        found = list(alike)
        for finding in found[:SHOWN_PER_CODE]:
            yield finding_line(draft, finding)
        more = len(found) - SHOWN_PER_CODE
        if more > 0:
            yield FindingLine(code, found[0].severity, draft.text("findings.more", n=more))


def finding_line(draft: Draft, finding: Finding) -> FindingLine:
    """Word one finding in the draft's language from its evidence."""
    said = draft.say(finding)
    titles = {model.id: model.title.text(draft.language) for model in draft.content.models}
    about = titles.get(str(finding.evidence.get("model")))
    if about:
        said = f"{about}{'：' if draft.language == 'zh' else ': '}{said}"
    return FindingLine(finding.code, finding.severity, said)


def _made_with(draft: Draft) -> dict[str, str]:
    instrument = draft.content.instrument
    return {
        "version": draft.content.provenance.get("version", ""),
        "instrument": instrument.id if instrument else draft.text("none"),
        "instrument_version": instrument.header.version if instrument else "",
    }


def citation_line(draft: Draft) -> str:
    """Return how the report itself is cited."""
    content = draft.content
    return draft.text(
        "citation.cite",
        authors=draft.join(content.authors) or draft.text("not_stated"),
        year=content.provenance.get("year") or draft.text("citation.undated"),
        title=content.title.text(draft.language),
        **_made_with(draft),
    )


def describe_citation(draft: Draft) -> Section:
    """Write how to cite and where the numbers come from."""
    provenance, instrument = draft.content.provenance, draft.content.instrument
    lines = [draft.text("citation.software", **_made_with(draft))]
    if instrument is not None and instrument.header.cite is not None:
        lines.append(instrument.header.cite.text(draft.language))
    lines += [draft.text("citation.inputs", name=name, sha=sha) for name, sha in provenance.get("inputs", {}).items()]
    if "seed" in provenance:
        lines.append(draft.text("citation.seed", seed=provenance["seed"]))
    lines.append(draft.text("citation.official"))
    blocks = (
        Paragraph(citation_line(draft), "quote"),
        Paragraph(draft.text("citation.provenance")),
        Bullets(tuple(lines)),
    )
    return Section("citation", draft.text("citation.title"), blocks)


def describe_wording(draft: Draft) -> Section | None:
    """List the questions as asked; None without an instrument."""
    instrument = draft.instrument
    if instrument is None:
        return None
    held = set(draft.content.responses.frame.columns) if draft.content.responses is not None else None
    blocks: list[Block] = [Paragraph(draft.text("appendix.intro"), "note")]
    for construct in instrument.constructs_in(draft.content.form):
        items = [i for i in construct.items if held is None or i.id in held]
        if not items:
            continue
        blocks.append(Paragraph(f"{construct.id}  {construct.name.text(draft.language)}", "subheading"))
        lines = (f"{i.id}{' (R)' if i.reversed else ''}  {i.text.text(draft.language)}" for i in items)
        blocks.append(Bullets(tuple(lines)))
    return Section("appendix", draft.text("appendix.title"), tuple(blocks))
