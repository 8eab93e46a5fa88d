"""A run folder -> its report in another format: from the stored documents, without the answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from wxsat.errors import StudyError, UsageError, nearest
from wxsat.present.document import Document, document_from_dict
from wxsat.present.report import SUFFIXES, write_documents


def rerender(run_dir: Path, to: str, out: Path | None = None, language: str | None = None, force: bool = False) -> Path:
    """
    Render the report of a run folder again.

    Parameters
    ----------
    run_dir : Path
        Folder that a run wrote.
    to : {"html", "docx", "xlsx", "latex", "markdown"}
    out : Path, optional
        File to write; ``report.<language>.<suffix>`` in the run folder when left out.
    language : {"zh", "en"}, optional
        The study's main language when left out; HTML then holds all.
    force : bool
        Overwrite an existing file.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    UsageError
        ``STUDY-040`` unknown format, ``STUDY-041`` a language that the run does not hold, ``STUDY-042`` the file
        exists.
    StudyError
        ``STUDY-043`` when the folder holds no run.
    """
    if to not in SUFFIXES:
        known = ", ".join(SUFFIXES)
        raise UsageError("STUDY-040", f"'{to}' is not a report format.", hint=f"Known: {known}.{nearest(to, SUFFIXES)}")
    documents = _documents(run_dir)
    if language is not None:
        held = [d.language for d in documents]
        documents = [d for d in documents if d.language == language]
        if not documents:
            raise UsageError(
                "STUDY-041", f"the run holds no '{language}' report.", hint=f"It holds: {', '.join(held)}."
            )
    path = out or run_dir / f"report.{documents[0].language}{SUFFIXES[to]}"
    if path.exists() and not force:
        raise UsageError(
            "STUDY-042", "the file exists already.", where=str(path), hint="Give --force, or another --out."
        )
    images = {file.name: file.read_bytes() for file in (run_dir / "figures").iterdir()}
    write_documents(documents, to, path, images)  # type: ignore[arg-type]
    return path


def _documents(run_dir: Path) -> list[Document]:
    file = run_dir / "documents.json"
    try:
        stored: Any = json.loads(file.read_text(encoding="utf-8"))
        return list(document_from_dict(stored))
    except (OSError, ValueError, KeyError, TypeError):
        raise StudyError(
            "STUDY-043",
            "this folder holds no readable documents.json.",
            where=str(run_dir),
            hint="Name a folder that `wxsat run` or `wxsat demo` wrote.",
        ) from None
