"""An instrument as a file: printable questionnaire, codebook, or a form for the platform it is fielded on.

The same instrument gives the same bytes on any day; a file is written beside and moved into place.
"""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, get_args

from wxsat.errors import UsageError, nearest
from wxsat.finding import Finding
from wxsat.instrument.codebook import codebook_rows
from wxsat.instrument.instrument import FORMS, FormName, Instrument
from wxsat.instrument.questionnaire import (
    PrintLanguage,
    make_questionnaire,
    printed_languages,
    printed_word,
)

ExportFormat = Literal[
    "markdown",
    "docx",
    "codebook-csv",
    "codebook-xlsx",
    "ddi",
    "html",
    "wjx-text",
    "wjx-jsonl",
    "xlsform",
    "qualtrics-txt",
    "limesurvey-tsv",
    "redcap-csv",
    "surveyjs",
]
FORMATS: tuple[ExportFormat, ...] = get_args(ExportFormat)
PRINTED: tuple[ExportFormat, ...] = ("markdown", "docx", "codebook-csv", "codebook-xlsx")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def export_instrument(
    instrument: Instrument,
    to: ExportFormat,
    out: str | Path,
    *,
    form: FormName = "full",
    language: PrintLanguage = "zh",
    force: bool = False,
    post: str = "",
) -> Path:
    """
    Write an instrument as a questionnaire, a codebook or a form for a platform.

    What a platform's file cannot carry is told by :func:`export_losses`.

    Parameters
    ----------
    instrument : Instrument
        The instrument.
    to : str
        ``markdown`` and ``docx`` are questionnaires for respondents, without ids, keys or rules;
        ``codebook-csv``, ``codebook-xlsx`` and ``ddi`` hold all of these, under the same question numbers.
        ``html`` is a page that works by itself; ``wjx-text``, ``wjx-jsonl``, ``xlsform``, ``qualtrics-txt``,
        ``limesurvey-tsv``, ``redcap-csv`` and ``surveyjs`` are imported by the platform.
    out : str or Path
        File to write; its folder must exist.
    form : {"full", "standard", "brief"}
        Questionnaire length.
    language : {"zh", "en", "both"}
        Language of the wording.
    force : bool
        Replace a file that is already there.
    post : str
        ``html`` only: address that takes the answers as JSON; without it they are saved as a file.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    UsageError
        ``OUT-013`` unknown format or form, ``OUT-014`` the file exists, ``OUT-015`` it cannot be written,
        ``OUT-011`` no such language, ``OUT-012`` the form asks nothing; ``INST-043`` `post` is no address,
        ``INST-044`` it was given for another format, ``INST-062`` two questions would share a name there.

    Examples
    --------
    >>> from wxsat.instrument.load import load_instrument
    >>> out = Path(tempfile.mkdtemp()) / "brief.md"
    >>> export_instrument(load_instrument("gov-wechat-public"), "markdown", out, form="brief").name
    'brief.md'
    """
    _check_choice("format", to, FORMATS)
    _check_choice("form", form, FORMS)
    _check_choice("language", language, get_args(PrintLanguage))
    path = Path(out)
    if post and to != "html":
        raise UsageError("INST-044", f"{to} takes no address to post to.", where="post", hint="Only html does.")
    refuse_existing(path, force=force)
    content = _render(instrument, to, form, language, post)
    write_beside(path, content)
    return path


def export_losses(
    instrument: Instrument, to: ExportFormat, form: FormName = "full", language: PrintLanguage = "zh"
) -> tuple[Finding, ...]:
    """
    Return what a format cannot carry of a form: routing, reverse keys, attention rules, codes and the like.

    Returns
    -------
    tuple of Finding
        Codes ``INST-108`` to ``INST-117``; empty for what nobody answers in (print, codebook, archive).

    Raises
    ------
    UsageError
        As :func:`export_instrument`.

    Examples
    --------
    >>> from wxsat.instrument.load import load_instrument
    >>> [f.code for f in export_losses(load_instrument("gov-wechat-public"), "html", "brief")]
    ['INST-109', 'INST-110']
    """
    from wxsat.instrument.fielded import fielded_form
    from wxsat.instrument.targets.losses import find_losses

    _check_choice("format", to, FORMATS)
    return find_losses(fielded_form(instrument, form, language), to)


def refuse_existing(path: Path, *, force: bool) -> None:
    """Raise UsageError ``OUT-014`` if the file is there and not `force`, ``OUT-015`` for a folder."""
    if path.is_dir():
        raise UsageError("OUT-015", "this is a folder; name a file in it.", where=str(path))
    if path.exists() and not force:
        raise UsageError("OUT-014", "the file is already there.", where=str(path), hint="Use --force to replace it.")


def _check_choice(what: str, found: str, allowed: tuple[str, ...]) -> None:
    if found not in allowed:
        hint = f"Allowed: {', '.join(allowed)}.{nearest(found, allowed)}"
        raise UsageError("OUT-013", f"there is no {what} '{found}'.", hint=hint)


def _render(instrument: Instrument, to: ExportFormat, form: FormName, language: PrintLanguage, post: str = "") -> bytes:
    if to not in PRINTED:
        return _fielded(instrument, to, form, language, post)
    if to in ("markdown", "docx"):
        questionnaire = make_questionnaire(instrument, form, language)
        if to == "markdown":
            from wxsat.instrument.print_markdown import questionnaire_markdown

            return questionnaire_markdown(questionnaire).encode("utf-8")
        from wxsat.instrument.print_docx import questionnaire_docx

        return questionnaire_docx(questionnaire)
    make_questionnaire(instrument, form, language)  # refuses a form that asks nothing, as the questionnaire does
    rows = codebook_rows(instrument, form, language)
    headings = _headings(instrument, list(rows[0]), language)
    render: Callable[..., bytes] = _codebook_csv if to == "codebook-csv" else _codebook_xlsx
    return render(rows, headings, instrument)


def _fielded(instrument: Instrument, to: ExportFormat, form: FormName, language: PrintLanguage, post: str) -> bytes:
    """Write the form for a platform; the writers are read when they are needed."""
    from importlib import import_module

    from wxsat.instrument.fielded import fielded_form
    from wxsat.instrument.targets.names import require_names

    ready = fielded_form(instrument, form, language)
    require_names(ready, to)
    if to == "html":
        from wxsat.instrument.targets.page import page

        return page(ready, post)
    name = to.replace("-", "_")
    written: bytes = getattr(import_module(f"wxsat.instrument.targets.{name}"), name)(ready)
    return written


def write_beside(path: Path, content: bytes) -> None:
    """Write a file under a passing name in the same folder, then move it into place."""
    try:
        handle, passing = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    except OSError as problem:
        message = f"the folder cannot be written: {problem.strerror}."
        raise UsageError("OUT-015", message, where=str(path.parent)) from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        # mkstemp makes files private; an export is as readable as any file the user makes.
        os.chmod(passing, 0o666 & ~_umask())
        os.replace(passing, path)
    except BaseException as problem:
        Path(passing).unlink(missing_ok=True)
        if isinstance(problem, OSError):
            raise UsageError("OUT-015", f"cannot be written: {problem.strerror}.", where=str(path)) from None
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _headings(instrument: Instrument, columns: list[str], language: PrintLanguage) -> list[str]:
    """Return printed column headings; machine names in English, which statistics programs read back."""
    if printed_languages(instrument, language) == ("zh",):
        return [_chinese_heading(column) for column in columns]
    return columns


def _chinese_heading(column: str) -> str:
    stem = column.removesuffix("_zh")
    return printed_word(stem).text("zh")


def defuse(value: Any) -> Any:
    """
    Return a cell that no spreadsheet takes for a formula; a lone ``+`` is none and stays.

    Examples
    --------
    >>> defuse("=1+1"), defuse("+"), defuse(-1)
    ("'=1+1", '+', -1)
    """
    if isinstance(value, str) and len(value) > 1 and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value


def _codebook_csv(rows: list[dict[str, Any]], headings: list[str], instrument: Instrument) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows([defuse("" if value is None else value) for value in row.values()] for row in rows)
    # The byte order mark is what makes Excel read UTF-8.
    return text.getvalue().encode("utf-8-sig")


def _codebook_xlsx(rows: list[dict[str, Any]], headings: list[str], instrument: Instrument) -> bytes:
    from wxsat.instrument.print_xlsx import codebook_xlsx

    title = f"{instrument.id} {instrument.header.version}"
    return codebook_xlsx(rows, headings, title)
