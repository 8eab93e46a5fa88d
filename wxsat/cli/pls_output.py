"""The folder that `wxsat pls ... --out` writes: tables as CSV, XLSX and DOCX, figures, and the record of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wxsat.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from wxsat.instrument.instrument import Instrument, Language
    from wxsat.pls.result import PlsResult
    from wxsat.present.figures.figure import FigureSpec
    from wxsat.present.table import Table

LANGUAGES: tuple[Language, ...] = ("zh", "en")


def require_free(out: Path, force: bool) -> None:
    """Refuse a folder that exists without --force (PLS-033), and one that no run wrote."""
    from wxsat.study.write import require_writable

    if out.exists() and not force:
        raise UsageError(
            "PLS-033", "the output folder exists already.", where=str(out), hint="Give --force, or another --out."
        )
    require_writable(out)


def write_folder(
    out: Path,
    command: str,
    file: Path,
    document: dict[str, Any],
    tables: Callable[[Language], list[Table]],
    figures: Callable[[Language], list[FigureSpec]] = lambda language: [],
    stamp: str | None = None,
) -> None:
    """
    Write ``tables.{language}.xlsx``, ``tables.{language}.docx``, a CSV file a table, the figures, and ``run.json``.

    Parameters
    ----------
    out : Path
        Made anew beside and moved into place.
    command, file, document
        Go into ``run.json``: what was run on which file, and the JSON document of the command.
    tables, figures : callable
        Give those of one language.
    stamp : str, optional
        Note under every table: that the answers are simulated.
    """
    import hashlib
    import json

    from wxsat import __version__
    from wxsat.numerics.plain import plain
    from wxsat.present.figures.figure import render_formats
    from wxsat.present.render.csv import render_csv
    from wxsat.present.render.docx import render_tables
    from wxsat.present.render.xlsx import render_workbook
    from wxsat.present.tables.building import with_notes
    from wxsat.study.write import replace_folder

    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    with replace_folder(out) as folder:
        for language in LANGUAGES:
            made = [with_notes(table, stamp or "") for table in tables(language)]
            for table in made:
                (folder / f"{table.id}.{language}.csv").write_bytes(render_csv(table))
            render_workbook(made, folder / f"tables.{language}.xlsx", language)
            render_tables(made, folder / f"tables.{language}.docx", language)
            for spec in figures(language):
                for suffix, payload in render_formats(spec).items():
                    (folder / f"{spec.id}.{language}.{suffix}").write_bytes(payload)
        record = {
            "wxsat": __version__, "command": command, "file": file.name, "inputs": {file.name: digest}, **document,
        }  # fmt: skip
        (folder / "run.json").write_text(
            json.dumps(plain(record), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )


def figures_of_fit(
    result: PlsResult, instrument: Instrument | None, stamp: str | None
) -> Callable[[Language], list[FigureSpec]]:
    """Return what draws the path diagram and, with a target, the importance-performance map."""
    from wxsat.present.figures.ipma import plot_ipma
    from wxsat.present.figures.pls_path import plot_composite_paths

    def draw(language: Language) -> list[FigureSpec]:
        specs = [plot_composite_paths(result, language=language, instrument=instrument, stamp=stamp)]
        if len(result.importance):
            specs.append(plot_ipma(result, language=language, instrument=instrument, stamp=stamp))
        return specs

    return draw


def stamp_of(answers: Any) -> str | None:
    """Return the stamp of simulated answers, which goes under every figure."""
    from wxsat.responses.responses import Responses

    if not isinstance(answers, Responses):
        return None
    from wxsat.study.answers import is_simulated

    return "模拟数据 / simulated data" if is_simulated(answers) else None
