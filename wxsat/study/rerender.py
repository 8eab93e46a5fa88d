"""A run folder -> its report in another format: from the stored documents, without the answers."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wxsat.errors import StudyError, UsageError, nearest
from wxsat.present.document import Document, document_from_dict
from wxsat.present.report import SUFFIXES, write_documents

# The stored documents of each part of a report, and what its file is called.
STEMS = {"full": "report", "brief": "brief", "brief-two-pages": "brief-two-pages", "methods": "methods-appendix"}
PARTS = {part: "documents.json" if part == "full" else f"documents-{part}.json" for part in STEMS}
REFERENCES = "references.json"


def rerender(
    run_dir: Path,
    to: str,
    out: Path | None = None,
    language: str | None = None,
    force: bool = False,
    *,
    part: str = "full",
    citation_style: str | None = None,
    table_style: str = "",
) -> Path:
    """
    Render the report of a run folder again.

    Parameters
    ----------
    run_dir : Path
        Folder that a run wrote.
    to : {"html", "docx", "xlsx", "latex", "markdown", "pdf"}
    out : Path, optional
        File to write; ``report.<language>.<suffix>`` in the run folder when left out (``brief.…``,
        ``methods-appendix.…`` for the other parts).
    language : {"zh", "en"}, optional
        The study's main language when left out; HTML then holds all.
    force : bool
        Overwrite an existing file.
    part : {"full", "brief", "brief-two-pages", "methods"}
        The whole report, one page for policy writers, that page and its tables, or the methods appendix (checklists of
        JARS, CHERRIES, AAPOR).
    citation_style : {"gbt2015", "gbt2025", "apa"}, optional
        Of the references; that of the run (GB/T 7714-2025 in Chinese, APA in English) when left out.
    table_style : {"", "cyt", "apa"}
        Of a Word file's tables; the document's own when empty.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    UsageError
        ``STUDY-040`` unknown format, ``STUDY-041`` a language that the run does not hold, ``STUDY-042`` the file
        exists, ``OUT-034`` unknown part, ``OUT-035`` unknown citation style, ``OUT-036`` a run of an older version
        without this part or its references, ``OUT-031`` PDF without Typst.
    StudyError
        ``STUDY-043`` when the folder holds no run.
    """
    if to not in SUFFIXES:
        known = ", ".join(SUFFIXES)
        raise UsageError("STUDY-040", f"'{to}' is not a report format.", hint=f"Known: {known}.{nearest(to, SUFFIXES)}")
    documents = _in_language(_documents(run_dir, part), language)
    if citation_style is not None:
        documents = _restyled(run_dir, documents, citation_style)
    path = out or run_dir / f"{STEMS[part]}.{documents[0].language}{SUFFIXES[to]}"
    if path.exists() and not force:
        raise UsageError(
            "STUDY-042", "the file exists already.", where=str(path), hint="Give --force, or another --out."
        )
    shown = ("svg", "png") if to in ("html", "pdf") else ("png",)
    images = {f.name: f.read_bytes() for f in (run_dir / "figures").iterdir() if f.suffix[1:] in shown}
    write_documents(documents, to, path, images, table_style, _seen_from(path, run_dir / "figures"))  # type: ignore[arg-type]
    return path


def _seen_from(path: Path, folder: Path) -> str:
    """Return the folder as the file at `path` must name it, also where the file lies outside the run."""
    try:
        return Path(os.path.relpath(folder.resolve(), path.parent.resolve())).as_posix()
    except ValueError:  # another drive
        return folder.resolve().as_posix()


def _in_language(documents: list[Document], language: str | None) -> list[Document]:
    if language is None:
        return documents
    found = [d for d in documents if d.language == language]
    if not found:
        held = ", ".join(d.language for d in documents)
        raise UsageError("STUDY-041", f"the run holds no '{language}' report.", hint=f"It holds: {held}.")
    return found


def _documents(run_dir: Path, part: str) -> list[Document]:
    if part not in PARTS:
        known = ", ".join(PARTS)
        raise UsageError(
            "OUT-034",
            f"'{part}' is not a part of a report.",
            where="part",
            hint=f"Known: {known}.{nearest(part, PARTS)}",
        )
    # Whether the folder is a run at all comes first.
    full = _read(run_dir, PARTS["full"])
    if part == "full":
        return full
    if not (run_dir / PARTS[part]).is_file():
        raise _older(run_dir, f"the part '{part}'")
    return _read(run_dir, PARTS[part])


def _read(run_dir: Path, name: str) -> list[Document]:
    try:
        stored: Any = json.loads((run_dir / name).read_text(encoding="utf-8"))
        return list(document_from_dict(stored))
    except (OSError, ValueError, KeyError, TypeError):
        raise StudyError(
            "STUDY-043",
            f"this folder holds no readable {name}.",
            where=str(run_dir),
            hint="Name a folder that `wxsat run` or `wxsat demo` wrote.",
        ) from None


def _older(run_dir: Path, what: str) -> UsageError:
    return UsageError(
        "OUT-036",
        f"the run was written by a version of wxsat that did not store {what}.",
        where=str(run_dir),
        hint="Run the study again with `wxsat run`.",
    )


def _restyled(run_dir: Path, documents: Sequence[Document], style: str) -> list[Document]:
    """Write the references of documents in another style."""
    from wxsat.present.citations import STYLES, cite_again, references_from_json

    if style not in STYLES:
        known = ", ".join(STYLES)
        raise UsageError(
            "OUT-035", f"'{style}' is not a citation style.", hint=f"Known: {known}.{nearest(style, STYLES)}"
        )
    file = run_dir / REFERENCES
    if not file.is_file():
        raise _older(run_dir, "its references")
    references = references_from_json(file.read_text(encoding="utf-8"))
    return [cite_again(document, references, style) for document in documents]
