"""The files of a result: tables as CSV, XLSX and DOCX, figures as SVG and PNG, and a list of what is there."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from wxsat.errors import UsageError, nearest
from wxsat.present.exhibits.choose import choose_exhibits
from wxsat.present.exhibits.exhibits import Exhibits
from wxsat.present.render.atomic import folder_in_place

if TYPE_CHECKING:
    from wxsat.instrument.instrument import Instrument, Language

LIST = "exhibits.json"
Languages = Literal["zh", "en", "both"]
_LANGUAGES: dict[str, tuple[Language, ...]] = {"zh": ("zh",), "en": ("en",), "both": ("zh", "en")}


def save_exhibits(
    results: Any,
    folder: str | Path,
    *,
    language: Languages = "zh",
    instrument: Instrument | None = None,
    only: Sequence[str] = (),
    stamp: bool = False,
    force: bool = False,
) -> Path:
    """
    Write the tables and figures of results as files that can be cited.

    ``tables/`` holds one CSV file a table (machine headers, full precision; names in the first language) and a
    workbook and a Word file a language; ``figures/`` an SVG and a PNG file a figure and language; ``exhibits.json``
    lists them with titles, captions and alternative texts. Written beside `folder` and moved into place.

    Parameters
    ----------
    results : result or sequence of results
        What :func:`wxsat.present.exhibits.choose.choose_exhibits` takes.
    folder : str or Path
    language : {"zh", "en", "both"}
    instrument : Instrument, optional
        Names constructs and items.
    only : sequence of str
        Ids up to the first dot or hyphen; all by default.
    stamp : bool
        Say on every figure and under every table that the data are simulated.
    force : bool
        Replace a folder that this function wrote.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    UsageError
        ``OUT-071`` for something without tables and figures, ``OUT-072`` for an unknown language, ``OUT-073`` where
        the folder exists, ``OUT-074`` where it holds something else, ``OUT-003`` where it cannot be written.

    Examples
    --------
    >>> save_exhibits(wx.evaluate_scales(clean), "measurement", language="both")  # doctest: +SKIP
    PosixPath('measurement')
    """
    target = Path(folder)
    languages = languages_of(language)
    require_free(target, force)
    chosen = {
        one: _stamped(choose_exhibits(results, language=one, instrument=instrument, only=only), one, stamp)
        for one in languages
    }
    with folder_in_place(target, partial(_unwritable, target)) as place:
        _write_tables(chosen, place)
        _write_figures(chosen, place)
        text = json.dumps(_listed(chosen), ensure_ascii=False, indent=1, allow_nan=False)
        (place / LIST).write_text(text + "\n", encoding="utf-8")
    return target


def languages_of(language: str) -> tuple[Language, ...]:
    """Return the languages that ``zh``, ``en`` or ``both`` stands for; UsageError OUT-072 for another word."""
    if language not in _LANGUAGES:
        message = f"no language {language!r}; zh, en or both was expected.{nearest(language, _LANGUAGES)}"
        raise UsageError("OUT-072", message, where="--lang")
    return _LANGUAGES[language]


def require_free(target: Path, force: bool) -> None:
    """
    Raise before anything is computed when `target` must not be written.

    Raises
    ------
    UsageError
        ``OUT-073`` where it exists and `force` is not given, ``OUT-074`` where it is something else than exhibits.
    """
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return
    if not (target / LIST).is_file():
        raise UsageError("OUT-074", "this holds something else than tables and figures of this program.",
                         where=str(target), hint="Choose another --out.")  # fmt: skip
    if not force:
        raise UsageError("OUT-073", "the folder exists already.", where=str(target),
                         hint="Give --force, or another --out.")  # fmt: skip


def _unwritable(target: Path, reason: str) -> UsageError:
    return UsageError("OUT-003", f"the folder cannot be written: {reason}.", where=str(target))


def _stamped(chosen: Exhibits, language: Language, stamp: bool) -> Exhibits:
    if not stamp:
        return chosen
    from wxsat.present.locale import wording

    text = wording(language).get("report.simulated")
    return Exhibits(
        tuple(replace(table, notes=(*table.notes, text)) for table in chosen.tables),
        tuple(replace(figure, stamp=text) for figure in chosen.figures),
    )


def _write_tables(chosen: dict[Language, Exhibits], place: Path) -> None:
    from wxsat.present.render.csv import render_csv
    from wxsat.present.render.docx import render_tables
    from wxsat.present.render.xlsx import render_workbook

    folder = place / "tables"
    first = next(iter(chosen.values()))
    if not first.tables:
        return
    folder.mkdir()
    for table in first.tables:
        (folder / f"{table.id}.csv").write_bytes(render_csv(table))
    for language, exhibits in chosen.items():
        render_workbook(exhibits.tables, folder / f"tables.{language}.xlsx", language)
        render_tables(exhibits.tables, folder / f"tables.{language}.docx", language)


def _write_figures(chosen: dict[Language, Exhibits], place: Path) -> None:
    from wxsat.present.figures.figure import render_formats

    folder = place / "figures"
    for language, exhibits in chosen.items():
        for figure in exhibits.figures:
            folder.mkdir(exist_ok=True)
            for suffix, payload in render_formats(figure, ("svg", "png")).items():
                (folder / f"{figure.id}.{language}.{suffix}").write_bytes(payload)


def _listed(chosen: dict[Language, Exhibits]) -> dict[str, Any]:
    from wxsat import __version__

    tables: dict[str, dict[str, Any]] = {}
    figures: dict[str, dict[str, Any]] = {}
    for language, exhibits in chosen.items():
        for number, table in enumerate(exhibits.tables, start=1):
            entry = tables.setdefault(table.id, {"id": table.id, "number": number, "file": f"tables/{table.id}.csv"})
            entry[language] = {"title": table.title, "notes": list(table.notes)}
        for number, figure in enumerate(exhibits.figures, start=1):
            stem = f"figures/{figure.id}.{language}"
            figures.setdefault(figure.id, {"id": figure.id, "number": number})[language] = {
                "title": figure.title, "caption": figure.caption, "alt": figure.alt, "svg": f"{stem}.svg",
                "png": f"{stem}.png",
            }  # fmt: skip
    return {"wxsat": __version__, "tables": list(tables.values()), "figures": list(figures.values())}
