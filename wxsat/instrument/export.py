"""An instrument as a file: printable questionnaire (Markdown, Word) or codebook (CSV, Excel).

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
from wxsat.instrument.codebook import codebook_rows
from wxsat.instrument.instrument import FORMS, FormName, Instrument
from wxsat.instrument.questionnaire import (
    PrintLanguage,
    make_questionnaire,
    printed_languages,
    printed_word,
)

ExportFormat = Literal["markdown", "docx", "codebook-csv", "codebook-xlsx"]
FORMATS: tuple[ExportFormat, ...] = get_args(ExportFormat)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def export_instrument(
    instrument: Instrument,
    to: ExportFormat,
    out: str | Path,
    *,
    form: FormName = "full",
    language: PrintLanguage = "zh",
    force: bool = False,
) -> Path:
    """
    Write an instrument as a questionnaire or a codebook.

    Parameters
    ----------
    instrument : Instrument
        The instrument.
    to : {"markdown", "docx", "codebook-csv", "codebook-xlsx"}
        ``markdown`` and ``docx`` are questionnaires for respondents, without ids, keys or rules;
        the codebooks hold all of these, under the same question numbers.
    out : str or Path
        File to write; its folder must exist.
    form : {"full", "standard", "brief"}
        Questionnaire length.
    language : {"zh", "en", "both"}
        Language of the wording.
    force : bool
        Replace a file that is already there.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    UsageError
        ``OUT-013`` unknown format or form, ``OUT-014`` the file exists, ``OUT-015`` it cannot be written,
        ``OUT-011`` no such language, ``OUT-012`` the form asks nothing.

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
    refuse_existing(path, force=force)
    content = _render(instrument, to, form, language)
    write_beside(path, content)
    return path


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


def _render(instrument: Instrument, to: ExportFormat, form: FormName, language: PrintLanguage) -> bytes:
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
