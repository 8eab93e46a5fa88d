"""A run folder -> tables with everything that a cited table must carry, or what is missing for that."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from wxsat.errors import Fault, StudyError, UsageError, nearest
from wxsat.present.citation import CitationRecord, citation_from_dict, number_notes
from wxsat.present.document import (
    NUMBER_MARK,
    Bullets,
    Document,
    Section,
    TableBlock,
    document_from_dict,
    without_marks,
)
from wxsat.present.locale import wording
from wxsat.study.write import CITATION

FOLDER, WORDING = "cited", "wording"
SUFFIXES = {"docx": ".docx", "html": ".html", "xlsx": ".xlsx", "latex": ".tex", "markdown": ".md", "json": ".json"}


def cite_tables(
    run_dir: Path,
    tables: Sequence[str],
    to: str = "docx",
    out: Path | None = None,
    language: str | None = None,
    force: bool = False,
    *,
    table_style: str = "",
) -> Path:
    """
    Write tables of a run with the ten notes that a cited table carries, and the questions word for word.

    Parameters
    ----------
    run_dir : Path
        Folder that a run wrote.
    tables : sequence of str
        Ids, such as ``severity``; the names of the CSV files in ``tables/``.
    to : {"docx", "html", "xlsx", "latex", "markdown", "json"}
    out : Path, optional
        File to write; ``cited/<table>.<language>.<suffix>`` in the run folder when left out.
    language : {"zh", "en"}, optional
        The study's main language when left out.
    force : bool
        Overwrite an existing file.
    table_style : {"", "cyt", "apa"}
        Of a Word file.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    StudyError
        ``OUT-025`` for every fact that is missing, with the line of the study file to fill; ``OUT-027`` a run without
        citation record, or whose notes print a number that ``numbers.json`` does not hold; ``STUDY-043`` no run.
    UsageError
        ``OUT-026`` an unknown table, ``STUDY-040`` an unknown format, ``STUDY-041`` a language that the run does not
        hold, ``STUDY-042`` the file exists.
    """
    if to not in SUFFIXES:
        known = ", ".join(SUFFIXES)
        message = f"'{to}' is not a format of cited tables."
        raise UsageError("STUDY-040", message, hint=f"Known: {known}.{nearest(to, SUFFIXES)}")
    document = _document(run_dir, language)
    blocks = _chosen(document, tables)
    record = _record(run_dir)
    _require_complete(record, [block.table.id for block in blocks], document.language)
    _require_numbers(record, run_dir, [block.table.id for block in blocks], document.language)
    path = out or run_dir / FOLDER / f"{'+'.join(tables)}.{document.language}{SUFFIXES[to]}"
    if path.exists() and not force:
        raise UsageError(
            "STUDY-042", "the file exists already.", where=str(path), hint="Give --force, or another --out."
        )
    if out is None:
        path.parent.mkdir(exist_ok=True)
    _write(_cited(document, blocks, record), to, path, table_style)
    return path


def _read(run_dir: Path, name: str) -> Any:
    try:
        return json.loads((run_dir / name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _document(run_dir: Path, language: str | None) -> Document:
    stored = _read(run_dir, "documents.json")
    try:
        documents: list[Document] = list(document_from_dict(stored))
    except (KeyError, TypeError, ValueError):
        hint = "Name a folder that `wxsat run` or `wxsat demo` wrote."
        message = "this folder holds no readable documents.json."
        raise StudyError("STUDY-043", message, where=str(run_dir), hint=hint) from None
    for document in documents:
        if language in (None, document.language):
            return document
    held = ", ".join(d.language for d in documents)
    raise UsageError("STUDY-041", f"the run holds no '{language}' report.", hint=f"It holds: {held}.")


def _chosen(document: Document, tables: Sequence[str]) -> list[TableBlock]:
    held = {block.table.id: block for block in document.tables()}
    unknown = [name for name in tables if name not in held]
    if unknown:
        hint = f"It has: {', '.join(held)}.{nearest(unknown[0], held)}"
        raise UsageError("OUT-026", f"the run has no table '{unknown[0]}'.", hint=hint)
    return [held[name] for name in dict.fromkeys(tables)]


def _record(run_dir: Path) -> CitationRecord:
    stored = _read(run_dir, CITATION)
    try:
        return citation_from_dict(stored)
    except (KeyError, TypeError, AttributeError):
        raise StudyError(
            "OUT-027",
            f"the run has no readable {CITATION}: an earlier version of wxsat wrote it.",
            where=str(run_dir),
            hint="Run the study again.",
        ) from None


def _require_complete(record: CitationRecord, tables: Sequence[str], language: str) -> None:
    """Raise with every fact that a cited table would lack."""
    faults = [
        Fault(
            "OUT-025",
            f"a cited table needs `{_key(key)}`, and the study does not say it.",
            record.places.get(key, "study.yaml"),
            "Fill it in and run the study again.",
        )
        for key in record.missing
    ]
    texts = record.wording.get(language, {})
    silent = sorted({item for table in tables for item in record.items.get(table, ()) if item not in texts})
    if silent:
        message = f"a cited table needs the exact wording, and the instrument has none of: {', '.join(silent)}."
        hint = "Give the texts in the instrument that this line names, and run the study again."
        faults.append(Fault("OUT-025", message, record.places.get("instrument", "study.yaml"), hint))
    if faults:
        raise StudyError.from_faults(faults)


def _key(key: str) -> str:
    return key if key == "data" else f"fieldwork: {key}"


def _require_numbers(record: CitationRecord, run_dir: Path, tables: Sequence[str], language: str) -> None:
    """Raise when a note prints a number that the run does not have."""
    held = {entry["id"] for entry in _read(run_dir, "numbers.json") or ()}
    printed = {m[1] for t in tables for note in record.notes[language][t] for m in NUMBER_MARK.finditer(note)}
    if printed - held:
        lost = ", ".join(sorted(printed - held))
        raise StudyError("OUT-027", f"numbers.json does not hold: {lost}.", where=str(run_dir), hint="Run it again.")


def _cited(document: Document, blocks: Sequence[TableBlock], record: CitationRecord) -> Document:
    """Return a document of the tables under their numbers in the report, with notes and wording."""
    words, language = wording(document.language), document.language
    shown: list[Any] = []
    for block in blocks:
        notes = number_notes(without_marks(note) for note in record.notes[language][block.table.id])
        own = [note for note in block.table.notes if note not in record.replaced.get(language, ())]
        table = replace(block.table, notes=(*notes, *own, record.source[language]))
        shown.append(TableBlock(table, block.number))
    sections = [Section("cited", words.get("cite.tables_title"), tuple(shown))]
    items = list(dict.fromkeys(item for block in blocks for item in record.items.get(block.table.id, ())))
    if items:
        texts = record.wording[language]
        asked = Bullets(tuple(f"{item}  {texts[item]}" for item in items))
        sections.append(Section(WORDING, words.get("cite.wording_title"), (asked,)))
    title = words.get("cite.file_title", title=document.title)
    return replace(document, title=title, sections=tuple(sections))


def _write(document: Document, to: str, path: Path, table_style: str) -> None:
    from wxsat.present.render.atomic import write_atomically
    from wxsat.present.report import write_documents

    if to == "json":
        from wxsat.present.render.json import table_to_dict

        tables = [table_to_dict(block.table, block.number) for block in document.tables()]
        text = json.dumps(
            {"tables": tables, "wording": _wordings(document)}, ensure_ascii=False, indent=1, allow_nan=False
        )
        write_atomically(path, text + "\n")
        return
    if to == "xlsx":
        from wxsat.present.render.xlsx import render_workbook

        blocks = document.tables()
        parted = (line.partition("  ") for line in _wordings(document))
        told = (*document.provenance, *((item, text) for item, _, text in parted))
        render_workbook(
            [block.table for block in blocks],
            path,
            document.language,
            provenance=told,
            numbers=[block.number for block in blocks],
        )
        return
    write_documents([document], to, path, {}, table_style)  # type: ignore[arg-type]


def _wordings(document: Document) -> list[str]:
    blocks = [block for section in document.sections if section.id == WORDING for block in section.blocks]
    return [item for block in blocks if isinstance(block, Bullets) for item in block.items]
