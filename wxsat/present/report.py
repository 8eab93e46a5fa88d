"""Results to a document in each language, and documents to files.

``build_report`` writes the document from the content; ``render_report`` is what a library user calls with whatever
results are at hand.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from wxsat.errors import UsageError
from wxsat.finding import Finding, distinct
from wxsat.instrument.instrument import Label, Language
from wxsat.present.citation import CitationRecord, record_citation
from wxsat.present.citations import references_of
from wxsat.present.content import FittedModel, ReportContent
from wxsat.present.document import Document, FigureBlock, NumberBook, Section
from wxsat.present.draft import Draft
from wxsat.present.parts import build_parts
from wxsat.present.sections.answers import describe_answers
from wxsat.present.sections.closing import (
    describe_citation,
    describe_findings,
    describe_sensitivity,
    describe_wording,
)
from wxsat.present.sections.dilemmas import describe_dilemmas
from wxsat.present.sections.evidence import describe_evidence
from wxsat.present.sections.measurement import describe_measurement
from wxsat.present.sections.measurement_checks import describe_measurement_checks
from wxsat.present.sections.method import describe_method
from wxsat.present.sections.references import describe_references
from wxsat.present.sections.replication import describe_replication
from wxsat.present.sections.respondents import describe_respondents
from wxsat.present.sections.structure import describe_structure
from wxsat.present.sections.summary import summarise
from wxsat.present.sections.supervisors import describe_supervisors
from wxsat.present.sections.tracking import describe_tracking

if TYPE_CHECKING:
    from wxsat.present.citations import Reference
    from wxsat.present.figures.figure import FigureSpec, ImageFormat

ReportFormat = Literal["html", "docx", "xlsx", "latex", "markdown", "pdf"]
SUFFIXES: dict[str, str] = {
    "html": ".html", "docx": ".docx", "xlsx": ".xlsx", "latex": ".tex", "markdown": ".md", "pdf": ".pdf",
}  # fmt: skip

SECTIONS: tuple[Callable[[Draft], Section | None], ...] = (
    summarise,
    describe_method,
    describe_respondents,
    describe_answers,
    describe_measurement,
    describe_structure,
    describe_evidence,
    describe_supervisors,
    describe_dilemmas,
    describe_tracking,
    describe_sensitivity,
    describe_measurement_checks,
    describe_findings,
    describe_citation,
    describe_references,
    describe_replication,
    describe_wording,
)


@dataclass(frozen=True)
class Report:
    """
    A built report.

    Attributes
    ----------
    documents : tuple of Document
        One a language, the main language first.
    figures : mapping of str to FigureSpec
        By file stem (``severity.zh``).
    numbers : tuple of dict
        Every printed number: ``id``, ``value``, ``source``.
    citation : CitationRecord or None
        What its tables are cited with.
    parts : mapping of str to tuple of Document
        ``brief`` and ``methods``, one document a language.
    references : mapping of str to tuple of Reference
        What the run used, by language.
    """

    documents: tuple[Document, ...]
    figures: dict[str, FigureSpec]
    numbers: tuple[dict[str, Any], ...]
    citation: CitationRecord | None = None
    parts: Mapping[str, tuple[Document, ...]] = field(default_factory=dict)
    references: Mapping[str, tuple[Reference, ...]] = field(default_factory=dict)


def build_report(content: ReportContent, languages: Sequence[Language] = ("zh", "en")) -> Report:
    """
    Build the report's documents; nothing is drawn or written yet.

    Parameters
    ----------
    content : ReportContent
    languages : sequence of {"zh", "en"}
        The first one is the main language.

    Returns
    -------
    Report
    """
    book = NumberBook()
    documents: list[Document] = []
    figures: dict[str, FigureSpec] = {}
    parts: dict[str, list[Document]] = {}
    for language in languages:
        draft = Draft(content, language, book)
        documents.append(_document(draft))
        for name, document in build_parts(documents[-1], draft).items():
            parts.setdefault(name, []).append(document)
        stamp = draft.text("simulated") if content.simulated else None
        figures |= {f"{spec.id}.{language}": replace(spec, stamp=stamp) for spec in draft.figures}
    tables = [block.table for block in documents[0].tables()] if documents else []
    citation = record_citation(content, tables, languages, book)
    return Report(
        tuple(documents),
        figures,
        tuple(book.to_list()),
        citation,
        {name: tuple(own) for name, own in parts.items()},
        {language: references_of(content, language) for language in languages},
    )


def _document(draft: Draft) -> Document:
    content = draft.content
    sections = tuple(section for write in SECTIONS if (section := write(draft)) is not None)
    reasons = [draft.say(f) for f in content.refusing]
    separator = "" if draft.language == "zh" else " "
    return Document(
        language=draft.language,
        title=content.title.text(draft.language),
        subtitle=draft.text("subtitle", version=content.provenance.get("version", "")),
        sections=sections,
        stamp=draft.text("simulated") if content.simulated else "",
        refusal=draft.text("refusal.because", reasons=separator.join(reasons)) if reasons else "",
        table_style=content.table_style,
        provenance=_provenance(content),
    )


def _provenance(content: ReportContent) -> tuple[tuple[str, str], ...]:
    """Return what made a report, as name and value: the sheet of a workbook that says so."""
    known = {name: content.provenance[name] for name in ("version", "seed", "year") if content.provenance.get(name)}
    instrument = content.instrument
    lines = [(f"wxsat {name}" if name == "version" else name, str(value)) for name, value in known.items()]
    if instrument is not None:
        lines.append(("instrument", f"{instrument.id} {instrument.header.version}"))
    lines.append(("simulated", str(content.simulated).lower()))
    return (*lines, *((f"SHA-256 {name}", sha) for name, sha in content.provenance.get("inputs", {}).items()))


def gather(results: Sequence[Any], title: str = "") -> ReportContent:
    """
    Make the content of a report from results in any order.

    Parameters
    ----------
    results : sequence
        Any of CleanResponses, ScaleQuality, SemResult (several), Diagnosis, Finding.
    title : str
        Of the report; the instrument's when empty, and without one a title that claims no subject.

    Returns
    -------
    ReportContent

    Raises
    ------
    UsageError
        ``OUT-010`` for an object that a report has no place for.
    """
    import datetime

    from wxsat import __version__
    from wxsat.diagnosis.result import Diagnosis
    from wxsat.psychometrics.scales import ScaleQuality
    from wxsat.responses.responses import CleanResponses
    from wxsat.sem.result import SemResult

    content = ReportContent(
        title=Label(zh=title or "分析报告", en=title or "Report of an analysis"),
        provenance={"version": __version__, "year": datetime.date.today().year},
    )
    findings: list[Finding] = []
    for result in results:
        match result:
            case CleanResponses():
                content = replace(content, responses=result, instrument=result.instrument, form=result.form)
                content = replace(content, simulated=bool(result.provenance.get("simulated", False)))
            case ScaleQuality():
                content = replace(content, scales=result)
            case SemResult():
                name = f"model{len(content.models) + 1}"
                content = replace(content, models=(*content.models, FittedModel(name, Label(zh=name, en=name), result)))
            case Diagnosis():
                content = replace(content, diagnosis=result)
            case Finding():
                findings.append(result)
                continue
            case _:
                known = "CleanResponses, ScaleQuality, SemResult, Diagnosis, Finding"
                raise UsageError(
                    "OUT-010", f"a report has no place for a {type(result).__name__}.", hint=f"It takes: {known}."
                )
        findings.extend(getattr(result, "findings", ()))
    if not title and content.instrument is not None:
        content = replace(content, title=content.instrument.header.title)
    return replace(content, findings=distinct(findings))


def render_report(
    results: Any,
    to: str | Path,
    language: Language | Sequence[Language] = ("zh", "en"),
    title: str = "",
    force: bool = False,
) -> Path:
    """
    Write a report from results: the suffix decides the format.

    Parameters
    ----------
    results : ReportContent, a result or a sequence of results
        What :func:`gather` takes.
    to : str or Path
        ``.html``, ``.docx``, ``.xlsx``, ``.tex``, ``.md`` or ``.pdf`` (needs the extra ``pdf``).
    language : {"zh", "en"} or a sequence of them
        An HTML file holds all of them; the other formats take the first.
    title : str
        Of the report.
    force : bool
        Overwrite an existing file.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    UsageError
        ``OUT-032`` for an unknown suffix, ``OUT-033`` when the file exists, ``OUT-037`` for an unknown
        language, ``OUT-031`` for PDF without Typst.

    Examples
    --------
    >>> render_report([scales, fit, findings], to="report.html", language="zh")  # doctest: +SKIP
    """
    several = results if isinstance(results, Sequence) else [results]
    content = results if isinstance(results, ReportContent) else gather(several, title)
    languages: Sequence[Language] = (language,) if isinstance(language, str) else tuple(language)
    path = Path(to)
    formats = {suffix: name for name, suffix in SUFFIXES.items()}
    if path.suffix not in formats:
        raise UsageError(
            "OUT-032", f"'{path.suffix}' is not a report format.", where=str(path), hint=f"Known: {', '.join(formats)}."
        )
    if path.exists() and not force:
        raise UsageError(
            "OUT-033", "the file exists already.", where=str(path), hint="Give force=True or another name."
        )
    if not languages or not set(languages) <= {"zh", "en"}:
        raise UsageError("OUT-037", f"language is {language!r}.", where=str(path), hint="It is 'zh', 'en' or both.")
    report = build_report(content, languages)
    images = draw_figures(report)
    write_documents(report.documents, formats[path.suffix], path, images)  # type: ignore[arg-type]
    return path


def draw_figures(
    report: Report,
    progress: Callable[[], None] = lambda: None,
    formats: Sequence[ImageFormat] = ("svg", "png"),
    jobs: int = 1,
) -> dict[str, bytes]:
    """
    Draw every figure, as SVG and PNG unless told otherwise; keys are file names such as ``severity.zh.svg``.

    `jobs` processes draw the same bytes as one.
    """
    from wxsat.sem.bootstrap.workers import over_blocks

    images: dict[str, bytes] = {}
    drawn = over_blocks(_draw, tuple(formats), list(report.figures.values()), jobs)
    for stem, pictures in zip(report.figures, drawn, strict=True):
        images |= {f"{stem}.{suffix}": payload for suffix, payload in pictures.items()}
        progress()
    return images


def _draw(formats: tuple[ImageFormat, ...], spec: FigureSpec) -> dict[ImageFormat, bytes]:
    from wxsat.present.figures.figure import render_formats

    return render_formats(spec, formats)


def write_documents(
    documents: Sequence[Document],
    to: ReportFormat,
    path: Path,
    images: dict[str, bytes],
    table_style: str = "",
    figures: str = "figures",
) -> None:
    """
    Render documents to one file, written beside and moved into place.

    Parameters
    ----------
    documents : sequence of Document
        HTML holds all; the other formats take the first.
    to : {"html", "docx", "xlsx", "latex", "markdown", "pdf"}
    path : Path
    images : mapping of str to bytes
        What :func:`draw_figures` returned, or the files of a run's ``figures`` folder.
    table_style : {"", "cyt", "apa"}
        Of a Word file's tables; the document's own when empty.
    figures : str
        Folder of the figures as seen from the file; LaTeX and Markdown read them from there.
    """
    from wxsat.present.render.atomic import write_atomically

    if to == "html":
        from wxsat.present.render.page import render_page

        def read_image(figure: FigureBlock, language: str) -> tuple[bytes, str]:
            return smallest_image(images, figure.file)

        write_atomically(path, render_page(documents, read_image).encode("utf-8"))
    elif to == "docx":
        from wxsat.present.render.document_docx import render_document_docx

        write_atomically(path, render_document_docx(documents[0], images, table_style))
    elif to == "xlsx":
        from wxsat.present.render.xlsx import render_workbook

        tables = [block.table for block in documents[0].tables()]
        render_workbook(tables, path, documents[0].language, provenance=documents[0].provenance)
    elif to == "pdf":
        from wxsat.present.render.pdf import render_document_pdf

        write_atomically(path, render_document_pdf(documents[0], lambda stem: smallest_image(images, stem)))
    else:
        from wxsat.present.render.document_text import render_document_text

        write_atomically(path, render_document_text(documents[0], to, figures).encode("utf-8"))


def smallest_image(images: dict[str, bytes], stem: str) -> tuple[bytes, str]:
    """Return the SVG of a figure, or its PNG where the SVG is larger and answers no pointer."""
    from wxsat.present.render.inline_svg import has_hints

    svg, png = images[f"{stem}.svg"], images[f"{stem}.png"]
    return (svg, "image/svg+xml") if len(svg) <= len(png) or has_hints(svg) else (png, "image/png")


def report_to_json(documents: Sequence[Document]) -> str:
    """Return documents as JSON text for the run folder."""
    from wxsat.present.document import document_to_dict

    return json.dumps([document_to_dict(d) for d in documents], ensure_ascii=False, indent=1, default=_number)


def _number(value: Any) -> Any:
    if hasattr(value, "item"):
        return value.item()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    raise TypeError(f"cannot store a {type(value).__name__}")
