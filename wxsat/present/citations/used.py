"""Which references a run used: what ran and what was asked decide, nothing is cited for show."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wxsat.present.citations.reference import Author, Reference, load_references

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wxsat.instrument.instrument import Instrument, Language
    from wxsat.present.content import ReportContent

ALWAYS = ("software", "reporting")
# The finding that says so: public severities are latent means by effects coding.
LATENT_WAS_USED = "DIAG-131"


def references_of(content: ReportContent, language: Language = "en") -> tuple[Reference, ...]:
    """
    Return the references of a run: wxsat, the instrument, then the bundled ones that apply, in the order of their file.

    Parameters
    ----------
    content : ReportContent
    language : {"zh", "en"}
        Of the titles of wxsat and the instrument.
    """
    uses, lineage = {*ALWAYS, *_methods(content)}, _lineage(content)
    found = [_software(content)]
    if content.instrument is not None:
        found.append(_instrument(content.instrument, language))
    found += _other_instruments(content, language)
    for bundled in load_references():
        asked = bundled.use == "lineage" and bundled.word in lineage
        if asked or bundled.use in uses:
            found.append(_with_version(bundled.reference))
    return tuple(found)


def _software(content: ReportContent) -> Reference:
    title = "wxsat: Satisfaction with government WeChat accounts, from raw answers to a citable report"
    version = str(content.provenance.get("version", ""))
    return Reference("wxsat", "software", (Author("The wxsat developers", body=True),), 2026, title, version=version)


def _other_instruments(content: ReportContent, language: Language) -> list[Reference]:
    """Return the bundled instruments that the staff, or people about their needs, were asked with."""
    from hashlib import sha256

    from wxsat.instrument.load import bundled_instruments, load_instrument

    evidence = None if content.diagnosis is None else content.diagnosis.evidence
    if evidence is None:
        return []
    asked = {evidence.settings.get("operators"), evidence.settings.get("needs")}
    asked -= {None, None if content.instrument is None else content.instrument.sha256}
    files = bundled_instruments() if asked else []
    used = [name for name, file in files if sha256(file.read_bytes()).hexdigest() in asked]
    return [_instrument(load_instrument(name), language) for name in used]


def _instrument(instrument: Instrument, language: Language) -> Reference:
    header = instrument.header
    title = f"{header.title.text(language) or instrument.id} ({instrument.id})"
    developers = header.cite is not None and "wxsat" in header.cite.text("en")
    authors = (Author("The wxsat developers", body=True),) if developers else ()
    return Reference(
        f"instrument-{instrument.id}", "dataset", authors, 2026 if developers else None, title,
        version=header.version, language=language,
    )  # fmt: skip


def _with_version(reference: Reference) -> Reference:
    if not reference.package:
        return reference
    from importlib.metadata import PackageNotFoundError, version

    try:
        return replace(reference, version=version(reference.package))
    except PackageNotFoundError:
        return reference


def _lineage(content: ReportContent) -> str:
    """Return the lineage of every construct that the answers hold, as one text."""
    if content.instrument is None:
        return ""
    held = None if content.responses is None else set(content.responses.frame.columns)
    constructs = content.instrument.constructs_in(content.form)
    asked = [c for c in constructs if held is None or any(item.id in held for item in c.items)]
    return "\n".join(line for construct in asked for line in construct.lineage)


def _methods(content: ReportContent) -> Iterator[str]:
    if content.responses is not None and not content.responses.ledger.empty:
        yield "screening"
    if content.weighting is not None and content.weighting.method != "given":
        yield "calibration"
    if content.scales is not None:
        yield "reliability"
        yield "pingouin"
        if not content.scales.htmt.empty:
            yield "htmt"
    yield from _sem_methods(content)
    if content.diagnosis is not None:
        yield from _diagnosis_methods(content)
    if content.instrument is not None and content.instrument.id in ("holzinger39", "political_democracy"):
        yield content.instrument.id


def _sem_methods(content: ReportContent) -> Iterator[str]:
    results = [model.result for model in content.models if model.result is not None]
    if results:
        yield "sem"
    for result in results:
        if result.table.ordered:
            yield "ordinal"
        if result.estimator == "MLR":
            yield "mlr"
        if result.missing == "fiml":
            yield "fiml"
        if (result.provenance.get("check") or {}).get("done") or result.engine == "semopy":
            yield "semopy"


def _diagnosis_methods(content: ReportContent) -> Iterator[str]:
    diagnosis = content.diagnosis
    if diagnosis is None:
        return
    yield from ("bootstrap", "dilemmas")
    if not diagnosis.priorities.empty:
        yield "priorities"
    if "shapley" in diagnosis.structural.frames() and not diagnosis.structural.frames()["shapley"].empty:
        yield "shapley"
    evidence = diagnosis.evidence
    if evidence is not None and "log" in set(evidence.tables.sources["source"]):
        yield "records"
    if evidence is not None and not evidence.accounts.empty:
        yield "accounts"
    if any(finding.code == LATENT_WAS_USED for finding in content.findings):
        yield "latent_severity"
