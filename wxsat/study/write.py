"""The run folder: report, tables, figures, numbers, provenance and log; all of it or nothing."""

from __future__ import annotations

import datetime
import json
import os
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wxsat import __version__
from wxsat.errors import UsageError
from wxsat.instrument.instrument import Language
from wxsat.present.citations import references_to_json, render_bibtex
from wxsat.present.content import ReportContent
from wxsat.present.figures.figure import IMAGE_FORMATS
from wxsat.present.figures.sizes import SizeName, resize_figure
from wxsat.present.render.atomic import folder_in_place
from wxsat.present.replication import replicate
from wxsat.present.report import build_report, draw_figures, report_to_json, write_documents

if TYPE_CHECKING:
    from wxsat.present.report import Report

RECORDED_PACKAGES = ("numpy", "scipy", "pandas", "semopy", "statsmodels", "pingouin", "matplotlib", "seaborn")
RUN_MARK = "run.json"
CITATION = "citation.json"


@contextmanager
def replace_folder(target: Path) -> Iterator[Path]:
    """
    Give a fresh folder beside `target` and move it there when the block ends well.

    An exception or an interruption removes it and leaves `target` as it was. Only a folder that a run has written
    (or an empty one) is ever replaced.

    Raises
    ------
    UsageError
        As :func:`require_writable`.
    """
    require_writable(target)
    with folder_in_place(target, partial(_unwritable, target)) as beside:
        yield beside


def require_writable(target: Path) -> None:
    """
    Raise before anything is computed when a run could not be written to `target`.

    Raises
    ------
    UsageError
        ``STUDY-031`` when `target` is something that no run wrote, ``STUDY-032`` when nothing can be written there.
    """
    if target.exists() and not _replaceable(target):
        raise UsageError(
            "STUDY-031",
            "this is not a folder that a run wrote; it will not be replaced.",
            where=str(target),
            hint="Choose another --out.",
        )
    standing = next(folder for folder in target.absolute().parents if folder.exists())
    if not standing.is_dir():
        raise _unwritable(target, f"{standing} is a file")
    if not os.access(standing, os.W_OK | os.X_OK):
        raise _unwritable(target, f"no permission to write in {standing}")


def _unwritable(target: Path, reason: str) -> UsageError:
    return UsageError(
        "STUDY-032", f"the folder cannot be written: {reason}.", where=str(target), hint="Choose another --out."
    )


def _replaceable(target: Path) -> bool:
    return target.is_dir() and ((target / RUN_MARK).is_file() or not any(target.iterdir()))


def write_run(
    content: ReportContent,
    folder: Path,
    languages: Sequence[Language],
    *,
    seed: int,
    command: Sequence[str] = (),
    figure_size: SizeName | None = None,
    progress: Callable[[str], None] = lambda step: None,
    jobs: int = 1,
) -> None:
    """
    Write everything a run leaves behind into an existing, empty folder.

    ``report.html`` (all languages in one file), ``tables/`` (CSV once, XLSX and DOCX a language), ``figures/`` (SVG,
    PNG and PDF a language; path diagrams as DOT, TikZ and Mermaid too), ``figures-a4/`` or ``figures-slide/`` where
    `figure_size` asks for it, ``replication/`` (the main model for other programs, its moments and scripts),
    ``numbers.json``, ``citation.json`` (what its tables are cited with), ``documents.json`` (what ``wxsat report``
    renders again), ``run.json`` and ``log.txt``.
    """
    progress("report")
    report = build_report(content, languages)
    progress("figures")
    images = draw_figures(report, formats=IMAGE_FORMATS, jobs=jobs)
    _write_figures(content, images, folder / "figures", languages)
    if figure_size is not None:
        write_fitted(images, folder / f"figures-{figure_size}", figure_size)
    progress("tables")
    _write_tables(report, folder / "tables")
    _write_replication(content, folder)
    progress("pages")
    write_documents(report.documents, "html", folder / "report.html", images)
    (folder / "numbers.json").write_text(_json(list(report.numbers)), encoding="utf-8")
    if report.citation is not None:
        (folder / CITATION).write_text(_json(report.citation.to_dict()), encoding="utf-8")
    (folder / "documents.json").write_text(report_to_json(report.documents), encoding="utf-8")
    for name, documents in report.parts.items():
        (folder / f"documents-{name}.json").write_text(report_to_json(documents), encoding="utf-8")
    (folder / "references.json").write_text(references_to_json(report.references), encoding="utf-8")
    (folder / "references.bib").write_text(render_bibtex(report.references[languages[0]]), encoding="utf-8")
    (folder / RUN_MARK).write_text(_json(_run_record(content, seed, command)), encoding="utf-8")
    (folder / "log.txt").write_text(_log(content), encoding="utf-8")


def _write_figures(
    content: ReportContent, images: Mapping[str, bytes], folder: Path, languages: Sequence[Language]
) -> None:
    from wxsat.present.figures.path_text import path_texts

    folder.mkdir()
    for name, payload in images.items():
        (folder / name).write_bytes(payload)
    for model in content.models:
        if model.result is None:
            continue
        for language in languages:
            for name, text in path_texts(model.result, language=language, instrument=content.instrument).items():
                stem, _, suffix = name.rpartition(".")
                file = f"path-{model.id}{stem.removeprefix('path')}.{language}.{suffix}"
                (folder / file).write_text(text, encoding="utf-8")


def write_fitted(images: Mapping[str, bytes], folder: Path, size: SizeName) -> None:
    """Write figures fitted to A4 or to a slide into a new folder; files that are no pictures stay out."""
    folder.mkdir(parents=True)
    for name, payload in images.items():
        suffix = name.rpartition(".")[2]
        if suffix in IMAGE_FORMATS:
            (folder / name).write_bytes(resize_figure(payload, suffix, size))


def _write_tables(report: Report, folder: Path) -> None:
    from wxsat.present.render.csv import render_csv
    from wxsat.present.render.docx import render_tables
    from wxsat.present.render.xlsx import render_workbook

    folder.mkdir()
    for block in report.documents[0].tables():
        (folder / f"{block.table.id}.csv").write_bytes(render_csv(block.table))
    for document in report.documents:
        tables = [block.table for block in document.tables()]
        workbook = folder / f"tables.{document.language}.xlsx"
        render_workbook(tables, workbook, document.language, provenance=document.provenance)
        words = folder / f"tables.{document.language}.docx"
        render_tables(tables, words, document.language, style=document.table_style)


def _write_replication(content: ReportContent, folder: Path) -> None:
    result = content.main_model.result if content.main_model is not None else None
    if result is None:
        return
    (folder / "replication").mkdir()
    for name, text in replicate(result).files.items():
        (folder / "replication" / name).write_text(text, encoding="utf-8")


def _run_record(content: ReportContent, seed: int, command: Sequence[str]) -> dict[str, Any]:
    return {
        "wxsat": __version__,
        "written_at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "command": list(command),
        "seed": seed,
        "simulated": content.simulated,
        "inputs": dict(content.provenance.get("inputs", {})),
        "python": platform.python_version(),
        "platform": platform.system(),
        "packages": {name: version(name) for name in RECORDED_PACKAGES},
        "findings": [finding.to_dict() for finding in content.findings],
    }


def _json(document: Any) -> str:
    from wxsat.numerics.plain import plain

    return json.dumps(plain(document), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _log(content: ReportContent) -> str:
    lines = list(content.responses.log) if content.responses is not None else []
    for model in content.models:
        if model.result is None:
            lines.append(f"Model {model.id}: not estimated. {model.failure}")
        else:
            lines.append(
                f"Model {model.id}: {model.result.engine}, {model.result.estimator}, N = {model.result.n_obs}."
            )
    lines += [f"[{f.code}] {f.severity}: {f.message}" for f in content.findings]
    return "\n".join(lines) + "\n"
